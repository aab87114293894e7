"""Every kind of sound: who makes it, how it lasts, how loud it stands in a mixture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from fullcast.audio.textures import (
    animals,
    bells,
    birds,
    doors,
    fire,
    people,
    places,
    rain,
    steps,
    things,
    travel,
    water,
    wind,
)
from fullcast.audio.textures.stage import Floats, Stage


class Nature(StrEnum):
    """How a sound lasts."""

    BED = "bed"
    """Goes on: made on a circle of any length."""
    RHYTHM = "rhythm"
    """Goes on in beats: made on a circle for a loop, else dies away before the end."""
    EVENT = "event"
    """Happens once, in a length of its own; in a loop it happens again and again, never quite the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a kind of sound is made."""

    make: Callable[[Stage], Floats]
    nature: Nature
    loudness: float
    """LUFS of the whole for a bed, of the loudest 400 ms for the others."""
    seconds: float
    """Natural length of beds and rhythms; mean pause between the events of a loop."""
    beat: float = 0.0
    """Seconds that each counted stroke takes, where the prompt may count."""


def _bed(make: Callable[[Stage], Floats], loudness: float = -28.0) -> Recipe:
    return Recipe(make=make, nature=Nature.BED, loudness=loudness, seconds=30.0)


def _rhythm(make: Callable[[Stage], Floats], seconds: float, beat: float = 0.0) -> Recipe:
    return Recipe(make=make, nature=Nature.RHYTHM, loudness=-24.0, seconds=seconds, beat=beat)


def _event(make: Callable[[Stage], Floats], pause: float = 6.0, loudness: float = -22.0) -> Recipe:
    return Recipe(make=make, nature=Nature.EVENT, loudness=loudness, seconds=pause)


RECIPES: Final[Mapping[str, Recipe]] = MappingProxyType(
    {
        "rain": _bed(rain.make_rain),
        "drizzle": _bed(rain.make_drizzle, -31.0),
        "tin-rain": _bed(rain.make_tin_rain),
        "leaf-rain": _bed(rain.make_leaf_rain),
        "window-rain": _bed(rain.make_window_rain, -30.0),
        "umbrella-rain": _bed(rain.make_umbrella_rain),
        "wind": _bed(wind.make_wind),
        "breeze": _bed(wind.make_breeze, -31.0),
        "gale": _bed(wind.make_gale, -26.0),
        "howling": _bed(wind.make_howling),
        "rustling": _bed(wind.make_rustling, -30.0),
        "sea": _bed(water.make_sea),
        "surf": _bed(water.make_surf, -26.0),
        "harbour": _bed(water.make_harbour, -30.0),
        "lake": _bed(water.make_lake, -31.0),
        "brook": _bed(water.make_brook),
        "river": _bed(water.make_river),
        "waterfall": _bed(water.make_waterfall, -26.0),
        "fire": _bed(fire.make_fire, -30.0),
        "campfire": _bed(fire.make_campfire),
        "candle": _bed(fire.make_candle, -36.0),
        "crickets": _bed(animals.make_crickets, -30.0),
        "cicadas": _bed(animals.make_cicadas, -30.0),
        "night": _bed(animals.make_night, -33.0),
        "frogs": _bed(animals.make_frogs, -30.0),
        "birds": _bed(birds.make_birds, -30.0),
        "gulls": _bed(birds.make_gulls),
        "crows": _bed(birds.make_crows, -30.0),
        "doves": _bed(birds.make_doves, -30.0),
        "crowd": _bed(people.make_crowd),
        "tavern": _bed(people.make_tavern),
        "market": _bed(people.make_market, -27.0),
        "whispers": _bed(people.make_whispers, -32.0),
        "applause": _bed(people.make_applause, -24.0),
        "room": _bed(places.make_room, -38.0),
        "cellar": _bed(places.make_cellar, -32.0),
        "kettle": _bed(places.make_kettle),
        "timbers": _bed(places.make_timbers, -30.0),
        "cart": _bed(travel.make_cart),
        "chimes": _bed(bells.make_chimes, -30.0),
        "train": _rhythm(travel.make_train, 20.0),
        "machinery": _rhythm(places.make_machinery, 12.0),
        "oars": _rhythm(travel.make_oars, 14.0),
        "hooves": _rhythm(steps.make_hooves, 8.0),
        "gallop": _rhythm(steps.make_gallop, 6.0),
        "wood-steps": _rhythm(steps.make_wood_steps, 5.0),
        "stone-steps": _rhythm(steps.make_stone_steps, 5.0),
        "gravel-steps": _rhythm(steps.make_gravel_steps, 5.0),
        "snow-steps": _rhythm(steps.make_snow_steps, 5.0),
        "leaf-steps": _rhythm(steps.make_leaf_steps, 5.0),
        "puddle-steps": _rhythm(steps.make_puddle_steps, 5.0),
        "clock": _rhythm(bells.make_clock, 10.0),
        "watch": _rhythm(bells.make_watch, 8.0),
        "heartbeat": _rhythm(things.make_heartbeat, 8.0),
        "church-bell": _rhythm(bells.make_church_bell, 18.0, 2.7),
        "ship-bell": _rhythm(bells.make_ship_bell, 8.5),
        "hand-bell": _rhythm(bells.make_hand_bell, 4.0),
        "pen": _rhythm(things.make_pen, 7.0),
        "typewriter": _rhythm(things.make_typewriter, 8.0),
        "thunder": _event(fire.make_thunder, 9.0),
        "explosion": _event(fire.make_explosion, 8.0),
        "gunshot": _event(fire.make_gunshot, 6.0),
        "match": _event(fire.make_match, 9.0),
        "owl": _event(birds.make_owl, 9.0),
        "rooster": _event(birds.make_rooster, 9.0),
        "dog": _event(animals.make_dog, 5.0),
        "wolf": _event(animals.make_wolf, 10.0),
        "clock-strike": _event(bells.make_clock_strike, 9.0),
        "doorbell": _event(bells.make_doorbell, 6.0),
        "gong": _event(bells.make_gong, 6.0),
        "creak": _event(doors.make_creak, 6.0),
        "slam": _event(doors.make_slam, 7.0),
        "knock": _event(doors.make_knock, 4.0),
        "latch": _event(doors.make_latch, 5.0),
        "whistle": _event(travel.make_whistle_blast, 12.0),
        "foghorn": _event(travel.make_foghorn, 14.0),
        "splash": _event(travel.make_splash, 4.0),
        "drip": _event(places.make_drip, 2.0),
        "clink": _event(things.make_clink, 3.0),
        "shatter": _event(things.make_shatter, 6.0),
        "page": _event(things.make_page, 6.0),
        "paper": _event(things.make_paper, 4.0),
        "coins": _event(things.make_coins, 4.0),
        "swords": _event(things.make_swords, 2.0),
    }
)
