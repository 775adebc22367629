"""Encryption of single columns with the file key.

Each value is bound to its place (AEAD additional data): its purpose, and what identifies its row and person. A value that is
copied to another row cannot be decrypted there. The newest key encrypts; older keys only decrypt, until `portal rotate-keys`
has encrypted their values again (operations/key_rotation.py).
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
"""The start of each bound value. Older versions encrypted values without binding them."""
NONCE_BYTES = 12
UNBOUND_FOR = 24 * 60 * 60
"""Seconds in which unbound values are accepted: the old version still writes them while a new one is deployed, and
`portal prepare` binds the rest."""


class DecryptionError(ValueError):
    """No key decrypts this value for this purpose and place, or it was changed."""


@lru_cache(maxsize=32)
def _key(key: str, purpose: str) -> AESGCM:
    """Return the key of one purpose."""
    return AESGCM(hmac.new(key.encode(), b"aead|" + purpose.encode(), hashlib.sha256).digest())


@lru_cache(maxsize=32)
def _unbound_key(key: str, purpose: str) -> Fernet:
    derived = hmac.new(key.encode(), b"seal|" + purpose.encode(), hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(derived))


def _place(purpose: str, bound_to: Sequence[object]) -> bytes:
    return json.dumps([purpose, *map(str, bound_to)]).encode()


def encrypt(keys: tuple[str, ...], purpose: str, bound_to: Sequence[object], text: str) -> str:
    """Return the text encrypted with the newest of settings.file_keys, bound to what identifies its row and person."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    encrypted = _key(keys[0], purpose).encrypt(nonce, text.encode(), _place(purpose, bound_to))
    return MARK + base64.urlsafe_b64encode(nonce + encrypted).decode("ascii")


def decrypt(keys: tuple[str, ...], purpose: str, bound_to: Sequence[object], encrypted: str) -> str:
    """Return the text. Raises DecryptionError when no key decrypts it here."""
    if encrypted.startswith(MARK):
        return _decrypted(keys, purpose, bound_to, encrypted)
    return _decrypted_unbound(keys, purpose, encrypted, UNBOUND_FOR)


def re_encrypted(keys: tuple[str, ...], purpose: str, bound_to: Sequence[object], encrypted: str) -> str:
    """Return the value bound and encrypted with the newest key, unchanged when it is already.

    Raises DecryptionError when no key decrypts it.
    """
    if not encrypted.startswith(MARK):
        return encrypt(keys, purpose, bound_to, _decrypted_unbound(keys, purpose, encrypted, None))
    try:
        _decrypted(keys[:1], purpose, bound_to, encrypted)
    except DecryptionError:
        return encrypt(keys, purpose, bound_to, _decrypted(keys, purpose, bound_to, encrypted))
    return encrypted


def _decrypted(keys: tuple[str, ...], purpose: str, bound_to: Sequence[object], encrypted: str) -> str:
    try:
        raw = base64.urlsafe_b64decode(encrypted.removeprefix(MARK).encode())
    except ValueError:
        raise DecryptionError(purpose) from None
    for key in keys:
        try:
            plain = _key(key, purpose).decrypt(
                raw[:NONCE_BYTES], raw[NONCE_BYTES:], _place(purpose, bound_to)
            )
        except (InvalidTag, ValueError):
            continue
        return plain.decode()
    raise DecryptionError(purpose)


def _decrypted_unbound(keys: tuple[str, ...], purpose: str, encrypted: str, ttl: int | None) -> str:
    fernet = MultiFernet([_unbound_key(key, purpose) for key in keys])
    try:
        return fernet.decrypt(encrypted.encode(), ttl).decode()
    except InvalidToken:
        raise DecryptionError(purpose) from None
