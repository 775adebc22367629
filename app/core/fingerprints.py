"""Keyed marks made with OTP_KEY: of codes, counted subjects, known devices and forms.

The newest key makes them; those of OTP_KEY_FALLBACKS only check, so that a change of key loses nothing.
"""

import hashlib
import hmac
from collections.abc import Sequence

from app.core.unit_of_work import AppContext


def mark_of(context: AppContext, text: str) -> str:
    """Return the mark of this text with the newest key."""
    return marks_of(context, text)[0]


def marks_of(context: AppContext, text: str) -> Sequence[str]:
    """Return the marks of this text with each key, the newest first."""
    keys = context.settings.otp_keys
    return [hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest() for key in keys]


def is_mark_of(context: AppContext, text: str, mark: str) -> bool:
    """Tell whether any of our keys made this mark of this text."""
    found = [hmac.compare_digest(each.encode(), mark.encode()) for each in marks_of(context, text)]
    return any(found)
