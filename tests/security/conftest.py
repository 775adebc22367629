"""Every test here begins with an empty mailbox."""

import pytest

from app.core.unit_of_work import AppContext


@pytest.fixture(autouse=True)
def empty_mailbox(context: AppContext) -> None:
    for left in context.notification_service.settings.mail_dir.glob("*.eml"):
        left.unlink()
