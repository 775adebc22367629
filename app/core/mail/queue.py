"""The bell that tells the worker there is mail. Only a bell: what has to be sent stands in the outbox.

Huey runs the worker's tasks, on SQLite in the data folder or on Redis. If what it keeps is lost, nothing is lost.
"""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any, Protocol

from huey import Huey, PriorityRedisHuey, SqliteHuey
from huey.serializer import Serializer
from redis import ConnectionPool

MARK = 32


class QueueSettings(Protocol):
    """What the bell needs of the settings."""

    @property
    def data_dir(self) -> Path: ...

    @property
    def database_url(self) -> str: ...

    @property
    def redis_url(self) -> str | None: ...

    @property
    def file_keys(self) -> tuple[str, ...]: ...


class SignedJson(Serializer):  # type: ignore[misc]
    """Tasks as JSON with a mark only we can make: whoever can write to the queue can still not run anything here."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__()
        self._keys = [hmac.new(key.encode(), b"bell", hashlib.sha256).digest() for key in keys]

    def _marks(self, text: bytes) -> list[bytes]:
        """With the newest key, and with older ones, which a process not yet restarted may still use."""
        return [hmac.new(key, text, hashlib.sha256).digest() for key in self._keys]

    def _serialize(self, data: Any) -> bytes:
        text = json.dumps(data).encode()
        return self._marks(text)[0] + text

    def _deserialize(self, data: Any) -> Any:
        mark, text = bytes(data[:MARK]), bytes(data[MARK:])
        if not any(hmac.compare_digest(mark, known) for known in self._marks(text)):
            raise ValueError("a task on the queue was not written by this portal")
        return _as_message(json.loads(text))


def _as_message(fields: list[Any]) -> Any:
    from huey.registry import Message

    return Message(*fields)


def open_queue(settings: QueueSettings) -> Huey:
    """The queue that both the web and the worker know."""
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
