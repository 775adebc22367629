"""The heartbeat of each worker."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Row


class WorkerSeen(Row):
    """One worker: its machine and process, and when it was last seen. No personal data."""

    __tablename__ = "worker_seen"

    name: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column()
