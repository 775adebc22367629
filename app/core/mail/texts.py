"""Every mail the portal sends, and the values its templates use (app/templates/emails/<name>/).

No mail has a child's name, initials or date of birth, so no value here is one.
"""

from collections.abc import Iterable, Mapping

DAY_LINK = frozenset({"path", "hours"})

MAILS: dict[str, frozenset[str]] = {
    # Logging in
    "code": frozenset({"code", "minutes", "device"}),
    # The account
    "registration_link": DAY_LINK,
    "already_registered": frozenset(),
    "registration_waiting": frozenset(),
    "registration_approved": frozenset(),
    "registration_refused": frozenset({"reason"}),
    "membership_refused": frozenset(),
    "account_opened": frozenset(),
    "parent_invited": frozenset({"path", "days"}),
    "account_invited": frozenset({"path", "days"}),
    "invitation_to_confirm": frozenset(),
    "password_reset_link": DAY_LINK,
    "no_account": frozenset(),
    "email_change_link": DAY_LINK,
    "email_change_asked": frozenset({"device", "path"}),
    "email_change_confirmed": frozenset({"hours", "path"}),
    "email_change_cancelled": frozenset(),
    "email_change_ended": frozenset(),
    "email_changed": frozenset(),
    "email_change_done": frozenset(),
    "app_reset_link": DAY_LINK,
    "organisation_change_approved": frozenset(),
    "organisation_change_refused": frozenset({"reason"}),
    # Work
    "new_message": frozenset(),
    "new_message_team": frozenset(),
}
"""The mail's name, and the names of exactly the values that its templates use."""


def register_mail(letter: str, values: Iterable[str] = ()) -> None:
    """Add a mail and the names of the values that its templates use.

    Raises ValueError when it is registered already with other values.
    """
    if MAILS.setdefault(letter, frozenset(values)) != frozenset(values):
        raise ValueError(f"the e-mail {letter!r} uses {sorted(MAILS[letter])}")


class WrongFacts(ValueError):
    """There is no such mail, or its values are not those that its templates use."""


def check_facts(letter: str, facts: Mapping[str, object]) -> None:
    """Check a mail's name and values when it is written. Raises WrongFacts, before the use case commits."""
    if letter not in MAILS:
        raise WrongFacts(f"there is no e-mail called {letter!r}; register it with register_mail")
    if set(facts) != MAILS[letter]:
        raise WrongFacts(f"the e-mail {letter!r} needs {sorted(MAILS[letter])}, not {sorted(facts)}")
