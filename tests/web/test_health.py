"""Alive and ready: two pages for machines, tried with each part they check really broken."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.core.mail.outbox import queue_mail
from app.core.unit_of_work import unit_of_work
from app.models import OutboxMail
from app.operations import health
from tests.conftest import MOMENT, settings_for
from tests.patience import ends
from tests.statements import counted

ROOT = Path(__file__).resolve().parents[2]
BOX = OutboxMail.__table__


def answer_of(app: Flask, path: str) -> tuple[int, str]:
    answer = app.test_client().get(path)
    return answer.status_code, answer.text


def set_revision(context, revision: str) -> None:
    with context.database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": revision})


def test_it_is_alive_and_ready(app):
    assert answer_of(app, "/healthz") == (200, "ok\n")
    assert answer_of(app, "/readyz") == (200, "ok\n")


def test_being_alive_asks_no_database_and_looks_up_no_log_in(context, cast):
    browser = cast.sana.browser()
    with counted(context) as statements:
        answer = browser.get("/healthz")

    assert statements == []
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_health_check_answers_nothing_but_ok(cast, path):
    for browser in (cast.anonymous(), cast.ines.browser()):
        assert browser.get(path).text == "ok\n"


def test_without_its_database_it_is_alive_and_not_ready(tmp_path):
    database = tmp_path / "gone" / "portal.sqlite3"
    app = create_app(settings_for(tmp_path, f"sqlite:///{database}"))

    assert ends(lambda: answer_of(app, "/readyz")) == (503, "not ok\n")
    assert answer_of(app, "/healthz") == (200, "ok\n")


def test_without_a_database_server_it_is_alive_and_not_ready(tmp_path):
    app = create_app(settings_for(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing"))

    assert answer_of(app, "/readyz") == (503, "not ok\n")
    assert answer_of(app, "/healthz") == (200, "ok\n")


def test_a_database_server_that_never_answers_is_not_waited_for(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as hung:
        app = create_app(
            settings_for(tmp_path, f"postgresql://nobody@127.0.0.1:{hung.getsockname()[1]}/nothing")
        )

        assert ends(lambda: answer_of(app, "/readyz")) == (503, "not ok\n")
        assert ends(lambda: answer_of(app, "/readyz")) == (503, "not ok\n")
        assert answer_of(app, "/healthz") == (200, "ok\n")


@pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="the file of the embedded database")
def test_a_database_that_can_only_be_read_is_not_ready(app, context, tmp_path):
    context.database.engine.dispose()
    copy = tmp_path / "copy.sqlite3"
    shutil.copy(context.database.url.removeprefix("sqlite:///"), copy)
    app = create_app(settings_for(tmp_path, f"sqlite:///file:{copy}?mode=ro&uri=true"))

    assert "database" in health.faults(app.extensions["app_context"])


@pytest.mark.skipif(not os.environ.get("TEST_DATABASE_URL"), reason="needs PostgreSQL")
def test_a_database_server_that_can_only_be_read_is_not_ready(app, context):
    name = sa.make_url(context.database.url).database
    with context.database.engine.begin() as connection:
        connection.execute(sa.text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    context.database.engine.dispose()

    assert answer_of(app, "/readyz")[0] == 503


def test_tables_that_are_behind_this_version_are_not_ready(app, context):
    set_revision(context, "0001")
    assert answer_of(app, "/readyz") == (503, "not ok\n")


def test_tables_that_are_ahead_serve_on_while_an_upgrade_is_under_way(app, context):
    set_revision(context, "9999")
    assert answer_of(app, "/readyz")[0] == 200


def write_mail(context) -> int:
    with unit_of_work(context, None) as work:
        return queue_mail(work.session, letter="new_message", to="a@b.example", facts={}, dedupe_key="k")


def test_mail_that_no_one_sends_for_five_minutes_is_not_ready(app, context, clock):
    write_mail(context)
    clock.forward(minutes=4)
    assert answer_of(app, "/readyz")[0] == 200

    clock.forward(minutes=1)
    assert answer_of(app, "/readyz") == (503, "not ok\n")

    context.notification_service.deliver_due()
    assert answer_of(app, "/readyz")[0] == 200


def test_a_mail_server_that_refuses_does_not_take_the_portal_away(app, context, clock):
    """Mail that is tried again later is not late: a worker is trying."""
    number = write_mail(context)
    with context.database.engine.begin() as connection:
        later = {"run_at": MOMENT + timedelta(hours=2), "attempts": 4}
        connection.execute(BOX.update().where(BOX.c.id == number).values(**later))
    clock.forward(minutes=30)

    assert answer_of(app, "/readyz")[0] == 200


@contextmanager
def small_disk(place: Path) -> Iterator[None]:
    """A disk of four megabytes, mounted there."""
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"no disk can be mounted here: {made.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_is_nearly_full_is_not_ready(context, tmp_path):
    place = tmp_path / "disk"
    with small_disk(place):
        there = replace(context, settings=replace(context.settings, data_dir=place))
        assert health.faults(there) == []

        (place / "much").write_bytes(b"x" * 3_900_000)

        assert health.faults(there) == ["disk"]


class Pong(threading.Thread):
    """A scanner that is well."""

    def __init__(self, says: bytes = b"PONG\0") -> None:
        super().__init__(daemon=True)
        self.says = says
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"
        self.start()

    def run(self) -> None:
        while True:
            try:
                line, _ = self.server.accept()
            except OSError:
                return
            with line:
                assert line.recv(10) == b"zPING\0"
                line.sendall(self.says)


def test_a_scanner_that_stops_is_a_weakness_and_no_reason_to_turn_people_away(app, context):
    scanner = Pong()
    there = replace(context, settings=replace(context.settings, clamd_address=scanner.address))
    assert health.weaknesses(there) == []

    scanner.server.shutdown(socket.SHUT_RDWR)
    scanner.server.close()

    assert health.weaknesses(there) == ["scanner"]
    assert health.faults(there) == []


def test_a_scanner_that_says_something_else_is_a_weakness(context):
    scanner = Pong(b"ERROR\0")
    there = replace(context, settings=replace(context.settings, clamd_address=scanner.address))

    assert health.weaknesses(there) == ["scanner"]
    scanner.server.close()


def test_what_is_wrong_is_named_in_the_log(app, context, caplog):
    set_revision(context, "0001")
    answer_of(app, "/readyz")

    assert "not ready: database" in caplog.text


@pytest.mark.parametrize("part", ["web", "worker"])
@pytest.mark.parametrize(
    ("revision", "message"),
    [("", "at migration none"), ("0001", "at migration 0001"), ("9999", "at migration 9999")],
)
def test_neither_web_nor_worker_starts_on_tables_of_another_version(tmp_path, part, revision, message):
    database = tmp_path / "portal.sqlite3"
    if revision:
        engine = sa.create_engine(f"sqlite:///{database}")
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE alembic_version (version_num TEXT)"))
            connection.execute(sa.text("INSERT INTO alembic_version VALUES (:v)"), {"v": revision})
        engine.dispose()
    ended = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), part],
        env={"PATH": os.environ["PATH"], "PORTAL_MODE": "demo", "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert ended.returncode == 5
    assert message in ended.stderr and "run.py prepare" in ended.stderr


@pytest.mark.parametrize("part", ["web", "worker"])
def test_without_an_answer_from_the_database_each_ends_so_that_it_is_started_again(tmp_path, part):
    """After a boot the database may be there later than the portal."""
    unreachable = "postgresql://nobody@127.0.0.1:1/nothing"
    ended = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), part],
        env={
            "PATH": os.environ["PATH"],
            "PORTAL_MODE": "demo",
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": unreachable,
        },
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert ended.returncode == 4
    assert "The database does not answer" in ended.stderr
