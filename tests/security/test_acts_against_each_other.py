"""A6: one act against another at the same moment. On PostgreSQL they are really side by side; whichever is first, what is
left is as if one had come after the other, and nothing points at a record that was merged."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts import accounts, membership, registration, registrations
from app.accounts.mailed_links import OpenLink, make_link
from app.cases import (
    account_activation,
    advice_requests,
    children,
    decisions,
    duplicates,
    handover,
    invitations,
    links,
)
from app.cases.events import OrganisationLeftUse
from app.cases.invitations import Invited
from app.children.child_details import NewChild
from app.core.errors import NotFound
from app.core.roles import Profession, Role
from app.core.unit_of_work import AppContext, UnitOfWork
from app.forms import submissions
from app.forms.rules.workflow import FormState
from app.messages import messages
from app.models import (
    Child,
    ChildLink,
    Document,
    Form,
    Invitation,
    MailedLink,
    Message,
    Organisation,
    Person,
    Purpose,
    Registration,
    RegistrationState,
    WorkDomain,
)
from tests.cast import Actor, Cast, everything, membership_of
from tests.filled_forms import fill_in
from tests.make import Maker, parent
from tests.security.test_invitation_races import Stranger, accepting
from tests.security.test_one_open import outcomes
from tests.security.test_two_at_once import Deed, at_once, open_links

ROUNDS = 4


# --- a merge -------------------------------------------------------------------------------------


def rows_of(work: UnitOfWork, child_id: int) -> dict[str, int]:
    """What points at a record: only links that are ended may point at one that was merged."""
    left = {}
    for table in (ChildLink, Form, Document, Message, Invitation):
        found: Any = select(func.count()).select_from(table).where(table.child_id == child_id)
        if table is ChildLink:
            found = found.where(ChildLink.ended_at.is_(None))
        left[table.__tablename__] = work.session.scalar(found) or 0
    return {name: number for name, number in left.items() if number}


def test_A6_nothing_is_left_on_a_record_that_is_merged_at_that_moment(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    for number in range(ROUNDS * 2):
        older = make.child(linked=(cast.rhys,))
        newer = make.child(linked=(cast.sana, cast.pat), possible_duplicate_of_id=older.id).id
        asked = make.request(row(context, newer), cast.sana, FormState.accepted)
        case = make.case_of(asked)
        email = f"omar{number}@mail.example"
        with cast.olu.works() as work:
            invitations.invite(work, parent(newer, "Omar", "Shah", email))

        results = at_once(
            (cast.olu, lambda work, n=newer: duplicates.same_child(work, n)),
            (Stranger(context), accepting(email)),
            (cast.mary, lambda work, n=newer: invite_another(work, n)),
            (cast.pat, lambda work, n=newer: advice_requests.start_consent(work, n)),
            (cast.pat, lambda work, n=newer: messages.write_to_team(work, "Hello", "Text", f"p{n}", n)),
            (cast.mary, lambda work, n=newer: write_to_all(work, n)),
            (cast.mary, lambda work, n=case: decisions.agree_to_assess(work, n, decisions.Decided("Yes."))),
            (cast.mary, lambda work, n=newer: links.link_person(work, n, cast.ann.id)),
        )

        assert set(results) <= {"done", "NotFound", "Conflict"}
        with everything(context) as work:
            assert work.get(Child, newer).merged_into_id == older.id
            assert rows_of(work, newer) == {}


def row(context: AppContext, child_id: int) -> Child:
    with everything(context) as work:
        return work.get(Child, child_id)


def invite_another(work: UnitOfWork, child_id: int) -> object:
    return invitations.invite(work, parent(child_id, "Zed", "Shah", f"zed{child_id}@mail.example"))


def write_to_all(work: UnitOfWork, child_id: int) -> object:
    return messages.write_about_child(
        work, child_id, messages.EVERYONE, "Hello", "Text", f"m{child_id}"
    )  # fmt: skip


def named(number: int) -> NewChild:
    """Children who are not like each other."""
    name = f"{'abcdefgh'[number]}" * 6
    return NewChild(
        name, name, date(2015, 1 + number, 5), "4 Beck Lane", "BD9 4NQ", upn_missing_reason="other"
    )


def adding(number: int, key: str) -> Deed:
    return lambda work: children.add_child(work, named(number), key)


def test_A6_two_schools_that_add_one_child_at_once_are_found_to_have(context: AppContext, cast: Cast) -> None:
    for number in range(ROUNDS):
        results = at_once(
            *((actor, adding(number, f"{actor.key}{number}")) for actor in (cast.sana, cast.rhys, cast.tom))
        )
        assert results == ["done"] * 3
        with everything(context) as work:
            found = work.session.scalars(
                select(Child).where(Child.forenames == named(number).forenames).order_by(Child.id)
            ).all()
            assert [child.possible_duplicate_of_id for child in found] == [None, found[0].id, found[0].id]


def test_A6_a_child_added_while_the_one_it_is_like_is_merged(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    for number in range(ROUNDS):
        older = make.child(date_of_birth=date(2012, 5, 5))
        with cast.sana.works() as work:
            newer = children.add_child(work, named(number), f"first{number}").child_id
        with everything(context) as work:
            work.get(Child, newer).possible_duplicate_of_id = older.id
        results = at_once(
            (cast.olu, lambda work, n=newer: duplicates.same_child(work, n)),
            (cast.rhys, adding(number, f"r{number}")),
            (cast.tom, adding(number, f"t{number}")),
        )
        assert set(results) == {"done"}
        with everything(context) as work:
            merged = select(Child.id).where(Child.merged_into_id.is_not(None))
            assert not work.session.scalars(
                select(Child.id).where(Child.possible_duplicate_of_id.in_(merged))
            ).all()


# --- invitations ---------------------------------------------------------------------------------


def link_with_password(context: AppContext, email: str) -> str:
    """The link of an invitation through which a password was chosen."""
    with everything(context) as work:
        token = make_link(work, Purpose.invite, email)
        work.session.flush()
        open_still = select(MailedLink).where(MailedLink.email == email, MailedLink.used_at.is_(None))
        work.session.scalars(open_still).one().chosen_password = "hash"
        return token


def test_A6_an_invitation_accepted_while_it_is_withdrawn_and_sent_again(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    for number in range(ROUNDS):
        child, email = make.child(), f"omar{number}@mail.example"
        with cast.olu.works() as work:
            asked = invitations.invite(work, parent(child.id, "Omar", "Shah", email)).id
        token = link_with_password(context, email)

        results = Counter(
            at_once(
                *[(Stranger(context), lambda work, t=token: account_activation.finish(work, t))] * 2,
                *[(cast.olu, lambda work, n=asked: invitations.withdraw(work, n))] * 2,
                *[(cast.mary, lambda work, n=asked: invitations.send_again(work, n))] * 2,
            )
        )

        assert set(results) <= {"done", "DeadLink", "InvalidState"}
        with everything(context) as work:
            ended = work.get(Invitation, asked)
            assert (ended.accepted_at is None) is not (ended.withdrawn_at is None)
        assert len(open_links(context, child.id)) == (ended.accepted_at is not None)


def test_A8_a_removed_parent_who_accepts_at_a_second_address_at_that_moment(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    """The invitation is accepted before the removal, or not at all; it was both accepted and withdrawn."""
    for number in range(ROUNDS * 2):
        child, email = make.child(), f"pat{number}@other.example"
        link = make.link(child, cast.pat)
        with cast.olu.works() as work:
            asked = invitations.invite(work, parent(child.id, "Pat", "Hussain", email)).id
        end: Deed = lambda work, n=link.id: links.end_link(work, n)  # type: ignore[misc]  # noqa: E731

        results = at_once((Stranger(context), accepting(email)), *[(cast.olu, end)] * 3)

        assert set(results) <= {"done", "DeadLink"}
        with everything(context) as work:
            ended = work.get(Invitation, asked)
            assert (ended.accepted_at is None) is not (ended.withdrawn_at is None)
        assert len(open_links(context, child.id)) == (ended.accepted_at is not None)


def test_A1_an_invitation_sent_while_the_role_for_it_is_taken_away(context: AppContext, cast: Cast) -> None:
    place = cast.ann.principal.organisation_id

    def inviting(address: str) -> Deed:
        asked = Invited(role=Role.professional, email=address, organisation_id=place)
        return lambda work: invitations.invite(work, asked)

    for number in range(ROUNDS * 2):
        results = at_once(
            (cast.ines, lambda work: accounts.set_roles(work, cast.olu.id, [Role.professional])),
            *((cast.olu, inviting(f"t{number}{n}@eps.bradford.example")) for n in range(4)),
        )
        assert set(results) <= {"done", "Forbidden"}
        with everything(context) as work:
            assert not work.session.scalars(
                select(Invitation.id).where(Invitation.withdrawn_at.is_(None))
            ).all()
        with cast.ines.works() as work:
            accounts.set_roles(work, cast.olu.id, [Role.sen_officer])


# --- organisations and registrations -------------------------------------------------------------


def test_A8_children_put_into_a_queue_while_its_organisation_goes_out_of_use(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    """Each is counted in the SEN team's message, or refused."""
    place = cast.hana.principal.organisation_id or 0
    counts: list[int] = []

    def close(work: UnitOfWork) -> None:
        work.get(Organisation, place).active = False
        work.session.flush()
        handover.record_left_use(work, place)
        counted = [event.children for event in work.events if isinstance(event, OrganisationLeftUse)]
        counts.append(sum(counted))

    def queueing(child_id: int) -> Deed:
        return lambda work: links.link_organisation(work, child_id, place)

    for _ in range(ROUNDS):
        made = [make.child().id for _ in range(4)]
        results = at_once((cast.ines, close), *((cast.olu, queueing(each)) for each in made))
        assert set(results) <= {"done", "ValidationFailed"}
        with everything(context) as work:
            waiting = select(func.count()).where(
                ChildLink.organisation_id == place, ChildLink.ended_at.is_(None)
            )
            assert work.session.scalar(waiting) == counts[-1]
            work.get(Organisation, place).active = True


def test_A2_a_person_confirmed_while_a_form_names_them_does_not_read(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    for _ in range(ROUNDS):
        with everything(context) as work:
            membership_of(work, cast.idris.id).confirmed_at = None
        child = make.child(linked=(cast.pat,)).id
        make.queue(row(context, child), cast.hana)
        with cast.pat.works() as work:
            form = advice_requests.start_consent(work, child).id
        named_there = {"not_share": [{"name": "Idris Clarke", "why": "He must not know where we live."}]}
        fill_in(cast.pat, form, sharing=named_there)

        results = at_once(
            (cast.pat, lambda work, n=form: submissions.submit(work, n, "a" * 32)),
            (cast.olu, lambda work: membership.confirm(work, cast.idris.membership_id)),
        )

        assert results == ["done", "done"]
        with pytest.raises(NotFound), cast.idris.works() as work:
            work.get(Child, child)


def registered(work: UnitOfWork, email: str, state: RegistrationState) -> int:
    asked = work.add(
        Registration(
            email=email, first_name="N", last_name="M", profession="school", organisation_named="New",
            job_title="SENCO", address="x", postcode="BD1 1HX", phone="0", state=state,
        )
    )  # fmt: skip
    if state is RegistrationState.waiting:
        make_link(work, Purpose.register, email, registration_id=asked.id)
        mine = select(MailedLink).where(MailedLink.registration_id == asked.id)
        link = work.session.scalars(mine).one()
        link.used_at, link.chosen_password = work.now, "hash"
    return int(asked.id)


def test_A6_a_registration_decided_while_its_owner_registers_again(context: AppContext, cast: Cast) -> None:
    place = cast.sana.principal.organisation_id or 0
    for number in range(ROUNDS):
        email = f"new{number}@nowhere.example"
        with everything(context) as work:
            first = registered(work, email, RegistrationState.waiting)
            second = registered(work, email, RegistrationState.unconfirmed)
        again = OpenLink(0, Purpose.register, email, None, second, "hash")

        results = at_once(
            (cast.olu, lambda work, n=first: registrations.approve(work, n, place)),
            (cast.mary, lambda work, n=first: registrations.refuse(work, n, "Not known.")),
            (Stranger(context), lambda work, a=again: registration.confirm(work, a, "hash")),
        )

        assert set(results) <= {"done", "InvalidState", "Conflict"}
        with everything(context) as work:
            opened = work.session.scalars(select(Person.id).where(Person.email == email)).all()
            approved = work.get(Registration, first).state is RegistrationState.approved
            assert len(opened) == approved, "what is written down of a registration is what became of it"


def test_A6_one_domain_recognised_with_six_registrations_at_once(context: AppContext, cast: Cast) -> None:
    place = cast.sana.principal.organisation_id or 0
    with everything(context) as work:
        asked = [registered(work, f"p{n}@new.example", RegistrationState.waiting) for n in range(6)]

    def let_in(registration_id: int) -> Deed:
        def decide(work: UnitOfWork) -> None:
            registrations.approve(work, registration_id, place)
            registrations.recognise_domain(work, registration_id, place)

        return decide

    assert set(at_once(*((cast.mary, let_in(each)) for each in asked))) == {"done"}
    with everything(context) as work:
        assert (
            len(work.session.scalars(select(WorkDomain).where(WorkDomain.domain == "new.example")).all()) == 1
        )


def test_A6_a_new_organisation_is_entered_once_when_the_button_is_pressed_again(
    context: AppContext, cast: Cast
) -> None:
    with everything(context) as work:
        asked = registered(work, "p@new.example", RegistrationState.waiting)

    def let_in(work: UnitOfWork) -> None:
        place = registrations.new_organisation(work, asked, "Beck View School", Profession.school).id
        registrations.approve(work, asked, place)

    results = outcomes([cast.olu, cast.mary], let_in, 6)
    assert results == {"done": 1, "ValidationFailed": 5}


def test_A1_of_two_administrators_who_take_each_others_role_one_stays(
    context: AppContext, cast: Cast
) -> None:
    with everything(context) as work:
        work.get(Person, cast.mary.id).roles = list(work.get(Person, cast.ines.id).roles)
    second = Actor(
        cast._app,
        "mary",
        replace(cast.mary.principal, roles=frozenset({Role.admin})),
        cast.mary.email,
    )
    results = at_once(
        (cast.ines, lambda work: accounts.set_roles(work, second.id, [Role.sen_officer])),
        (second, lambda work: accounts.set_roles(work, cast.ines.id, [Role.sen_officer])),
    )
    assert results == ["Forbidden", "done"]
