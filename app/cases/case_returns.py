"""Record what the yearly SEN2 return asks about a case, in the return's own codes, and find what is missing."""

from collections.abc import Mapping, Sequence
from itertools import compress

from sqlalchemy import select

from app.cases.cases import case_for_update
from app.cases.events import CaseReturnRecorded
from app.cases.return_tables import HAS_PLACE, CaseReturn, overturned_to
from app.cases.rules.case_states import CaseState
from app.cases.rules.sen2 import BY_NAME, FIELDS, ReturnField, missing
from app.cases.tables import Case
from app.core.errors import FieldError, Forbidden, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording

OVERTURNED_TO = (CaseState.assessing, CaseState.preparing_plan)
"""The outcomes to which mediation or the Tribunal changes a refusal."""
ABOUT_THE_PERSON = ("sex", "ethnicity")
"""What a new case has from an earlier one of the same child."""


def record_return(work: UnitOfWork, case_id: int, answers: Mapping[str, str]) -> Case:
    """Store the answers for the return by the names of their columns, empty for none, and return the case.

    For the SEN team only. What is not in `answers` stays. The audit log stores which answers changed and not their
    values. Raises ValidationFailed for a code that the return does not have.
    """
    if not work.me.in_sen_team:
        raise Forbidden("record_return")
    case = case_for_update(work, case_id)
    if faults := _faults(answers):
        raise ValidationFailed(*faults)
    row = return_of(work, case_id)
    before = _answers(row)
    changed = tuple(name for name in BY_NAME if name in answers and answers[name] != before[name])
    if not changed:
        return case
    if row is None:
        row = CaseReturn(case_id=case_id, created_at=work.now, recorded_by_id=work.me.user_id)
        work.session.add(row)
    row.recorded_by_id = work.me.user_id
    for name in changed:
        setattr(row, name, answers[name])
    work.session.flush()
    work.record(
        CaseReturnRecorded(child_id=case.child_id, case_id=case.id, form_id=case.request_id, fields=changed)
    )
    return case


def return_of(work: UnitOfWork, case_id: int) -> CaseReturn | None:
    """Return what was recorded for a case, or None."""
    return work.session.scalars(select(CaseReturn).where(CaseReturn.case_id == case_id)).one_or_none()


def answers_for(work: UnitOfWork, case: Case) -> dict[str, str]:
    """Return the answers recorded for a case; about the person, those of another case of the child until it has its own."""
    answers = _answers(return_of(work, case.id))
    if all(answers[name] for name in ABOUT_THE_PERSON):
        return answers
    earlier = (
        select(CaseReturn)
        .join(Case, Case.id == CaseReturn.case_id)
        .where(Case.child_id == case.child_id, Case.id != case.id)
        .order_by(Case.received_on.desc(), Case.id.desc())
    )
    other = _answers(work.session.scalars(earlier.limit(1)).first())
    return answers | {name: answers[name] or other[name] for name in ABOUT_THE_PERSON}


def missing_by_case(work: UnitOfWork, case_ids: Sequence[int]) -> dict[int, list[ReturnField]]:
    """Return the fields without an answer of each of these cases, in one statement."""
    found = (
        select(Case.id, Case.state, CaseReturn, HAS_PLACE, *map(overturned_to, OVERTURNED_TO))
        .outerjoin(CaseReturn, CaseReturn.case_id == Case.id)
        .where(Case.id.in_(case_ids))
    )
    return {
        case_id: missing(
            state, _answers(row), has_place=has_place, overturned_to=set(compress(OVERTURNED_TO, changed))
        )
        for case_id, state, row, has_place, *changed in work.session.execute(found)
    }


def _answers(row: CaseReturn | None) -> dict[str, str]:
    return {field.name: getattr(row, field.name) if row is not None else "" for field in FIELDS}


def _faults(answers: Mapping[str, str]) -> list[FieldError]:
    faults = [
        FieldError(field.name, Wording(N_("Choose one of the answers")))
        for field in FIELDS
        if (answer := answers.get(field.name)) and answer not in field.choices
    ]
    if answers.get("secondary_need") and answers["secondary_need"] == answers.get("primary_need"):
        text = N_("Choose another need than the primary one, or none")
        faults.append(FieldError("secondary_need", Wording(text)))
    return faults
