"""JSON Schemas of the files that people write, from the descriptions by which they are read.

Editors complete and check with them; what is read and what they say cannot part, as both come from one place.
"""

from __future__ import annotations

from fullcast.files.kinds import Schema
from fullcast.files.project_keys import PROJECT
from fullcast.files.records import Record

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def project_schema() -> Schema:
    """Return the JSON Schema of project.yaml."""
    return make_schema(PROJECT, "A fullcast project")


def make_schema(record: Record[object], title: str) -> Schema:
    """Return the JSON Schema of a whole file."""
    doc: Schema = {"description": record.doc} if record.doc else {}
    return {"$schema": DIALECT, "title": title, **doc, **record.schema()}
