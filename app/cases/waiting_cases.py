"""Cases whose request came without a form, for the author of a form who may not see cases."""

from sqlalchemy import Connection, and_, literal, or_, select, update

from app.cases.rules.case_states import CaseState
from app.cases.tables import Case

_case = Case.__table__


def join_to_waiting_case(
    connection: Connection, child_id: int, request_id: int, *, statutory: bool
) -> int | None:
    """Give the form of a request to the earliest undecided case of this child that has none; return the case's id.

    Returns None where there is no such case. A request under s. 36(1) makes the case one, whatever came before.
    """
    waits = and_(
        _case.c.child_id == child_id, _case.c.request_id.is_(None), _case.c.state == CaseState.received
    )
    found = select(_case.c.id).where(waits).order_by(_case.c.received_on, _case.c.id).limit(1)
    case_id = connection.execute(found.with_for_update()).scalar()
    if case_id is None:
        return None
    joined = update(_case).where(_case.c.id == case_id, _case.c.request_id.is_(None))
    connection.execute(
        joined.values(
            request_id=request_id,
            statutory=or_(_case.c.statutory, literal(statutory)),
            version=_case.c.version + 1,
        )
    )
    return int(case_id)
