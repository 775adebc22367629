"""Parents, carers and young people whom the SEN team has invited to the portal."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.workflow import Part
from app.tables.base import Row
from app.tables.people import Person


class Invitation(Row):
    """Somebody was asked to open an account and follow one child. They are linked only when they accept."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_open", "email", "accepted_at", "withdrawn_at"),)

    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    first_name: Mapped[str] = mapped_column()
    last_name: Mapped[str] = mapped_column()
    email: Mapped[str] = mapped_column()
    relationship_to_child: Mapped[str] = mapped_column()
    """What they are to the child, in words: "Mother", "Foster carer", "The young person"."""
    part: Mapped[Part] = mapped_column(default=Part.parent)
    """parent for a parent or carer, young_person for the young person."""
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    sent_at: Mapped[datetime] = mapped_column()
    """When the newest link went out."""
    accepted_at: Mapped[datetime | None] = mapped_column()
    withdrawn_at: Mapped[datetime | None] = mapped_column()

    invited_by: Mapped[Person] = relationship(lazy="raise_on_sql")

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()
