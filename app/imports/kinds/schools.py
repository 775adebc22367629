"""Schools, from the GIAS establishment file. A school that the portal knows by its URN is brought up to date."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.cases.handover import record_left_use
from app.children.rules.identifiers import check_phone, check_postcode, check_urn
from app.core.events import ReferenceChanged
from app.core.roles import Profession
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.named_later import hold_before_renaming, note_organisation_renamed
from app.imports.kinds.base import CHANGED_SINCE, Kind, Written, changed, delete_unused, is_unchanged
from app.imports.rules.columns import CheckedRow, Column, day
from app.imports.rules.schools import is_closed, is_open, profession_of
from app.imports.rules.states import ImportKind
from app.organisations.tables import Organisation


class Schools(Kind):
    """Schools, early years settings and post-16 establishments."""

    key = ImportKind.schools
    columns = (
        Column("urn", "URN", required=True, clean=check_urn),
        Column("name", "EstablishmentName", ("Name", "School name"), required=True),
        Column("type", "TypeOfEstablishment (name)", ("Type",), required=True),
        Column("status", "EstablishmentStatus (name)", ("Status",), required=True),
        Column("phase", "PhaseOfEducation (name)", ("Phase",), required=True),
        Column("closed_on", "CloseDate", clean=day),
        Column("street", "Street"),
        Column("locality", "Locality"),
        Column("address3", "Address3"),
        Column("town", "Town"),
        Column("county", "County (name)", ("County",)),
        Column("postcode", "Postcode", clean=check_postcode),
        Column("phone", "TelephoneNum", ("Telephone", "Phone"), clean=check_phone),
    )

    def check(self, work: UnitOfWork, rows: Sequence[CheckedRow]) -> None:
        """Find each school by its URN, or propose one of the same name without a URN."""
        urns = {row.values["urn"] for row in rows}
        found = select(Organisation.urn, Organisation.id).where(Organisation.urn.in_(urns))
        known = dict(work.session.execute(found).all())
        former = _former_urns(work)
        nameless = select(Organisation.name, Organisation.id).where(
            Organisation.name.in_({row.values["name"] for row in rows}), Organisation.urn.is_(None)
        )
        by_name = dict(work.session.execute(nameless).all())
        for row in rows:
            urn, status = row.values["urn"], row.values["status"]
            if urn in known:
                row.match_id, row.is_certain = known[urn], True
            elif urn in former:
                row.note = Wording(N_("The school has a newer URN in the portal"))
            elif not is_open(status):
                row.note = Wording(N_("It is not open, and not in the portal"))
            else:
                row.match_id = by_name.get(row.values["name"])

    def apply(
        self, work: UnitOfWork, cells: Mapping[str, str], match_id: int | None, *, is_decided: bool
    ) -> Written:
        """Add the school, or bring the one in the portal up to date; what the file leaves empty stays."""
        if match_id is None:
            school = work.add(Organisation(**_details(work, cells, None), urn=cells["urn"], active=True))
            work.record(_changed_event(school, "added"))
            return Written(school.id, is_new=True, changes=_state_of(school))
        school = work.get(Organisation, match_id)
        values = {name: each for name, each in _details(work, cells, school).items() if each}
        # What the council took out of use stays so, although the department's file says that the school is open.
        values |= {"urn": cells["urn"], "active": school.active and not is_closed(cells["status"])}
        return Written(school.id, changes=_set(work, school, values))

    def undo(self, work: UnitOfWork, written: Written) -> Wording | None:
        """Delete a school that was added and is not used yet, or give it back its details."""
        school = work.find(Organisation, written.record_id)
        if school is None:
            return None
        if not is_unchanged(school, _stored(written.changes)):
            return Wording(CHANGED_SINCE)
        if written.is_new:
            if (why := delete_unused(work, school)) is None:
                work.record(
                    ReferenceChanged(table="organisation", row_id=written.record_id, change="deleted")
                )
            return why
        _set(work, school, {name: before for name, (before, _after) in _stored(written.changes).items()})
        return None

    def title(self, cells: Mapping[str, str]) -> str:
        """Return its name."""
        return cells.get("name", "")

    def matches(self, work: UnitOfWork, ids: Sequence[int]) -> dict[int, str]:
        """Return the names and postcodes of schools in the portal."""
        rows = work.session.execute(
            select(Organisation.id, Organisation.name, Organisation.postcode).where(Organisation.id.in_(ids))
        )
        return {number: ", ".join(filter(None, (name, postcode))) for number, name, postcode in rows}


def _former_urns(work: UnitOfWork) -> set[str]:
    found = select(Organisation.former_urns).where(Organisation.former_urns.is_not(None))
    return {urn for each in work.session.scalars(found) for urn in (each or "").split("\n")}


def _details(work: UnitOfWork, cells: Mapping[str, str], school: Organisation | None) -> dict[str, Any]:
    lines = [cells.get(name, "") for name in ("street", "locality", "address3", "town", "county")]
    return {
        "name": _free_name(work, cells, school.id if school is not None else None),
        "kind": profession_of(cells["type"], cells["phase"]),
        "address": "\n".join(filter(None, lines)),
        "postcode": cells.get("postcode", ""),
        "phone": cells.get("phone", ""),
    }


def _free_name(work: UnitOfWork, cells: Mapping[str, str], own_id: int | None) -> str:
    """Return the school's name; with its town, or its URN, where another organisation has the name."""
    name, town = cells["name"], cells.get("town", "")
    choices = [name, *([f"{name}, {town}"] if town else []), f"{name} ({cells['urn']})"]
    rows = work.session.execute(
        select(Organisation.name, Organisation.id).where(Organisation.name.in_(choices))
    )
    taken = {each for each, number in rows if number != own_id}
    return next((each for each in choices if each not in taken), choices[-1])


def _set(work: UnitOfWork, school: Organisation, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Change a school as the generated screen does: forms are compared with a new name, and open work is counted."""
    before, was_active = school.name, school.active
    renamed = values.get("name", before) != before
    if renamed:
        hold_before_renaming(work.session, school.id)
    changes = changed(school, values)
    if not changes:
        return {}
    work.session.flush()
    work.record(_changed_event(school, "changed"))
    if renamed:
        note_organisation_renamed(work, school.id, before)
    if was_active and not school.active:
        record_left_use(work, school.id)
    return {name: [_plain(each) for each in pair] for name, pair in changes.items()}


def _state_of(school: Organisation) -> dict[str, list[Any]]:
    names = ("name", "kind", "urn", "address", "postcode", "phone", "active")
    return {name: [None, _plain(getattr(school, name))] for name in names}


def _plain(value: Any) -> Any:
    return value.name if isinstance(value, Profession) else value


def _stored(changes: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """Return changes as they were stored, with the kind of organisation read again."""
    read = dict(changes)
    if "kind" in read:
        read["kind"] = [Profession[each] if each else None for each in read["kind"]]
    return {name: list(pair) for name, pair in read.items()}


def _changed_event(school: Organisation, change: str) -> ReferenceChanged:
    return ReferenceChanged(table=Organisation.__tablename__, row_id=school.id, change=change)
