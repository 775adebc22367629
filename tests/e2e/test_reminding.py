"""An officer reminds the authors of late advice from the list, and an author reads the message."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.test_on_a_phone import assert_nothing_scrolls_sideways, on_a_phone

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_the_authors_of_late_advice_are_reminded(cast, visit, make, clock, script):
    day = clock.today()
    child = make.child(linked=(cast.ann,))
    form = make.advice(child, cast.ann, asked_on=day - timedelta(days=50), due_on=day - timedelta(days=8))
    page = visit(cast.olu, "/advice/list/?show=overdue", java_script_enabled=script)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Send a reminder").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Send 1 reminder?")
    if pictures := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(pictures) / "remind.png"), full_page=True)
    page.get_by_role("button", name="Send 1 reminder").click()
    expect(page.get_by_role("main")).to_contain_text("1 reminder is sent.")
    inbox = visit(cast.ann, "/messages/")
    expect(inbox.get_by_role("main")).to_contain_text("Advice is late")
    narrow = on_a_phone(visit(cast.olu, f"/advice/remind?form={form.id}"), 375)
    assert_nothing_scrolls_sideways(narrow)
