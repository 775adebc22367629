"""School holidays: entering and importing them, and the exception that they suggest."""

from datetime import date

import pytest

from app.cases.duties import keep_duties
from app.cases.holiday_windows import holiday_windows
from app.cases.rules.case_states import CaseState
from app.cases.rules.exceptions import closure_window
from app.core.errors import Forbidden, ValidationFailed
from app.imports.rules.states import ImportKind
from app.models import Case, SchoolHoliday
from app.organisations.holidays import EnteredHoliday, add_holiday
from tests.cast import everything
from tests.integration.imports.conftest import importing  # noqa: F401 - a fixture
from tests.pages import Page

SUMMER = EnteredHoliday("Summer 2026", date(2026, 7, 22), date(2026, 9, 1))
CHRISTMAS = EnteredHoliday("Christmas", date(2026, 12, 19), date(2027, 1, 3))


@pytest.mark.parametrize(
    ("first", "last", "window"),
    [
        (date(2026, 7, 22), date(2026, 9, 1), (date(2026, 7, 15), date(2026, 8, 26))),
        (date(2026, 8, 1), date(2026, 8, 28), (date(2026, 7, 25), date(2026, 8, 22))),
        (date(2026, 8, 1), date(2026, 8, 27), None),
        (date(2026, 12, 19), date(2027, 1, 3), None),
    ],
)
def test_the_window_is_from_a_week_before_it_closes_to_a_week_before_it_opens(first, last, window):
    assert closure_window(first, last) == window


@pytest.fixture
def case(cast, make):
    """A case that runs over the summer, whose school was asked for advice on 20 July."""
    child = make.child(linked=(cast.sana,), setting_id=cast.sana.principal.organisation_id)
    make.advice(child, cast.sana, asked_on=date(2026, 7, 20), due_on=date(2026, 8, 31))
    found = make.case(child, state=CaseState.assessing, received_on=date(2026, 6, 15))
    with cast.olu.works() as work:
        keep_duties(work, work.get(Case, found.id))
    return found


def test_the_summer_is_suggested_with_the_day_on_which_the_school_was_asked(cast, case):
    with cast.olu.works() as work:
        add_holiday(work, SUMMER)
        add_holiday(work, CHRISTMAS)
    with cast.olu.works() as work:
        [window] = holiday_windows(work, work.get(Case, case.id))
    assert (window.code, window.first_day, window.last_day) == (
        "SCH_CLOSED",
        date(2026, 7, 15),
        date(2026, 8, 26),
    )
    assert window.asked_on == date(2026, 7, 20)
    page = Page(cast.olu.browser().get(f"/cases/{case.id}/exception"))
    assert "The school was asked on 20 July 2026." in page.main
    filled = Page(cast.olu.browser().get(page.href("Fill in these days")))
    assert 'value="SCH_CLOSED" checked' in filled.html
    assert "Summer 2026: closed from 22 July 2026" in filled.main


def test_a_schools_own_holidays_take_the_place_of_those_for_all(cast, case):
    own = EnteredHoliday("Own", date(2026, 8, 1), date(2026, 8, 31), cast.sana.principal.organisation_id)
    with cast.olu.works() as work:
        add_holiday(work, SUMMER)
        add_holiday(work, own)
    with cast.olu.works() as work:
        [window] = holiday_windows(work, work.get(Case, case.id))
    assert (window.name, window.asked_on) == ("Own", None)


def test_nothing_is_suggested_for_a_case_of_another_time(cast, make):
    case = make.case(make.child(), state=CaseState.received, received_on=date(2026, 11, 2))
    with cast.olu.works() as work:
        add_holiday(work, SUMMER)
    with cast.olu.works() as work:
        keep_duties(work, work.get(Case, case.id))
        assert holiday_windows(work, work.get(Case, case.id)) == []


@pytest.mark.parametrize(
    ("entered", "fields"),
    [
        (EnteredHoliday("", None, None), ["name", "first_day", "last_day"]),
        (EnteredHoliday("Summer", date(2026, 9, 1), date(2026, 7, 22)), ["last_day"]),
        (EnteredHoliday("Summer", date(2026, 7, 22), date(2027, 9, 1)), ["last_day"]),
        (EnteredHoliday("Again", date(2026, 8, 1), date(2026, 8, 2)), ["first_day"]),
    ],
)
def test_what_is_wrong_with_a_holiday_is_shown(cast, entered, fields):
    with cast.olu.works() as work:
        add_holiday(work, SUMMER)
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        add_holiday(work, entered)
    assert [each.field for each in refused.value.faults] == fields


@pytest.mark.parametrize("who", ["sana", "pat"])
def test_others_enter_no_holidays_and_see_none(cast, who):
    with pytest.raises(Forbidden), getattr(cast, who).works() as work:
        add_holiday(work, SUMMER)
    assert getattr(cast, who).browser().get("/school-holidays/list/").status_code in {403, 404}


def test_term_dates_are_imported_once_and_taken_back(cast, context, importing):  # noqa: F811
    text = "Holiday,From,To,URN\nSummer 2027,22/7/2027,1/9/2027,\nHalf term,25/10/2027,29/10/2027,999999\n"
    batch = importing(cast.mary, ImportKind.holidays, text)
    assert [state for _number, state, _columns in batch.rows()] == ["ready", "left_out"]
    batch.confirm()
    again = importing(cast.mary, ImportKind.holidays, text)
    assert [state for _number, state, _columns in again.rows()] == ["left_out", "left_out"]
    with everything(context) as work:
        assert work.session.query(SchoolHoliday).one().last_day == date(2027, 9, 1)
    batch.undo()
    with everything(context) as work:
        assert work.session.query(SchoolHoliday).count() == 0
