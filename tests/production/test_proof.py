"""The proof in a real browser, from disk: play, highlight, mark, export, reload."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.files.proof import ProofBook, ProofChapter, ProofLine, book_script, chapter_script, page_files
from fullcast.model import Settings
from fullcast.production.preparing import Choices, prepare
from fullcast.production.remembering import run_and_remember
from fullcast.production.retakes import ask_for_retakes
from fullcast.units import Seconds

NASTY = '</script><img src=x onerror="document.title=1"> & \u2028 “quoted”'

PROJECT = """\
fullcast: 1
book: {title: "The Lamp </title>", author: A. Writer, language: en}
speech: {engine: tone}
sounds: {engine: tone}
cast: {Narrator: alba, Mara: mara, Tom: tom}
chapters:
  - title: Dusk
    text: chapters/01.md
    cues:
      - {effect: door, at: "closed the door", level: 12}
  - {title: Dawn, text: chapters/02.md}
"""

DUSK = """\
The lamp was lit at dusk.

“Is anybody <b>there</b>?” asked Mara. “I heard 2 boats.”

“Nobody,” said Tom.

***

She closed the door and went home.
"""

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("proof") / "the lamp"
    (folder / "chapters").mkdir(parents=True)
    (folder / "project.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "chapters" / "01.md").write_text(DUSK, encoding="utf-8")
    (folder / "chapters" / "02.md").write_text("In the morning nobody was there.\n", encoding="utf-8")
    for command in ("render", "proof"):
        run_and_remember(folder, command, (Choices(), Settings(jobs=1)), lambda _: None)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed: no browser to open the proof in")
    options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=options)
        yield started
        started.close()


@pytest.fixture
def page(browser: Any, book: Path) -> Iterator[Open]:
    """Open the proof; whatever the browser complains of, or asks the network for, fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def look(**options: Any) -> Any:
        context = browser.new_context(accept_downloads=True, **options)
        contexts.append(context)
        opened = context.new_page()
        opened.on("console", lambda message: complaints.append(message.text))
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("request", lambda request: complaints.extend(remote(request.url)))
        opened.goto((book / "output" / "proof" / "index.html").as_uri())
        opened.wait_for_selector(".spoken")
        return opened

    yield look
    for context in contexts:
        context.close()
    assert complaints == []


def remote(address: str) -> list[str]:
    return [] if address.startswith(("file:", "data:", "blob:")) else [address]


def until(page: Any, true: str, seconds: float = 9.0) -> None:
    """Wait until an expression is true; the library's own way needs eval, which the page forbids."""
    ending = time.monotonic() + seconds
    while not page.evaluate(true):
        assert time.monotonic() < ending, f"not true after {seconds} s: {true}"
        page.wait_for_timeout(20)


def lines(book: Path) -> list[Any]:
    plan = prepare(book, Choices(), Settings(jobs=1)).plan
    return [line for chapter in plan.chapters for line in chapter.script.lines]


def download(page: Any, button: str) -> str:
    with page.expect_download() as waiting:
        page.click(button)
    return Path(waiting.value.path()).read_text(encoding="utf-8")


def test_the_text_is_the_book_s_and_nothing_in_it_is_markup(page: Open, book: Path) -> None:
    opened = page()
    assert opened.title() == "Dusk – The Lamp </title>"
    shown = opened.eval_on_selector_all(".spoken", "all => all.map(one => one.textContent)")
    wanted = [
        line.text if line.kind != "quotation" else line.speaker + line.text
        for line in lines(book)[: len(shown)]
    ]
    assert shown == wanted
    assert opened.locator("main b").count() == 0
    assert opened.locator("main hr").count() == 1


def test_text_lights_up_while_it_is_heard_word_by_word(page: Open) -> None:
    opened = page()
    opened.locator(".spoken", has_text="The lamp was lit").click()
    until(opened, "document.querySelector('.said')?.textContent === 'lamp'")
    assert "The lamp was lit" in opened.locator(".now").inner_text()
    until(opened, "document.querySelector('.now')?.textContent.includes('anybody')")
    assert opened.evaluate("document.getElementById('audio').paused") is False
    opened.keyboard.press("Space")
    assert opened.evaluate("document.getElementById('audio').paused") is True


def test_play_goes_on_into_the_next_chapter(page: Open) -> None:
    opened = page()
    until(opened, "document.getElementById('audio').readyState >= 1")
    opened.evaluate("audio.currentTime = audio.duration - 0.2")
    opened.keyboard.press("Space")
    until(opened, "document.title.startsWith('Dawn') && !audio.paused && audio.currentTime > 0.1")
    assert opened.title().startswith("Dawn")
    assert opened.evaluate("audio.paused") is False


def test_a_click_on_the_waveform_goes_there(page: Open) -> None:
    opened = page()
    until(opened, "document.getElementById('audio').readyState >= 1")
    wave = opened.locator("#wave")
    size = wave.bounding_box()
    wave.click(position={"x": size["width"] / 2, "y": 10})
    heard = "[document.getElementById('audio').currentTime, state.chapter.duration]"
    reached, duration = opened.evaluate(heard)
    assert reached == pytest.approx(duration / 2, abs=0.2)
    pixels = opened.evaluate(
        "() => new Set(document.getElementById('wave').getContext('2d')"
        ".getImageData(0, 0, 600, 50).data).size"
    )
    assert pixels > 3


def test_marks_are_exported_kept_and_recorded_anew(page: Open, book: Path, tmp_path: Path) -> None:
    opened = page()
    narrator, mara = lines(book)[1], lines(book)[2]
    opened.locator(f"#l-{narrator.id}").click()
    opened.keyboard.press("Space")
    opened.keyboard.press("r")
    opened.keyboard.press("j")
    opened.keyboard.press("n")
    opened.keyboard.type("says r, j and f\ttoo fast")
    opened.keyboard.press("Escape")
    assert opened.locator(".marked").count() == 2
    listed = download(opened, "#retakes")
    assert f"{narrator.id} 0 |\n" in listed
    assert re.search(rf"{mara.id} 0 \| says r, j and f ?too fast\n", listed)
    labels = download(opened, "#labels").splitlines()
    assert len(labels) == 2
    assert labels[0].endswith(f"Narrator: {narrator.text}")
    opened.reload()
    opened.wait_for_selector(".spoken")
    assert opened.locator(".marked").count() == 2
    assert opened.locator("#retakes").inner_text() == "Retake list (2)"
    folder = Path(shutil.copytree(book, tmp_path / "copy"))
    (folder / "retakes.txt").write_text(listed, encoding="utf-8")
    asked = ask_for_retakes(folder, folder / "retakes.txt", Choices(), Settings(jobs=1))
    assert asked.anew == (narrator.id, mara.id)


def test_filters_findings_and_keys(page: Open) -> None:
    opened = page()
    assert opened.locator(".spoken.found").count() == 1
    opened.keyboard.press("f")
    assert "closed the door" in opened.locator(".chosen").inner_text()
    assert "LU above" in opened.locator("#line").inner_text()
    opened.select_option("#speaker", "Mara")
    visible = opened.eval_on_selector_all(".spoken:not(.hidden-line)", "all => all.length")
    assert visible == 2
    opened.select_option("#speaker", "")
    opened.select_option("#kind", "found")
    assert opened.eval_on_selector_all(".spoken:not(.hidden-line)", "all => all.length") == 1
    opened.locator("#speaker").blur()
    opened.locator("#kind").blur()
    opened.keyboard.press("]")
    until(opened, "document.title.startsWith('Dawn')")
    opened.keyboard.press("?")
    assert opened.locator("#keys").is_visible()


def test_dark_light_phone_and_chinese(page: Open) -> None:
    dark = page(color_scheme="dark", locale="zh-CN", viewport={"width": 360, "height": 740})
    assert dark.evaluate("document.documentElement.dataset.theme") == "dark"
    assert dark.evaluate("document.documentElement.lang") == "zh"
    assert "重录清单" in dark.locator("#retakes").inner_text()
    assert dark.evaluate("document.documentElement.scrollWidth <= innerWidth")
    dark.click("#theme")
    dark.click("#language")
    dark.reload()
    dark.wait_for_selector(".spoken")
    assert dark.evaluate("document.documentElement.dataset.theme") == "light"
    assert dark.locator("#retakes").inner_text() == "Retake list (0)"


CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const probe = document.body.appendChild(document.createElement("i"));
  const colour = (name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
  const worst = {};
  for (const ground of ["--paper", "--panel", "--now", "--word", "--mark"]) {
    for (const ink of ["--ink", ...Array.from({ length: 9 }, (_, n) => `--s${n}`)]) {
      worst[`${ink} on ${ground}`] = ratio(colour(ink), colour(ground));
    }
  }
  for (const ink of ["--soft", "--accent", "--warn", "--wrong"]) {
    for (const ground of ["--paper", "--panel"]) {
      worst[`${ink} on ${ground}`] = ratio(colour(ink), colour(ground));
    }
  }
  probe.remove();
  return worst;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_can_be_read(page: Open, scheme: str) -> None:
    """Text needs a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    ratios: dict[str, float] = page(color_scheme=scheme).evaluate(CONTRAST)
    assert len(ratios) == 58
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 4.5} == {}


def test_every_control_has_a_name(page: Open) -> None:
    opened = page()
    nameless = opened.evaluate(
        "() => [...document.querySelectorAll('button, select, textarea, canvas')]"
        ".filter((one) => !one.textContent.trim() && !one.ariaLabel && !one.closest('label'))"
        ".map((one) => one.outerHTML)"
    )
    assert nameless == []


@given(text=st.text(max_size=200), title=st.sampled_from([NASTY, "灯塔", ""]))
def test_no_text_can_break_out_of_its_script(text: str, title: str) -> None:
    line = ProofLine(
        id="0123456789ab",
        speaker=title,
        kind="narration",
        paragraph=1,
        scene=1,
        text=text,
        start=Seconds(0.0),
        end=Seconds(1.0),
        voice="alba",
    )
    chapter = ProofChapter(
        number=1, title=title, audio="audio/001.m4a", duration=Seconds(1.0), peaks="", lines=(line,)
    )
    script = chapter_script(chapter)
    assert not set("<>&\u2028\u2029") & set(script)
    told = json.loads(script.removeprefix("window.CHAPTER(").removesuffix(");\n"))
    assert (told["title"], told["lines"][0]["text"]) == (title, text)
    own = ProofBook(key="k", title=title, author=text, language="en", speakers=(title,), chapters=())
    assert json.loads(book_script(own).removeprefix("window.BOOK = ").removesuffix(";\n"))["author"] == text


def test_the_page_asks_for_nothing_but_its_own_files() -> None:
    files = page_files()
    for content in files.values():
        assert b"http" not in content.replace(b"http-equiv", b"")
    assert b"default-src 'none'" in files["index.html"]
    assert b"innerHTML" not in files["page.js"]
