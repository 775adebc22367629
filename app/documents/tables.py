"""Tables of files attached to forms and cases. The content is in the file store under a random key; the name is only here."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.base import Row

if TYPE_CHECKING:
    from app.forms.tables.forms import Form


class DocumentState(enum.Enum):
    """The result of the virus scan; only a clean file can be opened."""

    received = "received"
    clean = "clean"
    refused = "refused"


class Document(Row):
    """One file: attached to one question of one form, or to a case."""

    __tablename__ = "document"
    __table_args__ = (CheckConstraint("(form_id IS NULL) <> (case_id IS NULL)", name="of_form_or_case"),)

    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    form_id: Mapped[int | None] = mapped_column(ForeignKey("form.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("ehc_case.id"), index=True)
    section: Mapped[str] = mapped_column(default="")
    question: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column()
    media_type: Mapped[str] = mapped_column()
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column()
    storage_key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[DocumentState] = mapped_column(default=DocumentState.received)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    given_at: Mapped[datetime | None] = mapped_column()
    """When the form it belongs to was first sent; until then it is part of a draft."""
    sent_number: Mapped[int | None] = mapped_column()
    """The newest submission that this file was part of."""
    restricted: Mapped[bool] = mapped_column(default=False)
    """Attached to a question that only the SEN team and its authors may read."""
    removed_at: Mapped[datetime | None] = mapped_column()

    form: Mapped["Form | None"] = relationship(lazy="raise_on_sql")


class DocumentReader(Row):
    """One person of the family to whom the SEN team sent a file of a case in the portal.

    Only `withheld_at` of a row is changed: when an address becomes secret, and when the SEN team has checked the file.
    """

    __tablename__ = "document_reader"
    __table_args__ = (UniqueConstraint("document_id", "link_id"),)

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    link_id: Mapped[int] = mapped_column(ForeignKey("child_link.id"), index=True)
    """The person's link to the child; the file can be opened while it is open."""
    withheld_at: Mapped[datetime | None] = mapped_column()
    """When an address of the child became secret after this was sent; the file cannot be opened until the SEN team has
    checked it. Null while it can be opened."""
