"""The post room's counter: events come in, audit rows, messages and mail go out, all in the caller's commit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from app.domain.clock import Clock
from app.domain.events import Event
from app.domain.roles import Principal
from app.post.origin import Origin
from app.store.database import Database


class PostSettings(Protocol):
    """What the post room needs of the settings (config.Settings has it all)."""

    @property
    def audit_key(self) -> str: ...

    @property
    def file_key(self) -> str: ...

    @property
    def public_base_url(self) -> str: ...


class PostRoom:
    """Makes what events call for. One a process."""

    def __init__(self, settings: PostSettings, database: Database, clock: Clock) -> None:
        self.settings, self.database, self.clock = settings, database, clock

    def write(
        self, session: Session, told: Sequence[Event], who: Principal | None, now: datetime, origin: Origin
    ) -> list[int]:
        """Write audit rows, messages and outgoing mail for these events; give back the numbers of the new mail."""
        return []

    def wake(self, mail: Sequence[int]) -> None:
        """After the commit: let the worker know, and send codes at once. Losing this call loses nothing."""
