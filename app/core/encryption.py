"""Sealing: what must not be readable in the database is encrypted with the file key before it gets there.

Each value is bound to its place (AEAD additional data): the purpose, and what identifies its row and person. A value that
was copied to another row does not open. The newest key seals; older ones only open, until `portal reseal` has replaced
what they sealed.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = "v2."
"""Begins each bound value. One without it was sealed by an older version, which bound nothing."""
NONCE_BYTES = 12
UNBOUND_FOR = 24 * 60 * 60
"""Seconds. While a new version comes in, the old one still seals without binding; `portal prepare` binds the rest."""


class DecryptionError(ValueError):
    """This was not sealed with our key for this purpose and place, or was changed since."""


@lru_cache(maxsize=32)
def _key(key: str, purpose: str) -> AESGCM:
    """Each purpose has a key of its own."""
    return AESGCM(hmac.new(key.encode(), b"aead|" + purpose.encode(), hashlib.sha256).digest())


@lru_cache(maxsize=32)
def _unbound_key(key: str, purpose: str) -> Fernet:
    derived = hmac.new(key.encode(), b"seal|" + purpose.encode(), hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(derived))


def _place(purpose: str, bound_to: Sequence[object]) -> bytes:
    return json.dumps([purpose, *map(str, bound_to)]).encode()


def encrypt(keys: tuple[str, ...], purpose: str, bound_to: Sequence[object], text: str) -> str:
    """Encrypt a text; `keys` is settings.file_keys, `bound_to` what identifies the row and person it belongs to."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _key(keys[0], purpose).encrypt(nonce, text.encode(), _place(purpose, bound_to))
    return MARK + base64.urlsafe_b64encode(nonce + sealed).decode("ascii")


def decrypt(keys: tuple[str, ...], purpose: str, bound_to: Sequence[object], sealed: str) -> str:
    """Return the text. Raises DecryptionError when it is not ours, or belongs elsewhere."""
    if sealed.startswith(MARK):
        return _opened(keys, purpose, bound_to, sealed)
    return _opened_unbound(keys, purpose, sealed, UNBOUND_FOR)


def re_encrypted(keys: tuple[str, ...], purpose: str, bound_to: Sequence[object], sealed: str) -> str:
    """Return the same, bound and encrypted with the newest key; unchanged when it is so already.

    Raises DecryptionError when no key opens it.
    """
    if not sealed.startswith(MARK):
        return encrypt(keys, purpose, bound_to, _opened_unbound(keys, purpose, sealed, None))
    try:
        _opened(keys[:1], purpose, bound_to, sealed)
    except DecryptionError:
        return encrypt(keys, purpose, bound_to, _opened(keys, purpose, bound_to, sealed))
    return sealed


def _opened(keys: tuple[str, ...], purpose: str, bound_to: Sequence[object], sealed: str) -> str:
    try:
        held = base64.urlsafe_b64decode(sealed.removeprefix(MARK).encode())
    except ValueError:
        raise DecryptionError(purpose) from None
    for key in keys:
        try:
            plain = _key(key, purpose).decrypt(
                held[:NONCE_BYTES], held[NONCE_BYTES:], _place(purpose, bound_to)
            )
        except (InvalidTag, ValueError):
            continue
        return plain.decode()
    raise DecryptionError(purpose)


def _opened_unbound(keys: tuple[str, ...], purpose: str, sealed: str, ttl: int | None) -> str:
    locks = MultiFernet([_unbound_key(key, purpose) for key in keys])
    try:
        return locks.decrypt(sealed.encode(), ttl).decode()
    except InvalidToken:
        raise DecryptionError(purpose) from None
