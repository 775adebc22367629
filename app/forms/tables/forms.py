"""Tables of form templates, and of the forms people fill in about a child.

A template has versions; a published version never changes; every form is pinned to its version. Request, Advice and
Consent are three kinds of form: one table, one engine, a workflow each.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    case,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.accounts.tables.memberships import is_unconfirmed
from app.accounts.tables.people import Person
from app.children.tables import Child
from app.core.base import Json, Row
from app.forms.rules.form_titles import purpose_of, title_of
from app.forms.rules.paragraphs import Paragraph
from app.forms.rules.workflow import OPEN_TO_WRITING, FormState
from app.organisations.tables import Organisation


class FormTemplate(Row):
    """A form the council uses: "request", "advice_psychology", …"""

    __tablename__ = "form_template"

    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column()
    audience: Mapped[list[Any]] = mapped_column(default=list)
    """The professions that are asked to fill it in."""
    retired: Mapped[bool] = mapped_column(default=False)

    def __repr__(self) -> str:
        return self.title


class FormVersion(Row):
    """One published wording of a template, frozen and checksummed."""

    __tablename__ = "form_version"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    template_id: Mapped[int] = mapped_column(ForeignKey("form_template.id"), index=True)
    number: Mapped[int] = mapped_column()
    definition: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    checksum: Mapped[str] = mapped_column()
    published_at: Mapped[datetime | None] = mapped_column()
    retired_at: Mapped[datetime | None] = mapped_column()

    template: Mapped[FormTemplate] = relationship(lazy="joined")


def _one_open_consent(name: str, columns: Iterable[str], criterion: str) -> Index:
    words = text(criterion)
    return Index(name, *columns, unique=True, sqlite_where=words, postgresql_where=words)


OPEN_CONSENT = (
    _one_open_consent(
        "uq_form_open_consent",
        ("child_id", "author_id"),
        "kind = 'consent' AND state IN ('draft', 'submitted') AND author_id IS NOT NULL",
    ),
    _one_open_consent(
        "uq_form_consent_in_record",
        ("child_id",),
        "kind = 'consent' AND state = 'draft' AND author_id IS NULL",
    ),
)
"""One open consent for each giver, and one draft at a time for people without an account."""


class Form(Row):
    """One form about one child, filled in or asked for."""

    __tablename__ = "form"
    __table_args__ = (
        Index("ix_form_child_kind", "child_id", "kind"),
        Index("ix_form_kind_state_due", "kind", "state", "due_on"),
        Index("ix_form_organisation_state", "organisation_id", "state"),
        # In the order of lists, with the kind, so that no row of another kind is read and skipped.
        Index("ix_form_due_on", "due_on", "id", "kind"),
        Index("ix_form_received_on", "received_on", "id", "kind"),
        *OPEN_CONSENT,
    )

    kind: Mapped[str] = mapped_column()
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    state: Mapped[FormState] = mapped_column(default=FormState.draft)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    """The person who started it, or was asked; null while it waits in an organisation's queue.

    For a consent form, the parent or young person who gives it; null for a giver without an account.
    """
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    """The organisation whose linked members share the draft. Null for a parent's or the council's form."""
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    asked_person_id: Mapped[int | None] = mapped_column()
    """The person asked for advice by name; null where an organisation was asked.

    Unlike the author it never changes, so two requests for the same advice are recognised even when another person
    writes it.
    """
    asked_on: Mapped[date | None] = mapped_column()
    asking_note: Mapped[str] = mapped_column(default="")
    paragraph: Mapped[Paragraph | None] = mapped_column()
    """The paragraph of reg. 6(1) under which advice was asked; null where it is the one of its form."""
    service: Mapped[str] = mapped_column(default="", server_default="")
    """The service of the organisation, or the person there, that is asked; empty for the organisation as a whole.

    Two services of one organisation have a request each.
    """
    statutory: Mapped[bool] = mapped_column(default=True)
    """False for information asked before the council agreed to assess, which has no statutory time limit.

    False as well where an early years setting brings a child to attention (CFA 2014, s. 23 and 24), which is no
    request under s. 36(1) and has the same time limits.
    """
    due_on: Mapped[date | None] = mapped_column()
    """The last day of the statutory time limit of advice. The limits of a request are those of its case."""
    due_reason: Mapped[str] = mapped_column(default="")
    """The reason why advice is due on another day than six weeks after it was asked for."""
    adviser_reason: Mapped[str] = mapped_column(default="")
    """The reason why a profession that does not usually give this advice was asked."""
    wanted_by: Mapped[date | None] = mapped_column()
    """The day by which the SEN team asks for information or a returned form. Not a legal limit."""
    received_on: Mapped[date | None] = mapped_column()
    """The day it first reached the SEN team. The day that starts the 20 weeks is the case's, where a letter came earlier."""
    submitted_at: Mapped[datetime | None] = mapped_column()
    decided_at: Mapped[datetime | None] = mapped_column()
    """The moment a consent was withdrawn, by whom, and who asked for it where the SEN team recorded that."""
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decision_reason: Mapped[str] = mapped_column(default="")
    recorded_by_team: Mapped[bool] = mapped_column(default=False)
    """A consent form that the SEN team writes down for the person who gives the consent."""
    version: Mapped[int] = mapped_column(default=1)

    child: Mapped[Child] = relationship(lazy="raise_on_sql")
    form_version: Mapped[FormVersion] = relationship(lazy="joined", innerjoin=True)
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id], lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    author_is_unconfirmed: Mapped[bool] = column_property(
        is_unconfirmed(author_id, organisation_id, submitted_at), deferred=True
    )

    __mapper_args__: dict[str, object] = {"version_id_col": version, "polymorphic_on": kind}

    @property
    def title(self) -> str:
        """The form's title as published; information is not called advice."""
        return title_of(self.form_version.template.title, self.statutory)

    @property
    def origin(self) -> tuple[str, bool]:
        """The organisation it comes from, and whether its author is not confirmed as working there."""
        body = self.organisation.name if self.organisation is not None else ""
        return body, self.author_is_unconfirmed

    @property
    def purpose(self) -> str:
        """The kind of form; advice that is not statutory is "information", and a request that is none under s. 36(1)
        "attention"."""
        return purpose_of(self.kind, self.statutory)


class Request(Form):
    """A request for an EHC needs assessment."""

    __mapper_args__ = {"polymorphic_identity": "request"}


class Advice(Form):
    """Advice asked of one professional or service on one child (SEND Regulations 2014, reg. 6)."""

    __mapper_args__ = {"polymorphic_identity": "advice"}


class Consent(Form):
    """One parent's or young person's answers about sharing information, and what they agree to."""

    __mapper_args__ = {"polymorphic_identity": "consent"}


class SectionDraft(Row):
    """The current answers in one section of one form. The version detects conflicting edits."""

    __tablename__ = "section_draft"
    __table_args__ = (UniqueConstraint("form_id", "section"),)

    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"), index=True)
    section: Mapped[str] = mapped_column()
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    saved_at: Mapped[datetime] = mapped_column()
    version: Mapped[int] = mapped_column(default=1)

    saved_by: Mapped[Person] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}


NO_VERSION = 0
"""The number of stashed answers whose conflict is over: they were never the section's answers."""


class DraftRevision(Row):
    """The answers of a section before a save; the last twenty are stored.

    One with `set_aside` was entered over an older version than a colleague's: it stays until its author resolves the
    conflict or stashes other answers, and then gets the number NO_VERSION; the last twenty of each author are stored.
    """

    __tablename__ = "draft_revision"

    draft_id: Mapped[int] = mapped_column(ForeignKey("section_draft.id"), index=True)
    number: Mapped[int] = mapped_column()
    """The section's version when it held these answers, or from which they were edited."""
    answers: Mapped[dict[str, Any]] = mapped_column()
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    saved_at: Mapped[datetime] = mapped_column()
    set_aside: Mapped[bool] = mapped_column(default=False)


class Submission(Row):
    """The answers each time a form was submitted, unchanged. Never updated."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("form_id", "number"), UniqueConstraint("form_id", "send_key"))

    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"), index=True)
    number: Mapped[int] = mapped_column()
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    checksum: Mapped[str] = mapped_column()
    send_key: Mapped[str] = mapped_column()
    """A key from the page that sent it: pressing twice sends once."""
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    submitted_at: Mapped[datetime] = mapped_column()

    submitted_by: Mapped[Person] = relationship(lazy="raise_on_sql")
    sender_is_unconfirmed: Mapped[bool] = column_property(
        is_unconfirmed(
            submitted_by_id,
            select(Form.__table__.c.organisation_id)
            .where(Form.__table__.c.id == form_id)
            .correlate_except(Form.__table__)
            .scalar_subquery(),
            submitted_at,
        ),
        deferred=True,
    )
    """Whether its sender was never confirmed as working for the form's organisation, or no longer when they sent it."""


class FormReturn(Row):
    """A reason why the SEN team returned a form, for one section or for the whole."""

    __tablename__ = "form_return"

    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"), index=True)
    submission_number: Mapped[int] = mapped_column()
    section: Mapped[str | None] = mapped_column()
    reason: Mapped[str] = mapped_column()
    returned_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))


def forms_in(kind: str, states: Iterable[FormState]) -> ColumnElement[bool]:
    """Return the criterion for forms of a kind in these states.

    The values are written as literals so that the planner can use the partial index.
    """
    words: list[ColumnElement[str]] = [
        literal_column(f"'{state.name}'") for state in sorted(states, key=lambda each: each.name)
    ]
    return and_(Form.kind == literal_column(f"'{kind}'"), Form.state.in_(words))


AWAITED_ADVICE = forms_in("advice", OPEN_TO_WRITING)
"""Advice that was asked for and not sent yet."""

TO_READ = and_(
    Form.state == literal_column("'submitted'"),
    Form.kind.in_([literal_column("'request'"), literal_column("'advice'")]),
)
"""Requests and advice that were sent in, and that the SEN team has not accepted or returned."""
Index("ix_form_to_read", Form.submitted_at, Form.id, sqlite_where=TO_READ, postgresql_where=TO_READ)

_returned = Form.state == literal_column("'returned'")
AUTHORS_DATE = case(
    (and_(_returned, Form.wanted_by.is_not(None)), Form.wanted_by),
    else_=func.coalesce(Form.due_on, Form.wanted_by),
)
"""The date that the authors of a form work to, as `authors_date` in app/forms/rules/form_deadlines.py returns it."""

# Closed forms outnumber open ones by a hundred to one, so open forms have a small index of their own.
Index(
    "ix_form_awaited_advice",
    Form.due_on,
    Form.id,
    sqlite_where=AWAITED_ADVICE,
    postgresql_where=AWAITED_ADVICE,
)

# Advice is asked for once at a time: of each person, and of each organisation. Information that was asked for earlier
# on the same form may be open at the same time.
for _name, _asked, _of in (
    ("uq_form_advice_of_person", (Form.asked_person_id,), AWAITED_ADVICE),
    ("uq_form_advice_of_queue", (), and_(AWAITED_ADVICE, Form.asked_person_id.is_(None))),
):
    Index(
        _name,
        Form.child_id,
        Form.form_version_id,
        Form.organisation_id,
        Form.statutory,
        Form.service,
        *_asked,
        unique=True,
        sqlite_where=_of,
        postgresql_where=_of,
    )
