"""When each worker last said that it is at work."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Row


class WorkerSeen(Row):
    """One worker: which machine and process, and when it was last seen. Nothing about anybody."""

    __tablename__ = "worker_seen"

    name: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column()
