"""Books to be imported that are broken, protected or hostile: refused in words, and no project is begun."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

Fullcast = Callable[..., Any]

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Lamp</dc:title>'
    "<dc:creator>A. Writer</dc:creator><dc:language>en</dc:language></metadata>"
    '<manifest><item id="a" href="{page}" '
    'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>'
)
PAGE = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><h1>Chapter I</h1>'
    "<p>The lamp was lit at dusk, and nobody came to the harbour that night. {more}</p></body></html>"
)
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "lamp">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]>"
)
RIGHTS = '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">{}</encryption>'
LOCKED = (
    '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod '
    'Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/><CipherData>'
    '<CipherReference URI="OEBPS/a.xhtml"/></CipherData></EncryptedData>'
)


def epub(files: Mapping[str, bytes | str | None] | None = None, page: str = "a.xhtml") -> bytes:
    """Return an EPUB with some files changed; None leaves one out."""
    parts: dict[str, bytes | str | None] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": PACKAGE.format(page=page),
        "OEBPS/a.xhtml": PAGE.format(more=""),
        **(files or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return buffer.getvalue()


def lying() -> bytes:
    """Return an EPUB whose directory says that its page is small, while it unpacks to 100 MB."""
    content = epub({"OEBPS/a.xhtml": PAGE.format(more="lamp " * 20_000_000)})
    true = struct.pack("<I", len(PAGE.format(more="lamp " * 20_000_000)))
    return content.replace(true, struct.pack("<I", 500))


def word() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    return buffer.getvalue()


def flagged() -> bytes:
    """Return an EPUB that zip itself calls encrypted."""
    content = bytearray(epub())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


def flipped() -> bytes:
    content = bytearray(epub({"OEBPS/a.xhtml": PAGE.format(more=os.urandom(3000).hex())}))
    middle = content.find(b"OEBPS/a.xhtml") + 1500
    content[middle] ^= 0xFF
    return bytes(content)


BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    # what: the file's name, its content, words that are said
    "not a zip": ("b.epub", lambda: b"The lamp was lit.\n" * 40, "zip"),
    "empty": ("b.epub", lambda: b"", ""),
    "cut short": ("b.epub", lambda: epub()[:-60], ""),
    "flipped bits": ("b.epub", flipped, "damaged"),
    "encrypted as a zip": ("b.epub", flagged, "encrypted"),
    "DRM": ("b.epub", lambda: epub({"META-INF/encryption.xml": RIGHTS.format(LOCKED)}), "protect"),
    "DRM of one maker": (
        "b.epub",
        lambda: epub({"META-INF/rights.xml": "<rights/>", "META-INF/encryption.xml": RIGHTS.format(LOCKED)}),
        "protect",
    ),
    "no package": ("b.epub", lambda: epub({"OEBPS/book.opf": None}), "book.opf"),
    "package no XML": ("b.epub", lambda: epub({"OEBPS/book.opf": "rubbish"}), "book.opf"),
    "page missing": ("b.epub", lambda: epub({"OEBPS/a.xhtml": None}), ""),
    "page climbs out": ("b.epub", lambda: epub(page="../../../../etc/passwd"), ""),
    "page on the net": ("b.epub", lambda: epub(page="http://127.0.0.1:1/a.xhtml"), ""),
    "gigabytes": ("b.epub", lambda: epub({"OEBPS/a.xhtml": b" " * 600_000_000}), ""),
    "lies about sizes": ("b.epub", lying, ""),
    "entities": (
        "b.epub",
        lambda: epub({"OEBPS/book.opf": BOMB + PACKAGE.format(page="a.xhtml").replace("The Lamp", "&k;")}),
        "",
    ),
    "no words": ("b.epub", lambda: epub({"OEBPS/a.xhtml": "<html><body><p> </p></body></html>"}), ""),
    "no text": ("b.txt", lambda: b"", ""),
    "a program": ("b.txt", lambda: b"\x7fELF\x02\x01\x01" + bytes(5000), "zero bytes"),
    "a Word file": ("b.docx", word, ""),
    "a PDF": ("b.pdf", lambda: b"%PDF-1.7\n%\xe2\xe3\n", ""),
    "a Kindle book": ("b.azw3", lambda: b"TPZ" + bytes(400), ""),
}


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Déjà vu, dit-elle.\n".encode("cp1252") * 50, "CP1252"),
        (("The lamp was lit.\n" * 50).encode("utf-16-le"), "UTF-16-LE"),
    ],
)
def test_a_text_in_an_old_encoding_is_read_and_told(
    content: bytes, encoding: str, fullcast: Fullcast, tmp_path: Path
) -> None:
    book = tmp_path / "b.txt"
    book.write_bytes(content)
    said = fullcast("new", tmp_path / "made", "--from", book)
    assert (said.code, f"it was read as {encoding}" in said.out + said.err) == (0, True)


@pytest.mark.parametrize("what", BAD)
def test_a_bad_book_is_refused_in_words(what: str, fullcast: Fullcast, tmp_path: Path) -> None:
    name, make, words = BAD[what]
    book = tmp_path / name
    book.write_bytes(make())
    said = fullcast("new", tmp_path / "novel", "--from", book)
    assert (said.code, words.lower() in said.err.lower()) == (3, True), said.err
    assert name in said.first
    assert "hint:" in said.err
    assert not (tmp_path / "novel").exists()
    assert sorted(file.name for file in tmp_path.iterdir()) == [name]


def test_entities_in_a_page_do_not_grow(fullcast: Fullcast, tmp_path: Path) -> None:
    book = tmp_path / "b.epub"
    book.write_bytes(epub({"OEBPS/a.xhtml": BOMB + PAGE.format(more="&k;")}))
    said = fullcast("new", tmp_path / "novel", "--from", book)
    assert said.code in {0, 3}
    assert sum(file.stat().st_size for file in (tmp_path / "novel").rglob("*.md")) < 10_000


def test_a_path_that_climbs_out_reads_and_writes_nothing(fullcast: Fullcast, tmp_path: Path) -> None:
    book = tmp_path / "deep" / "b.epub"
    book.parent.mkdir()
    book.write_bytes(epub({"../../evil.md": "evil", "/tmp/evil-lamp": "evil", "OEBPS\\..\\..\\evil": "evil"}))
    said = fullcast("new", tmp_path / "deep" / "novel", "--from", book)
    assert said.code in {0, 3}
    assert not [file for file in tmp_path.rglob("*") if "evil" in file.name]
    assert not Path("/tmp/evil-lamp").exists()


def test_what_cannot_be_opened_is_named(fullcast: Fullcast, tmp_path: Path) -> None:
    for source in (tmp_path / "nowhere.epub", tmp_path, tmp_path / ("x" * 300 + ".epub")):
        said = fullcast("new", tmp_path / "novel", "--from", source)
        assert said.code in {2, 3}, said.err
        assert source.name[:40] in said.err
    assert not (tmp_path / "novel").exists()


def test_a_folder_in_use_is_left_alone(fullcast: Fullcast, tmp_path: Path) -> None:
    (tmp_path / "novel").mkdir()
    (tmp_path / "novel" / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for place in (tmp_path / "novel", tmp_path / "file", tmp_path / "file" / "under"):
        said = fullcast("new", place)
        assert said.code in {2, 6}, said.err
    assert [file.name for file in (tmp_path / "novel").iterdir()] == ["notes.txt"]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
