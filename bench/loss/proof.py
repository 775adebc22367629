"""Prove that nothing is lost (promise R1), on SQLite or on PostgreSQL and Redis."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.fixtures import SENDERS, Fixtures
from bench.loss.fault_injector import FaultInjector, planned_faults
from bench.loss.reconciliation import Found, outbox_empty, reconcile
from bench.loss.senders import Sender, Sent
from bench.promises import Options, Promise, at_most, exactly, holds
from bench.stack import Stack, stack

MINUTES_TO_EMPTY = 12
"""Of 13,000 mails refused one time in five, one is refused six times in a row, and about every sixth run one seven
times: such a mail waits more than nine minutes in all (app/core/mail/delivery.py)."""
SENDING_AT_ONCE = 3
"""Mails that one worker may be carrying when it is killed: Huey's two, and the regular look's."""
REFUSE_EVERY = 5


@dataclass(frozen=True)
class Size:
    """How much of it."""

    each: int
    server_kills: int
    worker_kills: int
    mail_stops: int

    @property
    def forms(self) -> int:
        """Of all eight together."""
        return self.each * len(SENDERS)


FULL = Size(each=1250, server_kills=3, worker_kills=3, mail_stops=2)
SHORT = Size(each=25, server_kills=1, worker_kills=1, mail_stops=1)


@dataclass(frozen=True)
class Run:
    """How one run went."""

    size: Size
    sent: Sent
    injected: int
    worker_kills: int
    sending: float
    emptied: float | None
    """Seconds from the last submission until the outbox was empty; None: it was not within the limit."""
    refused: int
    found: Found


def prove(options: Options) -> Iterator[Promise]:
    """Send, strike, count; gives one promise after the other."""
    size = SHORT if options.short else FULL
    with stack(options, "loss") as portal:
        if options.short:
            portal.use_hurried_worker()
        run = _run(portal, size, options)
    yield from _promises(run, options.on)


def _run(portal: Stack, size: Size, options: Options) -> Run:
    fixtures = Fixtures(portal)
    options.notes(f"  writing {size.forms:,} forms that are ready to be sent")
    forms = fixtures.advice_ready_to_send(size.each)
    portal.start_web()
    portal.worker.start()
    sent = Sent()
    senders = [Sender(fixtures.log_in(portal, key, portal.mail), forms[key], sent) for key in SENDERS]
    planned = planned_faults(size.server_kills, size.worker_kills, size.mail_stops)
    striker = FaultInjector(portal, planned, lambda: len(sent.acknowledged) / size.forms, options.notes)
    portal.mail.refuse_every = REFUSE_EVERY
    begun, clock = datetime.now(UTC).replace(tzinfo=None), time.monotonic()
    options.notes("  sending")
    for thread in (striker, *senders):
        thread.start()
    for sender in senders:
        sender.join()
    sending = time.monotonic() - clock
    striker.join(60)
    for failure in (striker.failure, *(sender.failure for sender in senders)):
        if failure is not None:
            raise failure
    emptied = _until_empty(portal, options)
    portal.worker.stop()
    portal.web.stop()
    found = reconcile(portal.context, sent.acknowledged, portal.mail.taken, begun)
    return Run(
        size, sent, len(striker.injected), portal.worker.kills, sending, emptied, portal.mail.refused, found
    )


def _until_empty(portal: Stack, options: Options) -> float | None:
    options.notes("  waiting for the outbox to be empty")
    try:
        return portal.until(
            lambda: outbox_empty(portal.context), MINUTES_TO_EMPTY * 60, "the outbox to be empty", 0.2
        )
    except TimeoutError:
        return None


def _promises(run: Run, on: str) -> Iterator[Promise]:
    found, sent, size = run.found, run.sent, run.size
    injected = size.server_kills + size.worker_kills + size.mail_stops
    yield exactly(f"Forms sent and acknowledged by 8 clients ({on})", len(sent.acknowledged), size.forms)
    yield exactly("Faults injected: server and worker kills, mail server stops", run.injected, injected)
    yield exactly("Answers that were neither “sent” nor an error to press again after", sent.odd.total(), 0)
    yield exactly("Acknowledged and lost", found.lost, 0)
    yield exactly("Entered twice", found.doubled, 0)
    yield exactly("Without exactly one audit row", found.without_audit, 0)
    yield exactly("Without exactly one message in the SEN team's inbox", found.without_message, 0)
    yield exactly("Mails missing, or one too many", found.mails_missing + found.mails_given_up, 0)
    yield exactly("Mails that arrived under two ids", found.mail_ids_wrong, 0)
    yield at_most(
        f"Mails repeated under the same id, in {run.worker_kills} worker kills",
        found.repeats,
        run.worker_kills * SENDING_AT_ONCE,
    )
    yield holds(
        "Outbox empty after the last form",
        run.emptied is not None,
        "never" if run.emptied is None else f"{run.emptied:.0f} s",
        f"at most {MINUTES_TO_EMPTY * 60} s",
    )
    yield holds("The audit log is intact", found.audit_whole, f"{found.audit_rows:,} rows", "unbroken")
    yield holds(
        "Late: commit to delivery, p50 / p95 / longest", bool(found.delays), _late(found), "for information"
    )
    rate = f"{run.sending:.0f} s, {size.forms / run.sending:.0f}/s"
    yield holds("Time to send them all", True, rate, "for information")
    again = (
        f"{sent.pressed_again} pressed again, {sent.resent} resent by browsers, {run.refused} mails refused"
    )
    yield holds("What it took", True, again, "for information")


def _late(found: Found) -> str:
    return " / ".join(f"{found.late(part):.1f} s" for part in (0.5, 0.95, 1.0))
