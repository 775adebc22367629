"""The audit: who did what, when, from where. Append-only; each row seals the one before it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Row


class AuditRow(Row):
    """One line of the audit. The database itself refuses to change or delete it."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_child", "child_id", "id"),
        Index("ix_audit_actor", "actor_id", "id"),
        Index("ix_audit_event", "event", "id"),
    )

    at: Mapped[datetime] = mapped_column(index=True)
    event: Mapped[str] = mapped_column()
    actor_id: Mapped[int | None] = mapped_column()
    """No foreign key on purpose: the audit outlives the account."""
    actor_name: Mapped[str] = mapped_column(default="")
    organisation_id: Mapped[int | None] = mapped_column()
    """The organisation that the actor acted for; null for those who work for none, and in rows from before 2026-12."""
    child_id: Mapped[int | None] = mapped_column()
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    address_hash: Mapped[str] = mapped_column(default="")
    """The network address they came from, keyed-hashed: the same place gives the same mark."""
    device: Mapped[str] = mapped_column(default="")
    seal: Mapped[str] = mapped_column()
    """HMAC over the seal before and this row."""
