"""Runs that are remembered: what was done, for ``status`` and for the run that has nothing to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.errors import Problem, Severity
from fullcast.fingerprint import digest
from fullcast.model import Finding, Settings
from fullcast.production.state import State, holds, inputs_hold, read_state, stamps, write_state

if TYPE_CHECKING:
    from fullcast.production.events import Emit
    from fullcast.production.preparing import Choices
    from fullcast.production.rendering import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A delivery as a run leaves it."""

    name: str
    folder: str
    files: tuple[str, ...]
    seconds: float
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run did."""

    unchanged: bool
    recorded: int
    encoded: int
    deliveries: tuple[DeliveryReport, ...]
    findings: tuple[Finding, ...]
    warnings: tuple[Problem, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the document that ``render --json`` prints."""
        return {
            "unchanged": self.unchanged,
            "recorded": self.recorded,
            "encoded": self.encoded,
            "deliveries": [asdict(delivery) for delivery in self.deliveries],
            "findings": [asdict(finding) for finding in self.findings],
        }


def _request(command: str, choices: Choices, settings: Settings) -> str:
    """Return the identity of what is asked for; devices and processes change nothing that is heard."""
    folders = [str(folder) for folder in (*settings.voice_folders, *settings.sound_folders)]
    return digest([command, choices.engine, sorted(choices.chapters), folders])


def remembered(folder: Path, command: str, choices: Choices, settings: Settings) -> Report | None:
    """Return the report of a run that would change nothing; None if there is something to do.

    Args:
        folder: The project.
        command: ``render``, ``mix``, ``export`` or ``proof``.
        choices: What the command line says.
        settings: The machine.
    """
    state = read_state(folder / ".fullcast")
    if state is None or not holds(state, _request(command, choices, settings), folder):
        return None
    if any(finding.get("code") in {"lost-take", "lost-sound"} for finding in state.findings):
        return None
    return Report(
        unchanged=True,
        recorded=0,
        encoded=0,
        deliveries=tuple(_delivery(item, folder) for item in state.deliveries),
        findings=tuple(_finding(item) for item in state.findings),
    )


def _delivery(item: Mapping[str, object], folder: Path) -> DeliveryReport:
    fields = dict(item)
    files = fields.pop("files")
    assert isinstance(files, list | tuple)
    place = str(folder / "output" / str(fields.pop("folder")))
    return DeliveryReport(files=tuple(map(str, files)), folder=place, **fields)  # type: ignore[arg-type] # by us


def _finding(item: Mapping[str, object]) -> Finding:
    fields = dict(item)
    severity = Severity(str(fields.pop("severity")))
    return Finding(severity=severity, **fields)  # type: ignore[arg-type] # written by us


def run_and_remember(folder: Path, command: str, asked: tuple[Choices, Settings], emit: Emit) -> Report:
    """Carry out a run and keep what it leaves.

    Args:
        folder: The project.
        command: ``render``, ``mix``, ``export`` or ``proof``.
        asked: Choices and settings.
        emit: Where events go.

    Raises:
        FullcastError: Whatever :func:`fullcast.production.rendering.render` raises.
    """
    from fullcast.production.orders import order_of
    from fullcast.production.rendering import render

    choices, settings = asked
    outcome = render(folder, order_of(command, choices), settings, emit)
    report = _report(outcome)
    _keep(folder, _request(command, choices, settings), outcome, report)
    return report


def _report(outcome: Outcome) -> Report:
    return Report(
        unchanged=False,
        recorded=outcome.recorded,
        encoded=outcome.encoded,
        deliveries=tuple(
            DeliveryReport(
                name=result.name,
                folder=str(result.folder),
                files=tuple(file.relative_to(result.folder).as_posix() for file in result.files),
                seconds=round(result.seconds, 3),
                size=result.size,
            )
            for result in outcome.results
        ),
        findings=outcome.findings,
        warnings=outcome.prepared.warnings,
    )


def _keep(folder: Path, request: str, outcome: Outcome, report: Report) -> None:
    from fullcast.production.speakers import keep_reading
    from fullcast.production.summary import open_stores, summarise

    keep_reading(outcome.prepared.speakers, outcome.prepared.cache)
    whole = replace(outcome.prepared, choices=replace(outcome.prepared.choices, chapters=frozenset()))
    outputs = [
        Path(item.folder) / name for item in report.deliveries for name in (*item.files, "report.json")
    ]
    write_state(
        folder / ".fullcast",
        State(
            request=request,
            engine=outcome.prepared.choices.engine,
            inputs=outcome.inputs,
            outputs=stamps(outputs, folder),
            summary=summarise(whole, *open_stores(whole)).to_json(),
            findings=tuple(asdict(finding) for finding in report.findings),
            deliveries=tuple(asdict(item) | {"folder": Path(item.folder).name} for item in report.deliveries),
        ),
    )


def look(folder: Path, engine: str | None, settings: Callable[[], Settings]) -> dict[str, object]:
    """Return how far a project is, as ``status --json`` prints it.

    What the last run left is used while it holds; otherwise the project is planned anew.

    Args:
        folder: The project.
        engine: Speech engine from the command line.
        settings: Reads the machine's settings, if they are needed.

    Raises:
        ProjectError: If the project was changed and is wrong.
    """
    state = read_state(folder / ".fullcast")
    fresh = state is not None and inputs_hold(state, folder) and engine == state.engine
    deliveries = [asdict(_delivery(item, folder)) for item in state.deliveries] if state else []
    findings = list(state.findings) if state else []
    if state is not None and fresh:
        summary = dict(state.summary)
    else:
        from fullcast.production.preparing import Choices, prepare
        from fullcast.production.summary import open_stores, summarise

        prepared = prepare(folder, Choices(engine=engine), settings())
        summary = summarise(prepared, *open_stores(prepared)).to_json()
    return {**summary, "fresh": fresh, "deliveries": deliveries, "findings": findings}
