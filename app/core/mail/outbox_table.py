"""Mail to be sent: the truth of what still has to go out, whatever happens to the worker."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, and_
from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Row, utc_now

CODE_LANE, LETTER_LANE, DIGEST_LANE = 0, 1, 2
"""A code's mail never waits behind a digest."""


class OutboxMail(Row):
    """One e-mail, written in the same commit as what it tells of; sent, retried, or given up on by the worker."""

    __tablename__ = "outbox"

    dedupe_key: Mapped[str] = mapped_column(unique=True)
    letter: Mapped[str] = mapped_column()
    """Which e-mail template."""
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    to_address: Mapped[str] = mapped_column()
    locale: Mapped[str] = mapped_column(default="en")
    sealed_facts: Mapped[str | None] = mapped_column()
    """What the template needs (a link, a code), sealed; emptied once sent."""
    lane: Mapped[int] = mapped_column(default=LETTER_LANE)
    run_at: Mapped[datetime] = mapped_column(default=utc_now)
    lease_until: Mapped[datetime | None] = mapped_column()
    leased_by: Mapped[str | None] = mapped_column()
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column()
    dead_at: Mapped[datetime | None] = mapped_column()
    last_error: Mapped[str] = mapped_column(default="")
    request_id: Mapped[str] = mapped_column(default="", server_default="")
    """The request it stems from, so that the log of the page and of the worker can be put together."""


_waiting = and_(OutboxMail.sent_at.is_(None), OutboxMail.dead_at.is_(None))
Index(
    "ix_outbox_waiting",
    OutboxMail.lane,
    OutboxMail.run_at,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)
_given_up = OutboxMail.dead_at.is_not(None)
Index("ix_outbox_given_up", OutboxMail.dead_at, sqlite_where=_given_up, postgresql_where=_given_up)
