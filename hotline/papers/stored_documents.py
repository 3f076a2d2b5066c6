"""Documents as they are kept: JSON there and back, without loss."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from reports.document import Document


def to_json(document: Document) -> dict[str, Any]:
    """Plain JSON values, for the column of an issued paper."""
    return _adapter().dump_python(document, mode="json")


def from_json(kept: Mapping[str, Any]) -> Document:
    """A document equal to the one that was kept."""
    return _adapter().validate_python(kept)


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Document]:
    return TypeAdapter(Document)
