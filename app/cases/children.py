"""Add a child or young person, and view a child's record."""

from dataclasses import replace
from typing import cast

from sqlalchemy import or_, select

from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.cases.child_corrections import LONGEST_REASON, Correction, correct_child, may_correct
from app.cases.duplicates import IDENTITY, alike, known_child_like
from app.cases.events import ChildLinked
from app.cases.queries.child_page import child_to_read
from app.children.child_details import NewChild, check_details, columns_of, identity_of
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
from app.forms.rules.secrecy import hidden_columns
from app.forms.rules.workflow import FormState
from app.forms.tables.forms import Request
from app.organisations.tables import Organisation

CORRECTED_WHILE_ADDING = "Corrected while adding"


class AlreadyLinked(PortalError):
    """The person adding is already linked to a child like this, whose id is `child_id`."""

    status = 409

    def __init__(self, child_id: int) -> None:
        super().__init__("already linked")
        self.child_id = child_id


def may_add_children(who: Principal) -> bool:
    """Return whether this person's organisation may add a child.

    Schools and post-16 institutions may request an assessment (CFA 2014, s. 36(1)); early years settings may
    bring a child to the council's attention (s. 23 and 24).
    """
    return who.has(Role.professional) and who.organisation_id is not None and who.profession in EDUCATION


def add_child(work: UnitOfWork, details: NewChild, key: str = "", *, is_another: bool = False) -> Request:
    """Add a child and return the draft request for an assessment, of which the person adding is the author.

    Posting the same page twice (`key`) adds one child; a corrected second post corrects that child. Raises
    AlreadyLinked when the person adding is linked to a similar child, unless `is_another`. A likely duplicate
    elsewhere is recorded for the SEN team; the person adding learns nothing of it.
    """
    me = work.me
    if not may_add_children(me):
        raise Forbidden("add_child")
    if faults := check_details(details, work.today):
        raise ValidationFailed(*faults)
    _check_still_works_there(work)
    _count(work)
    if added := _added_with(work, key):
        return _sent_again(work, added, details)
    identity = identity_of(details)
    if not is_another and (mine := _mine_like(work, identity)):
        raise AlreadyLinked(mine)
    child = _new_child(work, details, key)
    request = _add(work, child)
    if request is not None:
        return request
    first = _added_with(work, key)
    assert first is not None  # the unique index has just found it  # noqa: S101
    return _sent_again(work, first, details)


def record_child(work: UnitOfWork, details: NewChild, key: str = "") -> Child:
    """Add a child for whom no school asks in the portal, and return it; for the SEN team only.

    Posting the same page twice (`key`) adds one child. A likely duplicate is recorded, and the child's page says so.
    """
    if not work.me.in_sen_team:
        raise Forbidden("record_child")
    if faults := check_details(details, work.today):
        raise ValidationFailed(*faults)
    if (added := _added_with(work, key)) is not None:
        return added
    _count(work)
    child = _new_child(work, details, key)
    try:
        work.add_only(child, _AddedAtOnce())
    except _AddedAtOnce:
        added = _added_with(work, key)
        assert added is not None  # the unique index has just found it  # noqa: S101
        return added
    _record_added(work, child)
    return child


def import_child(work: UnitOfWork, details: NewChild, setting_id: int | None, *, is_decided: bool) -> Child:
    """Add a child from another system's file, who attends this setting, and return the row; for SEN managers only.

    Raises ValidationFailed for a likely duplicate, unless a person decided that it is another child (`is_decided`).
    """
    if not work.me.has(Role.sen_manager):
        raise Forbidden("import_child")
    if faults := check_details(details, work.today):
        raise ValidationFailed(*faults)
    identity = identity_of(details)
    if known_child_like(work, identity) is not None and not is_decided:
        text = N_("It may be the same child as another row or a new record. Import the row again to decide")
        raise ValidationFailed(FieldError("forenames", Wording(text)))
    child = work.add(
        Child(
            **columns_of(details, identity),
            search_name=search_name(identity.surname, identity.forenames, identity.known_as),
            setting_id=setting_id,
            added_by_id=work.me.user_id,
        )
    )
    work.record(ChildAdded(child_id=child.id))
    return child


def add_again(work: UnitOfWork, child_id: int, details: NewChild) -> bool:
    """Correct the child to whom the person adding is linked already, and return whether the record changed.

    Only the record's author may correct it, and only while the request is a draft.
    """
    version = work.get(Child, child_id).version
    if not may_correct(work, child_id) or work.me.in_sen_team:
        return False
    return bool(correct_child(work, child_id, Correction(details, None, CORRECTED_WHILE_ADDING, version)))


def view_child(work: UnitOfWork, child_id: int) -> Child:
    """Return a child's record and record in the audit log that it was viewed. Raises NotFound."""
    child = child_to_read(work.session, child_id)
    if child is None:
        raise NotFound("Child")
    work.record(ChildViewed(child_id=child.id))
    hidden = hidden_columns(
        is_team=work.me.in_sen_team,
        is_family=work.me.has(Role.parent),
        contact_risk=child.contact_risk,
    )
    return cast(Child, attach(child, **dict.fromkeys(hidden)))


def set_contact_risk(work: UnitOfWork, child_id: int, risk: bool, reason: str) -> Child:
    """Set or clear the confidential address flag of a child and return the child; for the SEN team only.

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
    """Raise Forbidden where the account is being closed or the organisation is no longer in use.

    Locks the account until the commit, so that no link is made to a closed one.
    """
    still_open = select(Person.active).where(Person.id == work.me.user_id).with_for_update(read=True)
    in_use = (
        select(Organisation.active)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(
            Membership.person_id == work.me.user_id,
            Membership.organisation_id == work.me.organisation_id,
            Membership.ended_at.is_(None),
        )
    )
    if not (work.session.scalar(still_open) and work.session.scalar(in_use)):
        raise Forbidden("add_child")


def _count(work: UnitOfWork) -> None:
    try:
        count_mine(work, ADDED)
    except TooMany as many:
        text = N_("You have added many children in a short time. Wait an hour, then add this one")
        raise ValidationFailed(FieldError("forenames", Wording(text))) from many


class _AddedAtOnce(PortalError):
    """The same page was posted twice, and the other post was first."""


def _add(work: UnitOfWork, child: Child) -> Request | None:
    """Add the child; return None when another post of the same page has just added it."""
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
    _record_added(work, child)
    work.record(ChildLinked(child_id=child.id, link_id=link.id))
    work.record(RequestStarted(child_id=child.id, form_id=request.id))
    return request


def _new_child(work: UnitOfWork, details: NewChild, key: str) -> Child:
    """Return the row of a child who attends the adder's organisation, if they have one."""
    identity = identity_of(details)
    return Child(
        **columns_of(details, identity),
        search_name=search_name(identity.surname, identity.forenames, identity.known_as),
        setting_id=None if work.me.in_sen_team else work.me.organisation_id,
        added_by_id=work.me.user_id,
        add_key=key or None,
        possible_duplicate_of_id=known_child_like(work, identity),
    )


def _record_added(work: UnitOfWork, child: Child) -> None:
    work.record(ChildAdded(child_id=child.id))
    if child.possible_duplicate_of_id is not None:
        work.record(PossibleDuplicateFound(child_id=child.id, of_child_id=child.possible_duplicate_of_id))


def _added_with(work: UnitOfWork, key: str) -> Child | None:
    """Return the child this person added with a page's key."""
    if not key:
        return None
    return work.session.scalars(
        select(Child).where(Child.added_by_id == work.me.user_id, Child.add_key == key)
    ).one_or_none()


def _sent_again(work: UnitOfWork, child: Child, details: NewChild) -> Request:
    """Correct the child that an earlier post of the same page added, and return its request."""
    child_id, version = child.id, child.version
    if may_correct(work, child_id):
        correct_child(work, child_id, Correction(details, None, CORRECTED_WHILE_ADDING, version))
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
    """Return the id of a child this person is linked to who may be the one they are adding."""
    name = search_name(identity.surname, identity.forenames)
    # What follows the name are the words of the name that the child is known by; comparing below is exact.
    same_name = or_(Child.search_name == name, Child.search_name.startswith(f"{name} ", autoescape=True))
    mine = select(ChildLink.child_id).where(
        ChildLink.person_id == work.me.user_id,
        ChildLink.organisation_id == work.me.organisation_id,
        ChildLink.ended_at.is_(None),
    )
    rows = work.session.execute(
        select(*IDENTITY, Child.contact_risk).where(Child.id.in_(mine), or_(same_name, *alike(identity)))
    ).all()
    # Where an address is secret, no one finds it out by trying postcodes.
    known = (replace(Identity(*row[:-1]), postcode="") if row[-1] else Identity(*row[:-1]) for row in rows)
    return next((each.child_id for each in known if is_close_to(identity, each)), None)


def _own_link(work: UnitOfWork, child: Child) -> ChildLink:
    me = work.me
    title = select(Membership.job_title).where(
        Membership.person_id == me.user_id,
        Membership.organisation_id == me.organisation_id,
        Membership.ended_at.is_(None),
    )
    return ChildLink(
        child_id=child.id,
        person_id=me.user_id,
        organisation_id=me.organisation_id,
        part=WorkflowRole.author,
        relationship_to_child=work.session.scalar(title) or "",
        linked_by_id=me.user_id,
        taken_up_at=work.now,
    )
