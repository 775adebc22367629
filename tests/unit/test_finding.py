"""One box finds a child by name, date of birth, UPN or NHS number."""

from datetime import date

import pytest

from app.children.rules.finding import ChildWanted, child_wanted


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("943 476 5919", ChildWanted(nhs_number="9434765919")),
        ("b801200005001", ChildWanted(upn="B801200005001")),
        ("14/3/2016", ChildWanted(born_on=date(2016, 3, 14))),
        (" 14 03 2016 ", ChildWanted(born_on=date(2016, 3, 14))),
        ("14/3/16", ChildWanted(born_on=date(2016, 3, 14))),
        ("14 Mar 2016", ChildWanted(born_on=date(2016, 3, 14))),
        ("14 March 2016", ChildWanted(born_on=date(2016, 3, 14))),
        ("2016-03-14", ChildWanted(born_on=date(2016, 3, 14))),
        ("Nowak, Zofia", ChildWanted(words=("nowak", "zofia"))),
        ("31/2/2016", ChildWanted(words=("31", "2", "2016"))),
        ("9434765918", ChildWanted(words=("9434765918",))),
        ("", ChildWanted()),
    ],
)
def test_what_was_typed_is_taken_for_what_it_looks_like(typed, meant):
    assert child_wanted(typed) == meant
