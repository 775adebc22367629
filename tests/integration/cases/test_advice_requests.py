"""Asking for advice, taking it back, and beginning the consent form."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.cases import advice_requests
from app.cases.rules.case_states import CaseState
from app.core.errors import Forbidden, InvalidState, NotFound, ValidationFailed
from app.core.roles import WorkflowRole
from app.forms.drafts import withdraw
from app.forms.rules.workflow import FormState
from app.forms.workflow_roles import workflow_roles_of
from app.models import Advice, ChildLink, Consent


def names(work):
    return [event.name for event in work.events]


@pytest.fixture
def assessed(cast, make):
    """A child whose assessment is agreed, so that advice is statutory."""

    def one(linked=()):
        child = make.child(linked=linked)
        make.request(child, cast.sana, CaseState.assessing)
        return child

    return one


def test_asking_a_psychologist_links_her_and_gives_her_six_weeks(cast, assessed):
    child = assessed()
    with cast.olu.works() as work:
        advice = advice_requests.ask_for_advice(
            work, child.id, "advice_psychology", person_id=cast.ann.id, note=" Please see the request. "
        )
        assert names(work) == ["ChildLinked", "AdviceAsked"]

    assert (advice.state, advice.author_id, advice.asked_by_id) == (FormState.asked, cast.ann.id, cast.olu.id)
    assert (advice.asked_on, advice.due_on) == (date(2026, 11, 23), date(2027, 1, 4))
    assert advice.asking_note == "Please see the request."
    with cast.ann.works() as work:
        assert workflow_roles_of(work, work.get(Advice, advice.id)) == {WorkflowRole.author}
    with pytest.raises(NotFound), cast.bob.works() as work:
        work.get(Advice, advice.id)


def test_a_person_already_linked_is_not_linked_again(cast, assessed):
    child = assessed((cast.ann,))
    with cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_psychology", person_id=cast.ann.id)
        assert names(work) == ["AdviceAsked"]
        links = work.session.scalars(select(ChildLink).where(ChildLink.child_id == child.id)).all()
    assert len(links) == 1


def test_asking_a_team_puts_the_child_in_its_queue(cast, assessed):
    child = assessed()
    with cast.olu.works() as work:
        advice = advice_requests.ask_for_advice(
            work, child.id, "advice_health", organisation_id=cast.hana.principal.organisation_id
        )
        assert names(work) == ["ChildLinked", "AdviceAsked"]
    assert advice.author_id is None
    for colleague in (cast.hana, cast.idris):
        with colleague.works() as work:
            assert work.get(Advice, advice.id).id == advice.id


def test_the_same_advice_is_not_asked_twice_while_it_is_owed(cast, make):
    child = make.child()
    with cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_psychology", person_id=cast.ann.id)
    with pytest.raises(ValidationFailed, match="has already been asked"), cast.mary.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_psychology", person_id=cast.ann.id)
    with pytest.raises(ValidationFailed, match="has already been asked"), cast.olu.works() as work:
        advice_requests.ask_for_advice(
            work, child.id, "advice_psychology", person_id=cast.ann.id, note="And once more."
        )
    with cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_psychology", person_id=cast.bob.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due_on": date(2026, 11, 22)}, "due_on"),
        ({"note": "x" * 2001}, "note"),
        ({"person_id": None}, "adviser"),
        ({"template_key": "request"}, "form"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_field(cast, make, changes, field):
    child = make.child()
    given = {"template_key": "advice_psychology", "person_id": cast.ann.id} | changes
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, **given)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_a_form_the_council_does_not_use_is_not_found(cast, make):
    child = make.child()
    with pytest.raises(NotFound), cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_astrology", person_id=cast.ann.id)


@pytest.mark.parametrize("who", ["sana", "ann", "pat"])
def test_only_the_sen_team_asks(cast, make, who):
    child = make.child(linked=(cast.sana, cast.ann, cast.pat))
    with pytest.raises(Forbidden), getattr(cast, who).works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_psychology", person_id=cast.ann.id)


def test_advice_is_cancelled_by_the_team_until_it_was_sent(cast, make):
    child = make.child(linked=(cast.ann,))
    advice, sent = make.advice(child, cast.ann), make.advice(child, cast.ann, FormState.submitted)
    with cast.olu.works() as work:
        assert advice_requests.cancel_advice(work, advice.id).state is FormState.cancelled
        assert names(work) == ["AdviceCancelled"]
    with pytest.raises(InvalidState), cast.olu.works() as work:
        advice_requests.cancel_advice(work, sent.id)
    with pytest.raises(Forbidden), cast.ann.works() as work:
        advice_requests.cancel_advice(work, sent.id)


def test_a2_a_parent_begins_their_own_consent_form_once(cast, make):
    child = make.child(linked=(cast.pat,))
    with cast.pat.works() as work:
        begun = advice_requests.start_consent(work, child.id)
        assert names(work) == ["ConsentStarted"]
    assert (begun.state, begun.author_id, begun.recorded_by_team) == (FormState.draft, cast.pat.id, False)
    with cast.pat.works() as work:
        assert advice_requests.start_consent(work, child.id).id == begun.id
        assert names(work) == []


def test_a2_the_team_chooses_whose_consent_it_is(cast, make):
    child = make.child()
    mother, father = make.link(child, cast.pat), make.link(child, cast.quinn)
    with cast.olu.works() as work:
        begun = advice_requests.start_consent(work, child.id, mother.id)
        assert advice_requests.start_consent(work, child.id, father.id).id != begun.id
        assert advice_requests.start_consent(work, child.id, mother.id, recorded=True).id == begun.id
    assert begun.author_id == cast.pat.id
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        advice_requests.start_consent(work, child.id)
    elsewhere = make.link(make.child(), cast.pat)
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        advice_requests.start_consent(work, child.id, elsewhere.id)
    with cast.olu.works() as work:
        without_account = advice_requests.start_consent(work, child.id, recorded=True)
        assert (without_account.author_id, without_account.recorded_by_team) == (None, True)


def test_a2_consent_in_force_is_opened_and_after_withdrawal_a_new_form_is_begun(cast, make):
    child = make.child(linked=(cast.pat,))
    given = make.consent(child, cast.pat, FormState.submitted)
    with cast.pat.works() as work:
        assert advice_requests.start_consent(work, child.id).id == given.id
        withdraw(work, given.id)
        assert advice_requests.start_consent(work, child.id).id != given.id


def test_consent_is_never_a_professionals_to_begin(cast, make):
    child = make.child(linked=(cast.sana, cast.ann))
    for who in (cast.sana, cast.ann):
        with pytest.raises(Forbidden), who.works() as work:
            advice_requests.start_consent(work, child.id)


def test_another_family_is_not_found(cast, make):
    child = make.child(linked=(cast.pat,))
    with pytest.raises(NotFound), cast.quinn.works() as work:
        advice_requests.start_consent(work, child.id)


def test_a_professional_has_no_part_in_a_consent_form_even_when_it_is_shared(cast, make):
    child = make.child(linked=(cast.sana, cast.pat))
    consent = make.consent(child, cast.pat, FormState.submitted)
    make.share(consent)
    with cast.sana.works() as work:
        assert workflow_roles_of(work, work.get(Consent, consent.id)) == frozenset()
    with cast.pat.works() as work:
        assert workflow_roles_of(work, work.get(Consent, consent.id)) == {WorkflowRole.giver}
    with cast.olu.works() as work:
        assert workflow_roles_of(work, work.get(Consent, consent.id)) == {WorkflowRole.sen_team}


def test_due_in_six_weeks_is_counted_from_the_day_of_asking(cast, assessed, clock):
    child = assessed()
    clock.forward(days=3)
    with cast.olu.works() as work:
        advice = advice_requests.ask_for_advice(work, child.id, "advice_psychology", person_id=cast.ann.id)
        assert advice.due_on - work.today == timedelta(weeks=6)


def test_c1_before_an_assessment_is_agreed_it_is_information_without_a_legal_date(cast, make):
    child = make.child(linked=(cast.ann,))
    make.request(child, cast.sana, FormState.accepted)
    with cast.olu.works() as work:
        asked = advice_requests.ask_for_advice(
            work, child.id, "advice_psychology", person_id=cast.ann.id, due_on=date(2026, 12, 1)
        )
        assert names(work) == ["InformationAsked"]
        assert (asked.statutory, asked.due_on, asked.wanted_by) == (False, None, date(2026, 12, 1))
        assert asked.title == "Educational psychology information"
        advice_requests.cancel_advice(work, asked.id)
        assert names(work)[-1] == "InformationCancelled"


def test_c1_another_day_than_six_weeks_on_needs_a_reason(cast, assessed):
    child = assessed((cast.ann,))
    given = {"person_id": cast.ann.id, "due_on": date(2027, 6, 1)}
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_psychology", **given)
    assert [fault.field for fault in refused.value.faults] == ["due_reason"]
    with cast.olu.works() as work:
        asked = advice_requests.ask_for_advice(
            work, child.id, "advice_psychology", **given, due_reason=" The child is abroad until May. "
        )
    assert (asked.due_on, asked.due_reason) == (date(2027, 6, 1), "The child is abroad until May.")


def test_c1_the_day_that_the_law_gives_needs_no_reason_and_takes_none(cast, assessed):
    child = assessed((cast.ann,))
    with cast.olu.works() as work:
        asked = advice_requests.ask_for_advice(
            work,
            child.id,
            "advice_psychology",
            person_id=cast.ann.id,
            due_on=date(2027, 1, 4),
            due_reason="Not needed.",
        )
    assert asked.due_reason == ""


@pytest.mark.parametrize(
    ("template", "who"),
    [("advice_social_care", "sana"), ("advice_education", "ann"), ("advice_psychology", "hana")],
)
def test_b11_the_wrong_profession_is_asked_only_with_a_reason(cast, assessed, template, who):
    adviser = getattr(cast, who)
    child = assessed((adviser,))
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, template, person_id=adviser.id)
    assert [fault.field for fault in refused.value.faults] == ["adviser_reason"]
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        advice_requests.ask_for_advice(
            work, child.id, template, organisation_id=adviser.principal.organisation_id
        )
    with cast.olu.works() as work:
        asked = advice_requests.ask_for_advice(
            work, child.id, template, person_id=adviser.id, adviser_reason="She led the plan."
        )
    assert asked.adviser_reason == "She led the plan."


@pytest.mark.parametrize("by_name", [True, False])
def test_c1_statutory_advice_is_asked_while_information_is_still_awaited(cast, make, clock, by_name):
    child = make.child(linked=(cast.ann,))
    organisation = {"organisation_id": cast.ann.principal.organisation_id}
    whom = {"person_id": cast.ann.id} if by_name else organisation
    with cast.olu.works() as work:
        assert not advice_requests.ask_for_advice(work, child.id, "advice_psychology", **whom).statutory
    make.request(child, cast.sana, CaseState.assessing)
    clock.forward(days=1)
    with cast.olu.works() as work:
        advice = advice_requests.ask_for_advice(work, child.id, "advice_psychology", **whom)
        assert advice.statutory and advice.due_on
    clock.forward(days=1)
    with pytest.raises(ValidationFailed, match="has already been asked"), cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_psychology", **whom)
