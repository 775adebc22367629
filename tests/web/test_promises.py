"""Where a page says that people are notified, they are; otherwise the page says that no one was."""

import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.cases.rules.case_states import CaseState
from app.cases.rules.status import NEXT_TEXTS
from app.forms.rules.workflow import FormState
from app.models import Message, Person
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page

PAGES = Path(__file__).resolve().parents[2] / "app/templates/pages"


@pytest.fixture
def child(cast, make):
    return make.child(linked=(cast.sana,))


@pytest.fixture
def press(app, cast):
    def post(path, data):
        return post_with_token(cast.olu.browser(), app, path, data, follow_redirects=True).text

    return post


def close(context, *actors):
    with everything(context) as work:
        for actor in actors:
            work.get(Person, actor.id).active = False


def messages_to(context, actor):
    with everything(context) as work:
        return work.session.scalars(select(Message.letter).where(Message.recipient_id == actor.id)).all()


@pytest.mark.parametrize("who", ["pat", "sana"])
@pytest.mark.parametrize("decision", ["agree", "decline"])
def test_c5_the_family_and_the_school_get_the_message_that_the_page_names(
    cast, child, make, press, context, who, decision
):
    make.link(child, cast.pat)
    form = make.request(child, cast.sana, FormState.accepted, received_on=date(2026, 11, 2))
    page = Page(cast.olu.browser().get(f"/cases/{make.case_of(form)}/decide")).main
    assert "parents with an account get a message" in page
    assert "letter to the family carries" not in page
    text = press(f"/cases/{make.case_of(form)}/decide", {"decision": decision, "reason": "Because."})
    assert "The authors and the parents linked to the child have a message." in text
    assert len(messages_to(context, getattr(cast, who))) == 1


def test_c5_the_page_says_when_no_one_was_notified(cast, child, make, press, context):
    form = make.request(child, cast.sana, FormState.accepted, received_on=date(2026, 11, 2))
    close(context, cast.sana, cast.tom)
    text = press(f"/cases/{make.case_of(form)}/decide", {"decision": "agree", "reason": "Because."})
    assert "so we told no one" in text


@pytest.mark.parametrize("state", [CaseState.assessing, FormState.accepted])
def test_c5_asking_a_queue_without_people_says_that_no_one_was_notified(cast, child, make, press, state):
    make.request(child, cast.sana, state)
    body = make.organisation(name="Empty clinic", kind=cast.hana.principal.profession)
    data = {
        "form": "advice_health",
        "find": "Empty",
        "adviser": f"organisation-{body.id}",
        "due_on-day": "4",
        "due_on-month": "1",
        "due_on-year": "2027",
    }
    text = press(f"/children/{child.id}/ask", data)
    assert "has no open account, so we told no one" in text
    assert "We have told" not in text


def test_c5_pressing_twice_does_not_say_that_no_one_was_notified(cast, child, make, press):
    make.request(child, cast.sana, CaseState.assessing)
    data = {
        "form": "advice_education",
        "adviser": f"person-{cast.sana.id}-{cast.sana.principal.organisation_id}",
        "due_on-day": "4",
        "due_on-month": "1",
        "due_on-year": "2027",
    }
    for _ in range(2):
        assert "We have told Sana Iqbal" in press(f"/children/{child.id}/ask", data)


def test_c5_a_family_is_not_promised_a_letter_that_no_one_sends():
    words = " ".join(str(text) for text in NEXT_TEXTS.values())
    assert "The letter you receive" not in words
    assert "You will be told" not in words


def test_c5_no_page_promises_a_letter():
    promised = re.compile(r"(the|a) letter (you|to the)|we will write to you", re.IGNORECASE)
    found = [path.name for path in PAGES.rglob("*.html") if promised.search(path.read_text(encoding="utf-8"))]
    assert found == []
