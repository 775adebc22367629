"""Check whether a registration may open an account at once, or why the SEN team has to approve it."""

from sqlalchemy import ColumnElement, and_, false, or_, select

from app.accounts.queries.addresses import KnownDomain, recognised_domain
from app.accounts.rules.lookalikes import looks_like
from app.accounts.rules.work_email import domain_of, domain_shown, is_free_mail
from app.accounts.tables.log_in import Registration, RegistrationState
from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.core.former_names import names_in
from app.core.names import fold
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.organisations.tables import Organisation, WorkDomain


def recognised(work: UnitOfWork, email: str) -> KnownDomain | None:
    """Return the work domain that covers this address: exactly, or as a subdomain where an administrator allows it."""
    return recognised_domain(work.session, domain_of(email))


def reasons_to_wait(work: UnitOfWork, registration: Registration, known: KnownDomain | None) -> list[Wording]:
    """Return why the SEN team has to approve this registration; an empty list when the account may be opened.

    An address shows at most that a person has a mailbox at an organisation. It opens an account there only when
    nothing else about the mailbox is in doubt.
    """
    return [
        *_domain_reasons(work, registration, known),
        *_account_reasons(work, registration),
        *_refusal_reasons(work, registration),
    ]


def _domain_reasons(work: UnitOfWork, registration: Registration, known: KnownDomain | None) -> list[Wording]:
    domain = domain_of(registration.email)
    reasons = []
    if is_free_mail(domain):
        text = N_("%(domain)s is a personal email service, so the address does not show where they work")
        reasons.append(Wording(text, domain=domain_shown(domain)))
    elif known is None:
        text = N_("The email domain %(domain)s is not recognised")
        reasons.append(Wording(text, domain=domain_shown(domain)))
        reasons += _lookalike_reasons(work, domain)
    elif known.organisation_id is None:
        text = N_("The email domain %(domain)s is shared by several organisations")
        reasons.append(Wording(text, domain=known.domain))
    elif registration.organisation_id not in (None, known.organisation_id):
        text = N_("The email domain %(domain)s belongs to %(name)s, not to the organisation they chose")
        name = work.get(Organisation, known.organisation_id).name
        reasons.append(Wording(text, domain=known.domain, name=name))
    if registration.organisation_id is None:
        reasons.append(Wording(N_("Their organisation is not in our list")))
    elif not (chosen := work.get(Organisation, registration.organisation_id)).active:
        reasons.append(Wording(N_("%(name)s is no longer in use"), name=chosen.name))
    return reasons


def _lookalike_reasons(work: UnitOfWork, domain: str) -> list[Wording]:
    """Return the work domains that this one resembles. Few registrations wait, so every work domain is compared."""
    text = N_("The email domain %(domain)s looks like %(known)s, but it is a different domain")
    known = work.session.scalars(select(WorkDomain.domain).order_by(WorkDomain.domain))
    return [
        Wording(text, domain=domain_shown(domain), known=other)
        for other in known
        if looks_like(domain, other)
    ]


def _account_reasons(work: UnitOfWork, registration: Registration) -> list[Wording]:
    """Return the accounts that may be the same person's.

    They share the mailbox, or the name at the same organisation, or a closed one there starts with the same local
    part. A new account would not be closed, nor removed from any child.
    """
    same_mailbox = and_(Person.mailbox == registration.mailbox, Person.email != registration.email)
    there: ColumnElement[bool] = false()
    if registration.organisation_id is not None:
        there = Person.id.in_(
            select(Membership.person_id).where(Membership.organisation_id == registration.organisation_id)
        )
    columns = (
        Person.first_name,
        Person.last_name,
        Person.former_names,
        Person.email,
        Person.mailbox,
        Person.active,
    )
    found = work.session.execute(
        select(*columns).where(Person.email != registration.email, or_(same_mailbox, there))
    )
    return [reason for row in found if (reason := _account_reason(registration, *row)) is not None]


def _account_reason(
    registration: Registration,
    first: str,
    last: str,
    former: str | None,
    email: str,
    mailbox: str | None,
    active: bool,
) -> Wording | None:
    same_mailbox = mailbox == registration.mailbox
    own = fold(f"{registration.first_name} {registration.last_name}")
    same_name = own in map(fold, (f"{first} {last}", *names_in(former)))
    begins_alike = (mailbox or "").partition("@")[0] == (registration.mailbox or "").partition("@")[0]
    if not (same_mailbox or same_name or (begins_alike and not active)):
        return None
    if not active:
        text = N_("The closed account of %(name)s (%(email)s) may belong to the same person")
    elif same_mailbox:
        text = N_("The account of %(name)s (%(email)s) may use the same mailbox")
    else:
        text = N_("The account of %(name)s (%(email)s) may belong to the same person")
    return Wording(text, name=f"{first} {last}".strip(), email=email)


def _refusal_reasons(work: UnitOfWork, registration: Registration) -> list[Wording]:
    """Return a registration from the same mailbox that an officer refused."""
    refused = work.session.scalars(
        select(Registration)
        .where(
            Registration.mailbox == registration.mailbox,
            Registration.id != registration.id,
            Registration.state == RegistrationState.refused,
            Registration.decided_by_id.is_not(None),
        )
        .order_by(Registration.decided_at.desc())
        .limit(1)
    )
    text = N_("An earlier registration from this mailbox was refused: %(reason)s")
    return [Wording(text, reason=each.decision_reason) for each in refused]
