"""Projects that are wrong: what, where, what to do, exit code 3, and nothing begun."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Fullcast = Callable[..., Any]

GOOD = """\
fullcast: 1
book: {title: Small, author: A. Writer, language: en}
speech: {engine: tone}
sounds: {engine: tone}
cast: {Narrator: alba}
chapters:
  - {title: One, text: 1.md}
"""

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(12)
)

YAML: dict[str, tuple[str | bytes, str]] = {
    # what is wrong: the file, and the first line that is said
    "not UTF-8": (
        f"{GOOD}# déjà\n".encode("cp1252"),
        "error: project.yaml:8:4: the byte 0xE9 is not UTF-8",
    ),
    "UTF-16": (GOOD.encode("utf-16"), "error: project.yaml: the byte 0xFF is not UTF-8"),
    "bytes": (bytes(range(256)) * 4, "error: project.yaml:3:115: the byte 0x80 is not UTF-8"),
    "NUL": (f"{GOOD}\0\n", "error: project.yaml:8:1: the character U+0000 cannot stand in a YAML file"),
    "bomb": (BOMB, "error: project.yaml:6:12: *e makes the file grow beyond 200,000 entries"),
    "cycle": (
        f"{GOOD}pauses: &p {{line: *p}}\n",
        "error: project.yaml:8:19: *p stands inside what it stands for",
    ),
    "cycle at the top": ("&a [*a]\n", "error: project.yaml:1:1: the file must be keys and values"),
    "deep": ("[" * 50_000, "error: project.yaml:1:33: lists and mappings nest deeper than 32 levels here"),
    "empty": ("", "error: project.yaml: the file holds nothing"),
    "a program": (
        f"{GOOD}year: !!python/object/apply:os.system [reboot]\n",
        "error: project.yaml:8:1: unknown key 'year'",
    ),
    "two documents": (
        f"{GOOD}---\nfullcast: 1\n",
        "error: project.yaml:8:1: a second YAML document begins here",
    ),
    "half a character": (
        GOOD.replace("Small", '"\\ud800"'),
        "error: project.yaml:2:18: this is not YAML: found invalid Unicode character escape code",
    ),
    "a number too long": (
        f"{GOOD}pauses: {{line: {'9' * 5000}}}\n",
        "error: project.yaml:8:16: pauses.line must be a number from 0 to 60 (seconds), got 999",
    ),
    "no number": (
        f"{GOOD}pauses: {{line: .nan}}\n",
        "error: project.yaml:8:16: pauses.line must be a number from 0 to 60 (seconds), got .nan",
    ),
    "a chapter outside": (
        GOOD.replace("1.md", "../../etc/passwd"),
        "error: project.yaml:7:24: '../../etc/passwd' leaves the project",
    ),
    "a chapter that is a folder": (GOOD.replace("1.md", "."), "error: project.yaml:7:24: '.' is not a file"),
    "a missing chapter": (GOOD.replace("1.md", "2.md"), "error: project.yaml:7:24: there is no file '2.md'"),
    "a delivery outside": (
        f"{GOOD}deliveries: [{{preset: m4b, name: ../../x}}]\n",
        "error: project.yaml:8:34: deliveries[1].name must be letters, digits, dots, - or _,",
    ),
    "a missing cover": (
        GOOD.replace("language: en", "cover: c.jpg"),
        "error: project.yaml:2:48: there is no file 'c.jpg'",
    ),
    "an unknown voice": (GOOD.replace("alba", "alda"), "error: project.yaml:5:18: there is no voice 'alda'"),
}


@pytest.mark.parametrize("what", YAML)
def test_a_wrong_project_is_explained_before_anything_begins(
    what: str, make_project: Any, fullcast: Fullcast
) -> None:
    yaml, first = YAML[what]
    project = make_project(yaml=yaml)
    for command in ("check", "plan", "render", "status"):
        said = fullcast(command, project)
        assert (said.code, said.first[: len(first)]) == (3, first)
    assert not list(project.glob(".fullcast/takes/*")) + list(project.glob("output/*"))
    (project / "project.yaml").write_text(GOOD, encoding="utf-8")
    assert fullcast("check", project).code == 0


CHAPTERS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "error: project.yaml:7:24: the chapter's text '1.md' is empty"),
    "blank": (b" \n\n\t\n\xc2\xa0\n", "error: project.yaml:7:24: the chapter's text '1.md' is empty"),
    "only marks": (
        b'***\n\n::pause[1s]\n\n[]{as="Narrator"}\n',
        "error: 1.md:1:1: the chapter 'One' holds marks, but no words to speak",
    ),
    "only punctuation": (
        "… — ?!\n\n“”\n\n\u200b\u2060\n".encode(),
        "error: 1.md:1:1: the chapter 'One' holds marks, but no words to speak",
    ),
    "not UTF-8": ("Déjà vu.\n".encode("cp1252"), "error: 1.md:1:2: the byte 0xE9 is not UTF-8"),
    "not UTF-8 later": (
        "One.\n\nTwo.\nEt voilà.\n".encode("cp1252"),
        "error: 1.md:4:8: the byte 0xE0 is not UTF-8",
    ),
    "GB18030": ("灯塔的守护人走了。\n".encode("gb18030"), "error: 1.md:1:1: the byte 0xB5 is not UTF-8"),
    "UTF-16": ("hello there".encode("utf-16"), "error: 1.md: the byte 0xFF is not UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0", "error: 1.md: the byte 0x89 is not UTF-8"),
    "NUL": (b"The lamp\0 was lit.\n", "error: 1.md:1:9: the character U+0000 cannot stand in a text"),
}


@pytest.mark.parametrize("what", CHAPTERS)
def test_a_wrong_chapter_is_explained_before_anything_begins(
    what: str, make_project: Any, fullcast: Fullcast
) -> None:
    text, first = CHAPTERS[what]
    project = make_project(text, yaml=GOOD)
    said = fullcast("render", project)
    assert (said.code, said.first[: len(first)]) == (3, first)
    assert "nothing was recorded" in said.err
    assert not list(project.glob(".fullcast/takes/*")) + list(project.glob("output/*"))


def test_every_problem_is_said_at_once(make_project: Any, fullcast: Fullcast) -> None:
    project = make_project(
        b"", b"caf\xe9", titles={1: "One", 2: "Two"}, files={"fullcast.lock": b"lock: 1\n"}
    )
    said = fullcast("check", project, "--json")
    document = json.loads(said.out)
    assert (said.code, document["exit_code"]) == (3, 3)
    assert {problem["code"] for problem in document["problems"]} == {"empty-chapter", "not-utf-8"}


BROKEN_LOCKS = {
    "no YAML": b"lock: {{{",
    "another form": b"lock: 99\n",
    "not UTF-8": b"lock: 1 # \xe9\n",
    "no level": b"lock: 1\nlevels: {a: {voice: x, engine: y, loudness: .nan}}\n",
}


@pytest.mark.parametrize("what", BROKEN_LOCKS)
def test_a_broken_lock_is_named(what: str, make_project: Any, fullcast: Fullcast) -> None:
    project = make_project(files={"fullcast.lock": BROKEN_LOCKS[what]})
    said = fullcast("render", project)
    assert (said.code, said.first[:22]) == (
        3,
        "error: fullcast.lock:1" if "2:" not in said.first else said.first[:22],
    )
    assert "fullcast.lock" in said.first
    assert "hint:" in said.err
    assert (project / "fullcast.lock").read_bytes() == BROKEN_LOCKS[what]


def test_a_broken_voice_is_named_and_the_others_are_listed(make_project: Any, fullcast: Fullcast) -> None:
    files = {"voices/nine/voice.yaml": b"fullcast: 1\nsex: both\n", "voices/ten/voice.yaml": b"\xff"}
    project = make_project(files=files)
    said = fullcast("voices", "list", "--project", project)
    assert said.code == 0
    assert "alba" in said.out
    assert "voices/nine/voice.yaml:2:6: sex must be" in said.err
    assert "voices/ten/voice.yaml" in said.err
    (project / "project.yaml").write_text(GOOD.replace("alba", "nine"), encoding="utf-8")
    said = fullcast("render", project)
    assert (said.code, said.err.count("voices/nine/voice.yaml")) == (
        3,
        said.err.count("voices/nine/voice.yaml"),
    )
    assert "voices/nine/voice.yaml:2:6: sex must be" in said.err


def test_the_store_may_hold_rubbish(make_project: Any, fullcast: Fullcast) -> None:
    project = make_project()
    assert fullcast("render", project).code == 0
    for name, content in {
        "state.json": b"[1, 2]",
        "parts.json": b"7",
        "takes/journal.jsonl": b'5\n"x"\n[]\n{"key": 1}\n\xff\xfe\n' + b"[" * 5000 + b"\n{",
        "sounds/measured.json": b'{"a": 1}',
        "sounds/journal.jsonl": b"\0" * 100,
    }.items():
        (project / ".fullcast" / name).parent.mkdir(exist_ok=True)
        (project / ".fullcast" / name).write_bytes(content)
    for file in (project / ".fullcast" / "encoded").glob("*.json"):
        file.write_bytes(b"5")
    for file in (project / "output").glob("*/report.json"):
        file.write_bytes(b'{"files": [7]}')
    for command in ("status", "plan", "render", "status"):
        said = fullcast(command, project)
        assert said.code == 0, said.err


def test_a_folder_without_a_project_says_so(tmp_path: Path, fullcast: Fullcast) -> None:
    for place in (tmp_path, tmp_path / "nowhere", tmp_path / "nowhere.yaml"):
        said = fullcast("render", place)
        assert said.code in {2, 3}
        assert "fullcast new" in said.err
