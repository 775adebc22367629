"""The backup drill: take one while people write, restore it into an empty place, and compare."""

from bench.drill.proof import prove

__all__ = ["prove"]
