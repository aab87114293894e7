"""PDFs of plain prose: lines become paragraphs again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from fullcast.errors import ProjectError
from fullcast.files.book_import import read_manuscript
from fullcast.files.manuscript import Manuscript

SIZE, LEADING, LEFT, TOP = 10, 13, 40, 550


@dataclass(frozen=True)
class Set:
    """A line that is set on a page."""

    text: str
    size: int = SIZE
    indent: int = 0
    above: float = 0
    """Space above it, in points."""


def write_pdf(file: Path, pages: Sequence[Sequence[Set]], *, heads: bool = True, title: str = "") -> Path:
    """Write a PDF with its lines one under the other, with running heads and page numbers."""
    objects: list[str] = []
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects.append("<< /Type /Catalog /Pages 2 0 R >>")
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>")
    for number, lines in enumerate(pages):
        stream = "\n".join(_write_page(lines, number, heads=heads))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream")
    objects.append(f"<< /Title ({title}) /Author (Ada Example) >>")
    written = b"%PDF-1.4\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{each}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    written += (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} "
        f"/Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    ).encode()
    file.write_bytes(written)
    return file


def _write_page(lines: Sequence[Set], number: int, *, heads: bool) -> Sequence[str]:
    commands = []
    height: float = TOP
    for line in lines:
        height -= LEADING * line.size / SIZE + line.above
        commands.append(_show(line.text, LEFT + line.indent, height, line.size))
    if heads:
        commands.append(_show("THE LAMP", 180, 575, 9))
        commands.append(_show(str(number + 1), 205, 20, 9))
    return commands


def _show(text: str, x: float, y: float, size: int) -> str:
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /F {size} Tf {x} {y:.1f} Td ({escaped}) Tj ET"


FULL = "The lamp had been lit at dusk and the rain went on all night over the sea, and no"
PAGES = [
    [
        Set("Chapter 1", size=16, above=40),
        Set("The lamp was lit at dusk, and all night long the rain fell upon the black har-", indent=14),
        Set("bour, where nobody slept but a well-known dog that was old and did not mind it"),
        Set("at all."),
        Set("“Is anybody there?” asked Mara, who had heard the boat before anybody else had", indent=14),
        Set("heard it, and who did not wait."),
    ],
    [
        Set("Nobody answered her; it was the wind that had come round to the west, the well-", indent=14),
        Set("known wind of those parts, and it blew until the morning and a good part of the"),
        Set("day."),
        Set("In the morning it was over and the sea lay still, as if nothing had happened in", indent=14),
        Set("the night, and nobody spoke of"),
    ],
    [
        Set("it again.", indent=0),
        Set("* * *", indent=100),
        Set("Later they found the boat on the rocks at the foot of the cliff, where the tide", indent=14),
        Set("had left it."),
        Set("1 Of the kind that is used there for lobsters.", size=8, above=20),
    ],
    [
        Set("Chapter 2", size=16, above=40),
        Set("They burned it in the winter that followed, and it burned for three whole days.", indent=14),
    ],
]


JOINED = """\
The lamp was lit at dusk, and all night long the rain fell upon the black harbour, where nobody slept but a
well-known dog that was old and did not mind it at all.

“Is anybody there?” asked Mara, who had heard the boat before anybody else had heard it, and who did not wait.

Nobody answered her; it was the wind that had come round to the west, the well-known wind of those parts, and
it blew until the morning and a good part of the day.

In the morning it was over and the sea lay still, as if nothing had happened in the night, and nobody spoke of
it again.

***

Later they found the boat on the rocks at the foot of the cliff, where the tide had left it.
"""


def read(folder: Path, pages: Sequence[Sequence[Set]], **options: object) -> Manuscript:
    return read_manuscript(write_pdf(folder / "lamp.pdf", pages, **options))  # type: ignore[arg-type]


def test_paragraphs_are_put_together_again(tmp_path: Path) -> None:
    book = read(tmp_path, PAGES, title="The Lamp")
    assert (book.title, book.author) == ("The Lamp", "Ada Example")
    assert [(chapter.title, chapter.source) for chapter in book.chapters] == [
        ("Chapter 1", "page 1"),
        ("Chapter 2", "page 4"),
    ]
    assert [" ".join(each.split()) for each in book.chapters[0].text.split("\n\n")] == [
        " ".join(each.split()) for each in JOINED.split("\n\n")
    ]
    assert book.chapters[1].text.startswith("They burned it in the winter")
    assert [each.what for each in book.left_out[1:]] == [
        "4 × running heads",
        "4 × page numbers",
        "1 × lines of notes",
    ]


def test_paragraphs_are_told_by_the_space_between_them_too(tmp_path: Path) -> None:
    page = [
        Set(FULL),
        Set("body slept."),
        Set(FULL, above=8),
        Set("body slept but the dog."),
        Set("A short one.", above=8),
    ]
    book = read(tmp_path, [page], heads=False)
    assert book.chapters[0].text == f"{FULL} body slept.\n\n{FULL} body slept but the dog.\n\nA short one.\n"


def test_a_line_that_is_like_others_but_stands_in_the_text_stays(tmp_path: Path) -> None:
    pages = [
        [
            Set(f"{word} {FULL[4:-5]}"),
            Set(f"{word} slept."),
            Set("The lamp", above=30),
            Set(FULL),
            Set(f"{word}."),
        ]
        for word in ("Tom", "Mara", "Pip")
    ]
    book = read(tmp_path, pages)
    assert book.chapters[0].text.count("The lamp") == 3 + 3
    assert "THE LAMP" not in book.chapters[0].text


@pytest.mark.parametrize("content", [b"%PDF-1.4\nbroken", b"%PDF-1.7"])
def test_what_is_no_pdf_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "lamp.pdf"
    file.write_bytes(content)
    with pytest.raises(ProjectError, match="is no PDF that can be read"):
        read_manuscript(file)


def test_pictures_of_pages_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="it is pictures of pages") as caught:
        read(tmp_path, [[], []])
    assert "OCR" in str(caught.value.hint)
