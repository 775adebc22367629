"""What every table shares."""

import enum
from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, DateTime, Enum, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import Clock

Json = JSON().with_variant(JSONB(), "postgresql")

Model.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
Model.registry.update_type_annotation_map(
    {
        enum.Enum: Enum(enum.Enum, native_enum=False, length=40),
        str: Text(),
        datetime: DateTime(),
        dict[str, Any]: Json,
        list[Any]: Json,
    }
)


def utc_now() -> datetime:
    """Return the current moment as naive UTC, as every datetime column holds it."""
    return Clock().now()


class Row(Model):
    """A numbered row that knows when it was made (UTC)."""

    __abstract__ = True
    __table_args__: Any = ()

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
