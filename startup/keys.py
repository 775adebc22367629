"""Secret keys: set from outside for a live portal, created and stored by a demo."""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path

from startup.environment import Environment

SHORTEST_KEY = 32
PUBLIC_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}")
KEYS = ("SECRET_KEY", "OTP_KEY", "AUDIT_KEY", "FILE_KEY")
HOW_TO_MAKE_ONE = "make one with `python3 -c 'import secrets; print(secrets.token_hex(32))'`"


def live_keys(env: Environment) -> dict[str, str]:
    """Return the keys of a live portal. They are set from outside and never created here."""
    keys = {}
    for name in KEYS:
        keys[name] = env.secret(name)
        if not env.secret_given(name):
            env.wrong(f"{name} (or {name}_FILE) is missing: {HOW_TO_MAKE_ONE}")
        elif keys[name]:
            _check_key(env, name, keys[name])
    given = [key for key in keys.values() if key]
    if len(set(given)) < len(given):
        env.wrong(f"{', '.join(KEYS)} must each be different")
    return keys


def _check_key(env: Environment, name: str, key: str) -> None:
    if len(key) < SHORTEST_KEY or len(set(key)) < 8:
        env.wrong(f"{name} is too weak: it needs at least {SHORTEST_KEY} random characters")


def older_keys(env: Environment, name: str, keys: Mapping[str, str]) -> list[str]:
    """Return older keys, newest first, which are used only to verify and decrypt.

    `keys` are the current ones; none of them may be an older key of another name.
    """
    older = env.secret(f"{name}_FALLBACKS", may_be_empty=True).replace(",", "\n").split()
    for key in older:
        _check_key(env, f"{name}_FALLBACKS", key)
    for other in KEYS:
        if other != name and keys[other] and keys[other] in older:
            env.wrong(f"{name}_FALLBACKS holds a key that is {other} now: they must each be different")
    return older


def backup_recipients(env: Environment) -> tuple[str, ...]:
    """Return the age public keys that backups are encrypted for. Private keys are refused."""
    keys = tuple(env.text("BACKUP_RECIPIENTS").replace(",", " ").split())
    for key in keys:
        if key.upper().startswith("AGE-SECRET-KEY"):
            env.wrong(
                "BACKUP_RECIPIENTS holds a private key: give the public one (age1…) and keep the other elsewhere"
            )
        elif not PUBLIC_KEY.fullmatch(key):
            env.wrong(
                "BACKUP_RECIPIENTS must be age public keys, which begin with age1 and have 62 characters"
            )
    return keys


def secrets_file(data_dir: Path) -> Path:
    """Return the path of a demo's keys. A folder with this file belongs to a demo."""
    return data_dir / "secrets.toml"


def demo_keys(env: Environment, data_dir: Path) -> dict[str, str]:
    """Return the demo's keys, created at its first start and stored, so that a restart logs no one out."""
    path = secrets_file(data_dir)
    try:
        if not path.exists():
            _write_demo_keys(path)
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        env.wrong(f"{path} can't be used ({error.__class__.__name__}: {error})")
        return dict.fromkeys(KEYS, "")
    keys = {name: str(stored.get(name.lower(), "")) for name in KEYS}
    for name, key in keys.items():
        _check_key(env, f"{name.lower()} in {path}", key)
    return keys


def _write_demo_keys(path: Path) -> None:
    lines = ["# Made at the demo's first start. Never use these for a live portal."]
    lines += [f'{name.lower()} = "{secrets.token_hex(32)}"' for name in KEYS]
    draft = path.with_name(f".secrets-{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    try:
        os.link(draft, path)  # unlike a rename, this never replaces what another process just wrote
    except FileExistsError:
        pass
    finally:
        draft.unlink()
