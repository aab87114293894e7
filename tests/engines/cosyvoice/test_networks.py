"""The networks give what CosyVoice's own modules give on the same weights, alone and in batches.

``golden2.json`` and ``golden3.json`` hold numbers of upstream's modules (of
FunAudioLLM/CosyVoice at ace7c47, torch 2.13, single precision) on the weights that ``tiny.py`` makes.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fullcast.engines.cosyvoice.facts import SECOND, THIRD
from fullcast.errors import SetupError

torch: Any = pytest.importorskip("torch", reason="torch is not installed: pip install 'fullcast[gpu]'")

from fullcast.engines.cosyvoice.flow import Flow  # noqa: E402 - as torch is there
from fullcast.engines.cosyvoice.language import LanguageModel  # noqa: E402
from fullcast.engines.cosyvoice.loading import load_flow, load_language, load_vocoder  # noqa: E402
from fullcast.engines.cosyvoice.prompts import Prompt  # noqa: E402
from fullcast.engines.cosyvoice.shapes import Shapes, read_shapes  # noqa: E402
from fullcast.engines.cosyvoice.slots import Script, Slots  # noqa: E402
from fullcast.engines.cosyvoice.vocoder import Vocoder  # noqa: E402

SLOW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
EDITIONS = {2: SECOND, 3: THIRD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A loaded model of an edition, and what upstream's own gives."""

    number: int
    folder: Path
    shapes: Shapes
    language: LanguageModel
    flow: Flow
    precise_flow: Flow
    """In double precision: what is left of a difference is no rounding."""
    vocoder: Vocoder
    golden: dict[str, Any]


@pytest.fixture(scope="module", params=EDITIONS)
def model(request: pytest.FixtureRequest, folders: dict[int, Path]) -> Model:
    number: int = request.param
    folder = folders[number]
    shapes = read_shapes(folder, EDITIONS[number])
    precise = load_flow(folder, shapes.flow)
    precise.double()
    golden = json.loads(Path(__file__).with_name(f"golden{number}.json").read_text())
    return Model(
        number=number,
        folder=folder,
        shapes=shapes,
        language=load_language(folder, shapes.language),
        flow=load_flow(folder, shapes.flow),
        precise_flow=precise,
        vocoder=load_vocoder(folder, shapes.vocoder),
        golden=golden,
    )


TEXTS = torch.arange(5, 25)
PROMPT = torch.arange(12) * 523 % 6561
SPEECH = (torch.arange(30) * 211 + 7) % 6561


def golden_prompt() -> Prompt:
    return Prompt(
        tokens=PROMPT,
        mel=torch.sin(torch.arange(24 * 80).reshape(24, 80) * 0.37),
        speaker=torch.cos(torch.arange(192) * 0.11),
    )


def apart(found: Any, wanted: Any) -> float:
    """Return the greatest difference between numbers; they are as many and as finite."""
    other = torch.as_tensor(wanted, dtype=found.dtype)
    assert found.shape == other.shape
    return float((found - other).abs().max()) if found.numel() else 0.0


def test_logits_are_those_of_upstream(model: Model) -> None:
    inputs = model.language.embed(TEXTS, torch.cat((PROMPT, SPEECH)))
    logits = model.language.score(model.language.read(inputs[None]))[0]
    assert apart(logits[::16, ::1000], model.golden["logits"]) <= 2e-5


def test_the_likeliest_tokens_are_those_of_upstream(model: Model) -> None:
    language = model.language
    cache = language.make_cache(3, 64)
    inputs = language.embed(TEXTS, PROMPT)
    hidden = language.read(inputs[None], cache, torch.tensor([1]))[:, -1]
    tokens = []
    for place in range(len(inputs), len(inputs) + len(model.golden["greedy"])):
        tokens.append(int(language.score(hidden)[0, :6561].argmax()))
        steps = torch.tensor([0, tokens[-1], 5]), torch.tensor([0, place, 9])
        hidden = language.step(*steps, cache, 64)[1:2]
    assert tokens == model.golden["greedy"]


def test_mel_and_wave_are_those_of_upstream(model: Model) -> None:
    mel = model.flow.make([SPEECH], [golden_prompt()])[0]
    assert apart(mel[::10, ::20], model.golden["mel"]) <= 2e-5
    pitch = model.vocoder.f0_predictor(mel.T[None])
    assert apart(pitch[0, ::10].float(), model.golden["pitch"]) <= 1e-3
    wave = model.vocoder.speak([mel])[0]
    assert len(wave) == model.golden["samples"] == 480 * len(mel)
    assert apart(wave[::1700], model.golden["wave"]) <= 5e-5
    assert apart(wave[-6:], model.golden["end"]) <= 5e-5


@SLOW
@given(st.lists(st.tuples(st.integers(1, 24), st.integers(0, 12)), min_size=2, max_size=4))
def test_a_batch_of_the_flow_is_what_each_would_be_alone(model: Model, sizes: list[tuple[int, int]]) -> None:
    chance = torch.Generator().manual_seed(len(sizes))
    tokens = [torch.randint(0, 6561, (own,), generator=chance) for own, _ in sizes]
    prompts = [
        Prompt(
            tokens=torch.randint(0, 6561, (held,), generator=chance),
            mel=torch.randn(2 * held, 80, generator=chance),
            speaker=torch.randn(192, generator=chance),
        )
        for _, held in sizes
    ]
    together = model.precise_flow.make(tokens, prompts)
    for mel, own, prompt in zip(together, tokens, prompts, strict=True):
        assert mel.shape == (2 * len(own), 80)
        assert apart(mel, model.precise_flow.make([own], [prompt])[0]) <= 1e-9


@SLOW
@given(st.lists(st.integers(2, 40), min_size=2, max_size=4))
def test_a_batch_of_waves_is_what_each_would_be_alone_to_the_last_sample(
    model: Model, lengths: list[int]
) -> None:
    chance = torch.Generator().manual_seed(sum(lengths))
    mels = [torch.randn(length, 80, generator=chance) for length in lengths]
    for wave, mel in zip(model.vocoder.speak(mels), mels, strict=True):
        assert len(wave) == 480 * len(mel)
        assert apart(wave, model.vocoder.speak([mel])[0]) <= 1e-5


def test_half_precision_is_near(model: Model) -> None:
    """As on a GPU: language model and flow in bfloat16, the vocoder in its own precisions."""
    half = load_flow(model.folder, model.shapes.flow)
    half.to(torch.bfloat16)
    wanted = model.flow.make([SPEECH, SPEECH[:9]], [golden_prompt()] * 2)
    found = half.make([SPEECH, SPEECH[:9]], [golden_prompt()] * 2)
    for mel, other in zip(found, wanted, strict=True):
        assert mel.dtype == torch.float32
        assert (mel - other).abs().mean() < 0.05 * other.abs().mean()
    assert all(wave.isfinite().all() for wave in model.vocoder.speak(found))
    language = load_language(model.folder, model.shapes.language)
    language.to(torch.bfloat16)
    slots = Slots(language, model.shapes.sampling, count=2, positions=96)
    scripts = [
        Script(id=str(number), texts=TEXTS.tolist(), prompt=(), shortest=5, longest=20, seed=number)
        for number in range(3)
    ]
    assert {one.id for one in slots.speak(iter(scripts))} == {"0", "1", "2"}


def test_every_weight_has_the_name_and_shape_that_upstream_gives_it(tiny: Any, model: Model) -> None:
    counted = {
        file: sum(torch.Size(shape).numel() for shape in found.values())
        for file, found in tiny.shapes(model.number).items()
    }
    networks = (model.language, model.flow, model.vocoder)
    own = [sum(value.numel() for value in network.state_dict().values()) for network in networks]
    assert own[0] == counted["llm.pt"] - 320 * 32  # the head of Qwen2's own words
    assert own[1] == counted["flow.pt"] - (8 if model.number == 3 else 0)  # the constant of the positions
    lengths = [shape for name, shape in tiny.shapes(model.number)["hift.pt"].items() if "original0" in name]
    assert own[2] == counted["hift.pt"] - sum(shape[0] for shape in lengths)


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        ("llm.pt", lambda state: state.pop("llm_decoder.weight"), "1 missing: llm_decoder.weight"),
        ("llm.pt", lambda state: state.update(extra=torch.ones(1)), "1 too many: extra"),
        (
            "flow.pt",
            lambda state: state.update({"input_embedding.weight": torch.ones(5, 80)}),
            "1 of another shape: input_embedding.weight (5, 80) instead of (6561, 80)",
        ),
        (
            "hift.pt",
            lambda state: state.pop("conv_pre.parametrizations.weight.original1"),
            "1 missing: conv_pre.parametrizations.weight.original1",
        ),
    ],
)
def test_a_checkpoint_of_another_model_is_told_by_its_names(
    folder: Path, tmp_path: Path, file: str, change: Change, told: str
) -> None:
    shapes = read_shapes(folder, THIRD)
    state = torch.load(folder / file, weights_only=True)
    change(state)
    torch.save(state, tmp_path / file)
    with pytest.raises(SetupError) as caught:
        _load(file, tmp_path, shapes)
    assert told in caught.value.message
    assert str(tmp_path / file) in caught.value.message


@pytest.mark.parametrize("file", ["llm.pt", "flow.pt", "hift.pt"])
def test_a_file_that_is_cut_off_or_a_pickle_is_refused(folder: Path, tmp_path: Path, file: str) -> None:
    shapes = read_shapes(folder, THIRD)
    whole = (folder / file).read_bytes()
    (tmp_path / file).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SetupError, match="cut off perhaps"):
        _load(file, tmp_path, shapes)
    (tmp_path / file).write_bytes(pickle.dumps({"code": print}))
    with pytest.raises(SetupError, match="cannot be used"):
        _load(file, tmp_path, shapes)
    (tmp_path / file).unlink()
    with pytest.raises(SetupError, match="it is missing"):
        _load(file, tmp_path, shapes)


def test_weights_of_an_older_torch_are_known(model: Model, tmp_path: Path) -> None:
    state = torch.load(model.folder / "hift.pt", weights_only=True)
    old = {
        f"generator.{name}".replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        ): value
        for name, value in state.items()
    }
    torch.save(old, tmp_path / "hift.pt")
    mel = torch.ones(6, 80)
    wanted = model.vocoder.speak([mel])[0]
    assert apart(load_vocoder(tmp_path, model.shapes.vocoder).speak([mel])[0], wanted) <= 0.0


def _load(file: str, folder: Path, shapes: Shapes) -> Any:
    if file == "llm.pt":
        return load_language(folder, shapes.language)
    if file == "flow.pt":
        return load_flow(folder, shapes.flow)
    return load_vocoder(folder, shapes.vocoder)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("CosyVoice3LM", "Qwen2LM", "its llm is cosyvoice.llm.llm.Qwen2LM and not"),
        ("    vocab_size: 6561\n", "", "it does not say vocab_size"),
        ("depth: 2", "depth: many", "invalid literal"),
        ("llm: !new", "llm: [!new", "it is no YAML"),
    ],
)
def test_a_description_of_another_model_is_refused(
    folder: Path, tmp_path: Path, old: str, new: str, told: str
) -> None:
    (tmp_path / "CosyVoice-BlankEN").mkdir()
    (tmp_path / "CosyVoice-BlankEN" / "config.json").write_bytes(
        (folder / "CosyVoice-BlankEN" / "config.json").read_bytes()
    )
    text = (folder / "cosyvoice3.yaml").read_text()
    assert old in text
    (tmp_path / "cosyvoice3.yaml").write_text(text.replace(old, new, 1))
    with pytest.raises(SetupError) as caught:
        read_shapes(tmp_path, THIRD)
    assert told in caught.value.message
    assert "fullcast models check" in (caught.value.hint or "")


def test_a_tag_of_a_description_calls_nothing(folder: Path, tmp_path: Path) -> None:
    mark = tmp_path / "called"
    (tmp_path / "CosyVoice-BlankEN").mkdir()
    (tmp_path / "CosyVoice-BlankEN" / "config.json").write_bytes(
        (folder / "CosyVoice-BlankEN" / "config.json").read_bytes()
    )
    text = (folder / "cosyvoice3.yaml").read_text() + f"\nevil: !apply:os.mkdir ['{mark}']\n"
    (tmp_path / "cosyvoice3.yaml").write_text(text)
    assert read_shapes(tmp_path, THIRD) == read_shapes(folder, THIRD)
    assert not mark.exists()
