"""An EPUB 3 that is read aloud: each chapter's text with ids, its sound, and the overlay that joins them.

Source:
    W3C, EPUB 3.3, 5 (package document), 7 (navigation), 9 (media overlays); EPUB Accessibility 1.1.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from fullcast.files.packages import Member, write_package
from fullcast.model import Credits
from fullcast.units import Seconds

ACTIVE = "-epub-media-overlay-active"
"""Class of what is being read."""

_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles>
    <rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
  </rootfiles>
</container>
"""

_STYLE = f"""html {{ line-height: 1.5; }}
body {{ margin: 5%; }}
h1 {{ font-size: 1.5em; margin: 2em 0 1.5em; }}
p {{ margin: 0; text-indent: 1.5em; }}
h1 + p, hr + p {{ text-indent: 0; }}
hr {{ border: 0; margin: 1.5em 0; text-align: center; }}
hr::after {{ content: "* * *"; }}
.{ACTIVE} {{ background-color: rgba(255, 214, 102, 0.55); }}
"""

_RIGHT_TO_LEFT = frozenset({"ar", "he", "fa", "ur", "yi", "ps"})
"""Languages written from right to left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A piece of text that lights up while it is read; without an id it is text between two of them."""

    text: str
    id: str = ""
    start: Seconds = Seconds(0.0)
    end: Seconds = Seconds(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph, or the heading."""

    fragments: tuple[Fragment, ...]
    heading: bool = False
    opens_scene: bool = False
    """Whether a scene break stands in front of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadChapter:
    """A chapter to be read and heard."""

    number: int
    title: str
    audio: Path
    """AAC in an MPEG-4 file."""
    duration: Seconds
    paragraphs: tuple[Paragraph, ...]

    def fragments(self) -> Iterator[Fragment]:
        """Yield what is read, in order."""
        for paragraph in self.paragraphs:
            yield from (fragment for fragment in paragraph.fragments if fragment.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBook:
    """A book to be read and heard."""

    about: Credits
    chapters: tuple[ReadChapter, ...]
    cover: bytes | None = None
    """JPEG data."""
    modified: str = "2000-01-01T00:00:00Z"
    """When it was made, in UTC."""

    @property
    def identifier(self) -> str:
        """A name for the book that stays while title, author and language do."""
        about = self.about
        if about.isbn:
            return f"urn:isbn:{about.isbn}"
        words = f"{about.title}\n{about.author}\n{about.language}"
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'https://fullcast.invalid/{words}')}"


def write_epub(file: Path, book: ReadBook) -> int:
    """Write an EPUB 3 with media overlays; returns its bytes.

    Args:
        file: Where it goes; replaced only once the new one is whole.
        book: What it holds.

    Raises:
        StoreError: If the disk refuses.
    """
    return write_package(file, _members(book))


def _members(book: ReadBook) -> Iterator[Member]:
    yield Member(name="mimetype", content=b"application/epub+zip", stored=True)
    yield Member(name="META-INF/container.xml", content=_CONTAINER.encode())
    yield Member(name="EPUB/package.opf", content="".join(_package(book)).encode())
    yield Member(name="EPUB/nav.xhtml", content=_navigation(book).encode())
    yield Member(name="EPUB/style.css", content=_STYLE.encode())
    if book.cover is not None:
        yield Member(name="EPUB/cover.jpg", content=book.cover, stored=True)
    for chapter in book.chapters:
        stem = _stem(chapter)
        yield Member(name=f"EPUB/text/{stem}.xhtml", content=_page(chapter, book.about.language).encode())
        yield Member(name=f"EPUB/smil/{stem}.smil", content=make_overlay(chapter, f"../text/{stem}.xhtml"))
        yield Member(name=f"EPUB/audio/{stem}.m4a", content=chapter.audio, stored=True)


def _stem(chapter: ReadChapter) -> str:
    return f"{chapter.number:03}"


def clock_value(seconds: float) -> str:
    """Return a duration as EPUB writes it.

    >>> clock_value(3725.5)
    '1:02:05.500'
    """
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _package(book: ReadBook) -> Iterator[str]:
    language = escape(book.about.language)
    direction = ' page-progression-direction="rtl"' if _is_rtl(book.about.language) else ""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"'
    yield f' xml:lang="{language}">\n<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
    yield from _metadata(book)
    yield "</metadata>\n<manifest>\n"
    yield '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>\n'
    yield '<item id="css" href="style.css" media-type="text/css"/>\n'
    if book.cover is not None:
        yield '<item id="cover" href="cover.jpg" media-type="image/jpeg" properties="cover-image"/>\n'
    for chapter in book.chapters:
        stem = _stem(chapter)
        yield f'<item id="t{stem}" href="text/{stem}.xhtml" media-type="application/xhtml+xml"'
        yield f' media-overlay="s{stem}"/>\n'
        yield f'<item id="s{stem}" href="smil/{stem}.smil" media-type="application/smil+xml"/>\n'
        yield f'<item id="a{stem}" href="audio/{stem}.m4a" media-type="audio/mp4"/>\n'
    yield f"</manifest>\n<spine{direction}>\n"
    for chapter in book.chapters:
        yield f'<itemref idref="t{_stem(chapter)}"/>\n'
    yield "</spine>\n</package>\n"


def _is_rtl(language: str) -> bool:
    return language.partition("-")[0].lower() in _RIGHT_TO_LEFT


def _metadata(book: ReadBook) -> Iterator[str]:
    about = book.about
    yield f'<dc:identifier id="id">{escape(book.identifier)}</dc:identifier>\n'
    facts = {
        "title": " – ".join(filter(None, (about.title, about.subtitle))),
        "language": about.language,
        "creator": about.author,
        "publisher": about.publisher,
        "description": "\n\n".join(filter(None, (about.description, about.disclosure))),
        "date": about.year if about.year.isdigit() and len(about.year) == 4 else "",
    }
    for name, value in facts.items():
        if value:
            yield f"<dc:{name}>{escape(value)}</dc:{name}>\n"
    yield from overlay_metadata(
        {f"s{_stem(chapter)}": chapter.duration for chapter in book.chapters}, about.narrator
    )
    accessible = (
        ("accessMode", "textual"),
        ("accessMode", "auditory"),
        ("accessModeSufficient", "textual"),
        ("accessModeSufficient", "auditory"),
        ("accessibilityFeature", "synchronizedAudioText"),
        ("accessibilityFeature", "tableOfContents"),
        ("accessibilityHazard", "none"),
        ("accessibilitySummary", "The whole text is synchronised with a narration."),
    )
    for name, value in accessible:
        yield f'<meta property="schema:{name}">{value}</meta>\n'
    yield f'<meta property="dcterms:modified">{book.modified}</meta>\n'


def overlay_metadata(durations: dict[str, Seconds], narrator: str) -> Iterator[str]:
    """Yield what a package says of its overlays.

    Args:
        durations: Length of each overlay by the id of its item.
        narrator: Who reads; empty if nobody is named.
    """
    for item, duration in durations.items():
        yield f'<meta property="media:duration" refines="#{item}">{clock_value(duration)}</meta>\n'
    total = sum(round(duration * 1000) for duration in durations.values()) / 1000
    yield f'<meta property="media:duration">{clock_value(total)}</meta>\n'
    if narrator:
        yield f'<meta property="media:narrator">{escape(narrator)}</meta>\n'
    yield f'<meta property="media:active-class">{ACTIVE}</meta>\n'


def _head(language: str, title: str, style: str) -> str:
    known = escape(language)
    direction = ' dir="rtl"' if _is_rtl(language) else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
        f' lang="{known}" xml:lang="{known}"{direction}>\n'
        f"<head><title>{escape(title)}</title>"
        f'<link rel="stylesheet" type="text/css" href="{style}"/></head>\n'
    )


def _navigation(book: ReadBook) -> str:
    entries = "".join(
        f'<li><a href="text/{_stem(chapter)}.xhtml">{escape(chapter.title)}</a></li>\n'
        for chapter in book.chapters
    )
    head = _head(book.about.language, book.about.title, "style.css")
    title = escape(book.about.title)
    listed = f'<nav epub:type="toc" id="toc"><h1>{title}</h1><ol>\n{entries}</ol></nav>'
    return f"{head}<body>{listed}</body></html>\n"


def _page(chapter: ReadChapter, language: str) -> str:
    parts = [
        _head(language, chapter.title, "../style.css"),
        '<body><section epub:type="chapter" id="chapter">\n',
    ]
    if not any(paragraph.heading for paragraph in chapter.paragraphs):
        parts.append(f"<h1>{escape(chapter.title)}</h1>\n")
    for paragraph in chapter.paragraphs:
        if paragraph.opens_scene:
            parts.append("<hr/>\n")
        tag = "h1" if paragraph.heading else "p"
        inner = "".join(_mark(fragment) for fragment in paragraph.fragments)
        parts.append(f"<{tag}>{inner}</{tag}>\n")
    return "".join([*parts, "</section></body></html>\n"])


def _mark(fragment: Fragment) -> str:
    text = escape(clean(fragment.text), quote=False)
    return f'<span id="{fragment.id}">{text}</span>' if fragment.id else text


def clean(text: str) -> str:
    """Return a text without the characters that XML cannot hold (XML 1.0, 2.2)."""
    return "".join(sign for sign in text if (sign >= " " or sign in "\t\n\r") and sign not in "\ufffe\uffff")


def make_overlay(chapter: ReadChapter, page: str) -> bytes:
    """Return the overlay of a chapter.

    Args:
        chapter: What is read when.
        page: Its text, as seen from the overlay.
    """
    pieces: Sequence[Fragment] = list(chapter.fragments())
    sound = f"../audio/{_stem(chapter)}.m4a"
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<smil xmlns="http://www.w3.org/ns/SMIL"'
        ' xmlns:epub="http://www.idpf.org/2007/ops" version="3.0">\n'
        f'<body><seq id="seq" epub:textref="{page}#chapter" epub:type="chapter">\n'
    )
    parts = [head]
    for number, piece in enumerate(pieces, 1):
        clip = f'clipBegin="{piece.start:.3f}s" clipEnd="{piece.end:.3f}s"'
        parts.append(
            f'<par id="par{number}"><text src="{page}#{piece.id}"/><audio src="{sound}" {clip}/></par>\n'
        )
    return "".join([*parts, "</seq></body></smil>\n"]).encode()
