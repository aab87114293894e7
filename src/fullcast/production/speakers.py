"""Who says what in a project: what the text tells, what a person decided, what a reading thinks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path

from fullcast import __version__
from fullcast.files.disk import write_whole
from fullcast.files.learned import read_weights
from fullcast.files.lockfile import Labelled, Lock
from fullcast.fingerprint import digest, quotation_id
from fullcast.model import ANYONE, NARRATOR, Age, Book, Evidence, Heard, Person, Reading, Sex
from fullcast.text.attribution import label_continued, label_given, label_tagged
from fullcast.text.labelling import combine
from fullcast.text.normalise import primary_tag
from fullcast.text.passage import Label, Labels, Passage, Stage
from fullcast.text.script import Draft

TELLER = "I"
"""What a reading calls a narrator whom nobody calls by name."""

FILE = "reading.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A quotation of a project, and whoever is heard in it."""

    id: str
    """``fingerprint.quotation_id``."""
    chapter: int
    """Index of the chapter."""
    stretch: int
    """Number of its stretch in the chapter's passage."""
    heard: Heard | None
    """What the reading says of it; None where it does not know the quotation, or nothing was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speakers:
    """Who speaks in a project."""

    drafts: tuple[Draft, ...]
    reading: Reading
    quoted: tuple[Quoted, ...]
    """Every quotation that no mark gives to somebody, in order."""
    decided: Mapping[str, str]
    """What a person decided, by the quotation's id."""
    key: str = ""
    """Hash of everything that the reading depends on; empty where nothing was read."""

    def stages(self, chapter: int) -> tuple[Stage, ...]:
        """Return who is asked who speaks in a chapter, in order."""
        rows = [item for item in self.quoted if item.chapter == chapter]
        decided = {item.stretch: self.decided[item.id] for item in rows if item.id in self.decided}
        read = {item.stretch: item.heard.speaker for item in rows if item.heard and item.heard.speaker}
        return (
            label_given,
            _labelling(decided, Evidence.PERSON),
            label_tagged,
            label_continued,
            _labelling(read, Evidence.READING),
        )


def _labelling(speakers: Mapping[int, str], evidence: Evidence) -> Stage:
    """Return a stage that knows the speakers of some stretches, as far as they are in the cast."""

    def label(passage: Passage, _labels: Labels) -> Labels:
        found = {}
        for number, speaker in speakers.items():
            name = NARRATOR if speaker == TELLER else passage.names.find(speaker)
            if name is not None:
                found[number] = Label(speaker=name, evidence=evidence)
        return found

    return label


def find_speakers(book: Book, drafts: Sequence[Draft], lock: Lock, *, read: bool | None = None) -> Speakers:
    """Return who says what in a project.

    The whole book is read at once, so that a name in one chapter helps in another. A reading that a run kept
    (:func:`keep_reading`) is used as long as nothing that it depends on has changed.

    Args:
        book: The project.
        drafts: Its chapters, taken apart.
        lock: What a person decided.
        read: Whether to read the book; None reads it where the cast has somebody to give quotations to.
    """
    quoted = list(_quotations(drafts))
    decided = {key: given.speaker for key, given in lock.speakers.items()}
    language = primary_tag(book.credits.language)
    wanted = any(name not in {NARRATOR, ANYONE} for name in book.cast) if read is None else read
    reading, read_as = Reading(people=(), quotations=()), ""
    if wanted and language in READERS and quoted:
        reading, read_as = _read(book, drafts, quoted, decided)
    spots = _place(reading, drafts)
    return Speakers(
        drafts=tuple(drafts),
        reading=reading,
        quoted=tuple(
            Quoted(
                id=key,
                chapter=chapter,
                stretch=number,
                heard=_labelled(spots.get((chapter, number)), lock.labels.get(key)),
            )
            for key, chapter, number in quoted
        ),
        decided=decided,
        key=read_as,
    )


def _labelled(heard: Heard | None, label: Labelled | None) -> Heard | None:
    """Return what a reading says of a quotation, with what a language model said of it."""
    return combine(heard, label.speaker, label.model) if heard and label else heard


def keep_reading(speakers: Speakers, cache: Path) -> None:
    """Keep the reading of a project, the only one, in its ``.fullcast``.

    Raises:
        StoreError: If the disk refuses.
    """
    file = cache / FILE
    if speakers.key and _kept(file, speakers.key) is None:
        record = {"key": speakers.key, **asdict(speakers.reading)}
        write_whole(file, json.dumps(record, ensure_ascii=False).encode())


def _quotations(drafts: Sequence[Draft]) -> Iterator[tuple[str, int, int]]:
    """Yield id, chapter and stretch of every quotation that no mark gives to somebody."""
    for chapter, draft in enumerate(drafts):
        seen: Counter[str] = Counter()
        for number, stretch in enumerate(draft.passage.stretches):
            if stretch.quoted and stretch.given is None:
                words = " ".join(draft.passage.text(number).split())
                yield quotation_id(draft.chapter.file, words, seen[words]), chapter, number
                seen[words] += 1


def _paragraphs(drafts: Sequence[Draft]) -> tuple[list[str], list[tuple[int, int]]]:
    """Return the paragraphs of a book with its breaks, and the chapter and number of each; -1 for a break."""
    texts: list[str] = []
    places: list[tuple[int, int]] = []
    for chapter, draft in enumerate(drafts):
        scene = None
        for number, (paragraph, text) in enumerate(
            zip(draft.outline.paragraphs, draft.passage.paragraphs, strict=True)
        ):
            if paragraph.scene != scene or paragraph.heading:
                texts.append("")
                places.append((chapter, -1))
            scene = paragraph.scene
            if not paragraph.heading:
                texts.append(text)
                places.append((chapter, number))
    return texts, places


def text_of(drafts: Sequence[Draft]) -> str:
    """Return the text that the offsets of a project's reading refer to."""
    return "\n".join(_paragraphs(drafts)[0])


Reader = Callable[[Sequence[str], Sequence[Person], Mapping[int, str]], Reading]


def _read_english(paragraphs: Sequence[str], known: Sequence[Person], fixed: Mapping[int, str]) -> Reading:
    from fullcast.text.novel.reading import analyse_novel

    return analyse_novel(paragraphs, read_weights(), known, fixed)


def _read_chinese(paragraphs: Sequence[str], known: Sequence[Person], fixed: Mapping[int, str]) -> Reading:
    from fullcast.text.chinese_reading import analyse_chinese

    return analyse_chinese(paragraphs, known, fixed)


READERS: Mapping[str, Reader] = {"en": _read_english, "zh": _read_chinese}


def _read(
    book: Book, drafts: Sequence[Draft], quoted: Sequence[tuple[str, int, int]], decided: Mapping[str, str]
) -> tuple[Reading, str]:
    """Return the reading of a book, and the key under which it is kept."""
    texts, _ = _paragraphs(drafts)
    known = tuple(_known(book))
    fixed = {(chapter, number): decided[key] for key, chapter, number in quoted if key in decided} | _marked(
        drafts
    )
    language = primary_tag(book.credits.language)
    facts = [__version__, language, texts, known, sorted([*place, name] for place, name in fixed.items())]
    key = digest(facts)
    kept = _kept(book.folder / ".fullcast" / FILE, key)
    if kept is not None:
        return kept, key
    reader = READERS[language]
    reading = reader(texts, known, {})
    if fixed:
        spots = _place(reading, drafts)
        numbers = {id(heard): number for number, heard in enumerate(reading.quotations)}
        by_number = {numbers[id(spots[place])]: name for place, name in fixed.items() if place in spots}
        reading = reader(texts, known, by_number)
    return reading, key


def _marked(drafts: Sequence[Draft]) -> dict[tuple[int, int], str]:
    """Return what marks say, by chapter and stretch: evidence for what stands around."""
    return {
        (chapter, number): stretch.given.speaker
        for chapter, draft in enumerate(drafts)
        for number, stretch in enumerate(draft.passage.stretches)
        if stretch.quoted and stretch.given is not None and stretch.given.speaker not in {NARRATOR, ANYONE}
    }


def _known(book: Book) -> Iterator[Person]:
    for name, member in book.cast.items():
        if name not in {NARRATOR, ANYONE}:
            voice = book.voices.get(member.voice)
            sex = voice.sex if voice and voice.sex is not Sex.NEUTRAL else None
            yield Person(name=name, aliases=member.aliases, sex=sex)


def _place(reading: Reading, drafts: Sequence[Draft]) -> dict[tuple[int, int], Heard]:
    """Return which quotation of a reading each stretch is, by chapter and stretch: it overlaps most."""
    texts, places = _paragraphs(drafts)
    begins = [0, *accumulate(len(text) + 1 for text in texts)]
    inside: dict[tuple[int, int], list[tuple[int, int, Heard]]] = {}
    row = 0
    for heard in reading.quotations:
        while row + 1 < len(texts) and begins[row + 1] <= heard.start:
            row += 1
        start = begins[row]
        inside.setdefault(places[row], []).append((heard.start - start, heard.end - start, heard))
    found: dict[tuple[int, int], Heard] = {}
    for chapter, draft in enumerate(drafts):
        for number, stretch in enumerate(draft.passage.stretches):
            best = 0
            for start, end, heard in inside.get((chapter, stretch.paragraph), ()) if stretch.quoted else ():
                overlap = min(end, stretch.end) - max(start, stretch.start)
                if overlap > best:
                    best = overlap
                    found[chapter, number] = heard
    return found


def _kept(file: Path, key: str) -> Reading | None:
    """Return a reading that was kept under a key; None where there is none, or it cannot be read."""
    try:
        record = json.loads(file.read_bytes())
        if record["key"] != key:
            return None
        people = tuple(
            Person(
                name=item["name"],
                aliases=tuple(item["aliases"]),
                sex=Sex(item["sex"]) if item["sex"] else None,
                age=Age(item["age"]) if item["age"] else None,
                lines=item["lines"],
            )
            for item in record["people"]
        )
        return Reading(people=people, quotations=tuple(Heard(**item) for item in record["quotations"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
