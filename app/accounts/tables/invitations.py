"""Table of invitations to open an account: of parents for one child, of professionals, and of the council's staff."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, and_, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.tables.people import Person
from app.core.base import Row
from app.core.roles import Role, WorkflowRole
from app.organisations.tables import Organisation


class Invitation(Row):
    """An invitation to open an account with one role. The person gets the role, and the child, only by accepting."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_open", "email", "accepted_at", "withdrawn_at"),)

    role: Mapped[Role] = mapped_column(default=Role.parent, server_default=Role.parent.name)
    child_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"), index=True)
    """The child that a parent is to follow; null for other roles."""
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    """The organisation that a professional works for; null for other roles."""
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str] = mapped_column(default="")
    """Entered by the SEN team for parents, by the invited person for other roles."""
    job_title: Mapped[str] = mapped_column(default="", server_default="")
    email: Mapped[str] = mapped_column()
    relationship_to_child: Mapped[str] = mapped_column(default="")
    """Their relationship to the child in words: "Mother", "Foster carer", "The young person"."""
    part: Mapped[WorkflowRole] = mapped_column(default=WorkflowRole.parent)
    """parent for a parent or carer, young_person for the young person."""
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    sent_at: Mapped[datetime] = mapped_column()
    """When the newest link was sent; when the invitation was made, while a second administrator has to confirm it."""
    second_needed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a second administrator has to confirm it before any link is sent."""
    second_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    second_at: Mapped[datetime | None] = mapped_column()
    accepted_at: Mapped[datetime | None] = mapped_column()
    withdrawn_at: Mapped[datetime | None] = mapped_column()

    invited_by: Mapped[Person] = relationship(foreign_keys=[invited_by_id], lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")

    @property
    def name(self) -> str:
        """First and last name; empty until the invited person has entered them."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def awaits_second(self) -> bool:
        """Whether a second administrator still has to confirm it."""
        return self.second_needed and self.second_at is None


_open = and_(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
_of_child, _of_staff = (
    and_(_open, Invitation.child_id.is_not(None)),
    and_(_open, Invitation.child_id.is_(None)),
)
Index(
    "uq_invitation_open_child",
    Invitation.child_id,
    Invitation.email,
    unique=True,
    sqlite_where=_of_child,
    postgresql_where=_of_child,
)
Index(
    "uq_invitation_open_account",
    Invitation.email,
    unique=True,
    sqlite_where=_of_staff,
    postgresql_where=_of_staff,
)
