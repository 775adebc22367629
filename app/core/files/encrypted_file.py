"""Files encrypted to a public key in the age format: the process that writes one cannot read it.

The private key (an age identity) is never where backups are taken.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyrage

ENDING = ".age"


class NoKey(ValueError):
    """Not a public key, not an identity, or not the identity the file was encrypted for; the text says which."""


def checked_recipients(keys: Sequence[str]) -> list[pyrage.x25519.Recipient]:
    """Return these age public keys ("age1…"). Raises NoKey."""
    try:
        return [pyrage.x25519.Recipient.from_str(key) for key in keys]
    except pyrage.RecipientError:
        raise NoKey("is no age public key (they begin with age1)") from None


@contextmanager
def encrypting(target: IO[bytes], keys: Sequence[str]) -> Iterator[IO[bytes]]:
    """Yield a file to write to from start to end. `target` receives it encrypted; no plain text reaches the disk."""
    recipients = checked_recipients(keys)
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def encrypt() -> None:
        with os.fdopen(reading, "rb") as source:
            try:
                pyrage.encrypt_io(source, target, recipients)
            except BaseException as error:
                failed.append(error)

    worker = threading.Thread(target=encrypt, name="encrypting")
    worker.start()
    try:
        with os.fdopen(writing, "wb") as plain:
            yield plain
    except BrokenPipeError:
        if not failed:
            raise
    finally:
        worker.join()
    if failed:
        raise failed[0]


def decrypt(source: Path, target: Path, identity: Path) -> None:
    """Decrypt `source` to `target`. Raises NoKey when no identity in the file fits."""
    lines = [line.strip() for line in identity.read_text(encoding="utf-8").splitlines()]
    try:
        identities = [
            pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")
        ]
    except pyrage.IdentityError:
        identities = []
    if not identities:
        raise NoKey(f"{identity} holds no age identity (AGE-SECRET-KEY-1…)")
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as plain, source.open("rb") as sealed:
        try:
            pyrage.decrypt_io(sealed, plain, identities)
        except (pyrage.DecryptError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk is full
            raise NoKey(
                f"{source} can't be decrypted with {identity}: it is encrypted for another key, or damaged"
            ) from None
