"""Table of who may read submitted forms besides their authors and the SEN team."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, and_
from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Row


class FormShare(Row):
    """One submitted version of a form, readable by one parent or young person, or by the linked professionals."""

    __tablename__ = "form_share"
    __table_args__ = (
        ForeignKeyConstraint(
            ["form_id", "submission_number"],
            ["submission.form_id", "submission.number"],
            name="fk_form_share_submission",
        ),
    )

    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"), index=True)
    submission_number: Mapped[int] = mapped_column()
    link_id: Mapped[int | None] = mapped_column(ForeignKey("child_link.id"), index=True)
    """The link of the parent or young person; null for all professionals linked to the child."""
    with_files: Mapped[bool] = mapped_column(default=True)
    """Whether the unrestricted files of the form may be opened too."""
    on_consent: Mapped[bool] = mapped_column(default=False)
    """Whether the share ends when a consent about this child is withdrawn."""
    shared_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """Null for a share that a migration or the sending of a consent form made."""
    ended_at: Mapped[datetime | None] = mapped_column()


_open = FormShare.ended_at.is_(None)
for _name, _columns, _which in (
    (
        "uq_form_share_open_link",
        ("form_id", "link_id"),
        and_(_open, FormShare.link_id.is_not(None)),
    ),
    ("uq_form_share_open_professionals", ("form_id",), and_(_open, FormShare.link_id.is_(None))),
):
    Index(
        _name,
        *(getattr(FormShare, column) for column in _columns),
        unique=True,
        sqlite_where=_which,
        postgresql_where=_which,
    )
