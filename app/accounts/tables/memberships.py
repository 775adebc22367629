"""Table of memberships: which person works for which organisation, from when to when."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, exists, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.base import Row, utc_now
from app.organisations.tables import Organisation

if TYPE_CHECKING:
    from app.accounts.tables.people import Person


class Membership(Row):
    """A person's work for one organisation. Lock the account before you change one."""

    __tablename__ = "membership"
    __table_args__ = (Index("ix_membership_organisation", "organisation_id", "ended_at", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    job_title: Mapped[str | None] = mapped_column()
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column()
    confirmed_at: Mapped[datetime | None] = mapped_column()
    """When the organisation's lead or the SEN team confirmed that they work there; null while they wait."""
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """Who confirmed it, or who refused it where it was never confirmed."""
    leads: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether they confirm who works for the organisation."""
    acted_for: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether this is the organisation that the person acts for now; never true once the membership has ended."""

    person: Mapped["Person"] = relationship(foreign_keys=[person_id], back_populates="memberships")
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


_open = Membership.ended_at.is_(None)
OPEN_AND_CONFIRMED = and_(_open, Membership.confirmed_at.is_not(None))
"""The person works there, and this was confirmed."""

for _name, _columns, _of in (
    ("uq_membership_open", (Membership.person_id, Membership.organisation_id), _open),
    ("uq_membership_acted_for", (Membership.person_id,), Membership.acted_for.is_(True)),
):
    Index(_name, *_columns, unique=True, sqlite_where=_of, postgresql_where=_of)


def is_unconfirmed(person_id: Any, organisation_id: Any, sent_at: Any = None) -> ColumnElement[bool]:
    """Return the criterion for a person whose newest membership of an organisation was not confirmed.

    With `sent_at`, what they sent counts: it stays confirmed although that membership ended later and they wait to be
    confirmed again. It reads the tables below the ORM, where no row filter hides the membership of a person of another organisation.
    """
    own, newer = Membership.__table__.alias(), Membership.__table__.alias()
    a_newer_one = exists().where(
        newer.c.person_id == own.c.person_id,
        newer.c.organisation_id == own.c.organisation_id,
        newer.c.id > own.c.id,
    )
    unconfirmed = exists().where(
        own.c.person_id == person_id,
        own.c.organisation_id == organisation_id,
        own.c.confirmed_at.is_(None),
        ~a_newer_one.correlate_except(newer),
    )
    if sent_at is None:
        return unconfirmed.correlate_except(own)
    then = Membership.__table__.alias()
    worked_there = exists().where(
        then.c.person_id == person_id,
        then.c.organisation_id == organisation_id,
        then.c.confirmed_at.is_not(None),
        then.c.ended_at >= sent_at,
    )
    return and_(unconfirmed.correlate_except(own), ~worked_there.correlate_except(then))
