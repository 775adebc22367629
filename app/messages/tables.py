"""The inbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.tables.people import Person
from app.children.tables import Child
from app.core.base import Row
from app.forms.tables.forms import Form


class Message(Row):
    """One message in one inbox: a person's, or (recipient null) the SEN team's shared one."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_inbox", "recipient_id", "id"),)

    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    """The organisation for which a professional got it; null for everyone else, and for what is about their account."""
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    """The author; null for a notification, so that no one sees which notifications others received of their actions."""
    sender_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    """The organisation for which a professional wrote it."""
    sender_name: Mapped[str] = mapped_column(default="")
    """How the sender is shown: a person's name and organisation, or "SEN team"."""
    from_team: Mapped[bool] = mapped_column(default=False)
    """The author is of the SEN team, whose colleagues may read it too."""
    subject: Mapped[str] = mapped_column()
    body: Mapped[str] = mapped_column(default="")
    letter: Mapped[str | None] = mapped_column()
    """The name of its template (notifications.py of an area). The text is made when it is read, in the reader's language
    and with the child's current name. Null for a message that a person wrote."""
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    child_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"), index=True)
    form_id: Mapped[int | None] = mapped_column(ForeignKey("form.id"))
    """The form it is about, for its link."""
    registration_id: Mapped[int | None] = mapped_column()
    reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    event_key: Mapped[str] = mapped_column(unique=True)
    """Event and recipient, so that a repeat makes no second message."""
    read_at: Mapped[datetime | None] = mapped_column()
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    child: Mapped[Child | None] = relationship(lazy="raise_on_sql")
    form: Mapped[Form | None] = relationship(lazy="raise_on_sql")
    recipient: Mapped[Person | None] = relationship(foreign_keys=[recipient_id], lazy="raise_on_sql")
    sender: Mapped[Person | None] = relationship(foreign_keys=[sender_id], lazy="raise_on_sql")

    def __repr__(self) -> str:
        return self.subject


_unread = Message.read_at.is_(None)
_to_team = Message.recipient_id.is_(None)
# PostgreSQL cannot use an index on recipient_id for "is null" in this order, so the team's inbox has its own indexes.
for _name, _column, _of in (
    ("ix_message_unread", Message.recipient_id, _unread),
    ("ix_message_team", Message.id, _to_team),
    ("ix_message_team_unread", Message.id, and_(_to_team, _unread)),
    ("ix_message_from_people", Message.id, Message.letter.is_(None)),
):
    Index(_name, _column, sqlite_where=_of, postgresql_where=_of)

UNREAD_ANSWERS = and_(_to_team, _unread, Message.child_id.is_not(None), Message.sender_id.is_not(None))
"""Messages about a child that people wrote to the SEN team and that no one there has read."""
