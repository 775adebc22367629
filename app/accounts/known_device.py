"""Devices somebody logged in from before. Strangers who try an account's password can tire the account out for
everybody but these: each is counted on its own (OWASP calls it a device cookie)."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from app.accounts.queries.log_in import Account
from app.core.fingerprints import is_mark_of, mark_of
from app.core.try_limits import DEVICE_LIFE
from app.core.unit_of_work import AppContext


@dataclass(frozen=True)
class KnownDevice:
    """A device and the one person it is known for."""

    person_id: int
    mark: str
    known_since: datetime

    @property
    def subject(self) -> str:
        """What its tries are counted under."""
        return f"device|{self.person_id}|{self.mark}"


def device_token(context: AppContext, person_id: int) -> str:
    """What the device's cookie holds; it opens nothing, it is only counted apart."""
    payload = f"{person_id}.{_seconds(context.clock.now())}.{secrets.token_hex(12)}"
    return f"{payload}.{mark_of(context, f'device|{payload}')}"


def known_device(context: AppContext, token: str | None) -> KnownDevice | None:
    """The device with this cookie, unless the cookie is not ours or too old."""
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
    """Whether this is a device of this account, and was not forgotten since (a new password forgets them all)."""
    if device is None or device.person_id != account.id:
        return False
    return account.known_devices_from is None or device.known_since > account.known_devices_from


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())
