"""School holidays: the days on which schools are closed, for one school or for all."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from app.children.rules.identifiers import check_urn
from app.core.events import ReferenceChanged
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.imports.kinds.base import CHANGED_SINCE, Kind, Written, delete_unused, is_unchanged
from app.imports.rules.columns import CheckedRow, Column, day
from app.imports.rules.states import ImportKind
from app.organisations.holidays import EnteredHoliday, add_holiday, holiday_faults, same_holiday
from app.organisations.tables import Organisation, SchoolHoliday


class Holidays(Kind):
    """Holidays of schools."""

    key = ImportKind.holidays
    columns = (
        Column("name", "Holiday", ("Name",), required=True),
        Column("first_day", "First day closed", ("First day", "From"), required=True, clean=day),
        Column("last_day", "Last day closed", ("Last day", "To", "Until"), required=True, clean=day),
        Column("urn", "School URN", ("URN",), clean=check_urn),
    )

    def check(self, work: UnitOfWork, rows: Sequence[CheckedRow]) -> None:
        """Find the school of each row, and leave out holidays that are entered already."""
        schools = _schools(work, {row.values.get("urn", "") for row in rows} - {""})
        for row in rows:
            urn = row.values.get("urn", "")
            if urn and urn not in schools:
                row.note = Wording(N_("No school in the portal has this URN"))
                continue
            entered = _entered(row.values, schools.get(urn))
            row.faults += holiday_faults(entered)
            if not row.faults and (other := same_holiday(work, entered)) is not None:
                row.note = Wording(N_("“%(name)s” has some of these days already"), name=other.name)

    def apply(
        self, work: UnitOfWork, cells: Mapping[str, str], match_id: int | None, *, is_decided: bool
    ) -> Written:
        """Add the holiday, as its page does."""
        urn = cells.get("urn", "")
        row = add_holiday(work, _entered(cells, _schools(work, {urn}).get(urn)))
        values = {"name": row.name, "first_day": cells["first_day"], "last_day": cells["last_day"]}
        return Written(row.id, is_new=True, changes={name: [None, value] for name, value in values.items()})

    def undo(self, work: UnitOfWork, written: Written) -> Wording | None:
        """Delete a holiday that was not changed since."""
        row = work.find(SchoolHoliday, written.record_id)
        if row is None:
            return None
        stored = _Stored(row.name, row.first_day.isoformat(), row.last_day.isoformat())
        if not is_unchanged(stored, written.changes):
            return Wording(CHANGED_SINCE)
        work.record(
            ReferenceChanged(table=SchoolHoliday.__tablename__, row_id=written.record_id, change="deleted")
        )
        return delete_unused(work, row)

    def title(self, cells: Mapping[str, str]) -> str:
        """Return the name of the holiday."""
        return cells.get("name", "")


class _Stored:
    """A holiday with its days as text, as they are compared."""

    def __init__(self, name: str, first_day: str, last_day: str) -> None:
        self.name, self.first_day, self.last_day = name, first_day, last_day


def _schools(work: UnitOfWork, urns: set[str]) -> dict[str, int]:
    found = select(Organisation.urn, Organisation.id).where(Organisation.urn.in_(urns))
    return {urn: number for urn, number in work.session.execute(found) if urn}


def _entered(cells: Mapping[str, str], organisation_id: int | None) -> EnteredHoliday:
    return EnteredHoliday(
        cells["name"],
        date.fromisoformat(cells["first_day"]),
        date.fromisoformat(cells["last_day"]),
        organisation_id,
    )
