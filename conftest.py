"""Find Chromium for the browser tests, and report in one line which tests were skipped and why."""

import os
import shutil
from collections import Counter
from collections.abc import Generator

import pytest

MISSING = "Chromium is not installed; on Debian run 'apt-get install chromium', or set CHROMIUM to its path"


def find_chromium() -> str | None:
    """Return the browser to test with: CHROMIUM, or the system's."""
    wanted = (
        [os.environ["CHROMIUM"]]
        if os.environ.get("CHROMIUM")
        else ["chromium", "chromium-browser", "google-chrome"]
    )
    return next((found for name in wanted if (found := shutil.which(name))), None)


def browser_required() -> bool:
    """Where every test must run (REQUIRE_BROWSER), a skipped browser test is a failed one."""
    return os.environ.get("REQUIRE_BROWSER", "") not in ("", "0")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium, browser tests are skipped and say why."""
    if find_chromium():
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped browser test into a failure where none may be skipped."""
    report = yield
    if report.skipped and item.get_closest_marker("browser") and browser_required():
        report.outcome = "failed"
        report.longrepr = f"A browser test was skipped, and REQUIRE_BROWSER is set: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line with the number of skipped tests and each reason."""
    reports = terminalreporter.stats.get("skipped", [])
    reasons = Counter(_skip_reason(report) for report in reports)
    if reasons:
        each = "; ".join(f"{count} because {reason}" for reason, count in reasons.most_common())
        terminalreporter.write_line(f"Skipped {len(reports)} tests: {each}")


def _skip_reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ").strip()
