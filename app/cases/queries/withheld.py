"""Withhold plans and notices that were sent to the family, and find the notices of cases for their readers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from app.cases.notice_tables import Notice, NoticeCopy
from app.cases.tables import Case
from app.documents.tables import Document, DocumentReader

_case, _copy, _file, _notice, _reader = (
    each.__table__ for each in (Case, NoticeCopy, Document, Notice, DocumentReader)
)


def withhold_sent(session: Session, child_id: int, now: datetime) -> bool:
    """Withhold every plan and notice about a child from the people of the family who can open it; return whether there
    were any.

    The author of a form may not see to whom something was sent, so these are Core statements, which no row filter
    applies to. Copies of notices come first: the worker that makes their files holds the copy until they have readers.
    """
    session.flush()
    notices = (
        select(_notice.c.id).join(_case, _case.c.id == _notice.c.case_id).where(_case.c.child_id == child_id)
    )
    files = select(_file.c.id).where(_file.c.child_id == child_id, _file.c.case_id.is_not(None))
    statements = (
        update(_copy).where(
            _copy.c.notice_id.in_(notices), _copy.c.link_id.is_not(None), _copy.c.withheld_at.is_(None)
        ),
        update(_reader).where(_reader.c.document_id.in_(files), _reader.c.withheld_at.is_(None)),
    )
    changed = [session.execute(each.values(withheld_at=now)).rowcount for each in statements]  # type: ignore[attr-defined]
    for row in list(session):
        if isinstance(row, Notice | NoticeCopy | DocumentReader):
            session.expire(row)
    return any(changed)


def notices_in(case_ids: Collection[int]) -> Select[tuple[int]]:
    """Return the query for the notices of cases, for copies that the row filter shows: it hides a withheld notice, and its
    reader is to see that there is one."""
    found: Select[tuple[int]] = select(_notice.c.id).where(_notice.c.case_id.in_(case_ids))
    return found


@dataclass(frozen=True)
class NoticeDates:
    """When a notice was served, and the last days for mediation and an appeal where it gives the right."""

    served_on: date
    mediation_until: date | None
    appeal_until: date | None


def dates_of(session: Session, notice_ids: Collection[int]) -> dict[int, NoticeDates]:
    """Return the dates of notices that are withheld from their reader: the time to appeal runs all the same."""
    columns = (_notice.c.id, _notice.c.served_on, _notice.c.mediation_until, _notice.c.appeal_until)
    rows = session.execute(select(*columns).where(_notice.c.id.in_(notice_ids)))
    return {row[0]: NoticeDates(*row[1:]) for row in rows}
