"""Books that are damaged, protected or hostile: each is refused with a sentence that helps."""

from __future__ import annotations

import re
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fullcast.errors import ProjectError
from fullcast.files.book_import import read_manuscript

Make = Callable[..., Path]
Extra = Mapping[str, bytes | str | None]

PAGES = {"c.xhtml": "<body><p>Words.</p></body>"}
TOC = [("One", "c.xhtml")]


def refusal(file: Path) -> tuple[str, str, str]:
    """Return code, message and hint of the error, and see that it names the file."""
    with pytest.raises(ProjectError) as caught:
        read_manuscript(file)
    (problem,) = caught.value.problems
    assert problem.place is not None
    assert problem.place.file == str(file)
    assert problem.hint
    return problem.code, problem.message, problem.hint


def encryption(algorithm: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
        'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
        f'<enc:EncryptionMethod Algorithm="{algorithm}"/></enc:EncryptedData></encryption>'
    )


@pytest.mark.parametrize(
    ("extra", "code", "message"),
    [
        (
            {"META-INF/encryption.xml": encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")},
            "epub-drm",
            "the book is protected by DRM (its text is encrypted: http://www.w3.org/2001/04/xmlenc#aes128-cbc)",
        ),
        (
            {"META-INF/rights.xml": "<rights/>"},
            "epub-drm",
            "the book is protected by DRM (Adobe ADEPT: it holds META-INF/rights.xml)",
        ),
        (
            {"META-INF/license.lcpl": "{}"},
            "epub-drm",
            "the book is protected by DRM (Readium LCP: it holds META-INF/license.lcpl)",
        ),
        (
            {"../../etc/cron.d/evil": "x"},
            "epub-path",
            "the book holds a file named '../../etc/cron.d/evil', which leads out of it",
        ),
        (
            {"/etc/passwd": "x"},
            "epub-path",
            "the book holds a file named '/etc/passwd', which leads out of it",
        ),
        ({"C:\\evil": "x"}, "epub-path", "the book holds a file named 'C:\\\\evil', which leads out of it"),
        (
            {"OEBPS/zeros": b"\0" * (9 * 2**20)},
            "epub-bomb",
            "the file 'OEBPS/zeros' expands 1,027 times, to 9 MiB",
        ),
        (
            {"OEBPS/c.xhtml": None},
            "epub-missing-file",
            "the reading order names 'OEBPS/c.xhtml', which is not in the book",
        ),
        (
            {"OEBPS/book.opf": None},
            "epub-missing-file",
            "the book names the file 'OEBPS/book.opf', which is not in it",
        ),
        (
            {"OEBPS/book.opf": None, "META-INF/container.xml": None},
            "epub-no-package",
            "the archive holds no package document (.opf): it is not an EPUB",
        ),
        (
            {"OEBPS/book.opf": "<package><manifest/><spine/></package>"},
            "epub-empty",
            "the reading order (spine) in 'OEBPS/book.opf' is empty",
        ),
        (
            {"OEBPS/book.opf": "<package/>"},
            "epub-no-package",
            "'OEBPS/book.opf' in the book lists no files or no reading order",
        ),
        (
            {"OEBPS/book.opf": "<package><manifest><item href='../../up.x'/></manifest><spine/></package>"},
            "epub-path",
            "'OEBPS/book.opf' refers to '../../up.x', which leads out of the book",
        ),
        (
            {"OEBPS/book.opf": "<package><manifest/><spine><itemref idref='gone'/></spine></package>"},
            "epub-missing-file",
            "the reading order names 'gone', which the package does not list",
        ),
        (
            {"OEBPS/c.xhtml": '<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><html><p>&b;</p></html>'},
            "epub-entities",
            "'OEBPS/c.xhtml' in the book declares XML entities of its own",
        ),
        (
            {
                "OEBPS/book.opf": '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><package>&x;</package>'
            },
            "epub-entities",
            "'OEBPS/book.opf' in the book declares XML entities of its own",
        ),
    ],
)
def test_a_bad_book_is_refused(make_epub: Make, extra: Extra, code: str, message: str) -> None:
    found, said, _hint = refusal(make_epub(PAGES, TOC, extra=extra))
    assert (found, said) == (code, message)


def test_obfuscated_fonts_are_no_drm(make_epub: Make) -> None:
    for algorithm in ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"):
        path = make_epub(PAGES, TOC, extra={"META-INF/encryption.xml": encryption(algorithm)})
        assert read_manuscript(path).chapters[0].text == "Words.\n"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"\x00" * 60 + b"BOOKMOBI" + b"\x00" * 20, "a Kindle (MOBI) book"),
        (b"Once upon a time", "no ZIP file, as an EPUB must be"),
    ],
)
def test_what_is_no_zip_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    file = tmp_path / "book.epub"
    file.write_bytes(content)
    code, message, hint = refusal(file)
    assert (code, message) == ("epub-not-zip", f"this is not an EPUB: the file is {what}")
    assert hint == "give an EPUB, a text, Markdown, HTML, DOCX or PDF; calibre converts other formats to EPUB"


def test_half_a_download_is_told(make_epub: Make) -> None:
    path = make_epub(PAGES, TOC, extra={"OEBPS/big.bin": bytes(range(256)) * 40})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refusal(path)[0] in {"epub-not-zip", "epub-damaged"}


def test_a_flipped_bit_in_a_page_is_found(make_epub: Make) -> None:
    path = make_epub({"c.xhtml": f"<body><p>{'Words. ' * 400}</p></body>"}, TOC)
    content = bytearray(path.read_bytes())
    at = content.index(b"OEBPS/c.xhtml") + len("OEBPS/c.xhtml") + 20
    content[at] ^= 0xFF
    path.write_bytes(content)
    code, message, _hint = refusal(path)
    assert code == "epub-damaged"
    assert message.startswith("the file 'OEBPS/c.xhtml' in the book is damaged (")


def test_a_page_that_lies_about_its_size_is_refused(make_epub: Make) -> None:
    path = make_epub(PAGES, TOC)
    content = path.read_bytes()
    size = len(zipfile.ZipFile(path).read("OEBPS/c.xhtml"))
    lying = content.replace(struct.pack("<I", size), struct.pack("<I", size - 5))
    assert lying != content
    path.write_bytes(lying)
    assert refusal(path)[0] == "epub-damaged"


def test_a_book_that_claims_gigabytes_is_refused_unread(make_epub: Make) -> None:
    path = make_epub(PAGES, TOC)
    content = path.read_bytes()
    size = len(zipfile.ZipFile(path).read("OEBPS/c.xhtml"))
    path.write_bytes(content.replace(struct.pack("<I", size), struct.pack("<I", 0xFFFF_0000)))
    code, message, _hint = refusal(path)
    assert code == "epub-bomb"
    assert re.fullmatch(r"the file 'OEBPS/c.xhtml' expands [\d,]+ times, to 4,096 MiB", message)


def test_a_link_in_place_of_a_page_is_refused(make_epub: Make) -> None:
    path = make_epub(PAGES, TOC)
    info = zipfile.ZipInfo("OEBPS/link.xhtml")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(info, "/etc/passwd")
    assert refusal(path)[:2] == ("epub-path", "the book holds a link, 'OEBPS/link.xhtml', in place of a file")


def test_two_files_of_one_name_are_refused(make_epub: Make) -> None:
    path = make_epub(PAGES, TOC)
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("OEBPS/c.xhtml", "<p>Another.</p>")
    message = "the book holds two files named 'OEBPS/c.xhtml': nobody can say which is meant"
    assert refusal(path)[:2] == ("epub-duplicate-file", message)


def test_a_password_is_told(make_epub: Make) -> None:
    path = make_epub(PAGES, TOC)
    content = bytearray(path.read_bytes())
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    path.write_bytes(content)
    code, message, hint = refusal(path)
    assert (code, message) == (
        "epub-drm",
        "the book is protected by a password (the file 'mimetype' is encrypted)",
    )
    assert hint == "unpack it with its password and zip it again without one"


def test_a_zip_of_something_else_is_no_epub(
    zip_files: Make,
) -> None:
    assert refusal(zip_files({"word/document.xml": "<w/>"}))[0] == "epub-no-package"


def test_the_error_shows_the_file_and_what_to_do(make_epub: Make) -> None:
    path = make_epub(PAGES, TOC, extra={"META-INF/rights.xml": "<rights/>"})
    with pytest.raises(ProjectError) as caught:
        read_manuscript(path)
    assert caught.value.exit_code == 3
    assert str(caught.value) == (
        f"{path}: the book is protected by DRM (Adobe ADEPT: it holds META-INF/rights.xml)"
    )
    assert (
        caught.value.hint
        == "use a copy without DRM, from a shop that sells the book so, or ask its publisher"
    )
