"""The proof that nothing is lost: R1 of the promises, on SQLite or on PostgreSQL and Redis."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.loss.blows import Striker, blows
from bench.loss.reckoning import Found, outbox_empty, reckon
from bench.loss.senders import Sender, Sent
from bench.plant import Plant, plant
from bench.promises import Options, Promise, at_most, exactly, holds
from bench.stage import SENDERS, Stage

MINUTES_TO_EMPTY = 12
"""Of 13,000 mails refused one time in five, one is refused six times in a row, and about every sixth run one seven
times: such a mail waits more than nine minutes in all (app/core/mail/delivery.py)."""
HANDS = 3
"""Mails that one worker may be carrying when it is killed: Huey's two, and the regular look's."""
REFUSE_EVERY = 5


@dataclass(frozen=True)
class Size:
    """How much of it."""

    each: int
    server_kills: int
    worker_kills: int
    mail_deaths: int

    @property
    def forms(self) -> int:
        """Of all eight together."""
        return self.each * len(SENDERS)


FULL = Size(each=1250, server_kills=3, worker_kills=3, mail_deaths=2)
SHORT = Size(each=25, server_kills=1, worker_kills=1, mail_deaths=1)


@dataclass(frozen=True)
class Run:
    """How one run went."""

    size: Size
    sent: Sent
    strikes: int
    worker_deaths: int
    sending: float
    emptied: float | None
    """Seconds from the last submission until the outbox was empty; None: it was not within the limit."""
    refused: int
    found: Found


def prove(options: Options) -> Iterator[Promise]:
    """Send, strike, count; gives one promise after the other."""
    size = SHORT if options.short else FULL
    with plant(options, "loss") as portal:
        if options.short:
            portal.use_hurried_worker()
        run = _run(portal, size, options)
    yield from _promises(run, options.on)


def _run(portal: Plant, size: Size, options: Options) -> Run:
    stage = Stage(portal)
    options.notes(f"  writing {size.forms:,} forms that are ready to be sent")
    forms = stage.advice_ready_to_send(size.each)
    portal.start_web()
    portal.worker.start()
    sent = Sent()
    senders = [Sender(stage.log_in(portal, key, portal.mail), forms[key], sent) for key in SENDERS]
    planned = blows(size.server_kills, size.worker_kills, size.mail_deaths)
    striker = Striker(portal, planned, lambda: len(sent.acknowledged) / size.forms, options.notes)
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
    found = reckon(portal.context, sent.acknowledged, portal.mail.taken, begun)
    return Run(
        size, sent, len(striker.struck), portal.worker.kills, sending, emptied, portal.mail.refused, found
    )


def _until_empty(portal: Plant, options: Options) -> float | None:
    options.notes("  waiting for the outbox to be empty")
    try:
        return portal.until(
            lambda: outbox_empty(portal.context), MINUTES_TO_EMPTY * 60, "the outbox to be empty", 0.2
        )
    except TimeoutError:
        return None


def _promises(run: Run, on: str) -> Iterator[Promise]:
    found, sent, size = run.found, run.sent, run.size
    strikes = size.server_kills + size.worker_kills + size.mail_deaths
    yield exactly(f"Forms sent and acknowledged by 8 clients ({on})", len(sent.acknowledged), size.forms)
    yield exactly("Blows struck: server and worker kills, mail server deaths", run.strikes, strikes)
    yield exactly("Answers that were neither “sent” nor an error to press again after", sent.odd.total(), 0)
    yield exactly("Acknowledged and lost", found.lost, 0)
    yield exactly("Entered twice", found.doubled, 0)
    yield exactly("Without exactly one audit row", found.without_audit, 0)
    yield exactly("Without exactly one message in the SEN team's inbox", found.without_message, 0)
    yield exactly("Mails missing, or one too many", found.mails_missing + found.mails_given_up, 0)
    yield exactly("Mails that arrived under two ids", found.mail_ids_wrong, 0)
    yield at_most(
        f"Mails repeated under the same id, in {run.worker_deaths} worker kills",
        found.repeats,
        run.worker_deaths * HANDS,
    )
    yield holds(
        "Outbox empty after the last form",
        run.emptied is not None,
        "never" if run.emptied is None else f"{run.emptied:.0f} s",
        f"at most {MINUTES_TO_EMPTY * 60} s",
    )
    yield holds("The audit's chain is whole", found.audit_whole, f"{found.audit_rows:,} rows", "unbroken")
    yield holds("Late: commit to delivery, p50 / p95 / longest", bool(found.delays), _late(found), "told")
    rate = f"{run.sending:.0f} s, {size.forms / run.sending:.0f}/s"
    yield holds("Time to send them all", True, rate, "told")
    again = (
        f"{sent.pressed_again} pressed again, {sent.resent} resent by browsers, {run.refused} mails refused"
    )
    yield holds("What it took", True, again, "told")


def _late(found: Found) -> str:
    return " / ".join(f"{found.late(part):.1f} s" for part in (0.5, 0.95, 1.0))
