"""Asking for all the advice an assessment needs in one step."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.cases import links
from app.cases.advice_plan import missing_advice, plan_of
from app.cases.advice_requests import Asked, ask_for_advice, ask_instead, cancel_advice
from app.cases.ask_for_all import RowToAsk, ShareRequest, ask_for_all
from app.cases.queries.child_page import cases_of, forms_about
from app.cases.rules.advice_rows import RouteFor
from app.cases.rules.case_states import CaseState
from app.core.errors import Forbidden, InvalidState, ValidationFailed
from app.core.roles import Profession
from app.forms.queries.shares import open_shares
from app.forms.rules.paragraphs import Paragraph
from app.forms.rules.sharing import SharingChoice
from app.forms.rules.workflow import FormState
from app.forms.sharing import set_sharing
from app.models import Advice, Case, Child, Form, FormShare, Message, Submission
from tests.cast import everything
from tests.filled_forms import fill_in, send

P = Paragraph


@pytest.fixture
def child(cast, make):
    return make.child(linked=(cast.sana,), setting_id=cast.sana.principal.organisation_id)


@pytest.fixture
def case_id(cast, make, child):
    return make.case_of(make.request(child, cast.sana, CaseState.assessing))


def organisation(actor):
    return actor.principal.organisation_id


@pytest.fixture
def routes(cast, make):
    make.route("advice_education", P.b)
    for service in ("Occupational therapy", "Speech and language therapy"):
        make.route("advice_health", P.c, service=service, organisation_id=organisation(cast.hana))
    make.route("advice_psychology", P.d, organisation_kind=Profession.educational_psychology, note="See her")
    make.route("advice_social_care", P.e, organisation_id=organisation(cast.sol))
    make.route("advice_social_care", P.f, service="Virtual school", applies=RouteFor.looked_after)
    make.route("advice_psychology", P.f, service="Old", active=False)


def to_ask(planned, **changes):
    adviser = planned.adviser
    given = {
        "key": planned.row.key,
        "paragraph": planned.row.paragraph,
        "form_key": planned.row.form_key,
        "asked": Asked(service=planned.row.service, note=planned.row.note),
        "person_id": adviser.person_id,
        "organisation_id": adviser.organisation_id,
    }
    return RowToAsk(**(given | changes))


def planned(cast, case_id):
    with cast.olu.works() as work:
        return plan_of(work, case_id)


def asked(context):
    with everything(context) as work:
        return work.session.scalars(select(Advice).order_by(Advice.id)).all()


def test_each_row_is_routed(cast, case_id, routes):
    plan = planned(cast, case_id)
    found = [
        (each.row.paragraph.name, each.row.service, each.adviser.organisation_id) for each in plan.to_ask
    ]
    assert found == [
        ("b", "", organisation(cast.sana)),
        ("c", "Occupational therapy", organisation(cast.hana)),
        ("c", "Speech and language therapy", organisation(cast.hana)),
        ("d", "", organisation(cast.ann)),
        ("e", "", organisation(cast.sol)),
    ]
    assert plan.to_ask[0].adviser.person_id == cast.sana.id, "a linked person of the school is asked"
    assert plan.to_ask[3].row.note == "See her"
    assert [each.name for each in plan.missing] == list("abcde")


def test_one_step_asks_everyone_and_a_second_asks_no_one(cast, case_id, routes, context):
    rows = [to_ask(each) for each in planned(cast, case_id).to_ask]
    with cast.olu.works() as work:
        done = ask_for_all(work, case_id, rows)
        assert [event.name for event in work.events].count("AdviceAsked") == 5
    assert (len(done.new), done.already) == (5, [])
    with cast.mary.works() as work:
        again = ask_for_all(work, case_id, rows)
        assert work.events == []
    assert (again.new, again.already) == ([], [row.key for row in rows])
    forms = asked(context)
    assert {each.due_on for each in forms} == {date(2026, 11, 23) + timedelta(weeks=6)}
    assert [each.service for each in forms][1:3] == ["Occupational therapy", "Speech and language therapy"]
    plan = planned(cast, case_id)
    assert plan.to_ask == []
    assert [each.name for each in plan.missing] == ["a"]
    with cast.hana.works() as work:
        assert len(work.session.scalars(select(Advice)).all()) == 2


def test_a_row_asked_of_someone_else_meanwhile_is_not_asked_twice(cast, case_id, child, routes):
    rows = [to_ask(each) for each in planned(cast, case_id).to_ask]
    with cast.mary.works() as work:
        ask_for_advice(work, child.id, "advice_psychology", person_id=cast.bob.id)
    with cast.olu.works() as work:
        done = ask_for_all(work, case_id, rows)
    assert done.already == [rows[3].key]
    assert len(done.new) == 4


def test_one_fault_stops_all_and_every_fault_is_named_by_its_row(cast, case_id, routes, context):
    school, therapy, _, psychology, _ = [to_ask(each) for each in planned(cast, case_id).to_ask]
    rows = [
        school,
        to_ask_again(therapy, asked=Asked(due_on=date(2026, 12, 1), service="Occupational therapy")),
        to_ask_again(psychology, person_id=None, organisation_id=organisation(cast.sol)),
    ]
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        ask_for_all(work, case_id, rows, invite_views=True)
    assert {fault.field for fault in refused.value.faults} == {
        f"{therapy.key}-due_reason",
        f"{psychology.key}-adviser_reason",
    }
    assert asked(context) == []


def to_ask_again(row, **changes):
    return RowToAsk(**(vars(row) | changes))


def test_an_added_adviser_may_give_the_same_kind_of_advice(cast, case_id, context):
    def added(key, actor):
        return RowToAsk(
            key, P.f, "advice_psychology", Asked(), organisation_id=organisation(actor), is_added=True
        )

    with cast.olu.works() as work:
        done = ask_for_all(work, case_id, [added("x-0", cast.ann), added("x-1", cast.ann)])
    assert (len(done.new), done.already) == (1, ["x-1"])
    assert [each.paragraph for each in asked(context)] == [P.f]


@pytest.mark.parametrize("who", ["sana", "ann", "pat", "ines"])
def test_only_the_sen_team_may(cast, case_id, who):
    with pytest.raises(Forbidden), getattr(cast, who).works() as work:
        plan_of(work, case_id)
    with pytest.raises(Forbidden), getattr(cast, who).works() as work:
        ask_for_all(work, case_id, [])


def test_nothing_is_asked_before_the_council_agreed(cast, make, child):
    waiting = make.case(child).id
    with pytest.raises(InvalidState), cast.olu.works() as work:
        plan_of(work, waiting)
    with pytest.raises(InvalidState), cast.olu.works() as work:
        ask_for_all(work, waiting, [])


def test_the_family_is_invited_once_with_a_message(cast, case_id, make, child, context):
    make.link(child, cast.pat)
    for _ in range(2):
        with cast.olu.works() as work:
            ask_for_all(work, case_id, [], invite_views=True)
    with everything(context) as work:
        assert work.get(Case, case_id).views_invited_on == date(2026, 11, 23)
        letters = select(Message.recipient_id).where(Message.letter == "family_views_invited")
        assert work.session.scalars(letters).all() == [cast.pat.id]
    assert P.a not in planned(cast, case_id).missing


def test_the_advisers_read_the_request_through_its_sharing(cast, case_id, make, child, context):
    with everything(context) as work:
        request = work.get(Case, case_id).request_id
        work.get(Form, request).submitted_at = work.now
        work.add(
            Submission(
                form_id=request,
                number=1,
                answers={},
                checksum="0",
                send_key="sent",
                submitted_by_id=cast.sana.id,
                submitted_at=work.now,
            )
        )
    with cast.olu.works() as work:
        assert plan_of(work, case_id).can_share
        rows = [RowToAsk("d-0", P.d, "advice_psychology", Asked(), organisation_id=organisation(cast.ann))]
        ask_for_all(work, case_id, rows, share=ShareRequest(with_files=False))
    with everything(context) as work:
        share = work.session.scalars(select(FormShare)).one()
        assert (share.form_id, share.link_id, share.with_files, share.on_consent) == (
            request,
            None,
            False,
            False,
        )
    assert planned(cast, case_id).is_shared


def test_an_adviser_whom_a_form_names_is_asked_only_after_a_warning(cast, case_id, make, child, context):
    consent = make.consent(child, cast.pat)
    make.link(child, cast.pat)
    named = [{"name": "Ann Kowalska", "why": "She must not know."}]
    fill_in(cast.pat, consent.id, sharing={"not_share": named})
    send(cast.pat, consent.id)
    row = RowToAsk("d-0", P.d, "advice_psychology", Asked(), cast.ann.id, organisation(cast.ann))
    with (
        pytest.raises(ValidationFailed, match="Ann Kowalska must not know") as refused,
        cast.olu.works() as work,
    ):
        ask_for_all(work, case_id, [row])
    assert [fault.field for fault in refused.value.faults] == ["d-0-despite"]
    with cast.olu.works() as work:
        assert ask_for_all(work, case_id, [to_ask_again(row, despite=True)]).new


def test_a_warning_names_what_was_never_asked_and_counts_no_cancelled_advice(
    cast, case_id, make, child, context
):
    make.advice(child, cast.ann)
    make.advice(child, cast.sana, FormState.cancelled, "advice_education")
    make.advice(child, cast.hana, template="advice_health", asked_on=date(2020, 1, 1))
    with cast.olu.works() as work:
        cases = cases_of(work.session, [child.id])[child.id]
        found = missing_advice(work, work.get(Child, child.id), cases, forms_about(work.session, child.id))
    assert found is not None
    assert (found[0], "".join(each.name for each in found[1])) == (case_id, "abce")
    with cast.sana.works() as work:
        assert missing_advice(work, work.get(Child, child.id), cases, []) is None


def test_someone_else_is_asked_instead(cast, case_id, child, context):
    with cast.olu.works() as work:
        first = ask_for_advice(
            work, child.id, "advice_psychology", person_id=cast.ann.id, note="Hello", service="Early years"
        )
    for _ in range(2):
        with cast.olu.works() as work:
            second = ask_instead(
                work, first.id, person_id=cast.bob.id, organisation_id=organisation(cast.bob)
            )
    before, after = asked(context)
    assert (before.state, after.id) == (FormState.cancelled, second.id)
    assert (after.author_id, after.asking_note, after.service) == (cast.bob.id, "Hello", "Early years")
    with pytest.raises(InvalidState), cast.mary.works() as work:
        ask_instead(work, first.id, person_id=cast.ann.id)


@pytest.mark.parametrize("state", [FormState.submitted, FormState.accepted])
def test_advice_that_was_sent_is_asked_of_no_one_else(cast, case_id, make, child, state):
    sent = make.advice(child, cast.ann, state)
    with pytest.raises(InvalidState), cast.olu.works() as work:
        ask_instead(work, sent.id, person_id=cast.bob.id)


def test_two_services_of_one_organisation_are_two_requests(cast, case_id, child, context):
    for service in ("Occupational therapy", "Speech and language therapy"):
        with cast.olu.works() as work:
            ask_for_advice(
                work, child.id, "advice_health", organisation_id=organisation(cast.hana), service=service
            )
    assert len(asked(context)) == 2
    with pytest.raises(ValidationFailed, match="has already been asked"), cast.mary.works() as work:
        ask_for_advice(
            work,
            child.id,
            "advice_health",
            organisation_id=organisation(cast.hana),
            service="Occupational  therapy",
        )
    [first, _] = asked(context)
    with cast.mary.works() as work:
        assert cancel_advice(work, first.id).state is FormState.cancelled


def test_a8_a_parent_who_was_removed_since_does_not_prevent_sharing_the_request(cast, make, context):
    child = make.child(linked=(cast.sana,))
    mother, father = (make.link(child, each) for each in (cast.pat, cast.quinn))
    request = make.request(child, cast.sana)
    fill_in(cast.sana, request.id)
    send(cast.sana, request.id)
    both = frozenset({mother.id, father.id})
    with cast.olu.works() as work:
        set_sharing(work, request.id, SharingChoice(links=both))
    with everything(context) as work:
        case = work.session.scalars(select(Case).where(Case.request_id == request.id)).one()
        case.state = CaseState.assessing
    with cast.olu.works() as work:
        links.end_link(work, father.id)
    with cast.olu.works() as work:
        ask_for_all(work, case.id, [], share=ShareRequest())
    with everything(context) as work:
        assert {None, mother.id} <= {each.link_id for each in open_shares(work.session, request.id)}
    with cast.quinn.works() as work:
        assert work.session.scalars(select(Submission.id).where(Submission.form_id == request.id)).all() == []
    with pytest.raises(InvalidState), cast.olu.works() as work:
        set_sharing(work, request.id, SharingChoice(links=both))
