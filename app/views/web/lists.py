"""AppBuilder's generated lists and record pages, made safe for children's records.

Rows are limited by the session's row filter. Here the routes are limited to list, show and export, filters are stored
per request (AppBuilder shares them between threads), and an invalid address leads to the list.
"""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from enum import Enum
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.models.filters import Filters
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.urltools import get_filter_args, get_order_args, get_page_args, get_page_size_args
from sqlalchemy import ColumnElement

from app.children.events import ChildrenListed, ListExported
from app.core.activity_limits import EXPORTS, count_mine
from app.core.database.listing import Criteria
from app.core.events import Event
from app.core.roles import READ, WRITE
from app.forms.definitions.dates import date_text
from app.views.web.base import my_work
from app.views.web.csv_cells import csv_file
from app.views.web.due_dates import Due
from app.views.web.generated_lists import SearchField, search_fields
from app.views.web.i18n import gettext as _
from app.views.web.i18n import reader_locale
from app.views.web.list_arguments import FIGURE, ListArguments, SavedFilter, query_string
from app.views.web.list_interface import EVERY_ROW
from app.views.web.listed import Listed, Picks, Row, RowLink
from app.views.web.pages import shown
from app.views.web.screen_checks import check_policies
from app.views.web.searching import count_search, search_text

EXPORT_UP_TO = 10_000
DUE = "due_on"
"""The column that also shows how much time is left."""


class RequestFilters:
    """A view's `_filters`, copied for each request: AppBuilder's own is shared by all threads (its issue 2366)."""

    def __get__(self, view: Any, _owner: type[Any]) -> Filters:
        prototype: Filters = view.__dict__["_filters_prototype"]
        of_request: dict[int, Filters] = g.setdefault("list_filters", {})
        if id(view) not in of_request:
            fresh = copy(prototype)
            fresh.clear_filters()
            of_request[id(view)] = fresh
        return of_request[id(view)]

    def __set__(self, view: Any, filters: Filters | None) -> None:
        view.__dict__["_filters_prototype"] = filters


def redirect_without_query() -> ResponseReturnValue:
    """Redirect to the same page without its query, which only a list has: elsewhere AppBuilder reads filters from it."""
    return redirect(url_for(request.endpoint or "", **(request.view_args or {})))


class PortalListView(ListArguments):
    """A generated list and its record pages: read only, and exported where `exports` names columns."""

    include_route_methods = {"list", "show", "export"}
    method_permission_name = {
        "list": READ,
        "show": READ,
        "export": READ,
        "add": WRITE,
        "edit": WRITE,
        "delete": WRITE,
    }
    _filters = RequestFilters()
    page_size = 25
    max_page_size = 100
    saved_filters: Mapping[str, SavedFilter] = {}
    """Ready-made filters, opened by ?show=<name>."""
    exports: Sequence[str] | None = ()
    """Columns of the CSV; without any there is no export."""
    exported_as_stored: Collection[str] = ()
    """Columns that the CSV holds as stored, for other programs, and not as shown on the screen."""
    adds_at: str | None = None
    """The endpoint of a page of its own that adds a row, where the list has no generated one."""
    find_label: Any = ""
    """The label of the search box; without one there is no box. Search terms are posted, so that a child's name is
    in no address, history or log."""

    about_children: bool | None = False
    """The rows name children, so the audit log stores who read the list, with which filters, and how many rows it had."""

    def __init__(self, **options: Any) -> None:
        self._empty_boxes: dict[str, Sequence[SearchField]] = {}
        """The filter's fields in each language; columns and choices do not depend on rows."""
        check_policies(type(self).__name__, [self.datamodel.obj])
        super().__init__(**options)

    def find(self, text: str) -> Criteria:
        """Return the criteria for the text of the search box."""
        raise NotImplementedError

    def in_every_view(self) -> Sequence[ColumnElement[bool]]:
        """Return the criteria that every row of the list and of its CSV meets, whatever the reader asks for."""
        return ()

    def name_href(self, record: Any) -> str | None:  # noqa: ARG002 - lists about children look at it
        """Return where a row's name links to; None for its record's page."""
        return None

    def row_links(self, record: Any) -> Sequence[RowLink]:  # noqa: ARG002
        """Return the other links of a row, for its last column."""
        return ()

    def picks_of(self, records: Sequence[Any]) -> Picks | None:  # noqa: ARG002
        """Return the boxes to choose several rows with, or None."""
        return None

    def time_left(self, record: Any) -> Due | None:  # noqa: ARG002
        """Return the time that is left until a row's due date, or None."""
        return None

    def update_redirect(self) -> None:
        """Store no address in the cookie: it would show what a person searched for."""

    def get_redirect(self) -> str:
        """Return the address of the list."""
        return url_for(f"{self.endpoint}.list")

    @expose("/list/", methods=["GET", "POST"])
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show the list, limited by the filters in the address or the text in the search box."""
        wanted = self._sound_arguments()
        if wanted != [*request.args.items(multi=True)]:
            for date in self._wrong_dates():
                flash(_("“%(date)s” is not a real date. Enter a date like 27/3/2026", date=date), "danger")
            return redirect(url_for(f"{self.endpoint}.list") + query_string(wanted))
        shown = self.saved_filters.get(request.args.get("show", ""))
        typed = search_text() if self.find_label else ""
        criteria = self.find(typed) if typed else EVERY_ROW
        behind = self.rows_behind(request.args.get(FIGURE, ""))
        asked = [*self.in_every_view(), *(each.criterion() for each in (shown, behind) if each is not None)]
        listed = self._listed(criteria.where(*asked) if asked else criteria)
        self._note_reading(wanted, typed, listed.count)
        return self.render_template(
            self.list_template,
            title=self.list_title,
            listed=listed,
            search=self._search_boxes(),
            filters=self._filters,
            behind=behind.text if behind else None,
            find_label=self.find_label,
            find_text=typed,
            saved_filters=[
                {"name": name, "text": each.text, "active": each is shown}
                for name, each in self.saved_filters.items()
            ],
            export_url=url_for(f"{self.endpoint}.export") + query_string(wanted) if self.exports else None,
        )

    def _note_reading(self, wanted: Sequence[tuple[str, str]], typed: str, count: int) -> None:
        """Count a search, and write to the audit log that a list about children was read. Raises TooMany."""
        if not (typed or self.about_children):
            return
        with my_work() as work:
            if typed:
                count_search(work)
            if self.about_children:
                asked = self._asked(wanted, typed)
                work.record(ChildrenListed(list_name=self.endpoint, asked=asked, rows=count))

    def _asked(self, arguments: Sequence[tuple[str, str]], typed: str = "") -> dict[str, str]:
        """Return the search, saved filter and filters of a list, as the audit log stores them."""
        asked = {"find": typed} if typed else {}
        for name, value in arguments:
            if name in {"show", FIGURE}:
                asked[name] = value
            elif name.startswith("_flt_"):
                asked[self._filter_name(name)] = value
            elif name.startswith("page_"):
                asked["page"] = str(int(value) + 1)
        return asked

    def _filter_name(self, argument: str) -> str:
        """Return the column of a filter in the address; of a date also whether it is from or until this day."""
        index, column = argument.split("_", 3)[2:]
        operation = self._filters.get_search_filters()[column][int(index)].arg_name
        return f"{column}_{operation}" if operation in {"from", "until"} else column

    def _listed(self, criteria: Criteria) -> Listed:
        """Return one page of rows as texts and addresses, ready for the template."""
        name = type(self).__name__
        page = get_page_args().get(name) or 0
        size = get_page_size_args().get(name) or self.page_size
        order, direction = get_order_args().get(name) or self.base_order or ("", "")
        count, found = self.datamodel.query(
            self._asked_filters(), order, direction, page, size, criteria=criteria
        )
        heads = [(column, str(self.label_columns.get(column))) for column in self.list_columns]
        makers = [
            (column, label, self.formatters_columns.get(column, shown), column == DUE)
            for column, label in heads
        ]
        first, _label, name_maker, _is_due = makers.pop(0)
        return Listed(
            name=name,
            title=str(self.list_title),
            heads=heads,
            sortable=self.order_columns,
            rows=[
                Row(
                    record.id,
                    name_maker(_value(record, first)),
                    self.name_href(record),
                    [
                        (label, maker(_value(record, column)), self.time_left(record) if is_due else None)
                        for column, label, maker, is_due in makers
                    ],
                    self.row_links(record),
                )
                for record in found
            ],
            count=count,
            page=page,
            size=size,
            endpoints={
                **{method: self._endpoint(method) for method in ("show", "edit", "delete")},
                "add": self.adds_at or self._endpoint("add"),
            },
            picks=self.picks_of(found),
        )

    def _endpoint(self, method: str) -> str | None:
        """Return the endpoint of one of this view's routes, if the user may open it; else None."""
        if method not in self.include_route_methods:
            return None
        level = f"can_{self.method_permission_name[method]}"
        return (
            f"{self.endpoint}.{method}"
            if self.appbuilder.sm.has_access(level, self.class_permission_name)
            else None
        )

    def _search_boxes(self) -> Sequence[SearchField]:
        """Return the fields of the filter; none where the list is not filtered by columns."""
        if not self.search_columns:
            return ()
        language = str(reader_locale())
        empty = self._empty_boxes.get(language)
        if empty is None:
            empty = search_fields(self.search_form.refresh(), self.search_columns, self._filters)
            self._empty_boxes[language] = empty
        return [box._replace(value=_asked_value(box, request.args.get(box.name, ""))) for box in empty]

    def opened(self, record: Any) -> Event | None:  # noqa: ARG002 - lists about children look at it
        """Return the event for opening this record, or None."""
        return None

    def record_links(self, record: Any) -> Sequence[RowLink]:
        """Return the links of this record's page."""
        return ()

    def _get_show_widget(self, pk: Any, item: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        g.record_shown = item
        return super()._get_show_widget(pk, item, *args, **kwargs)

    @expose("/show/<pk>")
    @has_access
    def show(self, pk: str) -> ResponseReturnValue:
        """Show one record with its links. The audit log stores that a child's record was opened."""
        if request.args:
            return redirect_without_query()
        with my_work() as work:
            widgets = self._show(pk)
            event = self.opened(g.record_shown)
            if event is not None:
                work.record(event)
        return self.render_template(
            self.show_template,
            title=self.show_title,
            widgets=widgets,
            record=g.record_shown,
            links=self.record_links(g.record_shown),
        )

    @expose("/export.csv")
    @has_access
    def export(self) -> ResponseReturnValue:
        """Return the list as a CSV file, filtered as on the screen. The audit log stores who exported it."""
        if not self.exports:
            abort(404)
        wanted = self._sound_arguments()
        if wanted != [*request.args.items(multi=True)]:
            return redirect(url_for(f"{self.endpoint}.export") + query_string(wanted))
        shown = self.saved_filters.get(request.args.get("show", ""))
        behind = self.rows_behind(request.args.get(FIGURE, ""))
        asked = [*self.in_every_view(), *(each.criterion() for each in (shown, behind) if each is not None)]
        order, direction = self.base_order or ("", "")
        with my_work(always_commit=True) as work:
            count_mine(work, EXPORTS)
        with my_work() as work:
            __, rows = self.datamodel.query(
                self._asked_filters(),
                order,
                direction,
                page_size=EXPORT_UP_TO,
                criteria=EVERY_ROW.where(*asked) if asked else EVERY_ROW,
            )
            work.record(
                ListExported(list_name=self.endpoint, rows=len(rows), asked=self._asked(wanted) or None)
            )
        exports = self.exports
        return csv_file(
            self.endpoint.lower(),
            [str(self.label_columns[column]) for column in exports],
            ([self._shown(column, _value(row, column)) for column in exports] for row in rows),
        )

    def _asked_filters(self) -> Filters:
        """Return the filters in the address, with those that the list always has."""
        get_filter_args(self._filters)
        asked = copy(self._filters)  # AppBuilder would inspect every column of the table again
        asked.filters = [*asked.filters, *self._base_filters.filters]
        asked.values = [*asked.values, *self._base_filters.values]
        return asked

    def _shown(self, column: str, value: Any) -> str:
        formatter = None if column in self.exported_as_stored else self.formatters_columns.get(column)
        return str(formatter(value) if formatter else "" if value is None else value)


def _value(record: Any, column: str) -> Any:
    """Return the value of a record's column; for a choice, the stored text."""
    value = record
    for name in column.split("."):
        value = None if value is None else getattr(value, name)
    return value.value if isinstance(value, Enum) else value


def _asked_value(box: SearchField, value: str) -> str:
    return date_text(value) if box.kind == "date" else value
