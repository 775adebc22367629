"""Change one's own account: the password and the authenticator app."""

import pyotp

from app.accounts.events import PasswordChanged, SecondStepChanged
from app.accounts.passwords import (
    about_person,
    account_subject,
    count_new_password,
    hashed,
    passwords_of,
    set_password,
)
from app.accounts.queries.log_in import account_by_id, close_challenges, use_app_step
from app.accounts.queries.mailed_links import end_older
from app.accounts.recovery import end_everything_pending
from app.accounts.second_step import (
    BY_APP,
    BY_EMAIL,
    PROVE,
    UnitOfWorkFactory,
    app_step,
    begin,
    encrypt_secret,
    verify,
)
from app.accounts.sessions import mark_proved, require_proof
from app.accounts.tables.mailed_links import Purpose
from app.accounts.tables.people import Person
from app.core import rate_limits
from app.core.encryption import DecryptionError, decrypt, encrypt
from app.core.errors import Conflict, FieldError, Forbidden, ValidationFailed
from app.core.roles import SEN_TEAM, Role
from app.core.try_limits import PASSWORDS_PER_ACCOUNT, read_code
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording

OFFERED = "authenticator offered"
"""The purpose for which a secret is encrypted until a code from the app has confirmed it."""

MAY_ADD_APP = SEN_TEAM | {Role.admin}
"""The roles that see every child or give access may use a stronger second step."""


def change_password(start_work: UnitOfWorkFactory, password: str, log_in_id: int) -> None:
    """Set a new password, end everything pending and every other log-in, and mail the owner.

    Raises ProveFirst, ValidationFailed or TooMany.
    """
    with start_work() as work:
        require_proof(work, log_in_id)
        person = work.get(Person, work.me.user_id)
        context, about, stored_hash = work.context, about_person(person), person.password
        count_new_password(work, f"person|{work.me.user_id}")
    if passwords_of(context).matches(stored_hash, password):
        raise ValidationFailed(
            FieldError("password", Wording(N_("Enter a password that is different from your current one")))
        )
    password_hash = hashed(context, password, about)
    with start_work() as work:
        require_proof(work, log_in_id)
        person = work.get(Person, work.me.user_id)
        set_password(work, person, password_hash)
        end_everything_pending(work, person.id, except_log_in=log_in_id)
        work.record(PasswordChanged(person_id=person.id))


def prove_password(start_work: UnitOfWorkFactory, password: str, before: str | None = None) -> str:
    """Check the password of a logged-in person again, and return the secret of the challenge for the code.

    `before` is the secret of the challenge that this browser held. Raises ValidationFailed or TooMany.
    """
    _check_current(start_work, password, "password")
    with start_work() as work:
        account = account_by_id(work.session, work.me.user_id)
        if account is None:
            raise Conflict
        return begin(work, account, account_subject(account.email), PROVE, before)


def prove_code(start_work: UnitOfWorkFactory, secret: str | None, code: str, log_in_id: int) -> None:
    """Check the code and mark this log-in as proved. Raises WrongCode, LogInAgain or TooMany."""
    passed = verify(start_work, secret, code, PROVE)
    with start_work() as work:
        if passed.person_id == work.me.user_id:
            mark_proved(work, log_in_id)


def _check_current(start_work: UnitOfWorkFactory, password: str, field: str) -> None:
    with start_work() as work:
        account = account_by_id(work.session, work.me.user_id)
        context = work.context
        if account is None:
            raise Conflict
        subject = account_subject(account.email)
        rate_limits.take(work, PASSWORDS_PER_ACCOUNT, subject)
    if not passwords_of(context).matches(account.password, password):
        raise ValidationFailed(
            FieldError(field, Wording(N_("Enter your current password. What you typed is not right")))
        )
    with start_work() as work:
        rate_limits.give_back(work, PASSWORDS_PER_ACCOUNT, subject)


# --- the authenticator app ------------------------------------------------------------------------


def may_add_app(work: UnitOfWork) -> bool:
    """Return whether this person may add an app: officers, managers and administrators may."""
    return work.me.has(*MAY_ADD_APP)


def new_app_secret(work: UnitOfWork) -> str:
    """Return a new encrypted secret for an app; it is saved only after a code from the app was right."""
    return encrypt(work.context.settings.file_keys, OFFERED, (work.me.user_id,), pyotp.random_base32())


def app_secret_offered(work: UnitOfWork, sealed: str | None) -> str | None:
    """Return the secret offered on the page, or None when it is not this person's."""
    try:
        return decrypt(work.context.settings.file_keys, OFFERED, (work.me.user_id,), sealed or "")
    except DecryptionError:
        return None


def app_address(secret: str, email: str, issuer: str) -> str:
    """Return the address that the QR code holds for the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def add_app(work: UnitOfWork, log_in_id: int, sealed: str | None, entered: str) -> None:
    """Use this app for the second step, in place of an older one.

    Raises ValidationFailed for a wrong code, ProveFirst, and Forbidden for those who may not add an app.
    """
    if not may_add_app(work):
        raise Forbidden
    require_proof(work, log_in_id)
    secret = app_secret_offered(work, sealed)
    code = read_code(entered)
    step = app_step(secret, code, work.now) if secret and code else None
    if secret is None or step is None:
        raise ValidationFailed(
            FieldError("code", Wording(N_("Enter the 6 digit code that the app shows now")))
        )
    person = work.get(Person, work.me.user_id)
    person.totp_secret = encrypt_secret(work, person.id, secret)
    person.totp_last_step = None
    person.two_step = BY_APP
    work.session.flush()
    use_app_step(work.session, person.id, step)
    close_challenges(work.session, person.id, work.now)
    # A reset that was allowed for the earlier app must not remove this one.
    end_older(work.session, Purpose.app_reset, person.email, person.id, work.now)
    work.record(SecondStepChanged(person_id=person.id))


def remove_app(work: UnitOfWork, log_in_id: int) -> None:
    """Send codes by email again. Raises ProveFirst, and Forbidden for those whose app only an administrator resets."""
    if may_add_app(work):
        raise Forbidden("the SEN team and administrators keep their app once they have one")
    require_proof(work, log_in_id)
    person = work.get(Person, work.me.user_id)
    person.totp_secret = None
    person.totp_last_step = None
    person.two_step = BY_EMAIL
    work.session.flush()
    close_challenges(work.session, person.id, work.now)
    work.record(SecondStepChanged(person_id=person.id))
