"""Devices somebody logged in from before. Strangers who try an account's password can tire the account out for
everybody but these: each is counted on its own (OWASP calls it a device cookie)."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from app.domain.log_in import DEVICE_LIFE
from app.services.work import Office


@dataclass(frozen=True)
class KnownDevice:
    """A device and the one person it is known for."""

    person_id: int
    mark: str

    @property
    def subject(self) -> str:
        """What its tries are counted under."""
        return f"device|{self.person_id}|{self.mark}"


def device_token(office: Office, person_id: int) -> str:
    """What the device's cookie holds; it opens nothing, it is only counted apart."""
    told = f"{person_id}.{_today(office)}.{secrets.token_hex(12)}"
    return f"{told}.{_sealed(office, told)}"


def known_device(office: Office, token: str | None) -> KnownDevice | None:
    """The device with this cookie, unless the cookie is not ours or too old."""
    told, _, seal = (token or "").rpartition(".")
    parts = told.split(".")
    if len(parts) != 3 or not seal.isascii() or not hmac.compare_digest(seal, _sealed(office, told)):
        return None
    person_id, made_on, mark = parts
    if _today(office) - int(made_on) > DEVICE_LIFE.days:
        return None
    return KnownDevice(int(person_id), mark)


def _today(office: Office) -> int:
    return office.clock.today().toordinal()


def _sealed(office: Office, told: str) -> str:
    return hmac.new(office.settings.otp_key.encode(), f"device|{told}".encode(), hashlib.sha256).hexdigest()
