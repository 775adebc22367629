"""Every test here begins with an empty mailbox."""

import pytest

from app.core.unit_of_work import Office


@pytest.fixture(autouse=True)
def empty_mailbox(office: Office) -> None:
    for left in office.post_room.settings.mail_dir.glob("*.eml"):
        left.unlink()
