"""Events about what must be kept from somebody. Re-exported by events.py."""

from dataclasses import dataclass

from app.core.events import Event, FormEvent, LinkEvent


class FilesWithheld(Event):
    """An address must be kept secret from now on, so the files that were shared with others are no longer open to them."""


class MustNotKnowNoted(FormEvent):
    """A form that was sent may say that somebody who is linked to the child must not know."""


@dataclass(frozen=True, kw_only=True)
class InvitationHeldBack(Event):
    """An invitation was accepted after a form had said that this person may not know: they were not linked."""

    invitation_id: int


class KeptFromQueue(LinkEvent):
    """A form may name a member of an organisation in whose queue the child is: they do not see the child."""
