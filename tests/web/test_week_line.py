"""The line of weeks on a child's page, for the SEN team, a SENCO and a parent."""

import re
from datetime import timedelta
from typing import Any

import pytest

from app.cases.rules.case_states import CaseState
from app.forms.rules.workflow import FormState
from app.models import Child
from tests.cast import Cast
from tests.pages import Page

READERS = ("olu", "sana", "pat")


@pytest.fixture
def case(cast: Cast, make: Any, clock: Any) -> Any:
    """Returns a function that makes a child whose request was received so many days ago."""

    def case(
        days: int, state: FormState | CaseState = CaseState.assessing, decided_after: int | None = 30
    ) -> Child:
        received = clock.today() - timedelta(days=days)
        child = make.child(linked=(cast.sana, cast.pat))
        make.request(
            child,
            cast.sana,
            state,
            received_on=received,
            decided_on=None if decided_after is None else received + timedelta(days=decided_after),
            submitted_at=clock.now(),
        )
        return child

    return case


def shown(cast: Cast, who: str, child: Child) -> tuple[str, list[str]]:
    """Return the page, and the texts of its drawing."""
    html = getattr(cast, who).browser().get(f"/children/{child.id}").text
    drawing = re.search(r'<svg class="portal-weeks".*?</svg>', html, re.DOTALL)
    assert drawing is not None
    return html, re.findall(r"<text[^>]*>([^<]*)</text>", drawing[0])


@pytest.mark.parametrize("who", READERS)
def test_the_line_says_the_week_and_marks_the_deadlines(cast: Cast, case: Any, who: str) -> None:
    html, texts = shown(cast, who, case(71))

    assert html.count("Week 11 of 20") == 2, "above the drawing, and as its name"
    assert sorted(texts) == sorted(["Today", "0", "6", "12", "16", "20"])
    assert "portal-weeks__late" not in html
    assert Page(getattr(cast, who).browser().get(f"/children/{case(71).id}")).main.count("Week 12") == 1


def test_a_parent_reads_the_dates_in_their_words(cast: Cast, case: Any) -> None:
    main = Page(cast.pat.browser().get(f"/children/{case(71).id}")).main
    assert "The council received the request" in main
    assert "Deadline for a final plan, if you get one" in main
    assert "reg. 13" not in main


@pytest.mark.parametrize("who", READERS)
def test_a_plan_19_days_late_is_red_striped_and_in_words(cast: Cast, case: Any, who: str) -> None:
    html, texts = shown(cast, who, case(159))

    assert "Week 23: 19 days late" in html
    assert '<strong class="govuk-tag govuk-tag--red">19 days overdue</strong>' in html
    assert 'class="portal-weeks__late"' in html
    assert texts.count("late") == 1
    assert "24" in texts
    assert "This date has passed." in html, "no plan, no notice that there will be none"


def test_a_late_decision_is_marked_within_the_20_weeks(cast: Cast, case: Any) -> None:
    html, texts = shown(cast, "olu", case(56, FormState.accepted, None))

    assert "Week 8 of 20" in html
    assert texts[texts.index("late") - 1] == "6"


@pytest.mark.parametrize("who", READERS)
def test_a_case_that_was_closed_says_how_and_has_no_lateness(cast: Cast, case: Any, who: str) -> None:
    html, texts = shown(cast, who, case(300, CaseState.not_assessing, 50))

    assert "Decided not to assess in week 8" in html
    assert texts == ["0", "6", "20"]
    assert "overdue" not in html


def test_advice_is_late_for_the_team_until_the_last_has_come(
    cast: Cast, case: Any, make: Any, clock: Any
) -> None:
    child = case(90)
    asked = clock.today() - timedelta(days=50)
    make.advice(child, cast.ann, asked_on=asked, state=FormState.accepted, submitted_at=clock.now())
    assert "late" not in shown(cast, "olu", child)[1]

    make.advice(child, cast.hana, asked_on=asked)
    assert "late" in shown(cast, "olu", child)[1]
    assert "late" not in shown(cast, "pat", child)[1], "families do not see what was asked of whom"


def test_before_a_request_there_is_no_line(cast: Cast, make: Any) -> None:
    child = make.child(linked=(cast.sana, cast.pat))
    for who in READERS:
        assert "portal-weeks" not in getattr(cast, who).browser().get(f"/children/{child.id}").text


def test_in_urdu_the_drawing_is_mirrored_and_holds_texts_only(cast: Cast, case: Any) -> None:
    child = case(70)
    browser = cast.pat.browser()
    browser.get("/language/ur")
    html = browser.get(f"/children/{child.id}").text
    drawing = re.search(r'<svg class="portal-weeks".*?</svg>', html, re.DOTALL)
    assert drawing is not None
    assert "<bdi>" not in drawing[0] and "<span" not in drawing[0]
    assert 'class="portal-weeks__filled" x="50%" y="24" width="50%"' in drawing[0]
    assert re.search(r'x="100%" y="71" text-anchor="end">0<', drawing[0])
