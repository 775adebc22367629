"""Fixtures that several of these tests ask for."""

from tests.integration.operations.backups import either, elsewhere, no_heads_of_other_tests, report, target

__all__ = ["either", "elsewhere", "no_heads_of_other_tests", "report", "target"]
