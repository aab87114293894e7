"""Word documents as books."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from fullcast.errors import ProjectError
from fullcast.files.book_import import read_manuscript
from fullcast.files.manuscript import Manuscript

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = {
    "Title": "Title",
    "Subtitle": "Subtitle",
    "Heading1": "heading 1",
    "Heading2": "heading 2",
    "Quote": "Quote",
    "TOC1": "toc 1",
}
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" '
    f'Type="{KIND}/officeDocument"/></Relationships>'
)
INNER = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="s" Type="{KIND}/styles" Target="styles.xml"/>'
    f'<Relationship Id="f" Type="{KIND}/footnotes" Target="footnotes.xml"/></Relationships>'
)
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title><dc:creator>Ada Example</dc:creator>'
    "<dc:language>en-GB</dc:language></cp:coreProperties>"
)


def p(text: str, style: str = "") -> str:
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    inner = text if "<w:" in text else r(text)
    return f"<w:p>{named}{inner}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def write_docx(file: Path, body: str, *, title: str = "", extra: dict[str, str] | None = None) -> Path:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in STYLES.items()
    )
    note = f'<w:footnote w:id="2">{p("In the year of the great storm.")}</w:footnote>'
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS,
        "word/_rels/document.xml.rels": INNER,
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
        "word/footnotes.xml": f"<w:footnotes {W}>{note}</w:footnotes>",
        "docProps/core.xml": CORE.format(title),
        **(extra or {}),
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return file


def read(folder: Path, *body: str, title: str = "") -> Manuscript:
    return read_manuscript(write_docx(folder / "lamp.docx", "".join(body), title=title))


def chapters(book: Manuscript) -> list[tuple[str, str]]:
    return [(chapter.title, chapter.text) for chapter in book.chapters]


def test_styles_are_read(tmp_path: Path) -> None:
    book = read(
        tmp_path,
        p("The Lamp", "Title"),
        p("A story", "Subtitle"),
        p("Chapter 1 … 3", "TOC1"),
        p("For Tom"),
        p("Dusk", "Heading1"),
        p(r("The lamp was ") + r("lit", "<w:i/>") + r(".") + '<w:r><w:footnoteReference w:id="2"/></w:r>'),
        p("* * *"),
        p("It rained."),
        p("Dear Mara, come home.", "Quote"),
        p("Dawn", "Heading1"),
        p("The harbour", "Heading2"),
        p(r("Roses,") + "<w:r><w:br/></w:r>" + r("violets.")),
    )
    assert (book.title, book.author, book.language) == ("The Lamp", "Ada Example", "en-GB")
    assert chapters(book) == [
        ("Dusk", "The lamp was *lit*.\n\n***\n\nIt rained.\n\n> Dear Mara, come home.\n"),
        ("Dawn: The harbour", "Roses,\nviolets.\n"),
    ]
    assert [each.what for each in book.left_out] == [
        "For Tom (paragraph 1)",
        "1 × numbers of notes",
        "1 × notes",
    ]
    assert book.left_out[0].chapter is not None


def test_changes_count_as_accepted_and_hidden_text_as_not_there(tmp_path: Path) -> None:
    changed = (
        r("The ")
        + f'<w:del w:id="1" w:author="a">{r("old ").replace("w:t", "w:delText")}</w:del>'
        + f'<w:ins w:id="2" w:author="a">{r("new ")}</w:ins>'
        + r("lamp.")
    )
    assert chapters(read(tmp_path, p(changed))) == [("lamp", "The new lamp.\n")]


def test_chapters_without_styles_are_found_by_their_words(tmp_path: Path) -> None:
    book = read(
        tmp_path, p("Chapter 1"), p("The lamp was lit."), p("Chapter 2"), p("It rained."), title="The Lamp"
    )
    assert chapters(book) == [("Chapter 1", "The lamp was lit.\n"), ("Chapter 2", "It rained.\n")]
    assert book.title == "The Lamp"


def test_a_document_is_known_by_what_it_is(tmp_path: Path) -> None:
    file = write_docx(tmp_path / "lamp.txt", p("The lamp was lit."))
    assert read_manuscript(file).chapters[0].text == "The lamp was lit.\n"


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"word/styles.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}, "declares XML entities of its own"),
        ({"word/document.xml": "<w:document"}, "cannot be read as a Word document"),
        ({"word/document.xml": f"<w:document {W}><w:body/></w:document>"}, "there is no text in the file"),
    ],
)
def test_a_document_that_is_not_to_be_read_is_refused(
    extra: dict[str, str], message: str, tmp_path: Path
) -> None:
    file = write_docx(tmp_path / "lamp.docx", p("Rain."), extra=extra)
    with pytest.raises(ProjectError, match=message):
        read_manuscript(file)


def test_what_is_no_document_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "lamp.docx"
    file.write_bytes(b"words")
    with pytest.raises(ProjectError, match="is damaged, or no Word document"):
        read_manuscript(file)
    with zipfile.ZipFile(file, "w") as container:
        container.writestr("a.txt", "words")
    with pytest.raises(ProjectError) as caught:
        read_manuscript(file)
    assert "DOCX" in str(caught.value)
