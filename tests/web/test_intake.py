"""The page to record a request that came by letter, email or telephone, and adding a child for it."""

import pytest
from sqlalchemy import select

from app.models import Case, Child
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page

LETTER = {
    "source": "parent",
    "channel": "paper",
    "received_on-day": "17",
    "received_on-month": "11",
    "received_on-year": "2026",
}


@pytest.fixture
def press(app, cast):
    """Post a form as the SEN officer, or someone else."""

    def post(path, data, who=None, **how):
        return post_with_token((who or cast.olu).browser(), app, path, data, **how)

    return post


def get(actor, path):
    return Page(actor.browser().get(path))


def test_an_officer_records_a_letter_and_decides_about_it(cast, make, press):
    child = make.child()
    page = get(
        cast.olu, get(cast.olu, f"/children/{child.id}").href("Record a request that came another way")
    )
    assert page.heading == "Record a request"
    done = Page(press(f"/children/{child.id}/request", LETTER, follow_redirects=True))
    assert "The request is recorded. Decide whether to assess by 29 December 2026." in done.main
    assert "Request received on 17 November 2026" in done.main
    assert "29 December 2026" in done.main
    decide = get(cast.olu, done.href("Decide whether to assess"))
    assert decide.heading == "Decide whether to assess"
    assert "Read the request" not in decide.main
    record = get(cast.olu, "/cases/show/1")
    assert record.href("Decide whether to assess") == done.href("Decide whether to assess")
    again = get(cast.olu, f"/children/{child.id}/request")
    assert "already deciding about a request received on 17 November 2026" in again.main


def test_what_was_typed_stays_and_each_fault_is_named(press, make):
    child = make.child()
    page = Page(press(f"/children/{child.id}/request", {"note": "Mrs Shah", "received_on-day": "31"}))
    assert page.status == 422
    assert page.errors == {"received_on-day": "Date must include a month and a year"}
    page = Page(press(f"/children/{child.id}/request", {"note": "Mrs Shah"}))
    assert page.errors == {
        "source": "Choose who asked",
        "channel": "Choose how the request came",
        "received_on-day": "Enter the day the council received the request",
    }
    assert "Mrs Shah" in page.html


@pytest.mark.parametrize("who", ["sana", "ann", "pat", "ines"])
def test_no_one_else_records_a_request(cast, make, press, context, who):
    child = make.child(linked=(cast.sana, cast.pat))
    actor = getattr(cast, who)
    assert actor.browser().get(f"/children/{child.id}/request").status_code == 403
    assert press(f"/children/{child.id}/request", LETTER, actor).status_code == 403
    with everything(context) as work:
        assert work.session.scalars(select(Case)).all() == []


def test_an_officer_adds_a_child_who_is_not_in_the_portal(cast, press, context):
    page = get(cast.olu, get(cast.olu, "/people/list/").href("Add"))
    assert page.heading == "Add Person"
    given = {
        "forenames": "Amina",
        "surname": "Shah",
        "date_of_birth-day": "14",
        "date_of_birth-month": "3",
        "date_of_birth-year": "2017",
        "address": "14 Beck Lane",
        "postcode": "BD9 4NQ",
        "upn": "B801200005001",
        "add_key": "once",
    }
    first = press("/children/add", given)
    with everything(context) as work:
        [child] = work.session.scalars(select(Child)).all()
    assert first.location == f"/children/{child.id}/request"
    assert press("/children/add", given).location == first.location, "pressed twice, added once"
    assert child.setting_id is None


def test_everyone_who_sees_the_child_sees_the_dates_and_only_the_team_how_it_came(cast, make, press):
    child = make.child(linked=(cast.ann, cast.pat))
    press(f"/children/{child.id}/request", LETTER | {"note": "Grandmother brought the letter"})
    assert "Grandmother brought the letter" in get(cast.olu, "/cases/show/1").main
    for actor in (cast.ann, cast.pat):
        page = get(actor, f"/children/{child.id}")
        assert "17 November 2026" in page.main
        assert "Grandmother" not in page.html


def test_a_decision_about_a_letter_is_corrected_from_the_record_of_the_case(cast, make, press):
    case = make.case(make.child())
    press(f"/cases/{case.id}/decide", {"decision": "agree", "reason": "Wrong box."})
    page = get(cast.olu, f"/children/{case.child_id}")
    assert "For the SEN team to do" not in page.main
    correct = get(cast.olu, get(cast.olu, f"/cases/show/{case.id}").href("Correct the decision"))
    assert "Wrong box." in correct.main


def test_a_child_brought_to_attention_is_not_called_a_request(cast, make, press):
    child = make.child()
    press(f"/children/{child.id}/request", LETTER | {"source": "health"})
    page = get(cast.olu, f"/children/{child.id}").main
    assert "Brought to the council’s attention on 17 November 2026" in page
    assert "Request received on" not in page
