"""Events of registrations, invitations and membership of organisations."""

from dataclasses import dataclass

from app.core.events import Event, PersonEvent


@dataclass(frozen=True, kw_only=True)
class MembershipEvent(PersonEvent):
    """An event of a person's membership of an organisation."""

    membership_id: int


class MembershipAwaited(MembershipEvent):
    """An account was opened in an organisation, and its owner waits to be confirmed as working there."""


class MembershipConfirmed(MembershipEvent):
    """The organisation's lead or the SEN team confirmed that a person works there."""


class MembershipRefused(MembershipEvent):
    """The organisation's lead or the SEN team refused a person who does not work there; the account was closed."""


class MembershipEnded(MembershipEvent):
    """The organisation's lead or the SEN team ended a person's membership; the account stays open."""


class MembershipDeclined(MembershipEvent):
    """The lead or the SEN team of an organisation refused a person who asked to join it and works for another."""


class MembershipLeft(MembershipEvent):
    """A person left one of their organisations."""


@dataclass(frozen=True, kw_only=True)
class ActedFor(MembershipEvent):
    """A person chose the organisation that they act for from now on."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class InvitationsLeft(PersonEvent):
    """An account that was closed or left the SEN team had sent this many invitations to families that are open."""

    invitations: int


@dataclass(frozen=True, kw_only=True)
class LeadChanged(MembershipEvent):
    """A person became a lead of their organisation, or stopped being one."""

    leads: bool


@dataclass(frozen=True, kw_only=True)
class RegistrationEvent(Event):
    """An event of a registration."""

    registration_id: int


class RegistrationReceived(RegistrationEvent):
    """A person registered; a link was mailed to the address they gave."""


class RegistrationWaiting(RegistrationEvent):
    """The address is confirmed; the SEN team must decide."""


class RegistrationApproved(RegistrationEvent):
    """The registration was approved and the account opened."""


class RegistrationRefused(RegistrationEvent):
    """The SEN team refused the registration."""


@dataclass(frozen=True, kw_only=True)
class ParentInvited(Event):
    """A parent or carer was sent a link to open an account for one child."""

    invitation_id: int


@dataclass(frozen=True, kw_only=True)
class AccountInvited(Event):
    """A professional or one of the council's own staff was invited to open an account with this role."""

    invitation_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class InvitationConfirmed(Event):
    """A second administrator confirmed an invitation."""

    invitation_id: int


@dataclass(frozen=True, kw_only=True)
class InvitationAccepted(PersonEvent):
    """An invited professional or member of the council's staff opened their account, and has these roles now."""

    by_the_owner = True

    invitation_id: int
    roles: tuple[str, ...]
    before: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class InvitationWithdrawn(Event):
    """An invitation was taken back before it was accepted."""

    invitation_id: int
