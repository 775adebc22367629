"""A report: figures over existing rows, from one SELECT; docs/extending.md walks through one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import Model, expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import ColumnElement, Numeric, Select, Table
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import Integer

from app.children.events import ChildrenListed, ListExported
from app.core.activity_limits import EXPORTS, count_mine
from app.core.database.figures import figures_of
from app.core.unit_of_work import UnitOfWork
from app.views.web.asked_days import asked, asked_day, start_of
from app.views.web.base import PortalView, my_work
from app.views.web.csv_cells import csv_file
from app.views.web.i18n import gettext as _
from app.views.web.list_arguments import query_string
from app.views.web.model_columns import Columns, enum_labels, words
from app.views.web.pages import shown
from app.views.web.screen_checks import ScreenError, check_policies

MOST_SHOWN = 500
"""Rows on the page; the CSV has all, up to MOST_EXPORTED."""
MOST_EXPORTED = 10_000


class PortalReport(PortalView):
    """A page with a table of figures and its CSV, from `figures` alone.

    The figures count the rows that the reader's row policies show. The class's docstring is for developers; `text`
    explains the figures on the page.
    """

    list_title: Any = ""
    text: Any = ""
    label_columns: Mapping[str, Any] = {}
    formatters_columns: Mapping[str, Callable[[Any], Any]] = {}

    def __init__(self) -> None:
        name = type(self).__name__
        statement = self.figures(date.min)
        tables = tables_of(statement)
        check_policies(name, tables)
        self.columns = {str(column.key): column for column in statement.selected_columns}
        self.labels = {key: words(key) for key in self.columns} | dict(self.label_columns)
        if unknown := self.labels.keys() - self.columns.keys():
            raise ScreenError(f"{name}: the figures have no {', '.join(sorted(unknown))}")
        self.about_children = any(Columns(table, ()).about_children for table in tables)
        self.list_title = self.list_title or words(name)
        super().__init__()

    def figures(self, today: date) -> Select[*tuple[Any, ...]]:
        """Return the rows of the report: an ORM statement whose columns are labelled as the report names them."""
        raise NotImplementedError

    def period(self) -> Any:
        """Return the date or time of a row by which readers choose a period; None for no choice."""
        return None

    @expose("/list/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show the figures."""
        errors: list[dict[str, str]] = []
        period = period_asked(self.period(), errors)
        with my_work() as work:
            rows = self._rows(work, period, MOST_SHOWN + 1)
            if self.about_children:
                work.record(ChildrenListed(list_name=self.endpoint, asked=self._asked(), rows=len(rows)))
        return self.page(
            "report.html",
            422 if errors else 200,
            title=self.list_title,
            text=self.text,
            heads=[str(self.labels[key]) for key in self.columns],
            numeric=[at for at, column in enumerate(self.columns.values()) if _is_number(column)],
            rows=rows[:MOST_SHOWN],
            more=MOST_SHOWN if len(rows) > MOST_SHOWN else 0,
            has_period=self.period() is not None,
            asked={name: asked(name) for name in ("since", "until")},
            errors=errors,
            wrong={error["href"]: error["text"] for error in errors},
            export_url=url_for(f"{self.endpoint}.export") + query_string([*self._asked().items()]),
        )

    @expose("/export.csv")
    @has_access
    def export(self) -> ResponseReturnValue:
        """Return the figures as a CSV file. The audit log stores who exported them."""
        errors: list[dict[str, str]] = []
        period = period_asked(self.period(), errors)
        if errors:
            return redirect(url_for(f"{self.endpoint}.list") + query_string([*self._asked().items()]))
        with my_work(always_commit=True) as work:
            count_mine(work, EXPORTS)
        with my_work() as work:
            rows = self._rows(work, period, MOST_EXPORTED)
            work.record(ListExported(list_name=self.endpoint, rows=len(rows), asked=self._asked() or None))
        heads = [str(self.labels[key]) for key in self.columns]
        return csv_file(self.endpoint.lower(), heads, ([str(cell) for cell in row] for row in rows))

    def _rows(self, work: UnitOfWork, period: Sequence[ColumnElement[bool]], most: int) -> Sequence[Any]:
        """Return the figures as they are read."""
        found = figures_of(work.session, self.figures(work.today), period, most)
        makers = [self.formatters_columns.get(key, _text) for key in self.columns]
        return [[make(cell) for make, cell in zip(makers, row, strict=True)] for row in found]

    def _asked(self) -> dict[str, str]:
        """Return the period in the address as it was entered."""
        given = {name: asked(name) for name in ("since", "until") if self.period() is not None}
        return {name: text for name, text in given.items() if text}


def period_asked(column: Any, errors: list[dict[str, str]]) -> Sequence[ColumnElement[bool]]:
    """Return the criteria of the period in the address; adds an error for what is no date."""
    if column is None:
        return ()
    since, until = asked_day("since", errors), asked_day("until", errors)
    if since and until and until < since:
        errors.append({"text": _("“To” must be the same day as “From” or after it"), "href": "#until"})
    start: Callable[[date], Any] = start_of if column.type.python_type is datetime else _same_day
    found = [column >= start(since)] if since else []
    return [*found, column < start(until + timedelta(days=1))] if until else found


def _same_day(day: date) -> date:
    return day


def _text(value: Any) -> Any:
    """Return a value as pages write it, and a choice by its label."""
    return _(str(enum_labels(type(value))[value])) if isinstance(value, Enum) else shown(value)


def tables_of(statement: Select[*tuple[Any, ...]]) -> Sequence[type[Any]]:
    """Return the mapped classes of the tables that a statement reads."""
    names = {each.name for each in iterate(statement) if isinstance(each, Table)}
    mappers = [mapper for mapper in Model.registry.mappers if mapper.inherits is None]
    return [mapper.class_ for mapper in mappers if mapper.class_.__tablename__ in names]


def _is_number(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, Integer | Numeric)
