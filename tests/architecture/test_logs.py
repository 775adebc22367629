"""The log: one line of JSON for each request and each event, and nothing about a person in it."""

import io
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from startup.logs import Asked, JsonLines, PlainLines, answering, new_id, start_logs
from tests.browser import post_with_token
from tests.conftest import settings_for
from tests.log_hygiene import LISTENER, holds_forbidden_word
from tests.newcomer import EMAIL, Newcomer

CANARY = "Zebedee-Quorn"


@pytest.fixture
def written() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Every line the portal has written since the test began, read back as a machine would."""
    paper = io.StringIO()
    pen = logging.StreamHandler(paper)
    pen.setFormatter(JsonLines())
    logging.getLogger().addHandler(pen)
    yield lambda: [json.loads(line) for line in paper.getvalue().splitlines()]
    logging.getLogger().removeHandler(pen)


def test_each_request_leaves_one_line_that_says_how_it_ended_and_not_what_was_asked(cast, make, written):
    child = make.child(linked=(cast.sana,), forenames=CANARY, surname="Unheardof")
    browser = cast.sana.browser()

    answer = browser.get(f"/children/{child.id}?name={CANARY}")

    (line,) = [line for line in written() if line["message"] == "answered"]
    assert line["route"] == "/children/<int:child_id>"
    assert (line["method"], line["status"], line["user_id"]) == ("GET", 200, cast.sana.id)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert 0 < line["duration_ms"] < 60_000 and 0 < line["statements"] <= 12
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert CANARY not in json.dumps(line) and "?" not in json.dumps(line)


def test_a_whole_journey_leaves_no_name_address_code_token_or_question_in_the_log(
    app, cast, make, mailbox, written
):
    newcomer = Newcomer(app, mailbox)
    browser = newcomer.browser
    post_with_token(browser, app, "/register/", newcomer.answers(last_name=f"{CANARY}-Smith"))
    link = mailbox.link(EMAIL)
    browser.get(link)
    post_with_token(browser, app, "/login/", {"email": cast.ann.email, "password": f"wrong-{CANARY}"})
    post_with_token(browser, app, "/login/", {"email": f"{CANARY}@nowhere.example", "password": "x" * 20})
    ann = cast.ann.logs_in()
    code = cast.ann.code()
    child = make.child(linked=(cast.ann,), forenames=CANARY, surname="Unheardof")
    for path in (
        f"/children/{child.id}",
        f"/children/{CANARY}?q={CANARY}",
        f"/nowhere/{CANARY}?code={code}",
        f"/messages/?{CANARY}",
    ):
        ann.get(path, headers={"User-Agent": CANARY, "Referer": f"http://localhost/{CANARY}"})
    post_with_token(ann, app, f"/messages/write?child_id={child.id}", {"subject": CANARY, "body": CANARY})

    lines = written()
    assert len([line for line in lines if line["message"] == "answered"]) >= 9
    assert {line["route"] for line in lines if line.get("status") == 404} == {"none"}
    logged = json.dumps(lines, ensure_ascii=False).lower()
    token = link.rpartition("/")[2]
    for canary in (CANARY, code, token, EMAIL, "Nadia", "Unheardof", cast.ann.email, cast.ann.principal.name):
        assert canary.lower() not in logged, canary


def test_a_failure_is_logged_by_its_kind_and_place_and_never_in_its_own_words(written):
    try:
        raise ValueError(f"{CANARY} is not a date")
    except ValueError:
        logging.getLogger("app.anything").exception("unexpected %s", "ValueError")

    (line,) = written()
    assert line["failure"] == "ValueError"
    assert line["where"] and __file__.rpartition("/")[2] in line["where"][-1]
    assert CANARY not in json.dumps(line)


def test_an_address_that_some_library_logs_is_struck_out(written):
    logging.getLogger("app.anything").info("mail for %s", "somebody" + "@" + "school.example")
    LISTENER.lines.clear()  # logged on purpose

    (line,) = written()
    assert line["message"] == "mail for [address]"


def test_mail_carries_the_id_of_its_request_to_its_sender(app, context, cast, written):
    browser = cast.anonymous()
    answer = post_with_token(browser, app, "/forgotten/", {"email": cast.ann.email})

    context.notification_service.deliver_due()  # later, by the worker, outside of any request

    (sent,) = [line for line in written() if " sent at attempt " in line["message"]]
    assert sent["request_id"] == answer.headers["X-Request-ID"]


def test_an_id_from_outside_counts_only_behind_a_proxy_of_ours(tmp_path, prepared):
    from app import create_app

    _app, database = prepared
    given = {"X-Request-ID": "proxy-0123456789abcdef"}
    for hops, believed in (("0", False), ("1", True)):
        app = create_app(settings_for(tmp_path, database.url, TRUSTED_PROXY_HOPS=hops))
        answer = app.test_client().get("/healthz", headers=given)
        assert (answer.headers["X-Request-ID"] == given["X-Request-ID"]) is believed
        forged = app.test_client().get("/healthz", headers={"X-Request-ID": "a b\tc" * 20})
        assert re.fullmatch(r"[0-9a-f]{24}", forged.headers["X-Request-ID"])
        app.extensions["app_context"].database.engine.dispose()


def test_ids_are_our_own_unless_they_look_like_one():
    assert new_id("abc_DEF-123") == "abc_DEF-123"
    assert new_id("") != new_id("")
    for odd in ("short", "a" * 65, "new\nline-here", "naïve-name"):
        assert new_id(odd) != odd


def test_lines_of_one_request_share_its_id_and_the_next_has_another(written):
    for number in ("first-request", "second-request"):
        with answering(Asked(number, "/x/<int:y>", 7)):
            logging.getLogger("app.anything").warning("something")
    logging.getLogger("app.anything").warning("something")

    assert [line.get("request_id") for line in written()] == ["first-request", "second-request", None]
    assert written()[0]["user_id"] == 7 and written()[0]["route"] == "/x/<int:y>"


def test_at_a_demos_terminal_lines_are_for_people():
    record = logging.LogRecord("app.x", logging.WARNING, __file__, 1, "the scanner rests", (), None)

    assert PlainLines().format(record) == "warning: the scanner rests"


def test_a_demo_talks_to_people_and_a_live_portal_to_machines(tmp_path):
    assert settings_for(tmp_path, f"sqlite:///{tmp_path}/x").log_format == "text"
    assert settings_for(tmp_path, f"sqlite:///{tmp_path}/x", LOG_FORMAT="json").log_format == "json"


@pytest.mark.parametrize(("form", "requests"), [("json", True), ("text", False)])
def test_only_a_log_for_machines_has_a_line_for_every_request(form, requests, monkeypatch):
    """The log is set up in a process of its own, so that the tests' own listeners stay."""
    import subprocess

    program = (
        f"import logging; from startup.logs import start_logs; start_logs('{form}'); "
        "logging.getLogger('app.views.web.requests').info('answered'); logging.getLogger('huey').info('tick'); "
        "logging.getLogger('app.post').info('sent')"
    )
    logged = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    ).stderr

    assert ("answered" in logged) is requests
    assert "tick" not in logged and "sent" in logged
    assert start_logs.__doc__


class TestTheListener:
    """The check that every test of the suite runs under."""

    def test_it_hears_what_the_portal_logs(self, cast):
        before = LISTENER.heard
        cast.anonymous().get("/healthz")
        assert LISTENER.heard > before

    @pytest.mark.parametrize(
        "line",
        ["sent to ann@eps.example", "code 204816 was wrong", "link Ab-1_cDefGhIjKlMnOpQrStUv used", "Iqbal"],
    )
    def test_it_notices(self, line):
        assert holds_forbidden_word(line, {"204816", "Ab-1_cDefGhIjKlMnOpQrStUv", "Iqbal"})

    @pytest.mark.parametrize(
        "line", ["mail 12 (code) sent", "12048167 rows", "Iqbalia", "the audit head is kept"]
    )
    def test_it_does_not_cry_wolf(self, line):
        assert not holds_forbidden_word(line, {"204816", "Iqbal", "he"})

    def test_it_knows_the_cast_the_children_and_what_was_mailed(self, app, context, cast, make, mailbox):
        make.child(linked=(cast.sana,), forenames="Wilhelmina", surname="O'Shaughnessy")
        post_with_token(cast.anonymous(), app, "/forgotten/", {"email": cast.ann.email})
        token = mailbox.link(cast.ann.email).rpartition("/")[2]
        cast.bob.half_way()
        LISTENER.read_mail(context.settings.mail_dir)

        assert {"Iqbal", "Wilhelmina", "O'Shaughnessy", token, cast.bob.code()} <= LISTENER.secrets
