"""Sealing: what must not be readable in the database is locked with the file key before it gets there."""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken


class BrokenSeal(ValueError):
    """This was not sealed with our key for this purpose, or was changed since."""


@lru_cache(maxsize=32)
def _lock(key: str, purpose: str) -> Fernet:
    """Each purpose has a key of its own, so that what was sealed for one never opens as another."""
    derived = hmac.new(key.encode(), b"seal|" + purpose.encode(), hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(key: str, purpose: str, text: str) -> str:
    """Lock a text; `key` is settings.file_key, `purpose` a word such as "outbox" or "authenticator"."""
    return _lock(key, purpose).encrypt(text.encode()).decode("ascii")


def unseal(key: str, purpose: str, sealed: str) -> str:
    """The text again. Raises BrokenSeal when it is not ours."""
    try:
        return _lock(key, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise BrokenSeal(purpose) from None
