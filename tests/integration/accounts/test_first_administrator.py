"""A live portal begins without people: its first administrator is entered at the command line, and only the first."""

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role as RoleRow

from app.models import AuditRow, Person
from tests.browser import post_with_token
from tests.cast import everything, mail_codes
from tests.mailbox import text_of
from tests.newcomer import CHOSEN

EMAIL = "ivy.stone@council.bradford.example"


def enter(app, email: str = EMAIL):
    return app.test_cli_runner().invoke(args=["portal", "first-administrator", email, "Ivy", "Stone"])


def dismiss_administrators(context) -> None:
    """As in a portal that was just set up."""
    with everything(context) as work:
        for person in work.session.scalars(
            sa.select(Person).where(Person.roles.any(RoleRow.name == "admin"))
        ):
            person.roles = []


def test_the_first_administrator_chooses_a_password_by_mail_and_logs_in(app, context, cast, mailbox):
    dismiss_administrators(context)

    done = enter(app, "Ivy.Stone@Council.Bradford.example")

    assert done.exit_code == 0, done.output
    assert "works for an hour" in done.output and "1 hour" in text_of(mailbox.last(EMAIL))
    browser = cast.anonymous()
    link = mailbox.link(EMAIL)
    assert post_with_token(browser, app, link, {"password": CHOSEN}).status_code == 302
    post_with_token(browser, app, "/login/", {"email": EMAIL, "password": CHOSEN})
    answer = post_with_token(browser, app, "/login/code", {"code": mail_codes(context, EMAIL)[-1]})
    assert (answer.status_code, answer.location) == (302, "/")
    assert browser.get("/users/list/").status_code == 200
    with everything(context) as work:
        events = work.session.scalars(sa.select(AuditRow.event)).all()
        assert "AccountOpened" in events and "PasswordResetAsked" in events


def test_there_is_only_one_first_administrator(app):
    done = enter(app)

    assert done.exit_code == 1
    assert "There is an administrator already" in done.output


def test_an_address_with_an_account_is_refused(app, context, cast):
    dismiss_administrators(context)
    assert enter(app, cast.ann.email).exit_code == 1


def test_what_is_no_address_is_refused(app, context):
    dismiss_administrators(context)
    assert "not an email address" in enter(app, "ivy").output
