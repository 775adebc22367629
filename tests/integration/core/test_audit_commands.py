"""The audit at the command line."""

import dataclasses

import pytest
from flask import Flask

from app.children.events import ChildViewed
from app.core.audit.heads import FILE
from tests.integration.core.test_audit import rows, without_triggers


@pytest.fixture(autouse=True)
def no_heads_of_other_tests(context):
    """The data folder outlives a test's database."""
    (context.settings.data_dir / FILE).unlink(missing_ok=True)
    yield
    (context.settings.data_dir / FILE).unlink(missing_ok=True)


def run(app: Flask, *command: str) -> tuple[int, str]:
    """`flask portal …`: its exit code and what it says."""
    done = app.test_cli_runner().invoke(args=["portal", *command])
    return done.exit_code, done.output


def something_happens(cast) -> None:
    """One row."""
    with cast.olu.works() as work:
        work.record(ChildViewed(child_id=1))


def test_a_whole_audit_is_reported_as_whole(app, cast, context):
    something_happens(cast)
    head = rows(context)[-1]["seal"]

    assert run(app, "audit-head") == (0, f"{head}\n")
    something_happens(cast)
    code, output = run(app, "verify-audit", "--head", head)

    assert code == 0
    assert "Rows: 2" in output
    assert "The audit is whole." in output


def test_a_cut_tail_is_noticed_by_the_head_stored_in_the_data_folder(app, cast, context):
    something_happens(cast)
    something_happens(cast)
    run(app, "audit-head")
    without_triggers(context, f"DELETE FROM audit WHERE id = {rows(context)[-1]['id']}")  # noqa: S608

    code, output = run(app, "verify-audit")

    assert code == 1
    assert "CUT" in output


def test_a_cut_tail_is_noticed_by_a_head_that_was_written_down(app, cast, context):
    something_happens(cast)
    something_happens(cast)
    head = rows(context)[-1]["seal"]
    without_triggers(context, f"DELETE FROM audit WHERE id = {rows(context)[-1]['id']}")  # noqa: S608

    assert run(app, "verify-audit")[0] == 0
    assert run(app, "verify-audit", "--head", head)[0] == 1


def test_a_changed_row_is_named(app, cast, context):
    something_happens(cast)
    number = rows(context)[0]["id"]
    without_triggers(context, "UPDATE audit SET actor_name = 'Nobody'")

    code, output = run(app, "verify-audit")

    assert code == 1
    assert f"row {number}" in output


def test_after_a_change_of_the_key_it_tells_how_many_rows_are_of_the_older_ones_time(
    app, cast, context, monkeypatch
):
    something_happens(cast)
    older = context.settings.audit_keys
    use_audit_keys(monkeypatch, app, "a newer key", *older)
    something_happens(cast)

    code, output = run(app, "verify-audit")

    assert code == 0
    assert "Rows: 2" in output and "Rows sealed by keys in AUDIT_KEY_FALLBACKS: 1" in output


def test_a_host_that_still_seals_with_the_older_key_is_reported(app, cast, context, monkeypatch):
    older = context.settings.audit_keys
    use_audit_keys(monkeypatch, app, "a newer key", *older)
    something_happens(cast)
    use_audit_keys(monkeypatch, app, *older)
    something_happens(cast)
    use_audit_keys(monkeypatch, app, "a newer key", *older)

    code, output = run(app, "verify-audit")

    assert code == 1
    assert f"row {rows(context)[-1]['id']} was sealed with an older AUDIT_KEY" in output


def use_audit_keys(monkeypatch: pytest.MonkeyPatch, app: Flask, *keys: str) -> None:
    """As if the portal had been started with these keys, the newest first."""
    context = app.extensions["app_context"]
    settings = dataclasses.replace(context.settings, audit_keys=keys)
    monkeypatch.setitem(app.extensions, "app_context", dataclasses.replace(context, settings=settings))
    monkeypatch.setattr(context.notification_service, "settings", settings)
