"""A podcast: one episode a chapter, a feed, and chapters within each episode.

Source:
    RSS 2.0; Apple Podcasts, A Podcaster's Guide to RSS; podcastindex.org, JSON Chapters 1.2.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

from lxml import etree

from fullcast.files.chapter_files import write_chapter_file
from fullcast.files.disk import write_whole
from fullcast.files.join import Joined
from fullcast.files.pictures import prepare_cover
from fullcast.files.store import Store
from fullcast.files.subtitles import write_subtitles
from fullcast.files.tags import Labels
from fullcast.fingerprint import digest
from fullcast.model import Subtitle
from fullcast.production.captions import make_captions
from fullcast.production.pieces import Item, Piece, Work, part_of, safe_name, scene_marks

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
ATOM = "http://www.w3.org/2005/Atom"
_TYPES = {".mp3": "audio/mpeg", ".m4a": "audio/mp4"}


def lay_out_podcast(work: Work, takes: Store) -> Iterator[Item]:
    """Yield episodes with their chapters and words, the picture of the show, and the feed."""
    book = work.prepared.book
    cover = prepare_cover(book.cover) if book.cover else None
    for piece in work.pieces:
        stem = episode_stem(work, piece)
        yield _episode(work, piece, f"{stem}{piece.encoded.file.suffix}", cover)
        yield work.text(f"{stem}.chapters.json", chapters_json(piece))
        captions = list(make_captions(piece, takes))
        for kind in dict.fromkeys((Subtitle.VTT, *work.delivery.subtitles)):
            content = write_subtitles(kind, captions, words=work.delivery.words)
            yield work.text(f"{stem}.{kind}", content)
    if cover is not None:
        yield work.text("cover.jpg", cover)
    if len(work.pieces) == len([chapter for chapter in book.chapters if chapter.credit is None]):
        yield _feed(work, has_cover=cover is not None)


def episode_stem(work: Work, piece: Piece) -> str:
    """Return the name of an episode's files, safe in an address as well."""
    digits = max(2, len(str(len(work.prepared.book.chapters))))
    return f"{piece.number:0{digits}}-{safe_name(piece.title).replace(' ', '-')}"


def _episode(work: Work, piece: Piece, name: str, cover: bytes | None) -> Item:
    marks = scene_marks(piece)
    labels = Labels(
        credits=work.credits,
        number=piece.number,
        total=len(work.prepared.book.chapters),
        cover=cover,
        marks=marks,
        duration=piece.duration,
    )

    def make(file: Path) -> Joined:
        return write_chapter_file(part_of(piece.encoded), file, labels=labels)

    told = [(mark.title, mark.start) for mark in marks]
    return Item(name=name, key=work.identity(piece.encoded.key, piece.title, told), make=make)


def chapters_json(piece: Piece) -> str:
    """Return the scenes of an episode as JSON chapters."""
    marks = scene_marks(piece)
    chapters = [{"startTime": round(mark.start, 3), "title": mark.title} for mark in marks]
    return json.dumps({"version": "1.2.0", "chapters": chapters}, ensure_ascii=False, indent=2)


def _feed(work: Work, *, has_cover: bool) -> Item:
    what = [(piece.encoded.key, piece.title, piece.encoded.samples) for piece in work.pieces]
    key = work.identity("feed", what, work.delivery.url, has_cover)

    def make(file: Path) -> Joined:
        content = write_feed(work, file, has_cover=has_cover)
        write_whole(file, content)
        return Joined(file=file, samples=0, starts=(), size=len(content))

    return Item(name="feed.xml", key=key, make=make)


def write_feed(work: Work, file: Path, *, has_cover: bool) -> bytes:
    """Return the feed; an episode keeps the date that an earlier feed gave it.

    Args:
        work: The delivery.
        file: Where the feed stands; the episodes lie beside it.
        has_cover: Whether the show has a picture.
    """
    dates = _earlier_dates(file)
    about = work.credits
    rss = etree.Element("rss", {"version": "2.0"}, {"itunes": ITUNES, "podcast": PODCAST, "atom": ATOM})
    channel = etree.SubElement(rss, "channel")
    base = work.delivery.url
    base = base if not base or base.endswith("/") else f"{base}/"
    _add(channel, "title", about.title)
    _add(channel, "link", base or "./")
    _add(channel, "description", "\n\n".join(filter(None, (about.description, about.disclosure))))
    _add(channel, "language", about.language)
    _add(channel, f"{{{ITUNES}}}author", about.author)
    _add(channel, f"{{{ITUNES}}}type", "serial")
    _add(channel, f"{{{ITUNES}}}explicit", "false")
    etree.SubElement(channel, f"{{{ITUNES}}}category", text="Arts")
    if has_cover:
        etree.SubElement(channel, f"{{{ITUNES}}}image", href=f"{base}cover.jpg")
    for piece in work.pieces:
        stem = episode_stem(work, piece)
        size = (file.parent / f"{stem}{piece.encoded.file.suffix}").stat().st_size
        episode = _Episode(piece=piece, address=f"{base}{quote(stem)}", size=size, guid=_guid(work, piece))
        _add_episode(channel, episode, dates.get(episode.guid) or _now(piece.number - len(work.pieces)))
    return bytes(etree.tostring(rss, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _add(parent: etree._Element, name: str, text: str) -> None:
    if text:
        etree.SubElement(parent, name).text = text


def _guid(work: Work, piece: Piece) -> str:
    return digest(["episode", work.credits.title, work.credits.author, piece.plan.chapter.file])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Episode:
    """An episode as the feed tells of it."""

    piece: Piece
    address: str
    """Of its files, without suffix."""
    size: int
    """Bytes of the audio."""
    guid: str


def _add_episode(channel: etree._Element, episode: _Episode, date: str) -> None:
    item, piece = etree.SubElement(channel, "item"), episode.piece
    suffix = piece.encoded.file.suffix
    _add(item, "title", piece.title)
    etree.SubElement(item, "guid", isPermaLink="false").text = episode.guid
    _add(item, "pubDate", date)
    address = f"{episode.address}{suffix}"
    etree.SubElement(item, "enclosure", url=address, length=str(episode.size), type=_TYPES[suffix])
    _add(item, f"{{{ITUNES}}}duration", str(round(piece.duration)))
    _add(item, f"{{{ITUNES}}}episode", str(piece.number))
    _add(item, f"{{{ITUNES}}}explicit", "false")
    chapters = {"url": f"{episode.address}.chapters.json", "type": "application/json+chapters"}
    etree.SubElement(item, f"{{{PODCAST}}}chapters", chapters)
    words = {"url": f"{episode.address}.vtt", "type": "text/vtt"}
    etree.SubElement(item, f"{{{PODCAST}}}transcript", words)


def _earlier_dates(file: Path) -> dict[str, str]:
    """Return the dates of an earlier feed by the identity of the episode; none if there is no such feed."""
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        tree = etree.parse(str(file), parser)
    except (OSError, etree.XMLSyntaxError):
        return {}
    return {
        item.findtext("guid", ""): item.findtext("pubDate", "")
        for item in tree.iterfind(".//item")
        if item.findtext("pubDate")
    }


def _now(minutes: int) -> str:
    """Return a time some minutes from now: episodes are a minute apart, so that players sort them."""
    return format_datetime(datetime.now(UTC) + timedelta(minutes=minutes))
