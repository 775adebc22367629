"""Events of accounts: address, password, second step, organisation, log-ins and roles."""

from dataclasses import dataclass

from app.core.events import Event, PersonEvent


class PasswordResetWithoutAccount(Event):
    """A password reset was requested for an address that has no account, or a closed one."""


class EmailChangeAsked(PersonEvent):
    """The owner asked for another email address; it is not in use until the new address is confirmed."""


class EmailChangeConfirmed(PersonEvent):
    """The new e-mail was confirmed from its mailbox; it is in use after a delay."""

    by_the_owner = True


class EmailChangeCancelled(PersonEvent):
    """A change of e-mail was cancelled by its owner, or could not be made."""


class EmailChangeDenied(PersonEvent):
    """The owner reported that someone else asked for the change; the account is locked until they choose a new
    password."""

    by_the_owner = True


class EmailChanged(PersonEvent):
    """The new e-mail is in use."""

    by_the_owner = True


@dataclass(frozen=True, kw_only=True)
class AuthenticatorResetAllowed(PersonEvent):
    """An administrator allowed a person to log in without their authenticator app, with a reason."""

    reason: str


class AuthenticatorReset(PersonEvent):
    """The owner confirmed the reset: the app is removed and codes come by email."""

    by_the_owner = True


class RegisteredAlready(Event):
    """A person registered with an address that has an account."""


@dataclass(frozen=True, kw_only=True)
class AccountDetailsChanged(PersonEvent):
    """The owner corrected their name, job title, address or phone number: the old values and the new ones."""

    before: dict[str, str]
    after: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class OrganisationChangeEvent(PersonEvent):
    """An event of a professional's proposal to belong to another organisation."""

    change_id: int


class OrganisationChangeProposed(OrganisationChangeEvent):
    """A professional proposed another organisation."""


@dataclass(frozen=True, kw_only=True)
class OrganisationChangeApproved(OrganisationChangeEvent):
    """The SEN team approved the change from one organisation to another."""

    from_organisation_id: int | None
    to_organisation_id: int


class OrganisationChangeRefused(OrganisationChangeEvent):
    """The SEN team refused the change."""


class LoggedIn(PersonEvent):
    """A person passed the password and the second step."""

    by_the_owner = True


class LoggedOut(PersonEvent):
    """A person logged out, here or everywhere."""

    by_the_owner = True


class LogInFailed(PersonEvent):
    """A wrong password for an account that exists."""


class LogInToNobody(Event):
    """A log-in was tried with an address that has no account."""


class AccountCooledDown(PersonEvent):
    """Too many wrong codes: the account is locked for a while and its owner is mailed."""


class PasswordChanged(PersonEvent):
    """A new password was set; every other log-in ended."""

    by_the_owner = True


class PasswordResetAsked(PersonEvent):
    """A link to choose a new password was mailed to the account's address."""


class SecondStepChanged(PersonEvent):
    """An authenticator app was added or removed."""


class AccountOpened(PersonEvent):
    """An account was created: the mailed link was used and a password chosen."""

    by_the_owner = True


class PersonDeactivated(PersonEvent):
    """An account was closed; live log-ins ended at once."""


class PersonReactivated(PersonEvent):
    """A closed account was opened again."""


@dataclass(frozen=True, kw_only=True)
class RolesChanged(PersonEvent):
    """Roles were given or removed: the roles from now on, and those before."""

    roles: tuple[str, ...]
    before: tuple[str, ...] | None = None
