"""What somebody meant who typed into the box "Find a child"."""

from dataclasses import dataclass
from datetime import date

from app.children.rules.identifiers import CodeError, check_nhs_number, check_upn
from app.core.names import search_words
from app.core.typed_dates import read_date


@dataclass(frozen=True)
class ChildWanted:
    """A child by one number, by date of birth, or by words of the name; exactly one of them is given."""

    nhs_number: str | None = None
    upn: str | None = None
    born_on: date | None = None
    words: tuple[str, ...] = ()


def child_wanted(typed: str) -> ChildWanted:
    """Take what was typed for an NHS number, a UPN or a date of birth where it is one, else for a name."""
    for check, kind in ((check_nhs_number, "nhs_number"), (check_upn, "upn")):
        try:
            return ChildWanted(**{kind: check(typed)})  # type: ignore[arg-type]
        except CodeError:
            continue
    day = read_date(typed)
    return ChildWanted(born_on=day) if day else ChildWanted(words=tuple(search_words(typed)))
