"""Tables of the organisations professionals work for, of their email domains, and of the holidays of schools."""

from datetime import date

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.core.base import Row
from app.core.former_names import FormerNames
from app.core.roles import Profession


class Organisation(FormerNames, Row):
    """A school, setting, service, trust or the council itself."""

    __tablename__ = "organisation"

    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Profession] = mapped_column(index=True)
    urn: Mapped[str | None] = mapped_column(unique=True)
    former_urns: Mapped[str | None] = mapped_column()
    """The URNs that it had before, one a line: an academy that follows a school has a new one."""
    address: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)

    @validates("name")
    def _remember_name(self, _key: str, name: str) -> str:
        """Keep the name before, by whatever way it is changed."""
        if self.name and self.name != name:
            self.remember_name(self.name)
        return name

    def remember_urn(self, urn: str) -> None:
        """Give it another URN, and add the one before to those that it had."""
        before = [*(self.former_urns or "").split("\n"), self.urn or ""]
        self.former_urns = "\n".join(dict.fromkeys(each for each in before if each and each != urn)) or None
        self.urn = urn

    def __repr__(self) -> str:
        return self.name


class WorkDomain(Row):
    """A recognised work email domain: people who confirm an address in it need no approval to open an account."""

    __tablename__ = "work_domain"

    domain: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    includes_subdomains: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether addresses at a subdomain, like pupils.school.sch.uk, count as this domain's too."""
    note: Mapped[str] = mapped_column(default="")

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")

    def __repr__(self) -> str:
        return self.domain


class SchoolHoliday(Row):
    """Days on which a school or early years setting is closed."""

    __tablename__ = "school_holiday"
    __table_args__ = (Index("ix_school_holiday_organisation_id", "organisation_id", "first_day"),)

    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    """The school; null for all that have no holidays of their own."""
    name: Mapped[str] = mapped_column()
    first_day: Mapped[date] = mapped_column()
    last_day: Mapped[date] = mapped_column()
    """Both inclusive."""

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")

    def __repr__(self) -> str:
        return self.name
