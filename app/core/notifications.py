"""Templates of the messages and mails that are sent for events, registered by each area.

Messages are for the inbox, where the reader may see the child they are about. Mails hold nothing about a child.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from app.core.events import AccessDenied, AuditRead, Event, MailSentAgain, PortalRestored, ReferenceChanged
from app.core.mail.texts import register_mail

SEN_TEAM = None
"""The SEN team's shared inbox, as a recipient."""

Addressees = set[int | None]
"""Account ids; None is the SEN team's shared inbox."""


@dataclass(frozen=True)
class MessageTemplate:
    """One message: its name, its recipients and its text.

    %(child)s is filled in when the message is read; %(form)s, %(by)s and `facts` when it is written.
    """

    name: str
    who: Callable[[Connection, Any], Addressees]
    subject: str
    text: str
    of_account: bool = False
    """It names no child and no form, so recipients need to see neither."""
    of_child: bool = False
    """It does not name the form, so recipients must be able to see the child only."""
    facts: Callable[[Connection, Any], dict[str, str]] | None = None
    """A function that returns the values to fill in from the event."""


@dataclass(frozen=True)
class MailTemplate:
    """An email to the account's owner about the account itself, with no message in the inbox.

    Its templates are in app/templates/emails/<mail>/; `values` names what they use of "device" and "minutes".
    """

    mail: str
    values: tuple[str, ...] = ()


Templates = Sequence[MessageTemplate | MailTemplate]
AUDIT_ONLY: Templates = ()

NOTIFICATIONS: dict[type[Event], Templates] = {}
"""Every event and what is sent when it happens; each area registers its own."""


def register(entries: Mapping[type[Event], Templates]) -> None:
    """Add an area's events and what is sent for each; `AUDIT_ONLY` where nothing is.

    Raises ValueError when an event is registered twice.
    """
    if twice := NOTIFICATIONS.keys() & entries.keys():
        raise ValueError(f"registered twice: {sorted(event.__name__ for event in twice)}")
    NOTIFICATIONS.update(entries)
    for templates in entries.values():
        for each in templates:
            if isinstance(each, MailTemplate):
                register_mail(each.mail, each.values)


def message_templates() -> dict[str, MessageTemplate]:
    """Return every message template by its name."""
    return {
        each.name: each
        for templates in NOTIFICATIONS.values()
        for each in templates
        if isinstance(each, MessageTemplate)
    }


@lru_cache(maxsize=1)
def _registered_by_name(_count: int) -> dict[str, MessageTemplate]:
    return message_templates()


def template_named(name: str) -> MessageTemplate | None:
    """Return the template of this name, to draw a message that was written from it; None where there is none."""
    return _registered_by_name(len(NOTIFICATIONS)).get(name)


def sen_team(_connection: Connection, _event: Event) -> Addressees:
    """Return the SEN team's shared inbox as the recipient."""
    return {SEN_TEAM}


register(
    {
        AuditRead: AUDIT_ONLY,
        AccessDenied: AUDIT_ONLY,
        ReferenceChanged: AUDIT_ONLY,
        MailSentAgain: AUDIT_ONLY,
        PortalRestored: AUDIT_ONLY,
    }
)
