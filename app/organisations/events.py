"""Events about organisations."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class OrganisationRenamed(Event):
    """An organisation has another name."""

    organisation_id: int
    before: str
    after: str
