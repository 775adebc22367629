"""The manifest of a backup: its content, its time, and a seal that shows changes.

It contains no key but a digest of each, so that a restore with another key is rejected before anything is
written.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

FORM = 1


class BadManifest(ValueError):
    """The manifest is not one of a portal, or of another version."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The fields of the manifest."""

    taken_at: str
    version: str
    kind: str
    """"sqlite" or "postgresql"."""
    migration: str
    counts: dict[str, int]
    """Rows by table."""
    parts: dict[str, str]
    """SHA-256 by entry."""
    missing: tuple[int, ...] = ()
    """Ids of documents whose file did not exist when the backup was taken."""
    audit_rows: int
    audit_head: str
    """The last seal of the audit log."""
    keys: dict[str, str]
    """A digest of each key needed to read or check the data, including older keys in use."""
    form: int = field(default=FORM)

    def written(self, audit_key: str) -> bytes:
        """Return the manifest as sealed JSON."""
        plain = asdict(self)
        return json.dumps(plain | {"seal": _seal(audit_key, plain)}, indent=1, sort_keys=True).encode()


def read_manifest(text: bytes) -> tuple[Manifest, str]:
    """Return the manifest and its seal. Raises BadManifest."""
    try:
        fields: dict[str, Any] = json.loads(text)
        seal = str(fields.pop("seal"))
        if fields.get("form") != FORM:
            raise BadManifest("This backup was made by another version of the portal, in another form.")
        return Manifest(**(fields | {"missing": tuple(fields["missing"])})), seal
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        if isinstance(wrong, BadManifest):
            raise
        raise BadManifest("The list of what is in this backup can't be read.") from wrong


def sealed_with(manifest: Manifest, seal: str, audit_keys: Sequence[str]) -> int | None:
    """Return the index of the key, newest first, that sealed the manifest.

    It is None when no key did, or the manifest was changed.
    """
    plain = asdict(manifest)
    right = [hmac.compare_digest(_seal(key, plain), seal) for key in audit_keys]
    return right.index(True) if True in right else None


def marks_of(keys: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return a short digest of each key, from which the key cannot be derived."""
    return {name: " ".join(map(_mark, held)) for name, held in keys.items()}


def other_keys(manifest: Manifest, keys: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the names of the keys of the backup that are not among these, newer or older."""
    here = {name: set(marks.split()) for name, marks in marks_of(keys).items()}
    return sorted(name for name, marks in manifest.keys.items() if set(marks.split()) - here.get(name, set()))


def _mark(key: str) -> str:
    return hmac.new(key.encode(), b"which key", hashlib.sha256).hexdigest()[:16]


def _seal(audit_key: str, plain: Mapping[str, Any]) -> str:
    fields = json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(audit_key.encode(), b"backup|" + fields, hashlib.sha256).hexdigest()
