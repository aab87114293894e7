"""EPUBs made for one test each: small, of either version, as wrong as the test needs."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypedDict, Unpack

import pytest

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)

PAGE = (
    '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>ignored</title></head>{}</html>'
)


class Parts(TypedDict, total=False):
    """What an EPUB may have beside pages and contents."""

    version: int
    metadata: str
    manifest: str
    guide: str
    nonlinear: Sequence[str]
    extra: Mapping[str, bytes | str | None]
    """Further files, or other content for those that are always there; None leaves one out."""


class MakeEpub(Protocol):
    """Writes an EPUB and returns its path."""

    def __call__(
        self, pages: Mapping[str, str], toc: Sequence[tuple[str, str]] | str = (), **parts: Unpack[Parts]
    ) -> Path: ...


@pytest.fixture
def make_epub(tmp_path: Path) -> MakeEpub:
    def make(
        pages: Mapping[str, str], toc: Sequence[tuple[str, str]] | str = (), **parts: Unpack[Parts]
    ) -> Path:
        version, nonlinear = parts.get("version", 3), parts.get("nonlinear", ())
        items = "".join(
            f'<item id="i{number}" href="{name}" media-type="application/xhtml+xml"/>'
            for number, name in enumerate(pages)
        )
        order = "".join(
            f'<itemref idref="i{number}" linear="{"no" if name in nonlinear else "yes"}"/>'
            for number, name in enumerate(pages)
        )
        files: dict[str, bytes | str | None] = {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": (
                f'<package xmlns="http://www.idpf.org/2007/opf" version="{version}.0">'
                '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
                "<dc:title>The Lamp</dc:title><dc:creator>Ada Example</dc:creator>"
                f"<dc:language>en</dc:language>{parts.get('metadata', '')}</metadata>"
                f"<manifest>{items}{parts.get('manifest', '')}{_toc_item(version)}</manifest>"
                f'<spine toc="ncx">{order}</spine>{parts.get("guide", "")}</package>'
            ),
            **{
                f"OEBPS/{name}": body if "<html" in body else PAGE.format(body)
                for name, body in pages.items()
            },
            **_toc_file(version, toc),
            **parts.get("extra", {}),
        }
        return write_zip(tmp_path / "book.epub", files)

    return make


def _toc_item(version: int) -> str:
    if version == 2:
        return '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    return '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'


def _toc_file(version: int, toc: Sequence[tuple[str, str]] | str) -> dict[str, str]:
    if version == 2:
        points = (
            toc
            if isinstance(toc, str)
            else "".join(
                f'<navPoint><navLabel><text>{title}</text></navLabel><content src="{href}"/></navPoint>'
                for title, href in toc
            )
        )
        ncx = f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>'
        return {"OEBPS/toc.ncx": ncx}
    lines = (
        toc
        if isinstance(toc, str)
        else "".join(f'<li><a href="{href}">{title}</a></li>' for title, href in toc)
    )
    return {"OEBPS/nav.xhtml": PAGE.format(f'<body><nav epub:type="toc"><ol>{lines}</ol></nav></body>')}


def write_zip(file: Path, files: Mapping[str, bytes | str | None]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if content is not None:
                archive.writestr(name, content)
    return file


@pytest.fixture
def zip_files(tmp_path: Path) -> Callable[[Mapping[str, bytes | str | None]], Path]:
    return lambda files: write_zip(tmp_path / "book.epub", files)


@pytest.fixture
def epubcheck() -> Callable[[Path], str]:
    """Return what says what epubcheck says of a file."""
    program, java = shutil.which("epubcheck"), shutil.which("java")
    if program is None or java is None:
        pytest.skip("epubcheck is not installed: nothing independent to judge by")
    # It runs for seconds only: compiling to the last degree would take longer than what is compiled.
    quick = (java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", program)

    def judge(file: Path) -> str:
        done = subprocess.run([*quick, str(file)], capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    return judge
