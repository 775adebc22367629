"""Inviting parents and carers, and accepting."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.unit_of_work import AppContext
from app.models import (
    ChildLink,
    Invitation,
    Person,
)
from tests.browser import post_with_token
from tests.cast import Cast, everything
from tests.mailbox import Mailbox, text_of
from tests.make import Maker
from tests.newcomer import Newcomer


def test_a_parent_is_invited_and_sees_the_child_after_opening_an_account(
    app: Flask, context: AppContext, cast: Cast, make: Maker, mailbox: Mailbox
) -> None:
    child = make.child(forenames="Zebedee", surname="Quillfeather")
    mother = Newcomer(app, mailbox, "mother@mail.example")
    invited = {
        "first_name": "Wilma",
        "last_name": "Quillfeather",
        "email": mother.email,
        "relationship": "Mother",
    }
    olu = cast.olu.browser()
    assert post_with_token(olu, app, f"/invitations/child/{child.id}", invited).status_code == 302
    assert "Wilma Quillfeather" in olu.get(f"/invitations/child/{child.id}").text
    letter = mailbox.last(mother.email)
    for name in ("Zebedee", "Quillfeather", "Wilma", "ZQ"):
        assert name not in letter.as_string() and name not in text_of(letter)

    page = mother.browser.get(mother.link()).text
    assert "Wilma Quillfeather" in page and "Zebedee" not in page
    assert mother.sets_up().location == "/register/ready"

    mother.logs_in()
    with everything(context) as work:
        person = work.session.scalars(select(Person).where(Person.email == mother.email)).unique().one()
        assert [role.name for role in person.roles] == ["parent"]
        link = work.session.scalars(select(ChildLink).where(ChildLink.person_id == person.id)).one()
        assert (link.child_id, link.part.name, link.relationship_to_child) == (child.id, "parent", "Mother")
        assert link.linked_by_id == cast.olu.id
        assert work.session.scalars(select(Invitation.accepted_at)).one() is not None
    assert "Wilma Quillfeather" not in olu.get(f"/invitations/child/{child.id}").text


def test_one_link_opens_every_child_an_address_was_invited_to(
    app: Flask, context: AppContext, cast: Cast, make: Maker, mailbox: Mailbox
) -> None:
    children = [make.child(), make.child()]
    father = Newcomer(app, mailbox, "father@mail.example")
    invited = {"first_name": "Omar", "last_name": "Shah", "email": father.email, "relationship": "Father"}
    for child in children:
        post_with_token(cast.olu.browser(), app, f"/invitations/child/{child.id}", invited)
    father.sets_up()

    with everything(context) as work:
        linked = work.session.scalars(select(ChildLink.child_id).where(ChildLink.part == "parent"))
        assert sorted(linked) == sorted(child.id for child in children)


def test_a_parent_with_an_account_is_linked_at_once_and_notified(
    app: Flask, context: AppContext, cast: Cast, make: Maker, mailbox: Mailbox
) -> None:
    child = make.child()
    invited = {"first_name": "Pat", "last_name": "Hussain", "email": cast.pat.email, "relationship": "Father"}
    answer = post_with_token(cast.olu.browser(), app, f"/invitations/child/{child.id}", invited)

    assert answer.status_code == 302
    with everything(context) as work:
        link = work.session.scalars(select(ChildLink).where(ChildLink.child_id == child.id)).one()
        assert (link.person_id, link.part.name) == (cast.pat.id, "parent")
    assert len(mailbox.to(cast.pat.email)) == 1
    again = post_with_token(cast.olu.browser(), app, f"/invitations/child/{child.id}", invited)
    assert again.status_code == 302, "pressed twice, and linked once"
    again = post_with_token(cast.mary.browser(), app, f"/invitations/child/{child.id}", invited)
    assert again.status_code == 422 and "can already see this child" in again.text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"first_name": ""}, "Enter their first name"),
        ({"last_name": ""}, "Enter their last name"),
        ({"email": ""}, "Enter their email address"),
        ({"email": "x"}, "correct format"),
        ({"email": "ann.kowalska@eps.bradford.example"}, "This email address belongs to a professional"),
        ({"relationship": ""}, "Enter what they are to the child"),
    ],
)
def test_an_invitation_says_what_is_wrong(
    app: Flask, cast: Cast, make: Maker, mailbox: Mailbox, changed: dict[str, str], says: str
) -> None:
    child = make.child()
    given = {"first_name": "Omar", "last_name": "Shah", "email": "o@mail.example", "relationship": "Father"}
    answer = post_with_token(cast.olu.browser(), app, f"/invitations/child/{child.id}", given | changed)

    assert answer.status_code == 422 and says in answer.text
    assert mailbox.all() == []


def test_a_withdrawn_invitation_opens_nothing(
    app: Flask, context: AppContext, cast: Cast, make: Maker, mailbox: Mailbox
) -> None:
    child = make.child()
    father = Newcomer(app, mailbox, "father@mail.example")
    invited = {"first_name": "Omar", "last_name": "Shah", "email": father.email, "relationship": "Father"}
    olu = cast.olu.browser()
    post_with_token(olu, app, f"/invitations/child/{child.id}", invited)
    first = father.link()
    with everything(context) as work:
        number = work.session.scalars(select(Invitation.id)).one()
    assert post_with_token(olu, app, f"/invitations/{number}/send-again", {}).status_code == 302
    assert father.browser.get(first).status_code == 404, "the newer link takes its place"
    newest = father.link()
    assert father.browser.get(newest).status_code == 200

    assert post_with_token(olu, app, f"/invitations/{number}/withdraw", {}).status_code == 302
    assert father.browser.get(newest).status_code == 404
    assert post_with_token(olu, app, f"/invitations/{number}/withdraw", {}).status_code == 409


@pytest.mark.parametrize("key", ["sana", "pat", "ines"])
def test_only_the_sen_team_invites(
    app: Flask, context: AppContext, cast: Cast, make: Maker, mailbox: Mailbox, key: str
) -> None:
    child = make.child(linked=(cast.sana, cast.pat))
    invited = {"first_name": "Omar", "last_name": "Shah", "email": "f@mail.example", "relationship": "Father"}
    browser = getattr(cast, key).browser()

    assert browser.get(f"/invitations/child/{child.id}").status_code == 403
    assert post_with_token(browser, app, f"/invitations/child/{child.id}", invited).status_code == 403
    assert mailbox.all() == []
