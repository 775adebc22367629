"""The base of the kinds of import: what each kind of row says of its columns, its check, how it is written and undone."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy.exc import IntegrityError

from app.core.roles import Principal
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.imports.rules.columns import CheckedRow, Column
from app.imports.rules.states import ImportKind, RowChoice, may_import

CHANGED_SINCE = N_("It was changed after the import")
IN_USE = N_("Something was added to it after the import")


@dataclass(frozen=True)
class Written:
    """What a row made or changed."""

    record_id: int
    is_new: bool = False
    changes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """The columns that it set, each with the value before and the value that it set."""


class Kind(ABC):
    """What the portal needs of one kind of import. A new kind is a class like this in a module of app/imports/kinds."""

    key: ClassVar[ImportKind]
    columns: ClassVar[Sequence[Column]]
    is_about_children: ClassVar[bool] = False
    """Whether its rows name children, so that who reads them is recorded."""
    is_silent: ClassVar[bool] = False
    """Whether no one is sent a message about what is written: it happened before, in another system."""
    choices: ClassVar[Sequence[RowChoice]] = tuple(RowChoice)
    """What can become of a row that may be about a record in the portal."""

    def may(self, who: Principal) -> bool:
        """Return whether this person may import such rows."""
        return may_import(who, self.key)

    @abstractmethod
    def check(self, work: UnitOfWork, rows: Sequence[CheckedRow]) -> None:
        """Add faults, notes and matches to rows whose values are clean. Nothing is written."""

    @abstractmethod
    def apply(
        self, work: UnitOfWork, cells: Mapping[str, str], match_id: int | None, *, is_decided: bool
    ) -> Written:
        """Write one row with the portal's own use cases. `match_id` is the record that it is about, where there is one.
        `is_decided`: a person answered that it is a new one, although there is a similar record.

        Raises ValidationFailed where it cannot be written.
        """

    @abstractmethod
    def undo(self, work: UnitOfWork, written: Written) -> Wording | None:
        """Take back what a row made or changed; return why not, where that cannot be done."""

    @abstractmethod
    def title(self, cells: Mapping[str, str]) -> str:
        """Return what a row is about, in a few words for the list of rows."""

    def matches(self, work: UnitOfWork, ids: Sequence[int]) -> dict[int, str]:
        """Return a line about each record that rows may be about, by its id."""
        return {}


def changed(record: Any, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set these columns of a record where they differ, and return the value before and after of each."""
    changes = {}
    for name, value in values.items():
        before = getattr(record, name)
        if before != value:
            setattr(record, name, value)
            changes[name] = [before, value]
    return changes


def is_unchanged(record: Any, changes: Mapping[str, Sequence[Any]]) -> bool:
    """Return whether the columns still have the values that the import set."""
    return all(getattr(record, name) == after for name, (_before, after) in changes.items())


def delete_unused(work: UnitOfWork, record: Any) -> Wording | None:
    """Delete a record to which nothing was added; return why not, where something was."""
    try:
        with work.session.begin_nested():
            work.session.delete(record)
            work.session.flush()
    except IntegrityError:
        return Wording(IN_USE)
    return None
