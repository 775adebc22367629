"""What can be read off a table for a generated screen: its columns' kinds, words, loading options and form fields."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from typing import Any

import wtforms
from flask_appbuilder.validators import Unique
from flask_babel import lazy_gettext as _l
from sqlalchemy import Column
from sqlalchemy import Enum as EnumType
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import Mapper, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption
from wtforms.validators import DataRequired, InputRequired, Optional

from app.core.roles import PROFESSION_LABELS, ROLE_LABELS, Profession, Role
from app.views.web.choice_fields import choice_field
from app.views.web.fields import DatePartsField, StringField
from app.views.web.i18n import gettext as _
from app.views.web.list_interface import PortalInterface
from app.views.web.pages import shown
from app.views.web.validators import MayBeEmpty, RequiredText

ENUM_LABELS: Mapping[type[Enum], Mapping[Any, Any]] = {Role: ROLE_LABELS, Profession: PROFESSION_LABELS}
"""Words of enums that are shown in several places; other enums are shown by their values."""
LONGEST = 500
"""Characters that a generated box of text takes."""
ABOUT_A_CHILD = frozenset({"child_id", "form_id", "message_id"})


def words(column: str) -> str:
    """Return a column's name as a label: "invited_by" becomes "Invited by"."""
    return column.replace("_", " ").replace(".", " ").capitalize()


def enum_labels(kind: type[Enum]) -> Mapping[Any, Any]:
    """Return the words for each member of an enum."""
    return ENUM_LABELS.get(kind) or {
        member: str(member.value).replace("_", " ").capitalize() for member in kind
    }


class Columns:
    """The columns of a table that a screen names."""

    def __init__(self, table: type[Any], names: Iterable[str]) -> None:
        self.table, self.names = table, list(names)
        self.mapper: Mapper[Any] = inspected(table)

    @property
    def plain(self) -> list[str]:
        """The names that are columns of the table itself, so that rows can be ordered by them."""
        return [name for name in self.names if name in self.mapper.column_attrs]

    @property
    def texts(self) -> list[str]:
        """The names that are columns of text."""
        return [name for name in self.plain if self.kind(name) is str]

    @property
    def filtered(self) -> list[str]:
        """The names by which people filter a list; a time to the second is of no use."""
        return [
            name
            for name in self.plain
            if self.kind(name) in {bool, date, str} or issubclass(self.kind(name), Enum)
        ]

    @property
    def relations(self) -> list[str]:
        """The relations that are named, by themselves or in "relation.column"."""
        roots = dict.fromkeys(name.split(".")[0] for name in self.names)
        return [root for root in roots if root in self.mapper.relationships]

    @property
    def tables(self) -> list[type[Any]]:
        """The table and those of the relations that are named."""
        return [self.table, *(self.mapper.relationships[each].mapper.class_ for each in self.relations)]

    @property
    def options(self) -> list[ExecutableOption]:
        """How the relations are loaded with the rows: one statement a list, or one more for each that holds many."""
        return [
            (selectinload if self.mapper.relationships[name].uselist else joinedload)(
                getattr(self.table, name)
            )
            for name in self.relations
        ]

    @property
    def about_children(self) -> bool:
        """Whether the rows are a child's: they have a child, a form or a message."""
        return self.table.__tablename__ == "child" or bool(ABOUT_A_CHILD & set(self.mapper.columns.keys()))

    def column(self, name: str) -> Column[Any]:
        """Return the table's own column."""
        found: Column[Any] = self.mapper.columns[name]
        return found

    def kind(self, name: str) -> type[Any]:
        """Return the Python type that a column holds; a member of an enum is an Enum."""
        held = self.column(name).type
        if isinstance(held, EnumType):
            return held.enum_class or str
        return held.python_type

    def formatter(self, name: str) -> Callable[[Any], Any]:
        """Return how a value is written in a list, a record and a CSV."""
        if name in self.plain and issubclass(self.kind(name), Enum):
            return _enum_formatter(self.kind(name))
        return _named

    def search_fields(self) -> dict[str, Any]:
        """Return the boxes of a filter that AppBuilder would not make well: drop-downs of enums, in words."""
        return {
            name: choice_field(words(name), enum_labels(self.kind(name)), _l("Any"))
            for name in self.filtered
            if issubclass(self.kind(name), Enum)
        }

    def entered(self) -> list[str] | None:
        """Return the columns and relations of a form for a new row: those named, and those that must be filled.

        None where a column must be filled that no form can offer.
        """
        found = [*self.names]
        for name, column in self.mapper.columns.items():
            if not column.nullable and not column.primary_key and column.default is None:
                entry = self._relation_of(column) if column.foreign_keys else name
                if entry is None:
                    return None
                found.append(entry)
        return [name for name in dict.fromkeys(found) if self._can_be_entered(name)]

    def _relation_of(self, column: Column[Any]) -> str | None:
        return next((each.key for each in self.mapper.relationships if column in each.local_columns), None)

    def _can_be_entered(self, name: str) -> bool:
        if name in self.mapper.relationships:
            return not self.mapper.relationships[name].uselist
        if name not in self.mapper.column_attrs or self.column(name).foreign_keys or name == "created_at":
            return False
        return issubclass(self.kind(name), (bool, int, str, Enum)) or self.kind(name) is date

    def form_fields(
        self, names: Iterable[str], labels: Mapping[str, Any], hints: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the boxes of a form for the table's own columns; AppBuilder makes those for relations."""
        made = {
            name: self._form_field(name, labels.get(name, words(name)))
            for name in names
            if name in self.mapper.column_attrs
        }
        for name, field in made.items():
            field.kwargs["description"] = hints.get(name, "")
        return made

    def _form_field(self, name: str, label: Any) -> Any:
        kind, column = self.kind(name), self.column(name)
        must = not column.nullable
        if issubclass(kind, Enum):
            return choice_field(label, enum_labels(kind), _l("Choose one"), [DataRequired()] if must else [])
        if kind is bool:
            return wtforms.BooleanField(label, default=getattr(column.default, "arg", False) is True)
        if kind is date:
            return DatePartsField(label, [DataRequired()] if must else [])
        if kind is int:
            return wtforms.IntegerField(label, [InputRequired() if must else Optional()])
        return StringField(label, list(self._text_checks(name, label)), filters=[self._emptied(name)])

    def _text_checks(self, name: str, label: Any) -> Iterator[Any]:
        column = self.column(name)
        if column.nullable or column.default is not None:
            yield MayBeEmpty(label, LONGEST)
        else:
            yield RequiredText(_l("Enter: %(name)s", name=label), label, LONGEST)
        if column.unique:
            yield Unique(PortalInterface(self.table), name, _l("This is in the list already"))

    def _emptied(self, name: str) -> Callable[[Any], Any]:
        empty = None if self.column(name).nullable else ""
        return lambda text: text or empty


def _enum_formatter(kind: type[Enum]) -> Callable[[Any], str]:
    labels = enum_labels(kind)
    return lambda held: "" if held is None else _(str(labels[kind(held)]))


def _named(value: Any) -> Any:
    """Write a related row by its name, everything else as pages write it."""
    if type(value) is str:
        return value
    name = getattr(value, "name", None)
    return name if isinstance(name, str) and not isinstance(value, Enum) else shown(value)
