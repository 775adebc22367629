"""Columns of a file that is imported: the names by which each is found, and how its values are cleaned."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.children.rules.identifiers import CodeError
from app.core.errors import FieldError
from app.core.text_input import character_problem, clean_address, clean_line
from app.core.typed_dates import read_date
from app.core.wording import N_, Wording

LONGEST = 200

Cleaner = Callable[[str], str]


@dataclass(frozen=True)
class Column:
    """One column: its name in the code, its heading, and other headings by which it is found."""

    name: str
    heading: str
    also: Sequence[str] = ()
    required: bool = False
    """Whether the file must have the column, and each row a value."""
    clean: Cleaner = clean_line
    """Return the value as it is stored; raise CodeError."""
    longest: int = LONGEST

    @property
    def headings(self) -> set[str]:
        """Return the headings by which it is found, folded."""
        return {fold_heading(each) for each in (self.heading, *self.also)}


@dataclass
class CheckedRow:
    """A row while it is checked."""

    number: int
    """Its row in the file; the headings are row 1."""
    values: dict[str, str]
    faults: list[FieldError] = field(default_factory=list)
    note: Wording | None = None
    """Why the row is left out although nothing is wrong with it."""
    match_id: int | None = None
    """The record in the portal that it may be about."""
    is_certain: bool = False
    """Whether `match_id` is certainly the same record, so that no one is asked."""


class HeadingError(ValueError):
    """The headings of a file do not fit; the message is ready for the screen."""

    def __init__(self, text: Wording) -> None:
        super().__init__(text)
        self.text = text


def fold_heading(text: str) -> str:
    """Return a heading without case, spaces and punctuation, so that "Date of birth" is "date_of_birth"."""
    return re.sub(r"[^a-z0-9]", "", clean_line(text).casefold())


def match_headings(columns: Sequence[Column], headings: Sequence[str]) -> dict[str, int]:
    """Return the place of each column in the file, by name; headings that are not known are ignored.

    Raises HeadingError where a required column is missing, or a column is there twice.
    """
    folded = [fold_heading(each) for each in headings]
    places: dict[str, int] = {}
    for column in columns:
        found = [place for place, each in enumerate(folded) if each in column.headings]
        if len(found) > 1:
            text = N_("The file has more than one column for “%(heading)s”. Delete all but one")
            raise HeadingError(Wording(text, heading=column.heading))
        if found:
            places[column.name] = found[0]
    if missing := [each.heading for each in columns if each.required and each.name not in places]:
        text = N_("The file has no column “%(heading)s”. The first row must be the headings")
        raise HeadingError(Wording(text, heading="”, “".join(missing)))
    return places


def clean_row(columns: Sequence[Column], row: CheckedRow) -> None:
    """Clean the values of a row in place, and add a fault for each value that cannot be used."""
    for column in columns:
        text = row.values.get(column.name, "")
        if problem := _problem(column, text):
            row.faults.append(FieldError(column.name, problem))
            continue
        try:
            row.values[column.name] = column.clean(text) if text.strip() else ""
        except CodeError as error:
            row.faults.append(FieldError(column.name, error.text))


def _problem(column: Column, text: str) -> Wording | None:
    if not text.strip():
        return Wording(N_("Enter a value")) if column.required else None
    if len(text.strip()) > column.longest:
        return Wording(N_("Use %(longest)s characters or fewer"), longest=column.longest)
    return character_problem(clean_address(text))


def day(text: str) -> str:
    """Return a date as 2026-09-01, however it was written. Raises CodeError."""
    found = read_date(text)
    if found is None:
        raise CodeError(Wording(N_("Enter a real date, like 27/3/2015")))
    return found.isoformat()


def one_of(words: Mapping[str, str], problem: str) -> Cleaner:
    """Return a cleaner that finds a word without regard to case and punctuation, and returns its code."""
    folded = {fold_heading(word): code for word, code in words.items()}

    def clean(text: str) -> str:
        found = folded.get(fold_heading(text))
        if found is None:
            raise CodeError(Wording(problem))
        return found

    return clean
