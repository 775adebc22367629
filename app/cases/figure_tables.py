"""The table of published figures, with which the council compares its own."""

from decimal import Decimal

from sqlalchemy import Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.rules.figures import PublishedMeasure
from app.core.base import Row


class PublishedFigure(Row):
    """A percentage that the department published for England or for another council."""

    __tablename__ = "published_figure"
    __table_args__ = (UniqueConstraint("area", "year", "measure"),)

    area: Mapped[str] = mapped_column()
    """England, or the name of a council."""
    year: Mapped[int] = mapped_column()
    """The calendar year that the figure is about."""
    measure: Mapped[PublishedMeasure] = mapped_column()
    percentage: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    source: Mapped[str] = mapped_column()
    """The publication, with its licence."""
