"""Commands about engines: ``engines list``."""

from __future__ import annotations

from dataclasses import asdict

from fullcast.cli.options import AsJson, Quiet, console_of, settings_of
from fullcast.cli.words import columns


def list_engines(as_json: AsJson = False, quiet: Quiet = False) -> None:
    """List the engines: what speaks and what makes sounds, and what each one needs to be ready.

    Examples:
      fullcast engines list
      fullcast engines list --json
    """
    from fullcast.engines.registry import survey_engines

    console = console_of(as_json, quiet)
    states = survey_engines(settings_of())
    console.document([asdict(state) for state in states])
    rows = [("engine", "kind", "runs", "ready", "cloning", "languages", "licence")]
    rows += [
        (
            state.name,
            state.kind,
            state.placement,
            "yes" if state.ready else "no",
            "yes" if state.cloning else "",
            _languages(state.languages),
            state.licence,
        )
        for state in states
    ]
    console.print(columns(rows))
    for state in states:
        if not state.ready:
            hint = f"; {state.install}" if state.install else ""
            console.tell(f"{state.name}: {state.reason}{hint}")


def _languages(tags: tuple[str, ...]) -> str:
    """Return languages in a few words; a long list is counted."""
    if not tags:
        return "any"
    return " ".join(tags) if len(tags) <= 6 else f"{len(tags)} of them"
