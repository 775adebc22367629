"""The duty to give advice in a case, for its authors, who may not see cases."""

from sqlalchemy import and_, exists, func, not_, select, update

from app.cases.rules.case_states import CaseState
from app.cases.rules.duties import Ending
from app.cases.tables import Case, Duty
from app.core.unit_of_work import UnitOfWork
from app.forms.rules.workflow import OPEN_TO_WRITING
from app.forms.tables.forms import Advice, Form

_case, _duty, _form = Case.__table__, Duty.__table__, Form.__table__


def settle_advice(work: UnitOfWork, advice: Advice) -> None:
    """End the duty to give advice once all statutory advice about a child has come or is no longer needed (reg. 8).

    It runs again where advice is returned to its author. The caller holds the child or the form.
    """
    if not advice.statutory:
        return
    work.session.flush()
    awaited = exists().where(
        _form.c.child_id == advice.child_id,
        _form.c.kind == "advice",
        _form.c.statutory.is_(True),
        _form.c.state.in_(OPEN_TO_WRITING),
    )
    cases = select(_case.c.id).where(
        _case.c.child_id == advice.child_id, _case.c.state == CaseState.assessing
    )
    of_advice = and_(_duty.c.key == "give_advice", _duty.c.case_id.in_(cases))
    latest = select(func.max(_duty.c.id)).where(of_advice).group_by(_duty.c.case_id)
    connection = work.session.connection()
    ended = update(_duty).where(of_advice, _duty.c.ending.is_(None), not_(awaited))
    connection.execute(ended.values(ending=Ending.done, ended_on=work.today))
    runs_again = update(_duty).where(_duty.c.id.in_(latest), _duty.c.ending == Ending.done, awaited)
    connection.execute(runs_again.values(ending=None, ended_on=None))
