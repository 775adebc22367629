"""Table of people with an account: AppBuilder's user table with the portal's own columns."""

from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import and_
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.accounts.rules.work_email import resemblance
from app.accounts.tables.memberships import Membership
from app.core.former_names import FormerNames
from app.core.roles import Profession
from app.organisations.tables import Organisation


class Person(FormerNames, User):
    """A person who can log in.

    `username` is a random id; the work email, lower-cased, is the only name to log in by.
    """

    profession: Mapped[Profession | None] = mapped_column()
    """The profession entered with the account, which counts while they work for no organisation."""
    mailbox: Mapped[str | None] = mapped_column(index=True)
    """The common form of all addresses of one mailbox (accounts/rules/work_email.py); never an address to send to."""
    address: Mapped[str | None] = mapped_column()
    postcode: Mapped[str | None] = mapped_column()
    phone: Mapped[str | None] = mapped_column()
    two_step: Mapped[str | None] = mapped_column()
    """How the second step is done: "email" or "app", always set once an account is open."""
    totp_secret: Mapped[str | None] = mapped_column()
    """The authenticator app's secret, encrypted with the file key; null until one is added and confirmed."""
    totp_last_step: Mapped[int | None] = mapped_column()
    """The half minute whose app code was used last: no code works twice."""
    password_changed_at: Mapped[datetime | None] = mapped_column()
    known_devices_from: Mapped[datetime | None] = mapped_column()
    """Devices known since before this moment are no longer recognised; null while none was ever forgotten."""
    locale: Mapped[str | None] = mapped_column()
    """The language they chose for pages and mail; null for English."""

    memberships: Mapped[list[Membership]] = relationship(
        primaryjoin=lambda: and_(Person.id == Membership.person_id, Membership.ended_at.is_(None)),
        foreign_keys=lambda: [Membership.person_id],
        back_populates="person",
        order_by=Membership.id,
    )
    """Those that have not ended, as far as the reader may see them."""
    organisations: Mapped[list[Organisation]] = relationship(
        secondary="membership",
        primaryjoin="and_(Person.id == membership.c.person_id, membership.c.ended_at.is_(None))",
        secondaryjoin="Organisation.id == membership.c.organisation_id",
        order_by=Organisation.name,
        viewonly=True,
    )
    """The organisations that they work for."""

    @validates("email")
    def _set_mailbox(self, _key: str, email: str) -> str:
        """Update the mailbox together with the address."""
        self.mailbox = resemblance(email)
        return email

    @property
    def membership(self) -> Membership | None:
        """The membership of the organisation that they act for, or None."""
        return next((each for each in self.memberships if each.acted_for), None)

    def membership_in(self, organisation_id: int | None) -> Membership | None:
        """Return their open membership of this organisation, or None."""
        return next((each for each in self.memberships if each.organisation_id == organisation_id), None)

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()
