"""What the keys have to do with a backup: none is in it, and without those of its day it is not put back."""

import pytest

from app.documents.documents import store_of
from app.operations.archive import open_archive
from app.operations.backup import take_backup
from app.operations.restore import CannotRestore, restore_backup
from tests.integration.core.test_audit import rows
from tests.integration.operations.backups import another

pytestmark = pytest.mark.usefixtures("no_heads_of_other_tests")


def test_no_key_is_in_a_backup(context, report, either):
    take_backup(context, either)

    with open_archive(either) as archive:
        for name in archive.names():
            with archive.open(name) as part:
                held = part.read()
            for key in (
                *context.settings.secret_keys,
                *context.settings.otp_keys,
                *context.settings.audit_keys,
            ):
                assert key.encode() not in held
            assert context.settings.file_keys[0].encode() not in held


@pytest.mark.parametrize(
    ("key", "changes"),
    [("AUDIT_KEY", {"audit_keys": ("another",)}), ("FILE_KEY", {"file_keys": ("another",)})],
)
def test_another_key_is_named_before_anything_is_written(context, elsewhere, report, target, key, changes):
    take_backup(context, target)

    other = another(elsewhere, **changes)
    with pytest.raises(CannotRestore, match=f"another {key}"):
        restore_backup(other, target)

    other.database.engine.dispose()
    assert store_of(elsewhere).is_empty()


def test_a_backup_from_before_the_audits_key_was_changed_comes_back_with_the_older_key_configured(
    context, elsewhere, report, target
):
    take_backup(context, target)
    (then,) = context.settings.audit_keys

    now = another(elsewhere, audit_keys=("a newer key", then))
    with pytest.raises(CannotRestore, match="has been replaced since"):
        restore_backup(now, target)
    assert store_of(elsewhere).is_empty(), "whoever has the older key could have made it"
    done = restore_backup(now, target, older_key=True)

    last = rows(now)[-1]["event"]
    now.database.engine.dispose()
    assert (done.wrong, last) == ([], "PortalRestored")
