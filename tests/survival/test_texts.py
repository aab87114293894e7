"""Texts as books and people have them: whatever stands there is spoken or passed over, and nothing breaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import av
import pytest

Fullcast = Callable[..., Any]

ONE_FILE = "deliveries: [{preset: chapters, codec: flac}]\n"

ODD = {
    "control tokens": "Say <|endoftext|> and [INST] and </s> and [[h@l'oU]] now.\n",
    "SSML": 'He said <break time="1s"/> <speak>stop</speak> & <prosody rate="x-fast">go</prosody>.\n',
    "HTML": "<script>alert(1)</script> The lamp &amp; the well &#0; &nbsp; stood.\n",
    "right to left": "He read \u202eabc\u202c and שלום עולם and مرحبا aloud.\n",
    "emoji": "The lamp 😀 was 👩‍👩‍👧 lit 🏴󠁧󠁢󠁥󠁮󠁧󠁿 at dusk.\n",
    "zero width": "The \u200blamp\u200d was\u2060 lit\ufeff at\u00ad dusk.\n",
    "marks upon marks": "The la" + "\u0301" * 300 + "mp was lit.\n",
    "controls": "The \x07lamp\x1b[31m was\x7f lit\x0b at\x0c dusk.\x85\n",
    "private and unassigned": "The lamp \ue000 was \U000e0001 lit \U0010ffff.\n",
    "separators": "The lamp\u2028was lit\u2029at dusk.\r\rNobody came.\r\nNobody.",
    "numbers": "In 1984 99999999999999999999999999999999999999999999 lamps burned at 3.14159 % of $1e308.\n",
    "marks unclosed": '[“Who?”]{as="Mara\n\n::: {as=\n\n::pause[\n\n[x]{say=}\n\nThe lamp was lit.\n',
    "quotations unclosed": "“" * 200 + "The lamp was lit.\n",
    "brackets": "[" * 800 + "The lamp." + "]" * 800 + "\n",
    "stars": "*" * 5000 + "The lamp." + "_" * 5000 + "\n",
    "quoted deep": ">" * 2000 + " The lamp was lit.\n",
    "one long word": "The " + "la" * 2_000 + "mp was lit.\n",
    "one long line": "The lamp was lit at dusk. " * 100,
    "no full stop": "the lamp was lit and " * 100,
    "Chinese": "灯塔的守护人走了。谁也没有来。\n",
}


@pytest.mark.parametrize("what", ODD)
def test_odd_text_is_spoken(what: str, make_project: Any, fullcast: Fullcast) -> None:
    project = make_project(ODD[what], more=ONE_FILE)
    said = fullcast("check", project)
    assert said.code in {0, 3}, said.err
    if said.code == 3:  # a mark that cannot be understood is a problem, with its place
        assert "1.md:" in said.err
        return
    said = fullcast("render", project)
    assert said.code == 0, said.err


@pytest.mark.parametrize(
    "what", ["control tokens", "SSML", "HTML", "controls", "right to left", "emoji", "numbers"]
)
def test_odd_text_is_spoken_by_espeak(what: str, make_project: Any, fullcast: Fullcast) -> None:
    project = make_project(ODD[what], more=ONE_FILE)
    said = fullcast("render", project, "--engine", "espeak")
    if what == "right to left":
        assert said.code == 3
        assert "1.md:1:" in said.first
    else:
        assert said.code == 0, said.err


TITLES = {
    "lines": "The\nLamp\r\n\tat Dusk",
    "quotation marks": "The \"Lamp\": 'lit' “at” dusk",
    "slashes": "../../The/Lamp\\at|dusk?*<>",
    "dots": "...",
    "long": "The lamp was lit " * 10,
    "Chinese": "灯塔的守护人" * 12,
    "a device": "CON",
    "hidden": ".lamp",
    "NUL": "The\0Lamp",
    "right to left": "\u202eשלום",
    "emoji": "👩‍👩‍👧" * 12,
}


@pytest.mark.parametrize("what", TITLES)
def test_a_chapter_may_have_any_title(what: str, make_project: Any, fullcast: Fullcast) -> None:
    more = "deliveries: [m4b, {preset: chapters, codec: mp3}]\n"
    project = make_project(
        "One lamp.\n", "Two lamps.\n", titles=dict.fromkeys((1, 2), TITLES[what]), more=more
    )
    said = fullcast("render", project)
    if what == "NUL":
        assert said.code == 3
        return
    assert said.code == 0, said.err
    files = list((project / "output" / "chapters").glob("*.mp3"))
    assert len(files) == 2
    assert not [file for file in project.parent.iterdir() if file.suffix == ".mp3"]
    with av.open(str(project / "output" / "m4b" / "Small.m4b")) as book:
        marks = [mark["metadata"]["title"] for mark in book.chapters()]
    assert len(marks) == 2
    assert all(mark.strip() for mark in marks)


@pytest.mark.slow
def test_a_book_may_have_more_chapters_than_old_lists_hold(make_project: Any, fullcast: Fullcast) -> None:
    texts = tuple(f"This is lamp {number}.\n" for number in range(260))
    quiet = HEADLESS.format(chapters="".join(CHAPTER.format(number=n) for n in range(1, 261)))
    project = make_project(*texts, yaml=quiet)
    said = fullcast("render", project, "--json")
    assert said.code == 0, said.err
    with av.open(str(project / "output" / "m4b" / "Small.m4b")) as book:
        marks = book.chapters()
    assert [mark["metadata"]["title"] for mark in marks] == [f"Lamp {number}" for number in range(1, 261)]
    assert fullcast("render", project, "--json").out.count('"unchanged": true') == 1


HEADLESS = """\
fullcast: 1
book: {{title: Small, author: A. Writer, language: en}}
speech: {{engine: tone}}
cast: {{Narrator: alba}}
chapters:
{chapters}deliveries: [m4b]
"""
CHAPTER = "  - {{title: Lamp {number}, text: {number}.md, speak_title: false}}\n"


def test_ten_thousand_paragraphs_are_planned(make_project: Any, fullcast: Fullcast) -> None:
    text = "\n\n".join(f"Lamp{number}." for number in range(10_000))
    said = fullcast("plan", make_project(text), "--json")
    assert said.code == 0
    assert json.loads(said.out)["takes"]["total"] == 10_001


def test_a_paragraph_of_a_megabyte_is_planned(make_project: Any, fullcast: Fullcast) -> None:
    text = " ".join(f"The lamp number {number} was lit at dusk." for number in range(28_000))
    said = fullcast("plan", make_project(text), "--json")
    assert said.code == 0
    assert json.loads(said.out)["chapters"][0]["characters"] >= len(text) - 28_000 - 10


def test_a_word_of_two_hundred_kilobytes_is_a_problem_or_planned(
    make_project: Any, fullcast: Fullcast
) -> None:
    said = fullcast("check", make_project("The " + "la" * 100_000 + "mp was lit.\n"))
    assert said.code in {0, 3}, said.err
    assert len(said.out + said.err) < 2_000
