"""Account activation by an emailed link: choose a password and set up two-step verification.

The account is then active, or awaits approval.
"""

import enum
from dataclasses import dataclass

from app.accounts import registration
from app.accounts.mailed_links import (
    DeadLink,
    OpenLink,
    find_link,
    invitation_too_old,
    throttle_mail_to,
    use_link,
)
from app.accounts.passwords import count_new_password, hashed
from app.accounts.queries.mailed_links import save_password
from app.accounts.second_step import UnitOfWorkFactory
from app.accounts.sessions import hash_of
from app.accounts.tables.log_in import Registration, RegistrationState
from app.accounts.tables.mailed_links import Purpose
from app.cases import invitation_acceptance
from app.core.database.row_filter import bypass_row_filter
from app.core.errors import Conflict
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork

PURPOSES = (Purpose.register, Purpose.invite)


class Outcome(enum.Enum):
    """Whether the new account is active or awaits approval."""

    open = "open"
    waiting = "waiting"


@dataclass(frozen=True)
class PendingAccount:
    """The account that a link would activate, so that its owner can check the details."""

    email: str
    name: str
    registration: Registration | None
    organisation_name: str
    password_is_chosen: bool
    asks_details: bool = False
    """Whether they enter their own name and job title, as invited professionals and staff do."""
    role: Role | None = None
    """The role they are invited to."""


def look(work: UnitOfWork, token: str) -> PendingAccount:
    """Return the account that the link would activate. Changes nothing; raises DeadLink."""
    link = find_link(work, token, *PURPOSES)
    bypass_row_filter(work.session, "a person opens the link of their registration or invitation")
    if link.purpose is Purpose.register:
        asked = work.get(Registration, link.registration_id or 0)
        name = f"{asked.first_name} {asked.last_name}".strip()
        body = registration.organisation_name(work, asked)
        return PendingAccount(link.email, name, asked, body, link.chosen_password is not None)
    invited = invitation_acceptance.open_to(work, link.email)[-1]
    return PendingAccount(
        link.email,
        invited.name,
        None,
        invitation_acceptance.organisation_name(work, invited),
        link.chosen_password is not None and bool(invited.name),
        asks_details=invitation_acceptance.asks_details(invited),
        role=invited.role,
    )


@dataclass(frozen=True)
class Details:
    """The name and job title that an invited professional or member of staff enters."""

    first_name: str
    last_name: str
    job_title: str


def choose_password(
    start_work: UnitOfWorkFactory, token: str, password: str, details: Details | None = None
) -> None:
    """Store the password and the details until two-step verification is set up.

    Raises ValidationFailed when the password is too weak, TooMany after too many attempts, and DeadLink.
    """
    with start_work() as work:
        about = look(work, token)
        count_new_password(work, f"link|{hash_of(token)}")
        context = work.context
    name = f"{details.first_name} {details.last_name}" if details is not None else about.name
    password_hash = hashed(context, password, (about.email, name, about.organisation_name))
    with start_work() as work:
        look(work, token)
        link = find_link(work, token, *PURPOSES)
        if details is not None and about.asks_details:
            invitation_acceptance.enter_details(
                work, link.email, details.first_name, details.last_name, details.job_title
            )
        save_password(work.session, link.id, password_hash)


def can_renew(work: UnitOfWork, token: str) -> bool:
    """Return whether this is the expired link of an open invitation, so that a new one can be sent."""
    try:
        email = invitation_too_old(work, token)
        bypass_row_filter(work.session, "a person opens the link of an invitation too late")
        return bool(invitation_acceptance.open_to(work, email))
    except DeadLink:
        return False


def renew(work: UnitOfWork, token: str) -> None:
    """Email a new link to the address that the invitation was sent to. Raises DeadLink and TooMany."""
    email = invitation_too_old(work, token)
    throttle_mail_to(work, email)
    bypass_row_filter(work.session, "the link of an invitation is sent again")
    invitation_acceptance.renew(work, email)


def finish(work: UnitOfWork, token: str) -> Outcome:
    """Set up two-step verification by email, which is mandatory, and activate the account without logging in.

    Raises DeadLink when the link has been used meanwhile or no password has been chosen yet.
    """
    found = find_link(work, token, *PURPOSES)
    if found.purpose is Purpose.invite:
        bypass_row_filter(work.session, "an invitation is accepted through its link")
        invitation_acceptance.hold_open_to(work, found.email)
    link = use_link(work, token, *PURPOSES)
    if link.chosen_password is None:
        raise DeadLink
    try:
        return _open(work, link, link.chosen_password)
    except Conflict:
        raise DeadLink from None  # how the address got another account is private


def _open(work: UnitOfWork, link: OpenLink, password_hash: str) -> Outcome:
    if link.purpose is Purpose.invite:
        invitation_acceptance.accept(work, link, password_hash)
        return Outcome.open
    state = registration.confirm(work, link, password_hash)
    return Outcome.open if state is RegistrationState.approved else Outcome.waiting
