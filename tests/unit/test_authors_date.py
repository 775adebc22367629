"""The date that the authors of a form work to."""

from datetime import date

import pytest

from app.forms.rules.form_deadlines import authors_date, correct_by
from app.forms.rules.workflow import FormState

LIMIT, WANTED = date(2027, 1, 4), date(2026, 12, 1)


@pytest.mark.parametrize(
    ("state", "due_on", "wanted_by", "shown"),
    [
        (FormState.asked, LIMIT, None, LIMIT),
        (FormState.asked, None, WANTED, WANTED),
        (FormState.returned, LIMIT, WANTED, WANTED),
        (FormState.returned, LIMIT, None, LIMIT),
        (FormState.draft, None, None, None),
    ],
)
def test_b12_advice_and_information_show_theirs(state, due_on, wanted_by, shown):
    assert authors_date(state, due_on, wanted_by) == shown


def test_b12_a_returned_form_is_wanted_a_week_on():
    assert correct_by(date(2026, 11, 23)) == date(2026, 11, 30)
