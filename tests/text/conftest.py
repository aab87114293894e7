"""Chapters and casts for the tests of the text layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from fullcast.errors import Problem
from fullcast.model import Chapter, Character, Cue, Line, Script
from fullcast.text.normalise import normalise_source
from fullcast.text.script import write_script

Write = Callable[..., tuple[Script, tuple[Problem, ...]]]


def make_cast(*names: str) -> Mapping[str, Character]:
    return {name: Character(name=name, voice=f"voice of {name}") for name in ("Narrator", *names)}


@pytest.fixture
def cast() -> Callable[..., Mapping[str, Character]]:
    return make_cast


@pytest.fixture
def write() -> Write:
    def write(
        text: str, *names: str, language: str = "en", title: str = "", cues: tuple[Cue, ...] = ()
    ) -> tuple[Script, tuple[Problem, ...]]:
        chapter = Chapter(title=title, file="chapters/01.md", text=normalise_source(text), cues=cues)
        return write_script(chapter, make_cast(*names), language)

    return write


@pytest.fixture
def speakers(write: Write) -> Callable[..., list[tuple[str, str]]]:
    def speakers(text: str, *names: str, language: str = "en") -> list[tuple[str, str]]:
        script, _ = write(text, *names, language=language)
        return [(line.speaker, line.text) for line in script.lines]

    return speakers


@pytest.fixture
def line() -> Callable[..., Line]:
    def line(text: str, language: str = "en") -> Line:
        chapter = Chapter(title="", file="chapters/01.md", text=text)
        script, _ = write_script(chapter, make_cast("*"), language)
        assert len(script.lines) == 1
        return script.lines[0]

    return line
