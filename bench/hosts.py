"""More than one machine: two hosts with a web server and a worker each share PostgreSQL, Redis and a store for files.

The hosts are network namespaces, so that nothing but the network connects them. One of them is lost while people work.
"""

import http.client
import os
import re
import shutil
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from sqlalchemy import select

from app import open_app_context
from app.cases.children import add_child
from app.children.child_details import NewChild
from app.core.database.row_filter import bypass_row_filter
from app.core.mail.outbox import queue_mail
from app.core.roles import Role
from app.core.try_limits import PASSWORDS_PER_ACCOUNT
from app.core.unit_of_work import AppContext, unit_of_work
from app.models import Message, OutboxMail, Person
from app.operations.preparation import prepare
from app.seed.cast import CAST
from app.seed.people import seed_people
from bench.browser import Answer, Browser, NoAnswer
from bench.fixtures import principal_of
from bench.network import Forwarders, Machine, Wire, wire
from bench.promises import Options, Promise, at_most, exactly, holds
from bench.smtp_server import SmtpServer
from bench.stack import HOST, Program
from config import load_settings
from devtools.databases import own_database

PASSWORD = "two-machines-and-one-wire"  # noqa: S105 - of a database that lives for minutes
PORT = 8000
MAILS = 24
SECONDS_A_MAIL = 0.5
CLIENTS, WRITES = 4, 25
SECONDS_TO_TURN = 40
BOX = OutboxMail.__table__


def email_of(key: str) -> str:
    """Return the email address of a person of the cast."""
    return next(player.email for player in CAST if player.key == key)


class HostBrowser(Browser):
    """A browser that a load balancer may send to either host."""

    def __init__(self, machine: Machine) -> None:
        # A load balancer may choose a host for each request.
        super().__init__(PORT, HOST, timeout=15, keep=False)
        self.machine = machine

    def go_to(self, machine: Machine) -> None:
        """From now on its requests are sent there; its cookies stay."""
        self.close()
        self.machine = machine

    def _exchange(self, method: str, path: str, body: bytes | None, kind: str) -> Answer:
        if self._line is None:
            self._line = http.client.HTTPConnection(self.machine.address, self.port, timeout=self.timeout)
        return super()._exchange(method, path, body, kind)


class Host:
    """One machine with a web server and a worker."""

    def __init__(self, machine: Machine, folder: Path, environ: dict[str, str]) -> None:
        self.machine = machine
        given = environ | {"DATA_DIR": str(folder / "data"), "HOST": machine.address, "PORT": str(PORT)}
        self.web, self.worker = (
            Program(part, machine.command(sys.executable, "run.py", part), given, folder / f"{part}.log")
            for part in ("web", "worker")
        )

    def start(self) -> None:
        """Both programs, and wait until pages are answered."""
        self.web.start()
        self.worker.start()
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                if HostBrowser(self.machine).get("/readyz").status == 200:
                    return
            except NoAnswer:
                time.sleep(0.2)
        raise TimeoutError(f"{self.machine.name} did not come up: {self.web.log.read_text()[-2000:]}")

    def is_lost(self) -> None:
        """Power and network go at once."""
        self.machine.pull_the_plug()
        for program in (self.web, self.worker):
            program.kill()

    def sent(self) -> Counter[int]:
        """Which mails this host's worker says it sent, and how often."""
        text = self.worker.log.read_text()
        return Counter(int(number) for number in re.findall(r"mail (\d+) \(new_message\) sent", text))

    def stop(self) -> None:
        """Leave nothing running."""
        for program in (self.web, self.worker):
            program.stop(10)


class Hosts:
    """Two hosts, their shared services, and an app context to check the stored data."""

    def __init__(self, options: Options, store: Any, line: Wire, mail: SmtpServer, url: str) -> None:
        self.options, self.mail = options, mail
        redis = urlsplit(options.redis or "")
        database = urlsplit(url)
        inside = {"database": database.port or 5432, "redis": redis.port or 6379, "mail": mail.port}
        outside = {"database": 25432, "redis": 26379, "mail": 20025}
        self.forwarders = Forwarders(line.address, {outside[name]: inside[name] for name in inside})
        here = {
            "PORTAL_MODE": "demo",
            "PUBLIC_BASE_URL": f"https://{HOST}",
            "TRUSTED_PROXY_HOPS": "1",
            "LOG_FORMAT": "json",
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(mail.port),
            **store.environ,
        }
        first = options.folder / "first"
        self.context: AppContext = open_app_context(
            load_settings(here | {"DATA_DIR": str(first / "data"), "DATABASE_URL": url})
        )
        there = here | {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": url.replace(
                f"{database.hostname}:{inside['database']}", f"{line.address}:{outside['database']}"
            ),
            "REDIS_URL": f"redis://{line.address}:{outside['redis']}{redis.path}",
            "MAIL_SERVER": line.address,
            "MAIL_PORT": str(outside["mail"]),
        }
        second = options.folder / "second"
        (second / "data").mkdir(parents=True)
        shutil.copy(first / "data" / "secrets.toml", second / "data")  # both get the same keys
        self.a, self.b = (
            Host(machine, folder, there)
            for machine, folder in zip(line.machines, (first, second), strict=True)
        )

    def enter(self) -> None:
        """Tables, the cast, and one child with a request to write to."""
        prepare(self.context)
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        with self.context.database.open() as session:
            bypass_row_filter(session, "the proof's people and child are entered")
            seed_people(session, self.context.clock, quick)
            session.commit()
            senco = session.scalars(select(Person).where(Person.email == email_of("sana"))).one()
            who = principal_of(senco, Role.professional)
        with unit_of_work(self.context, who) as work:
            form = add_child(
                work,
                NewChild(
                    forenames="Wilf",
                    surname="Proof",
                    date_of_birth=date(2016, 5, 5),
                    address="1 Proof Street",
                    postcode="BD9 4NQ",
                    upn_missing_reason="UNX",
                ),
            )
            self.child_id, self.form_id = form.child_id, form.id

    def browser(self) -> HostBrowser:
        """Return a browser at the first host, not logged in."""
        return HostBrowser(self.a.machine)

    def close(self) -> None:
        """Leave nothing."""
        self.a.stop()
        self.b.stop()
        self.forwarders.close()
        self.context.database.engine.dispose()


def prove(options: Options) -> Iterator[Promise]:
    """Everything that must hold when the portal runs on two machines."""
    from devtools.object_store import object_store

    if not (options.database and options.redis):
        yield holds(
            "Two machines", True, "not shown: they share a PostgreSQL and a Redis, so name both", "fields"
        )
        return
    with ExitStack() as stack:
        line = stack.enter_context(wire())
        mail = SmtpServer()
        stack.callback(mail.stop)
        url = stack.enter_context(own_database(options.database, options.folder))
        store = stack.enter_context(object_store(line.address))
        hosts = Hosts(options, store, line, mail, url)
        stack.callback(hosts.close)
        hosts.enter()
        hosts.a.start()
        hosts.b.start()
        person = hosts.browser()
        yield from _sessions(hosts, person)
        yield from _files(hosts, person)
        yield from _limits(hosts)
        yield from _leases(hosts)
        yield from _a_host_is_lost(hosts, person)


def _sessions(hosts: Hosts, person: HostBrowser) -> Iterator[Promise]:
    person.log_in(email_of("sana"), PASSWORD, hosts.mail)
    person.go_to(hosts.b.machine)
    there = person.get(f"/children/{hosts.child_id}")
    yield holds("A log-in at one host is good at the other", there.status == 200, f"answered {there.status}")
    half = hosts.browser()
    half.get("/login/")
    half.post("/login/", {"email": email_of("tom"), "password": PASSWORD})
    half.go_to(hosts.b.machine)
    half.get("/login/code")
    whole = half.post("/login/code", {"code": hosts.mail.code_for(email_of("tom"))})
    yield holds(
        "A log-in begun at one host is finished at the other",
        whole.location == "/",
        f"answered {whole.status}",
    )
    half.go_to(hosts.a.machine)
    half.get("/")
    half.post("/login/out", {})
    half.go_to(hosts.b.machine)
    gone = half.get("/account/")
    yield holds(
        "Logged out at one host is logged out at the other", gone.status == 302, f"answered {gone.status}"
    )


def _files(hosts: Hosts, person: HostBrowser) -> Iterator[Promise]:
    """Upload a file at one host and download it from the other."""
    text = b"A report stored by one host and read from the other. " * 2000
    path, question = f"/forms/{hosts.form_id}/section/support", "provision_map_files"
    person.go_to(hosts.a.machine)
    for files in ({}, {question: ("report.txt", text)}):
        page = person.get(path)
        version = re.search(r'name="version"[^>]*value="(\d+)"', page.text)
        fields = {"provision_map": "upload", "version": version[1] if version else "0"}
        answer = person.post(path, fields | ({"_upload": question} if files else {}), files or None)
    person.go_to(hosts.b.machine)
    link = re.search(r"/documents/\d+/download", person.get(path).text)
    opened = person.get(link[0]) if link else answer
    yield holds(
        "A file uploaded at one host is downloaded from the other",
        opened.status == 200 and opened.text.encode() == text,
        f"answered {opened.status}, {len(opened.text):,} bytes",
    )


def _limits(hosts: Hosts) -> Iterator[Promise]:
    stranger, answers = hosts.browser(), []
    for number in range(PASSWORDS_PER_ACCOUNT.most + 4):
        stranger.go_to((hosts.a, hosts.b)[number % 2].machine)
        stranger.get("/login/")
        fields = {"email": email_of("bob"), "password": f"wrong-password-{number}"}
        answers.append(stranger.post("/login/", fields).status)
    tried = sum(status != 429 for status in answers)
    yield exactly(
        "Wrong passwords allowed, however they are spread over the hosts", tried, PASSWORDS_PER_ACCOUNT.most
    )


def _leases(hosts: Hosts) -> Iterator[Promise]:
    before = len(hosts.mail.taken)
    # Slow enough that the second worker looks into the outbox long before the first could have sent it all.
    hosts.mail.thinks = SECONDS_A_MAIL
    with unit_of_work(hosts.context, None) as work:
        numbers = [
            queue_mail(
                work.session,
                letter="new_message",
                to=f"person{number}@school.example",
                facts={},
                dedupe_key=f"hosts-{number}",
            )
            for number in range(MAILS)
        ]
    _until_sent(hosts, 120)
    hosts.mail.thinks = 0
    taken = [mail.message_id for mail in hosts.mail.taken[before:] if mail.to.startswith("person")]
    yield exactly("Mails sent once each by two workers on two hosts", len(set(taken)), MAILS)
    yield at_most("Mails that both workers sent", len(taken) - len(set(taken)), 0)
    first, second = (
        sum(count for mail, count in host.sent().items() if mail in numbers) for host in (hosts.a, hosts.b)
    )
    yield holds(
        "Both workers took part", bool(first and second), f"{first} and {second} mails", "more than none each"
    )


def _until_sent(hosts: Hosts, seconds: float) -> None:
    waiting = select(BOX.c.id).where(BOX.c.sent_at.is_(None), BOX.c.dead_at.is_(None))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with hosts.context.database.engine.connect() as connection:
            if not connection.execute(waiting).all():
                return
        time.sleep(0.2)
    raise TimeoutError("mail is still in the queue")


class Writer(threading.Thread):
    """A person who writes messages; the load balancer uses the other host if one does not answer."""

    def __init__(self, hosts: Hosts, person: HostBrowser, name: str) -> None:
        super().__init__(daemon=True, name=name)
        self.hosts, self.browser = hosts, HostBrowser(hosts.a.machine)
        self.browser.cookies = dict(person.cookies)
        self.browser.timeout = SECONDS_TO_TURN
        self.acknowledged: list[str] = []
        self.turned = 0
        self.wrong: list[str] = []
        self.slowest = 0.0

    def run(self) -> None:
        """Write, and count only what was acknowledged."""
        path = f"/messages/write?child_id={self.hosts.child_id}"
        for number in range(WRITES):
            subject, key, begun = f"{self.name}-{number}", uuid.uuid4().hex, time.monotonic()
            while True:
                try:
                    if not self.browser.token:
                        self.browser.get(path)
                    fields = {"subject": subject, "body": "Written under load", "send_key": key}
                    answer = self.browser.post(path, fields)
                except NoAnswer:
                    self.turned += 1
                    self.browser.go_to(self.hosts.b.machine)
                    continue
                if answer.status == 302:
                    self.acknowledged.append(subject)
                else:
                    self.wrong.append(f"{answer.status} {answer.location}")
                break
            self.slowest = max(self.slowest, time.monotonic() - begun)


def _a_host_is_lost(hosts: Hosts, person: HostBrowser) -> Iterator[Promise]:
    writers = [Writer(hosts, person, f"writer{number}") for number in range(CLIENTS)]
    for writer in writers:
        writer.start()
    while sum(len(writer.acknowledged) for writer in writers) < CLIENTS * WRITES / 4:
        time.sleep(0.02)
        if not any(writer.is_alive() for writer in writers):
            break
    hosts.a.is_lost()
    for writer in writers:
        writer.join(180)
    acknowledged = [subject for writer in writers for subject in writer.acknowledged]
    wrong = [each for writer in writers for each in writer.wrong]
    yield exactly("Messages acknowledged while a host was lost", len(acknowledged), CLIENTS * WRITES)
    yield holds(
        "Errors shown by the host that stayed", not wrong, ", ".join(sorted(set(wrong))) or "none", "none"
    )
    with hosts.context.database.open() as session:
        bypass_row_filter(session, "the proof counts what is really there")
        stored = Counter(session.scalars(select(Message.subject).where(Message.subject.like("writer%"))))
    yield exactly("Acknowledged messages lost", sum(subject not in stored for subject in acknowledged), 0)
    yield holds(
        "Everybody went on at the other host",
        all(writer.turned for writer in writers),
        f"slowest {max(writer.slowest for writer in writers):.1f} s",
    )
    _until_sent(hosts, 120)
    yield holds("The worker that stayed sent all the mail", True, "queue empty")
