"""From a project's folder to its book: everything read, looked up and checked before anything is recorded."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fullcast.errors import Place, Problem, ProjectError, Severity
from fullcast.files.delivery_keys import make_deliveries
from fullcast.files.inside import SoundLibrary, find_inside, open_library
from fullcast.files.kinds import Reading, Spot
from fullcast.files.lexicon_read import fit_lexicon, read_lexicon
from fullcast.files.pictures import check_cover
from fullcast.files.project_cues import make_cues
from fullcast.files.project_keys import PROJECT
from fullcast.files.series import SUFFIX, Series, merge_series, read_series
from fullcast.files.sources import read_source
from fullcast.files.written import WrittenChapter, WrittenCharacter, WrittenProject
from fullcast.files.yaml_nodes import Node, Table, read_nodes
from fullcast.model import (
    ANYONE,
    NARRATOR,
    Book,
    Chapter,
    Character,
    Cue,
    Lexicon,
    Settings,
    Voice,
)
from fullcast.text.normalise import normalise_source, primary_tag
from fullcast.units import Decibels

PROJECT_FILE = "project.yaml"

DEFAULT_NARRATOR = "alba"
"""The voice of an English narrator that the cast leaves out."""

FindVoice = Callable[[str], Voice]
"""Finds a voice by its name; raises ProjectError if there is none or it is broken."""


def read_project(
    project: Path, settings: Settings, *, find_voice: FindVoice
) -> tuple[Book, tuple[Problem, ...]]:
    """Read a project and check all that can be checked without engines.

    Args:
        project: The project's folder, or its project.yaml.
        settings: The machine: where sounds are looked for.
        find_voice: Finds the voices that the cast names.

    Returns:
        The book, and the warnings.

    Raises:
        ProjectError: If anything is wrong, with all that is.
    """
    book, problems = look_at_project(project, settings, find_voice=find_voice)
    if book is None or any(problem.severity is Severity.ERROR for problem in problems):
        raise ProjectError(*problems)
    return book, problems


def look_at_project(
    project: Path, settings: Settings, *, find_voice: FindVoice
) -> tuple[Book | None, tuple[Problem, ...]]:
    """Read a project as far as it can be read, so that what its chapters hold can be checked all the same.

    Args:
        project: The project's folder, or its project.yaml.
        settings: The machine: where sounds are looked for.
        find_voice: Finds the voices that the cast names.

    Returns:
        The book, which may lack voices and chapters that are wrong, or None if there is none; and everything
        that is wrong with it.

    Raises:
        ProjectError: If there is no such file.
    """
    file = project / PROJECT_FILE if project.is_dir() else project
    if not file.exists():
        raise ProjectError(_no_project(project, file))
    problems: list[Problem] = []
    parsed = read_nodes(file, name=file.name)
    problems += parsed.problems
    reading = Reading(problems=problems)
    folder = file.parent.resolve()
    series = _find_series(parsed.node, folder, reading)
    node = (
        merge_series(parsed.node, series.table) if series and isinstance(parsed.node, Table) else parsed.node
    )
    written = PROJECT.read(node, reading) if node else None
    book = None
    if written is not None:
        library = open_library(folder, settings.sound_folders)
        checker = _Checker(folder=folder, reading=reading, library=library, series=series)
        book = checker.make_book(written, find_voice)
    return book, _in_order(problems, file.name)


def _find_series(node: Node | None, folder: Path, reading: Reading) -> Series | None:
    """Return the series that a project names, to be read before the rest of the project is."""
    entries = node.entries if isinstance(node, Table) else ()
    leaf = next((value for key, value in entries if key.text == "series"), None)
    name = PROJECT.keys["series"].kind.read(leaf, Reading(problems=[])) if leaf else None
    return read_series(folder, name, reading) if isinstance(name, Spot) else None


def _no_project(project: Path, file: Path) -> Problem:
    if project.is_dir():
        message = f"the folder {project} holds no {PROJECT_FILE}"
    else:
        message = f"there is no project {project}"
    hint = f"fullcast new {file.parent.name or 'NAME'} makes one"
    return Problem(code="no-project", message=message, hint=hint)


def _in_order(problems: list[Problem], first: str) -> tuple[Problem, ...]:
    """Return the problems of project.yaml by line, then those of other files as they were found."""

    def rank(problem: Problem) -> tuple[int, int, int]:
        place = problem.place
        if place is None or place.file != first:
            return (1, 0, 0)
        return (0, place.line or 0, place.column or 0)

    return tuple(sorted(dict.fromkeys(problems), key=rank))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checker:
    """Looks up what a project names, and reports what is not there."""

    folder: Path
    reading: Reading
    library: SoundLibrary
    series: Series | None

    def make_book(self, written: WrittenProject, find_voice: FindVoice) -> Book | None:
        """Return the book; None if so much is wrong that there is none."""
        language = written.book.credits.language if written.book else "en"
        if written.chapters and not any(_included(written)):
            hint = "take include: false away from at least one"
            self.reading.report("no-chapters", "every chapter is left out", _known(written.place), hint)
        chapters = tuple(self._chapters(written))
        cast = self._make_cast(written, language)
        self._check_names(written.cast)
        if len(chapters) == len(written.chapters):
            self._warn_unused(cast, chapters)
        voices = self._find_voices(written.cast, cast, find_voice)
        deliveries = tuple(make_deliveries(written.deliveries, self.reading))
        cover = self._find_cover(written.book.cover) if written.book else None
        if written.book is None:
            return None
        return Book(
            folder=self.folder,
            credits=replace(written.book.credits, series=written.series.value if written.series else ""),
            chapters=chapters,
            cast=cast,
            voices=voices,
            cover=cover,
            source=self._find_source(written.book.source),
            speech=written.speech,
            sounds=written.sounds,
            pauses=written.pauses,
            mixing=written.mix,
            deliveries=deliveries,
            lexicon=self._read_lexicon(cast, chapters),
            series=self.series.file if self.series else None,
        )

    def _read_lexicon(self, cast: Mapping[str, Character], chapters: tuple[Chapter, ...]) -> Lexicon:
        own = read_lexicon(self.folder, self.reading)
        texts = [text for chapter in chapters for text in (chapter.title, chapter.text)]
        return fit_lexicon(own, cast, texts, self.reading) + (self.series.lexicon if self.series else ())

    def _chapters(self, written: WrittenProject) -> Iterator[Chapter]:
        seen: dict[str, Place] = {}
        for item in _included(written):
            cues = make_cues(item, self.library, self.reading)
            if item.text is None:
                continue
            name = posixpath.normpath(item.text.value)
            text = self._read_chapter(item.text, name, known=name in seen)
            if name in seen and text is not None:
                message = f"two chapters have the text {name!r}, first in line {seen[name].line}"
                hint = "each chapter usually has a file of its own"
                self.reading.warn("same-text", message, item.text.place, hint)
            seen.setdefault(name, item.text.place)
            if text is not None:
                yield _make_chapter(item, name, text, cues)

    def _read_chapter(self, written: Spot[str], name: str, *, known: bool) -> str | None:
        found = find_inside(self.folder, written)
        if found.problem is not None or found.file is None:
            self._add(found.problem)
            return None
        source = read_source(found.file, name=name)
        if isinstance(source, Problem):
            self._add(source)
            return None
        if "\0" in source.text and not known:
            place = source.place_at(source.text.find("\0"))
            hint = "delete it, or save the file again as plain text"
            self.reading.report("not-text", "the character U+0000 cannot stand in a text", place, hint)
        text = normalise_source(source.text)
        if not text.strip() and not known:
            hint = "write something into it, or take the chapter out of the project"
            self.reading.report("empty-chapter", f"the chapter's text {name!r} is empty", written.place, hint)
        return text

    def _add(self, problem: Problem | None) -> None:
        if problem is not None:
            self.reading.problems.append(problem)

    def _make_cast(self, written: WrittenProject, language: str) -> dict[str, Character]:
        cast = {name: _make_character(name, member) for name, member in written.cast.items() if member.voice}
        if NARRATOR in written.cast:
            return cast
        close = next((name for name in cast if name.casefold() == NARRATOR.casefold()), None)
        place = written.cast[close].place if close else written.place
        if close:
            hint = f"write it {NARRATOR}"
            self.reading.report(
                "no-narrator", f"the cast has {close!r}, but no Narrator", _known(place), hint
            )
        elif primary_tag(language) != "en":
            message = f"the cast has no {NARRATOR}, and only an English book has one by itself"
            hint = (
                f"add to the cast {NARRATOR}: VOICE; fullcast voices list shows those that speak {language}"
            )
            self.reading.report("no-narrator", message, _known(place), hint)
        return {NARRATOR: Character(name=NARRATOR, voice=DEFAULT_NARRATOR), **cast}

    def _check_names(self, cast: Mapping[str, WrittenCharacter]) -> None:
        """Report names that two members of the cast share: a mark in the text could mean either."""
        owners: dict[str, str] = {}
        for name, member in cast.items():
            for spot in (Spot(value=name, place=_known(member.place)), *member.aliases):
                owner = owners.setdefault(spot.value.casefold(), name)
                if owner != name:
                    message = f"{spot.value!r} is a name of {owner!r} and of {name!r}"
                    hint = "give each member of the cast names of its own; capitals make no difference"
                    self.reading.report("same-name", message, spot.place, hint)

    def _warn_unused(self, cast: Mapping[str, Character], chapters: tuple[Chapter, ...]) -> None:
        texts = [chapter.text.casefold() for chapter in chapters]
        for member in cast.values():
            names = [name.casefold() for name in (member.name, *member.aliases)]
            used = member.name.title() in {NARRATOR, ANYONE} or any(
                name in text for text in texts for name in names
            )
            if not used and texts and member.place and not member.place.file.endswith(SUFFIX):
                message = f"the name {member.name!r} does not occur in any chapter"
                hint = "check its spelling, add aliases, or take it out of the cast"
                self.reading.warn("unused-character", message, member.place, hint)

    def _find_voices(
        self,
        written: Mapping[str, WrittenCharacter],
        cast: Mapping[str, Character],
        find_voice: FindVoice,
    ) -> dict[str, Voice]:
        voices: dict[str, Voice] = {}
        for name, member in cast.items():
            spot = written[name].voice if name in written else None
            try:
                voices[member.voice] = voices.get(member.voice) or find_voice(member.voice)
            except ProjectError as error:
                place = spot.place if spot else None
                for problem in error.problems:
                    self._add(replace(problem, place=problem.place or place))
        return voices

    def _find_source(self, written: Spot[str] | None) -> Path | None:
        if written is None:
            return None
        found = find_inside(self.folder, written)
        self._add(found.problem)
        if found.file is not None and found.file.suffix.lower() != ".epub":
            message = f"the book's source {written.value!r} is no EPUB"
            hint = "name the EPUB that the book was made from, or leave it out"
            self.reading.report("wrong-source", message, written.place, hint)
        return found.file

    def _find_cover(self, written: Spot[str] | None) -> Path | None:
        if written is None:
            return None
        found = find_inside(self.folder, written)
        if found.file is None:
            self._add(found.problem)
            return None
        self.reading.problems.extend(check_cover(found.file, written.place))
        return found.file


def _included(written: WrittenProject) -> Iterator[WrittenChapter]:
    return (chapter for chapter in written.chapters if chapter.include)


def _known(place: Place | None) -> Place:
    return place or Place(file=PROJECT_FILE)


def _make_chapter(item: WrittenChapter, name: str, text: str, cues: tuple[Cue, ...]) -> Chapter:
    return Chapter(
        title=item.title or "",
        file=name,
        text=text,
        speak_title=item.speak_title,
        cues=cues,
        place=item.place,
    )


def _make_character(name: str, member: WrittenCharacter) -> Character:
    return Character(
        name=name,
        voice=member.voice.value if member.voice else "",
        aliases=tuple(alias.value for alias in member.aliases),
        style=member.style,
        pace=member.pace,
        level=Decibels(member.level),
        pan=member.pan,
        room=member.room,
        effect=member.effect,
        place=member.place,
    )
