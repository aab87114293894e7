"""Tokens are drawn as the literal rule draws them, whatever the slot, the neighbours and the order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

torch: Any = pytest.importorskip("torch", reason="torch is not installed: pip install 'fullcast[gpu]'")

from fullcast.engines.cosyvoice.facts import THIRD  # noqa: E402 - as torch is there
from fullcast.engines.cosyvoice.language import LanguageModel  # noqa: E402 - as torch is there
from fullcast.engines.cosyvoice.loading import load_language  # noqa: E402
from fullcast.engines.cosyvoice.sampling import draw, forbid_end  # noqa: E402
from fullcast.engines.cosyvoice.shapes import SamplingShape, Shapes, read_shapes  # noqa: E402
from fullcast.engines.cosyvoice.slots import Script, Slots, Spoken, without_long_silence  # noqa: E402

SLOW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def shapes(folder: Path) -> Shapes:
    return read_shapes(folder, THIRD)


@pytest.fixture(scope="module")
def language(folder: Path, shapes: Shapes) -> LanguageModel:
    """Return the language model in double precision: no tie is broken by rounding."""
    model = load_language(folder, shapes.language)
    model.double()
    model.llm_decoder.weight[6561:] /= 4.0  # so that speeches end by chance
    return model


def literal(scores: Any, chances: tuple[float, float], recent: list[int], shape: SamplingShape) -> int:
    """Draw a token by the rule as it is written, one candidate after the other."""

    def pick(weights: list[tuple[float, int]], chance: float) -> int:
        aim, running = chance * sum(weight for weight, _ in weights), 0.0
        for weight, token in weights:
            running += weight
            if aim < running and weight > 0:
                return token
        return next(token for weight, token in reversed(weights) if weight > 0)

    likely = scores.softmax(-1).tolist()
    ranked = sorted(((weight, token) for token, weight in enumerate(likely)), key=lambda pair: -pair[0])
    kept: list[tuple[float, int]] = []
    together = 0.0
    for weight, token in ranked:
        if together >= shape.top_p or len(kept) >= shape.top_k:
            break
        kept.append((weight, token))
        together += weight
    first = pick(kept, chances[0])
    if recent.count(first) < shape.window * shape.share:
        return first
    others = [(0.0 if token == first else weight, token) for token, weight in enumerate(likely)]
    return pick(others, chances[1])


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    ids=st.integers(2, 40),
    spread=st.sampled_from([0.1, 1.0, 5.0]),
    top_k=st.integers(1, 30),
    top_p=st.floats(0.05, 1.0),
)
def test_the_draw_of_many_is_the_literal_draw_of_each(
    seed: int, ids: int, spread: float, top_k: int, top_p: float
) -> None:
    chance = torch.Generator().manual_seed(seed)
    shape = SamplingShape(top_p=top_p, top_k=top_k, window=4, share=0.25)
    scores = spread * torch.randn(7, ids, generator=chance)
    chances = torch.rand(7, 2, generator=chance)
    recent = torch.randint(-1, ids, (7, 4), generator=chance)
    found = draw(scores, chances, recent, shape).tolist()
    rows = zip(scores, chances.tolist(), recent.tolist(), strict=True)
    assert found == [literal(row, (one, two), last, shape) for row, (one, two), last in rows]


def test_a_repetition_is_drawn_anew_from_all_others() -> None:
    scores = torch.tensor([[4.0, 1.0, 1.0, -torch.inf]]).repeat(4000, 1)
    chances = torch.rand(4000, 2, generator=torch.Generator().manual_seed(1))
    recent = torch.full((4000, 10), -1)
    recent[:, 3] = 0
    counted = Counter(draw(scores, chances, recent, SamplingShape(top_p=0.5)).tolist())
    assert counted.keys() == {1, 2}
    assert abs(counted[1] - 2000) < 150


def test_chances_at_their_ends_draw_what_can_be_drawn() -> None:
    scores = torch.tensor([[-torch.inf, 2.0, 1.0, -torch.inf]] * 2)
    nowhere = torch.full((2, 10), -1)
    found = draw(scores, torch.tensor([[0.0, 0.0], [1.0, 1.0]]), nowhere, SamplingShape(top_p=1.0))
    assert found.tolist() == [1, 2]


def test_none_of_the_ids_that_end_a_speech_comes_too_early() -> None:
    scores = forbid_end(torch.zeros(2, 10), torch.tensor([True, False]), 7)
    assert scores.isneginf().sum(1).tolist() == [3, 0]


def script(number: int, texts: int, prompt: int, shortest: int, longest: int) -> Script:
    chance = torch.Generator().manual_seed(100 + number)
    return Script(
        id=str(number),
        texts=torch.randint(0, 300, (texts,), generator=chance).tolist(),
        prompt=torch.randint(0, 6561, (prompt,), generator=chance).tolist(),
        shortest=shortest,
        longest=longest,
        seed=number,
    )


def speak(language: LanguageModel, scripts: list[Script], count: int) -> dict[str, Spoken]:
    slots = Slots(language, SamplingShape(), count=count, positions=160)
    spoken = {one.id: one for one in slots.speak(iter(scripts))}
    assert not slots.busy
    return spoken


SIZES = st.tuples(st.integers(1, 20), st.integers(0, 20), st.integers(0, 12), st.integers(13, 60))


@SLOW
@given(st.lists(SIZES, min_size=1, max_size=6), st.integers(1, 4), st.randoms(use_true_random=False))
def test_a_text_is_spoken_alike_in_any_slot_with_any_neighbours(
    language: LanguageModel, sizes: list[tuple[int, int, int, int]], count: int, order: Any
) -> None:
    scripts = [script(number, *size) for number, size in enumerate(sizes)]
    alone = {one.id: speak(language, [one], 1)[one.id] for one in scripts}
    mixed = list(scripts)
    order.shuffle(mixed)
    assert speak(language, mixed, count) == alone
    for one in scripts:
        spoken = alone[one.id]
        assert one.shortest <= len(spoken.tokens) <= one.longest
        assert spoken.is_cut == (len(spoken.tokens) == one.longest)
        assert all(0 <= token < 6561 for token in spoken.tokens)


def test_another_seed_says_something_else(language: LanguageModel) -> None:
    one = script(1, 8, 5, 10, 60)
    other = Script(id="2", texts=one.texts, prompt=one.prompt, shortest=10, longest=60, seed=99)
    spoken = speak(language, [one, other], 2)
    assert spoken["1"].tokens != spoken["2"].tokens


def test_slots_are_filled_anew_while_others_go_on(language: LanguageModel) -> None:
    lengths = [60, *[12] * 9]
    scripts = [script(number, 5, 0, length - 1, length) for number, length in enumerate(lengths)]
    slots = Slots(language, SamplingShape(), count=2, positions=160)
    pulled: list[str] = []

    def source() -> Any:
        for one in scripts:
            pulled.append(one.id)
            yield one

    waiting = slots.speak(source())
    first = next(waiting)
    assert (first.id, pulled) == ("1", ["0", "1"])
    order = [first.id, *(one.id for one in waiting)]
    assert order.index("0") > 3
    assert slots.useful / slots.steps > 0.75


def test_a_text_for_which_there_is_no_room_is_refused(language: LanguageModel) -> None:
    slots = Slots(language, SamplingShape(), count=1, positions=160)
    with pytest.raises(ValueError, match="a text needs 172 positions, and a slot has 160"):
        list(slots.speak([script(0, 20, 50, 0, 100)]))


@pytest.mark.parametrize(
    ("tokens", "kept"),
    [([1] * 9, [1] * 5), ([1, 2] * 4, [1, 2, 1, 2, 1]), ([7, *[1] * 6, 8, 1], [7, *[1] * 5, 8, 1]), ([], [])],
)
def test_long_silence_is_cut_to_a_fifth_of_a_second(tokens: list[int], kept: list[int]) -> None:
    assert without_long_silence(tokens, frozenset({1, 2})) == kept
