"""The board of open cases, and the sections of the menu."""

from datetime import timedelta

import pytest

from app.cases.rules.board import BOARD
from app.cases.rules.case_states import OPEN, CaseState
from app.models import Case
from tests.cast import everything
from tests.pages import Page
from tests.statements import BUDGET, counted


def get(actor, path="/cases/board/"):
    return Page(actor.browser().get(path))


def test_every_open_state_has_its_stage():
    assert set(BOARD) == set(OPEN)


def test_cases_are_in_their_stage_with_the_fewest_days_left_first(cast, make, clock):
    today = clock.today()
    for surname, state, days in (
        ("Later", CaseState.received, 9),
        ("Late", CaseState.received, -1),
        ("Assessed", CaseState.assessing, 3),
        ("Closed", CaseState.not_assessing, None),
    ):
        due_on = None if days is None else today + timedelta(days=days)
        make.case(
            make.child(forenames="A", surname=surname), state=state, due_on=due_on, owner_id=cast.olu.id
        )
    page = get(cast.olu)
    assert page.heading == "Board of cases"
    assert "Deciding whether to assess (2)" in page.main
    assert "Assessing (1)" in page.main
    assert "A Closed" not in page.main
    names = [page.main.index(name) for name in ("A Late", "A Later", "A Assessed")]
    assert names == sorted(names)
    assert "A Late" not in get(cast.mary, "/cases/board/?show=mine").main
    late = get(cast.mary, "/cases/board/?show=late").main
    assert "A Late " in " ".join(late.split()) and "A Assessed" not in late
    assert get(cast.olu, "/cases/board/?show=x").heading == "Board of cases"


def test_a_case_with_an_exception_is_not_among_those_overdue(cast, make, clock, context):
    case = make.case(make.child(surname="Excused"), due_on=clock.today() - timedelta(days=1))
    with everything(context) as work:
        work.get(Case, case.id).excused = True
    page = get(cast.olu)
    assert "After the limit, exception recorded" in page.main
    assert "1 day overdue" not in page.main
    assert "Excused" not in get(cast.olu, "/cases/board/?show=late").main


def test_a_full_stage_leads_to_the_list(cast, make, clock, context):
    for _ in range(11):
        make.case(make.child())
    browser = cast.olu.browser()
    with counted(context) as sent:
        page = Page(browser.get("/cases/board/"))
    assert len(sent) <= BUDGET
    href = page.href("All cases of this stage: Deciding whether to assess")
    assert href == "/cases/list/?_flt_0_state=received"
    assert browser.get(href).status_code == 200


@pytest.mark.parametrize("who", ["sana", "pat", "ines"])
def test_no_one_else_opens_it(cast, who):
    assert getattr(cast, who).browser().get("/cases/board/").status_code in {403, 404}


def test_lists_of_one_section_are_beside_each_other_and_not_in_the_menu(cast):
    page = get(cast.olu, "/requests/list/")
    menu, main = page.html.split("<main", 1)
    assert ">Requests</a>" not in menu
    assert ">Requests</a>" in main and ">Board</a>" in main and ">Advice</a>" in main
    assert menu.index("--active") < menu.index(">Cases<")
