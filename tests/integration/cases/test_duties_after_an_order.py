"""What the council did stays done on its day, whatever mediation or the Tribunal changes and the family withdraws."""

import io
from datetime import date

import pytest
from sqlalchemy import select

from app.cases import plan_decisions, plans
from app.cases.decisions import Decided
from app.cases.notices import NoticeToServe, serve_notice, text_for
from app.cases.plan_tables import Served
from app.cases.plans import PlanToServe
from app.cases.rules.case_states import CaseState, DecisionBasis
from app.cases.rules.duties import Ending
from app.cases.rules.notices import NoticeKind
from app.documents import documents
from app.models import Duty
from tests.cast import everything

BECAUSE = Decided("Because.")
ORDERED_ON = date(2026, 11, 23)
ORDER = Decided("Order 12.", ORDERED_ON, basis=DecisionBasis.tribunal)


@pytest.fixture
def file(context):
    """Gives a checked file."""
    return lambda: documents.receive(context, "plan.txt", io.BytesIO(b"The plan."))


def duty(context, case, key):
    with everything(context) as work:
        found = select(Duty).where(Duty.case_id == case.id, Duty.key == key).order_by(Duty.id.desc())
        return work.session.scalars(found).first()


def serve(who, case, kind, served_on):
    with who.works() as work:
        text = text_for(work, case.id, kind)
        letter = NoticeToServe(kind, text.title, text.body, served_on, Served.post, others="A school")
        serve_notice(work, case.id, letter)


def test_a_notice_that_there_is_no_plan_stays_sent_when_it_is_overturned(cast, make, context):
    case = make.case(make.child(), state=CaseState.assessing, received_on=date(2026, 9, 7))
    with cast.olu.works() as work:
        plan_decisions.decline_to_issue(work, case.id, Decided("Because.", date(2026, 11, 20)))
    serve(cast.olu, case, NoticeKind.N5, date(2026, 11, 23))
    with cast.olu.works() as work:
        plan_decisions.overturn(work, case.id, ORDER)
    notice = duty(context, case, "no_plan_notice")
    assert (notice.ending, notice.ended_on) == (Ending.done, date(2026, 11, 23))


def test_the_draft_keeps_its_day_when_a_case_goes_on(cast, make, context, clock, file):
    case = make.case(make.child(), state=CaseState.assessing, received_on=date(2026, 9, 7))
    with cast.olu.works() as work:
        plan_decisions.decline_to_issue(work, case.id, BECAUSE)
    with cast.olu.works() as work:
        plan_decisions.overturn(work, case.id, Decided("Order.", work.today, basis=DecisionBasis.tribunal))
    with cast.olu.works() as work:
        sent_on = work.today
        plans.serve_draft(work, case.id, PlanToServe(sent_on, Served.post), file())
    clock.forward(days=10)
    for step in (plan_decisions.withdraw, plan_decisions.resume):
        with cast.olu.works() as work:
            step(work, case.id, BECAUSE)
        assert duty(context, case, "tribunal_draft").ended_on == sent_on, step


def test_the_draft_keeps_its_day_when_the_final_plan_is_sent(cast, make, context, clock, file):
    case = make.case(make.child(), state=CaseState.assessing, received_on=date(2026, 9, 7))
    with cast.olu.works() as work:
        plan_decisions.decline_to_issue(work, case.id, BECAUSE)
    with cast.olu.works() as work:
        plan_decisions.overturn(work, case.id, Decided("Order.", work.today, basis=DecisionBasis.tribunal))
    with cast.olu.works() as work:
        sent_on = work.today
        plans.serve_draft(work, case.id, PlanToServe(sent_on, Served.post), file())
    clock.forward(days=40)
    with cast.olu.works() as work:
        final = PlanToServe(work.today, Served.post, setting_type="Special school")
        plans.issue_final_plan(work, case.id, final, file())
    assert duty(context, case, "tribunal_draft").ended_on == sent_on
    assert duty(context, case, "tribunal_plan").ending is Ending.done
