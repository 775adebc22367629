"""The worker as a real process, against a real mail server: killed, stopped, its queue wiped. Nothing is lost."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from app import open_app_context
from app.core.database.migrations import migrate
from app.core.mail.outbox import CODE_LANE, DIGEST_LANE, LETTER_LANE, queue_mail
from app.core.mail.queue import open_queue
from app.core.unit_of_work import AppContext
from app.models import OutboxMail
from tests.conftest import settings_for
from tests.databases import TestDatabase
from tests.patience import ends

pytestmark = pytest.mark.slow

BOX = OutboxMail.__table__
ROOT = Path(__file__).resolve().parents[3]
WORKERS = 3
"""As many mails as one worker may be carrying when it is killed."""


class Mailboxes:
    """Takes mail in, refuses some of it, and remembers the ids of what it took."""

    def __init__(self, refuses: float = 0.0, takes: float = 0.004) -> None:
        self.refuses, self.takes = refuses, takes
        self.dice = random.Random(7)
        self.lock = threading.Lock()
        self.ids: list[str] = []
        self.subjects: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take one mail, or say that it should come back later."""
        time.sleep(self.takes)  # noqa: ASYNC251 - a mail server that takes one mail at a time
        if self.dice.random() < self.refuses:
            return "451 come back later"
        mail = message_from_bytes(envelope.content)
        with self.lock:
            self.ids.append(mail["Message-ID"])
            self.subjects.append(mail["Subject"])
        return "250 taken"


def free_port() -> int:
    """A port on which no program listens just now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


class Plant:
    """A portal's worker, mail server and database, of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mailboxes = Mailboxes()
        self.server = Controller(self.mailboxes, hostname="127.0.0.1", port=free_port())
        self.server.start()
        self.database = TestDatabase(folder)
        self.given = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(self.server.port)}
        self.settings = settings_for(folder, self.database.url, **self.given)
        migrate(self.database.url)
        self.context: AppContext = open_app_context(self.settings)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.log = (folder / "worker.log").open("wb")

    def worker(self, glance: float = 0.2) -> subprocess.Popen[bytes]:
        """Start a worker."""
        environ = dict(os.environ) | self.given
        environ |= {"PORTAL_MODE": "demo", "DATA_DIR": str(self.folder), "DATABASE_URL": self.database.url}
        if self.settings.redis_url:
            environ["REDIS_URL"] = self.settings.redis_url
        started = subprocess.Popen(
            [sys.executable, "-m", "bench.hurried_worker", str(glance)],
            cwd=ROOT,
            env=environ,
            stdout=self.log,
            stderr=self.log,
        )
        self.workers.append(started)
        return started

    def write(
        self, count: int, lane: int = LETTER_LANE, letter: str = "new_message", **facts: Any
    ) -> list[int]:
        """Write this many mails down in one commit, and wake no worker."""
        with self.context.database.open() as session:
            numbers = [
                queue_mail(
                    session,
                    letter=letter,
                    to=f"person{number}@school.example",
                    facts=facts,
                    dedupe_key=f"{lane}-{letter}-{number}",
                    lane=lane,
                )
                for number in range(count)
            ]
            session.commit()
        return numbers

    def rows(self) -> list[sa.RowMapping]:
        """What the outbox holds."""
        with self.context.database.engine.connect() as connection:
            return list(connection.execute(sa.select(BOX)).mappings())

    def until(self, true: Callable[[], bool], seconds: float = 60) -> None:
        """Wait for it."""
        end = time.monotonic() + seconds
        while not true():
            log = (self.folder / "worker.log").read_text()
            assert time.monotonic() < end, (
                f"waited {seconds} s; {Counter(self.mailboxes.ids).total()} came. {log[-2000:]}"
            )
            time.sleep(0.02)

    def close(self) -> None:
        """Leave nothing running."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait()
        self.log.close()
        self.context.notification_service._runners.shutdown()  # a code that is being carried holds a connection
        self.server.stop()
        if self.settings.redis_url:
            task_queue = open_queue(self.settings)
            task_queue.storage.flush_all()
            task_queue.storage.pool.disconnect()
            self.context.notification_service.task_queue.huey.storage.pool.disconnect()
        self.database.drop(self.context)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made = Plant(tmp_path)
    yield made
    made.close()


def test_killed_three_times_with_a_mail_server_that_fails_every_fifth_time_nothing_is_lost(plant):
    plant.mailboxes.refuses = 0.2
    numbers = plant.write(200)
    expected = {f"<outbox-{number}." for number in numbers}

    for so_many in (30, 80, 130):
        worker = plant.worker()
        plant.until(lambda so_many=so_many: len(plant.mailboxes.ids) >= so_many)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    plant.worker()
    plant.until(lambda: all(row["sent_at"] for row in plant.rows()))

    arrived = Counter(plant.mailboxes.ids)
    assert {mail_id.split(".")[0] + "." for mail_id in arrived} == expected
    assert len(arrived) == 200  # one id a mail, whatever happened
    assert arrived.total() - 200 <= 3 * WORKERS  # a repeat only where a worker died with the mail in its hand
    assert all(row["sealed_facts"] is None and row["leased_by"] is None for row in plant.rows())


def test_asked_to_stop_it_finishes_the_mail_in_hand_and_leaves(plant):
    plant.mailboxes.takes = 0.05
    plant.write(200)
    worker = plant.worker()
    plant.until(lambda: len(plant.mailboxes.ids) >= 5)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=30) == 0
    sent = [row for row in plant.rows() if row["sent_at"]]
    assert len(sent) == len(plant.mailboxes.ids) == len(set(plant.mailboxes.ids)) < 200
    assert not [row for row in plant.rows() if row["leased_by"]]


def test_a_code_does_not_wait_behind_five_hundred_digests(plant):
    plant.mailboxes.takes = 0.02
    plant.write(500, lane=DIGEST_LANE)
    plant.worker()
    plant.until(lambda: len(plant.mailboxes.ids) >= 10)

    plant.write(1, lane=CODE_LANE, letter="code", code="123456", minutes=10, device="Firefox")
    already = len(plant.mailboxes.ids)
    code = "Your security code for the SEND Portal"
    plant.until(lambda: code in plant.mailboxes.subjects)

    assert (
        plant.mailboxes.subjects.index(code) <= already + 2 * WORKERS
    )  # only what was in hand goes before it


def test_a_code_leaves_with_the_page_and_needs_no_worker(plant):
    (number,) = plant.write(1, lane=CODE_LANE, letter="code", code="123456", minutes=10, device="Firefox")

    plant.context.notification_service.wake([number])

    plant.until(lambda: len(plant.mailboxes.ids) == 1, 5)


def test_the_queue_wakes_a_worker_that_looks_only_once_an_hour(plant):
    plant.worker(glance=3600)
    plant.until(lambda: "is at work" in (plant.folder / "worker.log").read_text())
    time.sleep(1)  # its first look is over
    numbers = plant.write(20)

    plant.context.notification_service.wake(numbers)

    plant.until(lambda: len(plant.mailboxes.ids) == 20, 20)


def test_mail_goes_out_though_the_queue_was_wiped(plant):
    numbers = plant.write(20)
    plant.context.notification_service.wake(numbers)
    plant.context.notification_service.task_queue.huey.storage.flush_all()

    plant.worker()

    plant.until(lambda: len(plant.mailboxes.ids) == 20, 20)


def test_an_unreachable_queue_does_not_stop_the_page(plant, tmp_path):
    settings = settings_for(tmp_path, plant.database.url, REDIS_URL="redis://127.0.0.1:1/0", **plant.given)
    context = open_app_context(settings)
    numbers = plant.write(3)

    ends(lambda: context.notification_service.wake(numbers))
    ends(lambda: context.notification_service.wake(numbers))

    context.database.engine.dispose()


def test_a_task_from_another_program_is_not_run(plant):
    """A program that can write to the queue can still not make the worker do anything."""
    import pickle

    huey = plant.context.notification_service.task_queue.huey
    for forged in (pickle.dumps({"any": "thing"}), b"x" * 40, b""):
        with pytest.raises(ValueError):
            huey.deserialize_task(forged)
    (number,) = plant.write(1)
    plant.context.notification_service.task_queue(number)
    assert huey.deserialize_task(huey.storage.dequeue()).args == [number]
