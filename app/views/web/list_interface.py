"""The data interface of generated lists and record pages, for AppBuilder."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from flask_appbuilder.models.filters import BaseFilter, Filters
from flask_appbuilder.models.sqla.filters import FilterEqual, SQLAFilterConverter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.sql.base import ExecutableOption

from app.core.database.engine import use_custom_plans
from app.core.database.listing import Criteria, Listing, Page

COUNT_UP_TO = 1000
"""Totals beyond this are shown as "more than 1,000": counting every row on every page is too slow."""
LARGEST_ID = 2**31 - 1
EVERY_ROW = Criteria(true())


class FilterFrom(BaseFilter):
    """From this day on."""

    name = "from"
    arg_name = "from"

    def apply(self, query: Any, value: Any) -> Any:
        """Return the query for rows of this day or later."""
        return query.filter(getattr(self.model, self.column_name) >= _start(self, value))


class FilterUntil(BaseFilter):
    """Until this day, with the whole of it."""

    name = "until"
    arg_name = "until"

    def apply(self, query: Any, value: Any) -> Any:
        """Return the query for rows of this day or earlier."""
        return query.filter(getattr(self.model, self.column_name) < _start(self, value, days=1))


def _start(asked: BaseFilter, value: Any, days: int = 0) -> date:
    """Return the day, or its first moment for a column with a time, so many days later."""
    day = date.fromisoformat(str(value)[:10]) + timedelta(days=days)
    is_time = asked.datamodel.is_datetime(asked.column_name)
    return datetime.combine(day, time.min) if is_time else day


class PortalFilters(SQLAFilterConverter):
    """AppBuilder's filters, with days from and until for dates."""

    conversion_table = tuple(
        (kind, [FilterEqual, FilterFrom, FilterUntil] if kind in {"is_date", "is_datetime"} else offered)
        for kind, offered in SQLAFilterConverter.conversion_table
    )


class PortalInterface(SQLAInterface):
    """A data interface that loads what the list shows in one statement, and caps totals."""

    filter_converter_class: ClassVar[Any] = PortalFilters

    def __init__(self, obj: type[Any], *options: ExecutableOption, listing: Listing | None = None) -> None:
        self.listing = listing
        self.options = options if listing is None else listing.options
        super().__init__(obj)

    @property
    def loads(self) -> bool:
        """Whether related rows to load were named."""
        return bool(self.options) or self.listing is not None

    def get_search_columns_list(self) -> list[str]:
        """Return no columns, so that a list is filtered only by those it names; AppBuilder would offer all."""
        return []

    def query(
        self,
        filters: Filters | None = None,
        order_column: str = "",
        order_direction: str = "",
        page: int | None = None,
        page_size: int | None = None,
        select_columns: list[str] | None = None,
        outer_default_load: bool = False,
        criteria: Criteria = EVERY_ROW,
    ) -> tuple[int, list[Any]]:
        """Return one page of rows, and how many there are up to the cap (one more means "more than").

        A list with a `listing` reads snapshots. Lists whose rows have many related rows (a person's roles), and what
        AppBuilder asks by itself (is this name taken?), load objects.
        """
        if self.listing is not None and page_size:
            part = Page(order_column, order_direction != "asc", (page or 0) * page_size, page_size)
            chosen = self._criteria_of(filters)
            if chosen or page:
                use_custom_plans(self.session())
            wanted = criteria.where(*chosen)
            return self.listing.page(self.session(), wanted, part, COUNT_UP_TO + 1)
        rows = self.apply_filters(
            self.session.query(self.obj).options(*self.options).filter(criteria.criterion), filters
        )
        counted = rows.with_entities(self.get_pk()).limit(COUNT_UP_TO + 1).subquery()
        count = self.session.scalar(select(func.count()).select_from(counted)) or 0
        found = self.apply_order_by(rows, order_column, order_direction, aliases_mapping={}, add_pk=True)
        return count, self.apply_pagination(found, page, page_size).all()

    def _criteria_of(self, filters: Filters | None) -> Sequence[ColumnElement[bool]]:
        """Return the criteria of AppBuilder's filters."""
        if filters is None or not filters.filters:
            return ()
        asked: Any = self.apply_filters(select(self.obj), filters)
        return () if asked.whereclause is None else (asked.whereclause,)

    def get(self, id: Any, filters: Filters | None = None, select_columns: list[str] | None = None) -> Any:
        """Return the row with this id, or None when there is none that this person may see."""
        number = str(id)
        if not number.isascii() or not number.isdigit() or int(number) > LARGEST_ID:
            return None
        row = self.session.query(self.obj).options(*self.options).filter(self.get_pk() == int(number))
        return self.apply_filters(row, filters).one_or_none()
