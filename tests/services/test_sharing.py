"""Who may read what, decided form by form, and felt at once."""

import pytest

from app.domain.errors import NotFound, WrongHands, WrongMoment
from app.domain.workflow import FormState
from app.models import Form
from app.services.sharing import set_sharing, shared_now


@pytest.fixture
def sent(cast, make):
    """Ann's advice, sent; Sana, Hana and Pat are linked to the child as well."""
    child = make.child(linked=(cast.ann, cast.sana, cast.hana, cast.pat))
    return make.advice(child, cast.ann, FormState.submitted)


def readers(cast, form):
    found = set()
    for actor in cast:
        try:
            with actor.works() as work:
                work.get(Form, form.id)
                found.add(actor.key)
        except NotFound:
            pass
    return found


def share(cast, form, *whom):
    with cast.olu.works() as work:
        set_sharing(work, form.id, whom)
        return [(event.name, event.facts()["shared_with"]) for event in work.told]


def test_at_first_only_the_author_and_the_team_read_it(cast, sent):
    assert readers(cast, sent) == {"ann", "olu", "mary"}


@pytest.mark.parametrize(
    ("whom", "also"),
    [
        (("professionals",), {"sana", "hana"}),
        (("parents",), {"pat"}),
        (("parents", "professionals"), {"sana", "hana", "pat"}),
    ],
)
def test_sharing_opens_it_to_exactly_those(cast, sent, whom, also):
    assert share(cast, sent, *whom) == [("FormShared", whom)]
    assert readers(cast, sent) == {"ann", "olu", "mary"} | also


def test_what_is_taken_back_cannot_be_read_any_more(cast, sent):
    share(cast, sent, "professionals", "parents")
    assert share(cast, sent) == [("FormShared", ())]
    assert readers(cast, sent) == {"ann", "olu", "mary"}


def test_the_same_choice_twice_says_nothing(cast, sent):
    share(cast, sent, "parents")
    assert share(cast, sent, "parents") == []


def test_words_nobody_knows_are_left_out(cast, sent):
    assert share(cast, sent, "everybody", "parents") == [("FormShared", ("parents",))]


@pytest.mark.parametrize("state", [FormState.asked, FormState.draft, FormState.returned, FormState.cancelled])
def test_what_was_not_sent_cannot_be_shared(cast, make, state):
    advice = make.advice(make.child(linked=(cast.ann, cast.pat)), cast.ann, state)
    with pytest.raises(WrongMoment):
        share(cast, advice, "parents")
    assert "pat" not in readers(cast, advice)


def test_a_returned_form_that_was_shared_can_still_be_taken_back(cast, make, office):
    child = make.child(linked=(cast.ann, cast.pat))
    advice = make.advice(child, cast.ann, FormState.returned, shared_with_parents_at=office.clock.now())
    share(cast, advice)
    assert "pat" not in readers(cast, advice)


@pytest.mark.parametrize("who", ["ann", "sana", "pat"])
def test_only_the_sen_team_shares(cast, sent, who):
    with pytest.raises((WrongHands, NotFound)), getattr(cast, who).works() as work:
        set_sharing(work, sent.id, {"parents"})
    with cast.olu.works() as work:
        assert shared_now(work.get(Form, sent.id)) == frozenset()
