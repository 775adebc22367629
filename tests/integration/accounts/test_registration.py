"""Asking for an account, as use cases: who is let in at once, who waits, and what the SEN team decides."""

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select

from app.accounts import registration
from app.accounts import registrations as decisions
from app.accounts.mailed_links import HOURS, PATHS, DeadLink, Purpose
from app.accounts.registration import Applicant
from app.cases.account_activation import Outcome, choose_password, finish, look
from app.core.clock import FixedClock
from app.core.errors import Forbidden, InvalidState, TooMany, ValidationFailed
from app.core.origin import Origin
from app.core.roles import Profession, Role
from app.core.unit_of_work import AppContext, unit_of_work
from app.models import (
    AuditRow,
    MailedLink,
    Message,
    Organisation,
    Person,
    Registration,
    RegistrationState,
    WorkDomain,
)
from app.seed.cast import EP_SERVICE
from tests.cast import Cast, everything, membership_of
from tests.mailbox import Mailbox
from tests.newcomer import CHOSEN, EMAIL, organisation_id


def applicant(context: AppContext, **changed: object) -> Applicant:
    given = {
        "email": EMAIL,
        "first_name": "Nadia",
        "last_name": "Rahman",
        "profession": Profession.school,
        "organisation_id": organisation_id(context),
        "job_title": "Deputy head",
        "address": "Beck Lane",
        "postcode": "BD99 1AB",
        "phone": "01632 960101",
    }
    return Applicant(**(given | changed))  # type: ignore[arg-type]


def registers(context: AppContext, mailbox: Mailbox, **changed: object) -> str:
    """Register, and give the token in the mail."""
    asked = applicant(context, **changed)
    with unit_of_work(context, None) as work:
        registration.register(work, asked)
    return mailbox.link(asked.email).rpartition("/")[2]


def sets_up(context: AppContext, token: str) -> Outcome:
    choose_password(lambda: unit_of_work(context, None), token, CHOSEN)
    with unit_of_work(context, None) as work:
        return finish(work, token)


def waits(
    context: AppContext, mailbox: Mailbox, email: str = "nadia@unknown.sch.example", **changed: object
) -> int:
    """A registration that waits for the SEN team; gives its number."""
    assert sets_up(context, registers(context, mailbox, email=email, **changed)) is Outcome.waiting
    with everything(context) as work:
        statement = select(Registration.id).where(Registration.state == RegistrationState.waiting)
        return work.session.scalars(statement).one()


def person_with(context: AppContext, email: str) -> Person | None:
    with everything(context) as work:
        found = work.session.scalars(select(Person).where(Person.email == email)).unique().one_or_none()
        return work.get(Person, found.id) if found else None


def test_an_address_in_the_domain_of_the_chosen_school_opens_an_account_at_once(
    context: AppContext, mailbox: Mailbox
) -> None:
    assert sets_up(context, registers(context, mailbox)) is Outcome.open

    with everything(context) as work:
        person = work.session.scalars(select(Person).where(Person.email == EMAIL)).unique().one()
        assert [role.name for role in person.roles] == [Role.professional.name]
        works_for = membership_of(work, person.id)
        assert (person.profession, works_for.organisation_id) == (Profession.school, organisation_id(context))
        assert person.active and person.two_step == "email" and len(person.username) == 32
        assert (works_for.job_title, person.phone, person.postcode) == (
            "Deputy head",
            "01632 960101",
            "BD99 1AB",
        )
        events = list(work.session.scalars(select(AuditRow.event).order_by(AuditRow.id)))
        assert events[-4:] == [
            "RegistrationReceived",
            "AccountOpened",
            "RegistrationApproved",
            "MembershipAwaited",
        ]
        assert work.session.scalars(select(MailedLink.chosen_password)).all() == [None], (
            "the hash is kept once"
        )
    assert mailbox.last(EMAIL)["Subject"] == "Your SEND Portal account is open"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"email": "nadia@unknown.sch.example"}, "the domain is not known"),
        ({"email": "nadia@eps.bradford.example"}, "the domain is another organisation's"),
        (
            {"organisation_id": None, "organisation_named": "Beck Nursery"},
            "the organisation is not in the list",
        ),
    ],
)
def test_an_unrecognised_address_waits_for_the_sen_team(
    context: AppContext, mailbox: Mailbox, changed: dict[str, object], why: str
) -> None:
    token = registers(context, mailbox, **changed)

    assert sets_up(context, token) is Outcome.waiting, why

    email = str(changed.get("email", EMAIL))
    assert person_with(context, email) is None
    with everything(context) as work:
        message = work.session.scalars(select(Message).where(Message.recipient_id.is_(None))).one()
        waiting = work.session.scalars(select(Registration)).one()
        assert message.registration_id == waiting.id
    assert mailbox.last(email)["Subject"] == "We are checking your registration for the SEND Portal"


def test_a_domain_shared_by_many_vouches_for_no_organisation(context: AppContext, mailbox: Mailbox) -> None:
    with everything(context) as work:
        work.add(WorkDomain(domain="bradford.shared.example"))

    token = registers(context, mailbox, email="a@bradford.shared.example")

    assert sets_up(context, token) is Outcome.waiting


def test_a3_a_subdomain_counts_only_where_an_administrator_says_so(
    context: AppContext, mailbox: Mailbox
) -> None:
    token = registers(context, mailbox, email="kid@pupils.heatonbeck.sch.example")
    assert sets_up(context, token) is Outcome.waiting

    with everything(context) as work:
        domain = work.session.scalars(
            select(WorkDomain).where(WorkDomain.domain == "heatonbeck.sch.example")
        ).one()
        domain.includes_subdomains = True
    token = registers(context, mailbox, email="nadia@staff.heatonbeck.sch.example")
    assert sets_up(context, token) is Outcome.open


def test_no_one_registers_into_the_council(context: AppContext, mailbox: Mailbox) -> None:
    council = organisation_id(context, "Bradford Council SEN Team")
    with unit_of_work(context, None) as work:
        assert council not in {number for number, _name in registration.choosable_organisations(work)}
    with pytest.raises(ValidationFailed), unit_of_work(context, None) as work:
        registration.register(work, applicant(context, organisation_id=council))


def test_a_weak_password_is_refused_and_the_link_still_works(context: AppContext, mailbox: Mailbox) -> None:
    token = registers(context, mailbox)
    for weak in ("short", "password1234", "nadia.rahman", "heatonbeckprimary"):
        with pytest.raises(ValidationFailed):
            choose_password(lambda: unit_of_work(context, None), token, weak)

    assert sets_up(context, token) is Outcome.open


def test_two_step_verification_cannot_come_before_a_password(context: AppContext, mailbox: Mailbox) -> None:
    token = registers(context, mailbox)
    with pytest.raises(DeadLink), unit_of_work(context, None) as work:
        finish(work, token)

    assert person_with(context, EMAIL) is None
    assert sets_up(context, token) is Outcome.open


def test_an_officer_approves_and_the_person_may_log_in(
    context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    number = waits(context, mailbox)

    with cast.olu.works() as work:
        person = decisions.approve(work, number, organisation_id(context))

    with everything(context) as work:
        row = work.get(Registration, number)
        assert (row.state, row.decided_by_id, row.person_id) == (
            RegistrationState.approved,
            cast.olu.id,
            person.id,
        )
        found = work.get(Person, person.id)
        assert [role.name for role in found.roles] == ["professional"]
        assert found.password and found.password.startswith("$argon2id$")
        assert work.session.scalars(select(MailedLink.chosen_password)).all() == [None]
    assert mailbox.last("nadia@unknown.sch.example")["Subject"] == "Your SEND Portal account is ready"


def test_an_officer_refuses_with_a_reason_that_is_mailed(
    context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    number = waits(context, mailbox)

    with cast.olu.works() as work:
        decisions.refuse(work, number, "We could not reach the school.")

    assert person_with(context, "nadia@unknown.sch.example") is None
    letter = mailbox.last("nadia@unknown.sch.example")
    assert "We could not reach the school." in str(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    with everything(context) as work:
        assert work.session.scalars(select(MailedLink.chosen_password)).all() == [None], "the password goes"


def test_a_registration_is_decided_once(context: AppContext, cast: Cast, mailbox: Mailbox) -> None:
    number = waits(context, mailbox)
    with cast.olu.works() as work:
        decisions.refuse(work, number, "No.")

    for late in (cast.mary, cast.olu):
        with pytest.raises(InvalidState), late.works() as work:
            decisions.approve(work, number, organisation_id(context))
        with pytest.raises(InvalidState), late.works() as work:
            decisions.refuse(work, number, "Again.")


def test_an_unconfirmed_registration_cannot_be_decided(
    context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    registers(context, mailbox)
    with everything(context) as work:
        number = work.session.scalars(select(Registration.id)).one()
    with pytest.raises(InvalidState), cast.olu.works() as work:
        decisions.approve(work, number, organisation_id(context))


@pytest.mark.parametrize("key", ["ann", "pat", "ines"])
def test_only_the_sen_team_decides(context: AppContext, cast: Cast, mailbox: Mailbox, key: str) -> None:
    number = waits(context, mailbox)
    with pytest.raises(Forbidden), getattr(cast, key).works() as work:
        decisions.approve(work, number, organisation_id(context))
    assert person_with(context, "nadia@unknown.sch.example") is None


def test_a_new_organisation_may_be_entered_but_not_twice(
    context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    number = waits(context, mailbox, organisation_id=None, organisation_named="Beck Nursery")
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        decisions.new_organisation(work, number, "HEATON BECK  primary school", Profession.school)
    with cast.olu.works() as work:
        made = decisions.new_organisation(work, number, "Beck Nursery", Profession.early_years)
        assert [event.facts() for event in work.events] == [
            {"table": "organisation", "row_id": made.id, "change": "added"}
        ]
        person = decisions.approve(work, number, made.id)

    with everything(context) as work:
        assert membership_of(work, person.id).organisation_id == made.id
        entered = work.get(Organisation, made.id)
        assert (entered.kind, entered.postcode) == (Profession.early_years, "BD99 1AB")
        assert work.get(Person, person.id).profession is Profession.early_years


def test_a_manager_may_recognise_the_domain_and_an_officer_may_not(
    context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    number = waits(context, mailbox)
    with pytest.raises(Forbidden), cast.olu.works() as work:
        decisions.recognise_domain(work, number, organisation_id(context))
    with cast.mary.works() as work:
        decisions.approve(work, number, organisation_id(context))
        decisions.recognise_domain(work, number, organisation_id(context))
        assert (work.events[-1].name, work.events[-1].facts()["table"]) == ("ReferenceChanged", "work_domain")

    token = registers(context, mailbox, email="second@unknown.sch.example", first_name="Noor")
    assert sets_up(context, token) is Outcome.open


def test_the_officer_sees_which_organisation_it_may_be_and_whose_account_looks_alike(
    context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    number = waits(
        context,
        mailbox,
        email="ann.kowalska+2@eps.bradford.example",
        organisation_id=None,
        organisation_named="Bradford Educational Psychology",
    )
    with cast.olu.works() as work:
        case = decisions.case_of(work, number)

    assert case.organisations[0].name == EP_SERVICE
    assert [person.email for person in case.look_alikes] == ["ann.kowalska@eps.bradford.example"]


def test_registering_again_replaces_an_unconfirmed_registration(
    context: AppContext, mailbox: Mailbox
) -> None:
    first = registers(context, mailbox, first_name="Mallory")
    second = registers(context, mailbox)

    with everything(context) as work:
        assert work.session.scalars(select(Registration.first_name)).all() == ["Nadia"]
    with pytest.raises(DeadLink), unit_of_work(context, None) as work:
        look(work, first)
    with unit_of_work(context, None) as work:
        assert look(work, second).name == "Nadia Rahman"


def test_a_confirmed_registration_is_only_replaced_by_its_owner(
    context: AppContext, mailbox: Mailbox
) -> None:
    email = "nadia@unknown.sch.example"
    number = waits(context, mailbox, email=email)
    again = registers(context, mailbox, email=email, first_name="Mallory")
    with everything(context) as work:
        assert work.get(Registration, number).state is RegistrationState.waiting

    assert sets_up(context, again) is Outcome.waiting

    with everything(context) as work:
        assert work.get(Registration, number).state is RegistrationState.refused
        stored = select(func.count()).where(MailedLink.chosen_password.is_not(None))
        assert work.session.scalar(stored) == 1


def test_unconfirmed_registrations_are_forgotten_after_a_week(
    context: AppContext, mailbox: Mailbox, clock: FixedClock
) -> None:
    registers(context, mailbox)
    clock.forward(days=6, hours=23)
    with unit_of_work(context, None) as work:
        assert registration.forget_unconfirmed(work) == 0
    clock.forward(hours=2)
    with unit_of_work(context, None) as work:
        assert registration.forget_unconfirmed(work) == 1
    with everything(context) as work:
        assert work.session.scalars(select(Registration)).all() == []
        assert work.session.scalars(select(MailedLink)).all() == []


def test_old_links_go_but_never_the_one_that_holds_a_waiting_persons_password(
    context: AppContext, cast: Cast, mailbox: Mailbox, clock: FixedClock
) -> None:
    number = waits(context, mailbox)
    sets_up(context, registers(context, mailbox))
    clock.forward(days=9)
    with unit_of_work(context, None) as work:
        registration.forget_unconfirmed(work)
    with everything(context) as work:
        assert work.session.scalars(select(MailedLink.registration_id)).all() == [number]
    with cast.olu.works() as work:
        assert decisions.approve(work, number, organisation_id(context)).id


def test_three_mails_to_one_address_and_then_a_rest(
    context: AppContext, mailbox: Mailbox, clock: FixedClock
) -> None:
    for _ in range(3):
        registers(context, mailbox)
    with pytest.raises(TooMany) as refused, unit_of_work(context, None) as work:
        registration.register(work, applicant(context))
    assert 0 < refused.value.retry_after <= 15 * 60
    assert len(mailbox.to(EMAIL)) == 3

    registers(context, mailbox, email="someone.else@heatonbeck.sch.example")
    clock.forward(minutes=16)
    registers(context, mailbox)


def test_one_network_cannot_flood_many_addresses(context: AppContext, mailbox: Mailbox) -> None:
    here = Origin(address_hash="one network")
    for number in range(60):
        with unit_of_work(context, None, here) as work:
            registration.register(work, applicant(context, email=f"p{number}@unknown.sch.example"))
    with pytest.raises(TooMany), unit_of_work(context, None, here) as work:
        registration.register(work, applicant(context, email="p60@unknown.sch.example"))
    with unit_of_work(context, None, Origin(address_hash="another")) as work:
        registration.register(work, applicant(context, email="p60@unknown.sch.example"))


def test_links_lead_to_the_pages_that_answer_them(app: Flask) -> None:
    pages = {
        Purpose.register: "ConfirmView.password",
        Purpose.invite: "ConfirmView.password",
        Purpose.reset: "ForgottenView.choose",
        Purpose.email: "ConfirmView.email",
        Purpose.not_me: "ConfirmView.not_me",
        Purpose.app_reset: "ConfirmView.authenticator",
    }
    with app.test_request_context():
        assert {purpose: url_for(page, token="T") for purpose, page in pages.items()} == {
            purpose: path.format("T") for purpose, path in PATHS.items()
        }
    assert set(HOURS) == set(Purpose) and HOURS[Purpose.reset] == 1
