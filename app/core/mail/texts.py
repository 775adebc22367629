"""Every e-mail the portal sends, and what each needs to be told. Their words stand in app/templates/emails/<name>/.

No e-mail carries a child's name, initials or date of birth, so none is ever told one.
"""

from collections.abc import Mapping

DAY_LINK = frozenset({"path", "hours"})

MAILS: Mapping[str, frozenset[str]] = {
    # Logging in
    "code": frozenset({"code", "minutes", "device"}),
    "account_cooling_down": frozenset({"minutes"}),
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
    "password_changed": frozenset({"device"}),
    "no_account": frozenset(),
    "email_change_link": DAY_LINK,
    "email_change_asked": frozenset({"device", "path"}),
    "email_change_confirmed": frozenset({"hours", "path"}),
    "email_change_cancelled": frozenset(),
    "email_changed": frozenset(),
    "email_change_done": frozenset(),
    "app_reset_link": DAY_LINK,
    "organisation_change_approved": frozenset(),
    "organisation_change_refused": frozenset({"reason"}),
    "second_step_changed": frozenset({"device"}),
    "roles_changed": frozenset(),
    # Work
    "new_message": frozenset(),
    "new_message_team": frozenset(),
}
"""The mail's name -> the facts its templates use, all of them and no others."""


class WrongFacts(ValueError):
    """A mail was asked for that does not exist, or was told too little or too much."""


def check_facts(letter: str, facts: Mapping[str, object]) -> None:
    """Notice a mistake when the mail is written down, not when it is sent."""
    if letter not in MAILS:
        raise WrongFacts(f"there is no e-mail called {letter!r}; enter it in app/core/mail/texts.py")
    if set(facts) != MAILS[letter]:
        raise WrongFacts(f"the e-mail {letter!r} needs {sorted(MAILS[letter])}, not {sorted(facts)}")
