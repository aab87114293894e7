"""Models that are on this machine: checked against their cards, removed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from fullcast.engines.weights import Installed, installed_models
from fullcast.errors import Severity, UsageError
from fullcast.files.disk import explained
from fullcast.files.hub import hash_file
from fullcast.model import Finding, Settings

PICKLES = frozenset({".bin", ".ckpt", ".pkl", ".pickle", ".pt", ".pth"})
"""Endings of files that may hold code; engines of fullcast load them as plain numbers only."""


def check_model(installed: Installed) -> Iterator[Finding]:
    """Yield what is wrong with a model's files: missing, of another size, damaged; pickles are told."""
    for file in installed.card.files:
        path = installed.folder / file.name
        subject = f"{installed.card.id}/{file.name}"
        if not path.is_file():
            yield Finding(code="missing-file", message="it is not there", subject=subject)
        elif path.stat().st_size != file.size:
            message = f"it has {path.stat().st_size} bytes instead of {file.size}"
            yield Finding(code="damaged-file", message=message, subject=subject)
        elif file.sha256 and hash_file(path) != file.sha256:
            yield Finding(
                code="damaged-file", message="its hash is another than when it came", subject=subject
            )
        elif path.suffix in PICKLES and _is_bare_pickle(path):
            message = "only a loader that runs code could read it: engines of fullcast refuse it"
            yield Finding(code="pickle", message=message, subject=subject, severity=Severity.WARNING)


_OLD_TORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""How files begin that torch wrote before 1.6: a number by itself, pickled."""


def _is_bare_pickle(path: Path) -> bool:
    """Return whether a file is a pickle by itself: no form of torch's, which is read as numbers only."""
    with path.open("rb") as stream:
        head = stream.read(len(_OLD_TORCH))
    if head == _OLD_TORCH:
        return False
    return head[:1] == b"\x80" and head[1:2] in {b"\x02", b"\x03", b"\x04", b"\x05"}


def remove_model(name: str, settings: Settings, *, dry_run: bool) -> tuple[int, int]:
    """Remove a model, and what is left of an attempt to fetch it; returns how many files and bytes.

    Raises:
        UsageError: If it is not here, or lies in a folder that is only looked into.
    """
    first = settings.model_folders[0] if settings.model_folders else None
    folders = [first / name, first / f".{name}.partial"] if first and _is_name(name) else []
    there = [folder for folder in folders if folder.is_dir()]
    if not there:
        elsewhere = [item.folder for item in installed_models(settings) if item.card.id == name]
        where = f"it lies in {elsewhere[0]}, where nothing is removed" if elsewhere else "it is not here"
        raise UsageError(
            f"the model {name} cannot be removed: {where}", hint="fullcast models list --installed"
        )
    files = [file for folder in there for file in folder.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files)
    if not dry_run:
        for folder in there:
            with explained(folder, "remove"):
                shutil.rmtree(folder)
    return len(files), size


def _is_name(name: str) -> bool:
    return bool(name) and "/" not in name and "\\" not in name and not name.startswith(".")
