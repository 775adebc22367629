"""Row policies of the audit and outgoing mail. The docstrings are for officers to check: docs/access.md is made from them."""

from sqlalchemy import ColumnElement, false, true

from app.core.audit.table import AuditRow
from app.core.database.policies import open_to_all, row_policy
from app.core.mail.outbox_table import OutboxMail
from app.core.mail.worker_table import WorkerSeen
from app.core.rate_limit_table import Throttle
from app.core.roles import Principal, Role

open_to_all(WorkerSeen)


@row_policy(AuditRow)
def audit(who: Principal) -> ColumnElement[bool]:
    """Only the SEN team's managers read the audit."""
    return true() if who.has(Role.sen_manager) else false()


@row_policy(OutboxMail)
def outbox(_who: Principal) -> ColumnElement[bool]:
    """No one reads mail on its way."""
    return false()


@row_policy(Throttle)
def throttle(_who: Principal) -> ColumnElement[bool]:
    """No one reads how often something was tried; the log-in counts before anyone is known."""
    return false()
