"""Tables of registrations, log-ins and sessions. Of codes, tokens and session ids only hashes are stored."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.accounts.rules.work_email import resemblance
from app.core.base import Row
from app.core.roles import Profession


class LogInSession(Row):
    """One session that passed both steps. The cookie holds only a random id; this row decides whether it is valid."""

    __tablename__ = "log_in_session"

    sid_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column()
    seen_at: Mapped[datetime] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    second_step: Mapped[str] = mapped_column(default="email")
    """How the second step was done: "email" or "app"."""
    proved_at: Mapped[datetime | None] = mapped_column()
    """When they last gave password and code; changing how they log in requires both again."""
    device: Mapped[str] = mapped_column(default="")
    address_hash: Mapped[str] = mapped_column(default="")


class LogInChallenge(Row):
    """A person whose password was right and who still needs the second step. They are not logged in yet."""

    __tablename__ = "log_in_challenge"

    challenge_hash: Mapped[str] = mapped_column(unique=True)
    """The hash of the random secret that only this browser's cookie holds."""
    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    purpose: Mapped[str] = mapped_column(default="log_in")
    """ "log_in", or "prove" for a logged-in person who has to show again who they are"""
    method: Mapped[str] = mapped_column()
    """ "email" or "app"."""
    subject: Mapped[str] = mapped_column()
    """The key under which tries are counted: the account, or a device they logged in from before."""
    code_hash: Mapped[str | None] = mapped_column()
    issued_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime] = mapped_column()
    attempts: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column()
    """Used, or replaced by a newer one."""
    codes_sent: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many codes this browser was mailed during this log-in; a successful log-in does not count them."""
    earlier_challenge_hash: Mapped[str | None] = mapped_column()
    """The challenge that this one replaced in the same browser; its code may still be in the mail."""
    earlier_code_hash: Mapped[str | None] = mapped_column()
    earlier_expires_at: Mapped[datetime | None] = mapped_column()


class SavedSubmission(Row):
    """A form that was sent after the log-in had ended, stored for its author alone until they are back."""

    __tablename__ = "kept_post"

    key_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column()
    """The organisation that its author acted for on the page; null for those who work for none."""
    path: Mapped[str] = mapped_column()
    sealed_fields: Mapped[str] = mapped_column()
    kept_at: Mapped[datetime] = mapped_column(index=True)


class RegistrationState(enum.Enum):
    """The state of a registration."""

    unconfirmed = "unconfirmed"
    waiting = "waiting"
    approved = "approved"
    refused = "refused"


class Registration(Row):
    """The details that an applicant entered when they registered."""

    __tablename__ = "registration"
    __table_args__ = (Index("ix_registration_state", "state", "created_at"),)

    email: Mapped[str] = mapped_column(index=True)
    mailbox: Mapped[str | None] = mapped_column(index=True)
    """The common form of all addresses of the same mailbox, as with accounts."""
    first_name: Mapped[str] = mapped_column()
    last_name: Mapped[str] = mapped_column()
    profession: Mapped[Profession] = mapped_column()
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    organisation_named: Mapped[str] = mapped_column(default="")
    """The name they entered when their organisation was not in the list."""
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
        """Update the mailbox together with the address."""
        self.mailbox = resemblance(email)
        return email
