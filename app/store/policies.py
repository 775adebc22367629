"""Row policies: one function a table takes the principal and returns the SQL criterion of the rows they may see.

Nothing else in the portal decides this. The docstrings are for officers to check: docs/access.md is made from them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import (
    ApiKey,
    Group,
    Permission,
    PermissionView,
    RegisterUser,
    ViewMenu,
)
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true, tuple_

from app.accounts.rules.invitations import COUNCIL_ROLES
from app.accounts.tables.account_changes import EmailChange, OrganisationChange
from app.accounts.tables.invitations import Invitation
from app.accounts.tables.log_in import LogInChallenge, LogInSession, Registration, SavedSubmission, Throttle
from app.accounts.tables.mailed_links import MailedLink
from app.accounts.tables.people import Person
from app.cases.tables import Decision
from app.children.tables import Child, ChildLink, ChildMerge, ChildName
from app.core.audit.table import AuditRow
from app.core.mail.outbox_table import OutboxMail
from app.core.mail.worker_table import WorkerSeen
from app.core.people import PERSON_TABLE
from app.core.roles import Principal, Role
from app.documents.tables import Document
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
from app.messages.tables import Message
from app.organisations.tables import Organisation, WorkDomain
from app.store.involvement import (
    children_linked_by_name,
    involvement_shown_to,
    linked_children,
    organisation_in_use,
)

RowPolicy = Callable[[Principal], ColumnElement[bool]]
ROW_POLICIES: dict[type[Any], RowPolicy] = {}

OPEN_TO_ALL: set[type[Any]] = {
    Organisation,
    FormTemplate,
    FormVersion,
    RoleRow,
    Permission,
    ViewMenu,
    PermissionView,
    Group,
    WorkerSeen,
}
"""Tables that say nothing about a child or about anyone's log-in."""

# Plain tables on purpose: a policy's own look-ups are not filtered by policies.
_link = ChildLink.__table__
_form = Form.__table__
_share = FormShare.__table__
_draft = SectionDraft.__table__

STANDING = (
    select(_form.c.child_id, _form.c.state, _form.c.received_on, _form.c.decided_on, _form.c.statutory)
    .where(_form.c.kind == "request")
    .subquery("standing")
)
"""The state and dates of a request, and nothing of its answers. Everyone who sees the child may know them, so it is joined
only to a child that the row filter shows."""


def row_policy(table: type[Any]) -> Callable[[RowPolicy], RowPolicy]:
    """Register the decorated function as the policy of a table."""

    def enter(policy: RowPolicy) -> RowPolicy:
        ROW_POLICIES[table] = policy
        return policy

    return enter


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


IN_WORDS: Mapping[str, Callable[[Principal], Any]] = {
    "Linked": linked_children,
    "Author": _is_ours,
    "Shared": _shared_with,
}
"""What the policies below mean by these words."""


@row_policy(Child)
def child(who: Principal) -> ColumnElement[bool]:
    """The SEN team sees every child; professionals and parents see the children they are linked to; no one else any.
    A record that was merged into another is seen by no one."""
    standing_alone = Child.merged_into_id.is_(None)
    return standing_alone if who.in_sen_team else and_(standing_alone, Child.id.in_(linked_children(who)))


@row_policy(ChildLink)
def child_link(who: Principal) -> ColumnElement[bool]:
    """Whoever sees a child sees who is involved with that child. Where an address must be kept secret, a parent or young
    person sees the professionals and themselves, and no one else of the family. Professionals who are not confirmed yet
    see themselves only."""
    if who.in_sen_team:
        return true()
    return and_(ChildLink.child_id.in_(linked_children(who)), involvement_shown_to(who, ChildLink))


@row_policy(ChildName)
def child_name(who: Principal) -> ColumnElement[bool]:
    """Whoever sees a child finds that child by the words of the name; a record that was merged has none."""
    return true() if who.in_sen_team else ChildName.child_id.in_(linked_children(who))


@row_policy(ChildMerge)
def child_merge(who: Principal) -> ColumnElement[bool]:
    """The SEN team merges records, so it sees which were merged."""
    return true() if who.in_sen_team else false()


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
    """Whoever reads a draft reads what it held before."""
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


@row_policy(Decision)
def decision(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team reads the history of decisions and why one was corrected."""
    return true() if who.in_sen_team else false()


@row_policy(Document)
def document(who: Principal) -> ColumnElement[bool]:
    """Authors see their files; the SEN team what was sent; others the unrestricted files of the version that was shared
    with them, where the SEN team shared its files too. A file taken off after it was sent stays with the version it was
    sent with."""
    there, given = Document.removed_at.is_(None), Document.given_at.is_not(None)
    if who.in_sen_team:
        return or_(given, and_(Document.form_id.in_(_written_down()), there))
    own = and_(Document.form_id.in_(_own_forms(who)), or_(there, given))
    version = tuple_(Document.form_id, Document.sent_number)
    with_files = _shared_versions(who).where(_share.c.with_files)
    shared = and_(given, there, Document.restricted.is_(False), version.in_(with_files))
    return or_(own, shared)


@row_policy(Message)
def message(who: Principal) -> ColumnElement[bool]:
    """Everybody sees what was sent to them and by them, for as long as they may see the child it is about; the SEN team
    also its shared inbox and all that the SEN team wrote."""
    mine = or_(Message.recipient_id == who.user_id, Message.sender_id == who.user_id)
    if who.in_sen_team:
        return or_(mine, Message.recipient_id.is_(None), Message.from_team.is_(True))
    return and_(mine, or_(Message.child_id.is_(None), Message.child_id.in_(linked_children(who))))


@row_policy(Person)
def person(who: Principal) -> ColumnElement[bool]:
    """The SEN team and administrators see every account; others themselves, whoever is linked to the same children,
    and everybody in their organisation once they are confirmed as working there and while it is in use."""
    if who.in_sen_team or who.has(Role.admin):
        return true()
    beside = select(_link.c.person_id).where(
        _link.c.person_id.is_not(None), _link.c.ended_at.is_(None), _link.c.child_id.in_(linked_children(who))
    )
    beside = beside.where(involvement_shown_to(who, _link.c))
    seen = or_(Person.id == who.user_id, Person.id.in_(beside))
    if who.has(Role.professional) and who.organisation_id is not None and who.is_confirmed:
        seen = or_(seen, and_(Person.organisation_id == who.organisation_id, *organisation_in_use(who)))
    return seen


@row_policy(Registration)
def registration(who: Principal) -> ColumnElement[bool]:
    """The SEN team decides who gets an account, so it sees who asked."""
    return true() if who.in_sen_team else false()


@row_policy(Invitation)
def invitation(who: Principal) -> ColumnElement[bool]:
    """The SEN team sees the invitations of parents, carers and professionals; administrators those of professionals and
    of the council's own staff."""
    shown: list[Role] = []
    if who.in_sen_team:
        shown += [Role.parent, Role.professional]
    if who.has(Role.admin):
        shown += [Role.professional, *COUNCIL_ROLES]
    return Invitation.role.in_(sorted(set(shown), key=lambda role: role.name)) if shown else false()


@row_policy(MailedLink)
def mailed_link(_who: Principal) -> ColumnElement[bool]:
    """No one reads links on their way; the person who has one uses it."""
    return false()


@row_policy(EmailChange)
def email_change(who: Principal) -> ColumnElement[bool]:
    """Everybody sees the change of their own email address that waits, no one anyone else's."""
    return EmailChange.person_id == who.user_id


@row_policy(OrganisationChange)
def organisation_change(who: Principal) -> ColumnElement[bool]:
    """The SEN team decides where a professional works, so it sees what was proposed; others see their own proposal."""
    return true() if who.in_sen_team else OrganisationChange.person_id == who.user_id


@row_policy(WorkDomain)
def work_domain(who: Principal) -> ColumnElement[bool]:
    """Administrators and the SEN team see which work email domains are recognised."""
    return true() if who.in_sen_team or who.has(Role.admin) else false()


@row_policy(LogInSession)
def log_in_session(who: Principal) -> ColumnElement[bool]:
    """Everybody sees their own log-ins, no one anyone else's."""
    return LogInSession.person_id == who.user_id


@row_policy(LogInChallenge)
def log_in_challenge(_who: Principal) -> ColumnElement[bool]:
    """No one reads who is waiting to be logged in; the log-in looks them up before anyone is known."""
    return false()


@row_policy(Throttle)
def throttle(_who: Principal) -> ColumnElement[bool]:
    """No one reads how often something was tried; the log-in counts before anyone is known."""
    return false()


@row_policy(SavedSubmission)
def kept_post(who: Principal) -> ColumnElement[bool]:
    """Only the person who typed it sees what was stored for them when their log-in ended."""
    return SavedSubmission.person_id == who.user_id


@row_policy(AuditRow)
def audit(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team's managers read the audit."""
    return true() if who.has(Role.sen_manager) else false()


@row_policy(OutboxMail)
def outbox(_who: Principal) -> ColumnElement[bool]:
    """No one reads mail on its way."""
    return false()


@row_policy(RegisterUser)
def fab_registration(_who: Principal) -> ColumnElement[bool]:
    """AppBuilder's own registrations are not used."""
    return false()


@row_policy(ApiKey)
def api_key(_who: Principal) -> ColumnElement[bool]:
    """There is no interface for programs."""
    return false()


__all__ = ["IN_WORDS", "OPEN_TO_ALL", "PERSON_TABLE", "ROW_POLICIES", "STANDING", "children_linked_by_name",
           "linked_children", "row_policy"]  # fmt: skip
