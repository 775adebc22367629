"""From the decision to make a plan to the final plan; withdrawal, and what mediation or the Tribunal changes."""

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.cases import plan_decisions, plans
from app.cases.consultations import consult, record_reply
from app.cases.decisions import (
    Decided,
    agree_to_assess,
    correct_decision,
    decline_to_assess,
    history_of,
)
from app.cases.duties import keep_duties
from app.cases.exceptions import EnteredException, record_exception, withdraw_exception
from app.cases.lateness import Lateness
from app.cases.plan_tables import RefusalReason, Reply, Served
from app.cases.plans import PlanToServe
from app.cases.rules.case_states import CaseState, DecisionBasis
from app.cases.rules.duties import Ending
from app.cases.rules.plan_dates import review_due_on
from app.core.errors import Conflict, Forbidden, InvalidState, NotFound, ValidationFailed
from app.documents import documents
from app.forms.reading import name_to_read
from app.models import Case, ChildLink, Consultation, Document, Duty, Message, Plan
from tests.cast import everything
from tests.filled_forms import give_consent

BECAUSE = Decided("Because.")
BY_POST = PlanToServe(date(2026, 11, 23), Served.post)


@pytest.fixture
def family(cast, make):
    """A child with a parent and another parent."""
    return make.child(linked=(cast.sana, cast.pat, cast.quinn))


@pytest.fixture
def file(context):
    """Gives a checked file."""
    return lambda: documents.receive(context, "plan.txt", io.BytesIO(b"The plan."))


def link_of(context, child, actor):
    with everything(context) as work:
        found = work.session.query(ChildLink).filter_by(child_id=child.id, person_id=actor.id)
        return found.one().id


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (plan_decisions.agree_to_issue, CaseState.preparing_plan),
        (plan_decisions.decline_to_issue, CaseState.not_issuing),
    ],
)
def test_the_council_decides_about_a_plan_and_tells_the_family(cast, make, family, context, verb, state):
    case = make.case(family, state=CaseState.assessing, received_on=date(2026, 9, 7))
    with cast.olu.works() as work:
        found = verb(
            work, case.id, Decided("Because.", panel_on=date(2026, 11, 20), panel_members="O A, M B")
        )
        assert found.state is state
        assert found.due_on == (date(2026, 12, 28) if state is CaseState.not_issuing else date(2027, 1, 25))
    with everything(context) as work:
        recipients = {each.recipient_id for each in work.session.query(Message).filter_by(child_id=family.id)}
    assert recipients == {cast.pat.id, cast.quinn.id}
    with cast.olu.works() as work:
        [decision] = history_of(work, case.id)
    assert (decision.panel_on, decision.panel_members) == (date(2026, 11, 20), "O A, M B")


@pytest.mark.parametrize("actor", ["sana", "pat", "ines"])
@pytest.mark.parametrize(
    "verb", [plan_decisions.agree_to_issue, plan_decisions.withdraw, plan_decisions.overturn]
)
def test_only_the_sen_team_decides(cast, make, family, actor, verb):
    case = make.case(family, state=CaseState.assessing)
    with pytest.raises(Forbidden), getattr(cast, actor).works() as work:
        verb(work, case.id, BECAUSE)


def test_a_decision_about_a_plan_is_corrected(cast, make, family):
    case = make.case(family, state=CaseState.assessing)
    with cast.olu.works() as work:
        plan_decisions.decline_to_issue(work, case.id, BECAUSE)
    with cast.mary.works() as work:
        corrected = correct_decision(work, case.id, True, Decided("Because.", correction_reason="Wrong box."))
        assert corrected.state is CaseState.preparing_plan


def test_a_panel_meets_before_the_decision(cast, make, family):
    case = make.case(family, state=CaseState.assessing)
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        panel = Decided("Because.", work.today, panel_on=work.today + timedelta(days=1))
        plan_decisions.agree_to_issue(work, case.id, panel)
    assert [each.field for each in refused.value.faults] == ["panel_on"]


@pytest.mark.parametrize(
    ("refused_in", "goes_on_in"),
    [
        (CaseState.not_assessing, CaseState.assessing),
        (CaseState.not_issuing, CaseState.preparing_plan),
    ],
)
def test_what_the_tribunal_orders_is_recorded_beside_the_refusal(cast, make, family, refused_in, goes_on_in):
    start = CaseState.received if refused_in is CaseState.not_assessing else CaseState.assessing
    refuse = decline_to_assess if start is CaseState.received else plan_decisions.decline_to_issue
    case = make.case(family, state=start)
    with cast.olu.works() as work:
        refuse(work, case.id, BECAUSE)
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        plan_decisions.overturn(work, case.id, BECAUSE)
    with cast.olu.works() as work:
        ordered = Decided("Order 12.", basis=DecisionBasis.tribunal)
        assert plan_decisions.overturn(work, case.id, ordered).state is goes_on_in
    with cast.olu.works() as work:
        assert [each.outcome for each in history_of(work, case.id)] == [goes_on_in, refused_in]


STATES = [CaseState.received, CaseState.assessing, CaseState.preparing_plan, CaseState.draft_served]


@pytest.mark.parametrize("state", STATES)
def test_a_request_is_withdrawn_and_taken_up_again_where_it_was(cast, make, family, file, state):
    case = make.case(family)
    verbs = (agree_to_assess, plan_decisions.agree_to_issue)
    for verb in verbs[: STATES.index(state)]:
        with cast.olu.works() as work:
            verb(work, case.id, BECAUSE)
    if state is CaseState.draft_served:
        with cast.olu.works() as work:
            plans.serve_draft(work, case.id, BY_POST, file())
    with cast.olu.works() as work:
        withdrawn = plan_decisions.withdraw(work, case.id, Decided("Ms Shah wrote so."))
        assert (withdrawn.state, withdrawn.due_on) == (CaseState.withdrawn, None)
    with cast.olu.works() as work:
        again = plan_decisions.resume(work, case.id, Decided("It was a misunderstanding."))
        assert again.state is state
        assert again.due_on is not None


def test_a_draft_is_served_on_those_chosen_only(cast, make, family, context, file):
    case = make.case(family, state=CaseState.preparing_plan, received_on=date(2026, 9, 7))
    pat = link_of(context, family, cast.pat)
    with cast.olu.works() as work:
        served = PlanToServe(date(2026, 11, 23), Served.post, links=frozenset({pat}))
        plan = plans.serve_draft(work, case.id, served, file())
        assert plan.comments_until == date(2026, 12, 7)
        assert work.get(Case, case.id).state is CaseState.draft_served
        number = plan.document_id
    with cast.pat.works() as work:
        assert [each.number for each in plans.plans_of(work, [case.id])] == [1]
        assert work.get(Document, number).name == "plan.txt"
    for other in (cast.quinn, cast.sana, cast.ann):
        with other.works() as work:
            assert plans.plans_of(work, [case.id]) == []
            with pytest.raises(NotFound):
                work.get(Document, number)
    with everything(context) as work:
        recipients = {each.recipient_id for each in work.session.query(Message).filter_by(child_id=family.id)}
    assert recipients == {cast.pat.id}


def test_who_is_no_longer_linked_no_longer_reads_the_plan(cast, make, family, context, file):
    case = make.case(family, state=CaseState.preparing_plan)
    pat = link_of(context, family, cast.pat)
    with cast.olu.works() as work:
        plans.serve_draft(work, case.id, PlanToServe(work.today, Served.portal, frozenset({pat})), file())
    with everything(context) as work:
        work.session.get(ChildLink, pat).ended_at = work.now
    with cast.pat.works() as work:
        assert plans.plans_of(work, [case.id]) == []
        assert work.session.query(Document).all() == []


def test_the_officer_is_asked_before_a_plan_goes_to_a_named_person(cast, make, context, file):
    child = make.child(linked=(cast.sana, cast.pat, cast.quinn))
    named = {"not_share": [{"name": "Pat Hussain", "why": "They must not know where I live."}]}
    give_consent(child, cast.quinn, sharing=named)
    case = make.case(child, state=CaseState.preparing_plan)
    pat = link_of(context, child, cast.pat)
    chosen = PlanToServe(date(2026, 11, 23), Served.portal, frozenset({pat}))
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        plans.serve_draft(work, case.id, chosen, file())
    assert [each.field for each in refused.value.faults] == [f"despite-{pat}"]


def test_a_plan_of_another_child_cannot_be_sent_to_a_stranger(cast, make, family, context, file):
    case = make.case(make.child(), state=CaseState.preparing_plan)
    pat = link_of(context, family, cast.pat)
    with pytest.raises(Conflict), cast.olu.works() as work:
        plans.serve_draft(work, case.id, PlanToServe(work.today, Served.portal, frozenset({pat})), file())


@pytest.mark.parametrize(
    ("to_serve", "field"),
    [
        (PlanToServe(None, Served.post), "served_on"),
        (PlanToServe(date(2026, 11, 24), Served.post), "served_on"),
        (PlanToServe(date(2026, 9, 6), Served.post), "served_on"),
        (PlanToServe(date(2026, 11, 23), None), "served"),
        (PlanToServe(date(2026, 11, 23), Served.portal), "served"),
        (PlanToServe(date(2026, 11, 23), Served.post, also_sent_to="x" * 1001), "also_sent_to"),
    ],
)
def test_what_is_wrong_with_a_served_plan_is_shown(cast, make, family, file, to_serve, field):
    case = make.case(family, state=CaseState.preparing_plan, received_on=date(2026, 9, 7))
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        plans.serve_draft(work, case.id, to_serve, file())
    assert [each.field for each in refused.value.faults] == [field]


def test_a_final_plan_names_a_place_and_waits_for_the_comments(cast, make, family, file, clock):
    case = make.case(family, state=CaseState.preparing_plan, received_on=date(2026, 9, 7))
    with cast.olu.works() as work:
        plans.serve_draft(work, case.id, BY_POST, file())
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        plans.issue_final_plan(work, case.id, BY_POST, file())
    assert [each.field for each in refused.value.faults] == ["setting", "early_reason"]
    clock.forward(days=15)
    late_enough = PlanToServe(date(2026, 12, 8), Served.post, setting_id=cast.sana.principal.organisation_id)
    with cast.olu.works() as work:
        plan = plans.issue_final_plan(work, case.id, late_enough, file())
        assert plan.review_due_on == date(2027, 12, 7)
        found = work.get(Case, case.id)
        assert (found.state, found.due_on) == (CaseState.plan_in_force, None)


def test_a_school_is_asked_and_its_refusal_needs_a_reason(cast, make, family, file):
    case = make.case(family, state=CaseState.preparing_plan, received_on=date(2026, 9, 7))
    school = cast.sana.principal.organisation_id
    with pytest.raises(InvalidState), cast.olu.works() as work:
        consult(work, case.id, school, work.today)
    with cast.olu.works() as work:
        plans.serve_draft(work, case.id, BY_POST, file())
    for _press in range(2):
        with cast.olu.works() as work:
            asked = consult(work, case.id, school, date(2026, 11, 23))
            assert asked.reply_due_on == date(2026, 12, 8)
    with cast.olu.works() as work:
        [one] = work.session.query(Consultation).all()
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        record_reply(work, one.id, Reply.no, work.today, None, "")
    assert [each.field for each in refused.value.faults] == ["refusal_reason", "text"]
    with cast.olu.works() as work:
        answer = record_reply(
            work, one.id, Reply.no, work.today, RefusalReason.unsuitable, "Steps considered: none."
        )
        assert (answer.reply, answer.refusal_reason) == (Reply.no, RefusalReason.unsuitable)
    with pytest.raises(NotFound), cast.sana.works() as work:
        record_reply(work, one.id, Reply.yes, work.today, None, "")


@pytest.mark.parametrize("state", [each for each in CaseState if each is not CaseState.draft_served])
def test_a_final_plan_needs_a_draft_first(cast, make, family, file, state):
    case = make.case(family, state=state)
    with pytest.raises(InvalidState), cast.olu.works() as work:
        plans.issue_final_plan(work, case.id, BY_POST, file())
    with cast.olu.works() as work:
        assert work.session.query(Plan).all() == []


def test_an_order_starts_limits_of_its_own(cast, make, family, file):
    case = make.case(family, state=CaseState.assessing, received_on=date(2026, 5, 4))
    late = Decided("Because.", lateness=Lateness(reason="The advice was late."))
    with cast.olu.works() as work:
        plan_decisions.decline_to_issue(work, case.id, late)
    ordered = Decided("Order 12.", date(2026, 11, 23), basis=DecisionBasis.tribunal)
    with cast.olu.works() as work:
        found = plan_decisions.overturn(work, case.id, ordered)
        assert found.due_on == date(2026, 12, 28), "the draft, 5 weeks after the order (reg. 44(2)(c))"
    with cast.olu.works() as work:
        plans.serve_draft(work, case.id, BY_POST, file())
        assert work.get(Case, case.id).due_on == date(2027, 2, 8), "the plan, 11 weeks after the order"
        from_request = work.session.scalars(
            select(Duty).where(Duty.case_id == case.id, Duty.key == "final_plan")
        )
        assert from_request.one().ending is Ending.not_needed
    with cast.olu.works() as work:
        early = PlanToServe(work.today, Served.post, setting_type="Special school", early_reason="Agreed.")
        plans.issue_final_plan(work, case.id, early, file())
        assert work.get(Case, case.id).due_on is None


def test_a_late_final_plan_says_why(cast, make, family, file):
    """A missed date without an exception is shown as late and never hidden."""
    case = make.case(family, state=CaseState.draft_served, received_on=date(2026, 5, 4))
    with cast.olu.works() as work:
        keep_duties(work, work.get(Case, case.id))
    served = PlanToServe(date(2026, 11, 23), Served.post, setting_type="Special school")
    for lateness, field in ((Lateness(), "late_reason"), (Lateness(exception_id=99), "late")):
        with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
            plans.issue_final_plan(work, case.id, replace(served, lateness=lateness), file())
        assert [each.field for each in refused.value.faults] == [field]
    why = Lateness(reason="The school answered late.")
    with cast.olu.works() as work:
        plan = plans.issue_final_plan(work, case.id, replace(served, lateness=why), file())
        assert (plan.late_reason, plan.exception_id) == ("The school answered late.", None)


def test_the_exception_that_a_final_plan_names_stays(cast, make, family, file):
    case = make.case(family, state=CaseState.draft_served, received_on=date(2026, 6, 15))
    with cast.olu.works() as work:
        keep_duties(work, work.get(Case, case.id))
        days = (date(2026, 7, 1), date(2026, 7, 31))
        entered = EnteredException("EXC_PERS", *days, "A letter.", work.today, "We send it now.")
        number = record_exception(work, case.id, entered).id
    served = PlanToServe(
        date(2026, 11, 23), Served.post, setting_type="Special school", lateness=Lateness(exception_id=number)
    )
    with cast.olu.works() as work:
        assert plans.issue_final_plan(work, case.id, served, file()).exception_id == number
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        withdraw_exception(work, number, "It was wrong.")
    assert [each.field for each in refused.value.faults] == ["reason"]


def test_a_final_plan_in_time_stores_no_reason(cast, make, family, file):
    case = make.case(family, state=CaseState.draft_served, received_on=date(2026, 9, 7))
    with cast.olu.works() as work:
        keep_duties(work, work.get(Case, case.id))
    served = PlanToServe(
        date(2026, 11, 23),
        Served.post,
        setting_type="Special",
        lateness=Lateness(reason="It does not count."),
    )
    with cast.olu.works() as work:
        assert plans.issue_final_plan(work, case.id, served, file()).late_reason == ""


def test_what_was_done_before_a_withdrawal_stays_done(cast, make, family, file):
    """The 6-week figure counts a decision that was made, whatever became of the case."""
    case = make.case(family, state=CaseState.received, received_on=date(2026, 10, 5))
    with cast.olu.works() as work:
        agree_to_assess(work, case.id, Decided("Yes.", date(2026, 11, 2)))
    for step in (plan_decisions.withdraw, plan_decisions.resume, plan_decisions.withdraw):
        with cast.olu.works() as work:
            step(work, case.id, Decided("The mother wrote.", date(2026, 11, 20)))
        with cast.olu.works() as work:
            duties = {each.key: each for each in work.session.scalars(select(Duty))}
            decided = duties["decide_to_assess"]
            assert (decided.ending, decided.ended_on) == (Ending.done, date(2026, 11, 2)), step
    assert duties["final_plan"].ending is Ending.not_needed


def test_an_overturned_refusal_was_made_on_its_own_day(cast, make, family):
    """The 6-week figure counts the council's own decision, not the day of the order."""
    case = make.case(family, state=CaseState.received, received_on=date(2026, 10, 5))
    with cast.olu.works() as work:
        decline_to_assess(work, case.id, Decided("No.", date(2026, 11, 2)))
    with cast.olu.works() as work:
        ordered = Decided("Order 12.", date(2026, 11, 23), basis=DecisionBasis.tribunal)
        plan_decisions.overturn(work, case.id, ordered)
    with cast.olu.works() as work:
        decided = work.session.scalars(select(Duty).where(Duty.key == "decide_to_assess")).one()
        assert (decided.ending, decided.ended_on) == (Ending.done, date(2026, 11, 2))


def test_an_undecided_case_that_is_withdrawn_needs_no_decision(cast, make, family):
    case = make.case(family, state=CaseState.received, received_on=date(2026, 10, 5))
    with cast.olu.works() as work:
        plan_decisions.withdraw(work, case.id, Decided("The mother wrote.", date(2026, 11, 20)))
    with cast.olu.works() as work:
        assert {each.ending for each in work.session.scalars(select(Duty))} == {Ending.not_needed}


@pytest.mark.parametrize(
    ("served_on", "review_due"),
    [
        (date(2026, 12, 8), date(2027, 12, 7)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 3, 1), date(2028, 2, 29)),
    ],
)
def test_the_first_review_ends_within_twelve_months(served_on, review_due):
    assert review_due_on(served_on) == review_due


def test_where_an_address_is_secret_the_family_gets_a_neutral_file_name(cast, make, context, file):
    child = make.child(linked=(cast.pat,), contact_risk=True)
    case = make.case(child, state=CaseState.preparing_plan)
    chosen = PlanToServe(date(2026, 11, 23), Served.portal, frozenset({link_of(context, child, cast.pat)}))
    with cast.olu.works() as work:
        number = plans.serve_draft(work, case.id, chosen, file()).document_id
    for reader, name in ((cast.olu, "plan.txt"), (cast.pat, f"file-{number}.txt")):
        with reader.works() as work:
            assert name_to_read(work, work.get(Document, number)) == name
