"""The data of a portal is verified as a whole, after a restore with whichever tool."""

import pytest

from app.documents.documents import store_of
from app.operations.backup import take_backup
from app.operations.restore import restore_backup
from tests.integration.core.test_audit import rows, without_triggers
from tests.integration.operations.backups import run

pytestmark = pytest.mark.usefixtures("no_heads_of_other_tests")


def test_a_restored_copy_is_verified_with_one_command(context, elsewhere, report, either):
    take_backup(context, either)
    restore_backup(elsewhere, either)

    code, output, wrong = run(elsewhere, "verify-data")

    assert (code, wrong) == (0, "")
    assert "documents: 1," in output and "Every document has its file, and the audit is whole." in output


def test_a_missing_file_is_reported(context, report):
    store_of(context).path(report.storage_key).unlink()

    code, _, wrong = run(context, "verify-data")

    assert (code, wrong) == (1, f"WRONG: documents whose file is missing: {report.id}\n")


def test_a_changed_file_is_reported(context, report):
    store_of(context).path(report.storage_key).write_bytes(b"Another text.")

    code, _, wrong = run(context, "verify-data")

    assert (code, wrong) == (1, f"WRONG: documents whose file was changed: {report.id}\n")


def test_a_changed_row_of_the_audit_is_reported(context, report):
    without_triggers(context, f"UPDATE audit SET actor_name = 'X' WHERE id = {rows(context)[-1]['id']}")  # noqa: S608

    code, _, wrong = run(context, "verify-data")

    assert (code, wrong) == (1, "WRONG: the audit is not whole: run verify-audit.\n")
