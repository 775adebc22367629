"""Files in an S3 object store, for a portal on more than one machine.

The bucket is private and belongs to the portal alone. No address in it is ever given out, since downloads go through
the row filter. A store that does not answer is an OSError, like a broken disk.
"""

import errno
import hashlib
import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, BinaryIO

from app.core.files.storage import CHUNK, KEY, StoredFile, StoreEntry
from startup.object_store import S3Settings

PREFIX = "files/"
CONNECT, READ = 3, 20
"""Seconds to connect, and to receive the first bytes."""

NOT_THERE = {"404", "NoSuchKey", "NotFound"}


@lru_cache(maxsize=8)
def _client(settings: S3Settings) -> Any:
    """Return the client, one per process and safe for threads. boto3 is imported here: a portal without S3 needs none."""
    import boto3
    from botocore.config import Config

    return boto3.session.Session().client(
        "s3",
        endpoint_url=settings.endpoint,
        region_name=settings.region,
        aws_access_key_id=settings.access_key,
        aws_secret_access_key=settings.secret_key,
        config=Config(
            connect_timeout=CONNECT,
            read_timeout=READ,
            retries={"max_attempts": 2, "mode": "standard"},
            max_pool_connections=20,
            s3={"addressing_style": "path"},
            # Stores other than Amazon's do not all know the newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


class S3Store:
    """One bucket."""

    def __init__(self, settings: S3Settings) -> None:
        self.bucket = settings.bucket
        self._client = _client(settings)

    def keep(self, file: BinaryIO) -> StoredFile:
        """Write a file under a new random key, and return it once it is stored."""
        return self.put_back(secrets.token_hex(32), file)

    def put_back(self, key: str, file: BinaryIO) -> StoredFile:
        """Write a file under the key it had."""
        place = self._place(key)
        size, fingerprint = 0, hashlib.sha256()
        file.seek(0)
        while chunk := file.read(CHUNK):
            size += len(chunk)
            fingerprint.update(chunk)
        file.seek(0)
        with _as_disk():
            self._client.put_object(Bucket=self.bucket, Key=place, Body=file, ContentLength=size)
        return StoredFile(key, size, fingerprint.hexdigest())

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading. Raises FileNotFoundError."""
        with _as_disk():
            body = self._client.get_object(Bucket=self.bucket, Key=self._place(key))["Body"]
        return io.BufferedReader(_Body(body), CHUNK)

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises FileNotFoundError."""
        with _as_disk():
            return int(self._client.head_object(Bucket=self.bucket, Key=self._place(key))["ContentLength"])

    def remove(self, key: str) -> None:
        """Delete a file, if it exists."""
        with _as_disk():
            self._client.delete_object(Bucket=self.bucket, Key=self._place(key))

    def older_than(self, moment: datetime) -> Iterator[StoreEntry]:
        """Yield the files written before this moment (UTC). None is incomplete: the store writes a file whole."""
        with _as_disk():
            for page in self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=PREFIX
            ):
                for found in page.get("Contents", ()):
                    key = found["Key"].rpartition("/")[2]
                    written = found["LastModified"].replace(tzinfo=None)
                    if KEY.fullmatch(key) and written < moment:
                        yield StoreEntry(key, found["Key"])

    def drop(self, entry: StoreEntry) -> None:
        """Delete exactly this entry."""
        with _as_disk():
            self._client.delete_object(Bucket=self.bucket, Key=entry.place)

    def is_empty(self) -> bool:
        """Return whether the store has no file."""
        with _as_disk():
            found = self._client.list_objects_v2(Bucket=self.bucket, Prefix=PREFIX, MaxKeys=1)
        return not found.get("KeyCount")

    def answers(self) -> bool:
        """Return whether the bucket can be reached with our credentials."""
        try:
            with _as_disk():
                self._client.head_bucket(Bucket=self.bucket)
        except OSError:
            return False
        return True

    def _place(self, key: str) -> str:
        if not KEY.fullmatch(key):
            raise ValueError("not a storage key")
        return f"{PREFIX}{key[:2]}/{key}"


class _Body(io.RawIOBase):
    """The body of a file while it is read from the store; errors are raised as OSError."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into this buffer and return how many bytes. Raises OSError."""
        with _as_disk():
            return int(self._body.readinto(buffer))

    def close(self) -> None:
        """Close the connection to the store."""
        self._body.close()
        super().close()


@contextmanager
def _as_disk() -> Iterator[None]:
    """Raise the store's errors as OSError, without the store's own text, which may hold addresses."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in NOT_THERE:
            raise FileNotFoundError(errno.ENOENT, "no such file") from None
        raise OSError(errno.EIO, "the store for files refused") from None
    except BotoCoreError as error:
        raise OSError(errno.EIO, f"the store for files does not answer ({type(error).__name__})") from None
