"""The networks give what CosyVoice's own modules give on the same weights, alone and in batches.

``golden.json`` holds numbers of upstream's modules (FunAudioLLM/CosyVoice at ace7c47, torch 2.13, single
precision) on the weights that ``tiny.py`` makes.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fullcast.errors import SetupError

torch: Any = pytest.importorskip("torch", reason="torch is not installed: pip install 'fullcast[gpu]'")

from fullcast.engines.cosyvoice.flow import Flow  # noqa: E402 - as torch is there
from fullcast.engines.cosyvoice.language import LanguageModel  # noqa: E402
from fullcast.engines.cosyvoice.loading import load_flow, load_language, load_vocoder  # noqa: E402
from fullcast.engines.cosyvoice.prompts import Prompt  # noqa: E402
from fullcast.engines.cosyvoice.shapes import Shapes, read_shapes  # noqa: E402
from fullcast.engines.cosyvoice.vocoder import Vocoder  # noqa: E402

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text())
SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def shapes(folder: Path) -> Shapes:
    return read_shapes(folder)


@pytest.fixture(scope="module")
def language(folder: Path, shapes: Shapes) -> LanguageModel:
    return load_language(folder, shapes.language)


@pytest.fixture(scope="module")
def flow(folder: Path, shapes: Shapes) -> Flow:
    return load_flow(folder, shapes.flow)


@pytest.fixture(scope="module")
def precise_flow(folder: Path, shapes: Shapes) -> Flow:
    """Return the flow in double precision: what is left of a difference is no rounding."""
    flow = load_flow(folder, shapes.flow)
    flow.double()
    return flow


@pytest.fixture(scope="module")
def vocoder(folder: Path, shapes: Shapes) -> Vocoder:
    return load_vocoder(folder, shapes.vocoder)


TEXTS = torch.arange(5, 25)
PROMPT = torch.arange(12) * 523 % 6561
SPEECH = (torch.arange(30) * 211 + 7) % 6561


def golden_prompt() -> Prompt:
    return Prompt(
        tokens=PROMPT,
        mel=torch.sin(torch.arange(24 * 80).reshape(24, 80) * 0.37),
        speaker=torch.cos(torch.arange(192) * 0.11),
    )


def close(found: Any, wanted: Any, tolerance: float) -> None:
    """Compare numbers; the tolerance is absolute."""
    torch.testing.assert_close(found, torch.as_tensor(wanted), atol=tolerance, rtol=0.0)


def test_logits_are_those_of_upstream(language: LanguageModel) -> None:
    inputs = language.embed(TEXTS, torch.cat((PROMPT, SPEECH)))
    logits = language.score(language.read(inputs[None]))[0]
    close(logits[::16, ::1000], GOLDEN["logits"], 2e-5)


def test_the_likeliest_tokens_are_those_of_upstream(language: LanguageModel) -> None:
    cache = language.make_cache(3, 64)
    inputs = language.embed(TEXTS, PROMPT)
    hidden = language.read(inputs[None], cache, torch.tensor([1]))[:, -1]
    tokens = []
    for place in range(len(inputs), len(inputs) + len(GOLDEN["greedy"])):
        tokens.append(int(language.score(hidden)[0].argmax()))
        steps = torch.tensor([0, tokens[-1], 5]), torch.tensor([0, place, 9])
        hidden = language.step(*steps, cache, 64)[1:2]
    assert tokens == GOLDEN["greedy"]


def test_mel_and_wave_are_those_of_upstream(flow: Flow, vocoder: Vocoder) -> None:
    mel = flow.make([SPEECH], [golden_prompt()])[0]
    close(mel[::10, ::20], GOLDEN["mel"], 2e-5)
    close(vocoder.f0_predictor(mel.T[None])[0, ::10].float(), GOLDEN["pitch"], 1e-3)
    wave = vocoder.speak([mel])[0]
    assert len(wave) == GOLDEN["samples"] == 480 * len(mel)
    close(wave[::1700], GOLDEN["wave"], 2e-5)
    close(wave[-6:], GOLDEN["end"], 2e-5)


@SLOW
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 20)), min_size=2, max_size=5))
def test_a_batch_of_the_flow_is_what_each_would_be_alone(
    precise_flow: Flow, sizes: list[tuple[int, int]]
) -> None:
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
    together = precise_flow.make(tokens, prompts)
    for mel, own, prompt in zip(together, tokens, prompts, strict=True):
        assert mel.shape == (2 * len(own), 80)
        close(mel, precise_flow.make([own], [prompt])[0], 1e-9)


@SLOW
@given(st.lists(st.integers(2, 60), min_size=2, max_size=5))
def test_a_batch_of_waves_is_what_each_would_be_alone_to_the_last_sample(
    vocoder: Vocoder, lengths: list[int]
) -> None:
    chance = torch.Generator().manual_seed(sum(lengths))
    mels = [torch.randn(length, 80, generator=chance) for length in lengths]
    for wave, mel in zip(vocoder.speak(mels), mels, strict=True):
        assert len(wave) == 480 * len(mel)
        close(wave, vocoder.speak([mel])[0], 1e-5)


def test_every_weight_has_the_name_and_shape_that_upstream_gives_it(
    tiny: Any, language: LanguageModel, flow: Flow, vocoder: Vocoder
) -> None:
    counted = {
        file: sum(torch.Size(shape).numel() for shape in found.values())
        for file, found in tiny.shapes().items()
    }
    own = [sum(value.numel() for value in network.state_dict().values()) for network in (language, flow)]
    assert own[0] == counted["llm.pt"] - 320 * 32  # the head of Qwen2's own words
    assert own[1] == counted["flow.pt"] - 8  # the constant of the positions
    assert sum(value.numel() for value in vocoder.state_dict().values()) < counted["hift.pt"]


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
    shapes = read_shapes(folder)
    state = torch.load(folder / file, weights_only=True)
    change(state)
    torch.save(state, tmp_path / file)
    with pytest.raises(SetupError) as caught:
        _load(file, tmp_path, shapes)
    assert told in caught.value.message
    assert str(tmp_path / file) in caught.value.message


@pytest.mark.parametrize("file", ["llm.pt", "flow.pt", "hift.pt"])
def test_a_file_that_is_cut_off_or_a_pickle_is_refused(
    folder: Path, shapes: Shapes, tmp_path: Path, file: str
) -> None:
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


def test_weights_of_an_older_torch_are_known(folder: Path, shapes: Shapes, tmp_path: Path) -> None:
    state = torch.load(folder / "hift.pt", weights_only=True)
    old = {
        f"generator.{name}".replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        ): value
        for name, value in state.items()
    }
    torch.save(old, tmp_path / "hift.pt")
    mel = torch.ones(6, 80)
    wanted = load_vocoder(folder, shapes.vocoder).speak([mel])[0]
    close(load_vocoder(tmp_path, shapes.vocoder).speak([mel])[0], wanted, 0.0)


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
        read_shapes(tmp_path)
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
    assert read_shapes(tmp_path) == read_shapes(folder)
    assert not mark.exists()
