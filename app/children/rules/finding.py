"""Interpretation of the text in the search box "Find a child"."""

from dataclasses import dataclass
from datetime import date

from app.children.rules.identifiers import CodeError, check_nhs_number, check_upn
from app.core.names import search_words
from app.core.typed_dates import read_date


@dataclass(frozen=True)
class ChildWanted:
    """The search for a child by one number, by date of birth or by words of the name; exactly one is set."""

    nhs_number: str | None = None
    upn: str | None = None
    born_on: date | None = None
    words: tuple[str, ...] = ()


def child_wanted(text: str) -> ChildWanted:
    """Return the search that a text means: an NHS number, UPN or date of birth, otherwise a name."""
    for check, kind in ((check_nhs_number, "nhs_number"), (check_upn, "upn")):
        try:
            return ChildWanted(**{kind: check(text)})  # type: ignore[arg-type]
        except CodeError:
            continue
    day = read_date(text)
    return ChildWanted(born_on=day) if day else ChildWanted(words=tuple(search_words(text)))
