"""Make, find and use links sent by mail.

Opening a link changes nothing, because mail scanners open every link they see; its page has a button that uses it.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.accounts.queries.mailed_links import OpenLink, end_older, expired_invitation, open_link, use_up
from app.accounts.rules.invitations import LINK_DAYS
from app.accounts.sessions import hash_of
from app.accounts.tables.mailed_links import MailedLink, Purpose
from app.core import rate_limits
from app.core.database.locks import hold_account
from app.core.errors import NotFound
from app.core.mail.outbox import queue_mail
from app.core.try_limits import Limit
from app.core.unit_of_work import UnitOfWork

HOURS: Mapping[Purpose, int] = {
    Purpose.register: 24,
    Purpose.reset: 1,
    Purpose.email: 24,
    Purpose.invite: 24 * LINK_DAYS,
    Purpose.not_me: 48,
    Purpose.app_reset: 24,
}
"""How many hours a link works, by purpose."""

PATHS: Mapping[Purpose, str] = {
    Purpose.register: "/confirm/{}",
    Purpose.invite: "/confirm/{}",
    Purpose.reset: "/forgotten/{}",
    Purpose.email: "/confirm/email/{}",
    Purpose.not_me: "/confirm/not-me/{}",
    Purpose.app_reset: "/confirm/app/{}",
}
"""The path of each link's page. Mails add the host from the settings, never the one of a request."""

LONGEST_TOKEN = 100

MAILS_TO_ADDRESS = Limit("link_mail", 3, timedelta(minutes=15))
MAILS_TO_ADDRESS_A_DAY = Limit("link_mail_day", 10, timedelta(days=1))
MAILS_ASKED_FROM = Limit("link_asked", 60, timedelta(hours=1))
"""Per network: a whole school shares one, so the limit is generous."""


class DeadLink(NotFound):
    """The link was used, replaced, is too old or unknown; all have the same answer."""


def make_link(
    work: UnitOfWork,
    purpose: Purpose,
    email: str,
    person_id: int | None = None,
    registration_id: int | None = None,
    *,
    hours: int | None = None,
    end_others: bool = True,
) -> str:
    """Create a link for this address and return its token.

    Older links for the same purpose stop working, unless `end_others` is False.
    """
    if end_others:
        if person_id is not None:
            hold_account(work.session, person_id)
        end_older(work.session, purpose, email, person_id, work.now)
    token = secrets.token_urlsafe(32)
    work.add(
        MailedLink(
            created_at=work.now,
            token_hash=hash_of(token),
            purpose=purpose,
            email=email,
            person_id=person_id,
            registration_id=registration_id,
            expires_at=work.now + timedelta(hours=hours or HOURS[purpose]),
        )
    )
    return token


def mail_link(
    work: UnitOfWork, letter: str, purpose: Purpose, email: str, token: str, locale: str | None = None
) -> None:
    """Mail a link that `make_link` made, in the reader's language if it is known."""
    mail(
        work,
        letter,
        email,
        f"{purpose.value}:{hash_of(token)}",
        locale,
        path=PATHS[purpose].format(token),
        **({"days": LINK_DAYS} if purpose is Purpose.invite else {"hours": HOURS[purpose]}),
    )


def mail(
    work: UnitOfWork, letter: str, email: str, dedupe_key: str, locale: str | None = None, **facts: Any
) -> None:
    """Put one mail into the outbox; it is sent after the commit."""
    work.mailed.append(
        queue_mail(
            work.session,
            letter=letter,
            to=email,
            facts=facts,
            locale=locale or "en",
            dedupe_key=f"{letter}:{dedupe_key}",
        )
    )


def throttle_mail_to(work: UnitOfWork, email: str) -> None:
    """Count one mail to this address and from this network, known or unknown alike. Raises TooMany."""
    rate_limits.take(work, MAILS_ASKED_FROM, work.origin.address_hash)
    rate_limits.take(work, MAILS_TO_ADDRESS, email)
    rate_limits.take(work, MAILS_TO_ADDRESS_A_DAY, email)


def find_link(work: UnitOfWork, token: str, *purposes: Purpose) -> OpenLink:
    """Return the link without using it. Raises DeadLink when it does not work or has another purpose."""
    found = open_link(work.session, hash_of(token), work.now) if len(token) <= LONGEST_TOKEN else None
    if found is None or found.purpose not in purposes:
        raise DeadLink
    return found


def invitation_too_old(work: UnitOfWork, token: str) -> str:
    """Return the address of an invitation whose link expired unused. Raises DeadLink for any other link."""
    found = (
        expired_invitation(work.session, hash_of(token), work.now) if len(token) <= LONGEST_TOKEN else None
    )
    if found is None:
        raise DeadLink
    return found


def use_link(work: UnitOfWork, token: str, *purposes: Purpose) -> OpenLink:
    """Use up the link and return it. Of two requests at once, the second gets DeadLink."""
    found = find_link(work, token, *purposes)
    if found.person_id is not None:
        hold_account(work.session, found.person_id)
    if not use_up(work.session, found.id, work.now):
        raise DeadLink
    return found


__all__ = [
    "HOURS",
    "PATHS",
    "DeadLink",
    "OpenLink",
    "Purpose",
    "find_link",
    "invitation_too_old",
    "mail",
    "mail_link",
    "make_link",
    "throttle_mail_to",
    "use_link",
]
