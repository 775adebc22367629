"""Events about messages."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageSent(Event):
    """A person wrote a message; `message_ids` are the copies in people's inboxes."""

    message_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MessageEvent(Event):
    """An event about one message in one inbox."""

    message_id: int


class MessageRead(MessageEvent):
    """A message was opened for the first time, or again when it is about a child."""


class MessageMarkedUnread(MessageEvent):
    """A message was marked as unread."""
