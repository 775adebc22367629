"""Ways in beside the log-in: O01, O02, O07, O30, O34, O35, O39, O40 and O44 to O46."""

import ast
import base64
import stat
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_jwt_extended import JWTManager, create_access_token
from sqlalchemy.exc import IntegrityError

from app.core.unit_of_work import AppContext
from app.models import LogInSession, OutboxMail, Person
from app.views.web.access_control import PUBLIC, safe_next
from config import ConfigError, load_settings
from tests.browser import post_with_token
from tests.cast import PASSWORD, Cast, everything
from tests.mailbox import text_of

ROOT = Path(__file__).resolve().parents[2]
DUMMY = {"int": "1", "string": "x", "path": "x", "default": "1"}


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """Every route with every method it knows."""
    found = []
    for rule in app.url_map.iter_rules():
        built = app.url_map.bind("localhost").build(
            rule.endpoint, dict.fromkeys(rule.arguments, 1), force_external=False
        )
        found += [
            (rule.endpoint, method, built) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]
    return found


def test_O01_a_password_alone_opens_no_page(app: Flask, cast: Cast) -> None:
    half = cast.ann.half_way()
    opened = []
    for endpoint, method, path in addresses(app):
        if endpoint in PUBLIC or "static" in endpoint:
            continue
        answer = half.get(path) if method == "GET" else post_with_token(half, app, path, {"x": "y"})
        if (answer.status_code, answer.location) != (302, "/login/code"):
            opened.append((method, path, answer.status_code, answer.location))

    assert opened == []


def test_O01_the_pages_open_to_all_are_these_and_no_others() -> None:
    assert {name.partition(".")[0] for name in PUBLIC} == {
        "static", "appbuilder", "LogInView", "HealthView", "HelpView", "LanguageView", "RegisterView", "ConfirmView", "ForgottenView",
    }  # fmt: skip
    assert {name for name in PUBLIC if name.startswith("LogInView")} == {
        "LogInView.log_in", "LogInView.second_step", "LogInView.send_code",
    }  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/security/login",
        "/api/v1/security/refresh",
        "/api/v1/_openapi",
        "/swagger/v1",
        "/logincallback/",
        "/api/v1/menu/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_O02_there_is_no_interface_for_programs(cast: Cast, path: str, method: str) -> None:
    given = {"username": cast.ann.email, "password": PASSWORD, "provider": "db", "refresh": True}

    assert cast.anonymous().open(path, method=method, json=given).status_code == 404


def test_O02_no_token_key_or_header_logs_anyone_in(app: Flask, cast: Cast) -> None:
    minting = Flask("elsewhere")
    minting.config["JWT_SECRET_KEY"] = app.config["SECRET_KEY"]
    JWTManager(minting)
    with minting.app_context():
        token = create_access_token(identity=str(cast.ann.id), fresh=True)
    basic = base64.b64encode(f"{cast.ann.email}:{PASSWORD}".encode()).decode()
    for header in (f"Bearer {token}", f"Basic {basic}", "Bearer sst_" + "a" * 40):
        for accept in ("text/html", "application/json"):
            answer = cast.anonymous().get("/account/", headers={"Authorization": header, "Accept": accept})
            assert answer.status_code == (302 if accept == "text/html" else 401)
    assert (
        cast.anonymous()
        .get("/account/", headers={"X-API-Key": "sst_" + "a" * 40, "Remote-User": cast.ann.email})
        .status_code
        == 302
    )


def test_O07_nothing_but_both_steps_makes_a_log_in(app: Flask) -> None:
    """Whatever registers, resets or confirms logs no one in: only the code page opens log-ins (and tests/cast.py)."""
    callers = []
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if called in ("open_session", "login_user", "log_in_browser"):
                    callers.append((str(path.relative_to(ROOT)), called))

    assert sorted(callers) == [
        ("app/accounts/log_in.py", "open_session"),
        ("app/views/accounts/log_in.py", "log_in_browser"),
        ("app/views/web/cookie.py", "login_user"),
    ]


@pytest.mark.parametrize("path", ["/login/", "/register/", "/forgotten/"])
def test_O30_another_hosts_name_is_refused_and_sends_no_mail(
    app: Flask, context: AppContext, cast: Cast, path: str
) -> None:
    browser = cast.anonymous()
    answer = post_with_token(
        browser, app, path, {"email": cast.ann.email, "password": PASSWORD}, headers={"Host": "evil.example"}
    )

    assert answer.status_code == 400
    with everything(context) as work:
        assert work.session.query(OutboxMail).count() == 0


def test_O30_a_forwarded_host_is_not_believed(app: Flask, context: AppContext, cast: Cast) -> None:
    post_with_token(
        cast.anonymous(),
        app,
        "/forgotten/",
        {"email": cast.ann.email},
        headers={"X-Forwarded-Host": "evil.example"},
    )
    context.notification_service.deliver_due()

    [mail] = [path.read_text() for path in context.notification_service.settings.mail_dir.glob("*.eml")]
    assert "evil" not in mail and context.settings.public_base_url.split("//")[1] in mail.replace("=\n", "")


def test_O34_the_database_itself_refuses_a_second_account_for_an_address(
    context: AppContext, cast: Cast
) -> None:
    with pytest.raises(IntegrityError), everything(context) as work:
        work.add(Person(username="x", first_name="A", last_name="B", email=cast.ann.email, password="x"))


def test_O35_there_is_no_user_name_to_take(app: Flask, cast: Cast) -> None:
    for path in ("/login/", "/register/", "/account/"):
        page = cast.ann.browser().get(path, follow_redirects=True).text
        assert 'name="username"' not in page
    answer = post_with_token(
        cast.anonymous(), app, "/login/", {"username": cast.ann.email, "password": PASSWORD}
    )
    assert answer.status_code == 422


def test_O39_no_one_is_logged_out_by_a_link(app: Flask, cast: Cast) -> None:
    browser = cast.ann.logs_in()
    for path in ("/login/out", "/logout/", "/login/stay"):
        assert browser.get(path).status_code in (404, 405)
    assert browser.post("/login/out").status_code == 400, "nor by a form of another site"

    assert browser.get("/account/").status_code == 200


def test_O39_no_one_is_logged_in_by_another_sites_form(cast: Cast) -> None:
    stranger = cast.anonymous()

    assert stranger.post("/login/", data={"email": cast.bob.email, "password": PASSWORD}).status_code == 400
    assert stranger.post("/login/code", data={"code": "123456"}).status_code == 400


ELSEWHERE = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "http:evil.example",
    "https:///evil.example", "javascript:alert(1)", "data:text/html,x", "/\t/evil.example", "\t//evil.example", "/\n/evil.example",
    "//evil.example/@localhost", "https://localhost@evil.example", "//localhost@evil.example", "/\x00/evil.example", "evil.example",
    "", " //evil.example", "/login/out", "//[::1", "/%0d%0aSet-Cookie:x=1\r\n",
]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_O40_after_logging_in_no_one_is_sent_elsewhere(app: Flask, cast: Cast, target: str) -> None:
    browser = cast.anonymous()
    browser.get("/login/", query_string={"next": target})
    with browser.session_transaction():
        pass
    answer = post_with_token(
        browser,
        app,
        "/login/",
        {"email": cast.ann.email, "password": PASSWORD},
        query_string={"next": target},
    )
    assert answer.location == "/login/code"

    landed = post_with_token(browser, app, "/login/code", {"code": cast.ann.code()}).location

    assert landed == "/" and safe_next(target) is None


def test_O40_a_spoofed_host_does_not_help(app: Flask, cast: Cast) -> None:
    answer = cast.anonymous().get("/login/?next=https://evil.example/", headers={"Host": "evil.example"})

    assert answer.status_code == 400


@pytest.mark.parametrize("flag", ["FLASK_DEBUG", "MAIL_SUPPRESS_SEND", "LOGIN_DISABLED", "TESTING"])
def test_O44_a_live_portal_refuses_to_start_with_an_unsafe_setting(tmp_path: Path, flag: str) -> None:
    with pytest.raises(ConfigError, match=flag):
        load_settings({"DATA_DIR": str(tmp_path), flag: "1"})


def test_O44_no_code_is_ever_fixed_and_no_check_is_skipped_for_tests() -> None:
    doubtful = (
        "app.testing",
        'config["TESTING"]',
        "MAIL_SUPPRESS_SEND = True",
        "LOGIN_DISABLED",
        '"000000"',
        '"123456"',
    )
    rooms = [path for path in (ROOT / "app").rglob("*.py") if "seed" not in path.parts]

    found = [(path.name, word) for path in rooms for word in doubtful if word in path.read_text()]

    assert found == []


def test_O45_mail_on_disk_is_readable_by_its_owner_only(app: Flask, context: AppContext, cast: Cast) -> None:
    cast.ann.half_way()
    folder = context.notification_service.settings.mail_dir
    [mail] = folder.glob("*.eml")

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and stat.S_IMODE(mail.stat().st_mode) & 0o077 == 0
    for path in (
        f"/mail/{mail.name}",
        f"/static/build/../../mail/{mail.name}",
        f"/static/build/{mail.name}",
        f"/documents/{mail.name}",
    ):
        answer = cast.olu.browser().get(path)
        assert answer.status_code == 404 and cast.ann.code() not in answer.text


def test_O46_the_mail_tells_when_and_from_where_so_that_a_stolen_password_shows(
    app: Flask, cast: Cast
) -> None:
    """A code that a person is talked into giving away cannot be stopped by mail; officers may add an app (test_account)."""
    browser = app.test_client()
    browser.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    cast.ann.half_way(browser)
    [path] = app.extensions["app_context"].notification_service.settings.mail_dir.glob("*.eml")

    mail = text_of(message_from_bytes(path.read_bytes(), policy=policy.default))

    assert "Firefox on Windows" in mail and "10 minutes" in mail
    assert "23 November 2026, 9:30am" in mail


def test_a_person_logged_in_is_never_asked_to_log_in_again(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    browser: FlaskClient = cast.ann.logs_in()

    assert browser.get("/login/?next=/account/").location == "/account/"
    post_with_token(browser, app, "/login/", {"email": cast.bob.email, "password": PASSWORD})
    with everything(context) as work:
        assert [row.person_id for row in work.session.query(LogInSession)] == [cast.ann.id]
