"""The kinds of question with one answer: text, dates, numbers, choices and codes.

`clean` returns the posted fields as a JSON value and loses nothing: invalid input is stored as entered. `missing` and
`problem` return a message for the screen; `text` returns the answer as text.
"""

# ruff: noqa: ARG002 - all kinds have the same methods, and not every kind needs every argument

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from app.accounts.rules.work_email import EmailError, canonical
from app.children.rules import identifiers
from app.core.text_input import character_problem, clean_line, clean_lines
from app.core.typed_dates import PARTS
from app.core.wording import N_, Wording, upper_first
from app.forms.definitions.dates import clean_date, date_problem, date_text
from app.forms.definitions.definition import Question

Entered = Mapping[str, list[str]]
"""The posted values of one question, by part of the question ("" for a question of one part)."""

NUMBER = re.compile(r"-?(?:\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.\d{1,4})?", re.ASCII)
"""With or without commas between thousands."""
DECIMAL_COMMA = re.compile(r"(-?\d{1,9}),(\d{1,4})", re.ASCII)
"""Either a decimal comma, as in most of Europe, or a mistake: 92,5 is not 925."""


def one(entered: Entered, part: str = "", clean: Callable[[str], str] = clean_line) -> str:
    """Return the first value of a part, cleaned."""
    return clean((entered.get(part) or [""])[0])


class Kind:
    """The base of all kinds; a kind overrides only what differs."""

    name = ""
    parts: tuple[str, ...] = ("",)
    in_tables = True

    def clean(self, question: Question, entered: Entered, today: date) -> Any:
        """Return the JSON value of the posted values."""
        return one(entered)

    def missing(self, question: Question) -> Wording:
        """Return the message for a required question without an answer."""
        return Wording(N_("Enter %(what)s"), what=question.name)

    def problem(self, question: Question, value: Any, today: date) -> Wording | None:
        """Return what is wrong with an answer that is not empty, or None."""
        if not isinstance(value, str):
            return Wording(N_("%(what)s must be text"), what=upper_first(question.name))
        limit = question.longest
        if len(value) > limit:
            return Wording(
                N_("%(what)s must be %(limit)s characters or fewer. You have typed %(count)s"),
                what=upper_first(question.name),
                limit=f"{limit:,}",
                count=f"{len(value):,}",
            )
        return character_problem(value)

    def text(self, question: Question, value: Any) -> str:
        """Return the answer as text."""
        return str(value or "")


class Text(Kind):
    """One line of text."""

    name = "text"


class LongText(Kind):
    """Text of several lines."""

    name = "long_text"

    def clean(self, question: Question, entered: Entered, today: date) -> Any:
        """Return the JSON value of the posted values."""
        return one(entered, clean=clean_lines)


class Coded(Text):
    """A text that must be a certain kind of code, stored in its canonical form."""

    def __init__(self, name: str, check: Callable[[str], str], show: Callable[[str], str] = str) -> None:
        self.name, self.check, self.show = name, check, show
        self._read = lru_cache(maxsize=1000)(self._as_it_reads)

    def clean(self, question: Question, entered: Entered, today: date) -> Any:
        """Return the JSON value of the posted values."""
        text = super().clean(question, entered, today)
        try:
            return self.check(text) if text else ""
        except (identifiers.CodeError, EmailError):
            return text

    def problem(self, question: Question, value: Any, today: date) -> Wording | None:
        """Return what is wrong with an answer that is not empty, or None."""
        if problem := super().problem(question, value, today):
            return problem
        try:
            self.check(value)
        except (identifiers.CodeError, EmailError) as error:
            return error.text
        return None

    def text(self, question: Question, value: Any) -> str:
        """Return the answer as text."""
        text = str(value or "")
        return self._read(text) if len(text) <= question.longest else text

    def _as_it_reads(self, text: str) -> str:
        """Return the code as shown; an invalid one as entered. Cached, because telephone numbers are slow to check."""
        try:
            return self.show(self.check(text)) if text else ""
        except (identifiers.CodeError, EmailError):
            return text


class Date(Kind):
    """A date in three boxes."""

    name = "date"
    parts = PARTS

    def clean(self, question: Question, entered: Entered, today: date) -> Any:
        """Return the JSON value of the posted values."""
        return clean_date({part: one(entered, part) for part in PARTS})

    def problem(self, question: Question, value: Any, today: date) -> Wording | None:
        """Return what is wrong with an answer that is not empty, or None."""
        return date_problem(value, question.name, question.min, question.max, today)

    def text(self, question: Question, value: Any) -> str:
        """Return the answer as text."""
        return date_text(value)


class Number(Text):
    """A number, stored as int or float when valid."""

    name = "number"

    def clean(self, question: Question, entered: Entered, today: date) -> Any:
        """Return the JSON value of the posted values."""
        text = super().clean(question, entered, today)
        digits = re.sub(r"[£%\s]", "", text)
        if not NUMBER.fullmatch(digits):
            return text
        digits = digits.replace(",", "")
        return float(digits) if "." in digits else int(digits)

    def problem(self, question: Question, value: Any, today: date) -> Wording | None:
        """Return what is wrong with an answer that is not empty, or None."""
        what = upper_first(question.name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return _decimal_comma(value) or Wording(
                N_("%(what)s must be a number, like 12 or 12.5"), what=what
            )
        least, most = question.min, question.max
        if isinstance(least, int | float) and value < least:
            return Wording(N_("%(what)s must be %(limit)s or more"), what=what, limit=f"{least:,}")
        if isinstance(most, int | float) and value > most:
            return Wording(N_("%(what)s must be %(limit)s or less"), what=what, limit=f"{most:,}")
        return None

    def text(self, question: Question, value: Any) -> str:
        """Return the answer as text."""
        return "" if value is None else str(value)


def _decimal_comma(value: Any) -> Wording | None:
    """Return the question which number is meant by an answer such as 92,5, or None."""
    found = DECIMAL_COMMA.fullmatch(re.sub(r"[£%\s]", "", value)) if isinstance(value, str) else None
    if found is None:
        return None
    whole, rest = found.groups()
    message = N_("Did you mean %(decimal)s or %(whole)s? Enter the number without a comma")
    return Wording(message, decimal=f"{whole}.{rest}", whole=f"{whole}{rest}")


class Money(Number):
    """An amount in pounds."""

    name = "money"

    def text(self, question: Question, value: Any) -> str:
        """Return the answer as text."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return f"£{value:,}" if value == int(value) else f"£{value:,.2f}"
        return super().text(question, value)


class Choice(Kind):
    """One of several options."""

    name = "choice"

    def missing(self, question: Question) -> Wording:
        """Return the message for a required question without an answer."""
        return Wording(N_("Select %(what)s"), what=question.name)

    def allowed(self, question: Question) -> set[str]:
        """Return the values that may be chosen."""
        return {option.value for option in question.options}

    def problem(self, question: Question, value: Any, today: date) -> Wording | None:
        """Return what is wrong with an answer that is not empty, or None."""
        if not isinstance(value, str) or value not in self.allowed(question):
            return Wording(N_("Select %(what)s from the list"), what=question.name)
        return None

    def text(self, question: Question, value: Any) -> str:
        """Return the answer as text."""
        return question.option_label(value) if value else ""


class YesNo(Choice):
    """Yes or no."""

    name = "yes_no"
    labels = {"yes": Wording(N_("Yes")), "no": Wording(N_("No"))}

    def allowed(self, question: Question) -> set[str]:
        """Return the values that may be chosen."""
        return set(self.labels)

    def missing(self, question: Question) -> Wording:
        """Return the message for a required question without an answer."""
        return Wording(N_("Select yes if %(what)s"), what=question.name)

    def problem(self, question: Question, value: Any, today: date) -> Wording | None:
        """Return what is wrong with an answer that is not empty, or None."""
        return None if isinstance(value, str) and value in self.labels else self.missing(question)

    def text(self, question: Question, value: Any) -> str:
        """Return the answer as text."""
        return self.labels.get(str(value), str(value or ""))


class Choices(Choice):
    """Any number of several options."""

    name = "choices"
    in_tables = False

    def clean(self, question: Question, entered: Entered, today: date) -> Any:
        """Return the JSON value of the posted values."""
        ticked = (one({"": [value]}) for value in entered.get("") or [])
        return list(dict.fromkeys(value for value in ticked if value))

    def problem(self, question: Question, value: Any, today: date) -> Wording | None:
        """Return what is wrong with an answer that is not empty, or None."""
        if not isinstance(value, list) or not {str(one) for one in value} <= self.allowed(question):
            return Wording(N_("Select %(what)s from the list"), what=question.name)
        return None

    def text(self, question: Question, value: Any) -> str:
        """Return the answer as text."""
        return ", ".join(question.option_label(one) for one in value or [])


SIMPLE_KINDS: tuple[Kind, ...] = (
    Text(),
    LongText(),
    Date(),
    YesNo(),
    Choice(),
    Choices(),
    Number(),
    Money(),
    Coded("upn", identifiers.check_upn),
    Coded("nhs_number", identifiers.check_nhs_number, identifiers.nhs_number_text),
    Coded("postcode", identifiers.check_postcode),
    Coded("phone", identifiers.check_phone),
    Coded("email", canonical),
)
