"""ASVS 2.4.1: what a logged-in person may do of what costs others is limited, each by themselves and over all hosts."""

import io
import uuid

import pytest

from app.core import activity_limits
from app.core.activity_limits import EXPORTS, MESSAGES, SEARCHES, UPLOADS
from app.documents.documents import store_of
from app.models import Document, Message
from tests.browser import post_with_token
from tests.cast import everything


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Two of each, so that the third is one too many."""
    from dataclasses import replace

    for module, limit in (
        ("app.views.web.searching", SEARCHES),
        ("app.views.web.lists", EXPORTS),
        ("app.messages.messages", MESSAGES),
        ("app.forms.attachments", UPLOADS),
    ):
        name = next(name for name, held in vars(activity_limits).items() if held is limit)
        monkeypatch.setattr(f"{module}.{name}", replace(limit, most=2))


def test_people_at_work_do_not_meet_these_limits():
    assert SEARCHES.most >= 60 and SEARCHES.within.total_seconds() <= 60
    assert (EXPORTS.most, UPLOADS.most, MESSAGES.most) >= (20, 100, 100)


@pytest.mark.parametrize(("who", "path"), [("sana", "/send/"), ("olu", "/people/list/"), ("mary", "/audit/")])
def test_searching_faster_than_people_do(app, cast, who, path, clock):
    browser = getattr(cast, who).browser()
    answers = [post_with_token(browser, app, path, {"find": "shah"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= SEARCHES.within.total_seconds()
    assert browser.get(path).status_code == 200
    clock.forward(minutes=1, seconds=1)
    assert post_with_token(browser, app, path, {"find": "shah"}).status_code == 200


def test_one_persons_searches_are_not_anothers(app, cast):
    for _ in range(2):
        post_with_token(cast.olu.browser(), app, "/people/list/", {"find": "shah"})
    assert post_with_token(cast.mary.browser(), app, "/people/list/", {"find": "shah"}).status_code == 200


def test_exporting_list_after_list(cast):
    browser = cast.mary.browser()
    assert [browser.get("/requests/export.csv").status_code for _ in range(3)] == [200, 200, 429]


def test_asking_only_for_the_head_of_a_list_is_no_way_past_the_limit(cast):
    browser = cast.mary.browser()
    assert [browser.head("/requests/export.csv").status_code for _ in range(3)] == [200, 200, 429]


def test_writing_message_after_message_keeps_what_was_typed(app, cast, context):
    browser = cast.sana.browser()
    answers = [
        post_with_token(
            browser,
            app,
            "/messages/write",
            {"subject": f"Question {number}", "body": "When is it?", "send_key": uuid.uuid4().hex},
        )
        for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [302, 302, 422]
    assert "You have written many messages" in answers[2].text
    assert "When is it?" in answers[2].text
    with everything(context) as work:
        assert {one.subject for one in work.session.query(Message)} >= {"Question 0", "Question 1"}
        assert not work.session.query(Message).filter_by(subject="Question 2").count()


def test_pressing_again_for_a_message_that_was_sent_is_no_further_message(app, cast):
    browser = cast.sana.browser()
    fields = [{"subject": "Q", "body": "When?", "send_key": uuid.uuid4().hex} for _ in range(2)]
    for each in [*fields, *fields]:
        assert post_with_token(browser, app, "/messages/write", each).status_code == 302


def test_adding_file_after_file_says_when_to_come_back(app, cast, make, context):
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    browser, path = cast.sana.browser(), f"/forms/{form.id}/section/support"
    post_with_token(browser, app, path, {"provision_map": "upload", "version": "0", "then": "later"})

    def lying():
        return {each for each in store_of(context).folder.rglob("*") if each.is_file()}

    answers, before = [], lying()
    for number in range(3):
        file = (io.BytesIO(f"Report {number}".encode()), f"report{number}.txt", "text/plain")
        fields = {"provision_map": "upload", "version": str(number + 1), "_upload": "provision_map_files"}
        answers.append(post_with_token(browser, app, path, fields | {"provision_map_files": file}))
    assert "You have added many files" in answers[2].text
    with everything(context) as work:
        assert work.session.query(Document).count() == 2
    assert len(lying() - before) == 2, "what is over the limit is not even put on the disk"
