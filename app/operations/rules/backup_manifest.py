"""The slip that lies in every backup: what it holds, from when, and how to tell that nothing was changed in it since.

It names no key, but carries a mark of each, so that a restore with another key is refused before anything is written.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

FORM = 1


class BadManifest(ValueError):
    """This slip was not written by a portal, or not by this kind of portal."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What stands on the slip."""

    taken_at: str
    version: str
    kind: str
    """ "sqlite" or "postgresql"."""
    migration: str
    counts: dict[str, int]
    """Rows by table."""
    parts: dict[str, str]
    """SHA-256 by part."""
    missing: tuple[int, ...] = ()
    """Documents whose file was not there when the backup was taken, by their number."""
    audit_rows: int
    audit_head: str
    """The audit's last seal."""
    keys: dict[str, str]
    """A mark of each key that what is kept cannot be read or checked without; of older ones too while any is in use."""
    form: int = field(default=FORM)

    def written(self, audit_key: str) -> bytes:
        """The slip as text, sealed."""
        plain = asdict(self)
        return json.dumps(plain | {"seal": _seal(audit_key, plain)}, indent=1, sort_keys=True).encode()


def read_manifest(text: bytes) -> tuple[Manifest, str]:
    """The slip and its seal. Raises BadManifest."""
    try:
        told: dict[str, Any] = json.loads(text)
        seal = str(told.pop("seal"))
        if told.get("form") != FORM:
            raise BadManifest("This backup was made by another version of the portal, in another form.")
        return Manifest(**(told | {"missing": tuple(told["missing"])})), seal
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        if isinstance(wrong, BadManifest):
            raise
        raise BadManifest("The list of what is in this backup can't be read.") from wrong


def sealed_with(manifest: Manifest, seal: str, audit_keys: Sequence[str]) -> int | None:
    """Which of these keys, newest first, sealed the slip as it stands; None when it was written by none of them, or
    changed."""
    plain = asdict(manifest)
    right = [hmac.compare_digest(_seal(key, plain), seal) for key in audit_keys]
    return right.index(True) if True in right else None


def marks_of(keys: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """A short mark of each key: the same key gives the same mark, and no mark gives away its key."""
    return {name: " ".join(map(_mark, held)) for name, held in keys.items()}


def other_keys(manifest: Manifest, keys: Mapping[str, Sequence[str]]) -> list[str]:
    """The keys that the backup was made with and that are not among these, newer or older."""
    here = {name: set(marks.split()) for name, marks in marks_of(keys).items()}
    return sorted(name for name, marks in manifest.keys.items() if set(marks.split()) - here.get(name, set()))


def _mark(key: str) -> str:
    return hmac.new(key.encode(), b"which key", hashlib.sha256).hexdigest()[:16]


def _seal(audit_key: str, plain: Mapping[str, Any]) -> str:
    told = json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(audit_key.encode(), b"backup|" + told, hashlib.sha256).hexdigest()
