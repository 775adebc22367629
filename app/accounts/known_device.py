"""Recognise devices that an account logged in from before (OWASP calls this a device cookie).

Each has its own limit for wrong passwords, so that an attacker who uses up the account's limit does not lock out its
owner.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from app.accounts.queries.log_in import Account
from app.core.fingerprints import is_mark_of, mark_of
from app.core.try_limits import DEVICE_LIFE
from app.core.unit_of_work import AppContext


@dataclass(frozen=True)
class KnownDevice:
    """A device and the one account it is known for."""

    person_id: int
    mark: str
    known_since: datetime

    @property
    def subject(self) -> str:
        """The key under which tries from this device are counted."""
        return f"device|{self.person_id}|{self.mark}"


def device_token(context: AppContext, person_id: int) -> str:
    """Return the signed value of the device's cookie. It grants no access; it only selects a separate limit."""
    payload = f"{person_id}.{_seconds(context.clock.now())}.{secrets.token_hex(12)}"
    return f"{payload}.{mark_of(context, f'device|{payload}')}"


def known_device(context: AppContext, token: str | None) -> KnownDevice | None:
    """Return the device with this cookie, or None when the signature is wrong or the cookie is too old."""
    payload, _, mark = (token or "").rpartition(".")
    parts = payload.split(".")
    if len(parts) != 3 or not is_mark_of(context, f"device|{payload}", mark):
        return None
    person_id, made_at, mark = parts
    known_since = datetime.fromtimestamp(int(made_at), UTC).replace(tzinfo=None)
    if context.clock.now() - known_since > DEVICE_LIFE:
        return None
    return KnownDevice(int(person_id), mark, known_since)


def is_known(device: KnownDevice | None, account: Account) -> bool:
    """Return whether this device is known for this account. A new password makes the account forget all its devices."""
    if device is None or device.person_id != account.id:
        return False
    return account.known_devices_from is None or device.known_since > account.known_devices_from


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())
