"""Queries of messages: a page of the inbox, people to write to, recipients."""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select, true, union_all
from sqlalchemy.orm import Session

from app.accounts.queries.people import readers
from app.accounts.tables.memberships import is_unconfirmed
from app.accounts.tables.people import Person
from app.children.involvement import linked_children
from app.children.tables import Child, ChildLink
from app.core.database.engine import use_custom_plans
from app.core.database.policies import ROW_POLICIES
from app.core.roles import FAMILY_ROLES, Principal
from app.messages.tables import Message
from app.organisations.tables import Organisation

_message, _organisation = Message.__table__, Organisation.__table__
LINES = 25
SEARCHED = 100_000
"""How many messages a search reads; the label of the search box names the number."""


class Box(enum.Enum):
    """A part of the messages."""

    everything = "everything"
    letters = "letters"
    """What people wrote."""
    notices = "notices"
    """What the portal wrote by itself."""
    mine = "mine"
    team = "team"
    sent = "sent"


INBOXES = frozenset({Box.everything, Box.letters, Box.notices})
"""The parts of what was sent to a reader."""


@dataclass(frozen=True)
class Line:
    """One message in a list. A notification's text is made by the view from `letter` and `facts`."""

    id: int
    subject: str
    letter: str | None
    facts: dict[str, Any]
    sender_name: str
    recipient_name: str
    """Empty when it is in the SEN team's shared inbox."""
    to_team: bool
    child_id: int | None
    child_name: str
    """Empty when it is about no child."""
    created_at: datetime
    is_unread: bool


@dataclass(frozen=True)
class Lines:
    """One page of messages, newest first, and the keys of the pages beside it."""

    lines: Sequence[Line]
    older: int | None
    newer: int | None


@dataclass(frozen=True)
class Addressee:
    """A person the SEN team may write to about a child."""

    person_id: int
    name: str
    is_family: bool
    relationship: str
    organisation: str
    organisation_id: int | None
    """Null for the family, and for a professional who is linked for several organisations."""
    is_unconfirmed: bool
    """A professional whom no one has confirmed as working for their organisation."""


def to_me(who: Principal) -> ColumnElement[bool]:
    """Return the criterion for messages to this person: their own, and for the SEN team its shared inbox."""
    mine = Message.recipient_id == who.user_id
    return or_(mine, Message.recipient_id.is_(None)) if who.in_sen_team else mine


def _in(box: Box, who: Principal) -> ColumnElement[bool]:
    if box is Box.team:
        return Message.recipient_id.is_(None)
    if box is Box.mine:
        return Message.recipient_id == who.user_id
    if box is Box.sent:
        written = Message.sender_id == who.user_id
        return or_(written, Message.from_team.is_(True)) if who.in_sen_team else written
    return to_me(who)


def _written(box: Box) -> ColumnElement[bool]:
    """Return the criterion for who wrote the messages of a box: people, the portal by itself, or either."""
    of_box = {Box.letters: Message.letter.is_(None), Box.notices: Message.letter.is_not(None)}
    return of_box.get(box, true())


def saying(text: str) -> ColumnElement[bool]:
    """Return the criterion for this text in the subject or the sender's name, among the newest hundred thousand.

    No index helps with a part of a word, and a search of all messages of a large county would take seconds.
    """
    newest = select(func.max(Message.id)).scalar_subquery()
    has_text = or_(
        Message.subject.icontains(text, autoescape=True), Message.sender_name.icontains(text, autoescape=True)
    )
    return and_(Message.id > newest - SEARCHED, has_text)


def _everything_of_sqlite(who: Principal) -> ColumnElement[bool]:
    """Return the criterion for this person's and the team's messages, written so that SQLite reads them newest first.

    With "or", SQLite would read and sort all messages ever sent; PostgreSQL would do so with this one.
    """
    return func.coalesce(Message.recipient_id, who.user_id) == who.user_id


def lines_of(
    session: Session, who: Principal, box: Box, before: int | None = None, after: int | None = None
) -> Lines:
    """Return one page of messages, newest first: those before this id, or those after it."""
    if who.in_sen_team:
        use_custom_plans(
            session
        )  # how much of all that was ever sent is theirs decides the way, and only they have so much
    gathers = box in INBOXES and who.in_sen_team and session.get_bind().dialect.name == "sqlite"
    statement = (
        select(
            Message.id,
            Message.subject,
            Message.letter,
            Message.facts,
            Message.sender_name,
            Message.recipient_id,
            Person.first_name,
            Person.last_name,
            Message.child_id,
            Child.forenames,
            Child.surname,
            Message.created_at,
            and_(Message.read_at.is_(None), to_me(who)),
        )
        .outerjoin(Child, Child.id == Message.child_id)
        .outerjoin(Person, Person.id == Message.recipient_id)
        .where(_everything_of_sqlite(who) if gathers else _in(box, who), _written(box))
        .limit(LINES + 1)
    )
    if after is not None:
        rows = session.execute(statement.where(Message.id > after).order_by(Message.id)).all()
        more, rows = len(rows) > LINES, rows[:LINES][::-1]
        lines = [_line(row) for row in rows]
        return Lines(lines, lines[-1].id if lines else None, lines[0].id if more else None)
    if before is not None:
        statement = statement.where(Message.id < before)
    rows = session.execute(statement.order_by(Message.id.desc())).all()
    lines = [_line(row) for row in rows[:LINES]]
    return Lines(
        lines,
        lines[-1].id if len(rows) > LINES else None,
        lines[0].id if lines and before is not None else None,
    )


def _line(row: Any) -> Line:
    return Line(
        id=row[0],
        subject=row[1],
        letter=row[2],
        facts=row[3],
        sender_name=row[4],
        recipient_name=f"{row[6]} {row[7]}".strip() if row[6] else "",
        to_team=row[5] is None,
        child_id=row[8],
        child_name=f"{row[9]} {row[10]}".strip() if row[9] else "",
        created_at=row[11],
        is_unread=bool(row[12]),
    )


def people_linked(session: Session, child_id: int) -> list[Addressee]:
    """Return the people with an open account who are linked to this child in person."""
    rows = session.execute(
        select(
            Person.id,
            Person.first_name,
            Person.last_name,
            ChildLink.part,
            ChildLink.relationship_to_child,
            Organisation.name,
            ChildLink.organisation_id,
            is_unconfirmed(ChildLink.person_id, ChildLink.organisation_id),
        )
        .select_from(ChildLink)
        .join(Person, Person.id == ChildLink.person_id)
        .outerjoin(Organisation, Organisation.id == ChildLink.organisation_id)
        .where(ChildLink.child_id == child_id, ChildLink.ended_at.is_(None), Person.active.is_(True))
        .order_by(Person.last_name, Person.first_name, Person.id)
    )
    found: dict[int, Addressee] = {}
    for row in rows:
        organisation, organisation_id, is_waiting = row[5] or "", row[6], bool(row[7])
        if (other := found.get(row[0])) is not None:  # linked for several organisations: each of them gets it
            organisation, organisation_id = f"{other.organisation}, {organisation}", None
            is_waiting = is_waiting or other.is_unconfirmed
        found[row[0]] = Addressee(
            person_id=row[0],
            name=f"{row[1]} {row[2]}".strip(),
            is_family=row[3] in FAMILY_ROLES,
            relationship=row[4],
            organisation=organisation,
            organisation_id=organisation_id,
            is_unconfirmed=is_waiting,
        )
    return list(found.values())


@dataclass(frozen=True)
class Elsewhere:
    """The unread messages that a person can open when they act for another of their organisations."""

    organisation_id: int
    organisation: str
    messages: int


def unread_elsewhere(connection: Connection, who: Principal) -> list[Elsewhere]:
    """Return the unread messages of a person at each organisation that they work for and do not act for now.

    A message for none of them, about a child whom they see for several, is counted for the first of these.
    """
    others = [
        each
        for each in readers(connection, {who.user_id})[who.user_id].principals
        if each.is_confirmed and each.organisation_id != who.organisation_id
    ]
    if not others:
        return []
    for_none = and_(
        _message.c.organisation_id.is_(None),
        _message.c.child_id.is_not(None),
        _message.c.child_id.not_in(linked_children(who)),
    )
    found = union_all(
        *(
            select(_message.c.id, literal(order).label("place")).where(
                or_(_message.c.organisation_id == each.organisation_id, for_none),
                _message.c.recipient_id == each.user_id,
                _message.c.read_at.is_(None),
                ROW_POLICIES[Message](each),
            )
            for order, each in enumerate(others)
        )
    ).subquery()
    first = select(func.min(found.c.place).label("place")).group_by(found.c.id).subquery()
    rows = connection.execute(select(first.c.place, func.count()).group_by(first.c.place)).all()
    counts = {others[place].organisation_id or 0: count for place, count in rows}
    names = select(_organisation.c.id, _organisation.c.name).where(_organisation.c.id.in_(counts))
    named = connection.execute(names.order_by(_organisation.c.name)).all() if counts else []
    return [Elsewhere(number, name, counts[number]) for number, name in named]


def written_already(session: Session, keys: Sequence[str]) -> list[int]:
    """Return the ids of the messages written before under these keys."""
    return list(session.scalars(select(Message.id).where(Message.event_key.in_(keys))))


def message_recipients(connection: Connection, messages: Collection[int]) -> set[int | None]:
    """Return the recipients of these messages; None is the SEN team's inbox."""
    return set(
        connection.execute(
            select(Message.__table__.c.recipient_id).where(Message.__table__.c.id.in_(messages))
        ).scalars()
    )
