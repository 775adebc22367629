"""Row policies of forms, what was submitted, and files. The docstrings are for officers to check: docs/access.md is made from them."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true, tuple_

from app.children.involvement import children_linked_by_name, linked_children
from app.children.tables import ChildLink
from app.core.database.policies import explain, open_to_all, row_policy
from app.core.roles import FAMILY_ROLES, Principal, Role
from app.documents.tables import Document, DocumentReader
from app.forms.tables.forms import (
    DraftRevision,
    Form,
    FormReturn,
    FormTemplate,
    FormVersion,
    SectionDraft,
    Submission,
)
from app.forms.tables.shares import FormShare

# Plain tables on purpose: a policy's own look-ups are not filtered by policies.
_link = ChildLink.__table__
_form = Form.__table__
_share = FormShare.__table__
_reader = DocumentReader.__table__
_file = Document.__table__
_draft = SectionDraft.__table__

open_to_all(FormTemplate, FormVersion)


def _is_ours(who: Principal, form: Any = _form.c) -> ColumnElement[bool]:
    """Professionals are the authors of their organisation's forms about the children they are linked to by name: to see
    the queue, or a colleague's child that came through it, is not enough. Until they are confirmed as working there, only
    their own forms count. A parent, a carer and a young person are each the author of their own consent form, and of
    no one else's in the family."""
    return and_(form.child_id.in_(children_linked_by_name(who)), _is_written_by(who, form))


def _is_written_by(who: Principal, form: Any) -> ColumnElement[bool]:
    if who.has(Role.professional):
        ours = and_(form.organisation_id.is_not(None), form.organisation_id == who.organisation_id)
        return ours if who.is_confirmed else and_(ours, form.author_id == who.user_id)
    if who.has(Role.parent):
        return and_(form.kind == "consent", form.author_id == who.user_id)
    return false()


def _own_forms(who: Principal) -> Select[tuple[int]]:
    return select(_form.c.id).where(_is_ours(who))


def _shared_with(who: Principal, form: Any = _form.c) -> ColumnElement[bool]:
    """The SEN team decided that the confirmed professionals linked to the child, or this parent or young person by name, may read
    this submitted version; a consent form is shared with the professionals when it is sent. Returning or withdrawing a
    form ends its sharing, and so does the end of the link."""
    return and_(_is_shared_with(who, form), form.child_id.in_(linked_children(who)))


def _is_shared_with(who: Principal, form: Any) -> ColumnElement[bool]:
    shared: ColumnElement[bool] = form.id.in_(select(_share.c.form_id).where(_is_open_to(who)))
    return shared


def _is_open_to(who: Principal) -> ColumnElement[bool]:
    """The shares that are open to this person, whatever children they are linked to."""
    open_now = _share.c.ended_at.is_(None)
    if who.has(Role.professional):
        return and_(open_now, _share.c.link_id.is_(None)) if who.is_confirmed else false()
    if who.has(Role.parent):
        own_links = select(_link.c.id).where(_link.c.person_id == who.user_id, _link.c.ended_at.is_(None))
        return and_(open_now, _share.c.link_id.in_(own_links))
    return false()


def _shared_versions(who: Principal) -> Select[tuple[int, int]]:
    """Form and submission number of what is shared with this person."""
    return (
        select(_share.c.form_id, _share.c.submission_number)
        .join(_form, _form.c.id == _share.c.form_id)
        .where(_is_open_to(who), _form.c.child_id.in_(linked_children(who)))
    )


def _is_own_or_shared(who: Principal, form: Any) -> ColumnElement[bool]:
    # The children are looked up once for both: two look-ups took longer than the rest of the page.
    return and_(
        form.child_id.in_(linked_children(who)), or_(_is_written_by(who, form), _is_shared_with(who, form))
    )


@row_policy(Form)
def form(who: Principal) -> ColumnElement[bool]:
    """The SEN team sees that every form exists; authors see their own; others what was shared with them. Professionals
    who see a child through their organisation's queue see that their organisation's forms about that child exist, with
    what was asked and by when, and nothing of what is written in them."""
    return true() if who.in_sen_team else _is_own_or_shared(who, Form)


@row_policy(FormShare)
def form_share(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team sees with whom a form is shared."""
    return true() if who.in_sen_team else false()


def _written_down() -> Select[tuple[int]]:
    """Consent forms that the SEN team writes down for someone."""
    return select(_form.c.id).where(_form.c.kind == "consent", _form.c.recorded_by_team)


@row_policy(SectionDraft)
def section_draft(who: Principal) -> ColumnElement[bool]:
    """Only the authors read what is not sent yet: for a professional's form the people of the organisation who are linked
    to the child by name, and no one who only sees the queue; the SEN team reads drafts of the consent forms that it
    writes down."""
    if who.in_sen_team:
        return SectionDraft.form_id.in_(_written_down())
    return SectionDraft.form_id.in_(_own_forms(who))


@row_policy(DraftRevision)
def draft_revision(who: Principal) -> ColumnElement[bool]:
    """Everyone who reads a draft reads its earlier versions."""
    drafts = select(_draft.c.id)
    if who.in_sen_team:
        drafts = drafts.where(_draft.c.form_id.in_(_written_down()))
    else:
        drafts = drafts.where(_draft.c.form_id.in_(_own_forms(who)))
    return DraftRevision.draft_id.in_(drafts)


@row_policy(Submission)
def submission(who: Principal) -> ColumnElement[bool]:
    """The SEN team reads all that was sent; authors their own; others the one submitted version that was shared with
    them."""
    if who.in_sen_team:
        return true()
    version = tuple_(Submission.form_id, Submission.number)
    return or_(Submission.form_id.in_(_own_forms(who)), version.in_(_shared_versions(who)))


@row_policy(FormReturn)
def form_return(who: Principal) -> ColumnElement[bool]:
    """Reasons for a return are between the SEN team and the authors."""
    return true() if who.in_sen_team else FormReturn.form_id.in_(_own_forms(who))


@row_policy(Document)
def document(who: Principal) -> ColumnElement[bool]:
    """Authors see their files; the SEN team what was sent; others the unrestricted files of the version that was shared
    with them, where the SEN team shared its files too. A file taken off after it was sent stays with the version it was
    sent with. A file of a case is for the SEN team, and for the people of the family to whom it was sent by name, while
    they are linked to the child. One that was sent before an address became secret is withheld until the SEN team has
    checked it."""
    there, given = Document.removed_at.is_(None), Document.given_at.is_not(None)
    if who.in_sen_team:
        return or_(given, and_(Document.form_id.in_(_written_down()), there))
    own = and_(Document.form_id.in_(_own_forms(who)), or_(there, given))
    version = tuple_(Document.form_id, Document.sent_number)
    with_files = _shared_versions(who).where(_share.c.with_files)
    shared = and_(given, there, Document.restricted.is_(False), version.in_(with_files))
    return or_(own, shared, Document.id.in_(files_sent_to(who)))


def files_sent_to(who: Principal) -> Select[tuple[int]]:
    """Files of cases that the SEN team sent to this parent or young person by name, while they are linked to the child that
    the file is about. A file that was sent before an address became secret is withheld until the SEN team has checked
    it."""
    return files_addressed_to(who).where(_reader.c.withheld_at.is_(None))


def files_addressed_to(who: Principal) -> Select[tuple[int]]:
    """The same files, with those that are withheld now."""
    return (
        select(_reader.c.document_id)
        .join(_link, _link.c.id == _reader.c.link_id)
        .join(_file, and_(_file.c.id == _reader.c.document_id, _file.c.child_id == _link.c.child_id))
        .where(is_own_family_link(who))
    )


def is_own_family_link(who: Principal) -> ColumnElement[bool]:
    """The link is open, and by it this person is a parent, carer or the young person themselves."""
    return and_(
        _link.c.person_id == who.user_id,
        _link.c.ended_at.is_(None),
        _link.c.child_id.in_(linked_children(who)),
        _link.c.part.in_(FAMILY_ROLES) if who.has(Role.parent) else false(),
    )


@row_policy(DocumentReader)
def document_reader(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team sees to whom of the family a file of a case was sent."""
    return true() if who.in_sen_team else false()


explain("Author", _is_ours)
explain("Shared", _shared_with)
