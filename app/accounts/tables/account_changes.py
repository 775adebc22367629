"""Tables of account changes that wait: for their delay to end, or for the SEN team to decide."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.tables.people import Person
from app.core.base import Row
from app.organisations.tables import Organisation


class EmailChange(Row):
    """A new email address for an account: requested, confirmed from the new mailbox, applied after a delay."""

    __tablename__ = "email_change"

    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    new_email: Mapped[str] = mapped_column()
    confirmed_at: Mapped[datetime | None] = mapped_column()
    takes_effect_at: Mapped[datetime | None] = mapped_column()
    """Set when the new address is confirmed; until then codes go to the old one."""
    applied_at: Mapped[datetime | None] = mapped_column()
    cancelled_at: Mapped[datetime | None] = mapped_column()


_pending = and_(EmailChange.applied_at.is_(None), EmailChange.cancelled_at.is_(None))
_confirmed = and_(_pending, EmailChange.confirmed_at.is_not(None))
Index(
    "ix_email_change_pending",
    EmailChange.person_id,
    unique=True,
    sqlite_where=_pending,
    postgresql_where=_pending,
)
Index(
    "ix_email_change_confirmed",
    EmailChange.new_email,
    unique=True,
    sqlite_where=_confirmed,
    postgresql_where=_confirmed,
)


class ProposalState(enum.Enum):
    """The state of a proposed change."""

    waiting = "waiting"
    approved = "approved"
    refused = "refused"
    withdrawn = "withdrawn"


class OrganisationChange(Row):
    """A professional's proposal to belong to another organisation; it decides access, so the SEN team approves it."""

    __tablename__ = "organisation_change"

    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    from_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    to_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reason: Mapped[str] = mapped_column(default="")
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.waiting)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column()
    decision_reason: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="raise_on_sql")
    from_organisation: Mapped[Organisation | None] = relationship(
        foreign_keys=[from_organisation_id], lazy="raise_on_sql"
    )
    to_organisation: Mapped[Organisation] = relationship(
        foreign_keys=[to_organisation_id], lazy="raise_on_sql"
    )


_waiting = OrganisationChange.state == ProposalState.waiting
Index(
    "ix_organisation_change_waiting",
    OrganisationChange.person_id,
    unique=True,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)
