"""The inbox."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.tables.base import Row
from app.tables.children import Child
from app.tables.people import Person


class Message(Row):
    """One message in one inbox: a person's, or (recipient null) the SEN team's shared one."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_unread", "recipient_id", "read_at"),
        Index("ix_message_inbox", "recipient_id", "created_at"),
    )

    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    sender_name: Mapped[str] = mapped_column(default="")
    """How the sender is shown: a person's name and organisation, or "SEN team"."""
    subject: Mapped[str] = mapped_column()
    body: Mapped[str] = mapped_column(default="")
    child_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"), index=True)
    form_id: Mapped[int | None] = mapped_column(ForeignKey("form.id"))
    """What it speaks of, and opens."""
    registration_id: Mapped[int | None] = mapped_column()
    reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    event_key: Mapped[str] = mapped_column(unique=True)
    """Event, recipient and channel: telling the same thing twice makes one message."""
    read_at: Mapped[datetime | None] = mapped_column()
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    child: Mapped[Child | None] = relationship(lazy="raise_on_sql")
    recipient: Mapped[Person | None] = relationship(foreign_keys=[recipient_id], lazy="raise_on_sql")
