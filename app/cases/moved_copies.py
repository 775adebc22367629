"""Let each person of the family read what was sent to them by name, once two records are one and once they are two again.

What is sent is addressed to a person's link to the record. A merge ends the links that a person had twice, and undoing it
gives cases and forms back to the other record, so that a copy may be addressed to a link through which it cannot be read.
It then goes to the same person's open link to the record that it is about; a person without one gets nothing.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from app.cases.notice_tables import Notice, NoticeCopy
from app.cases.tables import Case
from app.children.tables import ChildLink
from app.documents.tables import Document, DocumentReader
from app.forms.tables.forms import Form
from app.forms.tables.shares import FormShare

_link, _document, _notice, _case, _form = (
    each.__table__ for each in (ChildLink, Document, Notice, Case, Form)
)

ADDRESSED: Mapping[type[Any], Callable[[Any], Select[Any]]] = {
    DocumentReader: lambda row: select(_document.c.child_id).where(_document.c.id == row.c.document_id),
    NoticeCopy: lambda row: (
        select(_case.c.child_id)
        .join(_notice, _notice.c.case_id == _case.c.id)
        .where(_notice.c.id == row.c.notice_id)
    ),
    FormShare: lambda row: select(_form.c.child_id).where(_form.c.id == row.c.form_id),
}
"""The tables whose rows are addressed to a link, each with the query for the record that a row is about."""
_ONCE: Mapping[type[Any], str] = {
    DocumentReader: "document_id",
    NoticeCopy: "notice_id",
    FormShare: "form_id",
}
"""What a link has at most one row for."""


def readdress(session: Session, child_ids: Collection[int], ended: Collection[int] = ()) -> None:
    """Address what was sent to people of these records to their open link to the record that it is about.

    `ended` are the links that a merge ended because the person had two. A link that was ended otherwise keeps its rows:
    whom the SEN team removed reads nothing again by a merge or by its undoing.
    """
    session.flush()
    for table in ADDRESSED:
        _readdress(session, table, child_ids, ended)
    for row in list(session):
        if isinstance(row, tuple(ADDRESSED)):
            session.expire(row)


def _readdress(
    session: Session, table: type[Any], child_ids: Collection[int], ended: Collection[int]
) -> None:
    row: Any = table.__table__
    about = ADDRESSED[table](row).correlate(row).scalar_subquery()
    link, own = _link.alias(), _link.alias()
    of_the_same_person = and_(
        own.c.person_id == link.c.person_id,
        own.c.organisation_id.is_not_distinct_from(link.c.organisation_id),
        own.c.part == link.c.part,
        own.c.id != link.c.id,
        own.c.ended_at.is_(None),
    )
    is_astray = or_(link.c.id.in_(ended), and_(link.c.ended_at.is_(None), link.c.child_id != about))
    to_own = (
        select(own.c.id)
        .select_from(link.join(own, of_the_same_person))
        .where(link.c.id == row.c.link_id, own.c.child_id == about, is_astray)
        .order_by(own.c.id)
        .limit(1)
        .correlate(row)
        .scalar_subquery()
    )
    of_records = select(link.c.id).where(or_(link.c.child_id.in_(child_ids), link.c.id.in_(ended)))
    criteria = [row.c.link_id.in_(of_records), to_own.is_not(None)]
    if "ended_at" in row.c:
        criteria.append(row.c.ended_at.is_(None))
    if table in _ONCE:
        other, name = row.alias(), _ONCE[table]
        twice = select(other.c.id).where(other.c[name] == row.c[name], other.c.link_id == to_own)
        if "ended_at" in row.c:
            twice = twice.where(other.c.ended_at.is_(None))
        criteria.append(~twice.correlate(row).exists())
    session.execute(update(row).where(*criteria).values(link_id=to_own))
