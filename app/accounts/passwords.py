"""Keeping and checking passwords: Argon2id, at most two at a time, and as long for nobody as for somebody."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterable
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.accounts.rules.passwords import LONGEST_INPUT, normal, problem
from app.accounts.tables.people import Person
from app.core import rate_limits
from app.core.concurrency import turn
from app.core.errors import FieldError, ValidationFailed
from app.core.try_limits import (
    CODES_SENT_A_DAY,
    NEW_PASSWORDS,
    NEW_PASSWORDS_FROM,
    PASSWORDS_PER_ACCOUNT,
    WRONG_CODES,
)
from app.core.unit_of_work import AppContext, UnitOfWork

AT_ONCE = 2
"""Each hash takes 19 MB and a whole processor: many at once would only starve each other."""

UNUSABLE = "!"
"""Stands where a password's hash would: no password matches it."""

_RATING = threading.BoundedSemaphore(1)
"""zxcvbn keeps the words about a person in a module variable, so only one password may be rated at a time."""


class PasswordService:
    """Hashes passwords and checks them. One a process; `passwords_of(office)` gives it."""

    def __init__(self, memory_kib: int, time: int, pepper: str = "") -> None:
        self._hasher = PasswordHasher(time_cost=time, memory_cost=memory_kib, parallelism=1)
        self._pepper = pepper.encode()
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._dummy_hash = self._hasher.hash(secrets.token_urlsafe(32))

    def hash(self, password: str) -> str:
        """What the database keeps of a password."""
        with turn(self._turn):
            return self._hasher.hash(self._bytes_to_hash(password))

    def matches(self, stored_hash: str | None, password: str) -> bool:
        """Whether this is the password. With nobody's hash it takes as long and is never right."""
        believable = (
            stored_hash is not None
            and stored_hash.startswith("$argon2id$")
            and len(password) <= LONGEST_INPUT
        )
        with turn(self._turn):
            try:
                right = self._hasher.verify(
                    stored_hash if believable and stored_hash else self._dummy_hash,
                    self._bytes_to_hash(password),
                )
            except (VerificationError, InvalidHashError):
                return False
        return right and believable

    def is_outdated(self, stored_hash: str) -> bool:
        """True when the hash was made with other settings than today's."""
        return self._hasher.check_needs_rehash(stored_hash)

    def _bytes_to_hash(self, password: str) -> bytes:
        plain = normal(password[:LONGEST_INPUT]).encode()
        return hmac.new(self._pepper, plain, hashlib.sha256).hexdigest().encode() if self._pepper else plain


@lru_cache(maxsize=4)
def _service(memory_kib: int, time: int) -> PasswordService:
    return PasswordService(memory_kib, time)


def passwords_of(context: AppContext) -> PasswordService:
    """The one password service of this process."""
    return _service(context.settings.argon2_memory_kib, context.settings.argon2_time)


def check_new_password(password: str, about: tuple[str, ...], field: str = "password") -> None:
    """Raises ValidationFailed, saying what to do, when a new password is not good enough."""
    with turn(_RATING):
        wrong = problem(password, about)
    if wrong is not None:
        raise ValidationFailed(FieldError(field, wrong))


def about_person(person: Person) -> tuple[str, ...]:
    """What an attacker who knows somebody would put into a guess."""
    return person.first_name, person.last_name, person.email


def count_new_password(work: UnitOfWork, subject: str) -> None:
    """Count one attempt to choose a password, for this link or person and for their network. Raises TooMany."""
    rate_limits.take(work, NEW_PASSWORDS_FROM, work.origin.address_hash)
    rate_limits.take(work, NEW_PASSWORDS, subject)


def hashed(context: AppContext, password: str, about: Iterable[str], field: str = "password") -> str:
    """Check a new password against the rules and hash it. Call this outside any transaction.

    Raises ValidationFailed, saying what to do, and Busy.
    """
    check_new_password(password, tuple(about), field)
    return passwords_of(context).hash(password)


def set_password(work: UnitOfWork, person: Person, password_hash: str) -> None:
    """Give somebody the password they chose (`hashed`), and forget what strangers tried with the old one.

    Whoever calls ends the other log-ins and tells PasswordChanged.
    """
    person.password = password_hash
    person.password_changed_at = work.now
    for limit in (PASSWORDS_PER_ACCOUNT, WRONG_CODES, CODES_SENT_A_DAY):
        rate_limits.forget(work, limit, account_subject(person.email))


def account_subject(email: str) -> str:
    """What tries at an account are counted under, whether or not there is such an account."""
    return f"account|{email}"
