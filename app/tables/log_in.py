"""Registering, logging in and staying logged in. Only hashes of codes, tokens and ids are kept."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.roles import Profession
from app.tables.base import Row


class LogInSession(Row):
    """One log-in that passed both steps. The cookie holds only a random id; this row says whether it still counts."""

    __tablename__ = "log_in_session"

    sid_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column()
    seen_at: Mapped[datetime] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    second_step: Mapped[str] = mapped_column(default="email")
    device: Mapped[str] = mapped_column(default="")
    address_hash: Mapped[str] = mapped_column(default="")


class RegistrationState(enum.Enum):
    """Where somebody's asking for an account stands."""

    unconfirmed = "unconfirmed"
    waiting = "waiting"
    approved = "approved"
    refused = "refused"


class Registration(Row):
    """What somebody told us when they asked for an account."""

    __tablename__ = "registration"
    __table_args__ = (Index("ix_registration_state", "state", "created_at"),)

    email: Mapped[str] = mapped_column(index=True)
    first_name: Mapped[str] = mapped_column()
    last_name: Mapped[str] = mapped_column()
    profession: Mapped[Profession] = mapped_column()
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    organisation_named: Mapped[str] = mapped_column(default="")
    """What they typed when their organisation was not in the list."""
    job_title: Mapped[str] = mapped_column()
    address: Mapped[str] = mapped_column()
    postcode: Mapped[str] = mapped_column()
    phone: Mapped[str] = mapped_column()
    state: Mapped[RegistrationState] = mapped_column(default=RegistrationState.unconfirmed)
    confirmed_at: Mapped[datetime | None] = mapped_column()
    person_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column()
    decision_reason: Mapped[str] = mapped_column(default="")
