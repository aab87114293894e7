"""Words are found where they are said: beside what eSpeak tells of its own, and beside every other way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.assistants.aligning import Aligner, fill_in, open_aligner, spelt_words
from fullcast.assistants.ctc import align_tokens
from fullcast.assistants.spelling import guess_sounds
from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording, RequestId, SpeechRequest
from fullcast.engines.registry import choose_speech_engine
from fullcast.errors import EngineError, SetupError
from fullcast.model import Device, Settings, Voice
from fullcast.units import Hertz

TEXTS = (
    "It was a bright cold day in April, and the clocks were striking thirteen.",
    "“My dear Holmes,” said Watson, “this is too much: you would certainly have been burned.”",
    "Quimby Thistlewaite of Brackenhollow didn’t answer; he only looked at Zoë and laughed.",
    "Yes.",
)


@pytest.fixture(scope="module")
def spoken() -> dict[str, Recording]:
    """What eSpeak says, with its own account of when."""
    settings = Settings(jobs=1)
    engine = choose_speech_engine("espeak", settings).engine
    voice = Voice(name="nora", engines={"espeak": {"language": "en-GB", "variant": "f2", "rate": 150}})
    requests = [
        SpeechRequest(id=RequestId(text), text=text, voice=voice, language="en", seed=1) for text in TEXTS
    ]
    with engine.open(Device(), settings) as session:
        found = {str(name): result for name, result in session.record(iter(requests))}
    return {name: result for name, result in found.items() if isinstance(result, Recording)}


@pytest.fixture(scope="module")
def sphinx() -> Aligner:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")
    return open_aligner("pocketsphinx")


def test_words_are_found_where_they_are_said(sphinx: Aligner, spoken: dict[str, Recording]) -> None:
    misses = []
    for text in TEXTS:
        recording = spoken[text]
        found = sphinx.align(recording.audio, text, "en-GB")
        assert [(word.start, word.end) for word in found] == [
            (word.start, word.end) for word in spelt_words(text)
        ]
        own = {word.start: word.begins for word in recording.words}
        misses += [abs(word.begins - own[word.start]) for word in found if word.start in own]
    assert len(misses) >= 40
    assert np.median(misses) < 0.02
    assert np.percentile(misses, 90) < 0.1


def test_words_come_in_order_and_inside_the_recording(sphinx: Aligner, spoken: dict[str, Recording]) -> None:
    for text in TEXTS:
        audio = spoken[text].audio
        times = [time for word in sphinx.align(audio, text, "en") for time in (word.begins, word.ends)]
        assert times == sorted(times)
        assert 0.0 <= times[0] <= times[-1] <= audio.length / audio.rate


def test_what_is_not_there_is_not_found(sphinx: Aligner, spoken: dict[str, Recording]) -> None:
    short = spoken["Yes."].audio
    assert sphinx.align(short, TEXTS[0], "en") == ()
    assert sphinx.align(short, "…", "en") == ()
    assert sphinx.align(short, "是的。", "zh") == ()


def test_after_what_was_not_found_the_next_is(sphinx: Aligner, spoken: dict[str, Recording]) -> None:
    before = sphinx.align(spoken[TEXTS[0]].audio, TEXTS[0], "en")
    sphinx.align(spoken["Yes."].audio, TEXTS[0], "en")
    assert sphinx.align(spoken[TEXTS[0]].audio, TEXTS[0], "en") == before


def test_signs_are_words_of_their_own() -> None:
    assert [word.plain for word in spelt_words("他说：“OK吧。”")] == ["他", "说", "ok", "吧"]


@given(word=st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_every_word_has_sounds_that_the_dictionary_knows(word: str) -> None:
    sounds = guess_sounds(word).split()
    assert sounds
    assert len(sounds) <= 2 * len(word)
    assert all(sound.isupper() and 1 <= len(sound) <= 2 for sound in sounds)


@given(
    known=st.lists(st.booleans(), min_size=1, max_size=8),
    edges=st.lists(st.floats(0.0, 9.0), min_size=16, max_size=16),
)
def test_unknown_times_lie_between_the_known(known: list[bool], edges: list[float]) -> None:
    times = sorted(edges)
    pairs = [(times[2 * at], times[2 * at + 1]) if there else None for at, there in enumerate(known)]
    filled = fill_in(pairs, 10.0)
    flat = [time for pair in filled for time in pair]
    assert flat == pytest.approx(sorted(flat))
    assert all(pair is None or pair == got for pair, got in zip(pairs, filled, strict=True))


def ways(tokens: tuple[int, ...], frames: int, blank: int) -> Iterator[tuple[int, ...]]:
    """Every way through the frames that spells the tokens."""
    for way in product({*tokens, blank}, repeat=frames):
        spelt = [one for at, one in enumerate(way) if one != blank and (at == 0 or way[at - 1] != one)]
        if tuple(spelt) == tokens:
            yield way


@given(
    tokens=st.lists(st.integers(1, 2), min_size=1, max_size=3).map(tuple),
    frames=st.integers(0, 6),
    seed=st.integers(0, 999),
)
def test_the_likeliest_way_is_found(tokens: tuple[int, ...], frames: int, seed: int) -> None:
    scores = np.log(np.random.default_rng(seed).dirichlet(np.ones(3), frames)).astype(np.float32)
    found = align_tokens(scores.reshape(frames, 3), tokens, blank=0)
    worth = {way: sum(scores[at, one] for at, one in enumerate(way)) for way in ways(tokens, frames, 0)}
    if not worth:
        assert found is None
        return
    assert found is not None
    way = [0] * frames
    for (first, last), token in zip(found, tokens, strict=True):
        assert first < last
        way[first:last] = [token] * (last - first)
    assert worth[tuple(way)] == pytest.approx(max(worth.values()), abs=1e-4)


@pytest.fixture(scope="module")
def speller(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network with a CTC head, as its makers would save it."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    folder = tmp_path_factory.mktemp("speller")
    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", "'", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    torch.manual_seed(1)
    shape = transformers.Wav2Vec2Config(
        vocab_size=len(letters),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(8,) * 7,
        num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2,
    )
    transformers.Wav2Vec2ForCTC(shape).save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps({letter: at for at, letter in enumerate(letters)}))
    return folder


def test_a_network_that_spells_gives_each_word_its_place(speller: Path, spoken: dict[str, Recording]) -> None:
    aligner = open_aligner("wav2vec2", model=str(speller))
    recording = spoken[TEXTS[2]]
    found = aligner.align(recording.audio, TEXTS[2], "en")
    assert [word.start for word in found] == [word.start for word in spelt_words(TEXTS[2])]
    times = [time for word in found for time in (word.begins, word.ends)]
    assert times == sorted(times)
    assert times[-1] <= recording.audio.length / recording.audio.rate + 1e-6
    assert aligner.align(recording.audio, "Да, 是的。", "ru") == ()  # no letter of it is one of the network's
    blip = Audio(samples=np.zeros((1, 3_200), np.float32), rate=Hertz(16_000))
    assert aligner.align(blip, TEXTS[0], "en") == ()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "vocab.json").unlink(), "vocab.json"),
        (lambda folder: (folder / "vocab.json").write_text('{"A": 0}'), "has no <pad>"),
        (lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"), "safetensors"),
    ],
)
def test_a_folder_that_is_no_such_network_is_refused(
    speller: Path, tmp_path: Path, spoil: object, told: str
) -> None:
    for file in speller.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert callable(spoil)
    spoil(tmp_path)
    with pytest.raises(EngineError, match=told):
        open_aligner("wav2vec2", model=str(tmp_path))


def test_a_network_must_be_named(speller: Path) -> None:
    assert speller.is_dir()
    with pytest.raises(SetupError, match="needs a model") as raised:
        open_aligner("wav2vec2")
    assert raised.value.hint is not None
    assert "FULLCAST_ALIGNER_MODEL" in raised.value.hint
