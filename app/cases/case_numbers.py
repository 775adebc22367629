"""Give out case numbers, each once, also to the author of a form who may not see cases."""

from sqlalchemy import Connection, func, select

from app.cases.rules.case_numbers import MOST_IN_A_YEAR, case_number, place_in_year
from app.cases.tables import Case
from app.core.database.locks import hold_numbering

_case = Case.__table__


def next_case_number(connection: Connection, year: int) -> str:
    """Return the next case number of a year; no other transaction gets it, since each waits until this one ends."""
    hold_numbering(connection)
    of_year = _case.c.number.between(case_number(year, 1), case_number(year, MOST_IN_A_YEAR))
    last = connection.execute(select(func.max(_case.c.number)).where(of_year)).scalar()
    return case_number(year, place_in_year(last) + 1 if last else 1)
