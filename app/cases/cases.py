"""Open a case when a request reaches the council, and find the case of a form."""

from collections.abc import Mapping

from sqlalchemy import select

from app.cases.case_numbers import next_case_number
from app.cases.duties import keep_duties
from app.cases.rules.case_states import CaseState, Channel, RequestSource
from app.cases.tables import Case
from app.cases.waiting_cases import join_to_waiting_case
from app.children.locks import child_held
from app.core.errors import InvalidState, NotFound
from app.core.roles import Profession
from app.core.unit_of_work import UnitOfWork
from app.forms.tables.forms import Request

SOURCES: Mapping[Profession | None, RequestSource] = {
    Profession.school: RequestSource.school,
    Profession.early_years: RequestSource.early_years,
    Profession.post16: RequestSource.school,
    Profession.health: RequestSource.health,
    Profession.social_care: RequestSource.social_care,
}
"""The source of a request by the profession of its author; every other profession is RequestSource.other."""


def open_case(work: UnitOfWork, request: Request) -> None:
    """Open the case of a request that reached the council.

    A request for a child whose request is already recorded, for instance from a letter, and not decided belongs to
    that case and does not start the time again. The caller holds the child's record.
    """
    work.session.flush()
    joined = join_to_waiting_case(
        work.session.connection(), request.child_id, request.id, statutory=request.statutory
    )
    if joined is not None:
        return
    received_on = request.received_on or work.today
    case = work.add(
        Case(
            number=next_case_number(work.session.connection(), received_on.year),
            child_id=request.child_id,
            request_id=request.id,
            source=SOURCES.get(work.me.profession, RequestSource.other),
            channel=Channel.portal,
            statutory=request.statutory,
            received_on=received_on,
            state=CaseState.received,
            created_at=work.now,
        )
    )
    keep_duties(work, case)


def case_for_update(work: UnitOfWork, case_id: int) -> Case:
    """Return a case locked for update. Raises NotFound when there is none or the reader may not see it."""
    held = select(Case).where(Case.id == case_id).with_for_update(of=Case)
    case = work.session.scalars(held.execution_options(populate_existing=True)).one_or_none()
    if case is None:
        raise NotFound("Case")
    return case


def child_and_case_for_update(work: UnitOfWork, case_id: int) -> Case:
    """Return a case locked for update, after its child: no one else says meanwhile that an address is secret.

    Raises NotFound when there is none, and InvalidState when its child's record was merged at this moment.
    """
    child_id = work.get(Case, case_id).child_id
    child = work.session.scalars(child_held(child_id)).one_or_none()
    if child is None:
        raise NotFound("Child")
    case = case_for_update(work, case_id)
    if case.child_id != child.id:
        raise InvalidState("merge")
    return case


def case_of_request(work: UnitOfWork, form_id: int) -> Case | None:
    """Return the case of a request's form; None before it is received or where the reader may not see cases."""
    return work.session.scalars(select(Case).where(Case.request_id == form_id)).one_or_none()
