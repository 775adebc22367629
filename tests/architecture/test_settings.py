"""The portal starts with everything it needs, or refuses and says all that is missing."""

import os
import secrets
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from config import ConfigError, Settings, flask_config, load_settings

ROOT = Path(__file__).resolve().parents[2]
KEYS = ("SECRET_KEY", "OTP_KEY", "AUDIT_KEY", "FILE_KEY")


@pytest.fixture
def live(tmp_path: Path) -> dict[str, str]:
    """All settings that a live portal needs."""
    return {
        "DATA_DIR": str(tmp_path / "data"),
        "PUBLIC_BASE_URL": "https://send.example.gov.uk",
        "TRUSTED_PROXY_HOPS": "1",
        **{name: secrets.token_hex(32) for name in KEYS},
        "MAIL_SERVER": "mail.example.gov.uk",
        "MAIL_DEFAULT_SENDER": "no-reply@send.example.gov.uk",
        "COUNCIL_NAME": "Example Council",
        "COUNCIL_SEN_PHONE": "01234 567890",
        "COUNCIL_SEN_EMAIL": "sen@example.gov.uk",
        "COUNCIL_ADDRESS": "Town Hall, Example, EX1 1EX",
        "COUNCIL_FEEDBACK_EMAIL": "feedback@example.gov.uk",
        "COUNCIL_SENDIASS_NAME": "Example SENDIASS",
        "COUNCIL_SENDIASS_PHONE": "01234 567891",
    }


@pytest.fixture
def demo(tmp_path: Path) -> dict[str, str]:
    return {"PORTAL_MODE": "demo", "DATA_DIR": str(tmp_path / "data")}


def refusal(environ: Mapping[str, str]) -> str:
    with pytest.raises(ConfigError) as refused:
        load_settings(environ)
    return str(refused.value)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_live_portal_starts_when_it_has_everything(live: dict[str, str]) -> None:
    settings = load_settings(live)

    assert settings.mode == "live"
    assert not settings.demo
    assert settings.demo_password == ""
    assert settings.mail_backend == "smtp"
    assert (settings.mail_use_tls, settings.mail_port) == (True, 587)
    assert settings.secure_cookies
    assert settings.trusted_hosts == ("send.example.gov.uk",)
    assert settings.council.sen_phone == "01234 567890"


def test_live_is_what_one_gets_without_asking(live: dict[str, str]) -> None:
    assert "PORTAL_MODE" not in live
    assert load_settings(live).mode == "live"


def test_one_error_names_everything_that_is_missing(tmp_path: Path) -> None:
    message = refusal({"DATA_DIR": str(tmp_path / "data")})

    for name in (
        *KEYS,
        "PUBLIC_BASE_URL",
        "MAIL_SERVER",
        "MAIL_DEFAULT_SENDER",
        "COUNCIL_NAME",
        "COUNCIL_SEN_PHONE",
        "COUNCIL_SEN_EMAIL",
        "COUNCIL_ADDRESS",
        "COUNCIL_FEEDBACK_EMAIL",
        "COUNCIL_SENDIASS_NAME",
        "COUNCIL_SENDIASS_PHONE",
    ):
        assert f"- {name} " in message


@pytest.mark.parametrize(
    "name",
    [
        *KEYS,
        "PUBLIC_BASE_URL",
        "TRUSTED_PROXY_HOPS",
        "MAIL_SERVER",
        "MAIL_DEFAULT_SENDER",
        "COUNCIL_SEN_EMAIL",
    ],
)
def test_a_live_portal_refuses_to_start_without(live: dict[str, str], name: str) -> None:
    del live[name]

    message = refusal(live)

    assert name in message
    assert message.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SECRET_KEY", "short", "too weak"),
        ("OTP_KEY", "a" * 64, "too weak"),
        ("SECRET_KEY_FALLBACKS", "old", "too weak"),
        ("AUDIT_KEY_FALLBACKS", "old", "too weak"),
        ("OTP_KEY_FALLBACKS", "old", "too weak"),
        ("FILE_KEY_FALLBACKS", "old", "too weak"),
        ("PUBLIC_BASE_URL", "http://send.example.gov.uk", "https://"),
        ("PUBLIC_BASE_URL", "http://localhost:8000", "https://"),
        ("PUBLIC_BASE_URL", "https://user@send.example.gov.uk", "plain address"),
        ("PUBLIC_BASE_URL", "https://send.example.gov.uk/portal", "plain address"),
        ("PUBLIC_BASE_URL", "https://send.example.gov.uk:port", "not a web address"),
        ("DEMO_PASSWORD", "three-herons-by-the-beck", "demo mode only"),
        ("MAIL_PASSWORD", "three-herons-by-the-beck", "demo's password"),
        ("DATABASE_URL", "postgresql://portal:three-herons-by-the-beck@db/portal", "demo's password"),
        ("DATABASE_URL", "mysql://db/portal", "DATABASE_URL"),
        ("FLASK_DEBUG", "1", "development only"),
        ("MAIL_SUPPRESS_SEND", "true", "development only"),
        ("LOGIN_DISABLED", "yes", "development only"),
        ("TESTING", "1", "development only"),
        ("MAIL_USE_TLS", "no", "in the clear"),
        ("MAIL_USE_TLS", "perhaps", "yes or no"),
        ("MAIL_USERNAME", "portal", "belong together"),
        ("MAIL_DEFAULT_SENDER", "nobody", "MAIL_DEFAULT_SENDER"),
        ("PORT", "eighty", "whole number"),
        ("PORT", "70000", "whole number"),
        ("TRUSTED_PROXY_HOPS", "-1", "whole number"),
        ("PORTAL_MODE", "development", "demo or live"),
    ],
)
def test_a_live_portal_refuses(live: dict[str, str], name: str, value: str, reason: str) -> None:
    assert reason in refusal(live | {name: value})


def test_every_key_is_a_key_of_its_own(live: dict[str, str]) -> None:
    assert "different" in refusal(live | {"OTP_KEY": live["AUDIT_KEY"]})
    assert "is OTP_KEY now" in refusal(live | {"AUDIT_KEY_FALLBACKS": live["OTP_KEY"]})


def test_a_flag_that_says_no_is_no_reason_to_refuse(live: dict[str, str]) -> None:
    assert load_settings(live | {"FLASK_DEBUG": "0", "TESTING": "false"}).mode == "live"


def test_a_live_portal_does_not_take_over_a_demo_folder(live: dict[str, str], demo: dict[str, str]) -> None:
    load_settings(demo)

    assert "holds a demo" in refusal(live)


def test_a_refusal_tells_no_secret(live: dict[str, str]) -> None:
    weak, url = "hunter2-hunter2", "mysql://portal:hunter3@db/portal"

    message = refusal(live | {"SECRET_KEY": weak, "DATABASE_URL": url})

    assert weak not in message
    assert "hunter3" not in message


def test_the_printed_form_of_the_settings_tells_no_secret(live: dict[str, str]) -> None:
    settings = load_settings(
        live
        | {
            "DATABASE_URL": "postgresql://portal:quiet-db-word@db/portal",
            "REDIS_URL": "redis://:quiet-redis-word@cache/0",
            "MAIL_USERNAME": "portal",
            "MAIL_PASSWORD": "quiet-mail-word",
        }
    )

    for secret in (*(live[name] for name in KEYS), "quiet-db-word", "quiet-redis-word", "quiet-mail-word"):
        assert secret not in f"{settings} {settings!r}"


def test_secrets_may_come_from_files(live: dict[str, str], tmp_path: Path) -> None:
    for name in (*KEYS, "MAIL_PASSWORD"):
        secret_file = tmp_path / name
        secret_file.write_text(live.pop(name, "a word for the mail server") + "\n")
        live[f"{name}_FILE"] = str(secret_file)

    settings = load_settings(live | {"MAIL_USERNAME": "portal"})

    assert settings.secret_keys[0] == (tmp_path / "SECRET_KEY").read_text().strip()
    assert settings.mail_password == "a word for the mail server"


def test_a_secret_file_that_is_not_there_is_named(live: dict[str, str], tmp_path: Path) -> None:
    del live["OTP_KEY"]

    assert "OTP_KEY_FILE can't be read" in refusal(live | {"OTP_KEY_FILE": str(tmp_path / "nowhere")})


def test_older_keys_still_verify_and_open_after_a_change(live: dict[str, str]) -> None:
    older, oldest = secrets.token_hex(32), secrets.token_hex(32)

    settings = load_settings(
        live
        | {
            "SECRET_KEY_FALLBACKS": f"{older},{oldest}",
            "AUDIT_KEY_FALLBACKS": older,
            "FILE_KEY_FALLBACKS": f"{oldest}\n{older}",
        }
    )

    assert settings.secret_keys == (live["SECRET_KEY"], older, oldest)
    assert settings.audit_keys == (live["AUDIT_KEY"], older)
    assert settings.file_keys == (live["FILE_KEY"], oldest, older)
    assert flask_config(settings)["SECRET_KEY_FALLBACKS"] == [older, oldest]


def test_a_file_of_older_keys_may_be_empty_and_one_of_a_key_may_not(
    live: dict[str, str], tmp_path: Path
) -> None:
    """So that the last step of a change is to empty the file, and no unit need be edited."""
    (tmp_path / "none").write_text("\n")
    none = str(tmp_path / "none")

    assert load_settings(live | {"FILE_KEY_FALLBACKS_FILE": none}).file_keys == (live["FILE_KEY"],)
    del live["FILE_KEY"]
    assert "FILE_KEY_FILE points at an empty file" in refusal(live | {"FILE_KEY_FILE": none})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_usual_way_to_name_postgresql_works(demo: dict[str, str], scheme: str) -> None:
    settings = load_settings(demo | {"DATABASE_URL": f"{scheme}://portal@db/portal"})

    assert settings.database_url == "postgresql+psycopg://portal@db/portal"


def test_a_demo_runs_from_an_empty_folder(demo: dict[str, str], tmp_path: Path) -> None:
    settings = load_settings(demo | {"PORT": "8123"})

    assert settings.demo
    assert settings.public_base_url == "http://localhost:8123"
    assert settings.database_url == f"sqlite:///{tmp_path / 'data' / 'portal.sqlite3'}"
    assert (settings.host, settings.mail_backend) == ("127.0.0.1", "file")
    assert (settings.council.sen_phone, settings.council.sen_email) == ("01274 435750", "sen@bradford.gov.uk")
    assert len(settings.demo_password) >= 12
    assert not settings.secure_cookies


def test_a_demo_keeps_its_secrets_to_itself_and_between_starts(demo: dict[str, str], tmp_path: Path) -> None:
    first, second = load_settings(demo), load_settings(demo)

    data = tmp_path / "data"
    assert mode_of(data / "secrets.toml") == 0o600
    assert mode_of(data) == mode_of(data / "mail") == 0o700
    assert sorted(path.name for path in data.iterdir()) == ["mail", "secrets.toml"]
    keys = (first.secret_keys[0], first.otp_keys, first.audit_keys[0], first.file_keys)
    assert len(set(keys)) == 4
    assert (second.secret_keys[0], second.otp_keys, second.audit_keys[0], second.file_keys) == keys


def test_a_demo_refuses_a_short_password(demo: dict[str, str]) -> None:
    assert "DEMO_PASSWORD" in refusal(demo | {"DEMO_PASSWORD": "short"})


def test_a_demo_on_the_network_needs_https(demo: dict[str, str]) -> None:
    assert "https://" in refusal(demo | {"PUBLIC_BASE_URL": "http://192.0.2.7:8000"})


def test_a_demo_can_send_real_mail_to_a_configured_server(demo: dict[str, str]) -> None:
    settings = load_settings(demo | {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": "2525"})

    assert (settings.mail_backend, settings.mail_port) == ("smtp", 2525)


def test_a_folder_that_cannot_be_made_is_named(demo: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands in the way")

    assert f"DATA_DIR {tmp_path / 'data'}" in refusal(demo)


def test_a_refusal_at_the_command_line_is_plain_and_exits_with_2(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data")}

    for part in ([], ["web"], ["worker"], ["prepare"]):
        ended = subprocess.run(
            [sys.executable, str(ROOT / "run.py"), *part],
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
        )

        assert ended.returncode == 2
        assert ended.stderr.startswith("The portal can't start until its settings are put right:")
        assert "SECRET_KEY" in ended.stderr
        assert "Traceback" not in ended.stderr


class TestSwitches:
    """Every switch of security.md 1.16 that lives in the configuration."""

    def test_what_is_shut(self, live: dict[str, str]) -> None:
        switches = flask_config(load_settings(live))

        for name in (
            "DEBUG",
            "TESTING",
            "PROPAGATE_EXCEPTIONS",
            "AUTH_USER_REGISTRATION",
            "AUTH_ROLES_SYNC_AT_LOGIN",
            "RATELIMIT_ENABLED",
            "MAIL_SUPPRESS_SEND",
            "FAB_ADD_MENU_API",
            "FAB_ADD_OPENAPI_VIEWS",
            "FAB_ADD_SECURITY_API",
            "FAB_ADD_SECURITY_VIEWS",
            "FAB_ADD_SECURITY_PERMISSION_VIEW",
            "FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW",
            "FAB_ADD_SECURITY_VIEW_MENU_VIEW",
            "FAB_ALLOW_GET_UNSAFE_MUTATIONS",
            "FAB_API_KEY_ENABLED",
            "FAB_API_SHOW_STACKTRACE",
            "FAB_API_SWAGGER_UI",
            "FAB_CREATE_DB",
            "FAB_PASSWORD_COMPLEXITY_ENABLED",
            "FAB_UPDATE_PERMS",
        ):
            assert switches[name] is False, name
        assert switches["FAB_ROLES"] == {}
        assert switches["WTF_CSRF_ENABLED"] is True
        assert switches["WTF_CSRF_TIME_LIMIT"] is None

    def test_every_switch_still_exists_in_the_installed_appbuilder(self, live: dict[str, str]) -> None:
        import flask_appbuilder

        source = "".join(
            path.read_text(encoding="utf-8") for path in Path(flask_appbuilder.__file__).parent.rglob("*.py")
        )

        for name in flask_config(load_settings(live)):
            if name.startswith(("FAB_", "AUTH_")):
                assert f'"{name}"' in source, f"{name} is a switch of nothing"

    def test_the_session_cookie(self, live: dict[str, str], demo: dict[str, str], tmp_path: Path) -> None:
        real = flask_config(load_settings(live))
        local = flask_config(load_settings(demo | {"DATA_DIR": str(tmp_path / "other")}))

        assert (real["SESSION_COOKIE_NAME"], real["SESSION_COOKIE_SECURE"]) == ("__Host-sid", True)
        assert (local["SESSION_COOKIE_NAME"], local["SESSION_COOKIE_SECURE"]) == ("sid", False)
        for switches in (real, local):
            assert switches["SESSION_COOKIE_HTTPONLY"] is True
            assert switches["SESSION_COOKIE_SAMESITE"] == "Lax"
            assert switches["SESSION_COOKIE_PATH"] == "/"
            assert switches["SESSION_COOKIE_DOMAIN"] is None
            assert switches["PERMANENT_SESSION_LIFETIME"].total_seconds() == 12 * 3600

    def test_only_our_own_hosts_are_answered_and_redirected_to(self, live: dict[str, str]) -> None:
        switches = flask_config(load_settings(live))

        assert switches["TRUSTED_HOSTS"] == ["send.example.gov.uk"]
        assert switches["FAB_SAFE_REDIRECT_HOSTS"] == ["send.example.gov.uk"]

    def test_how_much_a_request_may_carry(self, live: dict[str, str]) -> None:
        switches = flask_config(load_settings(live))

        assert switches["MAX_CONTENT_LENGTH"] == 26 * 1024 * 1024
        assert switches["MAX_FORM_MEMORY_SIZE"] == 2 * 1024 * 1024
        assert switches["MAX_FORM_PARTS"] == 2000

    def test_promises_cannot_be_loosened_from_outside(self, live: dict[str, str]) -> None:
        loosened = {
            "ARGON2_TIME": "1",
            "ARGON2_MEMORY_KIB": "8",
            "SESSION_IDLE_MINUTES": "9999",
            "SESSION_ABSOLUTE_HOURS": "9999",
            "WTF_CSRF_ENABLED": "false",
        }

        settings: Settings = load_settings(live | loosened)

        assert (settings.argon2_memory_kib, settings.argon2_time) == (19456, 2)
        assert (settings.session_idle_minutes, settings.session_absolute_hours) == (30, 12)
        assert flask_config(settings)["WTF_CSRF_ENABLED"] is True


def test_a10_a_live_portal_refuses_to_start_without_a_proxy(live: dict[str, str]) -> None:
    assert load_settings(live | {"TRUSTED_PROXY_HOPS": "1"}).trusted_proxy_hops == 1
    del live["TRUSTED_PROXY_HOPS"]
    assert "TRUSTED_PROXY_HOPS is missing" in refusal(live)
    assert "TRUSTED_PROXY_HOPS is missing" in refusal(live | {"TRUSTED_PROXY_HOPS": "0"})


def test_a10_a_demo_needs_no_proxy(demo: dict[str, str]) -> None:
    assert load_settings(demo).trusted_proxy_hops == 0
