"""Prepare the decision to share a form: the state of consent, warnings by name, and each reader's view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.children.queries.involved import Involved, involved_with
from app.children.rules.school_years import is_young_person
from app.core.errors import Forbidden, InvalidState, NotFound
from app.core.roles import FAMILY_ROLES, WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.documents.tables import Document
from app.forms.definitions import Question, Section
from app.forms.may_know import notes_about, notes_on_linked
from app.forms.queries.forms import answers_sent, documents_of, form_to_read, request_for, submissions_of
from app.forms.queries.shares import ConsentLine, consents_about, shares_about
from app.forms.reading import ReadSection, as_read_by, read_sections
from app.forms.rules.may_know import Asker
from app.forms.rules.secrecy import Note, Reader
from app.forms.rules.sharing import SHAREABLE, SharingChoice
from app.forms.sharing import choice_of
from app.forms.tables.forms import Form, Submission
from app.forms.tables.shares import FormShare


@dataclass(frozen=True)
class Candidate:
    """A person the form can be shared with, and notes that may name them as one who must not know."""

    person: Involved
    warnings: Sequence[Note]
    is_parent_of_age: bool = False
    """A parent of a young person over compulsory school age, who decides what their parents may know."""


@dataclass(frozen=True)
class SharingReview:
    """One form before it is shared."""

    form: Form
    submission: Submission | None
    can_share: bool
    choice: SharingChoice
    """The current sharing."""
    family: Sequence[Candidate]
    professionals: Sequence[Candidate]
    consents: Sequence[ConsentLine]
    notes: Sequence[Note]
    files: Sequence[Document]
    """The unrestricted files of the version."""
    left_out: Mapping[Reader, Sequence[tuple[Section, Question]]] = field(default_factory=dict)
    as_read: Mapping[Reader, Sequence[ReadSection]] = field(default_factory=dict)


def review(work: UnitOfWork, form_id: int) -> SharingReview:
    """Return everything an officer needs to decide who may read this form.

    Raises NotFound, Forbidden or InvalidState.
    """
    if not work.me.in_sen_team:
        raise Forbidden("share")
    form = form_to_read(work.session, form_id)
    if form is None:
        raise NotFound("Form")
    versions = submissions_of(work.session, form_id)
    newest = versions[0] if versions else None
    about = shares_about(work.session, form.child_id)
    shares = [share for share in about if share.form_id == form_id]
    if newest is None and not shares:
        raise InvalidState("share")
    people = involved_with(work.session, form.child_id)
    notes = notes_about(work, form.child_id)
    named = notes_on_linked(work, form.child_id, notes, Asker.officer)
    of_age = is_young_person(form.child.date_of_birth, work.today)
    candidates = [
        Candidate(
            each,
            named.get(each.link_id, ()),
            of_age and each.part is WorkflowRole.parent,
        )
        for each in people
    ]
    read_request = _who_reads_request(work, form.child_id, about)
    answers = answers_sent(work.session, [newest.id])[newest.id] if newest else {}
    readable = {
        reader: as_read_by(work, form, reader, answers, sees_request=reader in read_request)
        for reader in (Reader.professional, Reader.family)
    }
    files = {
        one.id: one
        for one in documents_of(work.session, form_id)
        if newest and one.sent_number == newest.number and not one.restricted and one.removed_at is None
    }
    return SharingReview(
        form=form,
        submission=newest,
        can_share=form.state in SHAREABLE,
        choice=choice_of(
            shares,
            SharingChoice(with_files=not form.child.contact_risk) if form.state in SHAREABLE else None,
        ),
        family=[each for each in candidates if each.person.part in FAMILY_ROLES]
        if form.kind != "consent"
        else [],
        professionals=[each for each in candidates if each.person.part not in FAMILY_ROLES],
        consents=consents_about(work.session, form.child_id),
        notes=notes,
        files=list(files.values()),
        left_out={reader: each.left_out for reader, each in readable.items()},
        as_read={reader: read_sections(each, files) for reader, each in readable.items()},
    )


def _who_reads_request(work: UnitOfWork, child_id: int, shares: Sequence[FormShare]) -> set[Reader]:
    """Return the kinds of reader who may read the newest request, and so what other forms quote from it."""
    found = request_for(work.session, child_id)
    number = found[0].id if found is not None else None
    return {
        Reader.professional if share.link_id is None else Reader.family
        for share in shares
        if share.form_id == number
    }
