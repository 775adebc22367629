"""Table of people with an account: AppBuilder's user table with the portal's own columns."""

from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.accounts.rules.work_email import resemblance
from app.core.roles import Profession
from app.organisations.tables import Organisation


def names_in(former: str | None) -> tuple[str, ...]:
    """Return the names in the column `former_names`."""
    return tuple(former.split("\n")) if former else ()


class Person(User):
    """A person who can log in.

    `username` is a random id; the work email, lower-cased, is the only name to log in by.
    """

    profession: Mapped[Profession | None] = mapped_column()
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    organisation_confirmed_at: Mapped[datetime | None] = mapped_column()
    """When the organisation's lead or the SEN team confirmed that they work there; null while they wait."""
    organisation_confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    leads_organisation: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether they confirm who works for their organisation."""
    mailbox: Mapped[str | None] = mapped_column(index=True)
    """The common form of all addresses of one mailbox (accounts/rules/work_email.py); never an address to send to."""
    former_names: Mapped[str | None] = mapped_column()
    """Names that they had before they corrected them, one a line; a form may name them by one of these."""
    job_title: Mapped[str | None] = mapped_column()
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

    organisation: Mapped[Organisation | None] = relationship()

    @validates("email")
    def _set_mailbox(self, _key: str, email: str) -> str:
        """Update the mailbox together with the address."""
        self.mailbox = resemblance(email)
        return email

    @property
    def earlier_names(self) -> tuple[str, ...]:
        """The names that they had before, oldest first."""
        return names_in(self.former_names)

    def remember_name(self, name: str) -> None:
        """Add a name to those that they had before."""
        self.former_names = "\n".join(dict.fromkeys([*self.earlier_names, name]))

    @property
    def is_unconfirmed(self) -> bool:
        """Whether they belong to an organisation and are not confirmed as working there."""
        return self.organisation_id is not None and self.organisation_confirmed_at is None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()
