"""B6: a child with one name or without a UK postcode, as added, read and asked for in the request form."""

from copy import deepcopy

import pytest
from sqlalchemy import select

from app.forms.form_templates import import_seeds, published
from app.models import Child, FormVersion
from app.seed.files import form_seed
from tests.cast import everything
from tests.pages import Page
from tests.web.test_children import add, see

NO_POSTCODE = {"postcode": "", "address": ""}


def only_child(context):
    with everything(context) as work:
        return work.session.scalars(select(Child)).one()


def test_b6_a_child_with_one_name_is_added_and_shown_by_it(app, cast, context):
    assert add(app, cast.sana, surname="", has_no_surname="y").status_code == 302

    child = only_child(context)
    assert (child.name, child.surname, child.has_no_surname) == ("Amina", "", True)
    assert child.search_name == "amina mina"
    assert "Amina" in see(cast.olu, child).main


def test_b6_an_empty_last_name_needs_the_tick_and_the_tick_an_empty_last_name(app, cast):
    assert Page(add(app, cast.sana, surname="")).errors == {
        "surname": "Enter the last name, or select “Has no last name”"
    }
    both = Page(add(app, cast.sana, has_no_surname="y"))
    assert both.errors == {"surname": "Delete the last name, or clear “Has no last name”"}
    assert 'value="Shah"' in both.html


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("no_fixed_address", "No fixed address"),
        ("confidential", "In a refuge, or the address must be kept confidential"),
        ("not_known", "I do not know the postcode"),
    ],
)
def test_b6_a_reason_replaces_postcode_and_address(app, cast, context, reason, words):
    assert add(app, cast.sana, postcode_missing_reason=reason, **NO_POSTCODE).status_code == 302

    child = only_child(context)
    assert (child.postcode, child.address, child.postcode_missing_reason) == ("", "", reason)
    assert words in see(cast.olu, child).main


def test_b6_an_address_abroad_is_still_asked_for(app, cast, context):
    page = Page(add(app, cast.sana, postcode_missing_reason="abroad", **NO_POSTCODE))
    assert page.errors == {"address": "Enter the address"}
    assert add(app, cast.sana, postcode="", postcode_missing_reason="abroad").status_code == 302
    assert only_child(context).postcode_missing_reason == "abroad"


def test_b6_an_invented_reason_is_none_and_a_postcode_makes_a_reason_needless(app, cast, context):
    page = Page(add(app, cast.sana, postcode_missing_reason="<script>", **NO_POSTCODE))
    assert page.errors == {
        "address": "Enter the address",
        "postcode": "Enter the postcode, or choose why there is none",
    }
    assert add(app, cast.sana, postcode_missing_reason="abroad").status_code == 302
    assert only_child(context).postcode_missing_reason is None


def test_b6_the_request_form_shows_the_reason_and_asks_for_two_phone_numbers_and_a_note(app, cast, context):
    answer = add(app, cast.sana, postcode_missing_reason="no_fixed_address", surname="", has_no_surname="y",
                 **NO_POSTCODE)  # fmt: skip
    browser = cast.sana.browser()

    child = Page(browser.get(f"{answer.location}/section/child")).main
    assert "No fixed address" in child
    assert "No last name" in child
    family = Page(browser.get(f"{answer.location}/section/family")).html
    assert 'name="contacts-0-contact_phone_2"' in family
    assert 'name="contacts-0-contact_note"' in family


def test_b6_a_draft_begun_on_the_version_before_stays_on_it(app, cast, context):
    """Import the request form as it was, begin a draft, then import the form as it is."""
    seed = form_seed("request")
    older = deepcopy(seed["definition"])
    contacts = next(
        question
        for section in older["sections"]
        for question in section["questions"]
        if question["id"] == "contacts"
    )
    contacts["columns"] = [column for column in contacts["columns"] if column["id"] != "contact_phone_2"]
    with everything(context) as work:
        import_seeds(work.session, [{"definition": older}], context.clock.now())
        before = published(work.session, "request").id
    answer = add(app, cast.sana)
    with everything(context) as work:
        import_seeds(work.session, [seed], context.clock.now())
        now = published(work.session, "request")
        assert now.id != before
        assert work.session.get(FormVersion, before).retired_at is not None
    family = cast.sana.browser().get(f"{answer.location}/section/family").text
    assert 'name="contacts-0-contact_phone"' in family
    assert "contact_phone_2" not in family
