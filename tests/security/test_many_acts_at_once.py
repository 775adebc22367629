"""A2, A6, A9: seven different acts on two records of one child at the same moment, drawn at random, again and again. None
waits in a circle for another, no link is open twice, and the person whom a form names does not see the child."""

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import pytest
from sqlalchemy import func, select

from app.accounts import accounts, membership
from app.accounts.account_details import Details, correct, details_of
from app.cases import advice_requests, children, duplicates, invitations, links, merges
from app.core.errors import NotFound
from app.core.roles import FAMILY_ROLES, Role
from app.core.unit_of_work import AppContext, UnitOfWork
from app.forms import drafts, submissions
from app.forms.rules.sharing import SharingChoice
from app.forms.rules.workflow import FormState
from app.forms.sharing import set_sharing
from app.messages import messages
from app.models import Child, ChildLink, Consent, Person
from tests.cast import Actor, Cast, everything, membership_of
from tests.filled_forms import fill_in, send
from tests.make import Maker, parent
from tests.security.test_named_in_queues import sees
from tests.security.test_two_at_once import at_once

BATCHES, AT_ONCE = 3, 7


@dataclass(frozen=True)
class Stage:
    """Two records of one child: Pat, Ann and Hana are linked to the older, Quinn and Hana's queue to the newer."""

    older: Child
    newer: Child
    hanas_link: int
    queue: int
    anns_advice: int
    hanas_advice: int
    pats_consent: int
    quinns_consent: int


def set_stage(cast: Cast, make: Maker, *, through_queue: bool) -> Stage:
    older = make.child(linked=(cast.pat, cast.ann))
    newer = make.child(possible_duplicate_of_id=older.id, linked=(cast.quinn,))
    hanas_link = make.link(older, cast.hana, through_queue=through_queue)
    queue = make.queue(newer, cast.hana)
    advice = make.advice(older, cast.ann)
    fill_in(cast.ann, advice.id)
    send(cast.ann, advice.id)
    asked = make.advice(older, cast.hana, FormState.asked, "advice_health")
    pats, quinns = make.consent(older, cast.pat), make.consent(newer, cast.quinn)
    fill_in(cast.pat, pats.id, sharing={"not_share": [{"name": "Idris Clarke", "why": "No contact."}]})
    fill_in(cast.quinn, quinns.id)
    return Stage(older, newer, hanas_link.id, queue.id, advice.id, asked.id, pats.id, quinns.id)


def undo(work: UnitOfWork, child_id: int) -> None:
    found = merges.merges_of(work, child_id)
    if not found:
        raise NotFound
    merges.undo_merge(work, found[0].merge_id, "They are twins.")


def share_with_all(work: UnitOfWork, form_id: int, child_id: int) -> None:
    there = select(ChildLink).where(ChildLink.child_id == child_id, ChildLink.ended_at.is_(None))
    people = list(work.session.scalars(there))
    family = frozenset(each.id for each in people if each.part in FAMILY_ROLES)
    everyone = frozenset(each.id for each in people)
    set_sharing(work, form_id, SharingChoice(professionals=True, links=family, despite=everyone))


def rename(work: UnitOfWork, first_name: str) -> None:
    details = asdict(details_of(work.get(Person, work.me.user_id)))
    correct(work, Details(**details | {"first_name": first_name}))


def acts_of(cast: Cast, on: Stage) -> list[tuple[Actor, Callable[[UnitOfWork], object]]]:
    older, newer, health = on.older.id, on.newer.id, cast.hana.principal.organisation_id or 0
    quinn = parent(older, "Quinn", "Barker", cast.quinn.email, "Father", despite=True)
    aunt = parent(newer, "Toni", "Vale", f"toni{newer}@mail.example", "Aunt", despite=True)
    ask = advice_requests.ask_for_advice
    return [
        (cast.olu, lambda work: duplicates.same_child(work, newer, despite=True)),
        (cast.mary, lambda work: duplicates.same_child(work, newer, despite=True)),
        (cast.mary, lambda work: duplicates.different_children(work, newer)),
        (cast.mary, lambda work: undo(work, older)),
        (cast.pat, lambda work: submissions.submit(work, on.pats_consent, f"{on.pats_consent:032x}")),
        (cast.quinn, lambda work: submissions.submit(work, on.quinns_consent, f"{on.quinns_consent:032x}")),
        (cast.pat, lambda work: drafts.withdraw(work, on.pats_consent)),
        (cast.quinn, lambda work: drafts.withdraw(work, on.quinns_consent)),
        (cast.hana, lambda work: links.step_back(work, on.hanas_link)),
        (cast.hana, lambda work: links.take_up(work, on.queue)),
        (cast.idris, lambda work: links.take_up(work, on.queue)),
        (cast.hana, lambda work: links.bring_in(work, older, cast.idris.id)),
        (cast.hana, lambda work: links.assign(work, on.hanas_link, cast.idris.id, cast.hana.id)),
        (cast.olu, lambda work: links.link_organisation(work, older, health, despite=True)),
        (cast.mary, lambda work: links.link_organisation(work, newer, health, despite=True)),
        (cast.olu, lambda work: links.link_person(work, older, cast.bob.id, despite=True)),
        (cast.mary, lambda work: links.end_link(work, on.hanas_link)),
        (cast.mary, lambda work: links.end_link(work, on.queue)),
        (cast.olu, lambda work: ask(work, older, "advice_health", organisation_id=health, despite=True)),
        (cast.mary, lambda work: ask(work, newer, "advice_psychology", person_id=cast.ann.id, despite=True)),
        (cast.mary, lambda work: advice_requests.cancel_advice(work, on.hanas_advice)),
        (cast.olu, lambda work: share_with_all(work, on.anns_advice, older)),
        (cast.olu, lambda work: invitations.invite(work, quinn)),
        (cast.mary, lambda work: invitations.invite(work, aunt)),
        (cast.ines, lambda work: accounts.deactivate(work, cast.hana.id)),
        (cast.ines, lambda work: accounts.deactivate(work, cast.ann.id)),
        (cast.ines, lambda work: accounts.set_roles(work, cast.idris.id, [Role.professional])),
        (cast.olu, lambda work: membership.end(work, cast.hana.membership_id)),
        (cast.mary, lambda work: membership.end(work, cast.idris.membership_id)),
        (cast.olu, lambda work: membership.confirm(work, cast.idris.membership_id)),
        (cast.idris, lambda work: rename(work, "Ivan")),
        (cast.quinn, lambda work: rename(work, "Quincy")),
        (cast.olu, lambda work: children.set_contact_risk(work, older, True, "She asked for it.")),
        (cast.olu, lambda work: messages.write_about_child(work, older, "everybody", "A", "B", "c" * 32)),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_A2_A6_A9_many_acts_at_once(context: AppContext, cast: Cast, make: Maker, seed: int) -> None:
    drawn = random.Random(seed)
    on = set_stage(cast, make, through_queue=bool(seed % 2))
    for _ in range(BATCHES):
        at_once(*drawn.sample(acts_of(cast, on), AT_ONCE))
        check_links(context, cast, on)


def check_links(context: AppContext, cast: Cast, on: Stage) -> None:
    whose = (ChildLink.child_id, ChildLink.person_id, ChildLink.organisation_id)
    doubled = select(*whose).where(ChildLink.ended_at.is_(None)).group_by(*whose).having(func.count() > 1)
    with everything(context) as work:
        assert work.session.execute(doubled).all() == []
        noted = work.session.execute(
            select(Consent.child_id).where(Consent.id == on.pats_consent, Consent.submitted_at.is_not(None))
        ).all()
        linked = select(ChildLink.id).where(
            ChildLink.person_id == cast.idris.id, ChildLink.ended_at.is_(None)
        )
        if (
            not noted or work.session.scalars(linked).all()
        ):  # before the note came, a colleague could link him
            return
        confirmed = membership_of(work, cast.idris.id).confirmed_at is not None
    cast.idris.principal = replace(cast.idris.principal, is_confirmed=confirmed)
    child = on.older if noted[0][0] == on.older.id else on.newer
    assert not sees(cast.idris, child)
