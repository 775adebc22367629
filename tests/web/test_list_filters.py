"""A generated list's own boxes and links: whose they are, and what they keep."""

import html
import re
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from flask_babel import force_locale

from app.forms.rules.workflow import FormState
from app.models import AuditRow, Message
from app.views.cases.case_list import CaseList
from app.views.web.list_interface import FilterUntil, PortalInterface
from app.views.web.lists import PortalListView
from tests.browser import post_with_token
from tests.cast import everything


def test_one_readers_filter_is_not_in_another_readers_boxes(cast):
    chosen = '<option value="submitted" selected'
    browser, other = cast.olu.browser(), cast.mary.browser()

    assert chosen in browser.get("/requests/list/?_flt_0_state=submitted").text
    for page in (other.get("/requests/list/"), browser.get("/requests/list/")):
        assert '<option value="submitted"' in page.text
        assert chosen not in page.text


def test_a_filters_boxes_speak_the_readers_language(app, monkeypatch):
    """They are cached, one set a language."""
    labels = []
    view = next(each for each in app.appbuilder.baseviews if type(each) is CaseList)
    monkeypatch.setattr(view, "_empty_boxes", {})
    for language in ("en", "pl", "en"):
        with app.test_request_context("/cases/list/"), force_locale(language):
            labels.append([box.label for box in view._search_boxes()])
            assert sorted(view._empty_boxes) == (["en"] if len(labels) == 1 else ["en", "pl"])
    assert (
        labels[0]
        == labels[2]
        == [
            "Status",
            "Who asked",
            "Due from",
            "Due until",
            "Received from",
            "Received until",
        ]
    )


def _generated(kind=PortalListView):
    return [each for under in kind.__subclasses__() for each in (under, *_generated(under))]


@pytest.mark.parametrize(
    "shown",
    [each for each in _generated() if getattr(each, "datamodel", None)],
    ids=lambda each: each.__name__,
)
def test_no_filters_choices_are_rows_of_a_table(shown):
    """A filter's boxes are cached as they are: choices that change would not be seen."""
    assert not [each for each in shown.search_columns or () if shown.datamodel.is_relation(each)]


def test_links_to_the_list_itself_keep_what_was_chosen_and_drop_the_page(cast, make):
    for _ in range(30):
        make.advice(make.child(), cast.ann, FormState.submitted, due_on=date(2026, 11, 2))
    asked = "show=submitted&_flt_0_state=submitted&psize_AdviceList=10&page_AdviceList=1"

    page = cast.olu.browser().get(f"/advice/list/?{asked}").text

    hrefs = [html.unescape(each) for each in re.findall(r'href="(/advice/list/[^"]*)"', page)]
    first_page = "/advice/list/?show=submitted&_flt_0_state=submitted&psize_AdviceList=10"
    assert (
        f"{first_page}&_oc_AdviceList=due_on&_od_AdviceList=asc" in hrefs
    )  # sorted again from the first page
    assert {first_page, f"{first_page}&page_AdviceList=1", f"{first_page}&page_AdviceList=2"} <= set(hrefs)
    assert "/advice/list/?_flt_0_state=submitted&psize_AdviceList=10&show=overdue" in hrefs
    assert "/advice/list/?_flt_0_state=submitted&psize_AdviceList=10" in hrefs  # all


def test_a_word_is_looked_for_among_the_newest_messages(app, cast, make, monkeypatch):
    monkeypatch.setattr("app.messages.queries.messages.SEARCHED", 2)
    for number in range(3):
        make.message(cast.olu, subject=f"Question {number}")

    page = post_with_token(cast.olu.browser(), app, "/team-messages/list/", {"find": "question"}).text
    assert [f"Question {number}" in page for number in range(3)] == [False, True, True]
    assert "among the newest 100,000 messages" in page


@pytest.mark.parametrize("typed", ["2/11/2026", "2 Nov 26", "2 November 2026", "2026-11-02"])
def test_b5_a_date_filter_reads_a_date_as_people_write_it(app, cast, make, typed):
    browser = cast.olu.browser()
    answer = browser.get(f"/advice/list/?_flt_1_due_on={quote(typed)}")
    if typed != "2026-11-02":
        assert answer.location.endswith("?_flt_1_due_on=2026-11-02")
    page = browser.get("/advice/list/?_flt_1_due_on=2026-11-02").get_data(as_text=True)
    assert 'value="2 November 2026"' in page


def test_c_a_mistyped_date_of_a_filter_is_named(cast):
    """The list showed every row and no text that the filter was dropped."""
    browser = cast.olu.browser()

    page = browser.get("/cases/list/?_flt_0_due_on=31/2/2026", follow_redirects=True).text

    assert "“31/2/2026” is not a real date. Enter a date like 27/3/2026" in page
    assert "real date" not in browser.get("/cases/list/?_flt_0_due_on=27/3/2026", follow_redirects=True).text


def test_days_from_and_until_limit_a_list_with_both_days_in_it(cast, make):
    for day in (1, 2, 3, 4):
        make.advice(
            make.child(surname=f"Day{day}"), cast.ann, FormState.submitted, due_on=date(2026, 11, day)
        )
    asked = "_flt_1_due_on=2026-11-02&_flt_2_due_on=2026-11-03"

    page = cast.olu.browser().get(f"/advice/list/?{asked}").text

    assert [f"Day{day}" in page for day in (1, 2, 3, 4)] == [False, True, True, False]


def test_the_last_day_counts_whole_where_a_time_is_stored(cast, make, clock, context):
    make.message(cast.olu, subject="Now", created_at=context.clock.now())
    until = FilterUntil("created_at", PortalInterface(Message))

    with everything(context) as work:
        for day, found in ((clock.today(), 1), (clock.today() - timedelta(days=1), 0)):
            query = until.apply(work.session.query(Message), day.isoformat())
            assert query.count() == found


def test_each_filter_in_use_is_a_link_that_takes_it_away_and_leaves_the_others(cast):
    asked = "show=mine&_flt_0_state=received&_flt_1_due_on=2026-11-02&page_CaseList=1"

    page = cast.olu.browser().get(f"/cases/list/?{asked}").text

    chips = re.findall(r'<a class="portal-chip" href="([^"]*)">([^<]*)<', page)
    assert [(html.unescape(href), text) for href, text in chips] == [
        ("/cases/list/?show=mine&_flt_1_due_on=2026-11-02", "Status: Deciding whether to assess"),
        ("/cases/list/?show=mine&_flt_0_state=received", "Due from: 2 November 2026"),
    ]
    assert "portal-chip" not in cast.olu.browser().get("/cases/list/").text


def test_the_audit_names_both_days_of_a_filter(cast, context):
    cast.olu.browser().get("/cases/list/?_flt_1_due_on=2026-11-02&_flt_2_due_on=2026-11-09")

    with everything(context) as work:
        row = work.session.query(AuditRow).filter_by(event="ChildrenListed").one()
    assert row.facts["asked"] == {"due_on_from": "2026-11-02", "due_on_until": "2026-11-09"}
