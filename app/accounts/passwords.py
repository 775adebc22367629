"""Hash and check passwords with Argon2id, at most two at a time, in the same time for unknown accounts."""

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
"""Each hash takes 19 MB and a whole processor, so more at once would only slow each other down."""

UNUSABLE = "!"
"""A value in place of a hash that no password matches."""

_RATING = threading.BoundedSemaphore(1)
"""zxcvbn saves the words about a person in a module variable, so only one password may be rated at a time."""


class PasswordService:
    """Hash and check passwords. Each process has one; `passwords_of(context)` returns it."""

    def __init__(self, memory_kib: int, time: int, pepper: str = "") -> None:
        self._hasher = PasswordHasher(time_cost=time, memory_cost=memory_kib, parallelism=1)
        self._pepper = pepper.encode()
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._dummy_hash = self._hasher.hash(secrets.token_urlsafe(32))

    def hash(self, password: str) -> str:
        """Return the hash to store for a password."""
        with turn(self._turn):
            return self._hasher.hash(self._bytes_to_hash(password))

    def matches(self, stored_hash: str | None, password: str) -> bool:
        """Return whether the password matches the stored hash.

        Without a hash it checks a dummy one, so that unknown accounts take the same time, and returns False.
        """
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
        """Return whether the hash was made with other settings than today's."""
        return self._hasher.check_needs_rehash(stored_hash)

    def _bytes_to_hash(self, password: str) -> bytes:
        plain = normal(password[:LONGEST_INPUT]).encode()
        return hmac.new(self._pepper, plain, hashlib.sha256).hexdigest().encode() if self._pepper else plain


@lru_cache(maxsize=4)
def _service(memory_kib: int, time: int) -> PasswordService:
    return PasswordService(memory_kib, time)


def passwords_of(context: AppContext) -> PasswordService:
    """Return this process's password service."""
    return _service(context.settings.argon2_memory_kib, context.settings.argon2_time)


def check_new_password(password: str, about: tuple[str, ...], field: str = "password") -> None:
    """Raise ValidationFailed, with advice, when a new password is not good enough."""
    with turn(_RATING):
        wrong = problem(password, about)
    if wrong is not None:
        raise ValidationFailed(FieldError(field, wrong))


def about_person(person: Person) -> tuple[str, ...]:
    """Return what an attacker who knows this person would try in a password."""
    return person.first_name, person.last_name, person.email


def count_new_password(work: UnitOfWork, subject: str) -> None:
    """Count one attempt to choose a password, for this link or person and for their network. Raises TooMany."""
    rate_limits.take(work, NEW_PASSWORDS_FROM, work.origin.address_hash)
    rate_limits.take(work, NEW_PASSWORDS, subject)


def hashed(context: AppContext, password: str, about: Iterable[str], field: str = "password") -> str:
    """Check a new password against the rules and return its hash. Call this outside any transaction.

    Raises ValidationFailed, with advice, and Busy.
    """
    check_new_password(password, tuple(about), field)
    return passwords_of(context).hash(password)


def set_password(work: UnitOfWork, person: Person, password_hash: str) -> None:
    """Set the chosen password (from `hashed`), and clear the failed tries that were counted for the account.

    The caller ends the other log-ins and records PasswordChanged.
    """
    person.password = password_hash
    person.password_changed_at = work.now
    for limit in (PASSWORDS_PER_ACCOUNT, WRONG_CODES, CODES_SENT_A_DAY):
        rate_limits.forget(work, limit, account_subject(person.email))


def account_subject(email: str) -> str:
    """Return the key under which tries at an account are counted, whether or not the account exists."""
    return f"account|{email}"
