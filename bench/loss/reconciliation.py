"""Compare what was acknowledged to the clients with the database and with the mail that arrived."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select

from app.core.audit.chain import verify
from app.core.mail.outbox import waiting
from app.core.unit_of_work import AppContext
from app.models import AuditRow, Message, OutboxMail, Submission
from bench.smtp_server import Taken

OUTBOX_ID = re.compile(r"<outbox-(\d+)\.")
TO_THE_TEAM = "new_message_team"

_submission, _message, _box, _audit = (
    Submission.__table__,
    Message.__table__,
    OutboxMail.__table__,
    AuditRow.__table__,
)


@dataclass(frozen=True)
class Found:
    """What was found, in numbers."""

    lost: int
    doubled: int
    without_audit: int
    without_message: int
    mails_missing: int
    mails_given_up: int
    mail_ids_wrong: int
    """Mails that arrived under two ids, and ids that stand for no mail."""
    repeats: int
    """Times a mail arrived again, under the id it had before."""
    delays: Sequence[float]
    """Seconds from commit to delivery, for the mail of each submission, shortest first."""
    audit_rows: int
    audit_whole: bool

    def late(self, part: float) -> float:
        """How long the slowest of this part of the mails took."""
        return self.delays[min(len(self.delays) - 1, int(len(self.delays) * part))] if self.delays else 0.0


SENT = ("AdviceSubmitted", "InformationSubmitted")
NOTIFICATIONS = ("advice_submitted", "information_submitted")
"""What is sent before the council agrees to assess is information. Each form is sent as one or the other, once."""


def outbox_empty(context: AppContext) -> bool:
    """Nothing waits to be sent any more."""
    with context.database.engine.connect() as connection:
        return waiting(connection)[0] == 0


def reconcile(
    context: AppContext, acknowledged: dict[int, str], taken: Iterable[Taken], begun: datetime
) -> Found:
    """Compare. `begun` is when sending began: mail written before it is not counted against submissions."""
    with context.database.open() as session:
        rows = session.execute(select(_submission.c.form_id, _submission.c.send_key)).all()
        stored = Counter((row.form_id, row.send_key) for row in rows)
        forms = Counter(row.form_id for row in rows)
        notified = Counter(session.scalars(_notified_forms()))
        audited = Counter(
            facts["form_id"]
            for facts in session.scalars(select(_audit.c.facts).where(_audit.c.event.in_(SENT)))
        )
        mails = [dict(row) for row in session.execute(_mails()).mappings()]
        verdict = verify(session, context.settings.audit_keys)
    ours = [mail for mail in mails if mail["letter"] == TO_THE_TEAM and mail["created_at"] >= begun]
    arrived = _arrived(taken)
    return Found(
        lost=sum(stored[form, key] == 0 for form, key in acknowledged.items()),
        doubled=sum(many > 1 for many in forms.values()),
        without_audit=sum(audited[form] != 1 for form in forms),
        without_message=sum(notified[form] != 1 for form in forms),
        mails_missing=abs(len(forms) - len(ours)) + sum(mail["id"] not in arrived for mail in mails),
        mails_given_up=sum(mail["dead_at"] is not None for mail in mails),
        mail_ids_wrong=sum(
            len(set(ids)) > 1 for ids in ([one.message_id for one in got] for got in arrived.values())
        )
        + len(set(arrived) - {mail["id"] for mail in mails}),
        repeats=sum(len(got) - 1 for got in arrived.values()),
        delays=sorted(
            arrived[mail["id"]][0].at - _seconds(mail["created_at"]) for mail in ours if mail["id"] in arrived
        ),
        audit_rows=verdict.rows,
        audit_whole=verdict.ok,
    )


def _notified_forms() -> Select[Any]:
    return select(_message.c.form_id).where(
        _message.c.letter.in_(NOTIFICATIONS), _message.c.recipient_id.is_(None)
    )


def _mails() -> Select[Any]:
    return select(_box.c.id, _box.c.letter, _box.c.created_at, _box.c.sent_at, _box.c.dead_at)


def _arrived(taken: Iterable[Taken]) -> dict[int, list[Taken]]:
    """Return the accepted mails by the id of the mail, in order of arrival."""
    found: dict[int, list[Taken]] = {}
    for one in taken:
        number = OUTBOX_ID.match(one.message_id)
        found.setdefault(int(number[1]) if number else 0, []).append(one)
    return found


def _seconds(at: datetime) -> float:
    return at.replace(tzinfo=UTC).timestamp()
