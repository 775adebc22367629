"""What the SEN team does on a case: link, ask, decide, share, settle duplicates."""

from datetime import date

import pytest
from sqlalchemy import select

from app.cases.rules.case_states import CaseState
from app.forms.rules.workflow import FormState
from app.models import Advice, Child, ChildLink, Request
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page
from tests.statements import BUDGET, counted


@pytest.fixture
def child(cast, make):
    return make.child(linked=(cast.sana,), forenames="Amina", surname="Shah")


@pytest.fixture
def press(app, cast):
    """Post a form as a person, by default the SEN officer."""

    def post(path, data=None, who=None, **how):
        return post_with_token((who or cast.olu).browser(), app, path, data or {}, **how)

    return post


def get(actor, path, **args):
    return Page(actor.browser().get(path, query_string=args))


def test_a_psychologist_is_found_and_linked(cast, child, press):
    page = Page(press(f"/children/{child.id}/link", {"find": "kowal"}))
    chosen = page.href("Ann Kowalska")
    confirm = get(cast.olu, chosen)
    assert confirm.heading == "Link Ann Kowalska"
    assert "14 March 2017" in confirm.main

    answer = press(chosen, {"relationship": "Link psychologist"}, follow_redirects=True)

    assert "They are linked" in answer.text
    assert "Link psychologist" in answer.text
    assert cast.ann.browser().get(f"/children/{child.id}").status_code == 200


def test_linking_twice_says_so_at_the_field(cast, child, press):
    page = Page(
        press(f"/children/{child.id}/link/person/{cast.sana.membership_id}", {"relationship": "typed words"})
    )
    assert page.status == 422
    assert page.errors == {"relationship": "Sana Iqbal is already linked to this child"}
    assert "typed words" in page.html


def test_an_organisation_is_found_and_its_queue_filled(app, cast, child, press):
    page = Page(press(f"/children/{child.id}/link", {"find": "airedale therapies"}))
    chosen = page.href("Airedale Children's Therapies")
    assert "Airedale" in get(cast.olu, chosen).heading
    assert "is in their queue" in press(chosen, follow_redirects=True).text
    assert cast.idris.browser().get(f"/children/{child.id}").status_code == 200
    assert press(chosen).status_code == 302, "pressed twice, and the child waits there once"
    again = Page(post_with_token(cast.mary.browser(), app, chosen, {}))
    assert again.status == 422
    assert "already waits in the queue" in again.main


@pytest.mark.parametrize("find", ["", "zzz", "%", "\x00", "'", "x" * 3000])
def test_searching_for_no_one_says_so(child, press, find):
    page = Page(press(f"/children/{child.id}/link", {"find": find}))
    assert page.status == 200
    assert not page.has_link("Ann Kowalska")
    assert page.has_link("Back")


def test_parents_are_not_offered_as_professionals(child, press):
    assert not Page(press(f"/children/{child.id}/link", {"find": "pat"})).has_link("Pat Hussain")


def test_searching_asks_little_of_the_database(child, press, context):
    with counted(context) as asked:
        press(f"/children/{child.id}/link", {"find": "a"})
    assert len(asked) <= BUDGET, "\n".join(asked)


def test_ending_an_involvement_asks_first(cast, child, press, context):
    with everything(context) as work:
        link = work.session.scalars(select(ChildLink).where(ChildLink.child_id == child.id)).one()
    path = f"/children/{child.id}/link/{link.id}/end"
    assert get(cast.olu, path).heading == "Are you sure you want to end the involvement of Sana Iqbal?"
    assert cast.sana.browser().get(f"/children/{child.id}").status_code == 200
    assert "They are no longer involved" in press(path, follow_redirects=True).text
    assert cast.sana.browser().get(f"/children/{child.id}").status_code == 404
    assert press(path).status_code == 302, "pressed twice, and it is ended once"


@pytest.fixture
def assessed(cast, make, child):
    return make.request(child, cast.sana, CaseState.assessing)


def ask(child, **changes):
    return {
        "form": "advice_psychology",
        "adviser": "",
        "due_on-day": "4",
        "due_on-month": "1",
        "due_on-year": "2027",
        "note": "",
    } | changes


def test_asking_offers_six_weeks_and_the_linked_people(cast, child, assessed, make):
    make.link(child, cast.ann)
    page = get(cast.olu, f"/children/{child.id}/ask")
    assert 'value="4"' in page.html
    assert 'value="2027"' in page.html
    assert "Ann Kowalska, Bradford Educational Psychology Team" in page.main
    assert "Educational psychology advice" in page.main or "psycholog" in page.main.lower()


def test_another_person_is_found_without_losing_what_was_typed(cast, child, assessed, press):
    page = Page(
        press(f"/children/{child.id}/ask", ask(child, find="kowalska", search="1", note="typed words"))
    )
    assert page.status == 200
    assert page.errors == {}
    assert f'value="person-{cast.ann.id}-{cast.ann.principal.organisation_id}"' in page.html
    assert "typed words" in page.html


def test_advice_is_asked_for(cast, child, assessed, press, context):
    data = ask(
        child,
        find="kowalska",
        adviser=f"person-{cast.ann.id}-{cast.ann.principal.organisation_id}",
        note="Please see the request.",
    )
    answer = press(f"/children/{child.id}/ask", data, follow_redirects=True)
    assert "Advice requested" in answer.text
    with everything(context) as work:
        advice = work.session.scalars(select(Advice)).one()
        assert (advice.author_id, advice.due_on, advice.asking_note) == (
            cast.ann.id,
            date(2027, 1, 4),
            "Please see the request.",
        )
    assert "Please see the request." in get(cast.ann, f"/children/{child.id}").main


def test_a_queue_is_asked(cast, child, assessed, press, context):
    body = cast.hana.principal.organisation_id
    data = ask(child, form="advice_health", find="airedale", adviser=f"organisation-{body}")
    assert press(f"/children/{child.id}/ask", data).status_code == 302
    with everything(context) as work:
        advice = work.session.scalars(select(Advice)).one()
        assert (advice.author_id, advice.organisation_id) == (None, body)


def test_what_is_missing_is_named_at_each_field(cast, child, assessed, press, context):
    data = {"form": "advice_astrology", "adviser": "person-999", "note": "typed words"}
    page = Page(press(f"/children/{child.id}/ask", data))
    assert page.status == 422
    assert page.errors == {
        "form": "Choose the advice you need",
        "adviser": "Choose who to ask",
        "due_on-day": "Enter the date it is due",
    }
    assert "typed words" in page.html
    with everything(context) as work:
        assert work.session.scalars(select(Advice)).all() == []


def test_a_due_date_in_the_past_and_asking_twice_are_refused(cast, child, assessed, press, make):
    path = f"/children/{child.id}/ask"
    data = ask(child, find="kowalska", adviser=f"person-{cast.ann.id}-{cast.ann.principal.organisation_id}")
    assert Page(press(path, data | {"due_on-year": "2025"})).errors == {
        "due_on-day": "The due date must be today or later"
    }
    assert press(path, data).status_code == 302
    assert press(path, data).status_code == 302, "pressed twice, and asked once"
    with_note = data | {"note": "Please."}
    assert "has already been asked" in Page(press(path, with_note)).errors["adviser"]


def test_c1_before_a_decision_information_is_asked_for_and_named_as_such(cast, child, press, context):
    page = get(cast.olu, f"/children/{child.id}/ask")
    assert page.heading == "Ask for information"
    assert "Educational psychology information" in page.main
    assert "reg. 8" not in page.main
    data = ask(
        child, find="kowalska", adviser=f"person-{cast.ann.id}-{cast.ann.principal.organisation_id}"
    ) | {
        "due_on-day": "",
        "due_on-month": "",
        "due_on-year": "",
    }
    answer = press(f"/children/{child.id}/ask", data, follow_redirects=True)
    assert "Information requested" in answer.text
    assert "Information: no legal date" in answer.text
    with everything(context) as work:
        number = work.session.scalars(select(Advice.id)).one()
    form = get(cast.ann, f"/forms/{number}")
    assert form.heading == "Educational psychology information"
    assert "not statutory advice" in form.main
    assert "by law" not in form.main.lower()
    assert "Advice due on" not in get(cast.ann, f"/forms/{number}/section/about").main
    for path in (f"/children/{child.id}", "/", "/send/", "/messages/"):
        assert "psychology advice" not in get(cast.ann, path).main
    assert "Educational psychology information" in get(cast.olu, "/advice/list/").main


def test_c1_another_date_shows_as_agreed_with_its_reason(cast, child, assessed, press):
    data = ask(
        child, find="kowalska", adviser=f"person-{cast.ann.id}-{cast.ann.principal.organisation_id}"
    ) | {"due_on-month": "6"}
    refused = Page(press(f"/children/{child.id}/ask", data))
    assert refused.errors == {"due_reason": "The law gives 6 weeks. Enter why another date was agreed"}
    press(f"/children/{child.id}/ask", data | {"due_reason": "Away until May."})
    page = get(cast.olu, f"/children/{child.id}/forms")
    assert "Agreed date, not the 6 weeks in law. Away until May." in page.main


def test_b11_the_wrong_profession_is_refused_at_a_field_for_the_reason(cast, child, assessed, press):
    data = ask(
        child,
        form="advice_social_care",
        adviser=f"person-{cast.sana.id}-{cast.sana.principal.organisation_id}",
    )
    page = Page(press(f"/children/{child.id}/ask", data))
    assert page.status == 422
    assert "does not give this advice" in page.errors["adviser_reason"]
    assert press(f"/children/{child.id}/ask", data | {"adviser_reason": "She knows."}).status_code == 302


def test_cancelling_advice_asks_first(cast, child, press, make, context):
    advice = make.advice(child, cast.sana, template="advice_education")
    path = f"/advice/{advice.id}/cancel"
    assert get(cast.olu, path).heading == "Are you sure you want to cancel this advice?"
    assert "Cancelled. We have told the people you asked." in press(path, follow_redirects=True).text
    assert press(path).status_code == 302, "pressed twice, and cancelled once"
    assert cast.olu.browser().get(path).status_code == 409
    with everything(context) as work:
        assert work.get(Advice, advice.id).state is FormState.cancelled


@pytest.fixture
def accepted(cast, make, child):
    return make.request(
        child, cast.sana, FormState.accepted, received_on=date(2026, 11, 2), due_on=date(2026, 12, 14)
    )


def test_two_records_are_compared_and_made_one(app, cast, child, make, press, context):
    newer = make.child(linked=(cast.rhys,), possible_duplicate_of_id=child.id, surname="Shaah")
    path = f"/children/{newer.id}/duplicate"
    page = get(cast.olu, path)
    assert page.heading == "Are these the same child?"
    assert "Shaah" in page.main
    assert "Last name Different" in page.main, "the rows that differ are marked in words"
    assert "Forenames Different" not in page.main
    assert "Merge the two records" in page.main
    assert "People linked" in page.main
    assert Page(press(path)).errors == {"answer": "Select yes if the records are for the same child"}

    browser = cast.olu.browser()
    answer = post_with_token(browser, app, path, {"answer": "same"})

    assert answer.location == f"/children/{child.id}"
    merged = browser.get(answer.location).text
    assert "To undo the merge, select “Correct this record”." in merged
    assert cast.olu.browser().get(f"/children/{newer.id}").status_code == 404
    assert cast.rhys.browser().get(f"/children/{child.id}").status_code == 200


def test_two_children_stay_two(cast, child, make, press):
    newer = make.child(linked=(cast.rhys,), possible_duplicate_of_id=child.id)
    assert (
        press(f"/children/{newer.id}/duplicate", {"answer": "different"}).location == f"/children/{newer.id}"
    )
    assert cast.rhys.browser().get(f"/children/{child.id}").status_code == 404
    assert cast.olu.browser().get(f"/children/{newer.id}/duplicate").status_code == 409


def routes(child, accepted, case, link_id, membership_id, organisation_id):
    return [
        ("GET", f"/children/{child.id}/link"),
        ("GET", f"/children/{child.id}/link/person/{membership_id}"),
        ("POST", f"/children/{child.id}/link/person/{membership_id}"),
        ("POST", f"/children/{child.id}/link/organisation/{organisation_id}"),
        ("POST", f"/children/{child.id}/link/{link_id}/end"),
        ("GET", f"/children/{child.id}/ask"),
        ("POST", f"/children/{child.id}/ask"),
        ("POST", f"/advice/{accepted.id}/cancel"),
        ("GET", f"/cases/{case}/decide"),
        ("POST", f"/cases/{case}/decide"),
        ("GET", f"/forms/{accepted.id}/sharing"),
        ("POST", f"/forms/{accepted.id}/sharing"),
        ("GET", f"/forms/{accepted.id}/sharing/family"),
        ("GET", f"/children/{child.id}/duplicate"),
        ("POST", f"/children/{child.id}/duplicate"),
    ]


@pytest.mark.parametrize("who", ["sana", "ann", "pat", "ines"])
def test_casework_is_for_the_sen_team(app, cast, child, make, accepted, who, context):
    make.link(child, cast.pat)
    with everything(context) as work:
        link = work.session.scalars(select(ChildLink.id).where(ChildLink.child_id == child.id)).first()
    actor = getattr(cast, who)
    organisation = cast.hana.principal.organisation_id
    for method, path in routes(
        child, accepted, make.case_of(accepted), link, cast.ann.membership_id, organisation
    ):
        given = {"answer": "same", "decision": "agree", "reason": "x"}
        browser = actor.browser()
        answer = browser.get(path) if method == "GET" else post_with_token(browser, app, path, given)
        assert answer.status_code == 403, (method, path)
    with everything(context) as work:
        assert work.get(Request, accepted.id).state is FormState.accepted
        assert work.get(Child, child.id).merged_into_id is None


def test_professionals_cannot_begin_a_consent_form(press, cast, child):
    assert press(f"/children/{child.id}/consent", who=cast.sana).status_code == 403
    assert press(f"/children/{child.id}/consent", who=cast.ann).status_code == 404


def test_b14_the_team_asks_a_parent_for_consent_or_writes_it_down(press, cast, child, make):
    link = make.link(child, cast.pat)
    page = get(cast.olu, f"/children/{child.id}/consent")
    assert "Ask Pat Hussain to fill in the form" in page.main
    assert Page(press(f"/children/{child.id}/consent")).errors == {"giver": "Choose whose consent it is"}
    answer = press(f"/children/{child.id}/consent", {"giver": f"record-{link.id}"})
    assert answer.status_code == 302
    assert cast.olu.browser().get(answer.location).status_code == 200


@pytest.mark.parametrize(
    "path", ["/children/{}/link", "/children/{}/ask", "/cases/{}/decide", "/advice/{}/cancel"]
)
def test_what_never_was_is_not_found(cast, path):
    assert cast.olu.browser().get(path.format(999999)).status_code == 404


@pytest.mark.parametrize("part", ["link", "ask", "duplicate"])
def test_casework_pages_ask_little_of_the_database(cast, child, make, context, part):
    newer = make.child(linked=(cast.sana, cast.ann, cast.hana), possible_duplicate_of_id=child.id)
    browser = cast.olu.browser()
    browser.get("/")
    with counted(context) as asked:
        assert browser.get(f"/children/{newer.id}/{part}").status_code == 200
    assert len(asked) <= BUDGET, "\n".join(asked)
