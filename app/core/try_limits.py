"""How long codes and sessions are valid, and how often anything may be tried."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from app.core.text_input import clean_code

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=10)
TRIES_PER_CODE = 5

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
PROOF_LIFE = timedelta(minutes=10)
"""How long after a password and code a person may change how they log in."""

TOUCH_EVERY = timedelta(minutes=1)
CLOCKS_DIFFER = timedelta(minutes=2)
"""How much the clocks of two servers may differ; a log-in or code from further in the future is rejected."""

COOL_DOWN = timedelta(minutes=15)
DEVICE_LIFE = timedelta(days=90)
SAVED_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Limit:
    """At most so many tries within this time."""

    name: str
    most: int
    within: timedelta


PASSWORDS_PER_ACCOUNT = Limit("password", 10, timedelta(minutes=5))
PASSWORDS_PER_ADDRESS = Limit("address", 30, timedelta(minutes=5))
CODES_SENT = Limit("sent", 3, timedelta(minutes=15))
CODES_SENT_A_DAY = Limit("sent_day", 10, timedelta(days=1))
NEW_PASSWORDS = Limit("new_password", 20, timedelta(hours=1))
"""New passwords tried through one mailed link, or by one person: each is expensive to check."""
NEW_PASSWORDS_FROM = Limit("new_password_from", 60, timedelta(hours=1))
"""The same from one network."""
WRONG_CODES = Limit("wrong_code", 15, timedelta(hours=1))
WRONG_APP_CODES_A_DAY = Limit("wrong_app_day", CODES_SENT_A_DAY.most * TRIES_PER_CODE, timedelta(days=1))
"""As many guesses a day as mailed codes allow: an app shows a code without a mail to count."""


def read_code(text: str) -> str | None:
    """Return the six digits that were entered, or None when it is not a code.

    Spaces, dashes and digits of other scripts, which come from copying and from phones, are accepted.
    """
    plain = re.sub(r"[\s\-\u2010-\u2015]+", "", clean_code(text[:100]))
    return plain if len(plain) == CODE_DIGITS and re.fullmatch(r"[0-9]+", plain) else None
