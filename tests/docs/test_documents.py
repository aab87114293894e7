"""The documents say what is so: links, commands, options, examples, exit codes, files, packages."""

from __future__ import annotations

import ast
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from functools import partial
from importlib.metadata import distribution
from pathlib import Path

import pytest
from typer.main import get_command

from fullcast import errors
from fullcast.cli.app import BUG, INTERRUPTED, make_app, run
from fullcast.engines.registry import load_sound_engines, load_speech_engines
from fullcast.errors import Problem
from fullcast.files.project import read_project
from fullcast.files.sources import Source
from fullcast.files.voices import find_voice
from fullcast.files.yaml_nodes import parse_nodes
from fullcast.model import Ability, Limits, Settings
from fullcast.production import events
from fullcast.production.preparing import Choices, prepare

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    file
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/*.md", "projects/*.md", "voices/*.md", "models/*.md")
    for file in ROOT.glob(pattern)
)
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_FENCE = re.compile(r"^( *)```(\S*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
_WORDS_OF_WORK = ("/work/", "/tmp/", "TODO", "FIXME", "XXX", "lorem ipsum")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def fences(page: Path, *kinds: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [found[3] for found in _FENCE.finditer(text) if found[2] in kinds]


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    plain = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in _LINK.findall(plain):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_page_speaks_of_how_it_came_about(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [word for word in _WORDS_OF_WORK if word.lower() in text.lower()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent != ROOT / "docs"], ids=named)
def test_every_page_is_found_from_an_index(page: Path) -> None:
    if page in READMES or page.name == "README.md":
        return
    indexes = [ROOT / "docs" / "README.md", ROOT / "README.md"]
    linked = {
        (index.parent / target.partition("#")[0]).resolve()
        for index in indexes
        for target in _LINK.findall(index.read_text(encoding="utf-8"))
    }
    assert page in linked


@pytest.mark.parametrize("page", READMES, ids=named)
def test_a_readme_is_short(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("page", READMES, ids=named)
def test_the_project_of_the_readme_is_fifteen_lines_without_a_problem(page: Path, tmp_path: Path) -> None:
    project, chapter = fences(page, "yaml")[0], fences(page, "markdown")[0]
    assert len(project.splitlines()) == 15
    file = tmp_path / str(re.search(r"text: (\S+)", project)[1])  # type: ignore[index] # it is there
    file.parent.mkdir(parents=True)
    file.write_text(chapter, encoding="utf-8")
    (tmp_path / "project.yaml").write_text(project, encoding="utf-8")
    prepared = prepare(tmp_path, Choices(engine="espeak"), Settings(jobs=1))
    assert prepared.warnings == ()
    spoken = {line.speaker for line in prepared.plan.chapters[0].script.lines}
    assert len(spoken) == 3


def projects() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        if page in READMES:
            continue
        for number, text in enumerate(fences(page, "yaml"), 1):
            if text.startswith("fullcast: 1\n") and "chapters:" in text:
                yield f"{named(page)}-{number}", text


@pytest.mark.parametrize(("name", "text"), list(projects()))
def test_projects_in_the_documents_have_right_keys(name: str, text: str, tmp_path: Path) -> None:
    del name
    (tmp_path / "project.yaml").write_text(text, encoding="utf-8")
    settings = Settings(jobs=1)
    found: tuple[Problem, ...] = ()
    try:
        read_project(tmp_path, settings, find_voice=partial(find_voice, project=None, settings=settings))
    except errors.ProjectError as error:
        found = error.problems
    # The files and voices that an example names are not here; everything else must be right.
    assert [problem for problem in found if problem.code not in {"missing-file", "unknown-voice"}] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_piece_of_yaml_can_be_read(page: Path) -> None:
    for text in fences(page, "yaml"):
        assert parse_nodes(Source(name=named(page), text=text)).problems == ()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_json_document_can_be_read(page: Path) -> None:
    for text in fences(page, "json"):
        assert json.loads(text)


def commands() -> dict[str, set[str]]:
    """Return every command with its options."""
    group = get_command(make_app())
    found: dict[str, set[str]] = {}

    def walk(command: object, path: str) -> None:
        options = {
            flag for item in getattr(command, "params", ()) for flag in (*item.opts, *item.secondary_opts)
        }
        found[path] = options | {"--help", "-h"}
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, f"{path} {name}".strip())

    walk(group, "")
    return found


def written_commands(page: Path) -> Iterator[list[str]]:
    text = page.read_text(encoding="utf-8")
    code = [line for block in fences(page, "sh", "bash", "console", "cron") for line in block.splitlines()]
    code += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", _FENCE.sub("", text))
    for line in code:
        for found in re.finditer(r"(?:^|[$;(] ?|&& |do |\|\| )fullcast ([^#|>&;)]*)", line):
            yield shlex.split(found[1].replace("'", "’"))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_in_the_documents_exists(page: Path) -> None:
    known = commands()
    for words in written_commands(page):
        names = [word for word in words if re.fullmatch(r"[a-z]+", word)]
        path = next(
            (name for name in (" ".join(names[:2]), names[0] if names else "") if name in known), None
        )
        if path is None and words and words[0] in {"1", "…", "COMMAND"}:
            continue
        assert path is not None, words
        for flag in (word.partition("=")[0] for word in words if word.startswith("-")):
            assert flag in known[path], words


def console(page: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of a page's consoles with the lines that they print."""
    for block in fences(ROOT / page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            yield command, lines


def test_the_tutorial_prints_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = list(console("docs/tutorial.md"))

    def compare(number: int) -> None:
        command, lines = shown[number]
        run(shlex.split(command)[1:])
        out, err = capsys.readouterr()
        assert sorted(lines) == sorted([*out.splitlines(), *err.splitlines()])

    for number in range(3):
        compare(number)
    assert "".join(fences(ROOT / "docs/tutorial.md", "markdown")) in Path(
        "ferry/chapters/01-the-last-ferry.md"
    ).read_text(encoding="utf-8")
    tom, bell = fences(ROOT / "docs/tutorial.md", "yaml")[:2]
    project = Path("ferry/project.yaml")
    text = project.read_text(encoding="utf-8")
    text = re.sub(r"^  Old Tom: .*\n", tom, text, flags=re.MULTILINE)
    project.write_text(re.sub(r"(^ +- \{bed:.*\n)", rf"\1{bell}", text, flags=re.MULTILINE), encoding="utf-8")
    compare(next(number for number, (_, lines) in enumerate(shown) if lines[0].startswith("error")))


def test_the_readme_knows_every_exit_code() -> None:
    table = read("README.md").split("## Exit codes", 1)[1]
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    raised = {kind.exit_code for kind in every_error()}
    assert codes == raised | {0, 1, 2, BUG, INTERRUPTED}


def every_error() -> set[type[errors.FullcastError]]:
    kinds = {errors.FullcastError}
    while more := {kind for known in kinds for kind in known.__subclasses__()} - kinds:
        kinds |= more
    return {kind for kind in kinds if kind.__module__ == errors.__name__}


def table(page: str, name: str) -> list[list[str]]:
    """Return the rows under a mark, cells without their ticks."""
    block = read(page).split(f"<!-- {name} -->\n", 1)[1].split("<!-- end -->", 1)[0]
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in block.strip().splitlines()]
    return [rows[0], *rows[2:]]


def names_in(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def keys_under(page: str, name: str) -> set[str]:
    return {key for row in table(page, f"keys: {name}")[1:] for key in names_in(row[0])}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents") / "ferry"
    assert run(["new", str(folder)]) == 0
    return folder


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[dict[str, object], str]:
    capsys.readouterr()
    assert run([*words, "--json"]) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert isinstance(document, dict)
    return document, err


def test_the_json_documents_have_the_keys_of_the_reference(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, where = "docs/reference/errors.md", str(project)
    plan, _ = answer(capsys, "plan", where, "--engine", "tone", "--why")
    assert set(plan) == keys_under(page, "plan")
    chapters = plan["chapters"]
    assert isinstance(chapters, list)
    assert set(chapters[0]) == keys_under(page, "chapter")
    rendered, told = answer(capsys, "render", where, "--engine", "tone")
    assert set(rendered) == keys_under(page, "render")
    described = {names_in(row[0])[0]: set(names_in(row[1])) for row in table(page, "events")[1:]}
    for line in told.splitlines():
        event = json.loads(line)
        assert set(event) == described[event["event"]] | {"event"}
    status, _ = answer(capsys, "status", where)
    assert set(status) == (set(plan) - {"why"}) | keys_under(page, "status")
    report = json.loads((project / "output" / "m4b" / "report.json").read_bytes())
    assert set(report) == keys_under("docs/reference/files.md", "report")
    assert set(report["chapters"][0]) == keys_under("docs/reference/files.md", "report-chapter")


@pytest.mark.parametrize("command", ["check", "cache show", "cache verify", "cache prune"])
def test_small_documents_have_the_keys_of_the_reference(
    project: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    rows = table("docs/reference/errors.md", "keys: others")[1:]
    described = {names_in(row[0])[0]: set(names_in(row[1])) for row in rows}
    document, _ = answer(capsys, *command.split(), str(project))
    assert set(document) == described[command]


def test_the_reference_knows_every_event() -> None:
    rows = table("docs/reference/errors.md", "events")[1:]
    described = {names_in(row[0])[0]: set(names_in(row[1])) for row in rows}
    kinds = events.Event.__subclasses__()
    named = {re.sub(r"(?<!^)([A-Z])", r"-\1", kind.__name__).lower(): kind for kind in kinds}
    assert {name: {field.name for field in fields(kind)} for name, kind in named.items()} == described


def test_the_reference_knows_every_error_with_its_code() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\| (.*) \|$", read("docs/reference/errors.md"), re.MULTILINE)
    written = {name: int(code) for code, cell in rows for name in names_in(cell) if name.endswith("Error")}
    assert written == {kind.__name__: kind.exit_code for kind in every_error()}


def test_the_table_of_engines_says_what_they_declare() -> None:
    head, *rows = table("docs/reference/engines.md", "engines")
    cells = {row[0]: row[1:] for row in rows}
    speech, sound = load_speech_engines(), load_sound_engines()
    assert [names_in(cell)[0] for cell in head[1:]] == ["espeak", "tone", "texture", "tone"]
    columns = [speech["espeak"].limits, speech["tone"].limits, sound["texture"].limits, sound["tone"].limits]
    for number, limits in enumerate(columns):
        assert cells["licence"][number] == limits.licence
        assert cells["rate, channels"][number] == f"{limits.rate / 1000:g} kHz, {limits.channels}"
        assert cells["longest text"][number] == str(limits.longest)
        assert cells["equal samples for equal requests"][number] == said(limits, Ability.SEEDED)
        assert cells["chosen by `auto`"][number] == ("yes" if limits.quality >= 0 else "no")
        assert cells["needs a GPU"][number] == ("no" if limits.cpu else "yes")
    for number, limits in enumerate(columns[:2]):
        assert cells["word timings"][number] == said(limits, Ability.WORDS)
        assert cells["pronunciations (IPA)"][number] == said(limits, Ability.PRONUNCIATIONS)
    for number, limits in enumerate(columns[2:], 2):
        assert cells["longest sound"][number] == f"{limits.longest_sound:g} s"


def said(limits: Limits, ability: Ability) -> str:
    return "yes" if ability in limits.abilities else "no"


def requirements(extra: str | None = None) -> set[str]:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    listed = project["dependencies"] if extra is None else project["optional-dependencies"][extra]
    return {re.match(r"[\w.-]+", item)[0] for item in listed}  # type: ignore[index] # each begins with a name


def packages(name: str, column: int = 0) -> set[str]:
    rows = table("docs/dependencies.md", name)[1:]
    return {package for row in rows for package in names_in(row[column])}


def test_every_dependency_is_explained() -> None:
    assert packages("used") == requirements()
    assert packages("dev") == requirements("dev")
    extras = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    assert packages("extras") == extras - {"dev"}
    assert packages("extras", 1) == {name for extra in extras - {"dev"} for name in requirements(extra)}


def imported() -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Import):
                found |= {item.name.split(".")[0] for item in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
            elif isinstance(node, ast.Constant) and node.value == "espeakng_loader":
                found.add(node.value)
    return found


@pytest.mark.parametrize("package", sorted(requirements()))
def test_nothing_is_installed_that_nothing_imports(package: str) -> None:
    tops = {
        file.parts[0].removesuffix(".py")
        for file in distribution(package).files or []
        if file.suffix in {".py", ".so"} and "-" not in file.parts[0]
    }
    assert tops
    assert {top.split(".")[0] for top in tops} & imported()
