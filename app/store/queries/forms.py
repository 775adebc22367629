"""What the form pages ask the database: one form with all that belongs to it, in a few statements whatever its length."""

from collections.abc import Sequence

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.orm import Session, defer, joinedload, load_only
from sqlalchemy.sql.base import ExecutableOption

from app.models import (
    Child,
    Document,
    DraftRevision,
    Form,
    FormReturn,
    Person,
    Request,
    SectionDraft,
    Submission,
)

_NAME = (Person.first_name, Person.last_name)
AROUND: tuple[ExecutableOption, ...] = (
    joinedload(Form.child, innerjoin=True).joinedload(Child.setting),
    joinedload(Form.author).load_only(*_NAME),
    joinedload(Form.organisation),
)
"""A form with its child, whose work it is, and who wrote it."""


# Asked on page after page: made once, with the form's number given when they are asked.
_FORM = select(Form).where(Form.id == bindparam("form")).options(*AROUND)
_FORM_HELD = _FORM.with_for_update(of=Form).execution_options(populate_existing=True)
_DRAFTS = (
    select(SectionDraft)
    .where(SectionDraft.form_id == bindparam("form"))
    .options(joinedload(SectionDraft.saved_by).load_only(*_NAME))
    .execution_options(populate_existing=True)
)
_DOCUMENTS = select(Document).where(Document.form_id == bindparam("form")).order_by(Document.id)
_SUBMISSIONS = (
    select(Submission)
    .where(Submission.form_id == bindparam("form"))
    .options(defer(Submission.answers), joinedload(Submission.submitted_by).load_only(*_NAME))
    .order_by(Submission.number.desc())
)
_ANSWERS = (
    select(Submission)
    .where(Submission.id.in_(bindparam("submissions", expanding=True)))
    .options(load_only(Submission.answers))
    .execution_options(populate_existing=True)
)
_RETURNS = select(FormReturn).where(FormReturn.form_id == bindparam("form")).order_by(FormReturn.id)
_REQUEST_SENT = (
    select(Request, Submission)
    .join(Submission, Submission.form_id == Request.id)
    .where(Request.child_id == bindparam("child"))
    .order_by(Submission.submitted_at.desc(), Submission.id.desc())
    .limit(1)
)


_HISTORY = (
    select(DraftRevision)
    .where(DraftRevision.draft_id == bindparam("draft"), DraftRevision.set_aside.is_(False))
    .options(load_only(DraftRevision.id))
    .order_by(DraftRevision.id.desc())
    .offset(bindparam("kept", type_=Integer()))
)


def form_with_surroundings(session: Session, form_id: int) -> Form | None:
    """One form, to be read."""
    return session.scalars(_FORM, {"form": form_id}).one_or_none()


def form_held(session: Session, form_id: int) -> Form | None:
    """One form, to be written: whoever else wants to write it waits until we are done."""
    return session.scalars(_FORM_HELD, {"form": form_id}).one_or_none()


def drafts_of(session: Session, form_id: int) -> Sequence[SectionDraft]:
    """What was typed so far, section by section, with who saved it."""
    return session.scalars(_DRAFTS, {"form": form_id}).all()


def documents_of(session: Session, form_id: int) -> Sequence[Document]:
    """The files of a form that this person may see, those taken off again included."""
    return session.scalars(_DOCUMENTS, {"form": form_id}).all()


def submissions_of(session: Session, form_id: int) -> Sequence[Submission]:
    """Every time it was sent, newest first, without what was in it."""
    return session.scalars(_SUBMISSIONS, {"form": form_id}).all()


def answers_sent(session: Session, submission_ids: Sequence[int]) -> dict[int, dict[str, dict[str, object]]]:
    """What was in these submissions, by their id."""
    rows = session.scalars(_ANSWERS, {"submissions": list(submission_ids)}).all()
    return {row.id: row.answers for row in rows}


def last_number(session: Session, form_id: int) -> int:
    """The number of the newest submission; 0 when it was never sent."""
    numbers = select(Submission.number).where(Submission.form_id == form_id)
    return session.scalars(numbers.order_by(Submission.number.desc()).limit(1)).first() or 0


def sent_with(session: Session, form_id: int, send_key: str) -> Submission | None:
    """The submission that came from the same page, pressed before."""
    statement = select(Submission).where(Submission.form_id == form_id, Submission.send_key == send_key)
    return session.scalars(statement).one_or_none()


def returns_of(session: Session, form_id: int) -> Sequence[FormReturn]:
    """Every reason for which it was sent back, oldest first."""
    return session.scalars(_RETURNS, {"form": form_id}).all()


def request_for(session: Session, child_id: int) -> tuple[Request, Submission] | None:
    """The child's newest request as it was sent, if this person may read it."""
    found = session.execute(_REQUEST_SENT, {"child": child_id}).first()
    return (found[0], found[1]) if found else None


def revision_at(session: Session, draft_id: int, number: int) -> DraftRevision | None:
    """What a section held at this version, if it is still kept."""
    statement = select(DraftRevision).where(
        DraftRevision.draft_id == draft_id, DraftRevision.number == number, DraftRevision.set_aside.is_(False)
    )
    return session.scalars(statement.order_by(DraftRevision.id.desc()).limit(1)).first()


def revisions_beyond(session: Session, draft_id: int, kept: int) -> Sequence[DraftRevision]:
    """What a section held longer ago than its newest so many revisions."""
    return session.scalars(_HISTORY, {"draft": draft_id, "kept": kept}).all()


def set_aside_by(session: Session, draft_id: int, person_id: int) -> DraftRevision | None:
    """What this person typed last over an older text, if they have not said yet what of it to keep."""
    statement = select(DraftRevision).where(
        DraftRevision.draft_id == draft_id,
        DraftRevision.saved_by_id == person_id,
        DraftRevision.set_aside.is_(True),
    )
    return session.scalars(statement.order_by(DraftRevision.id.desc()).limit(1)).first()


def sections_set_aside(session: Session, form_id: int, person_id: int) -> Sequence[str]:
    """The sections in which this person has text waiting to be compared with a colleague's."""
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
