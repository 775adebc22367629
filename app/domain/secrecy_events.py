"""Events about what must be kept from somebody. Re-exported by events.py."""

from app.domain.event_base import Event


class FilesWithheld(Event):
    """An address must be kept secret from now on, so the files that were shared with others are no longer open to them."""
