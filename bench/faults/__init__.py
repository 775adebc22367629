"""Faults injected for real: each is answered by a page that says what to do, and nothing accepted is lost."""

from bench.faults.proof import prove

__all__ = ["prove"]
