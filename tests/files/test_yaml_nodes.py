from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.errors import Problem
from fullcast.files.sources import Source, guess_encoding, read_source
from fullcast.files.yaml_nodes import (
    DEEPEST,
    Leaf,
    Listing,
    Node,
    Parsed,
    Table,
    parse_nodes,
    read_nodes,
    resolve,
)


def parse(text: str) -> Parsed:
    return parse_nodes(Source(name="f.yaml", text=text))


def plain(node: Node | None) -> object:
    match node:
        case Leaf():
            return node.value
        case Listing():
            return [plain(item) for item in node.items]
        case Table():
            return {key.text: plain(item) for key, item in node.entries}
        case _:
            raise AssertionError(node)


def codes(text: str) -> list[tuple[str, str]]:
    return [(problem.code, str(problem.place)) for problem in parse(text).problems]


WORDS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]) | st.sampled_from("\n\t"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


@given(value=JSON)
def test_json_is_yaml_and_reads_as_itself(value: object) -> None:
    parsed = parse(json.dumps(value, ensure_ascii=False))
    assert not parsed.problems
    assert plain(parsed.node) == value


@given(text=st.text())
def test_any_text_gives_a_node_or_a_problem_with_its_place(text: str) -> None:
    parsed = parse(text)
    assert parsed.node is not None or parsed.problems
    lines = Source(name="f", text=text)
    for problem in parsed.problems:
        assert problem.place is not None
        if problem.place.line is not None and problem.place.column is not None:
            assert (
                lines.place(problem.place.line - 1, problem.place.column - 1).source == problem.place.source
            )


@given(before=st.text(st.characters(codec="utf-8")), after=st.text(max_size=5))
def test_an_offset_has_the_line_and_the_column_that_lead_back_to_it(before: str, after: str) -> None:
    source = Source(name="f", text=before + after)
    place = source.place_at(len(before))
    assert place.line is not None
    assert place.column is not None
    assert source._starts[place.line - 1] + place.column - 1 == len(before)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("No", "No"),
        ("yes", "yes"),
        ("off", "off"),
        ("1:30", "1:30"),
        ("2001-12-14", "2001-12-14"),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("+12", 12),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("~", None),
        ("", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("TRUE", True),
        ("tRue", "tRue"),
        ("=", "="),
        ("1" * 5000, float("inf")),
    ],
)
def test_plain_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    resolved = resolve(text)
    assert (type(resolved), resolved) == (type(value), value)


def test_quoted_scalars_are_text() -> None:
    assert plain(parse("""['1', "true", '', "~"]""").node) == ["1", "true", "", "~"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2\nb: 1\nb: 3", [("duplicate-key", "f.yaml:2:1"), ("duplicate-key", "f.yaml:4:1")]),
        ("a: &x [1, *x]", [("cyclic-alias", "f.yaml:1:11")]),
        ("a: &x {k: *x}", [("cyclic-alias", "f.yaml:1:11")]),
        ("a: *nowhere", [("unknown-alias", "f.yaml:1:4")]),
        ("a: !!python/object/apply:os.system [ls]", [("yaml-tag", "f.yaml:1:4")]),
        ("a: !!str 1\nb: ! x", [("yaml-tag", "f.yaml:1:4"), ("yaml-tag", "f.yaml:2:4")]),
        ("a: &x {b: 1}\nc: {<<: *x}", [("merge-key", "f.yaml:2:5")]),
        ("? [a, b]\n: c", [("yaml-key", "f.yaml:1:3")]),
        ("a: 1\n---\nb: 2", [("several-documents", "f.yaml:2:1")]),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), [("yaml-too-deep", "f.yaml:1:33")]),
        ("[" * 100_000, [("yaml-too-deep", "f.yaml:1:33")]),
        ("a:\n\tb: 1", [("yaml-syntax", "f.yaml:2:1")]),
        ("a: b: c", [("yaml-syntax", "f.yaml:1:5")]),
        ("a: \u0007", [("yaml-syntax", "f.yaml:1:4")]),
        ("a: 1\n<<<<<<< HEAD\nb: 2\n=======\n", [("merge-conflict", "f.yaml:2:1")]),
        ("# nothing\n", [("empty-file", "f.yaml")]),
    ],
)
def test_what_is_not_allowed_is_a_problem_at_its_place(text: str, expected: list[tuple[str, str]]) -> None:
    assert codes(text) == expected


def test_aliases_stand_for_what_they_name() -> None:
    assert plain(parse("a: &x {b: [1]}\nc: *x\nd: [*x, *x]").node) == {
        "a": {"b": [1]},
        "c": {"b": [1]},
        "d": [{"b": [1]}, {"b": [1]}],
    }


def test_a_bomb_of_aliases_stays_small() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    problems = parse("\n".join(lines)).problems
    assert [problem.code for problem in problems] == ["yaml-bomb"]


def test_columns_count_characters_not_bytes() -> None:
    parsed = parse("标题: {灯塔: !x 光}")
    assert [str(problem.place) for problem in parsed.problems] == ["f.yaml:1:10"]
    assert parsed.problems[0].place is not None
    assert parsed.problems[0].place.source == "标题: {灯塔: !x 光}"


def read_bytes(folder: Path, content: bytes) -> Source | Problem:
    file = folder / "text.md"
    file.write_bytes(content)
    return read_source(file, name="text.md", largest=1000)


@given(text=st.text())
def test_utf_8_reads_as_written(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    source = read_bytes(tmp_path_factory.mktemp("text"), b"\xef\xbb\xbf" + text.encode())
    if isinstance(source, Source):
        assert source.text == text
    else:
        assert source.code == "file-too-large"


@pytest.mark.parametrize(
    ("content", "encoding", "line", "column"),
    [
        ("Once\nupon a café".encode("cp1252"), "CP1252", 2, 11),
        ("第一章\n灯塔的守护人".encode("gb18030"), "GB18030", 1, 1),
        ("Once".encode("utf-16"), "UTF-16", None, None),
        ("naïve “words”".encode("cp1252"), "CP1252", 1, 3),
        ("Once é".encode("utf-16-be"), "UTF-16BE", None, None),
    ],
)
def test_the_encoding_of_other_text_is_guessed(
    tmp_path: Path, content: bytes, encoding: str, line: int | None, column: int | None
) -> None:
    problem = read_bytes(tmp_path, content)
    assert isinstance(problem, Problem)
    assert problem.code == "not-utf-8"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (line, column)
    assert f"iconv -f {encoding} -t UTF-8 text.md" in (problem.hint or "")
    assert guess_encoding(content) == encoding


def test_what_is_no_text_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_bytes(b"#" * (9 * 2**20))
    names = {"none.yaml": "missing-file", "": "not-a-file", "big.yaml": "file-too-large"}
    found = {name: read_nodes(tmp_path / name, name="x").problems[0].code for name in names}
    assert found == names
