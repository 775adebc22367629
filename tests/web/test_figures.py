"""The manager's page of figures: what it counts, the list behind each figure, its CSV files, and who may open it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from app.cases import decisions
from app.cases.decisions import Decided
from app.cases.exceptions import EnteredException, record_exception
from app.cases.lateness import Lateness
from app.cases.queries.figures import cases_behind, late_of, of_months, open_cases, owed_by
from app.cases.rules.case_states import CaseState, DecisionBasis
from app.cases.rules.figures import Counted, Figure, Measure, Month, Timeliness, months_until, read_figure
from app.cases.tables import Case
from app.models import Advice, AuditRow, Decision, PublishedFigure
from app.seed.scale import seed_scale
from tests.browser import post_with_token
from tests.cast import PASSWORD, everything
from tests.pages import Page
from tests.statements import BUDGET, counted

PATH = "/cases/figures/"
LINK = re.compile(r'href="/(cases|advice)/list/\?figure=([^"]+)">([\d,.%]+)')


def this_month(context) -> Month:
    return months_until(context.clock.today())[-1]


def read(context, who):
    with who.works() as work:
        return of_months(work.session, work.today), open_cases(work.session, work.today)


def decide(who, case, *, agree=True, **more):
    with who.works() as work:
        act = decisions.agree_to_assess if agree else decisions.decline_to_assess
        act(work, case.id, Decided("Both legal tests are met.", **more))


def test_each_number_is_that_of_the_list_behind_it(context, cast):
    seed_scale(context, PASSWORD, 120, 40, demo=True)
    found = LINK.findall(cast.mary.browser().get(PATH).text)
    assert len(found) > 60
    with everything(context) as work:
        for kind, figure, shown in found:
            if kind == "advice":
                body = int(figure[5:])
                whose = late_of(body, work.today) if figure.startswith("late") else owed_by(body)
                behind = select(func.count(Advice.id)).where(whose)
            else:
                words, _state, state = unescape(figure).partition("&_flt_0_state=")
                name = read_figure(words)
                assert name is not None, figure
                behind = select(func.count(Case.id)).where(cases_behind(name, work.today))
                behind = behind.where(Case.state == CaseState[state]) if state else behind
            if not shown.endswith("%"):
                assert work.session.scalar(behind) == int(shown.replace(",", "")), figure


def test_a_list_shows_the_cases_behind_a_figure(cast, make, clock):
    late = make.case(make.child(surname="Late"), due_on=clock.today() - timedelta(days=1))
    make.case(make.child(surname="Later"), due_on=clock.today() + timedelta(days=40))
    browser = cast.mary.browser()
    page = Page(browser.get("/cases/list/?figure=due.overdue"))
    assert "Only: overdue cases." in page.main and late.number in page.main
    assert "Later" not in page.main
    exported = browser.get("/cases/export.csv?figure=due.overdue").text
    assert late.number in exported and "Later" not in exported
    answer = browser.get("/cases/list/?figure=due.never")
    assert answer.status_code == 302 and answer.location == "/cases/list/"


def test_a_decision_in_time_and_a_late_one(context, cast, make, clock):
    for days in (42, 43):
        case = make.case(make.child(), received_on=clock.today() - timedelta(days=days))
        decide(cast.olu, case, lateness=Lateness(reason="The panel was full."))
    months, _open = read(context, cast.mary)
    assert months.measured[this_month(context), Measure.decided] == Timeliness(done=2, in_time=1)
    assert months.outcomes[this_month(context), CaseState.assessing] == 2


def test_an_exception_is_left_out_of_the_second_percentage(context, cast, make, clock):
    today = clock.today()
    case = make.case(make.child(), received_on=today - timedelta(days=41))
    entered = EnteredException(
        "ABSENT", today - timedelta(days=30), today, "A letter.", today + timedelta(days=9), "Ask again."
    )
    with cast.olu.works() as work:
        record_exception(work, case.id, entered)
    decide(cast.olu, case)
    found = read(context, cast.mary)[0].measured[this_month(context), Measure.decided]
    assert found == Timeliness(done=1, in_time=1, excused=1, excused_in_time=1)
    assert str(found.of_all) == "100.0" and found.without_exceptions is None


def test_a_refusal_counts_once_its_notice_is_sent(context, cast, make):
    decide(cast.olu, make.case(make.child()), agree=False)
    months, opened = read(context, cast.mary)
    assert not months.measured
    assert months.outcomes == {(this_month(context), CaseState.not_assessing): 1}
    assert opened.total == 1


def test_a_corrected_decision_counts_as_corrected_and_one_of_the_tribunal_not(context, cast, make, clock):
    case = make.case(make.child())
    decide(cast.olu, case)
    clock.forward(minutes=5)
    with cast.olu.works() as work:
        decisions.correct_decision(
            work, case.id, False, Decided("It can be met.", correction_reason="Wrong box.")
        )
    with everything(context) as work:
        work.add(
            Decision(
                case_id=case.id,
                number=3,
                outcome=CaseState.assessing,
                decided_on=work.today,
                basis=DecisionBasis.tribunal,
                recorded_by_id=cast.olu.id,
            )
        )
    months, _open = read(context, cast.mary)
    assert months.outcomes == {(this_month(context), CaseState.not_assessing): 1}
    with cast.mary.works() as work:
        for part, expected in (("not_assessing", 1), ("assessing", 0)):
            figure = Figure(Counted.outcome, part, this_month(context), this_month(context))
            statement = select(func.count(Case.id)).where(cases_behind(figure, work.today))
            assert work.session.scalar(statement) == expected


def test_it_asks_as_often_with_many_cases(context, cast, make):
    browser = cast.mary.browser()
    make.case(make.child())
    browser.get(PATH)
    with counted(context) as few:
        browser.get(PATH)
    seed_scale(context, PASSWORD, 60, 20, demo=True)
    with counted(context) as many:
        browser.get(PATH)
    assert len(few) == len(many) <= BUDGET


@pytest.mark.parametrize(
    "name",
    [
        *("in-time", "in-time-by-month", "by-month", "forecast", "ages", "advice", "officers", "compared"),
    ],
)
def test_each_table_is_exported_and_that_is_audited(context, cast, make, name):
    make.case(make.child(), owner_id=cast.olu.id)
    answer = cast.mary.browser().get(f"{PATH}export.csv?table={name}")
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    assert f'filename="figures-{name}.csv"' in answer.headers["Content-Disposition"]
    with everything(context) as work:
        facts = work.session.scalars(select(AuditRow.facts).where(AuditRow.event == "ListExported")).all()
        assert facts[-1]["asked"] == {"table": name}


def test_a_name_is_no_formula_in_the_csv(context, cast, make):
    with everything(context) as work:
        work.add(
            PublishedFigure(area="=1+1", year=2024, measure="decided", percentage=50, source="A publication")
        )
    assert "'=1+1" in cast.mary.browser().get(f"{PATH}export.csv?table=compared").text
    assert cast.mary.browser().get(f"{PATH}export.csv?table=none").status_code == 404


@pytest.mark.parametrize("who", ["sana", "pat", "olu", "ines"])
def test_only_managers_open_it(cast, who):
    browser = getattr(cast, who).browser()
    for path in (PATH, f"{PATH}export.csv", "/published-figures/list/"):
        assert browser.get(path).status_code in {403, 404}, path
    assert PATH in cast.mary.browser().get("/cases/board/").text
    if who == "olu":
        assert PATH not in browser.get("/cases/board/").text


def test_a_manager_enters_published_figures(app, cast):
    browser = cast.mary.browser()
    assert "England, 2024" in Page(browser.get(PATH)).main
    given = {
        "area": "Calderdale",
        "year": "2024",
        "measure": "plan",
        "percentage": "51.2",
        "source": "Department for Education, Open Government Licence v3.0",
    }
    answer = post_with_token(browser, app, "/published-figures/add", given)
    assert answer.status_code == 302, answer.text
    page = Page(browser.get(PATH)).main
    assert "Calderdale, 2024" in page and "51.2%" in page
    again = Page(post_with_token(browser, app, "/published-figures/add", given))
    assert again.errors == {"area": "This figure is in the list already. Change it there"}
    wrong = {**given, "year": "24", "percentage": "101", "source": "", "measure": ""}
    faults = Page(post_with_token(browser, app, "/published-figures/add", wrong)).errors
    assert set(faults) == {"year", "percentage", "source", "measure"}


def test_the_page_names_no_child_and_says_the_formulas(cast, make):
    make.case(make.child(surname="Featherstone"))
    page = Page(cast.mary.browser().get(PATH))
    assert page.heading == "Figures"
    assert "Featherstone" not in page.html
    for text in ("RequestOutcomeDate", "Week20 = 1", "Open Government Licence", "÷"):
        assert text in page.main
