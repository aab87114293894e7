from __future__ import annotations

from collections.abc import Callable

import pytest

from fullcast.errors import Problem, Severity
from fullcast.model import Script, SpanKind

Write = Callable[..., tuple[Script, tuple[Problem, ...]]]


def texts(script: Script) -> list[str]:
    return [line.text for line in script.lines]


@pytest.mark.parametrize(
    "text",
    [
        "1984. It was a bright cold day.",
        "- Perhaps, said he.",
        "+ and * and = too",
        "A heading to some\nbut not to us",
        "a <b>tag</b> &amp; http://example.org [1]: /x",
        "`code` and snake_case_words and 2 * 3 * 4",
        "[sic] he said (quietly)",
        "| a | b |",
        "~~~ not a fence",
        "\\n is a backslash",
    ],
)
def test_prose_is_spoken_as_it_stands(write: Write, text: str) -> None:
    script, problems = write(text)
    assert texts(script) == [text]
    assert not problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*One* and __two__ and _th*re*e_.", "One and two and three."),
        ("> A letter\n> in two lines", "A letter\nin two lines"),
        ("> > Deep", "Deep"),
        ("    Indented far", "Indented far"),
        (r"\*real stars\* and \[brackets\]{x}", "*real stars* and [brackets]{x}"),
        ("[In [marks]{style=low} too]{lang=en}.", "In marks too."),
    ],
)
def test_markup_is_not_spoken(write: Write, text: str, expected: str) -> None:
    assert "".join(texts(write(text)[0])) == expected


@pytest.mark.parametrize("sign", ["***", "---", "* * *", "⁂", "• • •", "#", "\n", "\n\n"])
def test_a_scene_ends_at_a_break(write: Write, sign: str) -> None:
    script, _ = write(f"One.\n\n{sign}\n\nTwo.\n\nThree.")
    assert [(line.paragraph, line.scene) for line in script.lines] == [(1, 1), (2, 2), (3, 2)]


def test_one_blank_line_is_no_break(write: Write) -> None:
    assert {line.scene for line in write("One.\n\nTwo.\n\n…\n\nThree.")[0].lines} == {1}


def test_marks_reach_the_runs(write: Write) -> None:
    source = (
        '[“Who *goes* there?”]{as="Mara" style=whisper} My name is [Siobhan]{say=ʃɪˈvɔːn}, [oui]{lang=fr}.'
    )
    script, problems = write(source, "Mara")
    assert not problems
    manners = [
        (line.speaker, run.text, run.style, run.say, run.language)
        for line in script.lines
        for run in line.runs
    ]
    assert manners == [
        ("Mara", "“Who ", "whisper", None, None),
        ("Mara", "goes", "whisper", None, None),
        ("Mara", " there?”", "whisper", None, None),
        ("Narrator", "My name is ", None, None, None),
        ("Narrator", "Siobhan", None, "ʃɪˈvɔːn", None),
        ("Narrator", ", ", None, None, None),
        ("Narrator", "oui", None, None, "fr"),
        ("Narrator", ".", None, None, None),
    ]


def test_a_block_gives_every_paragraph_to_its_speaker(write: Write) -> None:
    inner = "::: {lang=fr}\nTrois.\n:::"
    source = f":::: {{as=Mara style=low}}\nOne “two”.\n\n{inner}\n\n[Four.]{{as=Narrator}}\n::::\n\nFive."
    script, problems = write(source, "Mara")
    assert not problems
    assert [(line.speaker, line.text) for line in script.lines] == [
        ("Mara", "One “two”."),
        ("Mara", "Trois."),
        ("Narrator", "Four."),
        ("Narrator", "Five."),
    ]
    assert [(run.language, run.style) for run in script.lines[1].runs] == [("fr", "low")]


PROBLEMS = [
    ("One [two]{sa=x} three.", "unknown-attribute", "1:11", "did you mean 'say'?"),
    ("One [two]{say} three.", "malformed-attribute", "1:11", "key=value"),
    ("One [two]{lang=français!} three.", "bad-language", "1:11", "BCP 47"),
    ("One [two]{room=celar} three.", "bad-staging", "1:11", "did you mean 'cellar'?"),
    ("One [two]{effect=phone} three.", "bad-staging", "1:11", "telephone"),
    ("One [two]{pan=left} three.", "bad-staging", "1:11", "from -1 to 1"),
    ("One [two]{level=nan} three.", "bad-staging", "1:11", "from -20 to 20"),
    ("One [two]{as=Mara three.", "malformed-mark", "1:9", "[words]{key=value}"),
    ("One two]{as=Mara} three.", "malformed-mark", "1:8", "[words]{key=value}"),
    ("One “two”{as=Mara} three.", "malformed-mark", "1:10", "[words]{key=value}"),
    ("A.\n\n[two]{as=Marra} three.", "unknown-speaker", "3:7", "did you mean 'Mara'?"),
    ("A.\n\n::: {as=Mara}\nB.", "unclosed-block", "3:1", ":::"),
    ("A.\n\n:::\n\nB.", "malformed-block", "3:1", ":::"),
    ("A.\n\n::: Mara\nB.\n:::", "malformed-block", "3:1", ":::"),
    ("A.\n\n::puase[1s]", "unknown-directive", "3:1", "did you mean 'pause'?"),
    ("A.\n\n::pause[long]", "bad-pause", "3:1", "1.5s"),
    ("A.\n\n::pause[1s", "malformed-directive", "3:1", "::name"),
    ("A.\n\n::bed[rain]{lvel=3}", "unknown-attribute", "3:13", "did you mean 'level'?"),
    ("A.\n\n::bed[rain]{level=loud}", "bad-value", "3:13", "level"),
    ("A.\n\n::bed[rain]{pan=2}", "bad-value", "3:13", "pan"),
    ("A.\n\n::bed[rain]{seed=x}", "bad-value", "3:13", "seed"),
    ("A.\n\n::music[x]{role=outtro}", "bad-value", "3:12", "did you mean 'outro'?"),
    ("A.\n\n::bed[]{#rain}", "missing-sound", "3:1", "::bed["),
    ("::bed[a]{#rain}\n\nA.\n\n::bed[b]{#rain}", "duplicate-id", "5:1", "name of its own"),
    ("::bed[a]{#rain}\n\nA.\n\n::stop{#rian}", "unknown-stop", "5:1", "did you mean 'rain'?"),
    ("A.\n\n::stop{#rain}", "unknown-stop", "3:1", "::bed[rain]{#rain}"),
    (">" * 100 + "A.", "too-deep", "1:1", "block quotes"),
    ("", "empty-chapter", "1:1", "write its text"),
    ("# \n\n***\n\n::pause[1s]", "nothing-to-speak", "1:1", "between the marks"),
]


@pytest.mark.parametrize(("text", "code", "where", "hint"), PROBLEMS)
def test_a_slip_is_a_problem_with_a_place_and_a_hint(
    write: Write, text: str, code: str, where: str, hint: str
) -> None:
    _, problems = write(text, "Mara")
    found = {problem.code: problem for problem in problems if problem.severity is Severity.ERROR}
    assert code in found
    problem = found[code]
    assert str(problem.place) == f"chapters/01.md:{where}"
    assert hint in (problem.hint or "")


def test_words_in_a_malformed_mark_are_not_lost(write: Write) -> None:
    script, _ = write("One [two]{sa=x} and [three]{as=Nobody} and [four]{=} five{as=Mara}.")
    assert "".join(texts(script)) == "One two and three and four five{as=Mara}."


def test_directives_are_markup(write: Write) -> None:
    script, _ = write("One.\n::pause[1s]\nTwo.")
    assert texts(script) == ["One.", "Two."]
    markup = [span for span in script.spans if span.kind is SpanKind.MARKUP]
    assert [(span.start, span.end) for span in markup] == [(5, 16)]
