"""All kinds of question by name, with those of several parts: tables, files, known facts, declarations."""

# ruff: noqa: ARG002 - all kinds have the same methods, and not every kind needs every argument

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.children.rules import identifiers
from app.core.wording import N_, Wording, upper_first
from app.forms.definitions.dates import date_text
from app.forms.definitions.definition import Question
from app.forms.definitions.simple_kinds import SIMPLE_KINDS, Entered, Kind, one


class Table(Kind):
    """Rows of smaller questions; reading.py and check.py read and check rows and columns one by one."""

    name = "table"
    in_tables = False
    most_rows = 50

    def missing(self, question: Question) -> Wording:
        """Return the message for a required question without an answer."""
        return Wording(N_("Add at least one %(what)s"), what=question.row_name.lower())

    def problem(self, question: Question, value: Any, today: date) -> Wording | None:
        """Return what is wrong with an answer that is not empty, or None."""
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            return Wording(N_("%(what)s must be rows"), what=upper_first(question.name))
        return None

    def text(self, question: Question, value: Any) -> str:
        """Return the answer as text."""
        rows = ("; ".join(filter(None, (KINDS[c.kind].text(c, row.get(c.id)) for c in question.columns)))
                for row in value or [])  # fmt: skip
        return "\n".join(filter(None, rows))


class Files(Kind):
    """Ids of attachments; app/documents stores the files."""

    name = "files"
    parts = ()
    in_tables = False

    def missing(self, question: Question) -> Wording:
        """Return the message for a required question without an answer."""
        return Wording(N_("Upload %(what)s"), what=question.name)

    def problem(self, question: Question, value: Any, today: date) -> Wording | None:
        """Return what is wrong with an answer that is not empty, or None."""
        if not isinstance(value, list) or not all(type(number) is int for number in value):
            return Wording(N_("Upload %(what)s again"), what=question.name)
        return None

    def text(self, question: Question, value: Any) -> str:
        """Return the answer as text."""
        count = len(value or [])
        return (
            "" if not count else Wording(N_("1 file")) if count == 1 else Wording(N_("%(n)s files"), n=count)
        )


class Prefilled(Kind):
    """A fact that the portal knows; it is shown and never entered, so it is never invalid."""

    name = "prefilled"
    parts = ()
    in_tables = False

    def problem(self, question: Question, value: Any, today: date) -> Wording | None:
        """Return what is wrong with an answer that is not empty, or None."""
        return None

    def text(self, question: Question, value: Any) -> str:
        """Return the answer as text."""
        if question.options and value:
            return question.option_label(value)
        if question.fact == "child.nhs_number" and value:
            return identifiers.nhs_number_text(str(value))
        return date_text(value)


class Declaration(Kind):
    """A tick and a full name; the date is the day on which it was ticked and saved."""

    name = "declaration"
    parts = ("agreed", "name")
    in_tables = False

    def clean(self, question: Question, entered: Entered, today: date) -> Any:
        """Return the JSON value of the posted values."""
        agreed, name = one(entered, "agreed") == "yes", one(entered, "name")
        if not agreed and not name:
            return {}
        return {"agreed": agreed, "name": name, "date": today.isoformat() if agreed else ""}

    def missing(self, question: Question) -> Wording:
        """Return the message for a required question without an answer."""
        return Wording(N_("Tick the box to confirm the declaration"))

    def problem(self, question: Question, value: Any, today: date) -> Wording | None:
        """Return what is wrong with the name, if anything; a part not given yet is no problem in a draft."""
        if not isinstance(value, dict):
            return self.missing(question)
        return KINDS["text"].problem(question, value.get("name", ""), today)

    def lacks(self, value: Mapping[str, Any]) -> list[tuple[str, Wording]]:
        """Return the missing parts of an incomplete declaration, each with its message."""
        lacks = []
        if not value.get("agreed"):
            lacks.append(("agreed", Wording(N_("Tick the box to confirm the declaration"))))
        if not value.get("name"):
            lacks.append(("name", Wording(N_("Enter your full name to sign the declaration"))))
        return lacks

    def text(self, question: Question, value: Any) -> str:
        """Return the answer as text."""
        if not value or not value.get("agreed"):
            return ""
        return f"{value.get('name', '')}, {date_text(value.get('date'))}"


DECLARATION = Declaration()

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (*SIMPLE_KINDS, Table(), Files(), Prefilled(), DECLARATION)
}
"""Every kind of question a form may ask, each with a template of its name in app/templates/questions/."""


def register_kind(kind: Kind) -> None:
    """Add a kind of question; an area registers its own in its `question_kinds.py`.

    Raises ValueError when a kind has this name already.
    """
    if kind.name in KINDS:
        raise ValueError(f"registered twice: {kind.name}")
    KINDS[kind.name] = kind
