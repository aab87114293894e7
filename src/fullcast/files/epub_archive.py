"""The ZIP container of an EPUB, read without trusting it.

Nothing is ever unpacked to the disk. Sizes are checked before and while reading, names before anything is
read, and whatever is protected or inconsistent is refused with a sentence that says why.

Source:
    EPUB 3.3, section 4 (OCF); APPNOTE.TXT 6.3.10 (ZIP).
"""

from __future__ import annotations

import posixpath
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fullcast.errors import ProjectError
from fullcast.files.manuscript import refuse

_MEBIBYTE = 1024 * 1024

MEMBER_LIMIT = 48 * _MEBIBYTE
"""Most bytes of one file that is read; the longest novels are under 8 MiB of XHTML, covers under 20 MiB."""

_RATIO_LIMIT = 120
"""Prose deflates about 3 times, repetitive markup up to 40 times; bombs reach 1,000 times."""

_RATIO_FLOOR = 8 * _MEBIBYTE
"""Below this expanded size a ratio harms nobody."""

_TOTAL_LIMIT = 4096 * _MEBIBYTE
_MEMBERS_LIMIT = 20_000

_ENCRYPTED = 0x1

_FREE_ALGORITHMS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Obfuscation of fonts (EPUB 3.3, 4.3; Adobe): the text stays readable."""

_RIGHTS = {
    "META-INF/rights.xml": "Adobe ADEPT",
    "META-INF/sinf.xml": "Apple FairPlay",
    "META-INF/license.lcpl": "Readium LCP",
}

_OTHER_FORMATS = (
    (b"%PDF", "a PDF"),
    (b"\x1a\x45\xdf\xa3", "a video"),
    (b"Rar!", "a RAR archive"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old Word document"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)

_BUY = "use a copy without DRM, from a shop that sells the book so, or ask its publisher"
_AGAIN = "download the book again; if that does not help, open and save it in an EPUB editor (Sigil, calibre)"
_HOSTILE = "do not use this file: a reader would have been harmed by it; get the book from its publisher"


@dataclass(frozen=True, slots=True)
class Archive:
    """An open EPUB whose names and sizes have been checked."""

    file: Path
    members: dict[str, zipfile.ZipInfo]
    container: zipfile.ZipFile

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def read(self, name: str) -> bytes:
        """Return the content of a file of the book.

        Raises:
            ProjectError: If it is missing, damaged, or larger than it says.
        """
        member = self.members.get(name)
        if member is None:
            message = f"the book names the file {name!r}, which is not in it"
            raise refuse(self.file, "epub-missing-file", message, _AGAIN)
        try:
            with self.container.open(member) as stream:
                content = stream.read(MEMBER_LIMIT + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            message = f"the file {name!r} in the book is damaged ({error})"
            raise refuse(self.file, "epub-damaged", message, _AGAIN) from error
        if len(content) != member.file_size:
            message = f"the file {name!r} says it has {member.file_size} bytes and has {len(content)}"
            raise refuse(self.file, "epub-damaged", message, _AGAIN)
        return content

    def resolve(self, base: str, reference: str) -> tuple[str, str]:
        """Return the file and the fragment that a reference inside the book means.

        Args:
            base: The file that the reference stands in.
            reference: A relative URL, percent-encoded or not.

        Raises:
            ProjectError: If it leads out of the book.
        """
        parts = urlsplit(reference.strip())
        if parts.scheme or parts.netloc:
            return "", ""
        folder = posixpath.dirname(base)
        paths = [
            posixpath.normpath(posixpath.join(folder, path)) for path in (unquote(parts.path), parts.path)
        ]
        path = next((each for each in paths if each in self.members), paths[0]) if parts.path else base
        if path.startswith(("../", "/")) or path == "..":
            message = f"{base!r} refers to {reference!r}, which leads out of the book"
            raise refuse(self.file, "epub-path", message, _HOSTILE)
        return path, unquote(parts.fragment)


@contextmanager
def open_archive(file: Path) -> Iterator[Archive]:
    """Open an EPUB after checking its container.

    Raises:
        ProjectError: If it is no ZIP file, is protected, or its names or sizes are not to be trusted.
    """
    if not zipfile.is_zipfile(file):
        raise _wrong_format(file)
    try:
        with zipfile.ZipFile(file) as container:
            members = _check_members(file, container.infolist())
            archive = Archive(file=file, members=members, container=container)
            _check_rights(archive)
            yield archive
    except zipfile.BadZipFile as error:
        raise refuse(file, "epub-damaged", f"the book's archive is damaged ({error})", _AGAIN) from error


def _wrong_format(file: Path) -> ProjectError:
    with file.open("rb") as stream:
        head = stream.read(80)
    if b"BOOKMOBI" in head:
        found = "a Kindle (MOBI) book"
    elif not head:
        found = "empty"
    else:
        found = next(
            (name for sign, name in _OTHER_FORMATS if head.startswith(sign)),
            "no ZIP file, as an EPUB must be",
        )
    hint = "give an EPUB, a text, Markdown, HTML, DOCX or PDF; calibre converts other formats to EPUB"
    return refuse(file, "epub-not-zip", f"this is not an EPUB: the file is {found}", hint)


def _check_members(file: Path, infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(infos) > _MEMBERS_LIMIT:
        message = f"the book holds {len(infos):,} files, more than {_MEMBERS_LIMIT:,}"
        raise refuse(file, "epub-bomb", message, _HOSTILE)
    for info in infos:
        _check_name(file, info)
        _check_size(file, info)
    total = sum(info.file_size for info in infos)
    if total > _TOTAL_LIMIT:
        message = f"the book would expand to {total / _MEBIBYTE:,.0f} MiB"
        raise refuse(file, "epub-bomb", message, _HOSTILE)
    twice = [name for name, count in Counter(info.filename for info in infos).items() if count > 1]
    if twice:
        message = f"the book holds two files named {twice[0]!r}: nobody can say which is meant"
        raise refuse(file, "epub-duplicate-file", message, _AGAIN)
    return {info.filename: info for info in infos if not info.is_dir()}


def _check_name(file: Path, info: zipfile.ZipInfo) -> None:
    name = info.filename
    climbs = ".." in name.replace("\\", "/").split("/")
    absolute = name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name)
    if climbs or absolute:
        message = f"the book holds a file named {name!r}, which leads out of it"
        raise refuse(file, "epub-path", message, _HOSTILE)
    if stat.S_ISLNK(info.external_attr >> 16):
        message = f"the book holds a link, {name!r}, in place of a file"
        raise refuse(file, "epub-path", message, _HOSTILE)
    if info.flag_bits & _ENCRYPTED:
        message = f"the book is protected by a password (the file {name!r} is encrypted)"
        raise refuse(file, "epub-drm", message, "unpack it with its password and zip it again without one")


def _check_size(file: Path, info: zipfile.ZipInfo) -> None:
    ratio = info.file_size / max(info.compress_size, 1)
    if info.file_size > _RATIO_FLOOR and ratio > _RATIO_LIMIT:
        message = (
            f"the file {info.filename!r} expands {ratio:,.0f} times, to {info.file_size / _MEBIBYTE:,.0f} MiB"
        )
        raise refuse(file, "epub-bomb", message, _HOSTILE)


def _check_rights(archive: Archive) -> None:
    for name, scheme in _RIGHTS.items():
        if name in archive:
            message = f"the book is protected by DRM ({scheme}: it holds {name})"
            raise refuse(archive.file, "epub-drm", message, _BUY)
    if "META-INF/encryption.xml" not in archive:
        return
    listed = archive.read("META-INF/encryption.xml").decode("utf-8", "replace")
    data = re.findall(r"<(?:\w+:)?EncryptedData\b.*?</(?:\w+:)?EncryptedData>", listed, re.DOTALL)
    for entry in data:
        algorithm = re.search(r"<(?:\w+:)?EncryptionMethod\b[^>]*\bAlgorithm\s*=\s*[\"']([^\"']+)", entry)
        name = algorithm.group(1) if algorithm else "without a named algorithm"
        if name not in _FREE_ALGORITHMS:
            message = f"the book is protected by DRM (its text is encrypted: {name})"
            raise refuse(archive.file, "epub-drm", message, _BUY)
