"""The books that ship: what a stranger hears first must be whole, clean and what it claims to be."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from fullcast.audio.loudness import measure
from fullcast.audio.signal import Audio
from fullcast.engines.texture import TextureEngine
from fullcast.files.pictures import check_cover, describe_picture
from fullcast.files.project import read_project
from fullcast.files.voices import find_voice
from fullcast.model import (
    NARRATOR,
    Age,
    AnchorKind,
    Book,
    CueKind,
    Evidence,
    Line,
    LineKind,
    Role,
    Script,
    Settings,
    Sex,
)
from fullcast.text.script import write_script

PROJECTS = Path(__file__).parents[2] / "projects"
LANTERN = PROJECTS / "lantern"
BOOKS = ("lantern", "dengta")
PIECES = ("theme", "bridge", "outro")


def _read(folder: Path) -> Book:
    settings = Settings(jobs=1)
    finder = partial(find_voice, project=folder, settings=settings)
    book, warnings = read_project(folder, settings, find_voice=finder)
    assert [problem.message for problem in warnings] == []
    return book


def _scripts(book: Book) -> list[Script]:
    scripts = []
    for chapter in book.chapters:
        script, problems = write_script(chapter, book.cast, book.credits.language)
        assert [problem.message for problem in problems] == []
        scripts.append(script)
    return scripts


@pytest.fixture(scope="module")
def lantern() -> Book:
    return _read(LANTERN)


@pytest.fixture(scope="module")
def dengta() -> Book:
    return _read(PROJECTS / "dengta")


@pytest.fixture(scope="module")
def lines(lantern: Book) -> list[Line]:
    return [line for script in _scripts(lantern) for line in script.lines]


def _utterances(book: Book) -> Iterator[tuple[str, list[Line]]]:
    """Yield each paragraph's source with its lines."""
    for chapter, script in zip(book.chapters, _scripts(book), strict=True):
        paragraphs: dict[int, list[Line]] = {}
        for line in script.lines:
            if line.kind is not LineKind.TITLE:
                paragraphs.setdefault(line.paragraph, []).append(line)
        for group in paragraphs.values():
            first, last = group[0].runs[0], group[-1].runs[-1]
            yield chapter.text[first.start : last.start + len(last.text)], group


def _shape(group: list[Line]) -> str:
    """Return a paragraph as letters: ``qnq`` is a quotation, narration, a quotation."""
    return "".join("q" if line.kind is LineKind.QUOTATION else "n" for line in group)


def test_the_lantern_is_long_enough_to_be_a_book(lines: list[Line], lantern: Book) -> None:
    words = sum(len(re.findall(r"[\w’-]+", line.text)) for line in lines)
    assert len(lantern.chapters) >= 3
    assert 1_500 <= words <= 2_600


def test_everyone_of_the_lantern_speaks_and_nobody_is_guessed(lines: list[Line], lantern: Book) -> None:
    spoken = Counter(line.speaker for line in lines)
    assert set(spoken) == set(lantern.cast)
    assert min(spoken.values()) >= 3
    assert Evidence.UNKNOWN not in {line.evidence for line in lines}


def test_the_voices_of_the_lantern_differ_in_age_and_sex(lantern: Book) -> None:
    people = [member for name, member in lantern.cast.items() if name not in {NARRATOR, "The Page"}]
    voices = [lantern.voices[member.voice] for member in people]
    assert len({voice.name for voice in voices}) == len(people) >= 4
    assert {voice.sex for voice in voices} >= {Sex.FEMALE, Sex.MALE}
    assert {voice.age for voice in voices} >= {Age.CHILD, Age.YOUNG, Age.OLD}
    assert lantern.cast[NARRATOR].voice == "alba"
    assert "alba" not in {voice.name for voice in voices}


@pytest.mark.parametrize(
    "shape", ["qn", "nq", "qnq", "q"], ids=["tag behind", "tag before", "split", "untagged"]
)
def test_quotations_stand_in_every_way(lantern: Book, shape: str) -> None:
    assert shape in {_shape(group) for _, group in _utterances(lantern)}


def test_a_quotation_runs_over_two_paragraphs(lines: list[Line]) -> None:
    pairs = [
        (one, other)
        for one, other in pairwise(lines)
        if one.kind is other.kind is LineKind.QUOTATION and one.paragraph != other.paragraph
    ]
    assert any(
        one.speaker == other.speaker == "Mrs Harrow" and "”" not in one.text and other.text.startswith("“")
        for one, other in pairs
    )


def test_two_people_take_turns_without_tags(lantern: Book) -> None:
    alone = [group[0].speaker if _shape(group) == "q" else "" for _, group in _utterances(lantern)]
    turns = "".join({"Mr Corrie": "c", "Mara": "m"}.get(speaker, " ") for speaker in alone)
    assert "cmcmcmc" in turns


def test_marks_carry_whispers_languages_and_names(lines: list[Line]) -> None:
    runs = [run for line in lines for run in line.runs]
    assert {run.style for run in runs} == {None, "whisper"}
    assert {run.language for run in runs} == {None, "fr"}
    assert {run.text for run in runs if run.say} == {"Eilidh"}
    assert any("‘" in line.text for line in lines), "a quotation within a quotation"
    assert not re.search(r"[*\[\]{}:]{2}|[\"']", "".join(run.text for run in runs))


def test_thoughts_are_emphasised_and_scenes_are_parted(lantern: Book) -> None:
    sources = [chapter.text for chapter in lantern.chapters]
    assert sum(source.count("\n***\n") for source in sources) >= 4
    assert any("*Not tonight,* Mara thought." in source for source in sources)


def test_what_sounds_between_the_lines_is_given_time(lantern: Book) -> None:
    """An effect that the text directs stands in a pause of its own: no word is heard through it."""
    script = _scripts(lantern)[0]
    directed = [placed for placed in script.cues if placed.cue.start.kind is AnchorKind.OFFSET]
    assert [placed.cue.sound for placed in directed] == [
        "distant thunder",
        "a window pane shatters",
        "a match is struck",
        "a door slams",
        "close thunder",
    ]
    for placed in directed:
        follower = next(line for line in script.lines if line.runs[0].start > placed.start)
        assert follower.pause_before is not None
        assert follower.pause_before > 1.0


def test_sounds_are_many_and_none_drowns_the_speech(lantern: Book) -> None:
    cues = [placed.cue for script in _scripts(lantern) for placed in script.cues]
    kinds = Counter(cue.kind for cue in cues)
    assert kinds[CueKind.BED] >= 10
    assert kinds[CueKind.EFFECT] >= 8
    assert all(-30 <= cue.level <= -16 for cue in cues if cue.kind is CueKind.BED)
    assert all(-18 <= cue.level <= -9 for cue in cues if cue.kind is CueKind.EFFECT)
    assert {cue.role for cue in cues if cue.kind is CueKind.MUSIC} == {Role.INTRO, Role.BRIDGE, Role.OUTRO}


@pytest.mark.parametrize("name", BOOKS)
def test_every_prompt_is_a_sound_that_texture_makes(name: str) -> None:
    engine = TextureEngine()
    cues = [placed.cue for script in _scripts(_read(PROJECTS / name)) for placed in script.cues]
    unknown = [engine.check_prompt(cue.sound) for cue in cues if cue.file is None]
    assert unknown
    assert [complaint for complaint in unknown if complaint] == []


def test_the_chinese_story_is_whole(dengta: Book) -> None:
    lines = [line for script in _scripts(dengta) for line in script.lines]
    characters = re.findall(r"[\u4e00-\u9fff]", "".join(line.text for line in lines))
    assert len(dengta.chapters) == 1
    assert 800 <= len(characters) <= 1_200
    assert {line.speaker for line in lines} == set(dengta.cast) == {NARRATOR, "老周", "小满", "陈静"}
    assert Evidence.UNKNOWN not in {line.evidence for line in lines}
    assert not any("*" in line.text for line in lines)
    shapes = {_shape(group) for _, group in _utterances(dengta)}
    assert shapes >= {"nq", "qn", "qnq", "q"}
    assert all(voice.languages[0].startswith("zh") for voice in dengta.voices.values())


def _load(file: Path) -> Audio:
    samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    return Audio(samples=np.ascontiguousarray(samples.T), rate=rate)


@pytest.mark.parametrize("piece", PIECES)
def test_music_is_clean(piece: str) -> None:
    music = _load(LANTERN / "music" / f"{piece}.ogg")
    measured = measure(music)
    assert (music.rate, music.channels) == (44_100, 2)
    assert 7 <= measured.duration <= 26
    assert -20 <= measured.loudness <= -14
    assert measured.true_peak <= -2.5
    edges = np.concatenate([music.samples[:, :64], music.samples[:, -64:]], axis=1)
    assert np.abs(edges).max() < 1e-3, "it neither begins nor ends with a click"
    assert np.abs(music.samples.mean(axis=1)).max() < 1e-4
    # A click jumps; a plucked string of this level moves by a third of full scale a sample at the most.
    assert np.abs(np.diff(music.samples)).max() < 0.4


def test_music_takes_little_room() -> None:
    assert sum(file.stat().st_size for file in (LANTERN / "music").glob("*.ogg")) < 1_500_000


def _run(script: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, str(script), *arguments], check=True, timeout=120, capture_output=True)


@pytest.mark.slow
def test_music_is_what_its_score_says(tmp_path: Path) -> None:
    _run(LANTERN / "music" / "compose.py", str(tmp_path))
    for piece in PIECES:
        made, kept = (_load(folder / f"{piece}.ogg").samples[0] for folder in (tmp_path, LANTERN / "music"))
        assert made.shape == kept.shape
        assert np.corrcoef(made, kept)[0, 1] > 0.99


def test_cover_is_what_shops_ask_for(lantern: Book) -> None:
    assert lantern.cover == LANTERN / "cover.jpg"
    content = lantern.cover.read_bytes()
    picture = describe_picture(content)
    assert picture is not None
    assert (picture.width, picture.height) == (2_400, 2_400)
    assert len(content) < 500_000
    assert check_cover(lantern.cover) == ()


@pytest.mark.slow
def test_cover_is_what_its_script_paints(tmp_path: Path) -> None:
    image = pytest.importorskip("matplotlib.image", reason="matplotlib, of the dev extra, paints the cover")
    _run(LANTERN / "art" / "draw_cover.py", str(tmp_path / "small.jpg"), "480")
    small = image.imread(tmp_path / "small.jpg").astype(float)
    whole = image.imread(LANTERN / "cover.jpg").astype(float)
    cells = [
        picture.reshape(40, len(picture) // 40, 40, -1, 3).mean(axis=(1, 3)) for picture in (small, whole)
    ]
    # Clouds, waves and rain fall differently at another size: a mean of 3 of 255 levels was measured.
    assert np.abs(cells[0] - cells[1]).mean() < 6
    assert np.ptp(cells[1]) > 100, "not one flat colour"


def test_the_project_of_the_chinese_readme_is_a_project(tmp_path: Path) -> None:
    readme = (PROJECTS.parent / "README.zh-CN.md").read_text(encoding="utf-8")
    project = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    assert len(project) == 1
    assert len(project[0].splitlines()) == 15
    (tmp_path / "chapters").mkdir()
    (tmp_path / "project.yaml").write_text(project[0], encoding="utf-8")
    (tmp_path / "chapters" / "01.md").write_text("门没有锁。老周说：“小满，雨停了。”\n", encoding="utf-8")
    _scripts(_read(tmp_path))
