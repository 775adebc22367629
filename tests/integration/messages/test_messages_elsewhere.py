"""Messages for the other organisations of a professional: counted, and under which they can be opened."""

import pytest
from sqlalchemy import select

from app.core.unit_of_work import AppContext
from app.messages.queries.messages import unread_elsewhere
from app.models import Child, Organisation
from tests.cast import Cast, everything
from tests.make import Maker
from tests.security.test_memberships import place_of
from tests.statements import counted


@pytest.fixture
def child(cast: Cast, make: Maker) -> Child:
    """A child to whom Tom is linked for Ann's service and Rhys's organisation, while he acts for his school."""
    child = make.child()
    for other in (cast.ann, cast.rhys):
        cast.tom.joins(place_of(other))
        make.link(child, cast.tom, organisation_id=place_of(other))
    return child


def counts(cast: Cast) -> dict[int, int]:
    with cast.tom.works() as work:
        return {
            each.organisation_id: each.messages
            for each in unread_elsewhere(work.session.connection(), work.me)
        }


def test_a9_a_message_for_none_is_counted_once_under_an_organisation_where_it_opens(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    message = make.message(cast.tom, child_id=child.id)
    assert counts(cast) == {place_of(cast.ann): 1}
    browser = cast.tom.browser()
    assert browser.get(f"/messages/{message.id}").status_code == 404
    page = browser.get("/messages/").text
    with everything(context) as work:
        name = work.get(Organisation, place_of(cast.ann)).name
        named = work.session.scalars(select(Child).where(Child.id == child.id)).one().name
    assert "1 unread message elsewhere" in page
    assert f"1 unread message for {name}" in page and 'href="/account/organisations/"' in page
    assert named not in page
    cast.tom.acts_for(place_of(cast.ann))
    browser = cast.tom.browser()
    assert browser.get(f"/messages/{message.id}").status_code == 200
    assert counts(cast) == {}


def test_a9_a_message_that_can_be_opened_here_is_not_counted_elsewhere(
    cast: Cast, make: Maker, child: Child
) -> None:
    make.link(child, cast.tom)
    make.message(cast.tom, child_id=child.id)
    make.message(cast.tom)
    make.message(cast.tom, child_id=make.child().id)
    assert counts(cast) == {}
    assert "elsewhere" not in cast.tom.browser().get("/messages/").text


def test_a9_those_for_an_organisation_and_for_none_are_counted_together(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    make.message(cast.tom, child_id=child.id)
    make.message(cast.tom, child_id=child.id, organisation_id=place_of(cast.ann))
    make.message(cast.tom, child_id=child.id, organisation_id=place_of(cast.rhys))
    assert counts(cast) == {place_of(cast.ann): 2, place_of(cast.rhys): 1}
    with counted(context) as taken:
        cast.tom.browser().get("/messages/")
    assert sum("count(" in each.lower() and "message" in each for each in taken) <= 1


def test_a9_an_organisation_that_has_not_confirmed_them_opens_none(cast: Cast, make: Maker) -> None:
    child = make.child()
    cast.tom.joins(place_of(cast.ann), confirmed=False)
    make.link(child, cast.tom, organisation_id=place_of(cast.ann))
    make.message(cast.tom, child_id=child.id)
    assert counts(cast) == {}
