"""A2, A6: a note that a person must not know is sent at the moment in which that person comes to the child. On PostgreSQL
one of the two comes first, and the second finds it."""

import contextlib
from dataclasses import replace

import pytest
from sqlalchemy import update

from app.accounts import membership
from app.cases import duplicates, links
from app.core.errors import NotFound
from app.core.unit_of_work import AppContext
from app.forms import submissions
from app.forms.rules.sharing import SharingChoice
from app.forms.rules.workflow import FormState
from app.forms.sharing import set_sharing
from app.models import Child, Membership
from tests.cast import Cast, everything
from tests.filled_forms import fill_in
from tests.make import Maker
from tests.security.test_family_attacks import advice_of
from tests.security.test_named_in_queues import sees
from tests.security.test_two_at_once import Deed, at_once

ROUNDS = 4


def note_to_send(cast: Cast, make: Maker, child: Child, name: str, key: int) -> Deed:
    """Pat's consent form, filled in: sending it says that this person must not know."""
    consent = make.consent(child, cast.pat)
    fill_in(cast.pat, consent.id, sharing={"not_share": [{"name": name, "why": "No contact."}]})
    return lambda work: submissions.submit(work, consent.id, f"{key:032x}")


def test_A2_a_note_sent_while_a_colleague_steps_back(cast: Cast, make: Maker) -> None:
    for each in range(ROUNDS):
        child = make.child(linked=(cast.pat,))
        link = make.link(child, cast.hana)
        make.advice(child, cast.hana, FormState.asked, "advice_health")
        send = note_to_send(cast, make, child, "Idris Clarke", each)
        results = at_once((cast.pat, send), (cast.hana, lambda work, n=link.id: links.step_back(work, n)))
        assert results == ["done", "done"]
        assert not sees(cast.idris, child)


def test_A2_a_note_sent_while_an_organisation_is_linked(cast: Cast, make: Maker) -> None:
    health = cast.hana.principal.organisation_id or 0
    for each in range(ROUNDS):
        child = make.child(linked=(cast.pat,))
        send = note_to_send(cast, make, child, "Idris Clarke", each)
        results = at_once(
            (cast.pat, send), (cast.olu, lambda work, c=child.id: links.link_organisation(work, c, health))
        )
        assert set(results) <= {"done", "ValidationFailed"}
        assert not sees(cast.idris, child)


def test_A2_a_colleague_confirmed_while_the_organisation_is_linked_and_a_note_is_there(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    school = cast.sana.principal.organisation_id or 0
    for each in range(ROUNDS):
        with everything(context) as work:
            work.session.execute(
                update(Membership).where(Membership.person_id == cast.tom.id).values(confirmed_at=None)
            )
        child = make.child(linked=(cast.pat,))
        send = note_to_send(cast, make, child, "Tom Ellis", each)
        at_once((cast.pat, send))
        results = at_once(
            (cast.sana, lambda work: membership.confirm(work, cast.tom.membership_id)),
            (
                cast.olu,
                lambda work, c=child.id: links.link_organisation(work, c, school, despite=True),
            ),
        )
        assert results == ["done", "done"]
        cast.tom.principal = replace(cast.tom.principal, is_confirmed=True)
        assert not sees(cast.tom, child)


@pytest.mark.parametrize("note_in_newer", [True, False])
def test_A2_a_note_sent_while_the_record_is_merged_with_one_in_a_queue(
    cast: Cast, make: Maker, note_in_newer: bool
) -> None:
    for each in range(ROUNDS):
        older = make.child()
        newer = make.child(possible_duplicate_of_id=older.id)
        noted, queued = (newer, older) if note_in_newer else (older, newer)
        make.link(noted, cast.pat)
        make.queue(queued, cast.hana)
        send = note_to_send(cast, make, noted, "Idris Clarke", each)
        merge: Deed = lambda work, n=newer.id: duplicates.same_child(work, n, despite=True)  # noqa: E731
        results = at_once((cast.pat, send), (cast.olu, merge))
        assert results in (["done", "done"], ["Conflict", "done"], ["NotFound", "done"])
        if results != ["done", "done"]:  # either of them was asked to try again
            with cast.pat.works() as work:
                send(work)
            with contextlib.suppress(NotFound), cast.olu.works() as work:
                merge(work)
        assert not sees(cast.idris, older)
        assert sees(cast.hana, older)


def test_A5_sharing_with_a_parent_while_a_note_names_them_is_refused_or_reported(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    for each in range(ROUNDS):
        child = make.child(linked=(cast.pat, cast.ann))
        link = make.link(child, cast.quinn, relationship_to_child="Father")
        advice = advice_of(cast, make, child, cast.ann)
        send = note_to_send(cast, make, child, "Quinn Barker", each)
        choice = SharingChoice(links=frozenset({link.id}))
        results = at_once(
            (cast.pat, send), (cast.olu, lambda work, a=advice, c=choice: set_sharing(work, a, c))
        )
        assert set(results) <= {"done", "ValidationFailed"}
        inbox = cast.olu.browser().get("/messages/").text
        assert "Someone linked to a child may be a person who must not know" in inbox
