"""Registering, logging in and staying logged in. Only hashes of codes, tokens and ids are kept."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.accounts.rules.work_email import resemblance
from app.core.base import Row
from app.core.roles import Profession


class LogInSession(Row):
    """One log-in that passed both steps. The cookie holds only a random id; this row says whether it still counts."""

    __tablename__ = "log_in_session"

    sid_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column()
    seen_at: Mapped[datetime] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    second_step: Mapped[str] = mapped_column(default="email")
    """How the second step was done: "email" or "app"."""
    proved_at: Mapped[datetime | None] = mapped_column()
    """When they last gave password and code: changing how they log in asks for it anew."""
    device: Mapped[str] = mapped_column(default="")
    address_hash: Mapped[str] = mapped_column(default="")


class LogInChallenge(Row):
    """Somebody whose password was right, waiting for their second step. They are nobody yet."""

    __tablename__ = "log_in_challenge"

    challenge_hash: Mapped[str] = mapped_column(unique=True)
    """Of the random number that only this browser's cookie holds."""
    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    purpose: Mapped[str] = mapped_column(default="log_in")
    """ "log_in", or "prove" for somebody logged in who must show again that it is them."""
    method: Mapped[str] = mapped_column()
    """ "email" or "app"."""
    subject: Mapped[str] = mapped_column()
    """What their tries are counted under: the account, or a device they logged in from before."""
    code_hash: Mapped[str | None] = mapped_column()
    issued_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime] = mapped_column()
    attempts: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column()
    """Used, or replaced by a newer one."""
    codes_sent: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many codes this browser was mailed on the way; a log-in that succeeds gives them back."""
    earlier_challenge_hash: Mapped[str | None] = mapped_column()
    """The challenge that this one replaced in the same browser; its code may still be in the mail."""
    earlier_code_hash: Mapped[str | None] = mapped_column()
    earlier_expires_at: Mapped[datetime | None] = mapped_column()


class Throttle(Row):
    """How often something was tried lately; kept here so that every web process counts in the same place."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(unique=True)
    times: Mapped[list[Any]] = mapped_column(default=list)
    """Seconds since 1970, oldest first; those outside the window are dropped."""
    rests_until: Mapped[datetime | None] = mapped_column()
    touched_at: Mapped[datetime] = mapped_column(index=True)


class SavedSubmission(Row):
    """What somebody typed into a page after their log-in had ended, kept for them alone until they are back."""

    __tablename__ = "kept_post"

    key_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    path: Mapped[str] = mapped_column()
    sealed_fields: Mapped[str] = mapped_column()
    kept_at: Mapped[datetime] = mapped_column(index=True)


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
    mailbox: Mapped[str | None] = mapped_column(index=True)
    """What all addresses of the same mailbox have in common, as with accounts."""
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

    @validates("email")
    def _set_mailbox(self, _key: str, email: str) -> str:
        """Keep the mailbox in step with the address."""
        self.mailbox = resemblance(email)
        return email
