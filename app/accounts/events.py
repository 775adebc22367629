"""What happened to an account's address, second step and password; the rest of the events is in events.py."""

from dataclasses import dataclass

from app.core.events import Event, PersonEvent


class PasswordResetWithoutAccount(Event):
    """A new password was asked for with an address that has no account, or a closed one."""


class EmailChangeAsked(PersonEvent):
    """The owner asked for another work e-mail; it counts only once confirmed from the new address."""


class EmailChangeConfirmed(PersonEvent):
    """The new e-mail was confirmed from its mailbox; it is in use after a delay."""

    by_the_owner = True


class EmailChangeCancelled(PersonEvent):
    """A change of e-mail was cancelled by its owner, or could not be made."""


class EmailChangeDenied(PersonEvent):
    """The owner says that somebody else asked for the change: the account is locked until a new password is chosen."""

    by_the_owner = True


class EmailChanged(PersonEvent):
    """The new e-mail is in use."""

    by_the_owner = True


@dataclass(frozen=True, kw_only=True)
class AuthenticatorResetAllowed(PersonEvent):
    """An administrator allowed somebody to log in without their authenticator app, and says why."""

    reason: str


class AuthenticatorReset(PersonEvent):
    """The owner confirmed it: the app is removed and codes come by email."""

    by_the_owner = True


class RegisteredAlready(Event):
    """Somebody asked for an account with an address that has one."""


@dataclass(frozen=True, kw_only=True)
class AccountDetailsChanged(PersonEvent):
    """The owner corrected their name, job title, address or phone number: the old values and the new ones."""

    before: dict[str, str]
    after: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class OrganisationChangeEvent(PersonEvent):
    """Something about a professional's proposal to belong to another organisation."""

    change_id: int


class OrganisationChangeProposed(OrganisationChangeEvent):
    """A professional says that they work for another organisation."""


@dataclass(frozen=True, kw_only=True)
class OrganisationChangeApproved(OrganisationChangeEvent):
    """The SEN team agreed: the organisation they leave, and the one they belong to from now on."""

    from_organisation_id: int | None
    to_organisation_id: int


class OrganisationChangeRefused(OrganisationChangeEvent):
    """The SEN team did not agree."""


class LoggedIn(PersonEvent):
    """Password and second step were both right."""

    by_the_owner = True


class LoggedOut(PersonEvent):
    """They left, or were logged out everywhere."""

    by_the_owner = True


class LogInFailed(PersonEvent):
    """A wrong password for an account that exists."""


class LogInToNobody(Event):
    """Somebody tried to log in with an address that has no account."""


class AccountCooledDown(PersonEvent):
    """Too many wrong codes: the account rests for a while and its owner is told."""


class PasswordChanged(PersonEvent):
    """A new password; every other log-in ended."""

    by_the_owner = True


class PasswordResetAsked(PersonEvent):
    """A link to choose a new password was mailed to the account's address."""


class SecondStepChanged(PersonEvent):
    """An authenticator app was added or removed."""


class AccountOpened(PersonEvent):
    """The mailed link was used and a password chosen."""

    by_the_owner = True


class PersonDeactivated(PersonEvent):
    """An account was closed; live log-ins ended at once."""


class PersonReactivated(PersonEvent):
    """A closed account was opened again."""


@dataclass(frozen=True, kw_only=True)
class RolesChanged(PersonEvent):
    """Roles given or taken: those held from now on, and those held before."""

    roles: tuple[str, ...]
    before: tuple[str, ...] | None = None
