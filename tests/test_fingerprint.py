"""Identity: a key changes with every field that changes sound and with no other."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.fingerprint import (
    SoundIdentity,
    TakeIdentity,
    digest,
    digest_bytes,
    digest_file,
    line_id,
    seed_of,
    sound_key,
    take_key,
    voice_fingerprint,
)
from fullcast.model import Age, Pronunciation, Segment, Voice

SEGMENT = Segment(line="a", number=0, text="The lamp was lit.", start=0, end=17, language="en")
TAKE = TakeIdentity(segment=SEGMENT, voice="v", engine="tone/1", pace=1.0, seed=0)

HEARD = {
    "text": "The lamp was out.",
    "language": "de",
    "style": "whisper",
    "pronunciations": (Pronunciation(start=4, end=8, ipa="læmp"),),
}
NOT_HEARD = {"line": "b", "number": 3, "start": 40, "end": 57, "ends_sentence": False}


@pytest.mark.parametrize("field", HEARD)
def test_a_key_changes_with_what_is_heard_of_a_segment(field: str) -> None:
    changes: dict[str, object] = {field: HEARD[field]}
    other = dataclasses.replace(SEGMENT, **changes)  # type: ignore[arg-type]
    assert take_key(dataclasses.replace(TAKE, segment=other)) != take_key(TAKE)


@pytest.mark.parametrize("field", NOT_HEARD)
def test_a_key_ignores_where_a_segment_stands(field: str) -> None:
    changes: dict[str, object] = {field: NOT_HEARD[field]}
    other = dataclasses.replace(SEGMENT, **changes)  # type: ignore[arg-type]
    assert take_key(dataclasses.replace(TAKE, segment=other)) == take_key(TAKE)


def test_every_field_of_a_segment_is_either_heard_or_not() -> None:
    assert {field.name for field in dataclasses.fields(Segment)} == HEARD.keys() | NOT_HEARD.keys()


@pytest.mark.parametrize(
    ("field", "value"), [("voice", "w"), ("engine", "tone/2"), ("pace", 1.1), ("seed", 1), ("retake", 1)]
)
def test_a_key_changes_with_the_request(field: str, value: object) -> None:
    changes: dict[str, object] = {field: value}
    assert take_key(dataclasses.replace(TAKE, **changes)) != take_key(TAKE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value"),
    [("prompt", "wind"), ("seconds", 20.0), ("loop", False), ("engine", "texture/2"), ("seed", 1)],
)
def test_a_sound_key_changes_with_every_field(field: str, value: object) -> None:
    sound = SoundIdentity(prompt="rain", seconds=60.0, loop=True, engine="texture/1", seed=0)
    changes: dict[str, object] = {field: value}
    assert sound_key(dataclasses.replace(sound, **changes)) != sound_key(sound)  # type: ignore[arg-type]


def test_a_voice_is_what_the_engine_hears_of_it() -> None:
    voice = Voice(name="alba", engines={"espeak": {"pitch": 40}})
    assert voice_fingerprint(voice, "espeak") == voice_fingerprint(
        dataclasses.replace(voice, name="other", description="a friend"), "espeak"
    )
    louder = dataclasses.replace(voice, engines={"espeak": {"pitch": 41}})
    assert voice_fingerprint(voice, "espeak") != voice_fingerprint(louder, "espeak")


def test_a_voice_without_parameters_is_its_name() -> None:
    assert voice_fingerprint(Voice(name="a"), "tone") != voice_fingerprint(Voice(name="b"), "tone")


def test_an_engine_without_parameters_hears_sex_and_age() -> None:
    child = Voice(name="a", age=Age.CHILD)
    assert voice_fingerprint(Voice(name="a"), "tone") != voice_fingerprint(child, "tone")


def test_a_voice_changes_with_its_reference(tmp_path: Path) -> None:
    reference = tmp_path / "reference.wav"
    reference.write_bytes(b"one")
    voice = Voice(name="a", reference=reference)
    before = voice_fingerprint(voice, "tone")
    reference.write_bytes(b"two")
    assert voice_fingerprint(voice, "tone") != before


@given(st.dictionaries(st.text(), st.integers() | st.floats(allow_nan=False) | st.text() | st.none()))
def test_the_order_of_keys_does_not_count(record: dict[str, object]) -> None:
    assert digest(record) == digest(dict(reversed(record.items())))


def test_what_has_no_stable_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no stable identity for"):
        digest({"file": Path("a")})


def test_a_file_and_its_content_have_one_hash(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"content" * 1000)
    assert digest_file(file) == digest_bytes(b"content" * 1000)


def test_seeds_fit_every_generator() -> None:
    assert 0 <= seed_of("f" * 32) < 2**63


def test_line_ids_tell_occurrences_apart() -> None:
    assert line_id("a.md", "Mara", "Yes.", 0) != line_id("a.md", "Mara", "Yes.", 1)
    assert len(line_id("a.md", "Mara", "Yes.", 0)) == 12
