"""Which pages of a book no narrator reads, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from fullcast.files.epub_elements import UNSPOKEN_KINDS
from fullcast.files.epub_page import Page
from fullcast.files.prose import count_words
from fullcast.files.titles import title_tokens

KEPT_KINDS: Mapping[str, str] = {
    "dedication": "Dedication",
    "epigraph": "Epigraph",
    "foreword": "Foreword",
    "preface": "Preface",
    "introduction": "Introduction",
    "prologue": "Prologue",
    "preamble": "Preamble",
    "epilogue": "Epilogue",
    "afterword": "Afterword",
    "conclusion": "Conclusion",
    "appendix": "Appendix",
}
"""Parts that a narrator does read, with the title they get where the book gives none."""

_GUIDE = {
    "title-page": "titlepage",
    "acknowledgements": "acknowledgments",
    "notes": "endnotes",
    "other.copyright": "copyright-page",
}
"""Words of the guide of EPUB 2 (OPF 2.0.1, 2.6) that differ from those of EPUB 3."""

_NAMES = {
    "titlepage": "title page,titlepage,half title,halftitle,titelseite,page de titre,portada,扉页,书名页",
    "cover": "cover,front cover,back cover,umschlag,couverture,cubierta,封面",
    "imprint": "imprint,impressum,mentions légales",
    "copyright-page": "copyright,copyright page,copyright notice,uncopyright,legal notice,"
    "版权,版权页,版权信息",
    "toc": "contents,table of contents,inhalt,inhaltsverzeichnis,table des matières,sommaire,índice,indice,"
    "inhoud,inhoudsopgave,innehåll,indhold,sumário,目录,目次",
    "loi": "list of illustrations,illustrations,list of figures,list of maps",
    "index": "index,register,general index",
    "bibliography": "bibliography,works cited,references,literaturverzeichnis,bibliographie",
    "endnotes": "notes,endnotes,footnotes,anmerkungen,fußnoten,注释,脚注",
    "colophon": "colophon,about this ebook,about this book,a note on the type",
    "acknowledgments": "acknowledgments,acknowledgements,danksagung,remerciements,致谢",
    "about": "also by the author,about the author,about the publisher,newsletter,"
    "transcribers note,transcribers notes,other books,作者简介",
    "glossary": "glossary,glossar,glossaire",
}
_BY_NAME = {title_tokens(name): kind for kind, names in _NAMES.items() for name in names.split(",")}

_BY_STEM = re.compile(
    r"(?:^|[-_.\d])(?P<cover>cover|coverpage)|(?P<titlepage>(?:half)?[-_]?title[-_]?page|halftitle|frontispiece)"
    r"|(?P<toc>^toc|^contents|^nav)|(?P<copyright>copyright|^imprint|^colophon|^uncopyright)(?:[-_.\d]|$)",
    re.IGNORECASE,
)

_RIGHTS = re.compile(
    r"©|\bcopyright\b|all rights reserved|\bISBN\b|alle rechte vorbehalten|版权所有|著作权", re.IGNORECASE
)

_LONGEST = 3_000
"""Words: a page whose mere name says that it is no text, but which is longer, is read."""

_SHORT = 500
_FRONT = 120
"""Words: an unnamed page before the first chapter that is shorter is a title page, a motto, a dedication."""

_LINKED = 0.7


def why_unspoken(page: Page, title: str, named: frozenset[str]) -> str:
    """Return why a page is not read aloud; nothing if it is.

    Args:
        page: The page.
        title: What the table of contents calls it.
        named: What the guide or the landmarks say it is.
    """
    if page.kinds & KEPT_KINDS.keys():
        return ""
    words = count_words(page.text)
    by_guide = {_GUIDE.get(kind, kind) for kind in named} if words < _LONGEST else set()
    kind = next((kind for kind in UNSPOKEN_KINDS if kind in page.kinds or kind in by_guide), "")
    if not kind and words < _LONGEST:
        kind = _BY_NAME.get(title_tokens(title)) or _BY_NAME.get(title_tokens(page.heading)) or ""
    if not kind and words < _SHORT:
        kind = _kind_by_file(page, title)
    if not kind and page.linked > _LINKED and words >= 8:
        kind = "toc"
    if not kind and not words:
        return (
            "it holds only pictures" if page.passed_over.get("pictures") else "there is nothing to read in it"
        )
    return f"it is {UNSPOKEN_KINDS[kind]}" if kind else ""


def _kind_by_file(page: Page, title: str) -> str:
    found = _BY_STEM.search(PurePosixPath(page.name).stem) if not title else None
    if found and found.lastgroup:
        return "copyright-page" if found.lastgroup == "copyright" else found.lastgroup
    return "copyright-page" if _RIGHTS.search(page.text) and not title else ""


def is_stray_front(page: Page, names: frozenset[str]) -> bool:
    """Tell whether a page that the contents do not name, before the first chapter, is no chapter.

    Args:
        page: The page.
        names: The words of the book's title and its author's name.
    """
    if page.kinds & KEPT_KINDS.keys():
        return False
    named = set(title_tokens(page.heading)) - names
    return count_words(page.text) < _FRONT and not named
