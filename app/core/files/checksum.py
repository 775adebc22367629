"""The SHA-256 of a file."""

import hashlib
from typing import IO

CHUNK = 1 << 20


def checksum_of(file: IO[bytes]) -> str:
    """Return the SHA-256 of a file, read to its end."""
    summed = hashlib.sha256()
    while chunk := file.read(CHUNK):
        summed.update(chunk)
    return summed.hexdigest()
