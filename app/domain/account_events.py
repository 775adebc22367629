"""What happened to an account's address, second step and password; the rest of the events is in events.py."""

from dataclasses import dataclass

from app.domain.events import Event, PersonEvent


class PasswordResetWithoutAccount(Event):
    """A new password was asked for with an address that has no account, or a closed one."""


class EmailChangeAsked(PersonEvent):
    """The owner asked for another work e-mail; it counts only once confirmed from the new address."""


class EmailChangeConfirmed(PersonEvent):
    """The new e-mail was confirmed from its mailbox; it is in use after a delay."""


class EmailChangeCancelled(PersonEvent):
    """A change of e-mail was cancelled by its owner, or could not be made."""


class EmailChangeDenied(PersonEvent):
    """The owner says that somebody else asked for the change: the account is locked until a new password is chosen."""


class EmailChanged(PersonEvent):
    """The new e-mail is in use."""


@dataclass(frozen=True, kw_only=True)
class AuthenticatorResetAllowed(PersonEvent):
    """An administrator allowed somebody to log in without their authenticator app, and says why."""

    reason: str


class AuthenticatorReset(PersonEvent):
    """The owner confirmed it: the app is removed and codes come by email."""


class RegisteredAlready(Event):
    """Somebody asked for an account with an address that has one."""
