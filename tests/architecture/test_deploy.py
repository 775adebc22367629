"""What a council's IT copies from deploy/ fits the program: units, proxy, container file, settings."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from config import load_settings
from run import PARTS
from startup.keys import KEYS
from startup.tables import NO_DATABASE, WRONG_TABLES
from tests.architecture.test_settings import live  # noqa: F401 - a fixture

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictSUIDSGID": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
}


def sections(unit: Path) -> dict[str, list[tuple[str, str]]]:
    """A unit file, with names that stand more than once."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in unit.read_text().splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            name, _is, value = line.partition("=")
            current.append((name, value))
    return found


def template_settings() -> dict[str, str]:
    """The example of a settings file, read as systemd reads it."""
    parser = configparser.RawConfigParser(delimiters="=", comment_prefixes="#", strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string("[all]\n" + (DEPLOY / "portal.env.example").read_text())
    return dict(parser["all"])


def test_there_is_a_unit_for_each_part_of_the_program():
    parts = {re.search(r"run\.py (\w+)", unit.read_text())[1] for unit in UNITS}
    assert parts == {"web", "worker", "prepare"} <= set(PARTS)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_service_may_touch_nothing_but_its_own(unit):
    service = dict(sections(unit)["Service"])
    assert {name: service.get(name) for name in HARDENED} == HARDENED
    assert service["User"] == "portal" and service["StateDirectory"] == "portal"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_every_secret_that_is_handed_over_is_read_and_every_key_is_handed_over(unit):
    pairs = sections(unit)["Service"]
    given = {value.partition(":")[0] for name, value in pairs if name == "LoadCredential"}
    read = {word.partition("=") for name, value in pairs if name == "Environment" for word in value.split()}
    assert {(name, where) for name, _is, where in read} == {(f"{each}_FILE", f"%d/{each}") for each in given}
    assert set(KEYS) <= given


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_an_unused_secret_goes_with_two_whole_lines(unit):
    """As the manual tells: sed -i '/MAIL_PASSWORD/d'."""
    naming = [line for line in unit.read_text().splitlines() if "MAIL_PASSWORD" in line]
    assert naming == [
        "LoadCredential=MAIL_PASSWORD:/etc/portal/secrets/MAIL_PASSWORD",
        "Environment=MAIL_PASSWORD_FILE=%d/MAIL_PASSWORD",
    ]


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_service_is_started_again_for_as_long_as_it_takes_unless_that_could_not_help(name):
    unit = sections(DEPLOY / f"portal-{name}.service")
    assert dict(unit["Unit"])["StartLimitIntervalSec"] == "0"
    assert dict(unit["Service"])["Restart"] == "always"
    assert dict(unit["Service"])["RestartPreventExitStatus"] == f"2 {WRONG_TABLES}"
    assert NO_DATABASE not in (2, WRONG_TABLES)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_nothing_wrong_but_that_the_program_is_not_installed(unit):
    output = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True).stderr
    ours = [line for line in output.splitlines() if unit.name in line and "not executable" not in line]
    assert ours == []


def test_with_the_example_of_the_settings_and_the_secrets_a_live_portal_starts(live, tmp_path):  # noqa: F811
    secrets = {
        "DATABASE_URL": "postgresql://portal:a-word@db/portal",
        "REDIS_URL": "rediss://:a-word@redis/0",
        "MAIL_PASSWORD": "another",
        "S3_ACCESS_KEY": "a",
        "S3_SECRET_KEY": "b",
        **{name: live[name] for name in KEYS},
    }
    handed = {}
    for name, value in secrets.items():
        (tmp_path / name).write_text(value + "\n")
        handed[f"{name}_FILE"] = str(tmp_path / name)

    settings = load_settings(template_settings() | handed | {"DATA_DIR": str(tmp_path / "data")})

    assert settings.mode == "live" and settings.s3 is not None and settings.log_format == "json"
    assert (settings.metrics_port, settings.worker_metrics_port) == (9100, 9101)


def test_the_proxy_lets_through_what_the_portal_takes_and_tells_it_what_it_believes():
    conf = (DEPLOY / "nginx.conf").read_text()
    assert conf.count("{") == conf.count("}")
    for line in ("client_max_body_size 27m;", "proxy_request_buffering on;", "access_log off;"):
        assert line in conf
    for header in ("Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For", "X-Request-ID"):
        assert f"proxy_set_header {header} " in conf
    # A failure below "crit" holds the address that was asked for, and that of a mailed link holds its token.
    assert conf.count("error_log /var/log/nginx/error.log crit;") == conf.count("server {")
    settings_port = template_settings()["PORT"]
    assert f"http://127.0.0.1:{settings_port};" in conf


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed here")
def test_nginx_finds_nothing_wrong(tmp_path):
    conf = (DEPLOY / "nginx.conf").read_text().replace("listen 443 ssl", "listen 443")
    conf = re.sub(r"listen \[::\].*?;|ssl_\w+ .*?;", "", conf)
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid; events {{}} http {{ {conf} }}")
    done = subprocess.run(["nginx", "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def instructions() -> list[tuple[str, str]]:
    """The container file, a line an instruction."""
    text = re.sub(r"\\\n\s*", " ", (DEPLOY / "Containerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_container_file_is_made_of_known_instructions_and_begins_with_a_base():
    known = {
        "FROM",
        "WORKDIR",
        "COPY",
        "RUN",
        "ENV",
        "USER",
        "VOLUME",
        "EXPOSE",
        "STOPSIGNAL",
        "ENTRYPOINT",
        "CMD",
    }
    words = [word for word, _rest in instructions()]
    assert set(words) <= known
    assert words[0] == "FROM" and words.count("FROM") == 2
    for word, rest in instructions():
        if word in ("ENTRYPOINT", "CMD", "VOLUME"):
            assert re.fullmatch(r'\["[^"]+"(, "[^"]+")*\]', rest)


def test_the_container_holds_all_that_the_program_reads_and_does_not_run_as_root():
    copied = {
        word
        for name, rest in instructions()
        if name == "COPY" and not rest.startswith("--from")
        for word in rest.split()[:-1]
    }
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    needed = {"app", "startup", "migrations", "translations", "config.py", "run.py", "pyproject.toml"}
    assert needed <= copied
    assert ("USER", "10001") in instructions()
    assert "HOST" not in template_settings(), "it would shut the container to everybody"


def test_the_manual_names_every_file_and_every_kind_of_figure():
    manual = (ROOT / "docs/deploy.md").read_text()
    for path in DEPLOY.iterdir():
        assert path.name in manual or (path.match("portal-*.service") and "portal-*.service" in manual)
    figures = set(re.findall(r"portal_\w+", manual))
    source = (ROOT / "startup/metrics.py").read_text() + (ROOT / "startup/metrics_registry.py").read_text()
    assert figures and {name for name in figures if name.removesuffix("_total") not in source} == set()


def test_a_command_is_run_with_the_settings_and_secrets_of_the_services(live, tmp_path):  # noqa: F811
    settings, program = tmp_path / "etc", tmp_path / "opt"
    (settings / "secrets").mkdir(parents=True)
    (program / ".venv/bin").mkdir(parents=True)
    shutil.copy(DEPLOY / "portal.env.example", settings / "portal.env")
    (settings / "secrets/OTP_KEY").write_text("one two\n")
    (settings / "secrets/OTP_KEY.bak").write_text("an editor's copy\n")
    flask = program / ".venv/bin/flask"
    flask.write_text('#!/bin/bash\necho "$* | $COUNCIL_NAME | $OTP_KEY | $PORT"\n')
    flask.chmod(0o755)
    runuser = tmp_path / "runuser"
    runuser.write_text('#!/bin/bash\nshift 3\nexec "$@"\n')  # there is no account "portal" here
    runuser.chmod(0o755)

    output = subprocess.run(
        [DEPLOY / "portal-command", "backup", "/x y"],
        env={
            "PATH": f"{tmp_path}:/usr/bin:/bin:/usr/sbin",
            "PORTAL_SETTINGS": settings,
            "PORTAL_HOME": program,
        },
        capture_output=True,
        text=True,
    )

    assert output.stdout == "--app run portal backup /x y | Example Council | one two | 8000\n", output.stderr
