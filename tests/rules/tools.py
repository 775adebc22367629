"""Where the audit's tools are; without them its tests are passed over, unless `make audit` runs them."""

import os

import pytest

from scripts import audit

RULES = audit.RULES

if not (audit.TOOLS / "semgrep").exists() and not os.environ.get("REQUIRE_AUDIT"):
    pytest.skip("`make audit` installs what these need, and runs them", allow_module_level=True)

__all__ = ["RULES", "audit"]
