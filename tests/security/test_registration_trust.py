"""A3: a mailbox is no proof of a job. An account opens an organisation's work only once a person there confirms it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import membership
from app.accounts import registrations as decisions
from app.accounts.queries.people import readers
from app.accounts.registration import Applicant, register
from app.accounts.rules.work_email import canonical
from app.cases import advice_requests, links
from app.cases.account_activation import Outcome, choose_password, finish
from app.core.errors import Forbidden, InvalidState, NotFound, ValidationFailed
from app.core.roles import Principal, Profession, Role
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.forms.rules.workflow import FormState
from app.models import Child, ChildLink, Form, Message, Organisation, Person, Registration, SectionDraft
from app.seed.cast import HEALTH
from tests.browser import post_with_token
from tests.cast import Actor, Cast, everything, membership_id_of, membership_of
from tests.mailbox import Mailbox, text_of
from tests.make import Maker
from tests.newcomer import CHOSEN, Newcomer, organisation_id

HEALTH_EMAIL = "nadia.rahman@airedale.nhs.example"


class Joined:
    """A person who registered with an address of the health trust, and whom no one has confirmed yet."""

    def __init__(
        self, context: AppContext, mailbox: Mailbox, email: str = HEALTH_EMAIL, **changed: object
    ) -> None:
        self.context, self.email = context, email
        given = {
            "email": email,
            "first_name": "Nadia",
            "last_name": "Rahman",
            "profession": Profession.school,
            "organisation_id": organisation_id(context, HEALTH),
            "job_title": "Bank nurse",
            "address": "Skipton Road",
            "postcode": "BD20 6TD",
            "phone": "01632 960101",
        }
        with unit_of_work(context, None) as work:
            register(work, Applicant(**(given | changed)))  # type: ignore[arg-type]
        token = mailbox.link(email).rpartition("/")[2]
        choose_password(lambda: unit_of_work(context, None), token, CHOSEN)
        with unit_of_work(context, None) as work:
            self.outcome = finish(work, token)
        with everything(context) as work:
            self.registration_id = work.session.scalars(
                select(Registration.id).where(Registration.email == email).order_by(Registration.id.desc())
            ).first()
            self.id = work.session.scalars(select(Person.id).where(Person.email == email)).first() or 0

    @property
    def principal(self) -> Principal:
        """As the row policies know them at this moment."""
        with self.context.database.engine.connect() as connection:
            return readers(connection, {self.id})[self.id].principal

    @property
    def membership_id(self) -> int:
        """The membership of the organisation that they registered with."""
        return membership_id_of(self.context, self.id)

    @contextmanager
    def works(self) -> Iterator[UnitOfWork]:
        with unit_of_work(self.context, self.principal) as work:
            yield work

    def reasons(self, cast: Cast) -> list[str]:
        assert self.registration_id is not None
        with cast.olu.works() as work:
            return [str(reason) for reason in decisions.case_of(work, self.registration_id).reasons]


@pytest.fixture
def joined(context: AppContext, mailbox: Mailbox) -> Joined:
    found = Joined(context, mailbox)
    assert found.outcome is Outcome.open
    return found


def seen(work: UnitOfWork, table: type) -> list[int]:
    return list(work.session.scalars(select(table.id)))


def make_lead(context: AppContext, actor: Actor) -> None:
    with everything(context) as work:
        membership_of(work, actor.id).leads = True
    actor.principal = Principal(**(vars(actor.principal) | {"leads_organisation": True}))


def test_A3_a_student_address_of_a_trust_waits_for_approval(
    context: AppContext, mailbox: Mailbox, cast: Cast
) -> None:
    kid = Joined(context, mailbox, "kid@students.airedale.nhs.example")

    assert kid.outcome is Outcome.waiting
    assert kid.reasons(cast) == ["The email domain students.airedale.nhs.example is not recognised"]


def test_A3_a_domain_that_looks_like_a_recognised_one_is_named(
    context: AppContext, mailbox: Mailbox, cast: Cast
) -> None:
    false = Joined(context, mailbox, canonical("nadia@\u0430iredale.nhs.example"))

    assert false.outcome is Outcome.waiting
    assert any("looks like airedale.nhs.example" in reason for reason in false.reasons(cast))


def test_A3_B11_the_profession_comes_from_the_organisation(joined: Joined) -> None:
    with everything(joined.context) as work:
        assert work.get(Person, joined.id).profession is Profession.health
    assert joined.principal.profession is Profession.health


def test_B11_a_profession_that_differs_from_the_organisation_gives_no_right_to_ask(
    joined: Joined, context: AppContext
) -> None:
    with everything(context) as work:
        work.get(Person, joined.id).profession = Profession.school

    assert joined.principal.profession is Profession.health


def test_A3_no_one_opens_the_queue_before_they_are_confirmed(
    joined: Joined, cast: Cast, make: Maker, context: AppContext
) -> None:
    child = make.child(linked=(cast.sana,))
    link = make.queue(child, cast.hana)
    advice = make.advice(child, cast.hana, template="advice_health", author_id=None)
    with joined.works() as work:
        assert seen(work, Child) == seen(work, ChildLink) == seen(work, Form) == []
        assert seen(work, Person) == [joined.id], "no colleague's account either"

    with cast.olu.works() as work:
        membership.confirm(work, joined.membership_id)

    with joined.works() as work:
        assert (seen(work, Child), seen(work, Form)) == ([child.id], [advice.id])
        links.take_up(work, link.id)


def test_A3_the_queue_of_a_child_they_added_themselves_stays_shut(
    joined: Joined, cast: Cast, make: Maker
) -> None:
    child = make.child()
    own = make.link(child, cast.hana, person_id=joined.id)
    queue = make.queue(child, cast.hana)
    theirs = make.advice(child, cast.hana, FormState.draft, template="advice_health")
    mine = make.request(child, cast.hana, author_id=joined.id)
    with everything(joined.context) as work:
        for form in (theirs, mine):
            work.add(
                SectionDraft(
                    form_id=form.id, section="a", answers={}, saved_by_id=cast.hana.id, saved_at=work.now
                )
            )

    with joined.works() as work:
        assert set(seen(work, ChildLink)) == {own.id, queue.id}
        assert seen(work, Form) == [mine.id], "a colleague's form is not theirs"
        assert len(seen(work, SectionDraft)) == 1, "nor is a colleague's draft"
    with pytest.raises(Forbidden), joined.works() as work:
        links.take_up(work, queue.id)
    with pytest.raises(Forbidden), joined.works() as work:
        links.bring_in(work, child.id, cast.hana.id)


def test_A3_no_one_is_linked_or_asked_before_they_are_confirmed(
    joined: Joined, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.hana,))
    with pytest.raises(ValidationFailed, match="not confirmed"), cast.olu.works() as work:
        links.link_person(work, child.id, joined.id)
    with pytest.raises(ValidationFailed, match="not confirmed"), cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_health", person_id=joined.id)
    with pytest.raises(ValidationFailed, match="not confirmed"), cast.hana.works() as work:
        links.bring_in(work, child.id, joined.id)


def test_A3_they_hear_nothing_of_what_waits_in_the_queue(joined: Joined, cast: Cast, make: Maker) -> None:
    child = make.child()
    with cast.olu.works() as work:
        links.link_organisation(work, child.id, organisation_id(joined.context, HEALTH))

    with everything(joined.context) as work:
        notified = set(
            work.session.scalars(select(Message.recipient_id).where(Message.letter == "child_linked"))
        )
    assert notified == {cast.hana.id, cast.idris.id}


def test_A3_an_organisation_no_longer_in_use_opens_nothing(joined: Joined, cast: Cast, make: Maker) -> None:
    make.queue(make.child(), cast.hana)
    with cast.olu.works() as work:
        membership.confirm(work, joined.membership_id)
    with everything(joined.context) as work:
        membership_of(work, joined.id).organisation.active = False

    assert not joined.principal.is_confirmed
    with joined.works() as work:
        assert seen(work, Child) == []


def test_A3_the_lead_and_the_sen_team_are_notified_of_a_new_person(
    context: AppContext, mailbox: Mailbox, cast: Cast
) -> None:
    make_lead(context, cast.hana)
    Joined(context, mailbox)

    with everything(context) as work:
        notified = list(
            work.session.scalars(select(Message.recipient_id).where(Message.letter == "membership_awaited"))
        )
    assert sorted(notified, key=str) == sorted([cast.hana.id, None], key=str)


def test_A3_a_lead_confirms_and_the_person_is_notified(joined: Joined, cast: Cast) -> None:
    make_lead(joined.context, cast.hana)
    with cast.hana.works() as work:
        assert [each.person_id for each in membership.waiting(work)] == [joined.id]
        membership.confirm(work, joined.membership_id)

    with everything(joined.context) as work:
        assert membership_of(work, joined.id).confirmed_by_id == cast.hana.id
        notified = work.session.scalars(select(Message.letter).where(Message.recipient_id == joined.id)).all()
        assert notified == ["membership_confirmed"]
    with pytest.raises(InvalidState), cast.olu.works() as work:
        membership.refuse(work, joined.membership_id)


def test_A3_a_refused_person_is_out_at_once_and_both_sides_are_notified(
    joined: Joined, cast: Cast, mailbox: Mailbox
) -> None:
    make_lead(joined.context, cast.hana)
    number = joined.id
    with cast.hana.works() as work:
        membership.refuse(work, joined.membership_id)

    with everything(joined.context) as work:
        assert work.get(Person, number).active is False
        letters = work.session.scalars(select(Message.letter).where(Message.recipient_id.is_(None))).all()
        assert letters[-1] == "membership_refused"
    assert "you do not work there" in text_of(mailbox.last(HEALTH_EMAIL))


@pytest.mark.parametrize("key", ["idris", "sana", "pat", "ines", "ann"])
def test_A3_no_one_else_confirms(joined: Joined, cast: Cast, key: str) -> None:
    """A colleague who is no lead, a lead of another organisation, a parent, an administrator."""
    actor: Actor = getattr(cast, key)
    for answer in (membership.confirm, membership.refuse):
        with pytest.raises((Forbidden, NotFound)), actor.works() as work:
            answer(work, joined.membership_id)


def test_A3_no_one_confirms_themselves(joined: Joined) -> None:
    with everything(joined.context) as work:
        membership_of(work, joined.id).leads = True
    assert joined.principal.leads_organisation is False, "a lead has to be confirmed"
    with pytest.raises(Forbidden), joined.works() as work:
        membership.confirm(work, joined.membership_id)


def test_A3_only_the_sen_team_and_administrators_choose_leads(joined: Joined, cast: Cast) -> None:
    for key in ("hana", "sana"):
        with pytest.raises((Forbidden, NotFound)), getattr(cast, key).works() as work:
            membership.set_lead(work, cast.hana.membership_id, True)
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        membership.set_lead(work, joined.membership_id, True)
    for key in ("olu", "ines"):
        with getattr(cast, key).works() as work:
            membership.set_lead(work, cast.hana.membership_id, key == "olu")
    with everything(joined.context) as work:
        assert membership_of(work, cast.hana.id).leads is False


def test_A3_approving_a_registration_confirms_it(context: AppContext, mailbox: Mailbox, cast: Cast) -> None:
    nurse = Joined(context, mailbox, "nadia@nhs.example")
    assert nurse.outcome is Outcome.waiting and nurse.registration_id is not None
    with cast.olu.works() as work:
        person = decisions.approve(work, nurse.registration_id, organisation_id(context, HEALTH))
    with everything(context) as work:
        row = work.get(Person, person.id)
        assert (membership_of(work, row.id).confirmed_by_id, row.profession) == (
            cast.olu.id,
            Profession.health,
        )


@pytest.mark.parametrize("email", ["hana.begum+2@airedale.nhs.example", "hanabegum@airedale.nhs.example"])
def test_A3_a_closed_account_does_not_come_back_through_another_spelling(
    context: AppContext, mailbox: Mailbox, cast: Cast, email: str
) -> None:
    with everything(context) as work:
        work.get(Person, cast.hana.id).active = False

    again = Joined(context, mailbox, email, last_name="Other")

    assert again.outcome is Outcome.waiting
    assert again.reasons(cast) == [
        "The closed account of Hana Begum (hana.begum@airedale.nhs.example) may belong to the same person"
    ]


def test_A3_a_leaver_with_another_mailbox_waits(context: AppContext, mailbox: Mailbox, cast: Cast) -> None:
    with everything(context) as work:
        work.get(Person, cast.hana.id).active = False
    again = Joined(context, mailbox, "hb12@airedale.nhs.example", first_name="HANA", last_name="Begum")
    assert again.outcome is Outcome.waiting


def test_A3_a_refused_person_waits_again_with_the_reason(
    context: AppContext, mailbox: Mailbox, cast: Cast
) -> None:
    first = Joined(
        context, mailbox, "kid@airedale.nhs.example", organisation_id=None, organisation_named="A ward"
    )
    assert first.registration_id is not None
    with cast.olu.works() as work:
        decisions.refuse(work, first.registration_id, "The trust does not know them.")

    again = Joined(context, mailbox, "kid+1@airedale.nhs.example")

    assert again.outcome is Outcome.waiting
    assert again.reasons(cast) == [
        "An earlier registration from this mailbox was refused: The trust does not know them."
    ]


def test_A3_a_lead_confirms_on_the_page(
    app: Flask, context: AppContext, mailbox: Mailbox, cast: Cast
) -> None:
    make_lead(context, cast.sana)
    newcomer = Newcomer(app, mailbox)
    newcomer.registers()
    newcomer.sets_up()
    newcomer.logs_in()
    assert "must confirm that you work there" in newcomer.browser.get("/").text
    assert newcomer.browser.get("/colleagues/").status_code == 403

    sana = cast.sana.browser()
    assert "1 person is waiting" in sana.get("/").text
    page = sana.get("/colleagues/").text
    assert "Nadia Rahman" in page and "Deputy head" in page
    with everything(context) as work:
        person_id = work.session.scalars(select(Person.id).where(Person.email == newcomer.email)).one()
        number = membership_of(work, person_id).id
    question = sana.get(f"/colleagues/{number}/refuse").text
    assert "Are you sure that Nadia Rahman does not work for" in question and "Close the account" in question
    assert "Nadia Rahman" in sana.get("/colleagues/").text
    assert cast.rhys.browser().get(f"/colleagues/{number}/refuse").status_code in (403, 404)
    done = post_with_token(sana, app, f"/colleagues/{number}/confirm", {})
    assert done.status_code == 302
    assert "must confirm that you work there" not in newcomer.browser.get("/").text
    assert "Nadia Rahman" in sana.get(f"/colleagues/organisation/{organisation_id(context)}").text


def test_A3_an_officer_chooses_a_lead_on_the_page(app: Flask, context: AppContext, cast: Cast) -> None:
    olu, health = cast.olu.browser(), organisation_id(context, HEALTH)
    for browser in (olu, cast.ines.browser()):
        assert f"/colleagues/organisation/{health}" in browser.get(f"/organisations/show/{health}").text
    assert post_with_token(olu, app, f"/colleagues/{cast.hana.membership_id}/lead", {}).status_code == 302
    assert "End as lead" in olu.get(f"/colleagues/organisation/{health}").text
    assert post_with_token(olu, app, f"/colleagues/{cast.hana.membership_id}/end-lead", {}).status_code == 302
    assert "End as lead" not in olu.get(f"/colleagues/organisation/{health}").text
    assert cast.hana.browser().get(f"/colleagues/organisation/{health}").status_code == 403


def test_A3_roles_that_matter_here() -> None:
    assert not Principal(1, "x", frozenset({Role.professional}), None, 1).is_confirmed, "closed until opened"


def test_A3_a_link_for_an_organisation_no_longer_in_use_opens_no_account(
    app: Flask, context: AppContext, mailbox: Mailbox, cast: Cast
) -> None:
    newcomer = Newcomer(app, mailbox)
    newcomer.registers()
    link = newcomer.link()
    with everything(context) as work:
        work.get(Organisation, organisation_id(context)).active = False
    assert newcomer.sets_up(link).location == "/register/waiting"
    with everything(context) as work:
        assert not work.session.scalars(select(Person.id).where(Person.email == newcomer.email)).all()
        number = work.session.scalars(select(Registration.id)).one()
    with cast.olu.works() as work:
        reasons = [str(reason) for reason in decisions.case_of(work, number).reasons]
    assert reasons == ["Heaton Beck Primary School is no longer in use"]
