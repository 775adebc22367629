"""C3, A2: at the end of compulsory school age the rights pass: the officer is asked, by name, before a parent learns
anything more, and no parent undoes the young person's consent."""

from datetime import date, timedelta

import pytest

from app.cases import invitations
from app.children.rules.school_years import is_young_person, youngest_of_age
from app.core.errors import ValidationFailed
from app.core.roles import WorkflowRole
from app.core.unit_of_work import AppContext
from app.forms import drafts
from app.forms.queries.shares import open_shares
from app.forms.rules.sharing import SharingChoice
from app.forms.sharing import set_sharing
from app.models import Child, Invitation
from tests.cast import Cast, everything
from tests.filled_forms import fill_in, send
from tests.make import Maker, parent

ADULTHOOD = ("adult_work", "adult_living", "adult_community", "adult_health")
ADULT, CHILD = date(2008, 3, 14), date(2012, 3, 14)
"""Dates of birth of a person over compulsory school age in November 2026, and of a person under it."""


def advice_of(cast: Cast, make: Maker, child: Child) -> int:
    """Ann's advice, which looks ahead to adult life."""
    advice = make.advice(child, cast.ann)
    fill_in(cast.ann, advice.id, adulthood=dict.fromkeys(ADULTHOOD, "With some help."))
    send(cast.ann, advice.id)
    return int(advice.id)


@pytest.fixture
def young_person(cast: Cast, make: Maker) -> Child:
    """Quinn is the young person, Pat the mother."""
    child = make.child(linked=(cast.ann, cast.sana), date_of_birth=ADULT)
    make.link(child, cast.quinn, part=WorkflowRole.young_person, relationship_to_child="Young person")
    return child


@pytest.mark.parametrize("year", range(2020, 2032))
@pytest.mark.parametrize(
    ("month", "day"), [(1, 1), (6, 24), (6, 25), (6, 30), (7, 1), (8, 31), (9, 1), (12, 31)]
)
def test_C3_the_youngest_of_age_is_where_the_rule_changes(year: int, month: int, day: int) -> None:
    on = date(year, month, day)
    youngest = youngest_of_age(on)
    assert is_young_person(youngest, on)
    assert not is_young_person(youngest + timedelta(days=1), on)


def test_C3_sharing_with_a_parent_of_a_young_person_asks_first(
    context: AppContext, cast: Cast, make: Maker, young_person: Child
) -> None:
    mother = make.link(young_person, cast.pat, relationship_to_child="Mother")
    advice = advice_of(cast, make, young_person)
    choice = SharingChoice(links=frozenset({mother.id}))
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        set_sharing(work, advice, choice)
    (fault,) = refused.value.faults
    assert fault.field == f"despite-{mother.id}" and "Pat Hussain" in str(fault.text)
    page = cast.olu.browser().get(f"/forms/{advice}/sharing").text
    assert "they decide what Pat Hussain may know" in page
    assert f'id="despite-{mother.id}"' in page
    with cast.olu.works() as work:
        sure = SharingChoice(links=frozenset({mother.id}), despite=frozenset({mother.id}))
        set_sharing(work, advice, sure)
    with everything(context) as work:
        assert [each.link_id for each in open_shares(work.session, advice)] == [mother.id]


def test_C3_sharing_with_the_young_person_or_a_child_s_parent_asks_nothing(
    cast: Cast, make: Maker, young_person: Child
) -> None:
    own = make.child(linked=(cast.ann,), date_of_birth=CHILD)
    mother = make.link(own, cast.pat, relationship_to_child="Mother")
    with everything(cast.olu.app.extensions["app_context"]) as work:
        (theirs,) = [
            link.id
            for link in work.session.query(type(mother)).filter_by(child_id=young_person.id)
            if link.part is WorkflowRole.young_person
        ]
    for child, link_id in ((young_person, theirs), (own, mother.id)):
        advice = advice_of(cast, make, child)
        with cast.olu.works() as work:
            set_sharing(work, advice, SharingChoice(links=frozenset({link_id})))
        assert "over compulsory school age" not in cast.olu.browser().get(f"/forms/{advice}/sharing").text


def test_C3_inviting_a_parent_of_a_young_person_asks_first(cast: Cast, young_person: Child) -> None:
    invited = parent(young_person.id, "Toni", "Vale", "toni@mail.example")
    with pytest.raises(ValidationFailed, match="Toni Vale"), cast.olu.works() as work:
        invitations.invite(work, invited)
    with cast.olu.works() as work:
        sure = parent(young_person.id, "Toni", "Vale", "toni@mail.example", despite=True)
        assert isinstance(invitations.invite(work, sure), Invitation)


def test_C3_the_officer_finds_the_young_people_whom_a_parent_follows(
    cast: Cast, make: Maker, young_person: Child
) -> None:
    browser = cast.olu.browser()
    under = make.child(linked=(cast.pat,), date_of_birth=CHILD, surname="Underage")
    for child in (young_person, under):
        assert "over compulsory school age" not in browser.get(f"/children/{child.id}").text
    assert f"/children/{young_person.id}" not in browser.get("/people/list/?show=of_age").text
    make.link(young_person, cast.pat, relationship_to_child="Mother")
    page = browser.get(f"/children/{young_person.id}").text
    assert "Linked as a parent or carer: Pat Hussain" in page
    assert "over compulsory school age" not in cast.pat.browser().get(f"/children/{young_person.id}").text
    listed = browser.get("/people/list/?show=of_age").text
    assert f"/children/{young_person.id}" in listed
    assert f'/children/{under.id}"' not in listed


def give(cast: Cast, make: Maker, child: Child) -> tuple[int, int]:
    """A consent of the mother, as a person who acts for the young person, and the young person's own."""
    made = []
    for actor, who in (
        (cast.pat, {"who": "supporter", "relationship": "Mother", "supporter_details": "I help."}),
        (cast.quinn, {"who": "young_person", "own_decision": "yes"}),
    ):
        consent = make.consent(child, actor)
        fill_in(actor, consent.id, who=who)
        send(actor, consent.id)
        made.append(int(consent.id))
    return made[0], made[1]


def test_A2_a_parent_s_withdrawal_does_not_undo_the_young_person_s_consent(
    context: AppContext, cast: Cast, make: Maker, young_person: Child
) -> None:
    make.link(young_person, cast.pat, relationship_to_child="Mother")
    mothers, own = give(cast, make, young_person)
    advice = advice_of(cast, make, young_person)
    with cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice(professionals=True))
    with cast.pat.works() as work:
        drafts.withdraw(work, mothers)
    with everything(context) as work:
        assert len(open_shares(work.session, advice)) == 1
        assert open_shares(work.session, mothers) == [], "her own consent form is read no more"
    with cast.quinn.works() as work:
        drafts.withdraw(work, own)
    with everything(context) as work:
        assert open_shares(work.session, advice) == []


def test_A2_no_one_elses_consent_replaces_the_one_that_the_young_person_withdrew(
    context: AppContext, cast: Cast, make: Maker, young_person: Child
) -> None:
    make.link(young_person, cast.pat, relationship_to_child="Mother")
    _mothers, own = give(cast, make, young_person)
    advice = advice_of(cast, make, young_person)
    with cast.quinn.works() as work:
        drafts.withdraw(work, own)
    with pytest.raises(ValidationFailed, match="The young person has withdrawn"), cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice(professionals=True))
    with everything(context) as work:
        work.get(Child, young_person.id).date_of_birth = CHILD
    with cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice(professionals=True))
        set_sharing(work, advice, SharingChoice())
    with everything(context) as work:
        work.get(Child, young_person.id).date_of_birth = ADULT
    with cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice(professionals=True, on_consent=False))
    again = make.consent(young_person, cast.quinn)
    fill_in(cast.quinn, again.id, who={"who": "young_person", "own_decision": "yes"})
    send(cast.quinn, again.id)
    with cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice(professionals=True))
