"""The cast of a project: who is found, with which voice, what needs an eye, what a person decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fullcast.casting import Ensemble, choose_voices, count_talk, suitable
from fullcast.engines.registry import AUTO, choose_speech_engine
from fullcast.errors import Place, Problem, ProjectError, Severity, UsageError
from fullcast.files.cast_write import NewMember, add_members
from fullcast.files.disk import write_whole
from fullcast.files.lockfile import Given, Labelled, Lock, read_lock, write_lock
from fullcast.files.review_file import Doubt, read_review, write_review
from fullcast.files.voices import list_voices
from fullcast.model import ANYONE, NARRATOR, Book, Evidence, Person, Settings
from fullcast.production.labelling import (
    Labelling,
    Question,
    ask_model,
    asked_of,
    language_model_of,
)
from fullcast.production.likenesses import measure_distances
from fullcast.production.preparing import draft_scripts, read_project
from fullcast.production.speakers import TELLER, Quoted, Speakers, find_speakers, text_of
from fullcast.text.attribution import attribute, label_unknown
from fullcast.text.cast import read_names
from fullcast.text.marking import Wanted, can_mark, write_marks
from fullcast.text.passage import Label
from fullcast.text.places import suggest
from fullcast.text.script import draft_script

SURE = 0.8
"""Confidence below which a quotation needs an eye."""

FEWEST = 2
"""Quotations from which on somebody gets a voice of their own by ``--write``."""

_MOST_ALIASES = 8
_WORDS = 60
"""Characters of a quotation that the lock shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A member of the cast, or somebody who could be one."""

    name: str
    lines: int
    voice: str | None
    """None for whoever is not in the cast."""
    confidence: float
    """Mean over the lines."""
    sample: str
    person: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Who speaks in a project."""

    book: Book
    lock: Lock
    speakers: Speakers
    parts: tuple[Part, ...]
    """Most lines first."""
    doubts: tuple[Doubt, ...]
    """Quotations that need an eye, in order."""
    total: int
    """Quotations in all."""


def look_at_cast(project: Path, settings: Settings) -> Table:
    """Return who speaks in a project.

    Raises:
        ProjectError: If the project is wrong.
    """
    book, problems = read_project(project, settings)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise ProjectError(*problems)
    lock = read_lock(book.folder)
    speakers = find_speakers(book, draft_scripts(book), lock, read=True)
    labels = [
        attribute(draft.passage, (*speakers.stages(number), label_unknown))
        for number, draft in enumerate(speakers.drafts)
    ]
    return Table(
        book=book,
        lock=lock,
        speakers=speakers,
        parts=tuple(_parts(book, speakers, labels)),
        doubts=tuple(_doubts(book, speakers, labels)),
        total=sum(stretch.quoted for draft in speakers.drafts for stretch in draft.passage.stretches),
    )


def _name_of(label: Label, item: Quoted) -> tuple[str | None, float, str]:
    """Return who a quotation is thought to belong to, in the cast or not, how surely and why."""
    heard = item.heard
    if label.evidence is Evidence.PERSON:
        return label.speaker, 1.0, "decided by a person"
    if label.evidence in {Evidence.TAG, Evidence.CONTINUED}:
        agrees = heard is not None and heard.speaker == label.speaker
        return label.speaker, max(0.95, heard.confidence) if heard and agrees else 0.9, "a tag names them"
    if heard is None or heard.speaker is None:
        return None, 0.0, "nobody is named near by"
    return (NARRATOR if heard.speaker == TELLER else heard.speaker), heard.confidence, heard.why


def _parts(book: Book, speakers: Speakers, labels: Sequence[Mapping[int, Label]]) -> Iterator[Part]:
    lines: dict[str, list[float]] = {}
    samples: dict[str, str] = {}
    waiting = {(item.chapter, item.stretch): item for item in speakers.quoted}
    for chapter, draft in enumerate(speakers.drafts):
        for number, stretch in enumerate(draft.passage.stretches):
            if not stretch.quoted:
                continue
            item = waiting.get((chapter, number))
            label = labels[chapter][number]
            name, sure, _ = _name_of(label, item) if item else (label.speaker, 1.0, "")
            if name is None:
                continue
            lines.setdefault(name, []).append(sure)
            words = " ".join(draft.passage.text(number).split())
            if len(words) > len(samples.get(name, "")) and len(words) <= _WORDS:
                samples[name] = words
    people = {person.name: person for person in speakers.reading.people}
    for name in sorted({*lines, *(book.cast.keys() - {ANYONE})}, key=lambda n: (-len(lines.get(n, ())), n)):
        chances = lines.get(name, [])
        member = book.cast.get(name)
        yield Part(
            name=name,
            lines=len(chances),
            voice=member.voice if member else None,
            confidence=sum(chances) / len(chances) if chances else 1.0,
            sample=samples.get(name, ""),
            person=people.get(name),
        )


def _doubts(book: Book, speakers: Speakers, labels: Sequence[Mapping[int, Label]]) -> Iterator[Doubt]:
    for item in speakers.quoted:
        name, sure, why = _name_of(labels[item.chapter][item.stretch], item)
        if name is not None and sure >= SURE:
            continue
        draft = speakers.drafts[item.chapter]
        stretch = draft.passage.stretches[item.stretch]
        paragraphs = draft.passage.paragraphs
        own = paragraphs[stretch.paragraph]
        before = paragraphs[stretch.paragraph - 1] if stretch.paragraph else ""
        after = paragraphs[stretch.paragraph + 1] if stretch.paragraph + 1 < len(paragraphs) else ""
        yield Doubt(
            id=item.id,
            chapter=book.chapters[item.chapter].title,
            number=item.chapter + 1,
            words=own[stretch.start : stretch.end],
            speaker=name,
            confidence=sure,
            why=why,
            before=f"{before} {own[: stretch.start]}",
            after=f"{own[stretch.end :]} {after}",
        )


def ask_about_doubts(table: Table, settings: Settings) -> Labelling:
    """Have the user's language model label the quotations that need an eye; the lock keeps what it says.

    Raises:
        SetupError: If there is no language model, or it cannot be asked.
        EngineError: If it answered nothing.
        StoreError: If answers or lock cannot be written.
    """
    model = language_model_of(settings)
    # Those with a label too: the same passages are asked about as before, and their answers are kept.
    doubtful = {*(doubt.id for doubt in table.doubts), *table.lock.labels} - table.speakers.decided.keys()
    quotations = table.speakers.reading.quotations
    positions = {(heard.start, heard.end): number for number, heard in enumerate(quotations)}
    items = [item for item in table.speakers.quoted if item.heard]
    at = {item.id: positions[item.heard.start, item.heard.end] for item in items if item.heard}
    people = {person.name: person for person in table.speakers.reading.people}
    cast = (Person(name=name, aliases=member.aliases) for name, member in table.book.cast.items())
    others = tuple(each for each in cast if each.name not in {*people, NARRATOR, ANYONE})
    question = Question(
        text=text_of(table.speakers.drafts),
        people=(*people.values(), *others),
        asked=asked_of(quotations, (at[key] for key in at if key in doubtful)),
    )
    found = ask_model(question, model, table.book.folder / ".fullcast")
    labels = {
        item.id: Labelled(speaker=found.speakers[number], model=model.model, words=_begin(table, item))
        for item in items
        if item.id in doubtful and (number := quotations[at[item.id]].utterance + 1) in found.speakers
    }
    write_lock(table.book.folder, replace(table.lock, labels={**table.lock.labels, **labels}))
    return found


def _begin(table: Table, item: Quoted) -> str:
    return " ".join(table.speakers.drafts[item.chapter].passage.text(item.stretch).split())[:_WORDS]


def write_doubts(table: Table, file: Path) -> None:
    """Write the quotations that need an eye to a file for an editor.

    Raises:
        UsageError: If the file is there already: somebody may have edited it.
        StoreError: If it cannot be written.
    """
    if file.exists():
        raise UsageError(
            f"{file} is there already", hint=f"read it with --accept {file}, delete it, or name another file"
        )
    text = write_review(table.doubts, title=table.book.credits.title, names=_names(table), total=table.total)
    write_whole(file, text.encode())


def _names(table: Table) -> list[str]:
    found = [part.name for part in table.parts if part.name not in {NARRATOR, ANYONE}]
    return [NARRATOR, *found]


def accept(table: Table, file: Path) -> int:
    """Keep what a person decided in a review file, in the project's lock.

    Returns:
        How many quotations were decided.

    Raises:
        ProjectError: If a name or a number means nothing, with every problem; nothing is kept then.
        StoreError: If the lock cannot be written.
    """
    decisions, problems = read_review(file)
    names = read_names(table.book.cast)
    found = {part.name for part in table.parts}
    words = {item.id: _words(table.speakers, item) for item in table.speakers.quoted}
    wrong = list(problems)
    given: dict[str, Given] = {}
    for decision in decisions:
        speaker = names.find(decision.speaker) or (decision.speaker if decision.speaker in found else None)
        if speaker is None:
            hint = suggest(decision.speaker, sorted(found), "people")
            wrong.append(
                _wrong("unknown-speaker", f"nobody is called {decision.speaker!r}", decision.place, hint)
            )
        elif decision.id not in words:
            hint = "the words were edited since the file was written: write it anew with --review"
            wrong.append(_wrong("unknown-quotation", f"no quotation is #{decision.id}", decision.place, hint))
        else:
            given[decision.id] = Given(speaker=speaker, words=words[decision.id])
    if wrong:
        raise ProjectError(*wrong)
    lock = read_lock(table.book.folder)
    write_lock(table.book.folder, replace(lock, speakers={**lock.speakers, **given}))
    return len(given)


def _wrong(code: str, message: str, place: Place, hint: str) -> Problem:
    return Problem(code=code, message=message, place=place, hint=hint)


def _words(speakers: Speakers, item: Quoted) -> str:
    return " ".join(speakers.drafts[item.chapter].passage.text(item.stretch).split())[:_WORDS]


def cast_voices(table: Table, engine: str | None, settings: Settings) -> dict[str, NewMember]:
    """Return a voice for everybody who speaks and is not in the cast yet.

    Raises:
        EngineError: If the engine that would speak breaks.
    """
    book = table.book
    voices, _ = list_voices(project=book.folder, settings=settings)
    language = book.credits.language
    chosen = choose_speech_engine(
        engine or table.lock.speech_engine or book.speech.engine or AUTO, settings
    ).engine
    ensemble = Ensemble(voices=voices, distances={}, language=language)
    own = suitable(ensemble)
    distances = measure_distances(own, language, chosen, settings, cache=book.folder / ".fullcast")
    people = [
        part.person for part in table.parts if part.person and part.voice is None and part.lines >= FEWEST
    ]
    people = [person for person in people if person.name != TELLER and person.name[:1].isupper()]
    taken = {name: member.voice for name, member in book.cast.items() if name != ANYONE}
    known = [part.person or Person(name=part.name, lines=part.lines) for part in table.parts if part.voice]
    talk = count_talk(table.speakers.reading.quotations)
    picked = choose_voices([*known, *people], talk, replace(ensemble, distances=distances), taken)
    used = {form.casefold() for name, member in book.cast.items() for form in (name, *member.aliases)}
    members: dict[str, NewMember] = {}
    for person in people:
        if person.name in picked:
            aliases = tuple(alias for alias in person.aliases if alias.casefold() not in used)[:_MOST_ALIASES]
            used |= {form.casefold() for form in (person.name, *aliases)}
            members[person.name] = NewMember(voice=picked[person.name], aliases=aliases)
    return members


def write_cast(table: Table, members: Mapping[str, NewMember], *, series: bool = False) -> Path:
    """Add members to the project's cast, or to that of its series; the rest of the file stays as it is.

    Returns:
        The file that was written.

    Raises:
        UsageError: If the project is of no series.
        StoreError: If it cannot be written.
    """
    if series and table.book.series is None:
        hint = "add series: NAME to project.yaml, and make NAME.series.yaml beside the project's folder"
        raise UsageError("the project is of no series", hint=hint)
    file = table.book.series if series and table.book.series else table.book.folder / "project.yaml"
    add_members(file, members, name=file.name)
    return file


def write_speakers(table: Table) -> tuple[int, int]:
    """Write marks into the chapters for the quotations whose speaker the text itself does not tell.

    A chapter is written only if it then reads as before, word for word, with the same speakers.

    Returns:
        How many quotations were marked, and how many could not be.

    Raises:
        StoreError: If a chapter cannot be written.
    """
    marked = left = 0
    for number, draft in enumerate(table.speakers.drafts):
        labels = attribute(draft.passage, (*table.speakers.stages(number), label_unknown))
        wanted = [
            Wanted(pieces=tuple(flat.cut(stretch.start, stretch.end)), speaker=labels[index].speaker)
            for index, stretch in enumerate(draft.passage.stretches)
            if labels[index].evidence in {Evidence.READING, Evidence.PERSON}
            for flat in (draft.outline.paragraphs[stretch.paragraph].flat,)
        ]
        wanted = [each for each in wanted if each.speaker != NARRATOR]
        fitting = [each for each in wanted if can_mark(draft.chapter.text, each)]
        text = write_marks(draft.chapter.text, fitting)
        if fitting and _reads_alike(table.book, draft.chapter.text, text, number):
            write_whole(table.book.folder / draft.chapter.file, text.encode(), sync=True)
            marked, left = marked + len(fitting), left + len(wanted) - len(fitting)
        else:
            left += len(wanted)
    return marked, left


def _reads_alike(book: Book, before: str, after: str, number: int) -> bool:
    """Return whether two sources of a chapter have the same words, and no mark of the later one is wrong."""
    chapter = book.chapters[number]
    one, other = (
        draft_script(replace(chapter, text=text), book.cast, book.credits.language)
        for text in (before, after)
    )
    same = one.passage.paragraphs == other.passage.paragraphs
    return same and len(_errors(other.problems)) <= len(_errors(one.problems))


def _errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity is Severity.ERROR]
