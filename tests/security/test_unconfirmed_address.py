"""A3: a person whom no organisation confirms any more, at a domain that the portal does not recognise."""

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from app.accounts import accounts, acting_for, change_email, membership
from app.core.clock import FixedClock
from app.core.unit_of_work import AppContext
from app.models import EmailChange, WorkDomain
from tests.browser import post_with_token
from tests.cast import Cast, everything
from tests.mailbox import Mailbox
from tests.security.test_after_leaving import address_of, asks
from tests.security.test_memberships import asks_to_join, place_of


def without_confirmation(context: AppContext, cast: Cast, how: str) -> None:
    """Rhys logs in with an address that the portal does not recognise, and no organisation confirms him any more."""
    with everything(context) as work:
        work.session.execute(delete(WorkDomain))
    if how == "end":
        with cast.olu.works() as work:
            membership.end(work, cast.rhys.membership_id)
    elif how == "close":
        with cast.ines.works() as work:
            accounts.deactivate(work, cast.rhys.id)
        with cast.ines.works() as work:
            accounts.reactivate(work, cast.rhys.id)
    else:
        asks_to_join(cast.rhys, place_of(cast.sana))
        with cast.rhys.works() as work:
            acting_for.leave(work, cast.rhys.membership_id)


@pytest.mark.parametrize("how", ["end", "close", "leave"])
def test_A3_whom_no_organisation_confirms_any_more_changes_to_no_other_mailbox(
    app: Flask, context: AppContext, cast: Cast, how: str
) -> None:
    own = f"other-{cast.rhys.email}"
    without_confirmation(context, cast, how)
    browser = cast.rhys.browser()
    page = browser.get("/account/email/").text
    assert "No organisation confirms at the moment that you work there" in page
    assert "log out and register with it" in page and 'name="email"' not in page
    answer = post_with_token(browser, app, "/account/email/", {"email": own})
    assert answer.status_code == 422 and "No organisation confirms at the moment" in answer.text
    with everything(context) as work:
        assert work.session.scalar(select(func.count()).select_from(EmailChange)) == 0


@pytest.mark.parametrize("confirmed", [False, True])
def test_A3_a_change_to_another_mailbox_ends_with_the_last_membership(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox, clock: FixedClock, confirmed: bool
) -> None:
    own = f"other-{cast.rhys.email}"
    with everything(context) as work:
        work.session.execute(delete(WorkDomain))
    assert asks(app, cast.rhys, own) == 302
    if confirmed:
        assert post_with_token(cast.anonymous(), app, mailbox.link(own), {}).status_code == 302
    with cast.olu.works() as work:
        membership.end(work, cast.rhys.membership_id)
    clock.forward(hours=25)
    change_email.apply_due(context)
    assert address_of(context, cast.rhys) == cast.rhys.email


def test_A3_who_is_confirmed_again_may_change_to_another_mailbox(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    without_confirmation(context, cast, "end")
    with cast.olu.works() as work:
        membership.confirm(work, cast.rhys.membership_id)
    assert asks(app, cast.rhys, f"other-{cast.rhys.email}") == 302
