"""JSON Schemas of the files that people write, from the descriptions by which they are read.

Editors complete and check with them; what is read and what they say cannot part, as both come from one place.
"""

from __future__ import annotations

from fullcast.files.kinds import Schema
from fullcast.files.lexicon_read import LEXICON
from fullcast.files.project_keys import PROJECT
from fullcast.files.records import Record
from fullcast.files.series import SERIES
from fullcast.files.voices import VOICE

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def project_schema() -> Schema:
    """Return the JSON Schema of project.yaml."""
    return _whole(PROJECT, "A fullcast project")


def voice_schema() -> Schema:
    """Return the JSON Schema of voice.yaml."""
    return _whole(VOICE, "A fullcast voice")


def lexicon_schema() -> Schema:
    """Return the JSON Schema of lexicon.yaml."""
    return _whole(LEXICON, "A fullcast lexicon")


def series_schema() -> Schema:
    """Return the JSON Schema of NAME.series.yaml."""
    return _whole(SERIES, "A fullcast series")


def _whole(record: Record[object], title: str) -> Schema:
    return {"$schema": DIALECT, "title": title, "description": record.doc, **record.schema()}
