"""Hand cases to a colleague, one or many at once, and take them from an officer who leaves the SEN team."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from app.cases.absences import end_covers_of
from app.cases.events import CaseHandedOver, CaseOwnerChanged, CasesHandedOver, CasesLeft, CaseWithoutOwner
from app.cases.queries.officers import is_officer
from app.cases.rules.hand_over import Chosen, NotHanded, why_not_handed
from app.cases.tables import Case
from app.core.database.locks import hold_account
from app.core.database.row_filter import bypass_row_filter, set_principal
from app.core.errors import FieldError, Forbidden, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class HandedOver:
    """What was done, or would be, with each of the chosen cases."""

    handed: Sequence[Case]
    not_handed: Sequence[tuple[Case | None, NotHanded]]


def preview(work: UnitOfWork, chosen: Sequence[Chosen], to_id: int) -> HandedOver:
    """Return what handing these cases to a person would do, and change nothing; for the SEN team only."""
    _team_only(work)
    return _sorted_out(chosen, _cases(work, chosen), to_id)


def hand_over(work: UnitOfWork, chosen: Sequence[Chosen], to_id: int | None) -> HandedOver:
    """Make a person of the SEN team the owner of these cases, and return what was done; for the SEN team only.

    A case that someone else handed over meanwhile, or that they have already, stays as it is. The new owner gets one
    message, unless they did it themselves. Raises ValidationFailed where the person is not of the SEN team, or no case or
    too many were chosen.
    """
    _team_only(work)
    if not chosen or len(chosen) > MOST_AT_ONCE:
        text = Wording(N_("Choose 1 to %(most)s cases"), most=MOST_AT_ONCE)
        raise ValidationFailed(FieldError("cases", text))
    to_id = _checked(work, to_id)
    found = _sorted_out(chosen, _cases(work, chosen, held=True), to_id)
    gets_message = to_id != work.me.user_id
    one = gets_message and len(found.handed) == 1
    for case in found.handed:
        facts: dict[str, Any] = {
            "child_id": case.child_id,
            "case_id": case.id,
            "person_id": to_id,
            "before": case.owner_id,
        }
        case.owner_id = to_id
        work.record(CaseHandedOver(**facts, by_id=work.me.user_id) if one else CaseOwnerChanged(**facts))
    if gets_message and len(found.handed) > 1:
        work.record(CasesHandedOver(person_id=to_id, cases=len(found.handed), by_id=work.me.user_id))
    return found


def leave_cases(work: UnitOfWork, person_id: int, organisation_id: int | None = None) -> None:
    """Take every case from a person whose account is closed or who leaves the SEN team, and end every cover for and by them.

    The team gets a message about cases that no one has now.
    Does nothing for a person who leaves one organisation, since the SEN team belongs to none.
    """
    if organisation_id is not None:
        return
    bypass_row_filter(
        work.session, "an administrator, who sees no case, takes them from an officer who leaves"
    )
    try:
        hold_account(work.session, person_id)
        end_covers_of(work, person_id)
        theirs = select(Case.id, Case.child_id).where(Case.owner_id == person_id)
        left = work.session.execute(theirs.order_by(Case.id).with_for_update()).all()
        if not left:
            return
        for case_id, child_id in left:
            work.record(CaseWithoutOwner(child_id=child_id, case_id=case_id, person_id=person_id))
        work.session.execute(
            update(Case)
            .where(Case.id.in_([row.id for row in left]))
            .values(owner_id=None, version=Case.version + 1),
            execution_options={"synchronize_session": False},
        )
        work.record(CasesLeft(person_id=person_id, cases=len(left)))
    finally:
        set_principal(work.session, work.who)


def _team_only(work: UnitOfWork) -> None:
    if not work.me.in_sen_team:
        raise Forbidden("hand_over")


def _checked(work: UnitOfWork, to_id: int | None) -> int:
    """Return the new owner, whose account stays locked, so that they cannot leave the team at this moment."""
    if to_id is not None:
        hold_account(work.session, to_id)
        if is_officer(work.session, to_id):
            return to_id
    raise ValidationFailed(FieldError("colleague", Wording(N_("Choose a colleague"))))


def _cases(work: UnitOfWork, chosen: Sequence[Chosen], *, held: bool = False) -> dict[int, Case]:
    """Return the chosen cases by id; with `held`, locked in the order of their ids."""
    found = select(Case).where(Case.id.in_([each.case_id for each in chosen])).order_by(Case.id)
    found = found.options(joinedload(Case.child), joinedload(Case.owner))
    if held:
        found = found.with_for_update(of=Case).execution_options(populate_existing=True)
    return {case.id: case for case in work.session.scalars(found)}


def _sorted_out(chosen: Sequence[Chosen], cases: dict[int, Case], to_id: int) -> HandedOver:
    handed: list[Case] = []
    not_handed: list[tuple[Case | None, NotHanded]] = []
    for each in {each.case_id: each for each in chosen}.values():
        case = cases.get(each.case_id)
        why = NotHanded.gone if case is None else why_not_handed(each, case.owner_id, to_id)
        if case is not None and why is None:
            handed.append(case)
        elif why is not None:
            not_handed.append((case, why))
    return HandedOver(handed, not_handed)
