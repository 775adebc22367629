"""The page Today: its rows, its filters, and who may open it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases.rules.case_states import CaseState
from app.forms.rules.workflow import FormState
from app.models import AuditRow, Case
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page
from tests.statements import BUDGET, counted


def get(actor, path="/today/"):
    return Page(actor.browser().get(path))


@pytest.fixture
def late(cast, make, clock):
    child = make.child(forenames="Amina", surname="Shah", search_name="shah amina")
    return make.case(child, owner_id=cast.olu.id, due_on=clock.today() - timedelta(days=2))


def test_a_row_says_who_why_when_and_what_to_press(cast, late):
    page = get(cast.olu)
    assert page.heading == "Today"
    for words in (
        "Amina Shah",
        late.number,
        "Decision whether to assess",
        "21 November 2026",
        "2 days overdue",
    ):
        assert words in page.main
    assert page.href("Decide whether to assess, Amina Shah, Decision whether to assess") == (
        f"/cases/{late.id}/decide"
    )


@pytest.mark.parametrize(
    ("state", "path"),
    [
        (CaseState.preparing_plan, "draft-plan"),
        (CaseState.draft_served, "final-plan"),
        (CaseState.not_assessing, "notices/N3"),
        (CaseState.not_issuing, "notices/N5"),
    ],
)
def test_what_to_press_takes_the_case_to_the_end_of_the_duty(cast, context, late, state, path):
    with everything(context) as work:
        work.get(Case, late.id).state = state
    assert f'href="/cases/{late.id}/{path}"' in get(cast.olu).html


def test_a_limit_with_an_exception_is_not_called_overdue(cast, context, late):
    with everything(context) as work:
        work.get(Case, late.id).excused = True
    main = get(cast.olu).main
    assert "After the limit, exception recorded" in main
    assert "2 days overdue" not in main


def test_each_reason_has_its_own_next_step(cast, make, clock):
    child = make.child(linked=(cast.pat,))
    sent = make.advice(child, cast.ann, FormState.submitted, submitted_at=clock.now())
    late = make.advice(
        child, cast.sol, template="advice_social_care", due_on=clock.today() - timedelta(days=1)
    )
    message = make.message(None, sender_id=cast.pat.id, child_id=child.id, sender_name="Pat", subject="Hello")
    page = get(cast.olu)
    for href in (f"/forms/{sent.id}/read", f"/advice/remind?form={late.id}", f"/messages/{message.id}"):
        assert f'href="{href}"' in page.html
    assert "Message from Pat: Hello" in page.main


def test_without_cases_of_ones_own_the_teams_list_is_shown(cast, late):
    assert "Amina Shah" in get(cast.mary).main
    assert "Nothing waits here" in get(cast.mary, "/today/?whose=mine").main
    assert "Nothing waits here" in get(cast.olu, "/today/?reason=unread").main
    assert "Amina Shah" in get(cast.olu, "/today/?reason=overdue&page=7").main


@pytest.mark.parametrize(
    "query", ["whose=x", "reason=x", "page=x", "page=-1", "whose=covered", "page=99999999"]
)
def test_a_wrong_address_is_no_error(cast, late, query):
    assert "Amina Shah" in get(cast.olu, f"/today/?{query}").main


def test_a_name_is_posted_and_the_reading_is_in_the_audit(app, cast, late, context):
    found = Page(post_with_token(cast.olu.browser(), app, "/today/?whose=team", {"find": "shah"}))
    assert "Amina Shah" in found.main
    none = Page(post_with_token(cast.olu.browser(), app, "/today/?whose=team", {"find": "zzz"}))
    assert "Nothing found" in none.main
    with everything(context) as work:
        rows = work.session.scalars(select(AuditRow).where(AuditRow.event == "ChildrenListed")).all()
    assert [row.facts["asked"] for row in rows] == [
        {"find": "shah", "show": "team"},
        {"find": "zzz", "show": "team"},
    ]


def test_the_menu_begins_with_today_and_its_number(cast, late):
    page = get(cast.olu, "/help/")
    assert page.html.index(">Today") < page.html.index(">Home")
    assert "overdue or due this week" in page.html
    assert "overdue or due this week" not in get(cast.mary, "/help/").html
    assert ">Today" not in get(cast.sana, "/help/").html


@pytest.mark.parametrize("who", ["sana", "ann", "pat", "ines"])
@pytest.mark.parametrize("path", ["/today/", "/today/cover/"])
def test_no_one_else_opens_it(cast, late, who, path):
    answer = getattr(cast, who).browser().get(path)
    assert answer.status_code in {403, 404}
    assert "Amina" not in answer.text


def test_an_officer_covers_for_another(app, cast, late):
    days = {f"{name}-{part}": value for name in ("first_day", "last_day")
            for part, value in (("day", "23"), ("month", "11"), ("year", "2026"))}  # fmt: skip
    given = days | {"person": cast.olu.id, "covered_by": cast.mary.id}
    wrong = Page(
        post_with_token(cast.olu.browser(), app, "/today/cover/", given | {"covered_by": cast.olu.id})
    )
    assert wrong.errors == {"covered_by": "Choose a colleague who is not away"}
    done = Page(post_with_token(cast.olu.browser(), app, "/today/cover/", given, follow_redirects=True))
    assert "The cover is recorded." in done.main
    page = get(cast.mary)
    assert f"You cover for {cast.olu.principal.name}." in page.main
    assert "You cover" in page.main
    ended = post_with_token(cast.olu.browser(), app, "/today/cover/1/end", {}, follow_redirects=True)
    assert "The cover has ended." in Page(ended).main
    assert "You cover" not in get(cast.mary, "/today/?whose=mine").main


def test_the_page_asks_no_more_when_there_is_more(context, cast, make, late, clock):
    def statements():
        browser = cast.olu.browser()
        browser.get("/today/")
        with counted(context) as sent:
            assert browser.get("/today/").status_code == 200
        return len(sent)

    def more(times):
        for number in range(times):
            child = make.child()
            make.case(child, owner_id=cast.olu.id, due_on=clock.today() + timedelta(days=number % 5 - 1))
            make.advice(child, cast.ann, FormState.submitted, submitted_at=clock.now())
            make.advice(
                child, cast.sol, template="advice_social_care", due_on=clock.today() - timedelta(days=1)
            )
            make.message(None, sender_id=cast.pat.id, child_id=child.id)

    more(2)
    few = statements()
    more(5)
    assert statements() == few <= BUDGET
