"""Conditions of questions and sections, in a small closed language that runs no code.

`{"q": "has_ep", "is": "yes"}`, `{"q": "year", "in": ["9", "10"]}`, `{"q": "upn", "filled": false}`, combined by
`{"all": […]}`, `{"any": […]}`, `{"not": …}`. A hidden question counts as unanswered. While a section is open on the
screen, its own answers can still change: a condition on them returns None, "unknown".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.forms.definitions.definition import Answers


def blank(value: Any) -> bool:
    """Return whether nothing has been answered: no text, no choice, only empty rows or boxes."""
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
    """Return one answer out of a form's answers, or None."""
    return (answers.get(section) or {}).get(question)


@dataclass(frozen=True)
class Is:
    """The answer is this value, or one of these."""

    section: str
    question: str
    values: tuple[str, ...]

    def holds(self, answers: Answers, unsettled: str | None = None) -> bool | None:
        """Return whether it holds; None when it depends on the `unsettled` section."""
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
        """Return whether it holds; None when it depends on the `unsettled` section."""
        if self.section == unsettled:
            return None
        return not blank(answer(answers, self.section, self.question))


@dataclass(frozen=True)
class All:
    """All parts hold."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers, unsettled: str | None = None) -> bool | None:
        """Return whether it holds; None when it depends on the `unsettled` section."""
        results = [part.holds(answers, unsettled) for part in self.parts]
        return False if False in results else None if None in results else True


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers, unsettled: str | None = None) -> bool | None:
        """Return whether it holds; None when it depends on the `unsettled` section."""
        results = [part.holds(answers, unsettled) for part in self.parts]
        return True if True in results else None if None in results else False


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Condition

    def holds(self, answers: Answers, unsettled: str | None = None) -> bool | None:
        """Return whether it holds; None when it depends on the `unsettled` section."""
        result = self.part.holds(answers, unsettled)
        return None if result is None else not result


Condition = Is | Filled | All | AnyOf | Not


def questions_in(condition: Condition | None) -> Iterator[tuple[str, str]]:
    """Yield the section and question of every answer that a condition depends on."""
    if isinstance(condition, Is | Filled):
        yield condition.section, condition.question
    elif isinstance(condition, Not):
        yield from questions_in(condition.part)
    elif condition is not None:
        for part in condition.parts:
            yield from questions_in(part)
