"""Children and young people, and the people and organisations linked to them."""

from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Computed, ForeignKey, Index, Text, and_, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.tables.people import Person
from app.children.rules.spelling import spelling_key_sql
from app.core.base import Row
from app.core.roles import WorkflowRole
from app.organisations.tables import Organisation


class Child(Row):
    """A child or young person with a record in the portal."""

    __tablename__ = "child"

    forenames: Mapped[str] = mapped_column()
    surname: Mapped[str] = mapped_column()
    """Empty for a child with one name only, whose `has_no_surname` is true."""
    has_no_surname: Mapped[bool] = mapped_column(default=False, server_default=false())
    known_as: Mapped[str] = mapped_column(default="")
    search_name: Mapped[str] = mapped_column(index=True)
    """Surname, forenames, then what the child is known as, in lower case without accents, by which lists are sorted;
    ChildName has its words."""
    date_of_birth: Mapped[date] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="", index=True)
    postcode_missing_reason: Mapped[str | None] = mapped_column()
    """A code of app/seed/reference/postcode_missing_reasons.json, while there is no UK postcode."""
    upn: Mapped[str | None] = mapped_column(index=True)
    upn_missing_reason: Mapped[str | None] = mapped_column()
    nhs_number: Mapped[str | None] = mapped_column(index=True)
    year_taught: Mapped[int | None] = mapped_column()
    """The year group the child was taught in on year_taught_on, according to the request."""
    year_taught_on: Mapped[date | None] = mapped_column()
    setting_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    possible_duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"), index=True)
    add_key: Mapped[str | None] = mapped_column()
    """A key from the page on which the child was added: the same page sent twice adds one child."""
    contact_risk: Mapped[bool] = mapped_column(default=False)
    """An address or contact detail is confidential, as a form or the SEN team noted."""
    version: Mapped[int] = mapped_column(default=1)

    setting: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}

    @property
    def name(self) -> str:
        """Return forenames and surname, as on the screen."""
        return f"{self.forenames} {self.surname}".strip()

    def __repr__(self) -> str:
        return self.name


Index("uq_child_add_key", Child.added_by_id, Child.add_key, unique=True)

_in_doubt = Child.possible_duplicate_of_id.is_not(None)
Index("ix_child_in_doubt", Child.merged_into_id, Child.id, sqlite_where=_in_doubt, postgresql_where=_in_doubt)


class ChildName(Model):
    """One word of a child's name, for searches by the start of any name.

    A search reads the primary key, or the second index for children who are loaded already. Only the database
    writes this table, from Child.search_name, and removes records merged into another
    (migrations/versions/0005_child_names.py).
    """

    __tablename__ = "child_name"
    __table_args__ = (
        Index("ix_child_name_child_id", "child_id", "word"),
        Index("ix_child_name_spelling", "spelling", "word"),
        {"sqlite_with_rowid": False},
    )

    word: Mapped[str] = mapped_column(
        Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True
    )
    """Compared by code point, so that words with the same start are adjacent in the index."""
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id", ondelete="CASCADE"), primary_key=True)
    spelling: Mapped[str] = mapped_column(
        Text().with_variant(Text(collation="C"), "postgresql"), Computed(spelling_key_sql("word"))
    )
    """The word's `spelling_key`, which the database computes, and by which misspelt names are found."""


class ChildLink(Row):
    """A link between a child and a professional, a parent or an organisation's queue."""

    __tablename__ = "child_link"
    __table_args__ = (
        Index("ix_child_link_open_person", "person_id", "ended_at", "child_id"),
        Index("ix_child_link_open_organisation", "organisation_id", "ended_at", "child_id"),
    )

    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """Null for the place in an organisation's queue."""
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    """The professional's organisation at the time; null for a parent."""
    part: Mapped[WorkflowRole] = mapped_column(default=WorkflowRole.author)
    """author for a professional, parent for a parent or carer, young_person for the young person's own account."""
    relationship_to_child: Mapped[str] = mapped_column(default="")
    """The relationship to the child, in words: "SENCO", "Educational psychologist", "Mother"."""
    through_queue: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The child came through the organisation's queue, so the organisation's other professionals can still
    see the child."""
    barred: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The SEN team ended this link: no one else may link this person, or this organisation, to the child again."""
    linked_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    taken_up_at: Mapped[datetime | None] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    child: Mapped[Child] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")


_open = ChildLink.ended_at.is_(None)
_barred = ChildLink.barred.is_(True)
# At most one open link for each person and organisation, one for each of the family, whose organisation is null, and
# one place in each organisation's queue, whose person is null: nulls are distinct in a unique index.
for _name, _columns, _of, _unique in (
    (
        "uq_child_link_open_person",
        (ChildLink.child_id, ChildLink.person_id, ChildLink.organisation_id),
        and_(_open, ChildLink.organisation_id.is_not(None)),
        True,
    ),
    (
        "uq_child_link_open_family",
        (ChildLink.child_id, ChildLink.person_id),
        and_(_open, ChildLink.organisation_id.is_(None)),
        True,
    ),
    (
        "uq_child_link_open_queue",
        (ChildLink.child_id, ChildLink.organisation_id),
        and_(_open, ChildLink.person_id.is_(None)),
        True,
    ),
    (
        "ix_child_link_barred",
        (ChildLink.person_id, ChildLink.organisation_id, ChildLink.child_id),
        _barred,
        False,
    ),
):
    Index(_name, *_columns, unique=_unique, sqlite_where=_of, postgresql_where=_of)


class ChildMerge(Row):
    """A merge of two records of one child, with the rows that moved, so that it can be undone."""

    __tablename__ = "child_merge"

    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    """The record in use."""
    merged_child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    """The record that was merged into it."""
    merged_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The ids of moved rows by table, the ids of ended links, and the old and new value of details that were
    filled in."""
    undone_at: Mapped[datetime | None] = mapped_column()
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
