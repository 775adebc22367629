"""Schools that became another school, from the GIAS links file: the new URN follows the old one.

An academy that follows a school is a new establishment with a new URN. In the portal it stays the same organisation, with
its people and its children.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.children.rules.identifiers import check_urn
from app.core.errors import FieldError, ValidationFailed
from app.core.events import ReferenceChanged
from app.core.roles import Profession
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.imports.kinds.base import CHANGED_SINCE, Kind, Written, delete_unused, is_unchanged
from app.imports.rules.columns import CheckedRow, Column
from app.imports.rules.schools import is_successor
from app.imports.rules.states import ImportKind
from app.organisations.tables import Organisation

TAKEN = N_("The organisation with the new URN is in use already. Move its people and children first")
_COPIED = ("name", "urn", "address", "postcode", "phone", "active", "former_names", "former_urns")


class SchoolLinks(Kind):
    """Links from a school to the one that follows it."""

    key = ImportKind.school_links
    columns = (
        Column("urn", "URN", required=True, clean=check_urn),
        Column("link_urn", "LinkURN", ("Link URN",), required=True, clean=check_urn),
        Column("link_type", "LinkType", ("Link type",), required=True),
    )

    def check(self, work: UnitOfWork, rows: Sequence[CheckedRow]) -> None:
        """Find the school with the old URN; leave out links that do not say that it became another."""
        urns = {row.values["urn"] for row in rows}
        found = select(Organisation.urn, Organisation.id).where(Organisation.urn.in_(urns))
        known = dict(work.session.execute(found).all())
        for row in rows:
            if not is_successor(row.values["link_type"]):
                row.note = Wording(N_("It does not say that one school became another"))
            elif row.values["urn"] not in known:
                row.note = Wording(N_("No school in the portal has this URN"))
            else:
                row.match_id, row.is_certain = known[row.values["urn"]], True

    def apply(
        self, work: UnitOfWork, cells: Mapping[str, str], match_id: int | None, *, is_decided: bool
    ) -> Written:
        """Give the organisation the new URN. An unused organisation that has it already is deleted."""
        school = work.get(Organisation, match_id or 0)
        newer = select(Organisation).where(
            Organisation.urn == cells["link_urn"], Organisation.id != school.id
        )
        other = work.session.scalars(newer).one_or_none()
        changes: dict[str, Any] = {}
        if other is not None:
            changes["replaced"] = [
                {name: getattr(other, name) for name in _COPIED} | {"kind": other.kind.name},
                None,
            ]
            other_id = other.id
            if delete_unused(work, other) is not None:
                raise ValidationFailed(FieldError("link_urn", Wording(TAKEN)))
            work.record(ReferenceChanged(table="organisation", row_id=other_id, change="deleted"))
        before = (school.urn, school.former_urns)
        school.remember_urn(cells["link_urn"])
        work.record(ReferenceChanged(table="organisation", row_id=school.id, change="changed"))
        after = (school.urn, school.former_urns)
        pairs = zip(("urn", "former_urns"), before, after, strict=True)
        return Written(school.id, changes=changes | {name: [old, new] for name, old, new in pairs})

    def undo(self, work: UnitOfWork, written: Written) -> Wording | None:
        """Give the organisation back its old URN, and add the one that was deleted again."""
        school = work.find(Organisation, written.record_id)
        if school is None:
            return None
        changes = dict(written.changes)
        replaced = changes.pop("replaced", None)
        if not is_unchanged(school, changes):
            return Wording(CHANGED_SINCE)
        for name, (before, _after) in changes.items():
            setattr(school, name, before)
        work.session.flush()
        if replaced is not None:
            values = replaced[0] | {"kind": Profession[replaced[0]["kind"]]}
            added = work.add(Organisation(**values))
            work.record(ReferenceChanged(table="organisation", row_id=added.id, change="added"))
        work.record(ReferenceChanged(table="organisation", row_id=school.id, change="changed"))
        return None

    def title(self, cells: Mapping[str, str]) -> str:
        """Return both URNs."""
        return f"{cells.get('urn', '')} → {cells.get('link_urn', '')}"
