"""The screens on which SEN managers change the texts of the notices."""

import pytest
from sqlalchemy import select

from app.cases.rules.notices import NoticeKind
from app.models import NoticeTemplate
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page

ADDRESS = "/notice-texts/N1/change"
ENTERED = {
    "after": "1",
    "title": "We are considering your request",
    "body": "Dear {recipient_name}\n\nWe write about {child_name}. Call {sen_phone}.",
}


def versions(context, kind):
    with everything(context) as work:
        found = select(NoticeTemplate).where(NoticeTemplate.kind == kind).order_by(NoticeTemplate.number)
        return [(row.number, row.title, row.entered_by_id) for row in work.session.scalars(found)]


@pytest.mark.parametrize("who", ["olu", "mary"])
def test_the_sen_team_reads_every_text_and_a_manager_changes_it(cast, context, who):
    browser = getattr(cast, who).browser()
    assert "Will not assess" in Page(browser.get("/notice-texts/list/")).main
    with everything(context) as work:
        number = work.session.scalars(select(NoticeTemplate.id).where(NoticeTemplate.kind == "N3")).one()
    main = Page(browser.get(f"/notice-texts/show/{number}")).main
    assert "{appeal_until}" in main
    assert "Came with the portal" in main
    assert ("Change this text" in main) == (who == "mary")


@pytest.mark.parametrize("who", ["olu", "sana", "pat", "ines"])
def test_only_a_manager_changes_one(app, cast, context, who):
    browser = getattr(cast, who).browser()
    assert browser.get(ADDRESS).status_code == 403
    assert post_with_token(browser, app, ADDRESS, {**ENTERED, "step": "use"}).status_code == 403
    assert len(versions(context, NoticeKind.N1)) == 1


def test_a_manager_sees_the_letter_before_the_text_is_used(app, cast, context, make):
    browser = cast.mary.browser()
    assert "We are considering whether to assess needs" in browser.get(ADDRESS).text
    page = Page(post_with_token(browser, app, ADDRESS, ENTERED)).main
    assert "Dear Alex Example" in page
    assert "We write about Sam Example." in page
    assert len(versions(context, NoticeKind.N1)) == 1
    changed = post_with_token(browser, app, ADDRESS, {**ENTERED, "step": "change"})
    assert changed.status_code == 200
    assert ENTERED["title"] in changed.text
    used = {**ENTERED, "step": "use"}
    assert post_with_token(browser, app, ADDRESS, used).status_code == 302
    assert post_with_token(browser, app, ADDRESS, used).status_code == 302  # pressed twice
    assert [row[:2] for row in versions(context, NoticeKind.N1)][1:] == [(2, ENTERED["title"])]
    case = make.case(make.child())
    page = cast.olu.browser().get(f"/cases/{case.id}/notices/N1").text
    assert ENTERED["title"] in page


def test_a_change_after_another_manager_s_is_refused(app, cast, context):
    first = {**ENTERED, "step": "use"}
    assert post_with_token(cast.mary.browser(), app, ADDRESS, first).status_code == 302
    late = {**first, "title": "Something else"}
    assert post_with_token(cast.mary.browser(), app, ADDRESS, late).status_code == 409
    assert len(versions(context, NoticeKind.N1)) == 2


@pytest.mark.parametrize(
    ("key", "given", "text"),
    [
        ("N1", {"title": ""}, "Enter the title of the notice"),
        ("N1", {"body": ""}, "Enter the text of the notice"),
        ("N1", {"body": "Dear {nickname}"}, "There is nothing to fill in for {nickname}"),
        ("N1", {"title": "About {school}"}, "There is nothing to fill in for {school}"),
        ("N3", {"body": "No. {reasons}"}, "{mediation_until}, {mediation_adviser}, {appeal_until}"),
        ("N6", {"body": "Here is a draft."}, "Add {comments_until} to the text"),
    ],
)
def test_faults_are_shown_and_nothing_typed_is_lost(app, cast, key, given, text):
    entered = {**ENTERED, **given}
    answer = post_with_token(cast.mary.browser(), app, f"/notice-texts/{key}/change", entered)
    assert answer.status_code == 422
    page = Page(answer).main
    assert text in page
    assert entered["body"].split("\n")[0] in answer.text


def test_an_unknown_notice_is_not_found(cast):
    assert cast.mary.browser().get("/notice-texts/N9/change").status_code == 404
