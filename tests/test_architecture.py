"""The shape of the program: what may load when."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("numpy", "scipy", "av", "soundfile", "soxr", "torch", "transformers", "onnxruntime", "rich")


def modules_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in ran.stdout.split()}


def test_the_version_loads_nothing_but_its_number() -> None:
    loaded = modules_after("sys.argv = ['fullcast', '--version']\nfrom fullcast.__main__ import main\nmain()")
    assert not loaded & {"typer", "yaml", "json", "dataclasses", *HEAVY}


@pytest.mark.parametrize("command", [["--help"], ["render", "--help"], ["voices", "list", "--help"]])
def test_help_loads_nothing_heavy(command: list[str]) -> None:
    loaded = modules_after(f"from fullcast.cli.app import run\nrun({command!r})")
    assert not loaded & {*HEAVY, "yaml", "markdown_it", "lxml"}


@pytest.mark.parametrize("command", ["check", "plan", "status"])
def test_looking_at_a_project_loads_no_numbers(command: str) -> None:
    project = Path(__file__).parent.parent / "projects" / "dengta"
    loaded = modules_after(
        f"from fullcast.cli.app import run\nassert run([{command!r}, {str(project)!r}]) == 0"
    )
    assert not loaded & set(HEAVY)


@pytest.mark.parametrize("command", ["status", "render"])
def test_what_was_done_is_known_without_reading_the_project(command: str, tmp_path: Path) -> None:
    project = tmp_path / "book"
    project.mkdir()
    (project / "project.yaml").write_text(
        "fullcast: 1\nbook: {title: T}\nspeech: {engine: tone}\nchapters: [{title: One, text: one.md}]\n"
        "deliveries: [{preset: chapters, codec: flac}]\n"
    )
    (project / "one.md").write_text("The lamp was lit.\n")
    program = "from fullcast.cli.app import run\n"
    modules_after(
        f"{program}if __name__ == '__main__': assert run(['render', {str(project)!r}, '--quiet']) == 0"
    )
    loaded = modules_after(f"{program}assert run([{command!r}, {str(project)!r}, '--quiet']) == 0")
    assert not loaded & {*HEAVY, "markdown_it", "lxml"}
