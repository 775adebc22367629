"""Table of links sent by mail, with which a person confirms that an address is theirs."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Row


class Purpose(enum.Enum):
    """The one purpose for which a mailed link works."""

    register = "register"
    reset = "reset"
    email = "email"
    invite = "invite"
    not_me = "not_me"
    """The owner did not ask for the change of address in the mail."""
    app_reset = "app_reset"
    """An administrator allows the owner to log in without their authenticator app."""


class MailedLink(Row):
    """One link: single use, for one purpose and one address. Only its hash is stored."""

    __tablename__ = "mailed_link"
    __table_args__ = (Index("ix_mailed_link_open", "purpose", "email", "used_at"),)

    token_hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[Purpose] = mapped_column()
    email: Mapped[str] = mapped_column()
    """The address it was sent to, and so the one it confirms."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    """The account it is about, where there is one already."""
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()
    """When it was used, or replaced by a newer link."""
    chosen_password: Mapped[str | None] = mapped_column()
    """The hash of the password chosen through this link, until the account is open; then emptied.

    It is stored here and not with the registration because no role may read this table, not even through a list.
    """
