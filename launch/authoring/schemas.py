"""Every JSON Schema of the files an author writes, by the name of its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from callers.flowtests.schema import flow_test_schema
from callflow.schema.files import SCHEMAS
from callflow.schema.parts import Json
from qa.rubric.schema import qa_form_schema

ALL_SCHEMAS: Final[Mapping[str, Callable[[], Json]]] = {
    **SCHEMAS,
    "test": flow_test_schema,
    "qa_form": qa_form_schema,
}
