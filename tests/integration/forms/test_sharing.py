"""Who may read what: one submitted version, person by person, and ended by a return or by a withdrawn consent."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.cases import advice_requests
from app.core.errors import Conflict, Forbidden, InvalidState, NotFound, ValidationFailed
from app.forms import drafts, returns
from app.forms.queries.shares import open_shares
from app.forms.reading import read
from app.forms.rules.sharing import SharingChoice
from app.forms.rules.workflow import FormState
from app.forms.sharing import set_sharing
from app.models import ChildLink, Form
from tests.cast import everything
from tests.filled_forms import fill_in, give_consent, send


@pytest.fixture
def child(cast, make):
    """Sana, Ann and Hana work with the child; Pat is the mother and Quinn the father."""
    made = make.child(linked=(cast.ann, cast.sana, cast.hana))
    make.link(made, cast.pat, relationship_to_child="Mother")
    make.link(made, cast.quinn, relationship_to_child="Father")
    return made


@pytest.fixture
def sent(cast, make, child):
    """Ann's advice, sent."""
    advice = make.advice(child, cast.ann)
    fill_in(cast.ann, advice.id)
    send(cast.ann, advice.id)
    return advice


@pytest.fixture
def link_of(context, child):
    def find(actor):
        with everything(context) as work:
            links = work.session.query(ChildLink).filter_by(child_id=child.id, person_id=actor.id)
            return links.order_by(ChildLink.id.desc()).first().id

    return find


def readers(cast, form):
    found = set()
    for actor in cast:
        try:
            with actor.works() as work:
                if read(work, form.id).submission is not None:
                    found.add(actor.key)
        except NotFound:
            pass
    return found


def share(cast, form, *links, number=None, **more):
    with cast.olu.works() as work:
        choice = SharingChoice(links=frozenset(links), **more)
        set_sharing(work, form.id, choice, number)
        return [event.name for event in work.events]


TEAM = {"ann", "olu", "mary"}


def test_a2_at_first_only_the_author_and_the_team_read_it(cast, sent):
    assert readers(cast, sent) == TEAM


def test_a2_each_parent_is_chosen_by_name(cast, sent, link_of):
    assert share(cast, sent, link_of(cast.pat)) == ["FormShared"]
    assert readers(cast, sent) == TEAM | {"pat"}
    assert share(cast, sent, link_of(cast.quinn), professionals=True) == ["FormShared"]
    assert readers(cast, sent) == TEAM | {"quinn", "sana", "hana"}
    assert share(cast, sent) == ["FormShared"]
    assert readers(cast, sent) == TEAM


def test_a2_the_same_choice_twice_changes_nothing(cast, sent, link_of):
    share(cast, sent, link_of(cast.pat))
    assert share(cast, sent, link_of(cast.pat)) == []


def test_a2_a_link_of_another_child_or_of_a_professional_is_refused(cast, sent, make, link_of):
    elsewhere = make.link(make.child(), cast.quinn)
    for link_id in (elsewhere.id, link_of(cast.sana)):
        with pytest.raises(InvalidState):
            share(cast, sent, link_id)
    assert readers(cast, sent) == TEAM


def test_a2_a_parent_whose_link_ended_reads_nothing_even_when_linked_again(
    cast, sent, make, link_of, context, child
):
    share(cast, sent, link_of(cast.pat))
    mothers = link_of(cast.pat)
    with everything(context) as work:
        work.get(ChildLink, mothers).ended_at = work.now
    assert readers(cast, sent) == TEAM
    make.link(child, cast.pat)
    assert readers(cast, sent) == TEAM


@pytest.mark.parametrize("who", ["ann", "sana", "pat"])
def test_a2_only_the_sen_team_shares(cast, sent, who, context):
    with pytest.raises((Forbidden, NotFound)), getattr(cast, who).works() as work:
        set_sharing(work, sent.id, SharingChoice(professionals=True))
    with everything(context) as work:
        assert open_shares(work.session, sent.id) == []


@pytest.mark.parametrize("state", [FormState.asked, FormState.draft, FormState.returned, FormState.cancelled])
def test_a5_what_was_not_sent_cannot_be_shared(cast, make, child, state, link_of):
    advice = make.advice(child, cast.ann, state)
    with pytest.raises(InvalidState):
        share(cast, advice, link_of(cast.pat))


def test_a5_returning_ends_sharing_and_the_corrected_version_is_shared_again_by_the_team(cast, sent, link_of):
    share(cast, sent, link_of(cast.pat), professionals=True)
    with cast.olu.works() as work:
        returns.send_back(work, sent.id, 1, {"": "Please say more."})
    assert readers(cast, sent) == TEAM

    fill_in(cast.ann, sent.id)
    send(cast.ann, sent.id)

    assert readers(cast, sent) == TEAM, "the SEN team reads the corrected version first"
    with pytest.raises(Conflict):
        share(cast, sent, link_of(cast.pat), number=1)
    share(cast, sent, link_of(cast.pat), number=2)
    with cast.pat.works() as work:
        found = read(work, sent.id)
        assert [one.number for one in found.versions] == [2]
    with pytest.raises(NotFound), cast.pat.works() as work:
        read(work, sent.id, 1)


def test_a5_a_withdrawn_consent_ends_what_rested_on_it(cast, sent, link_of, child):
    consent = give_consent(child, cast.pat)
    share(cast, sent, link_of(cast.quinn), professionals=True)
    assert {"sana", "hana", "quinn"} <= readers(cast, sent)

    with cast.pat.works() as work:
        drafts.withdraw(work, consent)

    assert readers(cast, sent) == TEAM | {"quinn"}
    assert "sana" not in readers(cast, Anything(consent))


def test_c4_what_the_assessment_needs_by_law_stays_readable(cast, sent, child):
    consent = give_consent(child, cast.pat)
    share(cast, sent, professionals=True, on_consent=False)
    with cast.pat.works() as work:
        drafts.withdraw(work, consent)
    assert readers(cast, sent) == TEAM | {"sana", "hana"}


class Anything:
    """A form by its number."""

    def __init__(self, form_id):
        self.id = form_id


# --- consent belongs to the person who gives it -----------------------------------------------------


def test_a2_a_consent_is_read_and_withdrawn_by_its_giver_and_by_no_other_parent(cast, child):
    consent = give_consent(child, cast.pat)
    assert readers(cast, Anything(consent)) == {"pat", "olu", "mary", "ann", "sana", "hana"}
    with pytest.raises(NotFound), cast.quinn.works() as work:
        drafts.withdraw(work, consent)
    with pytest.raises(InvalidState):
        share(cast, Anything(consent), *(1,), professionals=True)


def test_a2_each_parent_has_a_consent_form_of_their_own(cast, child):
    with cast.pat.works() as work:
        mothers = advice_requests.start_consent(work, child.id).id
    with cast.quinn.works() as work:
        fathers = advice_requests.start_consent(work, child.id).id
    assert mothers != fathers
    fill_in(cast.pat, mothers)
    with pytest.raises(NotFound):
        fill_in(cast.quinn, mothers)
    with pytest.raises((NotFound, Forbidden)):
        fill_in(cast.olu, mothers)


def test_a2_what_must_not_be_shared_is_read_by_its_giver_and_the_team_only(cast, child):
    named = {"not_share": [{"name": "Quinn Barker", "why": "He must not know where we live."}]}
    consent = give_consent(child, cast.pat, sharing=named)
    for actor, reads in ((cast.pat, True), (cast.olu, True), (cast.sana, False), (cast.hana, False)):
        with actor.works() as work:
            asked = {line.line.question.id for part in read(work, consent).sections for line in part.lines}
        assert ("not_share" in asked) is reads, actor.key


def test_a2_the_team_withdraws_only_on_behalf_of_someone_named(cast, child, context):
    consent = give_consent(child, cast.pat)
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        drafts.withdraw(work, consent)
    with cast.olu.works() as work:
        drafts.withdraw(work, consent, "Pat Hussain, by telephone")
    with everything(context) as work:
        form = work.get(Form, consent)
        assert (form.state, form.decision_reason, form.decided_by_id) == (
            FormState.withdrawn,
            "Pat Hussain, by telephone",
            cast.olu.id,
        )


def test_a2_what_the_team_writes_down_for_a_parent_becomes_the_parents_when_it_is_sent(cast, child, link_of):
    mothers = link_of(cast.pat)
    with cast.olu.works() as work:
        consent = advice_requests.start_consent(work, child.id, mothers, recorded=True).id
    with pytest.raises(Forbidden):
        fill_in(cast.pat, consent)
    fill_in(cast.mary, consent)
    send(cast.mary, consent)
    assert readers(cast, Anything(consent)) == {"pat", "olu", "mary", "ann", "sana", "hana"}
    with cast.pat.works() as work:
        drafts.withdraw(work, consent)


def test_a2_the_officer_is_warned_by_name_before_sharing(cast, sent, child, link_of):
    named = {"not_share": [{"name": "Quinn", "why": "He must not know where we live."}]}
    give_consent(child, cast.pat, sharing=named)
    fathers = link_of(cast.quinn)
    with pytest.raises(ValidationFailed, match="Quinn Barker") as refused:
        share(cast, sent, fathers)
    assert [fault.field for fault in refused.value.faults] == [f"despite-{fathers}"]
    share(cast, sent, link_of(cast.pat))
    share(cast, sent, fathers, despite=frozenset({fathers}))
    assert readers(cast, sent) == TEAM | {"quinn"}


# --- races -------------------------------------------------------------------------------------------


def at_once(times, act):
    def tried(_number):
        try:
            return act()
        except (Conflict, InvalidState) as lost:
            return lost

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(tried, range(times)))


def test_a6_eight_posts_begin_one_consent(cast, child):
    def begin():
        with cast.pat.works() as work:
            return advice_requests.start_consent(work, child.id).id

    assert len(set(at_once(8, begin))) == 1


def test_a6_of_eight_withdrawals_one_succeeds(cast, child):
    consent = give_consent(child, cast.pat)

    def withdraw():
        with cast.pat.works() as work:
            return drafts.withdraw(work, consent).id

    assert [one for one in at_once(8, withdraw) if not isinstance(one, Exception)] == [consent]


def test_a6_a_share_never_outlives_a_return_of_the_same_moment(cast, sent, link_of):
    pats = link_of(cast.pat)

    def both(number):
        if number % 2:
            share(cast, sent, pats)
        else:
            with cast.olu.works() as work:
                returns.send_back(work, sent.id, 1, {"": "Please say more."})

    numbers = iter(range(8))
    at_once(8, lambda: both(next(numbers)))
    assert readers(cast, sent) == TEAM
