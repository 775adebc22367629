"""The worst holes of stock Flask-AppBuilder, each shut: the number is the hole's in the security notes.

Here: 1, 6 and 7, which concern logging in. Those of lists, downloads and files stand beside their rooms.
"""

import re

from flask import Flask

from app.services.work import Office
from tests.browser import post_with_token
from tests.cast import PASSWORD, Cast, everything
from tests.mailbox import Mailbox


def test_hole_1_a_password_alone_never_becomes_a_token(app: Flask, cast: Cast) -> None:
    for number in range(12):
        answer = cast.nobody().post(
            "/api/v1/security/login",
            json={"username": cast.ann.email, "password": PASSWORD, "provider": "db", "refresh": True},
        )
        assert answer.status_code == 404 and "access_token" not in answer.text, number
    assert not [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api")]
    assert app.config["FAB_ADD_SECURITY_API"] is False and app.config["FAB_API_KEY_ENABLED"] is False


def test_hole_6_a_cookie_from_before_logging_out_is_dead(app: Flask, cast: Cast) -> None:
    browser = cast.ann.logs_in()
    stolen = browser.get_cookie("sid")
    assert stolen is not None
    post_with_token(browser, app, "/login/out", {})

    thief = app.test_client()
    thief.set_cookie("sid", stolen.value)
    assert thief.get("/account/").status_code == 302


def test_hole_6_a_changed_password_ends_other_log_ins_needs_the_old_one_and_cannot_be_weak(
    app: Flask, cast: Cast
) -> None:
    here, there = cast.ann.browser(), cast.ann.browser()

    def change(current: str, new: str) -> int:
        given = {"current_password": current, "password": new}
        return int(post_with_token(here, app, "/account/password", given).status_code)

    assert change("", "copper kettle ferry") == 422
    assert change(PASSWORD, "a") == 422
    assert there.get("/account/").status_code == 200
    assert change(PASSWORD, "copper kettle ferry") == 302
    assert there.get("/account/").status_code == 302
    assert here.get("/resetmypassword/form").status_code == 404


def test_hole_7_mailed_links_bear_our_own_name_and_act_only_on_a_button(
    app: Flask, office: Office, cast: Cast
) -> None:
    mailbox = Mailbox(office)
    post_with_token(
        cast.nobody(), app, "/forgotten/", {"email": cast.ann.email}, headers={"Host": "evil.example"}
    )
    assert mailbox.all() == []
    post_with_token(
        cast.nobody(),
        app,
        "/forgotten/",
        {"email": cast.ann.email},
        headers={"X-Forwarded-Host": "evil.example"},
    )
    hosts = set(
        re.findall(r"https?://([^/\s\"<>]+)", mailbox.last(cast.ann.email).get_body(("plain",)).get_content())
    )  # type: ignore[union-attr]
    assert hosts == {office.settings.public_base_url.split("//")[1]}

    link = mailbox.link(cast.ann.email)
    for method in ("GET", "HEAD", "OPTIONS"):
        app.test_client().open(link, method=method)
    with everything(office) as work:
        from app.models import MailedLink

        assert work.session.query(MailedLink).one().used_at is None
    assert app.test_client().get("/register/activation/x").status_code == 404
    cast.ann.logs_in()
