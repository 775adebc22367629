"""Decide about registrations: show what is known of the applicant, and approve or refuse."""

import difflib
from dataclasses import dataclass

from sqlalchemy import or_, select, update

from app.accounts.mailed_links import mail
from app.accounts.queries.addresses import KnownDomain, person_with_email
from app.accounts.queries.mailed_links import password_chosen_for, save_password
from app.accounts.registration import forget_password, open_registered
from app.accounts.registration_checks import reasons_to_wait, recognised
from app.accounts.registration_events import RegistrationRefused
from app.accounts.rules.work_email import domain_of, domain_shown
from app.accounts.tables.log_in import Registration, RegistrationState
from app.accounts.tables.people import Person
from app.core.errors import Conflict, FieldError, Forbidden, InvalidState, ValidationFailed
from app.core.events import ReferenceChanged
from app.core.names import fold
from app.core.roles import Profession, Role
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.organisations.tables import Organisation, WorkDomain

MOST_LOOK_ALIKES = 200


@dataclass(frozen=True)
class Case:
    """Everything an officer needs in order to decide about one registration."""

    registration: Registration
    domain: str
    """The address's domain in ASCII: letters that only look Latin show as "xn--…"."""
    domain_is_disguised: bool
    recognised: KnownDomain | None
    organisations: list[Organisation]
    """The organisations it may be, likeliest first."""
    look_alikes: list[Person]
    """Accounts whose address may be the same mailbox, or with the same name at the same domain."""
    has_account: bool
    reasons: list[Wording]
    """Why the account was not opened at once."""


def case_of(work: UnitOfWork, registration_id: int) -> Case:
    """Return one registration with everything that matters for the decision."""
    registration = work.get(Registration, registration_id)
    domain = domain_shown(domain_of(registration.email))
    known = recognised(work, registration.email)
    return Case(
        registration=registration,
        domain=domain,
        domain_is_disguised="xn--" in domain,
        recognised=known,
        organisations=_likely_organisations(work, registration, known),
        look_alikes=_look_alikes(work, registration),
        has_account=person_with_email(work.session, registration.email) is not None,
        reasons=reasons_to_wait(work, registration, known),
    )


def _likely_organisations(
    work: UnitOfWork, registration: Registration, known: KnownDomain | None
) -> list[Organisation]:
    every = work.session.scalars(
        select(Organisation)
        .where(Organisation.active.is_(True), Organisation.kind != Profession.council)
        .order_by(Organisation.name)
    ).all()
    named = fold(registration.organisation_named)
    by_name = {fold(one.name): one.id for one in every}
    close = {by_name[name] for name in difflib.get_close_matches(named, by_name, n=5, cutoff=0.6)}

    def likeness(one: Organisation) -> int:
        return (
            8 * (one.id == registration.organisation_id)
            + 4 * (known is not None and one.id == known.organisation_id)
            + 2 * (one.id in close)
            + (bool(one.postcode) and one.postcode == registration.postcode)
        )

    return [one for one in sorted(every, key=likeness, reverse=True) if likeness(one)][:6]


def _look_alikes(work: UnitOfWork, registration: Registration) -> list[Person]:
    """Return the accounts that may be the same person's: one mailbox may be written with dots or a plus."""
    ending = "@" + domain_of(registration.email)
    same_mailbox = Person.mailbox == registration.mailbox
    close = work.session.scalars(
        select(Person)
        .where(or_(same_mailbox, Person.email.endswith(ending, autoescape=True)))
        .order_by(same_mailbox.desc())
        .limit(MOST_LOOK_ALIKES)
    ).unique()
    name = fold(f"{registration.first_name} {registration.last_name}")
    return [
        person
        for person in close
        if person.mailbox == registration.mailbox or name in map(fold, (person.name, *person.earlier_names))
    ]


def approve(work: UnitOfWork, registration_id: int, organisation_id: int) -> Person:
    """Open the account as a professional confirmed in this organisation, mail them, and return the person.

    Raises InvalidState when it was decided already, and ValidationFailed when the address has an account or the
    organisation cannot be theirs.
    """
    registration = _decide(work, registration_id, RegistrationState.approved)
    organisation = work.get(Organisation, organisation_id)
    if organisation.kind is Profession.council or not organisation.active:
        raise ValidationFailed(
            FieldError("organisation", Wording(N_("Choose an organisation that professionals may belong to")))
        )
    registration.organisation_id = organisation.id
    registration.profession = organisation.kind
    chosen = password_chosen_for(work.session, registration.id)
    if chosen is None:
        raise InvalidState
    try:
        person = open_registered(work, registration, chosen[1], confirmed_by=work.me.user_id)
    except Conflict:
        text = Wording(N_("This email address already has an account. Refuse this registration"))
        raise ValidationFailed(FieldError("decision", text)) from None
    registration.decided_by_id = work.me.user_id
    save_password(work.session, chosen[0], None)
    mail(work, "registration_approved", registration.email, str(registration.id))
    return person


def refuse(work: UnitOfWork, registration_id: int, reason: str) -> Registration:
    """Refuse the registration, mail the applicant the reason, and return it.

    Raises InvalidState when it was decided already.
    """
    registration = _decide(work, registration_id, RegistrationState.refused)
    registration.decided_by_id = work.me.user_id
    registration.decided_at = work.now
    registration.decision_reason = reason
    forget_password(work, registration)
    mail(work, "registration_refused", registration.email, str(registration.id), reason=reason)
    work.record(RegistrationRefused(registration_id=registration.id))
    return registration


def _decide(work: UnitOfWork, registration_id: int, state: RegistrationState) -> Registration:
    """Close the registration if it is still waiting; of two officers who decide at once, the second gets
    InvalidState."""
    if not work.me.in_sen_team:
        raise Forbidden("only the SEN team decides about registrations")
    registration = work.get(Registration, registration_id)
    taken = work.session.execute(
        update(Registration)
        .where(Registration.id == registration_id, Registration.state == RegistrationState.waiting)
        .values(state=state)
        .returning(Registration.id)
    )
    if taken.one_or_none() is None:
        raise InvalidState
    return registration


def new_organisation(work: UnitOfWork, registration_id: int, name: str, kind: Profession) -> Organisation:
    """Add the organisation that an applicant named, with the work address they gave, and return it.

    Raises Forbidden outside the SEN team, and ValidationFailed when the name is in the list.
    """
    if not work.me.in_sen_team:
        raise Forbidden("only the SEN team enters organisations for registrations")
    registration = work.get(Registration, registration_id)
    text = Wording(N_("An organisation with this name is in the list. Choose it there"))
    known = ValidationFailed(FieldError("new_name", text))
    names = work.session.scalars(select(Organisation.name))
    if fold(name) in {fold(other) for other in names}:
        raise known
    organisation = work.add_only(
        Organisation(
            name=name,
            kind=kind,
            address=registration.address,
            postcode=registration.postcode,
        ),
        known,
    )
    work.record(ReferenceChanged(table="organisation", row_id=organisation.id, change="added"))
    return organisation


def recognise_domain(work: UnitOfWork, registration_id: int, organisation_id: int) -> None:
    """Add this domain as the organisation's work domain: later applicants with it need no approval.

    Raises Forbidden for those who may not recognise domains. A domain already recognised is left alone.
    """
    if not may_recognise_domains(work):
        raise Forbidden("only a SEN manager or an administrator recognises work domains")
    registration = work.get(Registration, registration_id)
    domain = domain_of(registration.email)
    if work.session.scalars(select(WorkDomain).where(WorkDomain.domain == domain)).first() is not None:
        return
    try:
        added = work.add_only(
            WorkDomain(domain=domain, organisation_id=organisation_id), Conflict("WorkDomain")
        )
    except Conflict:  # recognised with another registration at this moment
        return
    work.record(ReferenceChanged(table="work_domain", row_id=added.id, change="added"))


def may_recognise_domains(work: UnitOfWork) -> bool:
    """Return whether this person may add to the list of recognised work domains."""
    return work.me.has(Role.sen_manager, Role.admin)


__all__ = [
    "Case",
    "approve",
    "case_of",
    "may_recognise_domains",
    "new_organisation",
    "recognise_domain",
    "refuse",
]
