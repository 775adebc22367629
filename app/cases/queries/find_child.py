"""The search in the header: a child by whatever is known of them. Row-level security applies.

Every statement reads an index and stops at a limit. Children are found in this order: by the whole words of the name, by their
beginnings, by another spelling, by the school.
"""

import enum
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.cases.queries.child_page import statuses_of
from app.cases.rules.case_numbers import read_case_number
from app.cases.rules.status import CaseStatus
from app.cases.tables import Case
from app.children.queries.words_of_names import (
    HasWord,
    begins_with,
    children_with_words,
    has_word,
    is_one_of,
    known_spellings,
)
from app.children.rules.identifiers import check_nhs_number, check_postcode, check_upn
from app.children.rules.search_text import Reader, SearchText, read_birthday, read_code, read_search
from app.children.rules.spelling import join_mc
from app.children.tables import Child
from app.core.database.engine import use_custom_plans
from app.core.names import fold, search_name, ways_to_match
from app.organisations.tables import Organisation

PAGE_SIZE = 25
MOST_FOUND = 100
"""Children beyond this number are not read: a longer text finds fewer."""
MOST_SCHOOLS = 50
SHORTEST_OF_SCHOOL = 3
"""Words with fewer letters do not look for a school."""


class Why(enum.Enum):
    """Why a child was found, where the row does not show it by itself."""

    known_as = "known_as"
    spelling = "spelling"
    postcode = "postcode"
    school = "school"


@dataclass(frozen=True)
class Criterion:
    """Something besides the name that tells one child from others."""

    read: Reader
    is_child_of: Callable[[Any], ColumnElement[bool]]
    opens: bool = False
    """Only one child has it, whose page is opened at once."""
    why: Why | None = None


CRITERIA: Mapping[str, Criterion] = {
    "case_number": Criterion(
        read_case_number,
        lambda number: Child.id.in_(select(Case.child_id).where(Case.number == number)),
        opens=True,
    ),
    "upn": Criterion(read_code(check_upn), lambda upn: Child.upn == upn, opens=True),
    "nhs_number": Criterion(
        read_code(check_nhs_number), lambda number: Child.nhs_number == number, opens=True
    ),
    "date_of_birth": Criterion(read_birthday, lambda day: Child.date_of_birth == day),
    "postcode": Criterion(read_code(check_postcode), lambda code: Child.postcode == code, why=Why.postcode),
}
"""In the order in which a text is read for them."""


class _Rank(enum.IntEnum):
    """How well a child fits; the best are shown first."""

    whole_words = 0
    beginnings = 1
    spelling = 2
    school = 3


@dataclass(frozen=True)
class FoundChild:
    """One child, as the results show them."""

    child_id: int
    name: str
    known_as: str
    date_of_birth: date
    postcode: str
    school: str
    standing: CaseStatus | None
    why: Sequence[Why]


@dataclass(frozen=True)
class Found:
    """One page of the children found."""

    children: Sequence[FoundChild]
    count: int
    page: int
    has_more: bool
    """There are more than `MOST_FOUND`."""
    opens: int | None
    """The child whose page is opened at once."""

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return -(-self.count // PAGE_SIZE)


NOTHING = Found((), 0, 1, False, None)


def find_child(session: Session, text: str, page: int = 1) -> Found:
    """Return the children whom a text describes: 25 of them, and how many there are, up to a hundred.

    Details and words narrow each other: "Shah 27/3/2015" is a Shah born on that day.
    """
    wanted = read_search(text, {name: each.read for name, each in CRITERIA.items()})
    if not (wanted.words or wanted.details):
        return NOTHING  # the text has no letter or digit
    use_custom_plans(session)
    rows, has_more = _rows(session, wanted)
    count = len(rows)
    page = min(max(page, 1), max(-(-count // PAGE_SIZE), 1))
    shown = rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    standings = statuses_of(session, [row.id for row in shown])
    children = [
        FoundChild(
            row.id,
            f"{row.forenames} {row.surname}".strip(),
            row.known_as,
            row.date_of_birth,
            row.postcode,
            row.school or "",
            standings.get(row.id),
            _why(row, wanted, _Rank(row.rank)),
        )
        for row in shown
    ]
    names_one = any(CRITERIA[name].opens for name in wanted.details)
    return Found(children, count, page, has_more, rows[0].id if names_one and count == 1 else None)


def _rows(session: Session, wanted: SearchText) -> tuple[list[Any], bool]:
    """Return what the results show of the children found, the best first, and whether there are more than are read."""
    if not wanted.words:
        return _read(session, {_Rank.whole_words: _with_details(wanted, [])})
    ways = ways_to_match(wanted.words)
    queries = {
        _Rank.whole_words: _named(wanted, [is_one_of(each) for each in ways]),
        _Rank.beginnings: _named(wanted, [begins_with(each) for each in ways]),
    }
    if (otherwise := _by_spelling(session, wanted)) is not None:
        queries[_Rank.spelling] = otherwise
    if (in_school := _in_schools(session, wanted)) is not None:
        queries[_Rank.school] = in_school
    found = _read(session, queries)
    if found[0] or (otherwise := _by_spelling(session, wanted, letter_off=True)) is None:
        return found
    return _read(session, {_Rank.spelling: otherwise})


def _read(session: Session, queries: Mapping[_Rank, Select[Any]]) -> tuple[list[Any], bool]:
    """Return what the results show of the first children of each query, the best first, and whether there are more.

    One statement. A child of several queries is shown once, by the best.
    """
    limited = [(rank, query.limit(MOST_FOUND + 1).subquery()) for rank, query in queries.items()]
    ids = union_all(
        *[
            select(literal(int(rank)).label("rank"), next(iter(query.c)).label("child_id"))
            for rank, query in limited
        ]
    ).subquery()
    rows = session.execute(
        select(
            ids.c.rank,
            Child.id,
            Child.forenames,
            Child.surname,
            Child.known_as,
            Child.search_name,
            Child.date_of_birth,
            Child.postcode,
            Organisation.name.label("school"),
        )
        .select_from(ids)
        .join(Child, Child.id == ids.c.child_id)
        .outerjoin(Organisation, Organisation.id == Child.setting_id)
    ).all()
    best: dict[int, Any] = {}
    for row in sorted(rows, key=lambda row: (row.rank, row.search_name, row.date_of_birth, row.id)):
        best.setdefault(row.id, row)
    most_of_one = max(Counter(row.rank for row in rows).values(), default=0)
    return [*best.values()][:MOST_FOUND], max(len(best), most_of_one) > MOST_FOUND


def _named(wanted: SearchText, words: Sequence[HasWord]) -> Select[Any]:
    """Return the query for children with these words in the name, and with the details."""
    if wanted.details:
        return _with_details(wanted, [has_word(each, Child.id) for each in words])
    places = range(len(words))
    by_length = sorted(places, key=lambda place: len(wanted.words[place]), reverse=True)
    return children_with_words([words[place] for place in by_length])


def _by_spelling(session: Session, wanted: SearchText, *, letter_off: bool = False) -> Select[Any] | None:
    """Return the query for children whose names have each word as it was typed or in another spelling, if any has one."""
    words = join_mc(wanted.words)
    other = known_spellings(session, words, letter_off=letter_off)
    if not any(other.values()):
        return None

    def either(word: str, ways: Sequence[str]) -> HasWord:
        as_typed, known = begins_with(ways), other.get(word)
        return (lambda name: or_(as_typed(name), is_one_of(known)(name))) if known else as_typed

    pairs = zip(words, ways_to_match(words), strict=True)
    return _named(SearchText(wanted.details, words), [either(word, ways) for word, ways in pairs])


def _with_details(wanted: SearchText, more: Sequence[ColumnElement[bool]]) -> Select[Any]:
    details = [CRITERIA[name].is_child_of(value) for name, value in wanted.details.items()]
    return select(Child.id).where(*details, *more)


def _in_schools(session: Session, wanted: SearchText) -> Select[Any] | None:
    """Return the query for children of the schools that most words name, whose own name has the other words."""
    words = [word for word in wanted.words if len(word) >= SHORTEST_OF_SCHOOL]
    if not words:
        return None
    name = func.replace(Organisation.name, "'", "")
    has = [name.icontains(word, autoescape=True) for word in words]
    how_many = sum((case((each, 1), else_=0) for each in has), start=literal(0))
    found = session.execute(
        select(Organisation.id, Organisation.name)
        .where(or_(*has))
        .order_by(how_many.desc(), Organisation.id)
        .limit(MOST_SCHOOLS)
    ).all()
    if not found:
        return None
    named = {row[0]: _words_in(wanted.words, row[1]) for row in found}
    most = max(len(each) for each in named.values())
    best = {number: each for number, each in named.items() if len(each) == most}
    of_school = set().union(*best.values())
    others = [begins_with((word,)) for word in wanted.words if word not in of_school]
    in_school = Child.setting_id.in_(best)
    return _with_details(wanted, [in_school, *[has_word(each, Child.id) for each in others]])


def _words_in(words: Collection[str], name: str) -> frozenset[str]:
    """Return the words that are in a school's name; short ones only as the beginning of a word."""
    folded = f" {fold(name)}"
    return frozenset(
        word for word in words if (word if len(word) >= SHORTEST_OF_SCHOOL else f" {word}") in folded
    )


def _why(row: Any, wanted: SearchText, rank: _Rank) -> list[Why]:
    """Return why a child was found, without what the row shows by itself."""
    why = [each for name in wanted.details if (each := CRITERIA[name].why)]
    if not wanted.words:
        return why
    if rank is _Rank.school:
        return [*why, Why.school]
    own = search_name(row.surname, row.forenames).split()
    if all(any(word.startswith(ways) for word in own) for ways in ways_to_match(wanted.words)):
        return why
    if rank is _Rank.spelling:
        return [*why, Why.spelling]
    return [*why, Why.known_as] if row.known_as else why
