"""Adding a child or young person, and opening a child's page."""

from typing import cast

from sqlalchemy import or_, select

from app.accounts.tables.people import Person
from app.cases.child_corrections import LONGEST_REASON, Correction, correct_child, may_correct
from app.cases.duplicates import IDENTITY, alike, known_child_like
from app.cases.events import ChildLinked
from app.cases.queries.child_page import child_to_read
from app.children.child_details import NewChild, columns_of, identity_of, what_is_wrong
from app.children.events import ChildAdded, ChildViewed, ContactRiskChanged, PossibleDuplicateFound
from app.children.rules.matching import Identity, is_close_to
from app.children.tables import Child, ChildLink
from app.core.activity_limits import ADDED, count_mine
from app.core.database.row_mapper import attach
from app.core.errors import FieldError, Forbidden, NotFound, PortalError, TooMany, ValidationFailed
from app.core.names import search_name
from app.core.roles import EDUCATION, Principal, Profession, Role, WorkflowRole
from app.core.text_input import clean_lines
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.confidentiality import note_contact_risk
from app.forms.events import RequestStarted
from app.forms.form_templates import published
from app.forms.rules.secrecy import columns_kept_from
from app.forms.rules.workflow import FormState
from app.forms.tables.forms import Request
from app.organisations.tables import Organisation

CORRECTED_WHILE_ADDING = "Corrected while adding"


class AlreadyLinked(PortalError):
    """The person adding is linked to a child like this already. `child_id` is that child's."""

    status = 409

    def __init__(self, child_id: int) -> None:
        super().__init__("already linked")
        self.child_id = child_id


def may_add_children(who: Principal) -> bool:
    """Schools and post-16 establishments may ask for an assessment (CFA 2014, s.36(1)); early years settings may bring a
    child to the council's attention (s.23 and 24)."""
    return who.has(Role.professional) and who.organisation_id is not None and who.profession in EDUCATION


def add_child(work: UnitOfWork, typed: NewChild, key: str = "", *, is_another: bool = False) -> Request:
    """Enter a child and begin the request for an assessment, which the person adding is the author of.

    The same page sent twice (`key`) adds one child; sent again with a correction, it corrects that child. Raises
    AlreadyLinked when the person adding is linked to a child like this, unless they say that it `is_another`. A likely
    duplicate elsewhere is noted for the SEN team; nothing of it reaches the person adding.
    """
    me = work.me
    if not may_add_children(me):
        raise Forbidden("add_child")
    if faults := what_is_wrong(typed, work.today):
        raise ValidationFailed(*faults)
    _check_still_works_there(work)
    _count(work)
    if added := _added_with(work, key):
        return _sent_again(work, added, typed)
    identity = identity_of(typed)
    if not is_another and (mine := _mine_like(work, identity)):
        raise AlreadyLinked(mine)
    child = Child(
        **columns_of(typed, identity),
        search_name=search_name(identity.surname, identity.forenames),
        setting_id=me.organisation_id,
        added_by_id=me.user_id,
        add_key=key or None,
        possible_duplicate_of_id=known_child_like(work, identity),
    )
    request = _add(work, child)
    if request is not None:
        return request
    first = _added_with(work, key)
    assert first is not None  # the unique index has just found it  # noqa: S101
    return _sent_again(work, first, typed)


def add_again(work: UnitOfWork, child_id: int, typed: NewChild) -> bool:
    """The person adding says that it is this child, to whom they are linked. Returns whether the record was corrected
    by what they typed: only its author may, and only while the request is a draft."""
    version = work.get(Child, child_id).version
    if not may_correct(work, child_id) or work.me.in_sen_team:
        return False
    return bool(correct_child(work, child_id, Correction(typed, None, CORRECTED_WHILE_ADDING, version)))


def view_child(work: UnitOfWork, child_id: int) -> Child:
    """Open a child's page; the audit keeps that it was opened."""
    child = child_to_read(work.session, child_id)
    if child is None:
        raise NotFound("Child")
    work.record(ChildViewed(child_id=child.id))
    hidden = columns_kept_from(
        is_team=work.me.in_sen_team,
        is_family=work.me.has(Role.parent),
        contact_risk=child.contact_risk,
    )
    return cast(Child, attach(child, **dict.fromkeys(hidden)))


def set_contact_risk(work: UnitOfWork, child_id: int, risk: bool, reason: str) -> Child:
    """The SEN team notes that an address or contact detail must be kept secret, or that it need not be any more.

    Raises ValidationFailed without a reason.
    """
    if not work.me.in_sen_team:
        raise Forbidden("set_contact_risk")
    why = clean_lines(reason)
    if not why:
        raise ValidationFailed(FieldError("reason", Wording(N_("Enter the reason"))))
    if len(why) > LONGEST_REASON:
        raise ValidationFailed(
            FieldError("reason", Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_REASON))
        )
    child = work.get(Child, child_id)
    if child.contact_risk != risk:
        work.record(ContactRiskChanged(child_id=child.id, risk=risk, reason=why))
        if risk:
            note_contact_risk(work, child)
        child.contact_risk = risk
    return child


def _check_still_works_there(work: UnitOfWork) -> None:
    """Raise Forbidden where the account is being closed or the organisation is no longer in use. The account stays
    open until this is done, so that no link is made to a closed one."""
    mine = select(Organisation.active, Person.active).where(
        Person.id == work.me.user_id, Organisation.id == Person.organisation_id
    )
    row = work.session.execute(mine.with_for_update(read=True, of=Person)).one_or_none()
    if row is None or not all(row):
        raise Forbidden("add_child")


def _count(work: UnitOfWork) -> None:
    try:
        count_mine(work, ADDED)
    except TooMany as many:
        text = N_("You have added many children in a short time. Wait an hour, then add this one")
        raise ValidationFailed(FieldError("forenames", Wording(text))) from many


class _AddedAtOnce(PortalError):
    """The same page was sent twice, and the other sending was first."""


def _add(work: UnitOfWork, child: Child) -> Request | None:
    """Enter the child; None when the same page, sent twice at once, has just done so."""
    try:
        work.add_only(child, _AddedAtOnce())
    except _AddedAtOnce:
        return None
    link = work.add(_own_link(work, child))
    request = work.add(
        Request(
            child_id=child.id,
            form_version_id=published(work.session, "request").id,
            author_id=work.me.user_id,
            organisation_id=work.me.organisation_id,
            state=FormState.draft,
            statutory=work.me.profession is not Profession.early_years,
        )
    )
    work.record(ChildAdded(child_id=child.id))
    work.record(ChildLinked(child_id=child.id, link_id=link.id))
    work.record(RequestStarted(child_id=child.id, form_id=request.id))
    if child.possible_duplicate_of_id is not None:
        work.record(PossibleDuplicateFound(child_id=child.id, of_child_id=child.possible_duplicate_of_id))
    return request


def _added_with(work: UnitOfWork, key: str) -> Child | None:
    """The child this person added with a page's key."""
    if not key:
        return None
    return work.session.scalars(
        select(Child).where(Child.added_by_id == work.me.user_id, Child.add_key == key)
    ).one_or_none()


def _sent_again(work: UnitOfWork, child: Child, typed: NewChild) -> Request:
    """The page that added this child was sent again, perhaps with a mistake corrected."""
    child_id, version = child.id, child.version
    if may_correct(work, child_id):
        correct_child(work, child_id, Correction(typed, None, CORRECTED_WHILE_ADDING, version))
    request = work.session.scalars(
        select(Request)
        .where(Request.child_id == child_id, Request.organisation_id == work.me.organisation_id)
        .order_by(Request.id)
        .limit(1)
    ).first()
    if request is None:
        raise NotFound("Request")
    return request


def _mine_like(work: UnitOfWork, identity: Identity) -> int | None:
    """The number of a child this person is linked to who may be the one they are adding."""
    same_name = Child.search_name == search_name(identity.surname, identity.forenames)
    mine = select(ChildLink.child_id).where(
        ChildLink.person_id == work.me.user_id, ChildLink.ended_at.is_(None)
    )
    rows = work.session.execute(
        select(*IDENTITY).where(Child.id.in_(mine), or_(same_name, *alike(identity)))
    ).all()
    known = (Identity(*row) for row in rows)
    return next((each.child_id for each in known if is_close_to(identity, each)), None)


def _own_link(work: UnitOfWork, child: Child) -> ChildLink:
    person = work.get(Person, work.me.user_id)
    return ChildLink(
        child_id=child.id,
        person_id=person.id,
        organisation_id=person.organisation_id,
        part=WorkflowRole.author,
        relationship_to_child=person.job_title or "",
        linked_by_id=person.id,
        taken_up_at=work.now,
    )
