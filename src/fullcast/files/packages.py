"""Archives of a book and its sound: the zip that EPUB and LPF are, written whole and always alike."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fullcast.files.disk import explained
from fullcast.files.encode import whole_file

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold: equal content gives equal bytes."""

_COPY = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in an archive."""

    name: str
    content: bytes | Path
    """What it holds, or the file that is copied."""
    stored: bool = False
    """Whether it is left as it is: sound and pictures are packed already."""


def write_package(file: Path, members: Iterable[Member]) -> int:
    """Write an archive; returns its bytes.

    Args:
        file: Where it goes; replaced only once the new one is whole.
        members: In order; for an EPUB ``mimetype`` comes first.

    Raises:
        StoreError: If the disk refuses.
    """
    with whole_file(file) as part, explained(file, "write"):
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in members:
                info = zipfile.ZipInfo(member.name, _LONG_AGO)
                info.compress_type = zipfile.ZIP_STORED if member.stored else zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                if isinstance(member.content, bytes):
                    archive.writestr(info, member.content)
                    continue
                info.file_size = member.content.stat().st_size
                with member.content.open("rb") as source, archive.open(info, "w") as target:
                    shutil.copyfileobj(source, target, _COPY)
        return part.stat().st_size
