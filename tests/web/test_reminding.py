"""The pages with which officers remind the authors of advice."""

from datetime import timedelta

import pytest

from app.models import Message
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page


@pytest.fixture
def late(cast, make, clock):
    """Two pieces of advice that are late, and one that was sent."""
    day = clock.today()
    dates = {"asked_on": day - timedelta(days=50), "due_on": day - timedelta(days=8)}
    return [make.advice(make.child(linked=(cast.ann,)), cast.ann, **dates).id for _each in range(2)]


def press(app, cast, forms, step):
    data = {"form": [str(each) for each in forms], "step": step}
    return Page(post_with_token(cast.olu.browser(), app, "/advice/remind", data))


def test_an_officer_reads_what_a_reminder_does_before_it_is_sent(app, cast, context, late):
    before = press(app, cast, late, "")
    assert "Send 2 reminders?" in before.html
    with everything(context) as work:
        assert work.session.query(Message).count() == 0
    after = press(app, cast, late, "do")
    assert "2 reminders are sent." in after.html
    again = press(app, cast, late, "do")
    assert "A reminder was sent in the last 20 hours" in again.html
    with everything(context) as work:
        assert work.session.query(Message).filter_by(recipient_id=cast.ann.id).count() == 2


def test_one_form_is_reminded_of_from_the_childs_page(cast, late):
    page = Page(cast.olu.browser().get(f"/advice/remind?form={late[0]}"))
    assert "Send 1 reminder?" in page.html


@pytest.mark.parametrize("actor", ["ann", "pat", "ines"])
def test_no_one_else_opens_the_pages(cast, late, actor):
    answer = getattr(cast, actor).browser().get(f"/advice/remind?form={late[0]}")
    assert answer.status_code in {403, 404}


def test_a_manager_changes_the_days_and_an_officer_does_not(cast):
    assert cast.mary.browser().get("/reminder-days/list/").status_code == 200
    assert cast.olu.browser().get("/reminder-days/list/").status_code in {403, 404}
