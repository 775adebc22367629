"""Asking for an account, as use cases: who is let in at once, who waits, and what the SEN team decides."""

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select

from app.accounts import registration as desk
from app.accounts import registrations as decisions
from app.accounts.mailed_links import HOURS, PATHS, DeadLink, Purpose
from app.accounts.registration import Applicant
from app.cases.account_activation import Outcome, choose_password, finish, look
from app.core.clock import FixedClock
from app.core.errors import Refused, TooMany, WrongHands, WrongMoment
from app.core.origin import Origin
from app.core.roles import Profession, Role
from app.core.unit_of_work import Office, unit_of_work
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
from tests.cast import Cast, everything
from tests.mailbox import Mailbox
from tests.newcomer import CHOSEN, EMAIL, organisation_id


def applicant(office: Office, **changed: object) -> Applicant:
    given = {
        "email": EMAIL,
        "first_name": "Nadia",
        "last_name": "Rahman",
        "profession": Profession.school,
        "organisation_id": organisation_id(office),
        "job_title": "Deputy head",
        "address": "Beck Lane",
        "postcode": "BD99 1AB",
        "phone": "01632 960101",
    }
    return Applicant(**(given | changed))  # type: ignore[arg-type]


def registers(office: Office, mailbox: Mailbox, **changed: object) -> str:
    """Register, and give the token in the mail."""
    asked = applicant(office, **changed)
    with unit_of_work(office, None) as work:
        desk.register(work, asked)
    return mailbox.link(asked.email).rpartition("/")[2]


def sets_up(office: Office, token: str) -> Outcome:
    choose_password(lambda: unit_of_work(office, None), token, CHOSEN)
    with unit_of_work(office, None) as work:
        return finish(work, token)


def waits(
    office: Office, mailbox: Mailbox, email: str = "nadia@unknown.sch.example", **changed: object
) -> int:
    """A registration that waits for the SEN team; gives its number."""
    assert sets_up(office, registers(office, mailbox, email=email, **changed)) is Outcome.waiting
    with everything(office) as work:
        statement = select(Registration.id).where(Registration.state == RegistrationState.waiting)
        return work.session.scalars(statement).one()


def person_with(office: Office, email: str) -> Person | None:
    with everything(office) as work:
        found = work.session.scalars(select(Person).where(Person.email == email)).unique().one_or_none()
        return work.get(Person, found.id) if found else None


def test_an_address_in_the_domain_of_the_chosen_school_opens_an_account_at_once(
    office: Office, mailbox: Mailbox
) -> None:
    assert sets_up(office, registers(office, mailbox)) is Outcome.open

    with everything(office) as work:
        person = work.session.scalars(select(Person).where(Person.email == EMAIL)).unique().one()
        assert [role.name for role in person.roles] == [Role.professional.name]
        assert (person.profession, person.organisation_id) == (Profession.school, organisation_id(office))
        assert person.active and person.two_step == "email" and len(person.username) == 32
        assert (person.job_title, person.phone, person.postcode) == (
            "Deputy head",
            "01632 960101",
            "BD99 1AB",
        )
        told = list(work.session.scalars(select(AuditRow.event).order_by(AuditRow.id)))
        assert told[-4:] == [
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
def test_whoever_the_address_does_not_vouch_for_waits_for_the_sen_team(
    office: Office, mailbox: Mailbox, changed: dict[str, object], why: str
) -> None:
    token = registers(office, mailbox, **changed)

    assert sets_up(office, token) is Outcome.waiting, why

    email = str(changed.get("email", EMAIL))
    assert person_with(office, email) is None
    with everything(office) as work:
        message = work.session.scalars(select(Message).where(Message.recipient_id.is_(None))).one()
        registration = work.session.scalars(select(Registration)).one()
        assert message.registration_id == registration.id
    assert mailbox.last(email)["Subject"] == "We are checking your registration for the SEND Portal"


def test_a_domain_shared_by_many_vouches_for_no_organisation(office: Office, mailbox: Mailbox) -> None:
    with everything(office) as work:
        work.add(WorkDomain(domain="bradford.shared.example"))

    token = registers(office, mailbox, email="a@bradford.shared.example")

    assert sets_up(office, token) is Outcome.waiting


def test_a3_a_subdomain_counts_only_where_an_administrator_says_so(office: Office, mailbox: Mailbox) -> None:
    token = registers(office, mailbox, email="kid@pupils.heatonbeck.sch.example")
    assert sets_up(office, token) is Outcome.waiting

    with everything(office) as work:
        domain = work.session.scalars(
            select(WorkDomain).where(WorkDomain.domain == "heatonbeck.sch.example")
        ).one()
        domain.includes_subdomains = True
    token = registers(office, mailbox, email="nadia@staff.heatonbeck.sch.example")
    assert sets_up(office, token) is Outcome.open


def test_nobody_registers_into_the_council(office: Office, mailbox: Mailbox) -> None:
    council = organisation_id(office, "Bradford Council SEN Team")
    with unit_of_work(office, None) as work:
        assert council not in {number for number, _name in desk.choosable_organisations(work)}
    with pytest.raises(Refused), unit_of_work(office, None) as work:
        desk.register(work, applicant(office, organisation_id=council))


def test_a_weak_password_is_refused_and_the_link_still_works(office: Office, mailbox: Mailbox) -> None:
    token = registers(office, mailbox)
    for weak in ("short", "password1234", "nadia.rahman", "heatonbeckprimary"):
        with pytest.raises(Refused):
            choose_password(lambda: unit_of_work(office, None), token, weak)

    assert sets_up(office, token) is Outcome.open


def test_two_step_verification_cannot_come_before_a_password(office: Office, mailbox: Mailbox) -> None:
    token = registers(office, mailbox)
    with pytest.raises(DeadLink), unit_of_work(office, None) as work:
        finish(work, token)

    assert person_with(office, EMAIL) is None
    assert sets_up(office, token) is Outcome.open


def test_an_officer_approves_and_the_person_may_log_in(office: Office, cast: Cast, mailbox: Mailbox) -> None:
    number = waits(office, mailbox)

    with cast.olu.works() as work:
        person = decisions.approve(work, number, organisation_id(office))

    with everything(office) as work:
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
    office: Office, cast: Cast, mailbox: Mailbox
) -> None:
    number = waits(office, mailbox)

    with cast.olu.works() as work:
        decisions.refuse(work, number, "We could not reach the school.")

    assert person_with(office, "nadia@unknown.sch.example") is None
    letter = mailbox.last("nadia@unknown.sch.example")
    assert "We could not reach the school." in str(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    with everything(office) as work:
        assert work.session.scalars(select(MailedLink.chosen_password)).all() == [None], "the password goes"


def test_a_registration_is_decided_once(office: Office, cast: Cast, mailbox: Mailbox) -> None:
    number = waits(office, mailbox)
    with cast.olu.works() as work:
        decisions.refuse(work, number, "No.")

    for late in (cast.mary, cast.olu):
        with pytest.raises(WrongMoment), late.works() as work:
            decisions.approve(work, number, organisation_id(office))
        with pytest.raises(WrongMoment), late.works() as work:
            decisions.refuse(work, number, "Again.")


def test_what_nobody_confirmed_cannot_be_decided(office: Office, cast: Cast, mailbox: Mailbox) -> None:
    registers(office, mailbox)
    with everything(office) as work:
        number = work.session.scalars(select(Registration.id)).one()
    with pytest.raises(WrongMoment), cast.olu.works() as work:
        decisions.approve(work, number, organisation_id(office))


@pytest.mark.parametrize("key", ["ann", "pat", "ines"])
def test_only_the_sen_team_decides(office: Office, cast: Cast, mailbox: Mailbox, key: str) -> None:
    number = waits(office, mailbox)
    with pytest.raises(WrongHands), getattr(cast, key).works() as work:
        decisions.approve(work, number, organisation_id(office))
    assert person_with(office, "nadia@unknown.sch.example") is None


def test_a_new_organisation_may_be_entered_but_not_twice(
    office: Office, cast: Cast, mailbox: Mailbox
) -> None:
    number = waits(office, mailbox, organisation_id=None, organisation_named="Beck Nursery")
    with pytest.raises(Refused), cast.olu.works() as work:
        decisions.new_organisation(work, number, "HEATON BECK  primary school", Profession.school)
    with cast.olu.works() as work:
        made = decisions.new_organisation(work, number, "Beck Nursery", Profession.early_years)
        assert [event.facts() for event in work.told] == [
            {"table": "organisation", "row_id": made.id, "change": "added"}
        ]
        person = decisions.approve(work, number, made.id)

    with everything(office) as work:
        assert work.get(Person, person.id).organisation_id == made.id
        entered = work.get(Organisation, made.id)
        assert (entered.kind, entered.postcode) == (Profession.early_years, "BD99 1AB")
        assert work.get(Person, person.id).profession is Profession.early_years


def test_a_manager_may_recognise_the_domain_and_an_officer_may_not(
    office: Office, cast: Cast, mailbox: Mailbox
) -> None:
    number = waits(office, mailbox)
    with pytest.raises(WrongHands), cast.olu.works() as work:
        decisions.recognise_domain(work, number, organisation_id(office))
    with cast.mary.works() as work:
        decisions.approve(work, number, organisation_id(office))
        decisions.recognise_domain(work, number, organisation_id(office))
        assert (work.told[-1].name, work.told[-1].facts()["table"]) == ("ReferenceChanged", "work_domain")

    token = registers(office, mailbox, email="second@unknown.sch.example", first_name="Noor")
    assert sets_up(office, token) is Outcome.open


def test_the_officer_sees_which_organisation_it_may_be_and_whose_account_looks_alike(
    office: Office, cast: Cast, mailbox: Mailbox
) -> None:
    number = waits(
        office,
        mailbox,
        email="ann.kowalska+2@eps.bradford.example",
        organisation_id=None,
        organisation_named="Bradford Educational Psychology",
    )
    with cast.olu.works() as work:
        case = decisions.case_of(work, number)

    assert case.organisations[0].name == EP_SERVICE
    assert [person.email for person in case.look_alikes] == ["ann.kowalska@eps.bradford.example"]


def test_registering_again_replaces_what_nobody_confirmed(office: Office, mailbox: Mailbox) -> None:
    first = registers(office, mailbox, first_name="Mallory")
    second = registers(office, mailbox)

    with everything(office) as work:
        assert work.session.scalars(select(Registration.first_name)).all() == ["Nadia"]
    with pytest.raises(DeadLink), unit_of_work(office, None) as work:
        look(work, first)
    with unit_of_work(office, None) as work:
        assert look(work, second).name == "Nadia Rahman"


def test_a_confirmed_registration_is_only_replaced_by_its_owner(office: Office, mailbox: Mailbox) -> None:
    email = "nadia@unknown.sch.example"
    number = waits(office, mailbox, email=email)
    again = registers(office, mailbox, email=email, first_name="Mallory")
    with everything(office) as work:
        assert work.get(Registration, number).state is RegistrationState.waiting

    assert sets_up(office, again) is Outcome.waiting

    with everything(office) as work:
        assert work.get(Registration, number).state is RegistrationState.refused
        kept = select(func.count()).where(MailedLink.chosen_password.is_not(None))
        assert work.session.scalar(kept) == 1


def test_unconfirmed_registrations_are_forgotten_after_a_week(
    office: Office, mailbox: Mailbox, clock: FixedClock
) -> None:
    registers(office, mailbox)
    clock.forward(days=6, hours=23)
    with unit_of_work(office, None) as work:
        assert desk.forget_unconfirmed(work) == 0
    clock.forward(hours=2)
    with unit_of_work(office, None) as work:
        assert desk.forget_unconfirmed(work) == 1
    with everything(office) as work:
        assert work.session.scalars(select(Registration)).all() == []
        assert work.session.scalars(select(MailedLink)).all() == []


def test_old_links_go_but_never_the_one_that_holds_a_waiting_persons_password(
    office: Office, cast: Cast, mailbox: Mailbox, clock: FixedClock
) -> None:
    number = waits(office, mailbox)
    sets_up(office, registers(office, mailbox))
    clock.forward(days=9)
    with unit_of_work(office, None) as work:
        desk.forget_unconfirmed(work)
    with everything(office) as work:
        assert work.session.scalars(select(MailedLink.registration_id)).all() == [number]
    with cast.olu.works() as work:
        assert decisions.approve(work, number, organisation_id(office)).id


def test_three_mails_to_one_address_and_then_a_rest(
    office: Office, mailbox: Mailbox, clock: FixedClock
) -> None:
    for _ in range(3):
        registers(office, mailbox)
    with pytest.raises(TooMany) as refused, unit_of_work(office, None) as work:
        desk.register(work, applicant(office))
    assert 0 < refused.value.retry_after <= 15 * 60
    assert len(mailbox.to(EMAIL)) == 3

    registers(office, mailbox, email="someone.else@heatonbeck.sch.example")
    clock.forward(minutes=16)
    registers(office, mailbox)


def test_one_network_cannot_flood_many_addresses(office: Office, mailbox: Mailbox) -> None:
    here = Origin(address_hash="one network")
    for number in range(60):
        with unit_of_work(office, None, here) as work:
            desk.register(work, applicant(office, email=f"p{number}@unknown.sch.example"))
    with pytest.raises(TooMany), unit_of_work(office, None, here) as work:
        desk.register(work, applicant(office, email="p60@unknown.sch.example"))
    with unit_of_work(office, None, Origin(address_hash="another")) as work:
        desk.register(work, applicant(office, email="p60@unknown.sch.example"))


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
