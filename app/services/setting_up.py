"""After the mailed link: choose a password, set up two-step verification, and the account is opened or waits."""

import enum
from dataclasses import dataclass

from app.domain.errors import Conflict
from app.models import Purpose, Registration, RegistrationState
from app.services import invitations, registration
from app.services.mailed_links import DeadLink, OpenLink, look_at, use_link
from app.services.passwords import count_new_password, hashed
from app.services.second_step import Desk
from app.services.sessions import hash_of
from app.services.work import Work
from app.store.guard import look_as_system
from app.store.queries.mailed_links import keep_password

PURPOSES = (Purpose.register, Purpose.invite)


class Outcome(enum.Enum):
    """What came of it."""

    open = "open"
    waiting = "waiting"


@dataclass(frozen=True)
class SettingUp:
    """Whose account a link would open, so that they can check it is what they asked for."""

    email: str
    name: str
    registration: Registration | None
    organisation_name: str
    password_is_chosen: bool


def look(work: Work, token: str) -> SettingUp:
    """What the link is for. Changes nothing; raises DeadLink."""
    link = look_at(work, token, *PURPOSES)
    look_as_system(work.session, "somebody opens the link of their registration or invitation")
    if link.purpose is Purpose.register:
        asked = work.get(Registration, link.registration_id or 0)
        name = f"{asked.first_name} {asked.last_name}".strip()
        body = registration.organisation_name(work, asked)
        return SettingUp(link.email, name, asked, body, link.chosen_password is not None)
    invited = invitations.open_to(work, link.email)
    return SettingUp(link.email, invited[-1].name, None, "", link.chosen_password is not None)


def choose_password(desk: Desk, token: str, password: str) -> None:
    """Keep the password until two-step verification is set up.

    Raises Refused when it is too weak, TooMany after too many of those, DeadLink.
    """
    with desk() as work:
        about = look(work, token)
        count_new_password(work, f"link|{hash_of(token)}")
        office = work.office
    kept = hashed(office, password, (about.email, about.name, about.organisation_name))
    with desk() as work:
        keep_password(work.session, look_at(work, token, *PURPOSES).id, kept)


def finish(work: Work, token: str) -> Outcome:
    """Set up two-step verification by email, which is mandatory, and open the account. Nobody is logged in by it.

    Raises DeadLink when the link was used meanwhile or no password was chosen yet.
    """
    link = use_link(work, token, *PURPOSES)
    if link.chosen_password is None:
        raise DeadLink
    try:
        return _open(work, link, link.chosen_password)
    except Conflict:
        raise DeadLink from None  # the address got an account in another way; which, is nobody else's business


def _open(work: Work, link: OpenLink, password_hash: str) -> Outcome:
    if link.purpose is Purpose.invite:
        invitations.accept(work, link, password_hash)
        return Outcome.open
    state = registration.confirm(work, link, password_hash)
    return Outcome.open if state is RegistrationState.approved else Outcome.waiting
