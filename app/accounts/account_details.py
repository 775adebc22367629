"""Correct the details of one's own account, and propose another organisation, which the SEN team approves."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.accounts.account_reactions import after_confirmation, after_rename, hand_over_work
from app.accounts.accounts import check_open
from app.accounts.events import (
    AccountDetailsChanged,
    OrganisationChangeApproved,
    OrganisationChangeProposed,
    OrganisationChangeRefused,
)
from app.accounts.mailed_links import mail
from app.accounts.membership_changes import move
from app.accounts.recovery import end_changes_under_way
from app.accounts.tables.account_changes import OrganisationChange, ProposalState
from app.accounts.tables.people import Person
from app.core.activity_limits import PROPOSED, RENAMED, count_mine
from app.core.database.locks import hold_account
from app.core.errors import FieldError, Forbidden, InvalidState, TooMany, ValidationFailed
from app.core.roles import Profession, Role
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.organisations.tables import Organisation


@dataclass(frozen=True, kw_only=True)
class Details:
    """The details that the owner of an account may correct at once; none of them decides access."""

    first_name: str
    last_name: str
    job_title: str
    address: str
    postcode: str
    phone: str


def details_of(person: Person) -> Details:
    """Return the details as they are now."""
    job_title = person.membership.job_title if person.membership is not None else None
    known = {
        name: getattr(person, name) or "" for name in Details.__dataclass_fields__ if name != "job_title"
    }
    return Details(**known, job_title=job_title or "")


def correct(work: UnitOfWork, new_details: Details) -> bool:
    """Save the owner's corrected details and record the old and new values. Return False when nothing differs.

    The job title is that of the organisation they act for; where there is none, it stays empty. Raises ValidationFailed
    when the name was changed too often.
    """
    person = work.get(Person, work.me.user_id)
    if person.membership is None:
        new_details = replace(new_details, job_title="")
    before, after = asdict(details_of(person)), asdict(new_details)
    changed = [name for name in after if before[name] != after[name]]
    name = person.name
    if renamed := bool({"first_name", "last_name"} & set(changed)):
        _count_rename(work)
    for each in changed:
        setattr(person.membership if each == "job_title" else person, each, after[each])
    if renamed:
        person.remember_name(name)
        work.session.flush()
        after_rename(work, person)
    if changed:
        work.record(
            AccountDetailsChanged(
                person_id=person.id,
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
        )
    return bool(changed)


def _count_rename(work: UnitOfWork) -> None:
    try:
        count_mine(work, RENAMED)
    except TooMany as many:
        text = N_("You have changed your name many times today. Wait a day, then change it again")
        raise ValidationFailed(FieldError("first_name", Wording(text))) from many


# --- another organisation -------------------------------------------------------------------------


def may_propose(work: UnitOfWork) -> bool:
    """Return whether this person may propose another organisation: only professionals work for one they can change."""
    return work.me.has(Role.professional)


def my_proposal(work: UnitOfWork) -> OrganisationChange | None:
    """Return this person's proposal that is waiting for the SEN team, or None."""
    mine = _with_names().where(
        OrganisationChange.person_id == work.me.user_id, OrganisationChange.state == ProposalState.waiting
    )
    return work.session.scalars(mine).one_or_none()


def propose(work: UnitOfWork, organisation_id: int, reason: str) -> OrganisationChange:
    """Propose another organisation for this person, in place of an earlier waiting proposal, and return the proposal.

    Raises Forbidden for those who are not professionals, and ValidationFailed for an organisation that is theirs
    already or cannot be chosen.
    """
    if not may_propose(work):
        raise Forbidden("only professionals have an organisation to change")
    check_open(work, Role.professional)
    person = work.get(Person, work.me.user_id)
    organisation = work.get(Organisation, organisation_id)
    if organisation.kind is Profession.council or not organisation.active:
        raise ValidationFailed(
            FieldError("organisation", Wording(N_("Choose your organisation from the list")))
        )
    if person.membership_in(organisation.id) is not None:
        raise ValidationFailed(
            FieldError("organisation", Wording(N_("Choose an organisation other than the one you have")))
        )
    try:
        count_mine(work, PROPOSED)
    except TooMany as many:
        text = Wording(N_("You have proposed many changes today. Wait a day, then propose this one"))
        raise ValidationFailed(FieldError("organisation", text)) from many
    _close(work, OrganisationChange.person_id == person.id, ProposalState.withdrawn)
    try:
        proposal = work.add(
            OrganisationChange(
                person_id=person.id,
                from_organisation_id=work.me.organisation_id,
                to_organisation_id=organisation.id,
                reason=reason,
            )
        )
    except IntegrityError:
        text = Wording(N_("Another change was proposed for your account just now. Try again"))
        raise ValidationFailed(FieldError("organisation", text)) from None
    work.record(OrganisationChangeProposed(person_id=person.id, change_id=proposal.id))
    return proposal


def withdraw(work: UnitOfWork) -> bool:
    """Withdraw this person's proposal. Return False when none was waiting."""
    return _close(work, OrganisationChange.person_id == work.me.user_id, ProposalState.withdrawn)


def waiting(work: UnitOfWork) -> Sequence[OrganisationChange]:
    """Return the proposals that wait for the SEN team, oldest first. Raises Forbidden for anyone else."""
    _check_team(work)
    statement = _with_names().where(OrganisationChange.state == ProposalState.waiting)
    return work.session.scalars(statement.order_by(OrganisationChange.id).limit(200)).all()


def proposal(work: UnitOfWork, change_id: int) -> OrganisationChange:
    """Return one proposal with the names to show. Raises Forbidden for those outside the SEN team."""
    _check_team(work)
    return work.get(OrganisationChange, change_id, *_NAMES)


def approve(work: UnitOfWork, change_id: int) -> OrganisationChange:
    """Move the person to the organisation, whose kind becomes their profession, and mail them. Return the proposal.

    Their work stays with the organisation they leave. Raises InvalidState when it was decided already, and
    ValidationFailed when the organisation or account is no longer in use.
    """
    _check_team(work)
    change = _decide(work, change_id, ProposalState.approved)
    person, organisation = change.person, change.to_organisation
    is_professional = any(role.name == Role.professional.name for role in person.roles)
    if not (organisation.active and person.active and is_professional):
        text = N_("This organisation or account is no longer in use. Refuse the change")
        raise ValidationFailed(FieldError("decision", Wording(text)))
    person_id, organisation_id, kind = person.id, organisation.id, organisation.kind
    left = change.from_organisation_id
    if left is not None:
        hand_over_work(work, person_id, left)
    person = work.get(Person, person_id)
    person.profession = kind
    membership = move(work, person, left, organisation_id, confirmed_by=work.me.user_id)
    end_changes_under_way(work, person_id)
    after_confirmation(work, membership, work.me.user_id)
    person = work.get(Person, person_id)
    mail(work, "organisation_change_approved", person.email, str(change_id), person.locale)
    work.record(
        OrganisationChangeApproved(
            person_id=person_id,
            change_id=change_id,
            from_organisation_id=left,
            to_organisation_id=organisation_id,
        )
    )
    return change


def refuse(work: UnitOfWork, change_id: int, reason: str) -> OrganisationChange:
    """Refuse the proposal, mail the person the reason, and return it.

    Raises InvalidState when it was decided already.
    """
    _check_team(work)
    change = _decide(work, change_id, ProposalState.refused)
    change.decision_reason = reason
    person = change.person
    mail(work, "organisation_change_refused", person.email, str(change_id), person.locale, reason=reason)
    work.record(OrganisationChangeRefused(person_id=person.id, change_id=change_id))
    return change


_NAMES = (
    joinedload(OrganisationChange.person),
    joinedload(OrganisationChange.from_organisation),
    joinedload(OrganisationChange.to_organisation),
)


def _with_names() -> Select[OrganisationChange]:
    return select(OrganisationChange).options(*_NAMES)


def _check_team(work: UnitOfWork) -> None:
    if not work.me.in_sen_team:
        raise Forbidden("only the SEN team decides where a professional works")


def _decide(work: UnitOfWork, change_id: int, state: ProposalState) -> OrganisationChange:
    """Close the proposal if it is still waiting; of two officers who decide at once, the second gets InvalidState."""
    hold_account(work.session, work.get(OrganisationChange, change_id).person_id)
    if not _close(work, OrganisationChange.id == change_id, state):
        raise InvalidState
    change = proposal(work, change_id)
    change.decided_by_id = work.me.user_id
    return change


def _close(work: UnitOfWork, which: object, state: ProposalState) -> bool:
    closed = work.session.execute(
        update(OrganisationChange)
        .where(which, OrganisationChange.state == ProposalState.waiting)  # type: ignore[arg-type]
        .values(state=state, decided_at=work.now)
        .returning(OrganisationChange.id)
        .execution_options(synchronize_session=False)
    )
    work.session.expire_all()
    return closed.one_or_none() is not None
