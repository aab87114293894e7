"""Reading an EPUB, 2 or 3, as a book for the ear."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fullcast.files.epub_archive import Archive, open_archive
from fullcast.files.epub_chapters import cut_chapters, find_cuts, write_aside
from fullcast.files.epub_contents import Contents, Entry, choose_chapters, read_contents
from fullcast.files.epub_elements import is_note_reference
from fullcast.files.epub_front import is_stray_front, why_unspoken
from fullcast.files.epub_package import Package, is_page, missing_page, read_cover, read_credits, read_package
from fullcast.files.epub_page import Page, read_page
from fullcast.files.manuscript import LeftOut, Manuscript, ManuscriptChapter, read_language, refuse
from fullcast.files.titles import title_tokens
from fullcast.files.xhtml import Element, parse_page

_NAMED_PICTURES = 8
"""So many pictures are listed by what they show, the others only counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorted:
    """The pages of a book, those that are spoken apart from the others."""

    pages: tuple[Page, ...]
    left_out: tuple[LeftOut, ...]


def read_epub(file: Path) -> Manuscript:
    """Return what an EPUB holds for the ear.

    Args:
        file: The book.

    Raises:
        ProjectError: If it is no EPUB, is protected, is not to be trusted, or holds nothing to read aloud.
    """
    with open_archive(file) as archive:
        package = read_package(archive)
        contents = read_contents(archive, package)
        details = read_credits(package)
        all_pages, aside = _read_pages(archive, package, contents)
        cover, cover_note = read_cover(archive, package)
    _check_words(file, all_pages)
    entries = choose_chapters(contents.entries)
    found = _sort_pages(all_pages, entries, _name_places(package, contents))
    found = _drop_stray_front(found, entries, details)
    chapters, dangling = cut_chapters(found.pages, find_cuts(found.pages, entries))
    if not chapters:
        message = "every page of the book is a title page, a list, a note or a picture: no chapter is left"
        raise refuse(file, "epub-empty", message, "give the text as a plain text (.txt) or Markdown (.md)")
    heading = [LeftOut(what=dangling, why="it is a heading without text")] if dangling else []
    details["language"], language_note = read_language(details["language"])
    notes = [note for note in (cover_note, language_note) if note]
    pages = _placed(found.left_out, all_pages, chapters)
    left_out = (*notes, *pages, *aside, *heading, *_count_passed_over(found.pages))
    title = details.pop("title") or file.stem
    return Manuscript(
        title=title, chapters=tuple(chapters), cover=cover, left_out=left_out, notes=(), **details
    )


def _read_pages(archive: Archive, package: Package, contents: Contents) -> tuple[list[Page], list[LeftOut]]:
    """Return the pages in reading order, and what stands outside of it."""
    roots: dict[str, Element] = {}
    aside: list[LeftOut] = []
    for item, linear in package.spine:
        if item.name not in archive:
            raise missing_page(archive, item)
        if item.name == contents.name or not linear:
            why = (
                "it is a table of contents"
                if item.name == contents.name
                else "it is not part of the main text"
            )
            aside.append(LeftOut(what=item.name, why=why))
        elif is_page(item):
            roots[item.name] = parse_page(archive.file, item.name, archive.read(item.name))
        else:
            picture = Element("img", {}, ())
            roots[item.name] = Element("body", {}, (picture,))
    notes = _find_notes(archive, roots)
    return [read_page(root, name, notes[name]) for name, root in roots.items()], aside


def _find_notes(archive: Archive, roots: Mapping[str, Element]) -> Mapping[str, frozenset[str]]:
    """Return for each file the ids that note numbers point at.

    A number points forward to its note. What a note points back at is the text, which must not be lost.
    """
    order = {name: number for number, name in enumerate(roots)}
    places = {name: _places(root) for name, root in roots.items()}
    targets: defaultdict[str, set[str]] = defaultdict(set)
    for name, root in roots.items():
        for number, element in enumerate(root.walk()):
            link = element.find("a") if is_note_reference(element) else None
            if link is None or not link.get("href"):
                continue
            target, fragment = archive.resolve(name, link.get("href"))
            here = (order[name], number)
            there = (order.get(target, -1), places.get(target, {}).get(fragment, -1))
            if there > here:
                targets[target].add(fragment)
    return {name: frozenset(targets[name]) for name in roots}


def _places(root: Element) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, element in enumerate(root.walk()):
        for name in (element.get("id"), element.get("name")):
            if name:
                found.setdefault(name, number)
    return found


def _check_words(file: Path, pages: Sequence[Page]) -> None:
    if any(block.text for page in pages for block in page.blocks):
        return
    pictures = sum(page.passed_over.get("pictures", 0) for page in pages)
    if pictures:
        message = f"the book is pictures: {pictures} of them and no text (scanned pages, or a comic)"
        hint = "recognise the text first (OCR: ocrmypdf, tesseract), then give it as plain text or EPUB"
        raise refuse(file, "epub-pictures", message, hint)
    raise refuse(file, "epub-empty", "there is no text in the book", "check that the download is complete")


def _name_places(package: Package, contents: Contents) -> Mapping[str, frozenset[str]]:
    """Return what the guide and the landmarks say of each file."""
    named: defaultdict[str, set[str]] = defaultdict(set)
    for name, kind in (*package.guide, *contents.landmarks):
        named[name].add(kind)
    return {name: frozenset(kinds) for name, kinds in named.items()}


def _sort_pages(
    pages: Sequence[Page], entries: Sequence[Entry], named: Mapping[str, frozenset[str]]
) -> _Sorted:
    titles: dict[str, str] = {}
    for entry in entries:
        titles.setdefault(entry.name, entry.title)
    whys = [
        why_unspoken(page, titles.get(page.name, ""), named.get(page.name, frozenset())) for page in pages
    ]
    left_out = [
        _leave_out(page, titles.get(page.name, ""), why) for page, why in zip(pages, whys, strict=True) if why
    ]
    spoken = [page for page, why in zip(pages, whys, strict=True) if not why]
    return _Sorted(pages=tuple(spoken), left_out=tuple(left_out))


def _drop_stray_front(found: _Sorted, entries: Sequence[Entry], details: Mapping[str, str]) -> _Sorted:
    """Leave out the unnamed pages before the first chapter: mottos, title pages that do not say so."""
    listed = {entry.name for entry in entries}
    first = next((number for number, page in enumerate(found.pages) if page.name in listed), 0)
    words = frozenset(title_tokens(f"{details['title']} {details['author']} by von de par"))
    stray = [page for page in found.pages[:first] if is_stray_front(page, words)]
    why = "it is a short page before the first chapter that the contents do not name"
    notes = [_leave_out(page, "", why) for page in stray]
    kept = tuple(page for page in found.pages if page not in stray)
    return _Sorted(pages=kept, left_out=(*notes, *found.left_out))


def _leave_out(page: Page, title: str, why: str) -> LeftOut:
    """Return a page as something left out, with its text for whoever wants to hear it after all."""
    label = _label(page, title)
    chapter = write_aside(page.unspoken or page.blocks, title or label, page.name)
    return LeftOut(what=label, why=why, chapter=chapter)


def _placed(
    left_out: Sequence[LeftOut], pages: Sequence[Page], chapters: Sequence[ManuscriptChapter]
) -> Iterator[LeftOut]:
    """Yield what was left out with the number of chapters in front of it."""
    order = {page.name: number for number, page in enumerate(pages)}
    begins = [order.get(chapter.source, 0) for chapter in chapters]
    for each in left_out:
        at = order.get(each.chapter.source, 0) if each.chapter else 0
        yield replace(each, before=sum(begin < at for begin in begins))


def _label(page: Page, title: str) -> str:
    opening = " ".join(page.text.split())
    words = title or page.heading or (opening if len(opening) < 48 else f"{opening[:45].rstrip()}…")
    return f"{words} ({page.name})" if words else page.name


def _count_passed_over(pages: Sequence[Page]) -> Iterator[LeftOut]:
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update(page.passed_over)
    shown = [words for page in pages for words in page.pictures]
    for what, count in counts.items():
        why = "not read aloud"
        if what == "pictures" and shown:
            more = f" and {len(shown) - _NAMED_PICTURES} more" if len(shown) > _NAMED_PICTURES else ""
            why = f"not read aloud: {'; '.join(shown[:_NAMED_PICTURES])}{more}"
        yield LeftOut(what=f"{count} × {what}" if count > 1 else f"1 × {what}", why=why)
