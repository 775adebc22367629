"""How often something was tried lately."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Row


class Throttle(Row):
    """How often something was tried recently; a table, so that all web processes share the counts."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(unique=True)
    times: Mapped[list[Any]] = mapped_column(default=list)
    """Seconds since 1970, oldest first; those outside the window are dropped."""
    rests_until: Mapped[datetime | None] = mapped_column()
    touched_at: Mapped[datetime] = mapped_column(index=True)
