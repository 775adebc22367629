"""The pages of notices: the officer writes, checks and serves one; the person it is for reads it, and no one else."""

from datetime import date

import pytest

from app.cases import notices
from app.cases.decisions import Decided, decline_to_assess
from app.cases.notices import NoticeToServe
from app.cases.plan_tables import Served
from app.cases.rules.notices import NoticeKind
from app.models import ChildLink, NoticeCopy
from app.operations import maintenance
from app.views.cases import notice_parts
from tests.browser import post_with_token
from tests.cast import everything


@pytest.fixture
def refused(cast, make, context):
    """A child, the case in which the council declined to assess, and the link of pat."""
    child = make.child(linked=(cast.sana, cast.pat, cast.quinn))
    case = make.case(child, received_on=date(2026, 11, 2))
    with cast.olu.works() as work:
        decline_to_assess(work, case.id, Decided("Because.", date(2026, 11, 20)))
    with everything(context) as work:
        link = work.session.query(ChildLink).filter_by(child_id=child.id, person_id=cast.pat.id).one().id
    return child, case, link


def serve(cast, refused):
    _child, case, link = refused
    with cast.olu.works() as work:
        text = notices.text_for(work, case.id, NoticeKind.N3)
        served = NoticeToServe(
            NoticeKind.N3, text.title, text.body, date(2026, 11, 23), Served.portal, frozenset({link})
        )
        notices.serve_notice(work, case.id, served)


def test_until_the_notice_is_served_the_page_says_so(cast, refused):
    child, case, _link = refused
    page = cast.olu.browser().get(f"/children/{child.id}").text
    assert "The notice has not been sent" in page
    assert f"/cases/{case.id}/notices/N3" in page
    serve(cast, refused)
    page = cast.olu.browser().get(f"/children/{child.id}").text
    assert "The notice has not been sent" not in page
    assert "The family can ask for mediation until 23 January 2027, and appeal until 23 January 2027." in page


def test_an_officer_sees_each_copy_before_it_is_served(cast, refused, app):
    child, case, link = refused
    browser, address = cast.olu.browser(), f"/cases/{case.id}/notices/N3"
    page = browser.get(address).text
    assert "Because." in page
    assert "{recipient_name}" in page
    form = {
        "links": str(link), "others": "NHS board", "served": "post", "title": "Our decision",
        "served_on-day": "23", "served_on-month": "11", "served_on-year": "2026",
        "body": "Dear {recipient_name}\n\nAppeal by {appeal_until}. Ask for mediation by {mediation_until}: "
        "{mediation_adviser}\n\n{disagreement_resolution}\n\n{sendiass}",
    }  # fmt: skip
    page = post_with_token(browser, app, address, form).text
    assert child.name in page
    assert "Dear Pat Hussain" in page
    assert "Dear NHS board" in page
    assert "Appeal by 23 January 2027. Ask for mediation by 23 January 2027: Ouse" in page
    assert post_with_token(browser, app, address, {**form, "step": "change"}).status_code == 200
    assert post_with_token(browser, app, address, {**form, "body": "{nonsense}"}).status_code == 422
    shortened = {**form, "body": form["body"].replace("{mediation_adviser}", ""), "step": "serve"}
    refused_page = post_with_token(browser, app, address, shortened)
    assert refused_page.status_code == 422
    assert "The mediation adviser, with how to reach them: Ouse" in refused_page.text
    assert post_with_token(browser, app, address, {**form, "step": "serve"}).status_code == 302
    assert "Our decision" in browser.get(f"/children/{child.id}").text


@pytest.mark.parametrize("kind", ["N2", "N9"])
def test_a_notice_that_does_not_fit_is_not_offered(cast, refused, kind):
    _child, case, _link = refused
    assert cast.olu.browser().get(f"/cases/{case.id}/notices/{kind}").status_code in (404, 409)


def test_only_its_reader_opens_a_notice(cast, refused, context):
    child, _case, _link = refused
    serve(cast, refused)
    with everything(context) as work:
        number = work.session.query(NoticeCopy).one().id
    page = cast.pat.browser().get(f"/notices/{number}").text
    assert "Dear Pat Hussain" in page
    assert "will be here in a few minutes" in page
    parents = cast.pat.browser().get(f"/children/{child.id}").text
    assert "You can ask for mediation until 23 January 2027, and appeal until 23 January 2027." in parents
    for actor in (cast.quinn, cast.sana):
        assert actor.browser().get(f"/notices/{number}").status_code == 404
        assert "We will not assess needs" not in actor.browser().get(f"/children/{child.id}").text
    maintenance.make_notice_files(context)
    page = cast.pat.browser().get(f"/notices/{number}").text
    assert "PDF" in page
    assert "Word file" in page


def test_where_pango_is_missing_the_page_says_what_to_install(cast, refused, monkeypatch):
    serve(cast, refused)
    monkeypatch.setattr(notice_parts, "pdf_writer", lambda: None)
    assert "apt-get install libpango" in cast.olu.browser().get(f"/children/{refused[0].id}").text
