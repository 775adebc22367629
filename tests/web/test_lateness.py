"""A case whose legal time has passed is tagged late in every list, on the child's page and on the officer's home."""

from datetime import timedelta

import pytest

from app.cases.rules.case_states import CaseState
from app.forms.rules.workflow import FormState
from tests.pages import Page
from tests.statements import BUDGET, counted

TAG = '<strong class="govuk-tag govuk-tag--red">20 days overdue</strong>'


@pytest.fixture
def late(cast, make, clock):
    """A child whose final plan was due 20 days ago."""
    received = clock.today() - timedelta(days=160)
    child = make.child(linked=(cast.sana,))
    make.request(
        child,
        cast.sana,
        CaseState.assessing,
        received_on=received,
        decided_on=received + timedelta(days=30),
        due_on=received + timedelta(days=140),
        submitted_at=clock.now(),
    )
    return child


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/cases/list/",
        "/cases/list/?show=overdue",
        "/people/list/",
        "/children/{}",
        "/children/{}/forms",
    ],
)
def test_c6_a_case_20_days_past_week_20_is_tagged_late_wherever_the_team_looks(cast, late, path):
    page = cast.olu.browser().get(path.format(late.id)).text
    assert late.name in page
    assert TAG in page


@pytest.mark.parametrize("path", ["/send/", "/children/{}"])
def test_c6_a_professional_sees_the_same_tag(cast, late, path):
    assert TAG in cast.sana.browser().get(path.format(late.id)).text


def test_c6_the_officers_home_counts_late_decisions_and_late_plans(cast, late, make, clock):
    received = clock.today() - timedelta(days=50)
    child = make.child(linked=(cast.sana,))
    due = received + timedelta(days=42)
    make.request(child, cast.sana, FormState.returned, received_on=received, due_on=due)
    make.request(
        make.child(), cast.sana, FormState.submitted, received_on=clock.today(), due_on=clock.today()
    )
    page = Page(cast.olu.browser().get("/"))
    assert "Overdue decisions and plansThe legal time has passed. 2 waiting" in page.main
    assert page.href("Overdue decisions and plans") == "/cases/list/?show=overdue"
    assert "8 days overdue" in page.main
    assert "20 days overdue" in page.main


def test_c6_a_case_in_time_or_closed_is_not_tagged(cast, make, clock):
    today = clock.today()
    make.request(
        make.child(), cast.sana, CaseState.assessing, received_on=today, due_on=today + timedelta(days=140)
    )
    make.request(make.child(), cast.sana, CaseState.not_assessing, received_on=today - timedelta(days=200))
    assert "overdue</strong>" not in cast.olu.browser().get("/people/list/").text


def test_c6_the_list_of_children_asks_little_of_the_database(cast, make, context, clock):
    for _ in range(30):
        make.request(make.child(), cast.sana, CaseState.assessing, received_on=clock.today())
    browser = cast.olu.browser()
    with counted(context) as asked:
        browser.get("/people/list/")
    assert len(asked) <= BUDGET, "\n".join(asked)
