"""The officer is warned, by name, before inviting, linking or asking someone who a form says must not know."""

import pytest

from app.cases import advice_requests, invitations, links
from app.core.errors import ValidationFailed
from app.core.roles import WorkflowRole
from app.models import ChildLink, Invitation
from tests.cast import everything
from tests.filled_forms import fill_in, send
from tests.make import parent


@pytest.fixture
def child(cast, make):
    """Pat's consent form says that the father and the duty team must not know."""
    made = make.child()
    make.link(made, cast.pat, relationship_to_child="Mother")
    consent = make.consent(made, cast.pat)
    rows = [
        {"name": "his father, John Hussain", "why": "There is a court order."},
        {"name": "Bradford Children and Families Duty Team", "why": "We have asked for another team."},
    ]
    fill_in(cast.pat, consent.id, sharing={"not_share": rows})
    send(cast.pat, consent.id)
    return made


def invite(work, child, first, last, relationship, **more):
    email = f"{first.lower()}@mail.example"
    return invitations.invite(work, parent(child.id, first, last, email, relationship, **more))


@pytest.mark.parametrize(
    ("first", "last", "relationship"),
    [("John", "Hussain", "Uncle"), ("J", "Smith", "Father"), ("Jo", "Smith", "Dad")],
)
def test_a2_inviting_one_who_must_not_know_asks_first(cast, child, first, last, relationship):
    with (
        pytest.raises(ValidationFailed, match=f"{first} {last} must not know") as refused,
        cast.olu.works() as work,
    ):
        invite(work, child, first, last, relationship)
    assert [fault.field for fault in refused.value.faults] == ["despite"]
    with cast.olu.works() as work:
        assert isinstance(invite(work, child, first, last, relationship, despite=True), Invitation)


def test_a2_others_are_invited_without_a_question(cast, child):
    with cast.olu.works() as work:
        assert isinstance(invite(work, child, "Rosa", "Lund", "Grandmother"), Invitation)


def test_a2_linking_or_asking_their_organisation_asks_first(cast, child):
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        links.link_person(work, child.id, cast.sol.id)
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        links.link_organisation(work, child.id, cast.sol.principal.organisation_id)
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_social_care", person_id=cast.sol.id)
    with cast.olu.works() as work:
        links.link_person(work, child.id, cast.ann.id)
        links.link_person(work, child.id, cast.sol.id, despite=True)


def test_a2_a_young_person_is_invited_as_a_party_of_their_own(cast, make, context):
    child = make.child()
    with cast.olu.works() as work:
        name = ("Quinn", "Barker", cast.quinn.email, "The young person")
        link = invitations.invite(work, parent(child.id, *name, part=WorkflowRole.young_person))
    with everything(context) as work:
        assert work.get(ChildLink, link.id).part is WorkflowRole.young_person
    with cast.quinn.works() as work:
        assert advice_requests.start_consent(work, child.id).author_id == cast.quinn.id
