"""The task queue that wakes the worker for new mail. The outbox table decides what is sent.

Huey runs the tasks, on SQLite in the data folder or on Redis. A lost queue loses no mail.
"""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any, Protocol

from huey import Huey, PriorityRedisHuey, SqliteHuey
from huey.serializer import Serializer
from redis import ConnectionPool

SIGNATURE_BYTES = 32


class QueueSettings(Protocol):
    """The settings of the task queue."""

    @property
    def data_dir(self) -> Path:
        """The folder of the SQLite queue."""
        ...

    @property
    def database_url(self) -> str:
        """The database, whose address gives the Redis queue its name."""
        ...

    @property
    def redis_url(self) -> str | None:
        """Redis, or None for SQLite."""
        ...

    @property
    def file_keys(self) -> tuple[str, ...]:
        """The keys that sign tasks, the newest first."""
        ...


class SignedJson(Serializer):  # type: ignore[misc]
    """Tasks as JSON signed with our keys, so that write access to the queue is not enough to run a task."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__()
        self._keys = [hmac.new(key.encode(), b"bell", hashlib.sha256).digest() for key in keys]

    def _signatures(self, text: bytes) -> list[bytes]:
        """Return the signatures by every key: a process that was not restarted yet may use an older one."""
        return [hmac.new(key, text, hashlib.sha256).digest() for key in self._keys]

    def _serialize(self, data: Any) -> bytes:
        text = json.dumps(data).encode()
        return self._signatures(text)[0] + text

    def _deserialize(self, data: Any) -> Any:
        signature, text = bytes(data[:SIGNATURE_BYTES]), bytes(data[SIGNATURE_BYTES:])
        if not any(hmac.compare_digest(signature, known) for known in self._signatures(text)):
            raise ValueError("a task on the queue was not written by this portal")
        return _as_message(json.loads(text))


def _as_message(fields: list[Any]) -> Any:
    from huey.registry import Message

    return Message(*fields)


def open_queue(settings: QueueSettings) -> Huey:
    """Return the queue that web processes and worker share."""
    serializer = SignedJson(settings.file_keys)
    if settings.redis_url:
        pool = ConnectionPool.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=5)
        # Portals that share a Redis do not share a queue.
        name = "portal" + hashlib.sha256(settings.database_url.encode()).hexdigest()[:12]
        return PriorityRedisHuey(name, results=False, serializer=serializer, connection_pool=pool)
    return SqliteHuey(
        "portal",
        results=False,
        serializer=serializer,
        filename=str(settings.data_dir / "huey.sqlite3"),
        fsync=False,
    )
