"""Faults of the mail server, Redis and the virus scanner."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import select

from app.core.mail.outbox import waiting
from app.models import Document, DocumentState
from bench.faults.scene import Scene, was_sent
from bench.faults.servers import OwnRedis, SilentServer, StandInScanner
from bench.faults.storage import running
from bench.fixtures import PASSWORD
from bench.ports import free_port
from bench.promises import Options, Promise, at_most, exactly, holds
from bench.smtp_server import SmtpServer
from bench.stack import stack

AT_ONCE = 3.0
"""Seconds within which a page has to answer, on a machine that is also busy with other work."""
NOTIFICATIONS = 30
_document = Document.__table__


def mail_hanging(options: Options) -> Iterator[Promise]:
    """Prove that a mail server that accepts connections and never answers delays neither pages nor file scans."""
    scanner_port = free_port()
    forms = 4 if options.short else NOTIFICATIONS
    with (
        stack(options, "mail-hanging", CLAMD_ADDRESS=f"127.0.0.1:{scanner_port}") as portal,
        running(portal, forms) as scene,
    ):
        scene.add_file()
        portal.mail.stop()
        silent = SilentServer(portal.mail.port)
        portal.worker.start()
        for _ in range(forms - 1):
            scene.send()
        visitor = portal.browser()
        visitor.get("/login/")
        begun = time.monotonic()
        half = visitor.post("/login/", {"email": scene.fixtures.players["ann"].email, "password": PASSWORD})
        asked = time.monotonic() - begun
        yield holds(
            "Mail server hanging: the log-in page answers at once",
            half.location == "/login/code" and asked < AT_ONCE,
            f"{asked:.1f} s",
            f"under {AT_ONCE:g} s",
        )
        portal.until(lambda: silent.callers > 1, 60, "code and letters to be stuck")
        if not options.short:
            yield _scanned_while_mail_hangs(scene, scanner_port)
        silent.close()
        portal.mail.open()
        yield from _after_mail_is_back(scene, portal.mail)


def _scanned_while_mail_hangs(scene: Scene, port: int) -> Promise:
    scanner = StandInScanner(port)
    seconds = scene.portal.until(
        lambda: _states(scene) == [DocumentState.clean], 120, "the file to be scanned"
    )
    still = _waiting(scene)
    scanner.close()
    figure = f"{seconds:.0f} s, with {still} letters stuck"
    return holds("Mail server hanging: files are scanned all the same", still > 0, figure, "within 120 s")


def _after_mail_is_back(scene: Scene, mail: SmtpServer) -> Iterator[Promise]:
    begun = time.monotonic()
    mail.code_for(scene.fixtures.players["ann"].email, 200)
    yield at_most("Mail server back: the code goes out", round(time.monotonic() - begun), 200, " s")
    seconds = scene.portal.until(lambda: _waiting(scene) == 0, 300, "the outbox to be empty")
    yield at_most("Mail server back: the outbox is empty", round(seconds), 300, " s")
    yield exactly("Mail server hanging: acknowledged and lost", scene.lost(), 0)


def redis_stopped(options: Options) -> Iterator[Promise]:
    """Redis is killed under web server and worker; it only rings, so mail goes out without it."""
    redis = OwnRedis(options.folder / "redis")
    try:
        with stack(replace(options, redis=redis.url), "redis-stopped") as portal, running(portal) as scene:
            portal.worker.start()
            portal.until(lambda: "at work" in portal.worker.log.read_text(), 60, "the worker")
            redis.stop()
            begun = time.monotonic()
            answer = scene.send()
            asked = time.monotonic() - begun
            met = was_sent(answer) and asked < AT_ONCE
            yield holds(
                "Redis stopped: a form is sent as ever",
                met,
                f"{answer.status} in {asked:.1f} s",
                f"under {AT_ONCE:g} s",
            )
            seconds = portal.until(lambda: _waiting(scene) == 0, 60, "the outbox to be empty")
            yield at_most("Redis stopped: its mail is out", round(seconds), 60, " s")
            redis.start()
            scene.send()
            portal.until(lambda: _waiting(scene) == 0, 60, "the outbox to be empty")
            yield holds(
                "Redis back: web server and worker go on", portal.worker.running.poll() is None, "running"
            )
            yield exactly("Redis stopped: acknowledged and lost", scene.lost(), 0)
    finally:
        redis.stop()


def scanner_stopped(options: Options) -> Iterator[Promise]:
    """Prove that without an answer of the virus scanner files wait, cannot be downloaded, and are scanned once it is back."""
    port = free_port()
    with (
        stack(options, "scanner-stopped", CLAMD_ADDRESS=f"127.0.0.1:{port}") as portal,
        running(portal) as scene,
    ):
        portal.worker.start()
        added = [scene.add_file(), scene.add_file("eicar.txt", b"EICAR, or so the stand-in says.\n")]
        page = scene.browser.get(f"/forms/{scene.forms[0]}/section/papers")
        waits = (
            all(one.status == 302 for one in added)
            and "being checked" in re.sub(r"\s+", " ", page.text).lower()
        )
        yield holds(
            "Scanner stopped: files are taken in, and the page says they are being checked",
            waits,
            f"{[one.status for one in added]}",
        )
        refused = [scene.browser.get(f"/documents/{number}/download").status for number in _numbers(scene)]
        yield holds("Scanner stopped: nobody can open them", all(one == 409 for one in refused), f"{refused}")
        scanner = StandInScanner(port)
        seconds = portal.until(
            lambda: DocumentState.received not in _states(scene), 150, "the files to be scanned"
        )
        yield at_most("Scanner back: the files are scanned", round(seconds), 120, " s")
        clean, infected = [scene.browser.get(f"/documents/{number}/download") for number in _numbers(scene)]
        opened = clean.status == 200 and infected.status != 200
        yield holds(
            "Scanner back: the clean one opens, the infected one does not",
            opened,
            f"{clean.status}, {infected.status}",
        )
        scanner.close()


def _waiting(scene: Scene) -> int:
    with scene.portal.context.database.engine.connect() as connection:
        return waiting(connection)[0]


def _states(scene: Scene) -> list[DocumentState]:
    with scene.portal.context.database.engine.connect() as connection:
        return list(connection.scalars(select(_document.c.state).order_by(_document.c.id)))


def _numbers(scene: Scene) -> list[int]:
    with scene.portal.context.database.engine.connect() as connection:
        return list(connection.scalars(select(_document.c.id).order_by(_document.c.id)))
