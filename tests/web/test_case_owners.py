"""The pages to hand cases to a colleague, from a case and from the list."""

import pytest
from sqlalchemy import select

from app.models import Case
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page


@pytest.fixture
def press(app, cast):
    def post(data, who=None, **how):
        return Page(post_with_token((who or cast.olu).browser(), app, "/cases/hand-over", data, **how))

    return post


def get(actor, path):
    return Page(actor.browser().get(path))


def owner_of(context, case):
    with everything(context) as work:
        return work.session.scalars(select(Case.owner_id).where(Case.id == case.id)).one()


def test_one_case_is_handed_over_from_the_childs_page(cast, make, context, press):
    case = make.case(make.child())
    page = get(cast.olu, f"/children/{case.child_id}")
    assert f"Case {case.number}" in page.main
    assert "no owner" in page.main
    ask = get(cast.olu, page.href(f"Hand over to a colleague, case {case.number}"))
    assert ask.heading == "Hand over 1 case"
    page = press({"case": f"{case.id}-0", "step": "do", "colleague": ""})
    assert page.errors == {"colleague": "Choose a colleague"}
    done = press({"case": f"{case.id}-0", "step": "do", "colleague": cast.mary.id}, follow_redirects=True)
    assert f"Case {case.number} is now with Mary" in done.main
    assert owner_of(context, case) == cast.mary.id


def test_many_are_handed_over_from_the_list_after_saying_what_will_be_done(cast, make, context, press):
    mine, theirs = (
        make.case(make.child(), owner_id=cast.olu.id),
        make.case(make.child(), owner_id=cast.mary.id),
    )
    listed = get(cast.olu, "/cases/list/?show=mine")
    assert mine.number in listed.main
    assert theirs.number not in listed.main
    chosen = [f"{mine.id}-{cast.olu.id}", f"{theirs.id}-{cast.mary.id}"]
    assert f'value="{chosen[0]}"' in listed.html

    ask = press({"case": chosen})
    assert ask.heading == "Hand over 2 cases"
    check = press({"case": chosen, "step": "check", "colleague": cast.mary.id})
    assert check.heading == f"Hand over 1 case to {cast.mary.principal.name}?"
    assert "1 of the chosen cases stays as it is." in check.main
    assert "This colleague has it already" in check.main
    assert owner_of(context, mine) == cast.olu.id, "nothing is done before it is confirmed"
    done = press({"case": chosen, "step": "do", "colleague": cast.mary.id})
    assert done.heading == f"1 case is now with {cast.mary.principal.name}"
    assert "1 case was not handed over" in done.main
    assert owner_of(context, mine) == cast.mary.id
    again = press({"case": chosen, "step": "do", "colleague": cast.mary.id})
    assert again.heading == f"0 cases are now with {cast.mary.principal.name}"


def test_without_a_chosen_case_the_list_says_so(press):
    page = press({}, follow_redirects=True)
    assert page.heading == "Cases"
    assert "Choose at least one case" in page.main


@pytest.mark.parametrize("case", ["x", "-1", "99999999999-0", "7", "0-0"])
def test_what_is_no_case_is_no_error(press, case):
    assert press({"case": case}, follow_redirects=True).heading == "Cases"


@pytest.mark.parametrize("who", ["sana", "pat", "ines"])
def test_no_one_else_opens_these_pages(cast, make, context, press, who):
    actor = getattr(cast, who)
    case = make.case(make.child(linked=(cast.sana, cast.pat)))
    assert get(actor, f"/cases/{case.id}/hand-over").status in {403, 404}
    assert press({"case": f"{case.id}-0", "step": "do", "colleague": cast.mary.id}, actor).status in {
        403,
        404,
    }
    assert owner_of(context, case) is None
    if who != "ines":
        assert case.number not in get(actor, f"/children/{case.child_id}").main


def test_the_filter_for_cases_without_an_owner(cast, make):
    free, owned = make.case(make.child()), make.case(make.child(), owner_id=cast.olu.id)
    page = get(cast.olu, "/cases/list/?show=without_owner")
    assert free.number in page.main
    assert owned.number not in page.main
