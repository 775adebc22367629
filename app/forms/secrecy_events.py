"""Events about information that certain people must not get."""

from dataclasses import dataclass

from app.core.events import Event, FormEvent, LinkEvent


class FilesWithheld(Event):
    """The family's address became secret, so files shared with others can no longer be opened."""


class MustNotKnowNoted(FormEvent):
    """A submitted form may name a person linked to the child who must not know."""


@dataclass(frozen=True, kw_only=True)
class InvitationHeldBack(Event):
    """A person accepted an invitation after a form had named them as one who must not know: they were not linked."""

    invitation_id: int


class NamedPersonRenamed(LinkEvent):
    """A person linked to a child, whom a form may name as a person who must not know, changed the name of their account."""


class NamedWorkplaceJoined(LinkEvent):
    """A person linked to a child began to work for an organisation that a form may name as one that must not know, or
    that the SEN team removed from the child."""


class NamedOrganisationRenamed(LinkEvent):
    """An organisation that a form may name as one that must not know has another name; it, or a person who works there, is
    linked to the child."""


class KeptFromQueue(LinkEvent):
    """A form may name a member of an organisation in whose queue the child is: they do not see the child."""
