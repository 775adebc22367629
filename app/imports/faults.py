"""Faults as they are stored with a row, and as sentences for the screen."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.core.errors import FieldError
from app.core.wording import CountedWording, Wording


def stored_text(text: str) -> dict[str, Any]:
    """Return a sentence as it is stored: its pattern and the values in it."""
    if isinstance(text, Wording) and not isinstance(text, CountedWording):
        values = {name: each if isinstance(each, int) else str(each) for name, each in text.values.items()}
        return {"text": text.msgid, "values": values}
    return {"text": str(text), "values": {}}


def wording_of(stored: Mapping[str, Any]) -> Wording:
    """Return a stored sentence."""
    return Wording(stored["text"], **stored["values"])


def stored_faults(faults: Iterable[FieldError]) -> list[dict[str, Any]]:
    """Return faults as they are stored with a row."""
    return [{"column": each.field, **stored_text(each.text)} for each in faults]


def stored_note(note: str) -> list[dict[str, Any]]:
    """Return a reason that is about a whole row."""
    return [{"column": "", **stored_text(note)}]
