"""Open cases of another system: requests for an assessment, and what was decided about each so far."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import delete, or_, select

from app.cases.decisions import Decided, agree_to_assess
from app.cases.intake import ReceivedRequest, received_faults, record_request
from app.cases.lateness import Lateness
from app.cases.plan_decisions import agree_to_issue
from app.cases.rules.case_states import CHANNEL_LABELS, Channel, RequestSource
from app.cases.tables import UNDECIDED_CASES, Case, Decision, Duty
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
HAS_THIS_CASE = N_("The child has a case with this day of receipt")
OLDEST = timedelta(days=36 * 30)
"""A case that was received longer ago than this and is still open is more likely a typing mistake."""
ALREADY = N_("Decided in another system.")
AGREED = {"Yes": "yes", "Agreed": "yes", "Assess": "yes", "Y": "yes"}
NOT_OPEN = N_("Enter yes, or leave it empty. A case that was refused has ended and is not imported")
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
    """Cases that wait for the decision whether to assess, for advice, or for the plan."""

    key = ImportKind.requests
    is_about_children = True
    is_silent = True
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
        Column("agreed", "Assessment agreed", ("Decision to assess",), clean=one_of(AGREED, NOT_OPEN)),
        Column("agreed_on", "Assessment agreed on", ("Date of decision to assess",), clean=day),
        Column("plan_agreed_on", "Plan agreed on", ("Date of decision to issue",), clean=day),
        Column("reason", "Reasons", ("Reason for decision",), clean=clean_lines, longest=2000),
        Column("late_reason", "Why it was late", ("Reason late",), clean=clean_lines, longest=2000),
    )

    def check(self, work: UnitOfWork, rows: Sequence[CheckedRow]) -> None:
        """Find the child of each row, who must be in the portal and have neither this case nor an undecided one."""
        known = _children(work, rows)
        undecided = select(Case.child_id).where(
            Case.child_id.in_([each.id for each in known]), UNDECIDED_CASES
        )
        with_case = set(work.session.scalars(undecided))
        days = {date.fromisoformat(row.values["received_on"]) for row in rows}
        same = select(Case.child_id, Case.received_on).where(
            Case.child_id.in_([each.id for each in known]), Case.received_on.in_(days)
        )
        cases = {(child_id, received_on) for child_id, received_on in work.session.execute(same)}
        for row in rows:
            row.faults += _date_faults(work.today, row.values)
            found = {each.id for each in known if _is_of(each, row.values)}
            if len(found) != 1:
                text = N_("No child in the portal has these details. Import or correct the child first")
                row.faults.append(FieldError("date_of_birth", Wording(text)))
            elif found & with_case:
                row.note = Wording(HAS_CASE)
            elif (*found, date.fromisoformat(row.values["received_on"])) in cases:
                row.note = Wording(HAS_THIS_CASE)
            else:
                row.match_id, row.is_certain = found.pop(), True

    def apply(
        self, work: UnitOfWork, cells: Mapping[str, str], match_id: int | None, *, is_decided: bool
    ) -> Written:
        """Record the request, which opens the case with its duties, and the decisions made since, as their pages do."""
        received_on = date.fromisoformat(cells["received_on"])
        taken = select(Case.id).where(
            Case.child_id == match_id, or_(UNDECIDED_CASES, Case.received_on == received_on)
        )
        if work.session.scalars(taken.limit(1)).first() is not None:
            raise ValidationFailed(FieldError("date_of_birth", Wording(HAS_CASE)))
        received = ReceivedRequest(
            source=RequestSource[cells["source"]],
            channel=Channel[cells.get("channel") or "paper"],
            received_on=received_on,
            note=cells.get("note", ""),
            oldest=OLDEST,
        )
        case = record_request(work, match_id or 0, received)
        if day_agreed := _day(cells, "agreed_on"):
            agree_to_assess(work, case.id, _decided(cells, day_agreed))
        if plan_agreed := _day(cells, "plan_agreed_on"):
            agree_to_issue(work, case.id, _decided(cells, plan_agreed))
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
            work.session.execute(delete(Decision).where(Decision.case_id == case.id))
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


def _day(cells: Mapping[str, str], name: str) -> date | None:
    return date.fromisoformat(cells[name]) if cells.get(name) else None


def _decided(cells: Mapping[str, str], decided_on: date) -> Decided:
    reason = cells.get("reason") or ALREADY
    return Decided(reason, decided_on, lateness=Lateness(reason=cells.get("late_reason") or ALREADY))


def _date_faults(today: date, cells: Mapping[str, str]) -> list[FieldError]:
    """Return what is wrong with the dates of a row: they are in the order in which the steps were taken."""
    received_on, agreed_on, plan_agreed_on = (
        _day(cells, name) for name in ("received_on", "agreed_on", "plan_agreed_on")
    )
    assert received_on is not None  # noqa: S101 - the column is required
    faults = received_faults(today, date.fromisoformat(cells["date_of_birth"]), received_on, OLDEST)
    if bool(cells.get("agreed")) and agreed_on is None:
        faults.append(
            FieldError("agreed_on", Wording(N_("Enter the day on which the council agreed to assess")))
        )
    if agreed_on is not None and not received_on <= agreed_on <= today:
        text = N_("It must be on or after the day the request was received, and not in the future")
        faults.append(FieldError("agreed_on", Wording(text)))
    if plan_agreed_on is not None and agreed_on is None:
        faults.append(
            FieldError("agreed_on", Wording(N_("Enter the day on which the council agreed to assess")))
        )
    elif plan_agreed_on is not None and agreed_on is not None and not agreed_on <= plan_agreed_on <= today:
        text = N_("It must be on or after the day of the decision to assess, and not in the future")
        faults.append(FieldError("plan_agreed_on", Wording(text)))
    return faults
