from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcast.errors import Problem
from fullcast.files.kinds import Reading
from fullcast.files.lexicon_read import LEXICON
from fullcast.files.project_keys import PROJECT
from fullcast.files.records import Record
from fullcast.files.schema import lexicon_schema, project_schema, series_schema, voice_schema
from fullcast.files.series import SERIES
from fullcast.files.sources import Source
from fullcast.files.voices import VOICE
from fullcast.files.yaml_nodes import Broken, Leaf, Listing, Node, parse_nodes, read_nodes

ROOT = Path(__file__).parents[2]
WRONG = Path(__file__).parent / "wrong"
PROJECTS = sorted(ROOT.glob("projects/*/project.yaml"))
VOICES = sorted(ROOT.glob("voices/*/voice.yaml"))

BEYOND = {
    "cover-that-is-no-picture": "looks into a file",
    "empty-chapter": "looks into a file",
    "narrator-in-small-letters": "needs the language",
    "no-narrator-in-chinese": "needs the language",
    "paths-that-leave": "looks for files",
    "same-names": "compares names",
    "texts-not-utf-8": "looks into files",
    "unknown-voice": "looks for voices",
}
"""Wrong projects that only the reader can know to be wrong."""

UNREADABLE = {
    "bomb",
    "colon-in-title",
    "cycle",
    "duplicate-keys",
    "empty",
    "indentation",
    "merge",
    "python-tag",
    "star-unquoted",
    "tab",
    "two-documents",
    "unclosed-quote",
}
"""Wrong projects that are wrong as YAML."""


def plain(node: Node) -> object:
    if isinstance(node, Leaf):
        return node.value
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    assert not isinstance(node, Broken)
    return {key.text: plain(item) for key, item in node.entries}


def accepts_schema(document: object, schema: dict[str, object] | None = None) -> bool:
    validator = jsonschema.Draft202012Validator(schema or project_schema())
    return bool(validator.is_valid(document))


def accepts_reader(text: str, record: Record[object] = PROJECT) -> bool:
    parsed = parse_nodes(Source(name="f.yaml", text=text))
    problems: list[Problem] = list(parsed.problems)
    if parsed.node is not None:
        record.read(parsed.node, Reading(problems=problems))
    return not problems


@pytest.mark.parametrize("schema", [project_schema(), voice_schema(), lexicon_schema(), series_schema()])
def test_the_schema_is_one(schema: dict[str, object]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema, allow_nan=False)) == schema


@pytest.mark.parametrize("file", PROJECTS + VOICES, ids=lambda file: file.parent.name)
def test_what_ships_is_valid(file: Path) -> None:
    parsed = read_nodes(file, name=file.name)
    assert parsed.node is not None
    schema = project_schema() if file in PROJECTS else voice_schema()
    jsonschema.Draft202012Validator(schema).validate(plain(parsed.node))


def test_something_ships() -> None:
    assert PROJECTS
    assert VOICES


@pytest.mark.parametrize("file", sorted(WRONG.glob("*.yaml")), ids=lambda file: file.stem)
def test_schema_and_reader_agree_on_wrong_projects(file: Path) -> None:
    if file.stem in UNREADABLE:
        assert parse_nodes(Source(name="f.yaml", text=file.read_text())).problems
        return
    node = parse_nodes(Source(name="f.yaml", text=file.read_text())).node
    assert node is not None
    accepted = accepts_schema(plain(node))
    assert accepted == accepts_reader(file.read_text())
    assert accepted == (file.stem in BEYOND)


@pytest.mark.parametrize(
    "words",
    [
        "{a: b}",
        "{a: {say: b, speaker: [c, d], language: en-GB}, e: [f, {ipa: g, speaker: h}]}",
        "{}",
        "{a: }",
        "{a: []}",
        "{a: {saay: b}}",
        "{a: {say: b, language: [english]}}",
        "{a: {say: b, speaker: []}}",
        "[a]",
    ],
)
def test_schema_and_reader_agree_on_lexicons(words: str) -> None:
    for record, schema, text in (
        (LEXICON, lexicon_schema(), f"fullcast: 1\nwords: {words}\n"),
        (SERIES, series_schema(), f"fullcast: 1\nlexicon: {words}\n"),
    ):
        node = parse_nodes(Source(name="f.yaml", text=text)).node
        assert node is not None
        assert accepts_schema(plain(node), schema) == accepts_reader(text, record)


GOOD: dict[str, object] = {
    "fullcast": 1,
    "book": {"title": "X", "year": 2024, "language": "en"},
    "cast": {"Narrator": "alba", "Mara": {"voice": "mara", "pan": 0.5, "aliases": ["M"], "room": "hall"}},
    "mix": {"ambience": "off", "room_tone": -70, "ducking": {"depth": 3}},
    "pauses": {"scene": 2},
    "chapters": [
        {
            "title": "A",
            "text": "a.md",
            "speak_title": False,
            "cues": [
                {"bed": "rain", "from": 1, "to": "end", "id": "r", "level": -20},
                {"effect": "bell", "at": "words", "pan": -1},
                {"music": "m.flac", "role": "intro"},
            ],
        },
    ],
    "deliveries": ["m4b", {"preset": "chapters", "name": "mp3", "codec": "mp3", "bitrate": "128k"}],
}

PATHS = [
    ("fullcast",),
    ("book",),
    ("book", "title"),
    ("book", "language"),
    ("cast",),
    ("cast", "Narrator"),
    ("cast", "Mara", "pan"),
    ("cast", "Mara", "aliases"),
    ("cast", "Mara", "room"),
    ("mix", "ambience"),
    ("mix", "room_tone"),
    ("mix", "ducking", "depth"),
    ("pauses", "scene"),
    ("chapters",),
    ("chapters", 0, "speak_title"),
    ("chapters", 0, "cues"),
    ("chapters", 0, "cues", 0, "from"),
    ("chapters", 0, "cues", 0, "id"),
    ("chapters", 0, "cues", 0, "level"),
    ("chapters", 0, "cues", 1, "at"),
    ("chapters", 0, "cues", 1, "other"),
    ("chapters", 0, "cues", 2, "role"),
    ("chapters", 0, "cues", 2, "bed"),
    ("deliveries",),
    ("deliveries", 0),
    ("deliveries", 1, "bitrate"),
    ("deliveries", 1, "name"),
    ("deliveries", 1, "preset"),
    ("other",),
]

WORDS = ["", " ", "end", "off", "hall", "m4b", "128k", "600k", "a b", "intro", "bed", "../x", "en-GB"]
NUMBERS = [0, 1, 2.0, 0.5, -20, 128_000, 1e300]
TABLES = [[], ["M"], [None], {}, {"voice": "x"}, {"preset": "m4b"}]
VALUES = st.sampled_from([None, True, *WORDS, *NUMBERS, *TABLES]) | st.integers(-200, 200)


def replaced(document: object, path: tuple[str | int, ...], value: object) -> object:
    if not path:
        return value
    first, *rest = path
    if isinstance(document, dict):
        return {**document, first: replaced(document.get(first), tuple(rest), value)}
    assert isinstance(document, list)
    return [replaced(item, tuple(rest), value) if at == first else item for at, item in enumerate(document)]


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(PATHS), value=VALUES)
def test_schema_and_reader_agree_on_every_value(path: tuple[str | int, ...], value: object) -> None:
    document = replaced(GOOD, path, value)
    assert accepts_schema(document) == accepts_reader(json.dumps(document))


def test_the_good_document_is_good() -> None:
    assert accepts_schema(GOOD)
    assert accepts_reader(json.dumps(GOOD))


@given(
    key=st.sampled_from(["sex", "age", "languages", "engines", "description", "fullcast", "other"]),
    value=VALUES,
)
def test_schema_and_reader_agree_on_voices(key: str, value: object) -> None:
    good = {"fullcast": 1, "description": "Low.", "sex": "male", "age": "old", "languages": ["en"]}
    document = {**good, "engines": {"espeak": {"voice": "en", "pitch": 40}}, key: value}
    assert accepts_schema(document, voice_schema()) == accepts_reader(json.dumps(document), VOICE)


def test_every_key_says_what_it_is() -> None:
    def undescribed(schema: object, path: str) -> list[str]:
        if isinstance(schema, list):
            return [missing for item in schema for missing in undescribed(item, path)]
        if not isinstance(schema, dict):
            return []
        own = [
            f"{path}.{name}"
            for name, item in schema.get("properties", {}).items()
            if not item.get("description", "").endswith(".")
        ]
        inner = {**schema, **schema.get("properties", {})}
        return own + [
            missing for name, item in inner.items() for missing in undescribed(item, f"{path}.{name}")
        ]

    assert undescribed(project_schema(), "project") == []
    assert undescribed(voice_schema(), "voice") == []
