"""One open link of each kind, and ways of looking at pages and rows that leave out what is always new."""

import re

from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder import Model
from sqlalchemy import select

from app.core.unit_of_work import AppContext
from app.models import Invitation
from tests.browser import post_with_token
from tests.cast import Cast, everything
from tests.mailbox import Mailbox
from tests.make import Maker
from tests.newcomer import CHOSEN, EMAIL, Newcomer

PURPOSES = ["register", "reset", "email", "invite"]
FATHER = "father@mail.example"
NEW = "ann.k@eps.bradford.example"


class Links:
    """One open link of each purpose, as it is in the mail."""

    def __init__(self, app: Flask, cast: Cast, make: Maker, mailbox: Mailbox) -> None:
        self.app, self.cast, self.mailbox, self.context = app, cast, mailbox, mailbox.context
        self.child = make.child()

    def register(self) -> str:
        Newcomer(self.app, self.mailbox).registers()
        return self.mailbox.link(EMAIL)

    def reset(self) -> str:
        post_with_token(self.cast.anonymous(), self.app, "/forgotten/", {"email": self.cast.ann.email})
        return self.mailbox.link(self.cast.ann.email)

    def email(self) -> str:
        typed = {"email": NEW}
        post_with_token(self.cast.ann.browser(), self.app, "/account/email/", typed)
        return self.mailbox.link(NEW)

    def invite(self) -> str:
        invited = {"first_name": "Omar", "last_name": "Shah", "email": FATHER, "relationship": "Father"}
        post_with_token(self.cast.olu.browser(), self.app, f"/invitations/child/{self.child.id}", invited)
        return self.mailbox.link(FATHER)

    def send_again(self) -> str:
        """The link of the open invitation, mailed again."""
        with everything(self.context) as work:
            open_one = work.session.scalars(select(Invitation.id).where(Invitation.email == FATHER)).one()
        post_with_token(self.cast.olu.browser(), self.app, f"/invitations/{open_one}/send-again", {})
        return self.mailbox.link(FATHER)

    def use(self, browser: FlaskClient, purpose: str, link: str) -> int:
        """Press every button behind a link; gives the last answer's status."""
        answer = post_with_token(browser, self.app, link, {"password": CHOSEN})
        if purpose in ("register", "invite") and answer.status_code == 302:
            answer = post_with_token(browser, self.app, f"{link}/two-step", {})
        return int(answer.status_code)


def bare(text: str) -> str:
    """A page without what is new on every answer."""
    without_tokens = re.sub(r'(value|content|nonce)="[^"]{20,}"', "", text)
    return re.sub(r"back=[^\"&]+", "", without_tokens)  # the language links lead back to this very page


def every_row(context: AppContext) -> dict[str, list[str]]:
    """All rows of all tables, as they stand."""
    with context.database.engine.connect() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for table in Model.metadata.sorted_tables
        }
