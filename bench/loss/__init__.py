"""Nothing lost: form submissions while servers, worker and mail server are killed again and again."""

from bench.loss.proof import prove

__all__ = ["prove"]
