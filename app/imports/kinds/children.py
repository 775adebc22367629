"""Children and young people. One who may have a record in the portal is proposed as a duplicate."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import or_, select

from app.cases.children import import_child
from app.cases.duplicates import IDENTITY
from app.children.child_details import LONGEST_ADDRESS, LONGEST_NAME, NewChild, check_details, identity_of
from app.children.rules.matching import Identity, first_match
from app.children.tables import Child
from app.core.errors import FieldError
from app.core.text_input import clean_address, clean_code
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.imports.events import ImportedChildDeleted
from app.imports.kinds.base import CHANGED_SINCE, Kind, Written, delete_unused, is_unchanged
from app.imports.rules.columns import CheckedRow, Column, day, one_of
from app.imports.rules.states import ImportKind
from app.organisations.tables import Organisation

YES_NO = one_of(
    {"Yes": "yes", "Y": "yes", "True": "yes", "No": "", "N": "", "False": ""}, N_("Enter Yes or No")
)
UPN_REASONS = one_of(
    {each: each for each in ("UN1", "UN2", "UN8", "UN9", "UNX")}, N_("Enter UN1, UN2, UN8, UN9 or UNX")
)
POSTCODE_REASONS = one_of(
    {each: each for each in ("abroad", "no_fixed_address", "confidential", "not_known")},
    N_("Enter abroad, no fixed address, confidential or not known"),
)


class Children(Kind):
    """Children and young people, with what the page to add a child asks for."""

    key = ImportKind.children
    is_about_children = True
    columns = (
        Column(
            "forenames", "Forenames", ("Forename", "First name", "First names"), True, longest=LONGEST_NAME
        ),
        Column("surname", "Surname", ("Last name", "Legal surname", "Family name"), longest=LONGEST_NAME),
        Column("has_no_surname", "Has no surname", clean=YES_NO),
        Column("known_as", "Known as", ("Preferred name",), longest=LONGEST_NAME),
        Column("date_of_birth", "Date of birth", ("DOB", "Birth date", "PersonBirthDate"), True, clean=day),
        Column("address", "Address", ("Home address",), clean=clean_address, longest=LONGEST_ADDRESS),
        Column("postcode", "Postcode", ("Post code",), clean=clean_code),
        Column("postcode_missing_reason", "Why there is no postcode", clean=POSTCODE_REASONS),
        Column("upn", "UPN", ("Unique pupil number",), clean=clean_code),
        Column("upn_missing_reason", "Why there is no UPN", ("UPNunknown", "UPN unknown"), clean=UPN_REASONS),
        Column("nhs_number", "NHS number", ("NHS no",), clean=clean_code),
        Column("setting_urn", "School URN", ("URN", "Setting URN"), clean=clean_code),
    )

    def check(self, work: UnitOfWork, rows: Sequence[CheckedRow]) -> None:
        """Check the details as the page to add a child does, and propose the record that may be of the same child."""
        settings = _settings(work, rows)
        for row in rows:
            row.faults += check_details(_details(row.values), work.today)
            urn = row.values.get("setting_urn", "")
            if urn and urn not in settings:
                row.faults.append(
                    FieldError("setting_urn", Wording(N_("No school in the portal has this URN")))
                )
        sound = {row.number: identity_of(_details(row.values)) for row in rows if not row.faults}
        known = _known_like(work, list(sound.values()))
        for row in rows:
            if row.number in sound and (found := first_match(sound[row.number], known)) is not None:
                row.match_id = found.child_id

    def apply(
        self, work: UnitOfWork, cells: Mapping[str, str], match_id: int | None, *, is_decided: bool
    ) -> Written:
        """Add the child; the record of one who is in the portal stays as it is."""
        if match_id is not None:
            return Written(work.get(Child, match_id).id)
        urn = cells.get("setting_urn", "")
        setting = select(Organisation.id).where(Organisation.urn == urn)
        setting_id = work.session.scalar(setting) if urn else None
        child = import_child(work, _details(cells), setting_id, is_decided=is_decided)
        return Written(child.id, is_new=True, changes={"version": [None, child.version]})

    def undo(self, work: UnitOfWork, written: Written) -> Wording | None:
        """Delete a child who was added, where no one has worked on the record since."""
        if not written.is_new:
            return None
        child = work.find(Child, written.record_id)
        if child is None or not is_unchanged(child, written.changes):
            return Wording(CHANGED_SINCE)
        why_not = delete_unused(work, child)
        if why_not is None:
            work.record(ImportedChildDeleted(child_id=written.record_id))
        return why_not

    def title(self, cells: Mapping[str, str]) -> str:
        """Return the name and the date of birth."""
        name = f"{cells.get('forenames', '')} {cells.get('surname', '')}".strip()
        return _named(
            name, date.fromisoformat(cells["date_of_birth"]) if cells.get("date_of_birth") else None
        )

    def matches(self, work: UnitOfWork, ids: Sequence[int]) -> dict[int, str]:
        """Return the names and dates of birth of children in the portal."""
        found = select(Child.id, Child.forenames, Child.surname, Child.date_of_birth).where(Child.id.in_(ids))
        rows = work.session.execute(found).all()
        return {number: _named(f"{first} {last}".strip(), born) for number, first, last, born in rows}


def _named(name: str, born: date | None) -> str:
    return f"{name}, {born.day}/{born.month}/{born.year}" if born else name


def _details(cells: Mapping[str, str]) -> NewChild:
    born = cells.get("date_of_birth", "")
    texts = ("forenames", "surname", "known_as", "address", "postcode", "upn", "nhs_number")
    reasons = ("postcode_missing_reason", "upn_missing_reason")
    return NewChild(
        **{name: cells.get(name, "") for name in (*texts, *reasons)},
        date_of_birth=date.fromisoformat(born) if born else None,
        has_no_surname=bool(cells.get("has_no_surname")),
    )


def _settings(work: UnitOfWork, rows: Sequence[CheckedRow]) -> set[str | None]:
    urns = {urn for row in rows if (urn := row.values.get("setting_urn", ""))}
    return set(work.session.scalars(select(Organisation.urn).where(Organisation.urn.in_(urns))))


def _known_like(work: UnitOfWork, identities: Sequence[Identity]) -> list[Identity]:
    """Return the children in the portal who share a date of birth, UPN or NHS number with any of these."""
    alike = or_(
        Child.date_of_birth.in_({each.date_of_birth for each in identities}),
        Child.upn.in_({each.upn for each in identities if each.upn}),
        Child.nhs_number.in_({each.nhs_number for each in identities if each.nhs_number}),
    )
    rows = work.session.execute(select(*IDENTITY).where(alike).order_by(Child.id)).all()
    return [Identity(*row) for row in rows]
