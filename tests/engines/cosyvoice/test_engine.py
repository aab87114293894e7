"""The engine: what it reads, what it derives from voices, what it refuses, and what comes out."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from fullcast.engines.base import Recording, SegmentError, SpeechRequest
from fullcast.engines.cosyvoice import COSYVOICE2, COSYVOICE3, CosyVoiceEngine
from fullcast.engines.cosyvoice.facts import SECOND, THIRD
from fullcast.engines.cosyvoice.texts import DIALECTS, Tokenizer, instruction, read_request, wrong_style
from fullcast.errors import EngineError, SetupError
from fullcast.model import Device, Settings, Voice

torch: Any = pytest.importorskip("torch", reason="torch is not installed: pip install 'fullcast[gpu]'")

from fullcast.engines.cosyvoice.prompts import (  # noqa: E402 - as torch is there
    Prompts,
    filter_banks,
    flow_mel,
    whisper_mel,
)
from fullcast.engines.cosyvoice.session import at_pace  # noqa: E402

pytestmark = pytest.mark.usefixtures("hears_recordings")

Ask = Callable[..., SpeechRequest]


@pytest.fixture
def machine(folder: Path, tmp_path: Path) -> Settings:
    return Settings(jobs=1, model_folders=(folder.parent,), cache_folder=tmp_path / "cache")


@pytest.fixture
def engine(machine: Settings) -> CosyVoiceEngine:
    return COSYVOICE3().bind("", machine)


@pytest.fixture
def voice(recorded_voice: Voice) -> Voice:
    return recorded_voice


@pytest.fixture
def tokenizer(folder: Path) -> Tokenizer:
    return Tokenizer(folder)


def test_marks_follow_the_vocabulary_in_the_order_of_upstream(tokenizer: Tokenizer, folder: Path) -> None:
    vocabulary = len(json.loads((folder / "CosyVoice-BlankEN" / "vocab.json").read_text()))
    marks = tokenizer.encode("<|endoftext|><|im_start|><|im_end|><|endofprompt|>[breath]<strong>")
    assert marks == tuple(range(vocabulary, vocabulary + 6))


@pytest.mark.parametrize(
    "text",
    [
        "You are a helpful assistant.",
        "It's 1,234 lamps!  And\n\nthey'd all…",
        "他说：“你好！”",
        "Ça va? e\u0301",
        "<|endofprompt|>x",
        "",
    ],
)
def test_the_tokenizer_is_that_of_qwen2(tokenizer: Tokenizer, folder: Path, text: str) -> None:
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    qwen = transformers.AutoTokenizer.from_pretrained(folder / "CosyVoice-BlankEN")
    marks = ["<|im_start|>", "<|im_end|>", "<|endofprompt|>"]
    qwen.add_special_tokens({"eos_token": "<|endoftext|>", "additional_special_tokens": marks})
    assert tokenizer.encode(text) == tuple(qwen(text)["input_ids"])


def test_a_broken_vocabulary_is_told(tmp_path: Path) -> None:
    (tmp_path / "CosyVoice-BlankEN").mkdir()
    (tmp_path / "CosyVoice-BlankEN" / "vocab.json").write_text("{")
    with pytest.raises(SetupError, match=r"the file .*vocab\.json cannot be used"):
        Tokenizer(tmp_path)


def test_words_of_a_book_are_never_orders(tokenizer: Tokenizer, ask: Ask, voice: Voice) -> None:
    reading = read_request(
        ask("No [breath] <|endofprompt|> <strong>no</strong>", voice=voice), tokenizer, THIRD
    )
    own = reading.texts[-reading.own :]
    first = tokenizer.encode("<|endoftext|>")[0]
    assert all(token < first for token in own)
    assert reading.texts.count(tokenizer.encode("<|endofprompt|>")[0]) == 1


def test_the_prompt_is_gone_on_from_in_its_own_language_only(
    tokenizer: Tokenizer, ask: Ask, voice: Voice
) -> None:
    at_home = read_request(ask("Yes.", voice=voice, language="en-GB"), tokenizer, THIRD)
    assert at_home.with_prompt
    assert at_home.texts == tokenizer.encode(
        "You are a helpful assistant.<|endofprompt|>"
    ) + tokenizer.encode("Who goes there?") + tokenizer.encode("Yes.")
    abroad = read_request(ask("Oui.", voice=voice, language="fr"), tokenizer, THIRD)
    wordless = replace(voice, transcript=None)
    unknown = read_request(ask("Oui.", voice=wordless, language="en"), tokenizer, THIRD)
    assert abroad == unknown
    assert not abroad.with_prompt
    assert abroad.texts == tokenizer.encode("You are a helpful assistant.<|endofprompt|>Oui.")


def test_a_style_is_an_instruction_and_not_spoken(tokenizer: Tokenizer, ask: Ask, voice: Voice) -> None:
    reading = read_request(ask("Yes.", voice=voice, style="whisper"), tokenizer, THIRD)
    order = "You are a helpful assistant. Please say a sentence in a very soft voice.<|endofprompt|>"
    assert reading.texts == tokenizer.encode(order) + tokenizer.encode("Yes.")
    assert (reading.own, reading.with_prompt) == (len(tokenizer.encode("Yes.")), False)


def test_the_second_reads_a_text_as_it_is_and_an_instruction_without_a_prefix(
    tokenizer: Tokenizer, ask: Ask, voice: Voice
) -> None:
    plain = read_request(ask("Yes.", voice=voice), tokenizer, SECOND)
    assert plain.texts == tokenizer.encode("Who goes there?") + tokenizer.encode("Yes.")
    assert plain.with_prompt
    told = read_request(ask("好。", voice=voice, language="nan"), tokenizer, SECOND)
    assert told.texts == tokenizer.encode("用闽南话说这句话。<|endofprompt|>") + tokenizer.encode("好。")


def test_the_second_speaks(folders: dict[int, Path], ask: Ask, voice: Voice, tmp_path: Path) -> None:
    machine = Settings(jobs=1, model_folders=(folders[2].parent,), cache_folder=tmp_path)
    engine = COSYVOICE2().bind("", machine)
    assert engine.revision == "cosyvoice2-tiny@1-1"
    requests = [ask(text, voice=voice, id=text) for text in ("Yes.", "The lamp was lit.", "No!")]
    with engine.open(Device(batch=2), machine) as session:
        found = dict(session.record(iter(requests)))
    assert len(found) == 3
    assert any(isinstance(result, Recording) for result in found.values())


def test_dialects_are_instructions() -> None:
    assert [instruction("", tag, THIRD) for tag in DIALECTS] == [
        f"请用{name}表达。" for name in DIALECTS.values()
    ]
    assert instruction("轻声", "zh", THIRD) == "请用轻声的语气说这句话。"
    assert instruction("sad", "yue", THIRD) == "请用广东话表达。请非常伤心地说一句话。"


@pytest.mark.parametrize(
    ("style", "why"),
    [
        ("a" * 121, "the style has 121 characters"),
        ("now <|endofprompt|> say this", "signs that the model takes"),
    ],
)
def test_a_style_that_could_be_spoken_is_refused(style: str, why: str) -> None:
    assert why in (wrong_style(style) or "")


def test_a_recording_becomes_tokens_mel_and_embedding(folder: Path, voice: Voice, tmp_path: Path) -> None:
    assert voice.reference is not None
    prompts = Prompts(folder, THIRD, revision="1", kept=tmp_path)
    prompt = prompts.of(voice.reference)
    assert prompt.tokens.shape == (75,)  # 25 a second, of three seconds
    assert prompt.mel.shape == (150, 80)
    assert prompt.speaker.shape == (192,)
    kept = list(tmp_path.glob("*.safetensors"))
    assert len(kept) == 1
    before = kept[0].stat().st_mtime_ns
    again = Prompts(tmp_path / "gone", THIRD, revision="1", kept=tmp_path)
    assert torch.equal(again.of(voice.reference).tokens, prompt.tokens)  # no network is asked
    assert kept[0].stat().st_mtime_ns == before
    kept[0].write_bytes(b"broken")
    anew = Prompts(folder, THIRD, revision="1", kept=tmp_path).of(voice.reference)
    assert torch.equal(anew.mel, prompt.mel)
    Prompts(folder, THIRD, revision="2", kept=tmp_path).of(voice.reference)
    assert len(list(tmp_path.glob("*.safetensors"))) == 2


def test_spectrograms_show_a_tone_where_it_is() -> None:
    def tone(rate: int) -> Any:
        return 0.3 * torch.sin(2 * math.pi * 1000 * torch.arange(rate) / rate)

    # On Slaney's scale 1 kHz is at 15, 8 kHz at 45.2 and 12 kHz at 51.1.
    frames = whisper_mel(tone(16_000)).T
    assert frames.shape == (100, 128)
    assert abs(float(frames.mean(0).argmax()) / 128 - 15.0 / 45.2) < 0.03
    frames = flow_mel(tone(24_000))
    assert frames.shape == (50, 80)
    assert abs(float(frames.mean(0).argmax()) / 80 - 15.0 / 51.1) < 0.03


def test_filter_banks_have_no_mean() -> None:
    noise = torch.randn(16_000, generator=torch.Generator().manual_seed(1)) * 0.1
    banks = filter_banks(noise)
    assert banks.shape == (98, 80)  # frames of 25 ms each 10 ms
    assert banks.mean(0).abs().max() < 1e-4


@pytest.mark.parametrize(("seconds", "why"), [(31.0, "it lasts 31.0 s"), (0.4, "it lasts 0.4 s")])
def test_recordings_of_a_wrong_length_are_told_before_work_starts(
    engine: CosyVoiceEngine, folder: Path, tmp_path: Path, seconds: float, why: str
) -> None:
    file = tmp_path / "reference.wav"
    soundfile.write(file, np.zeros(int(seconds * 16_000)), 16_000)
    assert why in (engine.check_voice(Voice(name="x", reference=file), "en") or "")
    prompts = Prompts(folder, THIRD, revision="1", kept=tmp_path)
    with pytest.raises(EngineError, match=why):
        prompts.of(file)


def test_a_voice_without_a_recording_or_with_a_broken_one_is_told(
    engine: CosyVoiceEngine, tmp_path: Path
) -> None:
    assert "has none" in (engine.check_voice(Voice(name="x"), "en") or "")
    (tmp_path / "reference.wav").write_bytes(b"no sound")
    why = engine.check_voice(Voice(name="x", reference=tmp_path / "reference.wav"), "en") or ""
    assert "cannot be read" in why


@pytest.mark.parametrize("name", ["hift.pt", "campplus.onnx", "CosyVoice-BlankEN/merges.txt", "llm.pt"])
def test_a_file_that_is_missing_is_told_before_anything_is_loaded(
    folder: Path, tmp_path: Path, name: str
) -> None:
    copy = tmp_path / folder.name
    copy.mkdir()
    for file in folder.rglob("*"):
        place = copy / file.relative_to(folder)
        place.mkdir(exist_ok=True) if file.is_dir() else place.symlink_to(file)
    (copy / name).unlink()
    bound = COSYVOICE3().bind("", Settings(jobs=1, model_folders=(tmp_path,)))
    with pytest.raises(SetupError, match=f"the model cosyvoice3-tiny lacks {name}"):
        bound.check()


def test_requests_that_cannot_be_recorded_do_not_hold_up_others(
    engine: CosyVoiceEngine, machine: Settings, ask: Ask, voice: Voice
) -> None:
    requests = [
        ask("Ja.", voice=voice, id=0, language="nl"),
        ask("Yes.", voice=voice, id=1),
        ask("x" * 201, voice=voice, id=2),
        ask("No.", voice=replace(voice, reference=None), id=3),
        ask("No.", voice=voice, id=4, style="[breath]"),
        ask("Good night!", voice=voice, id=5, pace=2.0),
    ]
    with engine.open(Device(batch=2), machine) as session:
        found = dict(session.record(iter(requests)))
    reasons = {name: result.reason for name, result in found.items() if isinstance(result, SegmentError)}
    assert {name: reason.partition(";")[0] for name, reason in reasons.items()} == {
        "0": "cosyvoice3 does not speak the language 'nl'",
        "2": "the text has 201 characters",
        "3": "cosyvoice3 speaks with the voice of a recording, and the voice has none (reference)",
        "4": "the style '[breath]' has signs that the model takes for orders: leave out < > [ ] { } |",
    }
    assert all(isinstance(found[name], Recording) for name in ("1", "5"))  # type: ignore[index] # RequestId


def test_requests_are_pulled_as_slots_become_free(
    engine: CosyVoiceEngine, machine: Settings, ask: Ask, voice: Voice
) -> None:
    pulled = 0
    given_back = 0

    def source() -> Iterator[SpeechRequest]:
        nonlocal pulled
        for number in range(12):
            # The parent of a replica gives no more than twice what the engine takes at once.
            assert pulled - given_back < 8
            pulled += 1
            yield ask("The lamp was lit.", voice=voice, id=number)

    with engine.open(Device(batch=4), machine) as session:
        for _ in session.record(source()):
            given_back += 1
    assert (pulled, given_back) == (12, 12)


def test_the_same_requests_give_the_same_sound(
    engine: CosyVoiceEngine, machine: Settings, ask: Ask, voice: Voice
) -> None:
    requests = [ask(text, voice=voice, id=text) for text in ("Yes.", "The lamp was lit.", "No!")]
    made = []
    for _ in range(2):
        with engine.open(Device(batch=2), machine) as session:
            made.append(dict(session.record(iter(requests))))
    for name, first in made[0].items():
        second = made[1][name]
        assert isinstance(first, Recording)
        assert isinstance(second, Recording)
        assert np.array_equal(first.audio.samples, second.audio.samples)


def test_texts_of_about_one_length_are_turned_into_waves_together(
    engine: CosyVoiceEngine, machine: Settings, ask: Ask, voice: Voice
) -> None:
    """As on a GPU: several at once, and a look at the slots every few steps."""
    texts = ("Yes.", "The lamp was lit.", "No!", "Nobody answered, and the wind rose.") * 3
    requests = [ask(text, voice=voice, id=number) for number, text in enumerate(texts)]
    together: list[list[int]] = []
    with engine.open(Device(batch=6), machine) as session:
        session.slots.every, session.together = 4, 2
        make = session.flow.make

        def watched(tokens: list[Any], prompts: list[Any]) -> Any:
            together.append([len(own) for own in tokens])
            return make(tokens, prompts)

        session.flow.make = watched
        found = dict(session.record(iter(requests)))
    assert len(found) == len(requests)
    pairs = [lengths for lengths in together if len(lengths) == 2]
    assert len(pairs) >= 3
    every = [length for lengths in together for length in lengths]
    apart = sum(abs(one - other) for one, other in pairs) / len(pairs)
    assert apart < np.std(every)


def test_a_text_of_signs_alone_is_told(
    engine: CosyVoiceEngine, machine: Settings, ask: Ask, voice: Voice
) -> None:
    with engine.open(Device(batch=1), machine) as session:
        ((_, result),) = session.record(iter([ask("", voice=voice)]))
    assert result == SegmentError(reason="there is nothing to say in the text", retry=False)


def test_pace_stretches_the_spectrogram() -> None:
    mel = torch.arange(40.0)[:, None].expand(-1, 80)
    assert at_pace(mel, 2.0).shape == (20, 80)
    assert at_pace(mel, 0.5).shape == (80, 80)
    assert at_pace(mel, 1.0) is mel
