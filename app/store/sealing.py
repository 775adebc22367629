"""Sealing: what must not be readable in the database is locked with the file key before it gets there.

The newest key seals; older ones only open, until `portal reseal` has sealed anew what they locked.
"""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class BrokenSeal(ValueError):
    """This was not sealed with our key for this purpose, or was changed since."""


@lru_cache(maxsize=32)
def _lock(key: str, purpose: str) -> Fernet:
    """Each purpose has a key of its own, so that what was sealed for one never opens as another."""
    derived = hmac.new(key.encode(), b"seal|" + purpose.encode(), hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(derived))


def _locks(keys: tuple[str, ...], purpose: str) -> MultiFernet:
    return MultiFernet([_lock(key, purpose) for key in keys])


def seal(keys: tuple[str, ...], purpose: str, text: str) -> str:
    """Lock a text; `keys` is settings.file_keys, `purpose` a word such as "outbox" or "authenticator"."""
    return _locks(keys, purpose).encrypt(text.encode()).decode("ascii")


def unseal(keys: tuple[str, ...], purpose: str, sealed: str) -> str:
    """The text again. Raises BrokenSeal when it is not ours."""
    try:
        return _locks(keys, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise BrokenSeal(purpose) from None


def sealed_anew(keys: tuple[str, ...], purpose: str, sealed: str) -> str:
    """The same, locked with the newest key; as it is when that locked it. Raises BrokenSeal when no key opens it."""
    try:
        unseal(keys[:1], purpose, sealed)
    except BrokenSeal:
        return seal(keys, purpose, unseal(keys, purpose, sealed))
    return sealed
