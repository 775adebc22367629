"""The base classes of events: what every event holds."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened; `child_id` when it is about a child, so that a child's file can be followed."""

    child_id: int | None = None

    @property
    def name(self) -> str:
        """The event's name in the audit and in letters."""
        return type(self).__name__

    def facts(self) -> dict[str, Any]:
        """What the audit keeps of it."""
        return {key: value for key, value in vars(self).items() if value is not None and key != "child_id"}


@dataclass(frozen=True, kw_only=True)
class FormEvent(Event):
    """Something about one form."""

    form_id: int


@dataclass(frozen=True, kw_only=True)
class LinkEvent(Event):
    """Something about who is involved with a child."""

    link_id: int


@dataclass(frozen=True, kw_only=True)
class PersonEvent(Event):
    """Something about an account."""

    by_the_owner: ClassVar[bool] = False
    """Only the account's owner can have done it, though nobody was logged in at that moment."""

    person_id: int


class AuditRead(Event):
    """A manager looked through the audit."""


@dataclass(frozen=True, kw_only=True)
class AccessDenied(Event):
    """Somebody logged in asked for what is not theirs, or not there: which of the two is the same to them."""

    door: str
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReferenceChanged(Event):
    """An organisation, a work e-mail domain or the like was added, changed or taken away."""

    table: str
    row_id: int
    change: str


@dataclass(frozen=True, kw_only=True)
class PortalRestored(Event):
    """The portal was put back as it was when this backup was taken; what was entered since then is gone."""

    taken_at: str


@dataclass(frozen=True, kw_only=True)
class MailSentAgain(Event):
    """An administrator put a mail that was given up back into the queue."""

    mail_id: int
    letter: str
