"""Domains that can be taken for each other."""

import pytest

from app.accounts.rules.lookalikes import looks_like
from app.accounts.rules.work_email import canonical, domain_of

REAL = "heatonbeck.sch.uk"


@pytest.mark.parametrize(
    "typed",
    ["heat\u043enbeck.sch.uk", "heat0nbeck.sch.uk", "h\u0435\u0430t\u043enbeck.sch.uk"],
)
def test_a3_a_homograph_of_a_domain_looks_like_it(typed):
    domain = domain_of(canonical(f"head@{typed}"))

    assert domain != REAL
    assert looks_like(domain, REAL)


def test_a3_two_letters_can_look_like_one():
    assert looks_like("rnoorside.sch.uk", "moorside.sch.uk")
    assert looks_like("hi11top.sch.uk", "hilltop.sch.uk")


@pytest.mark.parametrize("other", [REAL, "heatonbank.sch.uk", "heatonbeck.org.uk", "eatonbeck.sch.uk"])
def test_a3_other_domains_do_not(other):
    assert not looks_like(other, REAL)
