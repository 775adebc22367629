"""Find and change the shares of submitted forms, and the consents in force."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, true, update
from sqlalchemy.orm import Session

from app.accounts.tables.people import Person
from app.children.tables import ChildLink
from app.core.roles import FAMILY_ROLES, WorkflowRole
from app.forms.rules.consent_givers import YOUNG_PERSON
from app.forms.rules.workflow import FormState
from app.forms.tables.forms import Consent, Form, FormVersion, Submission
from app.forms.tables.shares import FormShare


def open_shares(session: Session, form_id: int) -> Sequence[FormShare]:
    """Return the open shares of one form."""
    statement = select(FormShare).where(FormShare.form_id == form_id, FormShare.ended_at.is_(None))
    return session.scalars(statement.order_by(FormShare.id)).all()


def shares_about(session: Session, child_id: int) -> Sequence[FormShare]:
    """Return the open shares of all forms about one child."""
    statement = (
        select(FormShare)
        .join(Form, Form.id == FormShare.form_id)
        .where(Form.child_id == child_id, FormShare.ended_at.is_(None))
    )
    return session.scalars(statement.order_by(FormShare.id)).all()


_share = FormShare.__table__


def end_shares(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    """End these shares.

    A person who returns or withdraws a form may not see them, so the row filter of the session does not apply here.
    """
    session.flush()
    session.execute(update(_share).where(_share.c.ended_at.is_(None), which).values(ended_at=now))
    for row in list(session):
        if isinstance(row, FormShare):
            session.expire(row)


def withhold_files(session: Session, child_id: int) -> bool:
    """Stop sharing the files of the forms about a child. Return whether any were shared."""
    session.flush()
    form = Form.__table__
    about: Select[tuple[int]] = select(form.c.id).where(form.c.child_id == child_id)
    shared = and_(_share.c.ended_at.is_(None), _share.c.with_files, _share.c.form_id.in_(about))
    withheld = session.execute(update(_share).where(shared).values(with_files=False))
    for row in list(session):
        if isinstance(row, FormShare):
            session.expire(row)
    return bool(withheld.rowcount)  # type: ignore[attr-defined]


def of_form(form_id: int) -> ColumnElement[bool]:
    """Return the criterion for the shares of one form."""
    of_it: ColumnElement[bool] = _share.c.form_id == form_id
    return of_it


def resting_on_consent(child_id: int) -> ColumnElement[bool]:
    """Return the criterion for the shares about a child that end when a consent is withdrawn."""
    form = Form.__table__
    about: Select[tuple[int]] = select(form.c.id).where(form.c.child_id == child_id)
    return and_(_share.c.on_consent, _share.c.form_id.in_(about))


def with_people_of_another_record(child_ids: Collection[int]) -> ColumnElement[bool]:
    """Return the criterion for the shares of forms about these children with a person linked to another record."""
    form, link = Form.__table__, ChildLink.__table__
    apart = (
        select(form.c.id)
        .join(link, link.c.child_id != form.c.child_id)
        .where(form.c.id == _share.c.form_id, link.c.id == _share.c.link_id, form.c.child_id.in_(child_ids))
    )
    found: ColumnElement[bool] = apart.correlate(_share).exists()
    return found


@dataclass(frozen=True)
class ConsentLine:
    """One consent about a child: its giver and its state."""

    form_id: int
    giver_name: str
    state: FormState
    submitted_at: datetime | None
    recorded_by_team: bool


def consents_about(session: Session, child_id: int) -> list[ConsentLine]:
    """Return every consent about a child, newest last."""
    rows = session.execute(
        select(
            Consent.id,
            Person.first_name,
            Person.last_name,
            Consent.state,
            Consent.submitted_at,
            Consent.recorded_by_team,
        )
        .outerjoin(Person, Person.id == Consent.author_id)
        .where(Consent.child_id == child_id)
        .order_by(Consent.id)
    )
    return [
        ConsentLine(row[0], f"{row[1]} {row[2]}" if row[1] else "", row[3], row[4], row[5]) for row in rows
    ]


def consents_in_force(session: Session, child_id: int) -> list[ConsentLine]:
    """Return the consents about a child that were given and not withdrawn."""
    return [each for each in consents_about(session, child_id) if each.state is FormState.submitted]


def consents_of_young_person(
    session: Session, child_id: int, state: FormState = FormState.submitted
) -> set[int]:
    """Return the consents that the young person gave for themselves: those in force, or the withdrawn ones.

    A person who withdraws a consent may not read the others, so these are Core statements, which no row filter
    applies to.
    """
    form, sent = Form.__table__, Submission.__table__
    rows = session.execute(
        select(form.c.id, sent.c.answers)
        .join(sent, sent.c.form_id == form.c.id)
        .where(form.c.child_id == child_id, form.c.kind == "consent", form.c.state == state)
        .order_by(form.c.id, sent.c.number)
    )
    newest: dict[int, dict[str, Any]] = {row[0]: row[1] for row in rows}
    return {
        form_id
        for form_id, answers in newest.items()
        if any(given.get("who") == YOUNG_PERSON for given in answers.values())
    }


def part_of_giver(session: Session, child_id: int, person_id: int | None) -> WorkflowRole | None:
    """Return the relationship of a consent's giver to the child now; None without an account or a link."""
    statement = select(ChildLink.part).where(
        ChildLink.child_id == child_id,
        ChildLink.person_id == person_id,
        ChildLink.part.in_(tuple(FAMILY_ROLES)),
        ChildLink.ended_at.is_(None),
    )
    return session.scalars(statement.limit(1)).first()


def sent_by_anyone(
    session: Session, child_ids: Collection[int], until: datetime | None = None
) -> dict[int, list[tuple[dict[str, Any], str, dict[str, Any]]]]:
    """Return by child the wording, its checksum and the newest answers of every submitted form, up to `until` or now.

    For people who may not read them, to decide whether they may be linked, so these are Core statements, which no row
    filter applies to. The results are never shown.
    """
    form, version, sent = Form.__table__, FormVersion.__table__, Submission.__table__
    rows = session.execute(
        select(form.c.child_id, form.c.id, version.c.definition, version.c.checksum, sent.c.answers)
        .join(sent, sent.c.form_id == form.c.id)
        .join(version, version.c.id == form.c.form_version_id)
        .where(form.c.child_id.in_(child_ids), true() if until is None else sent.c.submitted_at <= until)
        .order_by(form.c.id, sent.c.number)
    )
    newest = {row[1]: (row[0], (row[2], row[3], row[4])) for row in rows}
    found: dict[int, list[tuple[dict[str, Any], str, dict[str, Any]]]] = {}
    for child_id, each in newest.values():
        found.setdefault(child_id, []).append(each)
    return found
