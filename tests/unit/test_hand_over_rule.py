"""Which of the chosen cases are handed over, and why the others are not."""

import pytest

from app.cases.rules.hand_over import Chosen, NotHanded, why_not_handed

OLU, MARY, ANOTHER = 1, 2, 3


@pytest.mark.parametrize(
    ("shown", "now", "why"),
    [
        (None, None, None),
        (OLU, OLU, None),
        (MARY, MARY, NotHanded.has_it),
        (OLU, MARY, NotHanded.has_it),
        (OLU, ANOTHER, NotHanded.changed),
        (OLU, None, NotHanded.changed),
        (None, OLU, NotHanded.changed),
    ],
)
def test_a_case_is_handed_to_mary_only_while_it_is_as_it_was_shown(shown, now, why):
    assert why_not_handed(Chosen(7, shown), now, MARY) is why
