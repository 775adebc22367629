"""A whole generated screen from a table and a few columns: docs/extending.md walks through one."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_

from app.children.events import ChildViewed
from app.core.events import Event
from app.models import Child
from app.views.web.list_interface import EVERY_ROW, PortalInterface
from app.views.web.model_columns import Columns, words
from app.views.web.reference import ReferenceInterface, ReferenceView
from app.views.web.screen_checks import ScreenError, check_columns, check_policies

READ_ONLY = {"list", "show", "export"}


class PortalModelView(ReferenceView):
    """A list with search, filters, order, records, CSV and forms over a table, from `list_columns` alone.

    What a subclass sets is not changed. Rows are those of the reader's row policy; who may read and
    who may write is what roles.py grants. A case is changed by its use cases only, so a table of a child's rows gets
    a form only where `adds_with` or `changes_with` names one, and the audit keeps who read its list and its records.
    """

    datamodel: Any
    list_columns: Sequence[str] = ()
    show_columns: Sequence[str] = ()
    order_columns: Sequence[str] | None = None
    base_order: tuple[str, str] | None = None
    search_columns: Sequence[str] | None = None
    add_columns: Sequence[str] = ()
    edit_columns: Sequence[str] = ()
    add_form: Any = None
    edit_form: Any = None
    label_columns: Mapping[str, Any] = {}
    description_columns: Mapping[str, Any] = {}
    formatters_columns: Mapping[str, Any] = {}
    search_form_extra_fields: Mapping[str, Any] = {}
    add_form_extra_fields: Mapping[str, Any] = {}
    edit_form_extra_fields: Mapping[str, Any] = {}
    list_title: Any = ""
    show_title: Any = ""
    add_title: Any = ""
    edit_title: Any = ""
    exports: Sequence[str] | None = None
    find_label: Any = None
    about_children: bool | None = None
    changes = True
    """Whether rows can be added, changed and deleted here at all."""

    def __init__(self, **options: Any) -> None:
        name, table = type(self).__name__, self.datamodel.obj
        if not self.list_columns:
            raise ScreenError(f"{name}: say in list_columns what the list shows")
        self.show_columns = self.show_columns or [*self.list_columns]
        columns = Columns(table, [*self.list_columns, *self.show_columns])
        check_columns(name, table, columns.names)
        check_policies(name, columns.tables)
        if self.about_children is None:
            self.about_children = columns.about_children
        is_named = (
            hasattr(table, "child_id") or table is Child or type(self).opened is not PortalModelView.opened
        )
        if self.about_children and not is_named:
            raise ScreenError(f"{name}: say in opened() whose child a record is about")
        self._complete_list(Columns(table, self.list_columns))
        self._complete_texts(columns)
        self._complete_forms(columns)
        super().__init__(**options)

    def _complete_list(self, columns: Columns) -> None:
        """Fill in what the list shows and how it is searched, filtered and ordered."""
        if self.exports is None:
            self.exports = [*self.list_columns]
        if self.order_columns is None:
            self.order_columns = columns.plain
        if self.base_order is None:
            self.base_order = (columns.plain[0], "asc") if columns.plain else ("id", "desc")
        if self.search_columns is None:
            self.search_columns = columns.filtered
        self.search_form_extra_fields = columns.search_fields() | dict(self.search_form_extra_fields)
        if self.find_label is None:
            self.find_label = _l("Search") if columns.texts else ""

    def _complete_texts(self, columns: Columns) -> None:
        """Fill in labels, titles and how values are written."""
        named = [*columns.names, *self.add_columns, *self.edit_columns]
        self.label_columns = {each: words(each) for each in named} | dict(self.label_columns)
        self.formatters_columns = {each: columns.formatter(each) for each in columns.names} | dict(
            self.formatters_columns
        )
        self.list_title = self.list_title or words(columns.table.__tablename__)
        title = self.list_title
        self.show_title = self.show_title or _l("%(list)s: details", list=title)
        self.add_title = self.add_title or _l("%(list)s: add", list=title)
        self.edit_title = self.edit_title or _l("%(list)s: change", list=title)

    def _complete_forms(self, columns: Columns) -> None:
        """Fill in the forms, or leave them out, and load what every page of the screen names."""
        entered = columns.entered() if self.changes and not self.about_children else None
        if entered is None and type(self).include_route_methods is PortalModelView.include_route_methods:
            by_use_case = {"add": self.adds_with, "edit": self.changes_with}
            self.include_route_methods = READ_ONLY | {name for name, run in by_use_case.items() if run}
        if {"add", "edit"} & self.include_route_methods:
            self.add_columns = self.add_columns or entered or self.edit_columns
            self.edit_columns = self.edit_columns or self.add_columns
            fields = columns.form_fields(
                [*self.add_columns, *self.edit_columns], self.label_columns, self.description_columns
            )
            self.add_form_extra_fields = fields | dict(self.add_form_extra_fields)
            self.edit_form_extra_fields = fields | dict(self.edit_form_extra_fields)
            if "add" not in self.include_route_methods:
                self.add_form = DynamicForm
            if "edit" not in self.include_route_methods:
                self.edit_form = DynamicForm
        else:
            self.add_columns = self.edit_columns = [*self.list_columns]
            self.add_form = self.edit_form = DynamicForm
        if not isinstance(self.datamodel, PortalInterface) or not self.datamodel.loads:
            loaded = Columns(columns.table, [*columns.names, *self.edit_columns])
            self.datamodel = ReferenceInterface(columns.table, *loaded.options)

    def find(self, text: str) -> Any:
        """Return the criteria for this text in one of the list's columns."""
        table = self.datamodel.obj
        texts = Columns(table, self.list_columns).texts
        return EVERY_ROW.where(
            or_(*(getattr(table, name).icontains(text, autoescape=True) for name in texts))
        )

    def opened(self, record: Any) -> Event | None:
        """Return the event for opening a child's record; None for other tables."""
        if not self.about_children:
            return None
        child_id = record.id if isinstance(record, Child) else record.child_id
        return None if child_id is None else ChildViewed(child_id=child_id)
