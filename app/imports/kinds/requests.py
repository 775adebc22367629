"""Cases that are not decided yet: requests for an assessment that the council received in another system."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import delete, or_, select

from app.cases.intake import OLDEST, ReceivedRequest, record_request
from app.cases.rules.case_states import CHANNEL_LABELS, Channel, RequestSource
from app.cases.tables import UNDECIDED_CASES, Case, Duty
from app.children.rules.identifiers import check_nhs_number, check_upn
from app.children.tables import Child
from app.core.errors import FieldError, ValidationFailed
from app.core.names import fold
from app.core.text_input import clean_lines
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.imports.events import ImportedCaseDeleted
from app.imports.kinds.base import CHANGED_SINCE, Kind, Written, delete_unused, is_unchanged
from app.imports.rules.columns import CheckedRow, Column, day, one_of
from app.imports.rules.states import ImportKind

HAS_CASE = N_("The child has a case that is not decided yet")
SOURCES = {
    "1": "parent", "Parent": "parent", "Young person": "parent", "Parent or young person": "parent",
    "2": "school", "School": "school", "3": "health", "Health": "health",
    "4": "social_care", "Social care": "social_care", "5": "other", "Other": "other", "Early years": "early_years",
}  # fmt: skip
"""The codes of the SEN2 return (RequestSource), and words."""
CHANNELS = {
    "Email": "email",
    "Paper": "paper",
    "Letter": "paper",
    "Post": "paper",
    "Telephone": "telephone",
} | {label: channel.name for channel, label in CHANNEL_LABELS.items() if channel is not Channel.portal}


class Requests(Kind):
    """Requests that wait for the decision whether to assess."""

    key = ImportKind.requests
    is_about_children = True
    columns = (
        Column("upn", "UPN", ("Unique pupil number",), clean=check_upn),
        Column("nhs_number", "NHS number", ("NHS no",), clean=check_nhs_number),
        Column("forenames", "Forenames", ("Forename", "First name")),
        Column("surname", "Surname", ("Last name", "Legal surname")),
        Column("date_of_birth", "Date of birth", ("DOB", "PersonBirthDate"), required=True, clean=day),
        Column("received_on", "Received on", ("ReceivedDate", "Date received"), required=True, clean=day),
        Column(
            "source",
            "Who asked",
            ("RequestSource", "Source"),
            required=True,
            clean=one_of(SOURCES, N_("Enter parent, school, early years, health, social care or other")),
        ),
        Column(
            "channel",
            "How it came",
            ("Channel",),
            clean=one_of(CHANNELS, N_("Enter email, paper or telephone")),
        ),
        Column("note", "Notes", ("Note", "Reference"), clean=clean_lines, longest=2000),
    )

    def check(self, work: UnitOfWork, rows: Sequence[CheckedRow]) -> None:
        """Find the child of each row, who must be in the portal and have no case that is not decided yet."""
        known = _children(work, rows)
        undecided = select(Case.child_id).where(
            Case.child_id.in_([each.id for each in known]), UNDECIDED_CASES
        )
        with_case = set(work.session.scalars(undecided))
        for row in rows:
            row.faults += _date_faults(work.today, row.values)
            found = {each.id for each in known if _is_of(each, row.values)}
            if len(found) != 1:
                text = N_("No child in the portal has these details. Import or correct the child first")
                row.faults.append(FieldError("date_of_birth", Wording(text)))
            elif found & with_case:
                row.note = Wording(HAS_CASE)
            else:
                row.match_id, row.is_certain = found.pop(), True

    def apply(
        self, work: UnitOfWork, cells: Mapping[str, str], match_id: int | None, *, is_decided: bool
    ) -> Written:
        """Record the request, which opens the case with its duties, as the page to record one does."""
        waiting = select(Case.id).where(Case.child_id == match_id, UNDECIDED_CASES)
        if work.session.scalars(waiting.limit(1)).first() is not None:
            raise ValidationFailed(FieldError("date_of_birth", Wording(HAS_CASE)))
        received = ReceivedRequest(
            source=RequestSource[cells["source"]],
            channel=Channel[cells.get("channel") or "paper"],
            received_on=date.fromisoformat(cells["received_on"]),
            note=cells.get("note", ""),
        )
        case = record_request(work, match_id or 0, received)
        work.session.flush()
        return Written(case.id, is_new=True, changes={"version": [None, case.version]})

    def undo(self, work: UnitOfWork, written: Written) -> Wording | None:
        """Delete a case on which no one has worked since, with its duties."""
        case = work.find(Case, written.record_id)
        if case is None or not is_unchanged(case, written.changes):
            return Wording(CHANGED_SINCE)
        child_id = case.child_id
        with work.session.begin_nested() as part:
            work.session.execute(delete(Duty).where(Duty.case_id == case.id))
            if (why_not := delete_unused(work, case)) is not None:
                part.rollback()
                return why_not
        work.record(ImportedCaseDeleted(child_id=child_id))
        return None

    def title(self, cells: Mapping[str, str]) -> str:
        """Return the name."""
        return f"{cells.get('forenames', '')} {cells.get('surname', '')}".strip()


def _children(work: UnitOfWork, rows: Sequence[CheckedRow]) -> list[Child]:
    born = {date.fromisoformat(row.values["date_of_birth"]) for row in rows}
    numbers = [{row.values.get(name, "") for row in rows} - {""} for name in ("upn", "nhs_number")]
    alike = or_(Child.date_of_birth.in_(born), Child.upn.in_(numbers[0]), Child.nhs_number.in_(numbers[1]))
    return list(work.session.scalars(select(Child).where(alike)))


def _is_of(child: Child, cells: Mapping[str, str]) -> bool:
    """Return whether a row is certainly about this child: the date of birth with a number or the whole name."""
    if child.date_of_birth.isoformat() != cells["date_of_birth"]:
        return False
    if (upn := cells.get("upn")) and child.upn:
        return child.upn == upn
    if (number := cells.get("nhs_number")) and child.nhs_number:
        return child.nhs_number == number
    names = (cells.get("forenames", ""), cells.get("surname", ""))
    return bool(names[0]) and [*map(fold, names)] == [fold(child.forenames), fold(child.surname)]


def _date_faults(today: date, cells: Mapping[str, str]) -> list[FieldError]:
    received_on = date.fromisoformat(cells["received_on"])
    born = date.fromisoformat(cells["date_of_birth"])
    if max(born, today - OLDEST) <= received_on <= today:
        return []
    text = N_("The day it was received must be in the last 12 months and after the child was born")
    return [FieldError("received_on", Wording(text))]
