"""Register for an account: save a professional's details, and open the account once the address is confirmed."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, delete, or_, select, update

from app.accounts.account_creation import open_account
from app.accounts.account_reactions import after_confirmation
from app.accounts.events import RegisteredAlready
from app.accounts.mailed_links import OpenLink, Purpose, mail, mail_link, make_link, throttle_mail_to
from app.accounts.membership_changes import begin
from app.accounts.queries.addresses import person_with_email
from app.accounts.queries.mailed_links import password_chosen_for, save_password
from app.accounts.registration_checks import reasons_to_wait, recognised
from app.accounts.registration_events import (
    MembershipAwaited,
    RegistrationApproved,
    RegistrationReceived,
    RegistrationWaiting,
)
from app.accounts.rules.invitations import LASTS
from app.accounts.rules.work_email import EmailError, canonical, domain_of, free_mail_problem, is_free_mail
from app.accounts.tables.log_in import Registration, RegistrationState
from app.accounts.tables.mailed_links import MailedLink
from app.accounts.tables.people import Person
from app.core.database.row_filter import bypass_row_filter
from app.core.errors import FieldError, InvalidState, ValidationFailed
from app.core.roles import Profession, Role
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.organisations.tables import Organisation

PROFESSIONS = tuple(profession for profession in Profession if profession is not Profession.council)
"""The kinds of organisation whose people register; administrators invite the council's own staff."""

FORGET_UNCONFIRMED = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """The details that an applicant enters; one of the two organisations is given.

    The profession follows from an organisation in our list; it is asked only for one that is not listed.
    """

    email: str
    has_work_email: bool = True
    first_name: str
    last_name: str
    profession: Profession | None = None
    organisation_id: int | None
    organisation_named: str = ""
    job_title: str
    address: str
    postcode: str
    phone: str


def work_address(entered: str, *, allow_personal: bool = False) -> str:
    """Return the canonical form of this address.

    Raises ValidationFailed for no address at all, and for one on a personal email service unless that is allowed.
    """
    try:
        email = canonical(entered)
    except EmailError as problem:
        raise ValidationFailed(FieldError("email", problem.text)) from None
    if not allow_personal and is_free_mail(domain_of(email)):
        raise ValidationFailed(FieldError("email", free_mail_problem(domain_of(email))))
    return email


def any_address(entered: str) -> str:
    """Return the canonical form of this address, work address or not. Raises ValidationFailed for no address at all."""
    return work_address(entered, allow_personal=True)


def register(work: UnitOfWork, applicant: Applicant, locale: str | None = None) -> None:
    """Save a registration and mail a link to its address. The answer is the same for known and unknown addresses.

    The mail is in the language of the page. Raises ValidationFailed or TooMany.
    """
    email = work_address(applicant.email, allow_personal=not applicant.has_work_email)
    throttle_mail_to(work, email)
    bypass_row_filter(work.session, "a person registers, before any log-in")
    profession = _profession_of(work, applicant)
    taken = person_with_email(work.session, email) is not None
    # Known and unknown addresses take the same work, and so the same time.
    nested = work.session.begin_nested()
    registration = _replaceable(work, email)
    _write(work, registration, applicant, profession)
    work.add(registration)
    token = make_link(work, Purpose.register, email, registration_id=registration.id)
    if taken:
        nested.rollback()
        mail(work, "already_registered", email, secrets.token_hex(8), locale)
        work.record(RegisteredAlready())
        return
    nested.commit()
    mail_link(work, "registration_link", Purpose.register, email, token, locale)
    work.record(RegistrationReceived(registration_id=registration.id))


def _profession_of(work: UnitOfWork, applicant: Applicant) -> Profession:
    """Return the chosen organisation's kind; the applicant's own answer is used only for one that is not listed."""
    if applicant.organisation_id is not None:
        return choosable_organisation(work, applicant.organisation_id).kind
    if applicant.profession not in PROFESSIONS:
        raise ValidationFailed(
            FieldError("profession", Wording(N_("Select what kind of organisation you work for")))
        )
    return applicant.profession


def choosable_organisation(work: UnitOfWork, organisation_id: int) -> Organisation:
    """Return an organisation that a professional may choose. Raises ValidationFailed for any other."""
    organisation = work.get(Organisation, organisation_id)
    if not organisation.active or organisation.kind is Profession.council:
        raise ValidationFailed(
            FieldError("organisation", Wording(N_("Choose your organisation from the list")))
        )
    return organisation


def choosable_organisations(work: UnitOfWork) -> list[tuple[int, str]]:
    """Return the (id, name) of the organisations that a professional may choose, in order."""
    rows = work.session.execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.active.is_(True), Organisation.kind != Profession.council)
        .order_by(Organisation.name)
    )
    return [(row[0], row[1]) for row in rows]


def _replaceable(work: UnitOfWork, email: str) -> Registration:
    """Return the older unconfirmed registration, to be overwritten, or a new one.

    A confirmed one is left alone, because someone else may have entered the address again.
    """
    older = work.session.scalars(
        select(Registration)
        .where(Registration.email == email, Registration.state == RegistrationState.unconfirmed)
        .order_by(Registration.id)
    ).first()
    return older or Registration(email=email)


def _write(
    work: UnitOfWork, registration: Registration, applicant: Applicant, profession: Profession
) -> None:
    registration.created_at = work.now
    registration.first_name = applicant.first_name
    registration.last_name = applicant.last_name
    registration.profession = profession
    registration.organisation_id = applicant.organisation_id
    registration.organisation_named = "" if applicant.organisation_id else applicant.organisation_named
    registration.job_title = applicant.job_title
    registration.address = applicant.address
    registration.postcode = applicant.postcode
    registration.phone = applicant.phone


def organisation_name(work: UnitOfWork, registration: Registration) -> str:
    """Return the name of the organisation that the applicant chose or entered."""
    if registration.organisation_id is None:
        return registration.organisation_named
    return work.get(Organisation, registration.organisation_id).name


def confirm(work: UnitOfWork, link: OpenLink, password_hash: str) -> RegistrationState:
    """Open the account after the address is confirmed and a password chosen, or leave the decision to the SEN team.

    Returns the registration's new state. Raises Conflict when the address has got an account in the meantime.
    """
    bypass_row_filter(work.session, "a registration is confirmed by its link")
    registration = work.get(Registration, link.registration_id or 0)
    registration.confirmed_at = work.now
    _drop_older_waiting(work, registration)
    if reasons_to_wait(work, registration, recognised(work, registration.email)):
        registration.state = RegistrationState.waiting
        mail(work, "registration_waiting", registration.email, str(registration.id))
        work.record(RegistrationWaiting(registration_id=registration.id))
        return registration.state
    open_registered(work, registration, password_hash)
    save_password(work.session, link.id, None)
    mail(work, "account_opened", registration.email, f"registration {registration.id}")
    return RegistrationState.approved


def _drop_older_waiting(work: UnitOfWork, registration: Registration) -> None:
    """Refuse older waiting registrations of the address; the newest one replaces them."""
    older = work.session.scalars(
        update(Registration)
        .where(
            Registration.email == registration.email,
            Registration.state == RegistrationState.waiting,
            Registration.id != registration.id,
        )
        .values(
            state=RegistrationState.refused,
            decided_at=work.now,
            decision_reason="They registered again, and the newer registration counts.",
        )
        .returning(Registration)
    )
    for each in older.all():
        forget_password(work, each)


def open_registered(
    work: UnitOfWork, registration: Registration, password_hash: str, confirmed_by: int | None = None
) -> Person:
    """Create the account of a registration: a professional in the organisation it names. Return the person.

    The domain of an address opens an account. The officer who approves the registration confirms that they work
    there; otherwise the organisation's lead or the SEN team does so later.
    """
    person = Person(
        first_name=registration.first_name,
        last_name=registration.last_name,
        email=registration.email,
        password=password_hash,
        profession=registration.profession,
        address=registration.address,
        postcode=registration.postcode,
        phone=registration.phone,
    )
    open_account(work, person, Role.professional)
    if registration.organisation_id is None:
        raise InvalidState  # neither a recognised address nor an officer opens an account without one
    membership = begin(
        work, person, registration.organisation_id, registration.job_title, confirmed_by=confirmed_by
    )
    registration.state = RegistrationState.approved
    registration.person_id = person.id
    registration.decided_at = work.now
    work.record(RegistrationApproved(registration_id=registration.id))
    if confirmed_by is None:
        work.record(MembershipAwaited(person_id=person.id, membership_id=membership.id))
    else:
        after_confirmation(work, membership, confirmed_by)
    return person


def forget_password(work: UnitOfWork, registration: Registration) -> None:
    """Delete the password chosen for a registration that will not become an account."""
    chosen = password_chosen_for(work.session, registration.id)
    if chosen is not None:
        save_password(work.session, chosen[0], None)


def forget_unconfirmed(work: UnitOfWork) -> int:
    """Delete registrations unconfirmed after a week, and links a week after they expired. Run daily.

    Returns how many registrations were deleted. The link of a waiting registration stays, because it holds the chosen
    password.
    """
    bypass_row_filter(work.session, "unconfirmed registrations are deleted")
    old = select(Registration.id).where(
        Registration.state == RegistrationState.unconfirmed,
        Registration.created_at < work.now - FORGET_UNCONFIRMED,
    )
    numbers = list(work.session.scalars(old))
    work.session.execute(delete(MailedLink).where(MailedLink.registration_id.in_(numbers)))
    old_link = or_(
        and_(MailedLink.expires_at < work.now - FORGET_UNCONFIRMED, MailedLink.purpose != Purpose.invite),
        MailedLink.created_at < work.now - LASTS,
    )
    holds_nothing = or_(MailedLink.chosen_password.is_(None), MailedLink.used_at.is_(None))
    work.session.execute(delete(MailedLink).where(old_link, holds_nothing))
    work.session.execute(delete(Registration).where(Registration.id.in_(numbers)))
    return len(numbers)
