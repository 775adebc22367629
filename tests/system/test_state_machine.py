"""People come, go and change; forms are sent, shared and taken back; and after every step the portal lets each person
read and change exactly what a model in plain lines says (model.py, consequences.py).

`PROOF=full` plays 200 stories of 30 steps, each time others; otherwise 12 of 15, the same ones each time. `STORIES`
plays another number, `SHRINK=1` looks for the shortest story that fails, and `pytest -rP` reports how often each kind
of question was asked.
"""

import os
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.system.machine import story_of
from tests.system.stage import Portal

pytestmark = [pytest.mark.proof, pytest.mark.slow]

FULL = os.environ.get("PROOF") == "full"
STORIES = int(os.environ.get("STORIES") or (200 if FULL else 12))

# Looking for a shorter story may take five minutes. That is as long as faulthandler waits before it reads the stacks of
# running threads, of which a worker of pytest-xdist can die: so it is done only when someone asks for it.
SHRINK = os.environ.get("SHRINK") == "1"


def test_everyone_reads_and_changes_what_the_model_says_whatever_happens(app: Flask, prepared: Any) -> None:
    story = story_of(lambda: Portal(app, prepared[1]))
    run_state_machine_as_test(
        story,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=30 if FULL else 15,
            deadline=None,
            database=None,
            derandomize=not FULL,
            report_multiple_bugs=False,
            phases=[Phase.generate, *([Phase.shrink] if SHRINK else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )
    checked = story.checked  # type: ignore[attr-defined]
    print(f"{checked.total()} questions: {dict(checked)}")
    assert min(checked[each] for each in ("may", "may not", "done", "refused")) > 10, checked
