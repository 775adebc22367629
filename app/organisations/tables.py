"""Tables of the organisations professionals work for, and of their email domains."""

from sqlalchemy import ForeignKey, false
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
