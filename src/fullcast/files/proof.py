"""The proof: a page that opens from disk in any browser, to hear a book and mark what shall be recorded anew.

Browsers give a page from disk neither requests nor WebVTT, so everything stands in scripts: one for the book,
one for each chapter, loaded when it is opened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from fullcast.model import Finding, Word
from fullcast.units import Seconds

PAGE = ("index.html", "page.css", "page.js")
"""Files of the page that are the same for every book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLine:
    """A line of a book as the proof shows it."""

    id: str
    speaker: str
    kind: str
    """``title``, ``narration`` or ``quotation``."""
    paragraph: int
    scene: int
    text: str
    start: Seconds
    end: Seconds
    voice: str
    retake: int = 0
    """How often it was recorded anew."""
    words: tuple[Word, ...] = ()
    """Offsets into ``text``, times in the chapter; empty where nobody knows."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofChapter:
    """A chapter as the proof shows it."""

    number: int
    title: str
    audio: str
    """Path of its sound, as seen from the page."""
    duration: Seconds
    peaks: str
    """The waveform: a byte for each peak, evenly spaced, in base64."""
    lines: tuple[ProofLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofEntry:
    """A chapter in the list of chapters."""

    number: int
    title: str
    script: str
    """Path of its script, as seen from the page."""
    findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofBook:
    """What the page must know before a chapter is opened."""

    key: str
    """Identity of the book: under it the browser keeps marks."""
    title: str
    author: str
    language: str
    speakers: tuple[str, ...]
    """The narrator first; their order decides their colours."""
    chapters: tuple[ProofEntry, ...]


def page_files() -> Mapping[str, bytes]:
    """Return the files of the page that are the same for every book."""
    folder = resources.files("fullcast.files") / "proof_page"
    return {name: (folder / name).read_bytes() for name in PAGE}


def book_script(book: ProofBook) -> str:
    """Return the script that tells the page of the book."""
    return f"window.BOOK = {_literal(_plain_book(book))};\n"


def chapter_script(chapter: ProofChapter) -> str:
    """Return the script that gives the page a chapter."""
    return f"window.CHAPTER({_literal(_plain_chapter(chapter))});\n"


def _plain_book(book: ProofBook) -> dict[str, object]:
    return {
        "key": book.key,
        "title": book.title,
        "author": book.author,
        "language": book.language,
        "speakers": list(book.speakers),
        "chapters": [
            {
                "number": entry.number,
                "title": entry.title,
                "script": entry.script,
                "findings": entry.findings,
            }
            for entry in book.chapters
        ],
    }


def _plain_chapter(chapter: ProofChapter) -> dict[str, object]:
    return {
        "number": chapter.number,
        "title": chapter.title,
        "audio": chapter.audio,
        "duration": round(chapter.duration, 3),
        "peaks": chapter.peaks,
        "lines": [_plain_line(line) for line in chapter.lines],
    }


def _plain_line(line: ProofLine) -> dict[str, object]:
    return {
        "id": line.id,
        "speaker": line.speaker,
        "kind": line.kind,
        "paragraph": line.paragraph,
        "scene": line.scene,
        "text": line.text,
        "start": round(line.start, 3),
        "end": round(line.end, 3),
        "voice": line.voice,
        "retake": line.retake,
        "words": [[word.start, word.end, round(word.begins, 3), round(word.ends, 3)] for word in line.words],
        "findings": [[finding.code, finding.message, str(finding.severity)] for finding in line.findings],
    }


def _literal(value: object) -> str:
    """Return a value as JavaScript that no text can break out of.

    JSON is JavaScript but for two line ends that old engines took for the end of a string; ``<`` is written
    as an escape, so that no text can end the script.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
