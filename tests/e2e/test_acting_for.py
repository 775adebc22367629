"""A SENCO of three schools, in a real browser: she asks to join two more, and switches between the three."""

import re
from datetime import date

import pytest

from tests.e2e.conftest import EMAILS, Portal, Windows
from tests.e2e.story import Visitor

pytestmark = pytest.mark.browser

OWN, SECOND, THIRD = (
    "Heaton Beck Primary School",
    "Shipley Moor Academy",
    "Bradford Educational Psychology Team",
)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_senco_of_three_organisations_sees_each_ones_work(
    portal: Portal, windows: Windows, javascript: bool
) -> None:
    senco, officer = (Visitor(windows.open(portal, javascript), portal, javascript) for _ in range(2))
    senco.logs_in(EMAILS["sana"])
    officer.logs_in(EMAILS["olu"])
    assert "Acting for" not in header(senco), "she has one organisation"
    for place in (SECOND, THIRD):
        asks_to_join(senco, place)
        officer.goes_to("/colleagues/")
        officer.presses(f"Confirm that Sana Iqbal works for {place}")

    names = {}
    for number, place in enumerate((OWN, SECOND, THIRD)):
        if number:
            acts_for(senco, place)
        if place != THIRD:  # a psychologist adds no child
            names[place] = adds_a_child(senco, number)
    for place in (OWN, SECOND, THIRD, OWN):
        acts_for(senco, place)
        senco.goes_to("/send/")
        shown = senco.page.locator("main").inner_text()
        assert {each for each, name in names.items() if name in shown} == {place} & set(names)

    assert senco.complaints == officer.complaints == []


def header(visitor: Visitor) -> str:
    return visitor.page.locator("header").inner_text()


def asks_to_join(senco: Visitor, place: str) -> None:
    senco.goes_to("/account/organisations/")
    senco.follows("Ask to join another organisation")
    senco.picks("organisation", place)
    senco.types(job_title="SENCO")
    senco.presses("Ask to join")
    senco.sees("Waiting to be confirmed")


def acts_for(senco: Visitor, place: str) -> None:
    senco.follows(re.compile("^Change"), among="header")
    senco.chooses(place)
    senco.presses("Continue")
    assert f"Acting for: {place}" in header(senco)


def adds_a_child(senco: Visitor, number: int) -> str:
    surname = ("Oakfield", "Birchwood")[number]
    senco.goes_to("/send/")
    senco.presses("Add Person")
    born = date(2016, 3, 14 + number)
    senco.types(
        forenames="Idris",
        surname=surname,
        address="3 Moor View\nBradford",
        postcode="bd9 4nq",
        upn=("R801299005011", "U801299005022")[number],
        **{f"date_of_birth-{part}": str(getattr(born, part)) for part in ("day", "month", "year")},
    )
    senco.presses("Add and start the request")
    senco.sees("Request for an education, health and care needs assessment")
    return surname
