"""Table of files attached to forms. The content is in the file store under a random key; the name is only here."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey
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
    """One file attached to one question of one form."""

    __tablename__ = "document"

    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"), index=True)
    section: Mapped[str] = mapped_column()
    question: Mapped[str] = mapped_column()
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

    form: Mapped["Form"] = relationship(lazy="raise_on_sql")
