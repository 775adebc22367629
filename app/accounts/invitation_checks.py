"""Check who may be invited, and when a second administrator has to confirm."""

from sqlalchemy import select

from app.accounts.rules.invitations import COUNCIL_ROLES
from app.accounts.rules.work_email import EmailError, canonical, domain_of, is_free_mail, resemblance
from app.accounts.tables.people import Person
from app.core.errors import FieldError, ValidationFailed
from app.core.roles import Profession, Role
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.organisations.tables import Organisation

CLOSED = N_("The account with this email address is closed. Ask an administrator to open it again")


def address_of(text: str, role: Role) -> str:
    """Return the canonical address.

    Raises ValidationFailed for no valid address, and for council roles for one on a personal email service.
    """
    try:
        address = canonical(text)
    except EmailError as problem:
        raise ValidationFailed(FieldError("email", problem.text)) from None
    if role in COUNCIL_ROLES and is_free_mail(domain_of(address)):
        text = N_("Enter their work email address. %(domain)s is a personal email service")
        raise ValidationFailed(FieldError("email", Wording(text, domain=domain_of(address))))
    return address


def check_mailbox_open(work: UnitOfWork, address: str) -> None:
    """Raise ValidationFailed for another address of a closed account's mailbox, which only an administrator reopens."""
    closed = select(Person).where(Person.mailbox == resemblance(address), Person.active.is_(False))
    person = work.session.scalars(closed.limit(1)).unique().first()
    if person is not None:
        text = N_(
            "The closed account of %(name)s (%(email)s) uses the same mailbox. "
            "Ask an administrator to open it again"
        )
        raise ValidationFailed(FieldError("email", Wording(text, name=person.name, email=person.email)))


def check_organisation(work: UnitOfWork, role: Role, organisation_id: int | None) -> None:
    """Raise ValidationFailed unless the organisation is one that professionals may belong to."""
    if role is not Role.professional:
        return
    invited_to = select(Organisation).where(Organisation.id == organisation_id)
    organisation = work.session.scalars(invited_to).one_or_none()
    if organisation is None or not organisation.active or organisation.kind is Profession.council:
        text = Wording(N_("Choose an organisation that professionals may belong to"))
        raise ValidationFailed(FieldError("organisation", text))


def needs_second(work: UnitOfWork, role: Role) -> bool:
    """Return whether a second administrator has to confirm: for the first holder of each council role, if configured."""
    if role not in COUNCIL_ROLES or not work.context.settings.two_administrators:
        return False
    holders = select(Person.id).where(Person.active.is_(True), Person.roles.any(name=role.name))
    return work.session.scalars(holders.limit(1)).first() is None
