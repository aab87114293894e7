from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.audio.textures.catalogue import RECIPES
from fullcast.audio.textures.prompt import explain_unknown, read_prompt
from fullcast.audio.textures.words import RULES

PROMPTS = {
    "heavy rain on a tin roof": ["tin-rain"],
    "rain and distant thunder": ["rain", "thunder"],
    "thunderstorm": ["thunder", "rain"],
    "rain against the window": ["window-rain"],
    "a howling wind in the chimney": ["howling"],
    "wind in the trees": ["rustling"],
    "a light breeze": ["breeze"],
    "waves breaking on a calm shore": ["sea"],
    "storm surf": ["surf"],
    "water lapping in the harbour": ["harbour"],
    "a heavy door creaks open": ["creak"],
    "a heavy door in the night": ["creak"],
    "the door slams shut": ["slam"],
    "somebody knocks on the door": ["knock"],
    "a key turns in the lock": ["latch"],
    "slow footsteps on gravel": ["gravel-steps"],
    "footsteps in the snow": ["snow-steps"],
    "he climbs the creaking stairs": ["wood-steps"],
    "a ship's timbers creak": ["timbers"],
    "ship's bell": ["ship-bell"],
    "a church bell tolls": ["church-bell"],
    "the clock strikes four": ["clock-strike"],
    "a ticking clock": ["clock"],
    "train whistle": ["whistle"],
    "horse and cart": ["hooves", "cart"],
    "the murmur of a crowded tavern": ["tavern"],
    "water dripping in a cellar": ["cellar"],
    "seagulls over the harbour": ["gulls", "harbour"],
    "crickets at night": ["crickets"],
    "a quiet night": ["night"],
    "breaking glass": ["shatter"],
    "大雨": ["rain"],
    "雨打在屋顶上": ["tin-rain"],
    "风": ["wind"],
    "海浪": ["sea"],
    "远处的雷声": ["thunder"],
    "虫鸣": ["crickets"],
    "鸟叫": ["birds"],
    "教堂的钟声": ["church-bell"],
    "脚步声": ["wood-steps"],
    "雪地上的脚步声": ["snow-steps"],
    "开门": ["creak"],
    "壁炉里的火": ["fire"],
    "小溪": ["brook"],
    "人群": ["crowd"],
    "火车": ["train"],
    "雨声和远处的雷声": ["rain", "thunder"],
}


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_names_its_kinds(prompt: str) -> None:
    assert [layer.kind for layer in read_prompt(prompt)] == PROMPTS[prompt]


def test_traits_belong_to_their_clause() -> None:
    rain, thunder = read_prompt("light rain and distant thunder")
    assert (rain.traits.strength, rain.traits.distance) == (-1.0, 0.0)
    assert (thunder.traits.strength, thunder.traits.distance) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("prompt", "pace"), [("slow footsteps", -1.0), ("running footsteps", 1.0), ("急促的脚步声", 1.0)]
)
def test_pace_is_read(prompt: str, pace: float) -> None:
    assert read_prompt(prompt)[0].traits.pace == pace


@pytest.mark.parametrize(
    ("prompt", "count"), [("the clock strikes midnight", 12), ("two knocks on the door", 2), ("敲门三下", 3)]
)
def test_a_number_counts_strokes(prompt: str, count: int) -> None:
    assert read_prompt(prompt)[0].traits.count == count


def test_every_rule_has_a_recipe_and_every_recipe_a_rule() -> None:
    assert {rule.kind for rule in RULES} == set(RECIPES)


@pytest.mark.parametrize("kind", RECIPES)
def test_a_kind_is_reached_by_some_word(kind: str) -> None:
    rules = [rule for rule in RULES if rule.kind == kind]
    words = [f"{s} {q}" for rule in rules for s in rule.subjects for q in (rule.qualifiers or {""})]
    assert any([layer.kind for layer in read_prompt(word)] == [kind] for word in words)


def test_an_unknown_prompt_gets_the_nearest_word_and_the_list() -> None:
    message = explain_unknown("thundr over Rome")
    assert '"thundr over Rome"' in message
    assert 'did you mean "thunder"?' in message
    assert all(kind in message for kind in RECIPES)


@given(st.text(max_size=80))
def test_any_text_is_read_without_complaint(text: str) -> None:
    layers = read_prompt(text)
    assert all(layer.kind in RECIPES for layer in layers)
    assert len({layer.kind for layer in layers}) == len(layers) <= 5


@given(st.text(alphabet="bcdfgjkqvxz ", max_size=20))
def test_words_that_mean_nothing_change_nothing(noise: str) -> None:
    assert [layer.kind for layer in read_prompt(f"{noise} thunder {noise}")][:1] == ["thunder"]


def test_reading_a_prompt_needs_no_numpy() -> None:
    program = (
        "import sys; from fullcast.engines.texture import TextureEngine; "
        "TextureEngine().check_prompt('rain'); "
        "sys.exit(any(name in sys.modules for name in ('numpy', 'scipy', 'av', 'soundfile')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_without_a_near_word_the_list_alone_is_shown() -> None:
    assert explain_unknown("xyzzy").startswith('no sound is known for "xyzzy"; known are ')
