"""Where a request came from, as far as the audit may know."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """A keyed hash of the network address, and the browser's name for itself, shortened."""

    address_hash: str = ""
    device: str = ""


NOWHERE = Origin()
