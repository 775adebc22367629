"""Load a form with everything that belongs to it, in a few statements whatever its length."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.orm import Session, aliased, joinedload, load_only
from sqlalchemy.sql.base import ExecutableOption

from app.accounts.tables.people import Person
from app.children.tables import Child
from app.core.database.compiled_query import CompiledQuery
from app.core.database.row_mapper import JoinMapper, RowMapper, attach
from app.core.errors import Conflict
from app.documents.tables import Document
from app.forms.locks import hold_child_of
from app.forms.tables.forms import (
    NO_VERSION,
    DraftRevision,
    Form,
    FormReturn,
    FormTemplate,
    FormVersion,
    Request,
    SectionDraft,
    Submission,
)
from app.organisations.tables import Organisation

NAME = ("first_name", "last_name")
AROUND: tuple[ExecutableOption, ...] = (
    joinedload(Form.child, innerjoin=True).joinedload(Child.setting),
    joinedload(Form.author).load_only(Person.first_name, Person.last_name),
    joinedload(Form.organisation),
)
"""Options that load a form with its child, organisation and author."""

# For reading: compiled queries that return plain rows. Each table starts with a column that is never empty.
_setting = aliased(Organisation)
_WHO = RowMapper(Person, "id", *NAME)
_SURROUNDED = JoinMapper(
    RowMapper(Form),
    RowMapper(Child),
    RowMapper(_setting, "id", "name"),
    _WHO,
    RowMapper(Organisation, "id", "name"),
    RowMapper(FormVersion),
    RowMapper(FormTemplate),
)
_SURROUNDED_FORM = (
    select(*_SURROUNDED.columns)
    .select_from(Form)
    .join(Child, Child.id == Form.child_id)
    .outerjoin(_setting, _setting.id == Child.setting_id)
    .outerjoin(Person, Person.id == Form.author_id)
    .outerjoin(Organisation, Organisation.id == Form.organisation_id)
    .join(FormVersion, FormVersion.id == Form.form_version_id)
    .join(FormTemplate, FormTemplate.id == FormVersion.template_id)
    .where(Form.id == bindparam("form"))
)
_FORM = CompiledQuery(_SURROUNDED_FORM)
_FORM_HELD = CompiledQuery(_SURROUNDED_FORM.with_for_update(of=Form))
_DRAFT = JoinMapper(RowMapper(SectionDraft), _WHO)
_DRAFTS = CompiledQuery(
    select(*_DRAFT.columns)
    .select_from(SectionDraft)
    .outerjoin(Person, Person.id == SectionDraft.saved_by_id)
    .where(SectionDraft.form_id == bindparam("form"))
)
_DOCUMENT = JoinMapper(RowMapper(Document))
_DOCUMENTS = CompiledQuery(
    select(*_DOCUMENT.columns).where(Document.form_id == bindparam("form")).order_by(Document.id)
)
_SENDER = RowMapper(Person, "id", "first_name", "last_name")
_SENT = JoinMapper(
    RowMapper(
        Submission, "id", "form_id", "number", "submitted_by_id", "submitted_at", "sender_is_unconfirmed"
    ),
    _SENDER,
)
_SUBMISSIONS = CompiledQuery(
    select(*_SENT.columns)
    .select_from(Submission)
    .outerjoin(Person, Person.id == Submission.submitted_by_id)
    .where(Submission.form_id == bindparam("form"))
    .order_by(Submission.number.desc())
)
_ANSWERS = CompiledQuery(
    select(Submission.id, Submission.answers).where(
        Submission.id.in_(bindparam("submissions", expanding=True))
    ),
)
_ANSWERS_OF = CompiledQuery(
    select(Submission.answers).where(
        Submission.form_id == bindparam("form"), Submission.number == bindparam("number")
    )
)
_RETURN = JoinMapper(RowMapper(FormReturn))
_RETURNS = CompiledQuery(
    select(*_RETURN.columns).where(FormReturn.form_id == bindparam("form")).order_by(FormReturn.id)
)
_REQUEST = JoinMapper(RowMapper(Request), RowMapper(FormVersion), RowMapper(Submission))
_REQUEST_SENT = CompiledQuery(
    select(*_REQUEST.columns)
    .select_from(Request)
    .join(Submission, Submission.form_id == Request.id)
    .join(FormVersion, FormVersion.id == Request.form_version_id)
    .where(Request.child_id == bindparam("child"))
    .order_by(Submission.submitted_at.desc(), Submission.id.desc())
    .limit(1)
)

# For update: ORM objects, whose changes are tracked.
_FORM_TO_CHANGE = (
    select(Form)
    .where(Form.id == bindparam("form"))
    .options(*AROUND)
    .with_for_update(of=Form)
    .execution_options(populate_existing=True)
)
_version = aliased(DraftRevision)
_HISTORY = (
    select(DraftRevision)
    .where(
        DraftRevision.draft_id == bindparam("draft"),
        DraftRevision.set_aside.is_(False),
        DraftRevision.id
        <= select(_version.id)
        .where(
            _version.draft_id == bindparam("draft"),
            _version.set_aside.is_(False),
            _version.number > NO_VERSION,
        )
        .order_by(_version.id.desc())
        .offset(bindparam("newest", type_=Integer()))
        .limit(1)
        .scalar_subquery(),
    )
    .options(load_only(DraftRevision.id))
)


def form_to_read(session: Session, form_id: int, *, held: bool = False) -> Form | None:
    """Return one form with its child, organisation, author and wording, read-only; None when this person may not see
    it.

    With `held` it is locked, as in `form_for_update`.
    """
    for row in (_FORM_HELD if held else _FORM).rows(session, form=form_id):
        form, child, setting, author, organisation, version, template = _SURROUNDED.split(row)
        return cast(
            Form,
            attach(
                form,
                child=attach(child, setting=setting),
                author=author,
                organisation=organisation,
                form_version=attach(version, template=template),
            ),
        )
    return None


def form_for_update(session: Session, form_id: int) -> Form | None:
    """Return one form locked for update, or None."""
    return session.scalars(_FORM_TO_CHANGE, {"form": form_id}).one_or_none()


def form_and_child_for_update(session: Session, form_id: int) -> Form | None:
    """Return one form locked for update, after the child's record (see core/database/locks.py), or None.

    Raises Conflict when the form was moved to another record meanwhile.
    """
    child_id = hold_child_of(session, form_id)
    form = form_for_update(session, form_id)
    if form is not None and form.child_id != child_id:
        raise Conflict("Form")
    return form


def drafts_of(session: Session, form_id: int) -> Sequence[SectionDraft]:
    """Return the drafts of a form's sections with who saved them, read-only."""
    rows = [_DRAFT.split(row) for row in _DRAFTS.rows(session, form=form_id)]
    return [attach(draft, saved_by=who) for draft, who in rows]


def documents_of(session: Session, form_id: int) -> Sequence[Document]:
    """Return the files of a form that this person may see, removed ones included, read-only."""
    return [document for row in _DOCUMENTS.rows(session, form=form_id) for document in _DOCUMENT.split(row)]


def submissions_of(session: Session, form_id: int) -> Sequence[Submission]:
    """Return every submission of a form, newest first, without the answers."""
    rows = [_SENT.split(row) for row in _SUBMISSIONS.rows(session, form=form_id)]
    return [attach(submission, submitted_by=who) for submission, who in rows]


def answers_sent(session: Session, submission_ids: Sequence[int]) -> dict[int, dict[str, dict[str, object]]]:
    """Return the answers of these submissions, by id."""
    return dict(_ANSWERS.rows(session, submissions=list(submission_ids))) if submission_ids else {}


def answers_of(session: Session, form_id: int, number: int) -> dict[str, dict[str, object]]:
    """Return the answers of one submission of a form; empty where there is none."""
    return next((row[0] for row in _ANSWERS_OF.rows(session, form=form_id, number=number)), {})


def last_number(session: Session, form_id: int) -> int:
    """Return the number of the newest submission; 0 when it was never sent."""
    numbers = select(Submission.number).where(Submission.form_id == form_id)
    return session.scalars(numbers.order_by(Submission.number.desc()).limit(1)).first() or 0


def sent_with(session: Session, form_id: int, send_key: str) -> Submission | None:
    """Return the submission that was sent from the same page before, or None."""
    statement = select(Submission).where(Submission.form_id == form_id, Submission.send_key == send_key)
    return session.scalars(statement).one_or_none()


def returns_of(session: Session, form_id: int) -> Sequence[FormReturn]:
    """Return every reason for which a form was returned, oldest first."""
    return [reason for row in _RETURNS.rows(session, form=form_id) for reason in _RETURN.split(row)]


def request_for(session: Session, child_id: int) -> tuple[Request, Submission] | None:
    """Return the child's newest request as it was submitted, or None when this person may not read it."""
    for row in _REQUEST_SENT.rows(session, child=child_id):
        request, version, submission = _REQUEST.split(row)
        return attach(request, form_version=version), submission
    return None


def revision_at(session: Session, draft_id: int, number: int) -> DraftRevision | None:
    """Return the answers of a section at this version, or None when they are no longer stored."""
    statement = select(DraftRevision).where(
        DraftRevision.draft_id == draft_id, DraftRevision.number == number, DraftRevision.set_aside.is_(False)
    )
    # The first: up to November 2026, stashed answers whose conflict was over got the same number later.
    return session.scalars(statement.order_by(DraftRevision.id).limit(1)).first()


def revisions_beyond(session: Session, draft_id: int, newest: int) -> Sequence[DraftRevision]:
    """Return the revisions of a section older than its newest versions, and stashed answers as old."""
    return session.scalars(_HISTORY, {"draft": draft_id, "newest": newest}).all()


def savers_since(session: Session, draft_id: int, version: int) -> Sequence[int]:
    """Return who saved each version of a section after this one, except the current version."""
    statement = select(DraftRevision.saved_by_id).where(
        DraftRevision.draft_id == draft_id,
        DraftRevision.number > version,
        DraftRevision.set_aside.is_(False),
    )
    return session.scalars(statement).all()


def set_aside_by(session: Session, draft_id: int, person_id: int) -> DraftRevision | None:
    """Return this person's stashed answers in a section, or None when there is no unresolved conflict."""
    statement = select(DraftRevision).where(
        DraftRevision.draft_id == draft_id,
        DraftRevision.saved_by_id == person_id,
        DraftRevision.set_aside.is_(True),
    )
    return session.scalars(statement.order_by(DraftRevision.id.desc()).limit(1)).first()


def closed_stashes_beyond(
    session: Session, draft_id: int, person_id: int, newest: int
) -> Sequence[DraftRevision]:
    """Return this person's stashed answers in a section whose conflict is over, without the newest ones."""
    statement = select(DraftRevision).where(
        DraftRevision.draft_id == draft_id,
        DraftRevision.saved_by_id == person_id,
        DraftRevision.set_aside.is_(False),
        DraftRevision.number == NO_VERSION,
    )
    beyond = statement.order_by(DraftRevision.id.desc()).offset(newest)
    return session.scalars(beyond.options(load_only(DraftRevision.id))).all()


def sections_set_aside(session: Session, form_id: int, person_id: int) -> Sequence[str]:
    """Return the sections in which this person has an unresolved conflict."""
    statement = (
        select(SectionDraft.section)
        .join(DraftRevision, DraftRevision.draft_id == SectionDraft.id)
        .where(
            SectionDraft.form_id == form_id,
            DraftRevision.saved_by_id == person_id,
            DraftRevision.set_aside.is_(True),
        )
    )
    return session.scalars(statement.distinct()).all()
