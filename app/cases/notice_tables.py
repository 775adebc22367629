"""Tables of the statutory notices: the versions of their texts, each notice as it was served, and its copies."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.tables.people import Person
from app.cases.plan_tables import Served
from app.cases.rules.notices import NoticeKind
from app.core.base import Row


class NoticeTemplate(Row):
    """One version of the text of a notice. Rows are never changed: what was served keeps its version."""

    __tablename__ = "notice_template"
    __table_args__ = (UniqueConstraint("kind", "number"),)

    kind: Mapped[NoticeKind] = mapped_column()
    number: Mapped[int] = mapped_column()
    """1 is the version that came with the portal."""
    title: Mapped[str] = mapped_column()
    body: Mapped[str] = mapped_column()
    """Plain paragraphs with headings, lists and merge fields (rules/notices.py)."""
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """The manager who entered this version; null for those that came with the portal."""

    entered_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class Notice(Row):
    """A notice as it was served in a case. Rows are never changed."""

    __tablename__ = "notice"

    case_id: Mapped[int] = mapped_column(ForeignKey("ehc_case.id"), index=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("notice_template.id"))
    """The version of the text that it was written from."""
    kind: Mapped[NoticeKind] = mapped_column()
    title: Mapped[str] = mapped_column()
    body: Mapped[str] = mapped_column()
    """The text as served; the name of the recipient is the only merge field in it, and each copy has its own."""
    served_on: Mapped[date] = mapped_column()
    served: Mapped[Served] = mapped_column()
    mediation_until: Mapped[date | None] = mapped_column()
    """Of a notice that gives the right: the last day to contact the mediation adviser."""
    appeal_until: Mapped[date | None] = mapped_column()
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))

    recorded_by: Mapped[Person] = relationship(lazy="raise_on_sql")


class NoticeCopy(Row):
    """The copy of a notice for one recipient: a person of the family by name, or another one in the officer's words."""

    __tablename__ = "notice_copy"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), index=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("child_link.id"), index=True)
    """The link to the child of a person who reads it in the portal; null for everyone else."""
    recipient: Mapped[str] = mapped_column()
    pdf_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The file that the worker made; null until then."""
    docx_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    withheld_at: Mapped[datetime | None] = mapped_column()
    """When an address of the child became secret after this was sent; its text and files cannot be read in the portal
    until the SEN team has checked them. Null while they can."""

    notice: Mapped[Notice] = relationship(lazy="raise_on_sql")
    """Not to be used for its reader while it is withheld: the row filter hides the text."""


WITHOUT_FILES = or_(NoticeCopy.pdf_id.is_(None), NoticeCopy.docx_id.is_(None))
"""Copies of which the worker still has to make a file."""
Index(
    "ix_notice_copy_without_files",
    NoticeCopy.id,
    sqlite_where=WITHOUT_FILES,
    postgresql_where=WITHOUT_FILES,
)
