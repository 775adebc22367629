"""When a question or a section shows: a small closed language, never a program.

`{"q": "has_ep", "is": "yes"}`, `{"q": "year", "in": ["9", "10"]}`, `{"q": "upn", "filled": false}`,
and `{"all": […]}`, `{"any": […]}`, `{"not": …}` around them. A question that does not itself show
counts as unanswered. While a section is open on the screen its own answers are not settled yet:
then a condition may answer None, "that depends".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.forms.definitions.definition import Answers


def blank(value: Any) -> bool:
    """Whether nothing has been answered: no text, no choice, only empty rows or boxes."""
    if value is None or value is False:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(blank(part) for part in value.values())
    if isinstance(value, list | tuple):
        return all(blank(part) for part in value)
    return False


def answer(answers: Answers, section: str, question: str) -> Any:
    """One answer out of a form's answers, or None."""
    return (answers.get(section) or {}).get(question)


@dataclass(frozen=True)
class Is:
    """The answer is this, or one of these."""

    section: str
    question: str
    values: tuple[str, ...]

    def holds(self, answers: Answers, unsettled: str | None = None) -> bool | None:
        if self.section == unsettled:
            return None
        given = answer(answers, self.section, self.question)
        chosen = given if isinstance(given, list) else [given]
        return any(str(one) in self.values for one in chosen if not blank(one))


@dataclass(frozen=True)
class Filled:
    """There is an answer."""

    section: str
    question: str

    def holds(self, answers: Answers, unsettled: str | None = None) -> bool | None:
        if self.section == unsettled:
            return None
        return not blank(answer(answers, self.section, self.question))


@dataclass(frozen=True)
class All:
    parts: tuple[Condition, ...]

    def holds(self, answers: Answers, unsettled: str | None = None) -> bool | None:
        results = [part.holds(answers, unsettled) for part in self.parts]
        return False if False in results else None if None in results else True


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Condition, ...]

    def holds(self, answers: Answers, unsettled: str | None = None) -> bool | None:
        results = [part.holds(answers, unsettled) for part in self.parts]
        return True if True in results else None if None in results else False


@dataclass(frozen=True)
class Not:
    part: Condition

    def holds(self, answers: Answers, unsettled: str | None = None) -> bool | None:
        result = self.part.holds(answers, unsettled)
        return None if result is None else not result


Condition = Is | Filled | All | AnyOf | Not
