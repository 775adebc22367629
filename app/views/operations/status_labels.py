"""The texts of the status page: kinds of mail, reasons of failures, weaknesses."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.views.web.i18n import gettext as _

MAIL_NAMES: Mapping[str, LazyString] = {
    "code": _l("Security code"),
    "account_cooling_down": _l("Account locked for a while after wrong codes"),
    "registration_link": _l("Link to finish registering"),
    "already_registered": _l("Already registered"),
    "registration_waiting": _l("New registration to approve"),
    "registration_approved": _l("Registration approved"),
    "registration_refused": _l("Registration refused"),
    "account_opened": _l("Account opened"),
    "parent_invited": _l("Invitation of a parent or carer"),
    "account_invited": _l("Invitation of a professional or a member of staff"),
    "invitation_to_confirm": _l("Invitation that a second administrator must confirm"),
    "membership_refused": _l("Account closed because they do not work there"),
    "password_reset_link": _l("Link to choose a new password"),
    "password_changed": _l("Password changed"),
    "no_account": _l("No account with this address"),
    "email_change_link": _l("Link to confirm a new address"),
    "email_change_asked": _l("Change of address asked for"),
    "email_change_confirmed": _l("New address confirmed"),
    "email_change_cancelled": _l("Change of address cancelled"),
    "email_change_ended": _l("Change of address ended"),
    "email_changed": _l("Address changed"),
    "email_change_done": _l("New address in use"),
    "organisation_change_approved": _l("Change of organisation approved"),
    "organisation_change_refused": _l("Change of organisation refused"),
    "app_reset_link": _l("Link to log in without the authenticator app"),
    "second_step_changed": _l("Two-step verification changed"),
    "roles_changed": _l("Roles changed"),
    "new_message": _l("New message"),
    "new_message_team": _l("New message for the SEN team"),
}
"""The label of every mail of app/core/mail/texts.py."""

LANES: Mapping[str, LazyString] = {
    "code": _l("Security codes"),
    "letter": _l("Messages and invitations"),
    "digest": _l("Emails that are not urgent"),
}

WEAKNESSES: Mapping[str, LazyString] = {
    "scanner": _l(
        "The virus scanner does not respond. Uploaded files are kept and cannot be opened until it does."
    ),
    "files": _l("The file store does not respond. No one can upload or open a file until it does."),
}

UNREACHED = ("ConnectionRefusedError", "TimeoutError", "gaierror", "OSError", "SMTPServerDisconnected")
UNREACHED_TOO = ("SMTPConnectError", "ConnectionResetError", "SSLError", "SSLCertVerificationError")


def letter_words(letter: str) -> str:
    """Return the label of a mail; of one without an entry, its name in words."""
    return str(MAIL_NAMES.get(letter) or letter.replace("_", " ").capitalize())


def lane_words(lane: str) -> str:
    """Return the label of a queue's priority."""
    return str(LANES[lane])


def weakness_words(name: str) -> str:
    """Return what is impaired, and what that means for users."""
    return str(WEAKNESSES[name])


def reason_words(reason: str) -> str:
    """Return why a mail was not delivered.

    The mail server's own words are not stored, since they may quote an address.
    """
    kind, _space, number = reason.partition(" ")
    if kind in UNREACHED or kind in UNREACHED_TOO:
        return _("The mail server could not be reached (%(kind)s)", kind=kind)
    if kind == "SMTPAuthenticationError":
        return _("The mail server did not accept our log-in (%(number)s)", number=number)
    if kind.startswith("SMTP"):
        return _("The mail server refused it (%(reason)s)", reason=reason)
    return _("It could not be sent (%(reason)s)", reason=reason or "?")
