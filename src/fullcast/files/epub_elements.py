"""What an element of a content document is: a heading, a note, a page number, a line of verse.

Books say it by ``epub:type`` and ARIA roles, or only by the names of their classes; both are heard.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fullcast.files.xhtml import Element

UNSPOKEN_KINDS: Mapping[str, str] = {
    "cover": "the cover",
    "titlepage": "a title page",
    "halftitlepage": "a half title",
    "halftitle": "a half title",
    "imprint": "an imprint",
    "copyright-page": "a copyright page",
    "toc": "a table of contents",
    "toc-brief": "a table of contents",
    "landmarks": "a list of places in the book",
    "page-list": "a list of pages",
    "loi": "a list of illustrations",
    "lot": "a list of tables",
    "index": "an index",
    "bibliography": "a bibliography",
    "glossary": "a glossary",
    "colophon": "a colophon",
    "credits": "credits",
    "other-credits": "credits",
    "contributors": "credits",
    "acknowledgments": "acknowledgments",
    "seriespage": "a list of the series",
    "errata": "a list of errors",
    "footnotes": "a page of notes",
    "endnotes": "a page of notes",
    "rearnotes": "a page of notes",
    "about": "about the author, the series or the edition",
}
"""Parts that no narrator reads (EPUB 3 Structural Semantics Vocabulary 1.1), as an import names them."""

NOTE_KINDS = frozenset({"footnote", "endnote", "rearnote", "note", "annotation"})

_NOTE_MARK = re.compile(r"\s*[\[({]?\s*(?:\d{1,4}|[*†‡§¶‖#]{1,4}|[a-z]|[ivxlc]{1,6})\s*[\])}]?\s*")

_NOTE_CLASS = re.compile(r"note|fn|anchor", re.IGNORECASE)

LONGEST_NOTE = 6_000
"""Characters: what a note's number points at is a note only if it is not a whole chapter."""

_PAGE_CLASS = re.compile(r"\bpage[-_]?(?:num|no|number|break)?s?\b|\bpagenum", re.IGNORECASE)

_BREAK_CLASS = re.compile(
    r"(?:scene|section|thought|context|chapter|text|line|space)[-_]?break|ornament|asterism|separator|transition"
    r"|(?:space|gap|skip)[-_]?(?:above|before)|extra[-_]?space|(?:blank|white|line)[-_]?(?:line|space)\b",
    re.IGNORECASE,
)

_HEADING_CLASS = re.compile(
    r"(?:chapter|chap|part|book|section)[-_]?(?:title|head|heading|number|num|no|name)\b|\bsub-?title\b|\bheading\b",
    re.IGNORECASE,
)

_VERSE_CLASS = re.compile(r"\b(?:poem|poetry|verse|stanza|lyrics|song)\b", re.IGNORECASE)

_LINE_CLASS = re.compile(r"(?:^|[\s_-])(?:l|line|i\d+|verse)\d*(?:$|[\s_-])", re.IGNORECASE)

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "html",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)

NOTHING = frozenset(
    [
        "head",
        "script",
        "style",
        "template",
        "title",
        "noscript",
        "rt",
        "rp",
        "rtc",
        "nav",
        "audio",
        "video",
        "iframe",
        "object",
        "embed",
        "canvas",
        "map",
        "input",
        "button",
        "select",
        "textarea",
        "link",
        "meta",
    ]
)

EMPHASIS = frozenset({"em", "i", "strong", "b", "cite", "dfn", "var"})


def page_kinds(body: Element) -> frozenset[str]:
    """Return what a document is as a whole: what its body and an element that holds all of it say."""
    kinds = body.kinds()
    inner = [child for child in body.children if isinstance(child, Element) or child.strip()]
    while len(inner) == 1 and isinstance(inner[0], Element) and inner[0].name in BLOCKS:
        kinds |= inner[0].kinds()
        inner = [child for child in inner[0].children if isinstance(child, Element) or child.strip()]
    return kinds


def is_note_reference(element: Element) -> bool:
    """Tell whether an element is the number of a note in the running text."""
    if element.kinds() & {"noteref"}:
        return True
    if element.name not in {"a", "sup"} or not _NOTE_MARK.fullmatch(element.text):
        return False
    link = element.find("a")
    if link is None or "#" not in link.get("href"):
        return False
    raised = element.name == "sup" or element.find("sup") is not None
    named = _NOTE_CLASS.search(f"{link.get('class')} {link.get('id')}") and "#" in link.get("href")
    return bool(raised or named or element.text.strip()[:1] in "[({")


def linked_share(body: Element) -> float:
    """Return the share of the characters that stand in links."""
    whole = len("".join(body.text.split()))
    linked = sum(
        len("".join(each.text.split())) for each in body.walk() if each.name == "a" and each.get("href")
    )
    return min(1.0, linked / whole) if whole else 0.0


def is_break_class(element: Element) -> bool:
    """Tell whether an element is named as a change of scene, or as standing after one."""
    return _BREAK_CLASS.search(element.get("class")) is not None


def is_verse(element: Element) -> bool:
    """Tell whether an element is named as verse."""
    kinds = element.kinds() & {"verse", "poem", "song", "hymn", "lyrics"}
    return bool(kinds) or _VERSE_CLASS.search(element.get("class")) is not None


def is_heading(element: Element) -> bool:
    """Tell whether an element is a heading, by its name or by what its class says."""
    if re.fullmatch(r"h[1-6]", element.name):
        return True
    named = _HEADING_CLASS.search(element.get("class")) or element.kinds() & {"subtitle", "fulltitle"}
    plain = all(isinstance(child, str) or child.name not in BLOCKS for child in element.children)
    return element.name in {"p", "div"} and bool(named) and plain and len(element.text) < 200


def heading_level(element: Element) -> int:
    """Return the level of a heading, 3 where only a class says that it is one."""
    return int(element.name[1]) if element.name[0] == "h" and element.name[1:].isdigit() else 3


def is_verse_line(element: Element) -> bool:
    """Tell whether an element is one line of a poem."""
    plain = all(isinstance(child, str) or child.name not in BLOCKS for child in element.children)
    return plain and element.name in {"div", "p"} and bool(_LINE_CLASS.search(element.get("class")))


def is_invisible(element: Element) -> bool:
    """Tell whether an element is never shown."""
    return re.search(r"display\s*:\s*none", element.get("style"), re.IGNORECASE) is not None


def is_page_number(element: Element) -> bool:
    """Tell whether an element is the number of a printed page."""
    text = element.text.strip().strip("[]{}()")
    named = _PAGE_CLASS.search(element.get("class"))
    return bool(named) and bool(
        re.fullmatch(r"(?:p(?:age|g|\.)?\.?\s*)?(?:\d+|[ivxlc]+)?", text, re.IGNORECASE)
    )


def points_at(element: Element, notes: frozenset[str]) -> bool:
    """Tell whether an element, or what stands at its very beginning, is the target of a note's number."""
    current: Element | None = element
    for _ in range(4):
        if current is None:
            return False
        if notes & {current.get("id"), current.get("name")}:
            return True
        inner = [child for child in current.children if isinstance(child, Element) or child.strip()]
        current = inner[0] if inner and isinstance(inner[0], Element) else None
    return False


def count_notes(element: Element) -> int:
    """Return how many notes an element holds, itself if it is one."""
    return max(
        1,
        sum(
            each.name == "li" or bool(each.kinds() & NOTE_KINDS) for each in element.walk() if each != element
        ),
    )


def words_of_picture(element: Element) -> str:
    """Return what a picture shows, where the book says so."""
    title = element.find("title")
    words = element.get("alt") or element.get("aria-label") or (title.text if title else "")
    return " ".join(words.split())
