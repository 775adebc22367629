"""The base classes of events, and the events of no single area."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """The record of something that happened. `child_id` is set when it is about a child, so that the audit log of one
    child can be read."""

    child_id: int | None = None

    @property
    def name(self) -> str:
        """The event's name in the audit log."""
        return type(self).__name__

    def facts(self) -> dict[str, Any]:
        """Return the values that the audit log stores."""
        return {key: value for key, value in vars(self).items() if value is not None and key != "child_id"}


@dataclass(frozen=True, kw_only=True)
class FormEvent(Event):
    """An event about one form."""

    form_id: int


@dataclass(frozen=True, kw_only=True)
class LinkEvent(Event):
    """An event about a link between a person or organisation and a child."""

    link_id: int


@dataclass(frozen=True, kw_only=True)
class PersonEvent(Event):
    """An event about an account."""

    by_the_owner: ClassVar[bool] = False
    """Only the account's owner can have done it, although they were not logged in at that moment."""

    person_id: int


class AuditRead(Event):
    """A manager read the audit log."""


@dataclass(frozen=True, kw_only=True)
class AccessDenied(Event):
    """A logged-in person asked for a page or row that they may not open or that does not exist."""

    endpoint: str
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReferenceChanged(Event):
    """A row of reference data (an organisation, a work email domain) was added, changed or deleted."""

    table: str
    row_id: int
    change: str


@dataclass(frozen=True, kw_only=True)
class PortalRestored(Event):
    """The portal was restored from a backup; later entries are lost."""

    taken_at: str


@dataclass(frozen=True, kw_only=True)
class MailSentAgain(Event):
    """An administrator put a mail that had failed for good back into the queue."""

    mail_id: int
    letter: str
