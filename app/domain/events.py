"""What happened, in the past tense. Events carry ids and reasons, never a child's details.

Each becomes an audit row, and, where post/letters.py says so, messages and e-mails, in the same commit.
"""

from dataclasses import dataclass

from app.domain.event_base import Event, FormEvent, PersonEvent
from app.domain.form_events import (
    AdviceAcceptanceUndone,
    BroughtToAttention,
    CorrectedNotToAssess,
    CorrectedToAssess,
    InformationAcceptanceUndone,
    InformationAccepted,
    InformationAsked,
    InformationCancelled,
    InformationReturned,
    InformationSubmitted,
    RequestAcceptanceUndone,
)
from app.domain.link_events import (
    ChildLinked,
    ColleagueBroughtIn,
    LinkAssigned,
    LinkEnded,
    LinkEvent,
    LinkTakenUp,
    OrganisationLeftUse,
    ReturnedToQueue,
    WorkHandedOver,
    WorkLeft,
)
from app.domain.record_events import ChildCorrected, ChildrenListed, ListExported, MergeUndone
from app.domain.registration_events import (
    AccountInvited,
    InvitationAccepted,
    InvitationConfirmed,
    InvitationsLeft,
    InvitationWithdrawn,
    LeadChanged,
    MembershipAwaited,
    MembershipConfirmed,
    MembershipEnded,
    MembershipRefused,
    ParentInvited,
    RegistrationApproved,
    RegistrationEvent,
    RegistrationReceived,
    RegistrationRefused,
    RegistrationWaiting,
)
from app.domain.secrecy_events import FilesWithheld, InvitationHeldBack, KeptFromQueue, MustNotKnowNoted

__all__ = [
    "AccountInvited",
    "AdviceAcceptanceUndone",
    "BroughtToAttention",
    "ChildCorrected",
    "ChildLinked",
    "ChildrenListed",
    "ColleagueBroughtIn",
    "CorrectedNotToAssess",
    "CorrectedToAssess",
    "Event",
    "FilesWithheld",
    "FormEvent",
    "InformationAcceptanceUndone",
    "InformationAccepted",
    "InformationAsked",
    "InformationCancelled",
    "InformationReturned",
    "InformationSubmitted",
    "InvitationAccepted",
    "InvitationConfirmed",
    "InvitationHeldBack",
    "InvitationWithdrawn",
    "InvitationsLeft",
    "KeptFromQueue",
    "LeadChanged",
    "LinkAssigned",
    "LinkEnded",
    "LinkEvent",
    "LinkTakenUp",
    "ListExported",
    "MembershipAwaited",
    "MembershipConfirmed",
    "MembershipEnded",
    "MembershipRefused",
    "MergeUndone",
    "MustNotKnowNoted",
    "OrganisationLeftUse",
    "ParentInvited",
    "PersonEvent",
    "RegistrationApproved",
    "RegistrationEvent",
    "RegistrationReceived",
    "RegistrationRefused",
    "RegistrationWaiting",
    "RequestAcceptanceUndone",
    "ReturnedToQueue",
    "WorkHandedOver",
    "WorkLeft",
]


# --- accounts -------------------------------------------------------------------------------------


class LoggedIn(PersonEvent):
    """Password and second step were both right."""


class LoggedOut(PersonEvent):
    """They left, or were logged out everywhere."""


class LogInFailed(PersonEvent):
    """A wrong password for an account that exists."""


class LogInToNobody(Event):
    """Somebody tried to log in with an address that has no account."""


class AccountCooledDown(PersonEvent):
    """Too many wrong codes: the account rests for a while and its owner is told."""


class PasswordChanged(PersonEvent):
    """A new password; every other log-in ended."""


class PasswordResetAsked(PersonEvent):
    """A link to choose a new password was mailed to the account's address."""


class SecondStepChanged(PersonEvent):
    """An authenticator app was added or removed."""


class AccountOpened(PersonEvent):
    """The mailed link was used and a password chosen."""


class PersonDeactivated(PersonEvent):
    """An account was closed; live log-ins ended at once."""


class PersonReactivated(PersonEvent):
    """A closed account was opened again."""


@dataclass(frozen=True, kw_only=True)
class RolesChanged(PersonEvent):
    """Roles given or taken: those held from now on, and those held before."""

    roles: tuple[str, ...]
    before: tuple[str, ...] | None = None


# --- children and who is involved -----------------------------------------------------------------


class ChildAdded(Event):
    """A professional added a child or young person."""


class ChildViewed(Event):
    """Somebody opened the child's page."""


@dataclass(frozen=True, kw_only=True)
class ContactRiskChanged(Event):
    """The SEN team noted whether an address or contact detail of the family must be kept secret."""

    risk: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class PossibleDuplicateFound(Event):
    """The new child looks like one we know: the SEN team decides; the person adding is not told."""

    of_child_id: int


@dataclass(frozen=True, kw_only=True)
class DuplicateSettled(Event):
    """The SEN team said whether two records are one child."""

    of_child_id: int
    same: bool


# --- forms ----------------------------------------------------------------------------------------


class FormViewed(FormEvent):
    """Somebody read what was submitted."""


@dataclass(frozen=True, kw_only=True)
class FormSaved(FormEvent):
    """An author saved a section of a draft."""

    section: str


class RequestStarted(FormEvent):
    """A request for an assessment was begun."""


class RequestSubmitted(FormEvent):
    """A request reached the SEN team; the clock runs from the first time."""


class RequestReturned(FormEvent):
    """The SEN team sent a request back with reasons."""


class RequestAccepted(FormEvent):
    """The SEN team has all it needs to decide."""


class RequestWithdrawn(FormEvent):
    """The author gave up a request that was never sent."""


class AssessmentAgreed(FormEvent):
    """The council will assess (reg. 5)."""


class AssessmentDeclined(FormEvent):
    """The council will not assess (reg. 5)."""


class AdviceAsked(FormEvent):
    """The SEN team asked for advice (reg. 6)."""


class AdviceSubmitted(FormEvent):
    """Advice reached the SEN team."""


class AdviceReturned(FormEvent):
    """The SEN team sent advice back with reasons."""


class AdviceAccepted(FormEvent):
    """The SEN team accepted advice."""


class AdviceCancelled(FormEvent):
    """The advice is no longer needed."""


class ConsentStarted(FormEvent):
    """The family's consent form was begun."""


class ConsentRecorded(FormEvent):
    """The family's consent form was recorded."""


class ConsentWithdrawn(FormEvent):
    """The family took their permissions back."""


@dataclass(frozen=True, kw_only=True)
class FormShared(FormEvent):
    """The SEN team decided who may read a form; `new_links` are the links it was not shared with before."""

    shared_with: tuple[str, ...]
    links: tuple[int, ...] = ()
    new_links: tuple[int, ...] = ()
    new_professionals: bool = True


# --- documents, messages, lists -------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DocumentEvent(Event):
    """Something about one file."""

    document_id: int


class DocumentAdded(DocumentEvent):
    """A file was attached."""


class DocumentRemoved(DocumentEvent):
    """A file was taken off a draft."""


class DocumentDownloaded(DocumentEvent):
    """A file was opened."""


@dataclass(frozen=True, kw_only=True)
class MessageSent(Event):
    """Somebody wrote a message; `message_ids` are the copies in people's inboxes."""

    message_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MessageEvent(Event):
    """Something about one message in one inbox."""

    message_id: int


class MessageRead(MessageEvent):
    """A message was opened for the first time; or again, when it is about a child."""


class MessageMarkedUnread(MessageEvent):
    """A message was put back among the unread."""


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
