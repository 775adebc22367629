"""B10: an administrator invites by address and role; the invited person sets up everything themselves."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.cases import invitations
from app.cases.invitations import Invited
from app.core.clock import FixedClock
from app.core.errors import Forbidden, InvalidState, ValidationFailed
from app.core.roles import Role
from app.core.unit_of_work import AppContext
from app.models import AuditRow, Invitation, Message, Organisation, Person
from app.seed.cast import COUNCIL, HEALTH
from tests.browser import post_with_token
from tests.cast import Cast, everything, membership_of
from tests.mailbox import Mailbox, text_of
from tests.newcomer import CHOSEN, Newcomer, organisation_id

EMAIL = "yusra.khan@council.bradford.example"
DETAILS = {"first_name": "Yusra", "last_name": "Khan", "job_title": "SEN officer"}


@pytest.fixture
def yusra(app: Flask, mailbox: Mailbox) -> Newcomer:
    return Newcomer(app, mailbox, EMAIL)


def invite(app: Flask, browser: object, **given: str):  # type: ignore[no-untyped-def]
    return post_with_token(browser, app, "/invitations/new", {"email": EMAIL} | given)


def number_of(context: AppContext) -> int:
    with everything(context) as work:
        return work.session.scalars(select(Invitation.id).order_by(Invitation.id.desc())).first() or 0


def accepts(yusra: Newcomer) -> None:
    link = yusra.link()
    chosen = yusra.post(link, {"password": CHOSEN} | DETAILS)
    assert chosen.status_code == 302, chosen.text
    assert yusra.post(f"{link}/two-step", {"method": "email"}).location == "/register/ready"


def person(context: AppContext, email: str = EMAIL) -> Person | None:
    with everything(context) as work:
        found = work.session.scalars(select(Person).where(Person.email == email)).unique().one_or_none()
        if found is not None:
            _ = [role.name for role in found.roles]
        return found


@pytest.mark.parametrize("role", ["sen_officer", "sen_manager", "admin"])
def test_b10_an_administrator_invites_and_the_person_sets_up_everything(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, yusra: Newcomer, role: str
) -> None:
    ines = cast.ines.browser()
    assert invite(app, ines, role=role).status_code == 302
    page = ines.get("/invitations/").text
    assert EMAIL in page and "The link works until" in page
    assert "7 days" in text_of(mailbox.last(EMAIL))

    missing = yusra.post(yusra.link(), {"password": CHOSEN})
    assert missing.status_code == 422 and "Enter your first name" in missing.text
    accepts(yusra)

    found = person(context)
    assert found is not None and [each.name for each in found.roles] == [role]
    with everything(context) as work:
        works_for = membership_of(work, found.id)
        assert (found.name, works_for.job_title) == ("Yusra Khan", "SEN officer")
        assert works_for.organisation_id == organisation_id(context, COUNCIL)
    yusra.logs_in()
    subjects = [letter["Subject"] for letter in mailbox.to(EMAIL)]
    assert "Your roles in the SEND Portal were changed" in subjects
    with everything(context) as work:
        rows = {row.event: row for row in work.session.scalars(select(AuditRow))}
        assert rows["AccountInvited"].actor_id == cast.ines.id
        assert rows["InvitationAccepted"].facts["roles"] == [role]
        letters = set(work.session.scalars(select(Message.letter).where(Message.recipient_id.is_(None))))
        assert {"account_invited", "invitation_accepted"} <= letters
    assert EMAIL not in ines.get("/invitations/").text


def test_b10_a_professional_is_confirmed_by_the_invitation(
    app: Flask, context: AppContext, cast: Cast, yusra: Newcomer
) -> None:
    olu = cast.olu.browser()
    bare = invite(app, olu, role="professional")
    assert bare.status_code == 422 and "Choose where they work" in bare.text
    health = organisation_id(context, HEALTH)
    assert invite(app, olu, role="professional", organisation=str(health)).status_code == 302
    accepts(yusra)

    found = person(context)
    assert found is not None
    assert found.profession is not None and found.profession.name == "health"
    with everything(context) as work:
        works_for = membership_of(work, found.id)
        assert (works_for.organisation_id, works_for.confirmed_by_id) == (health, cast.olu.id)


@pytest.mark.parametrize("role", ["sen_officer", "sen_manager", "admin"])
def test_b10_only_administrators_invite_staff(app: Flask, cast: Cast, mailbox: Mailbox, role: str) -> None:
    for key in ("olu", "mary"):
        refused = invite(app, getattr(cast, key).browser(), role=role)
        assert refused.status_code == 422 and "Select their role" in refused.text
        with pytest.raises(Forbidden), getattr(cast, key).works() as work:
            invitations.invite(work, Invited(role=Role[role], email=EMAIL))
    for key in ("sana", "pat"):
        assert invite(app, getattr(cast, key).browser(), role=role).status_code == 403
    assert mailbox.all() == []


def test_b10_an_administrator_neither_sees_nor_ends_a_parents_invitation(
    app: Flask, context: AppContext, cast: Cast, make: object
) -> None:
    child = make.child()  # type: ignore[attr-defined]
    given = {"first_name": "Omar", "last_name": "Shah", "email": "o@mail.example", "relationship": "Father"}
    post_with_token(cast.olu.browser(), app, f"/invitations/child/{child.id}", given)
    number, ines = number_of(context), cast.ines.browser()

    assert "o@mail.example" not in ines.get("/invitations/").text
    for step in ("withdraw", "send-again", "confirm"):
        assert post_with_token(ines, app, f"/invitations/{number}/{step}", {}).status_code == 404


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ("", "Enter their work email address"),
        ("yusra@gmail.com", "gmail.com is a personal email service"),
        ("ann.kowalska@eps.bradford.example", "This email address already has an account"),
    ],
)
def test_b10_what_is_wrong_is_shown_where_it_was_typed(
    app: Flask, cast: Cast, mailbox: Mailbox, email: str, says: str
) -> None:
    answer = invite(app, cast.ines.browser(), role="sen_officer", email=email)
    assert answer.status_code == 422 and says in answer.text and f'value="{email}"' in answer.text
    assert mailbox.all() == []


def test_b10_sending_again_ends_the_earlier_link_and_withdrawing_ends_all(
    app: Flask, context: AppContext, cast: Cast, yusra: Newcomer
) -> None:
    ines = cast.ines.browser()
    invite(app, ines, role="sen_officer")
    first, number = yusra.link(), number_of(context)
    assert post_with_token(ines, app, f"/invitations/{number}/send-again", {}).status_code == 302
    second = yusra.link()
    assert yusra.browser.get(first).status_code == 404 and yusra.browser.get(second).status_code == 200

    assert post_with_token(ines, app, f"/invitations/{number}/withdraw", {}).status_code == 302
    assert yusra.browser.get(second).status_code == 404
    assert person(context) is None


def test_b10_a_link_lives_seven_days_and_can_be_mailed_again_by_the_invited_person(
    app: Flask, cast: Cast, yusra: Newcomer, clock: FixedClock
) -> None:
    invite(app, cast.ines.browser(), role="sen_officer")
    link = yusra.link()
    clock.forward(days=6, hours=23)
    assert yusra.browser.get(link).status_code == 200
    clock.forward(hours=2)
    gone = yusra.browser.get(link)
    assert gone.status_code == 404 and "Your invitation is still open" in gone.text
    assert "Send it again" in cast.ines.browser().get("/invitations/").text

    assert yusra.post(f"{link}/again").location == "/register/sent-again"
    assert yusra.link() != link
    accepts(yusra)


def test_b10_after_thirty_days_nothing_is_mailed_again(
    app: Flask, cast: Cast, yusra: Newcomer, clock: FixedClock
) -> None:
    invite(app, cast.ines.browser(), role="sen_officer")
    link = yusra.link()
    clock.forward(days=31)
    assert "Your invitation is still open" not in yusra.browser.get(link).text
    assert yusra.post(f"{link}/again").status_code == 404


@pytest.fixture
def two_needed(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """The council wants a second administrator for the first of each role, and no manager is there."""
    settings = replace(context.settings, two_administrators=True)  # type: ignore[type-var]
    monkeypatch.setattr(type(context), "settings", settings, raising=False)
    object.__setattr__(context, "settings", settings)


def second_administrator(context: AppContext, cast: Cast) -> None:
    with everything(context) as work:
        work.get(Person, cast.tom.id).roles = list(work.get(Person, cast.ines.id).roles)
        work.get(Person, cast.mary.id).active = False


def test_b10_the_first_of_a_role_waits_for_a_second_administrator(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, yusra: Newcomer, two_needed: None
) -> None:
    second_administrator(context, cast)
    ines, tom = cast.ines.browser(), cast.tom.browser()
    invite(app, ines, role="sen_manager")
    number = number_of(context)
    assert mailbox.to(EMAIL) == [], "no link before the second has confirmed"
    assert mailbox.last(cast.tom.email)["Subject"] == "An invitation needs a second administrator"
    page = ines.get("/invitations/").text
    assert "Waiting for a second administrator" in page and "Confirm and send" not in page
    assert post_with_token(ines, app, f"/invitations/{number}/confirm", {}).status_code == 403
    assert post_with_token(ines, app, f"/invitations/{number}/send-again", {}).status_code == 409

    assert "Confirm and send" in tom.get("/invitations/").text
    assert post_with_token(tom, app, f"/invitations/{number}/confirm", {}).status_code == 302
    assert post_with_token(tom, app, f"/invitations/{number}/confirm", {}).status_code == 409
    accepts(yusra)

    found = person(context)
    assert found is not None and [each.name for each in found.roles] == ["sen_manager"]


def test_b10_the_second_of_a_role_needs_one_administrator(
    app: Flask, cast: Cast, mailbox: Mailbox, two_needed: None
) -> None:
    invite(app, cast.ines.browser(), role="sen_officer")
    assert len(mailbox.to(EMAIL)) == 1


def test_b9_two_parents_with_one_mailbox_need_two_addresses(
    app: Flask, cast: Cast, make: object, mailbox: Mailbox
) -> None:
    first, second = make.child(), make.child()  # type: ignore[attr-defined]
    olu = cast.olu.browser()
    mother = {"first_name": "Wilma", "last_name": "Q", "email": "we@mail.example", "relationship": "Mother"}
    father = mother | {"first_name": "Fred", "relationship": "Father"}
    assert post_with_token(olu, app, f"/invitations/child/{first.id}", mother).status_code == 302

    here = post_with_token(olu, app, f"/invitations/child/{first.id}", father)
    assert (
        here.status_code == 422
        and "Wilma Q has an open invitation" in here.text
        and 'value="Fred"' in here.text
    )
    there = post_with_token(olu, app, f"/invitations/child/{second.id}", father)
    assert there.status_code == 422 and "Each person needs their own email address" in there.text
    assert len(mailbox.to("we@mail.example")) == 1, "the first invitation still stands"


def test_b9_an_account_of_another_person_is_not_linked_in_their_place(
    app: Flask, cast: Cast, make: object
) -> None:
    child = make.child()  # type: ignore[attr-defined]
    other = {"first_name": "Lou", "last_name": "Hussain", "email": cast.pat.email, "relationship": "Father"}
    answer = post_with_token(cast.olu.browser(), app, f"/invitations/child/{child.id}", other)
    assert answer.status_code == 422 and "This email address belongs to Pat Hussain" in answer.text


def test_b9_a_second_invitation_never_replaces_the_first(
    context: AppContext, cast: Cast, make: object
) -> None:
    child = make.child()  # type: ignore[attr-defined]
    asked = Invited(
        role=Role.parent,
        child_id=child.id,
        email="we@mail.example",
        first_name="Wilma",
        last_name="Q",
        relationship="Mother",
    )
    with cast.olu.works() as work:
        number = invitations.invite(work, asked).id
    with pytest.raises(ValidationFailed, match="open invitation"), cast.mary.works() as work:
        invitations.invite(work, replace(asked, relationship="Aunt"))
    with everything(context) as work:
        assert work.get(Invitation, number).relationship_to_child == "Mother"
    with cast.mary.works() as work:
        invitations.withdraw(work, number)
    with pytest.raises(InvalidState), cast.mary.works() as work:
        invitations.send_again(work, number)


def test_b10_the_sen_team_neither_sees_nor_ends_the_invitation_of_staff(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    invite(app, cast.ines.browser(), role="admin")
    number, olu = number_of(context), cast.olu.browser()

    assert EMAIL not in olu.get("/invitations/").text
    for step in ("withdraw", "send-again", "confirm"):
        assert post_with_token(olu, app, f"/invitations/{number}/{step}", {}).status_code == 404


def test_b10_an_invited_person_may_have_one_name(
    app: Flask, context: AppContext, cast: Cast, yusra: Newcomer
) -> None:
    invite(app, cast.ines.browser(), role="sen_officer")
    link = yusra.link()
    one = {"password": CHOSEN, "first_name": "Yusra", "job_title": "SEN officer", "only_one_name": "y"}
    assert yusra.post(link, one).status_code == 302
    yusra.post(f"{link}/two-step", {"method": "email"})

    found = person(context)
    assert found is not None and found.name.strip() == "Yusra"


def test_a3_an_invitation_to_an_organisation_no_longer_in_use_confirms_no_one(
    app: Flask, context: AppContext, cast: Cast, yusra: Newcomer
) -> None:
    health = organisation_id(context, HEALTH)
    invite(app, cast.olu.browser(), role="professional", organisation=str(health))
    with everything(context) as work:
        work.get(Organisation, health).active = False
    accepts(yusra)
    found = person(context)
    assert found is not None
    with everything(context) as work:
        works_for = membership_of(work, found.id)
        assert (works_for.organisation_id, works_for.confirmed_at) == (health, None)
