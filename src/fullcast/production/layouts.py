"""How each kind of delivery is laid out as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from fullcast.errors import Severity
from fullcast.files.chapter_files import write_chapter_file
from fullcast.files.disk import read_whole
from fullcast.files.join import Joined, chapter_starts, join_m4b
from fullcast.files.pictures import check_cover, prepare_cover
from fullcast.files.store import Store
from fullcast.files.subtitles import Caption, write_subtitles
from fullcast.files.tags import Labels
from fullcast.model import Subtitle
from fullcast.production.captions import book_captions, make_captions
from fullcast.production.chapters import SAMPLE
from fullcast.production.daw import lay_out_stems
from fullcast.production.pieces import Item, Piece, Work, part_of, safe_name, scene_marks
from fullcast.production.podcast import lay_out_podcast
from fullcast.production.proofing import lay_out_proof
from fullcast.production.readaloud import lay_out_epub, lpf_item
from fullcast.production.shelf import book_folder, shelf_sidecars
from fullcast.units import MIX_RATE, Seconds, to_seconds

Layout = Callable[[Work, Store], Iterator[Item]]


def book_item(work: Work, name: str) -> Item:
    """Return the one M4B that holds every chapter."""
    book = work.prepared.book

    def make(file: Path) -> Joined:
        parts = [part_of(piece.encoded) for piece in work.pieces]
        return join_m4b(parts, file, credits=book.credits, cover=book.cover)

    marks = [(piece.encoded.key, piece.title) for piece in work.pieces]
    return Item(name=name, key=work.identity(marks), make=make)


def starts_of(work: Work) -> list[Seconds]:
    """Return where each chapter begins in the M4B of the book."""
    starts = chapter_starts([piece.encoded.samples for piece in work.pieces])
    return [to_seconds(start, MIX_RATE) for start in starts]


def lay_out_book(work: Work, takes: Store) -> Iterator[Item]:
    """Yield one M4B, and the subtitles of the book beside it."""
    stem = safe_name(work.credits.title)
    yield book_item(work, f"{stem}.m4b")
    if work.delivery.subtitles:
        captions = list(book_captions(work.pieces, starts_of(work), takes))
        yield from subtitle_items(work, stem, captions)


def subtitle_items(work: Work, stem: str, captions: list[Caption]) -> Iterator[Item]:
    """Yield the subtitles that a delivery wants beside a file."""
    for kind in work.delivery.subtitles:
        content = write_subtitles(kind, captions, words=work.delivery.words)
        yield work.text(f"{stem}.{Subtitle(kind)}", content)


def labels_of(work: Work, piece: Piece, track: int) -> Labels:
    """Return what the tags of a chapter's own file say."""
    cover = work.prepared.book.cover
    return Labels(
        credits=work.credits,
        number=track,
        total=len(work.pieces),
        cover=prepare_cover(cover) if cover else None,
        marks=scene_marks(piece),
        duration=piece.duration,
    )


def chapter_item(work: Work, piece: Piece, track: int, name: str) -> Item:
    """Return a chapter's own file.

    Args:
        work: The delivery.
        piece: The chapter.
        track: Its place in the delivery, counted from 1.
        name: The file's path in the delivery, without suffix.
    """
    marks = [(mark.title, mark.start) for mark in scene_marks(piece)]
    key = work.identity(piece.encoded.key, piece.title, track, len(work.pieces), marks)

    def make(file: Path) -> Joined:
        return write_chapter_file(part_of(piece.encoded), file, labels=labels_of(work, piece, track))

    return Item(name=f"{name}{piece.encoded.file.suffix}", key=key, make=make)


def numbered(work: Work) -> Iterator[tuple[int, Piece, str]]:
    """Yield each chapter with its place in the delivery and the stem of its file."""
    digits = max(2, len(str(_total(work))))
    for piece in work.pieces:
        track = _track(work, piece)
        yield track, piece, f"{track:0{digits}} - {safe_name(piece.title)}"


def _total(work: Work) -> int:
    """Return how many files the whole delivery has, however many are made in this run."""
    chapters = work.prepared.book.chapters
    return sum(work.delivery.credits or chapter.credit is None for chapter in chapters)


def _track(work: Work, piece: Piece) -> int:
    """Return the place of a chapter among all that the delivery will hold."""
    if not work.delivery.credits:
        return piece.number
    plan = len(work.prepared.book.chapters)
    if piece.plan.chapter.credit is None:
        return piece.number + 1
    return 1 if piece.number == plan - 1 else plan


def lay_out_chapters(work: Work, takes: Store) -> Iterator[Item]:
    """Yield one file a chapter, and its subtitles beside it."""
    for track, piece, stem in numbered(work):
        yield chapter_item(work, piece, track, stem)
        if work.delivery.subtitles:
            yield from subtitle_items(work, stem, list(make_captions(piece, takes)))


def lay_out_shop(work: Work, takes: Store) -> Iterator[Item]:
    """Yield what ACX and INaudio ask for: credits and chapters in order, a retail sample, the cover."""
    yield from lay_out_chapters(work, takes)
    yield from (_sample_item(work, piece) for piece in work.pieces if SAMPLE in piece.extras)
    yield from cover_item(work, "cover")


def _sample_item(work: Work, piece: Piece) -> Item:
    """Return the retail sample: the beginning of a chapter."""
    encoded = piece.extras[SAMPLE]
    cover = work.prepared.book.cover
    labels = Labels(credits=work.credits, cover=prepare_cover(cover) if cover else None)

    def make(file: Path) -> Joined:
        part = replace(part_of(encoded), title=f"{work.credits.title} (sample)")
        return write_chapter_file(part, file, labels=labels)

    name = f"Retail Sample{encoded.file.suffix}"
    return Item(name=name, key=work.identity(encoded.key, SAMPLE), make=make)


def cover_item(work: Work, stem: str) -> Iterator[Item]:
    """Yield the cover as it is in the project, if it has one."""
    cover = work.prepared.book.cover
    if cover is not None and not any(problem.severity is Severity.ERROR for problem in check_cover(cover)):
        content = read_whole(cover)
        suffix = ".png" if content.startswith(b"\x89PNG") else ".jpg"
        yield work.text(f"{stem}{suffix}", content)


def lay_out_google(work: Work, takes: Store) -> Iterator[Item]:
    """Yield files named as Google's Partner Center sorts them: ``ISBN_1of10``, ``ISBN_frontcover``."""
    stem = safe_name(work.credits.isbn or work.credits.title).replace(" ", "_")
    total = _total(work)
    for track, piece, _ in numbered(work):
        yield chapter_item(work, piece, track, f"{stem}_{track}of{total}")
    yield from cover_item(work, f"{stem}_frontcover")
    if len(work.pieces) == total:
        yield lpf_item(work, f"{stem}.lpf")
    del takes


def lay_out_shelf(work: Work, takes: Store) -> Iterator[Item]:
    """Yield a folder that is copied into a library of Audiobookshelf as it is."""
    folder = book_folder(work.credits)
    stem = f"{folder}/{safe_name(work.credits.title)}"
    yield book_item(work, f"{stem}.m4b")
    for name, content in shelf_sidecars(work, starts_of(work)):
        yield work.text(f"{folder}/{name}", content)
    yield from cover_item(work, f"{folder}/cover")
    if work.delivery.subtitles:
        captions = list(book_captions(work.pieces, starts_of(work), takes))
        yield from subtitle_items(work, stem, captions)


LAYOUTS: Mapping[str, Layout] = {
    "m4b": lay_out_book,
    "chapters": lay_out_chapters,
    "mix": lay_out_chapters,
    "acx": lay_out_shop,
    "voices": lay_out_shop,
    "google": lay_out_google,
    "abs": lay_out_shelf,
    "epub": lay_out_epub,
    "podcast": lay_out_podcast,
    "daw": lay_out_stems,
    "proof": lay_out_proof,
}
"""How each preset is laid out."""

WHOLE_BOOKS = frozenset({"m4b", "abs", "epub"})
"""Presets whose files hold the whole book: they are written once every chapter is made."""
