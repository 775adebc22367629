"""Buttons pressed twenty times at once: each happens once, and nothing answers with a failure. On PostgreSQL really
side by side."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from app.accounts import account_details, accounts, membership, sessions
from app.cases import child_corrections, duplicates, links, merges
from app.cases.child_corrections import Correction
from app.core.unit_of_work import AppContext
from app.forms.rules.workflow import FormState
from app.models import AuditRow, ChildLink, OrganisationChange, Person, ProposalState
from tests.cast import Cast, everything, membership_of
from tests.integration.cases.test_children import TYPED
from tests.make import Maker
from tests.security.test_one_open import outcomes
from tests.security.test_two_at_once import at_once, open_links

ANSWERS = {"done", "ValidationFailed", "InvalidState", "Forbidden", "NotFound", "Conflict"}


def audited(context: AppContext, event: str) -> int:
    with everything(context) as work:
        return (
            work.session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.event == event))
            or 0
        )


def test_A6_a_merge_is_undone_once(context: AppContext, cast: Cast, make: Maker) -> None:
    older = make.child(linked=(cast.ann,))
    newer = make.child(possible_duplicate_of_id=older.id, linked=(cast.ann, cast.pat))
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
        merge_id = merges.merges_of(work, older.id)[0].merge_id

    results = outcomes([cast.olu, cast.mary], lambda work: merges.undo_merge(work, merge_id, "Twins."))

    assert results["done"] == 1 and set(results) <= ANSWERS
    assert len(open_links(context, newer.id)) == 2 and len(open_links(context, older.id)) == 1
    assert audited(context, "MergeUndone") == 1


def test_A8_a_link_ended_while_a_merge_is_undone_is_open_nowhere(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    older = make.child(linked=(cast.pat,))
    newer = make.child(possible_duplicate_of_id=older.id, linked=(cast.pat,))
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
        merge_id = merges.merges_of(work, older.id)[0].merge_id
    (link,) = open_links(context, older.id)

    results = at_once(
        (cast.olu, lambda work: merges.undo_merge(work, merge_id, "Twins.")),
        (cast.mary, lambda work: links.end_link(work, link.id)),
    )

    assert results == ["done", "done"]
    assert open_links(context, older.id) == []


def test_A6_a_colleague_is_confirmed_once(context: AppContext, cast: Cast) -> None:
    with everything(context) as work:
        membership_of(work, cast.tom.id).confirmed_at = None
    results = outcomes([cast.sana, cast.olu], lambda work: membership.confirm(work, cast.tom.membership_id))
    assert results["done"] == 1 and set(results) <= ANSWERS
    assert audited(context, "MembershipConfirmed") == 1


def test_A6_a_colleague_confirmed_and_refused_at_once_is_one_of_them(context: AppContext, cast: Cast) -> None:
    with everything(context) as work:
        membership_of(work, cast.tom.id).confirmed_at = None
    results = at_once(
        *((cast.sana, lambda work: membership.confirm(work, cast.tom.membership_id)) for _ in range(5)),
        *((cast.olu, lambda work: membership.refuse(work, cast.tom.membership_id)) for _ in range(5)),
    )
    assert Counter(results)["done"] == 1 and set(results) <= ANSWERS
    with everything(context) as work:
        tom = work.get(Person, cast.tom.id)
        assert tom.active == (membership_of(work, tom.id).confirmed_at is not None)


def test_A6_a_change_of_organisation_is_proposed_and_approved_once(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.ann,))
    team = cast.hana.principal.organisation_id or 0
    results = outcomes([cast.ann], lambda work: account_details.propose(work, team, "I moved."))
    assert set(results) <= ANSWERS and results["done"] >= 1
    with everything(context) as work:
        (waiting,) = work.session.scalars(
            select(OrganisationChange.id).where(OrganisationChange.state == ProposalState.waiting)
        )
    results = outcomes([cast.olu, cast.mary], lambda work: account_details.approve(work, waiting))
    assert results["done"] == 1 and set(results) <= ANSWERS
    assert [link.person_id for link in open_links(context, child.id)] == [None]


def test_A9_moving_organisation_while_children_are_linked(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    made = [make.child() for _ in range(8)]
    team = cast.hana.principal.organisation_id or 0
    with cast.ann.works() as work:
        change_id = account_details.propose(work, team, "I moved.").id
    results = at_once(
        (cast.mary, lambda work: account_details.approve(work, change_id)),
        *((cast.olu, lambda work, c=c: links.link_person(work, c.id, cast.ann.id)) for c in made),
    )
    assert set(results) <= ANSWERS
    with everything(context) as work:
        mine = work.session.scalars(
            select(ChildLink.organisation_id).where(
                ChildLink.person_id == cast.ann.id, ChildLink.ended_at.is_(None)
            )
        ).all()
        assert set(mine) <= {team}


def test_A6_two_step_back_at_once_and_the_child_waits_once(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    one, two = make.link(child, cast.hana), make.link(child, cast.idris)
    make.advice(child, cast.hana, template="advice_health")
    results = at_once(
        *((cast.hana, lambda work: links.step_back(work, one.id)) for _ in range(5)),
        *((cast.idris, lambda work: links.step_back(work, two.id)) for _ in range(5)),
    )
    assert Counter(results)["done"] == 2 and set(results) <= ANSWERS
    assert [link.person_id for link in open_links(context, child.id)] == [None]


def test_A6_a_record_is_corrected_once(context: AppContext, cast: Cast, make: Maker) -> None:
    child = make.child()
    correction = Correction(TYPED, None, "A typing mistake.", 1)
    results = outcomes(
        [cast.olu, cast.mary], lambda work: child_corrections.correct_child(work, child.id, correction)
    )
    assert results["done"] == 1 and set(results) <= ANSWERS
    assert audited(context, "ChildCorrected") == 1


def test_A6_closing_and_opening_and_roles_at_once(context: AppContext, cast: Cast, make: Maker) -> None:
    from app.core.roles import Role

    child = make.child(linked=(cast.ann, cast.bob))
    make.advice(child, cast.ann)
    results = at_once(
        *((cast.ines, lambda work: accounts.deactivate(work, cast.ann.id)) for _ in range(4)),
        *((cast.ines, lambda work: accounts.deactivate(work, cast.bob.id)) for _ in range(4)),
        *((cast.ines, lambda work: accounts.set_roles(work, cast.ann.id, [Role.parent])) for _ in range(4)),
    )
    assert set(results) <= ANSWERS
    assert [link.person_id for link in open_links(context, child.id)] == [None]


@pytest.mark.parametrize("who", ["rhys", "hana", "idris", "pat", "ines", "tom"])
def test_B2_no_one_else_corrects_a_record(context: AppContext, cast: Cast, make: Maker, who: str) -> None:
    """Another school, the linked adviser, the queue, a parent, an administrator, a colleague not confirmed."""
    child = make.child(linked=(cast.sana, cast.hana, cast.pat, cast.tom))
    make.queue(child, cast.idris)
    make.request(child, cast.sana, FormState.draft)
    with everything(context) as work:
        membership_of(work, cast.tom.id).confirmed_at = None
    actor = getattr(cast, who)
    if who == "tom":
        object.__setattr__(actor.principal, "is_confirmed", False)
    results = outcomes(
        [actor],
        lambda work: child_corrections.correct_child(work, child.id, Correction(TYPED, None, "Mine.", 1)),
        1,
    )
    assert set(results) <= {"NotFound", "Forbidden"}


def test_A1_twenty_recoveries_at_once(context: AppContext, cast: Cast) -> None:
    results = outcomes([cast.olu], sessions.end_mine)
    assert set(results) == {"done"}
