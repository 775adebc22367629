"""A person without an account yet, at the pages that strangers may open."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from app.core.unit_of_work import AppContext
from app.models import Organisation
from app.seed.cast import SCHOOL
from tests.browser import post_with_token
from tests.cast import mail_codes
from tests.mailbox import Mailbox

CHOSEN = "violet-kettle-harbour-92"
"""A password that a new user chooses."""

EMAIL = "nadia.rahman@heatonbeck.sch.example"
"""An address in the recognised domain of the school she chooses."""


def organisation_id(context: AppContext, name: str = SCHOOL) -> int:
    """The number of an organisation of the cast."""
    with context.database.open() as session:
        return session.scalars(select(Organisation.id).where(Organisation.name == name)).one()


class Newcomer:
    """Registers, reads the mail, opens its link, chooses a password."""

    def __init__(self, app: Flask, mailbox: Mailbox, email: str = EMAIL) -> None:
        self.app, self.mailbox, self.email = app, mailbox, email
        self.browser = app.test_client()

    def answers(self, **changed: Any) -> dict[str, Any]:
        """What they type into the registration page."""
        given = {
            "email": self.email,
            "first_name": "Nadia",
            "last_name": "Rahman",
            "profession": "school",
            "organisation": str(organisation_id(self.app.extensions["app_context"])),
            "organisation_named": "",
            "job_title": "Deputy head",
            "address": "Beck Lane\nHeaton\nBradford",
            "postcode": "bd99 1ab",
            "phone": "01632 960101",
        }
        return given | changed

    def post(self, path: str, data: dict[str, Any] | None = None, **how: Any) -> Any:
        """Press a button."""
        return post_with_token(self.browser, self.app, path, data or {}, **how)

    def registers(self, **changed: Any) -> Any:
        """The registration page, filled in and sent."""
        return self.post("/register/", self.answers(**changed))

    def link(self) -> str:
        """Where the newest mail leads."""
        return self.mailbox.link(self.email)

    def sets_up(self, link: str | None = None, password: str = CHOSEN) -> Any:
        """Behind the link: a password, then two-step verification. Gives the last answer."""
        link = link or self.link()
        chosen = self.post(link, {"password": password})
        assert chosen.status_code == 302 and chosen.location == f"{link}/two-step", chosen.text
        return self.post(f"{link}/two-step", {"method": "email"})

    def logs_in(self, password: str = CHOSEN) -> None:
        """With the password they chose and the code from their mail."""
        self.post("/login/", {"email": self.email, "password": password})
        code = mail_codes(self.app.extensions["app_context"], self.email)[-1]
        answer = self.post("/login/code", {"code": code})
        assert answer.status_code == 302 and answer.location == "/", answer.text
