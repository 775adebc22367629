"""Sharing a form, page by page: consent, warnings, what is left out, and who can read it afterwards."""

import re

import pytest

from app.forms.rules.workflow import FormState
from tests.browser import post_with_token
from tests.filled_forms import fill_in, send
from tests.pages import Page


def get(actor, path, **args):
    return Page(actor.browser().get(path, query_string=args))


@pytest.fixture
def child(cast, make):
    return make.child(linked=(cast.sana,), forenames="Amina", surname="Shah")


@pytest.fixture
def press(app, cast):
    """Post a form as a person, by default the SEN officer."""

    def post(path, data=None, who=None, **how):
        return post_with_token((who or cast.olu).browser(), app, path, data or {}, **how)

    return post


@pytest.fixture
def advice(cast, make, child, context):
    """Ann's advice, sent; Pat is the mother and Quinn the father."""
    make.link(child, cast.ann)
    make.link(child, cast.pat, relationship_to_child="Mother")
    make.link(child, cast.quinn, relationship_to_child="Father")
    made = make.advice(child, cast.ann)
    fill_in(cast.ann, made.id)
    send(cast.ann, made.id)
    return made


def test_a2_a_form_is_shared_with_each_person_by_name(cast, press, advice):
    path = f"/forms/{advice.id}/sharing"
    page = get(cast.olu, path)
    assert page.heading == "Who can read this form"
    assert "Pat Hussain" in page.main and "Quinn Barker" in page.main
    value = re.search(r'value="(\d+)"[^>]*>\s*<label[^>]*>Pat Hussain', page.html)[1]

    answer = press(path, {"number": "1", "share": [value]})

    assert answer.location == f"/children/{advice.child_id}/forms"
    assert "Pat Hussain" in get(cast.olu, answer.location).main
    assert cast.pat.browser().get(f"/forms/{advice.id}/read").status_code == 200
    assert cast.quinn.browser().get(f"/forms/{advice.id}/read").status_code == 404


def test_b14_before_sharing_the_officer_sees_consent_and_what_is_left_out(cast, press, advice, make, child):
    mothers = make.consent(child, cast.pat)
    named = {"not_share": [{"name": "Quinn Barker", "why": "He must not know."}]}
    fill_in(cast.pat, mothers.id, sharing=named)
    send(cast.pat, mothers.id)
    path = f"/forms/{advice.id}/sharing"
    page = get(cast.olu, path)
    assert "Pat Hussain: Given on" in page.main
    assert "A form may say that Quinn Barker must not know about this child." in page.main
    value = re.search(r'value="(\d+)"[^>]*>\s*<label[^>]*>Quinn Barker', page.html)[1]

    refused = Page(press(path, {"number": "1", "share": [value]}))

    assert refused.status == 422
    assert list(refused.errors) == [f"despite-{value}"]
    assert cast.quinn.browser().get(f"/forms/{advice.id}/read").status_code == 404
    for reader in ("professionals", "family"):
        assert get(cast.olu, f"{path}/{reader}").status == 200


def test_b14_the_preview_shows_what_is_quoted_only_where_the_request_is_shared(cast, make, child):
    asked = make.request(child, cast.sana)
    fill_in(cast.sana, asked.id)
    send(cast.sana, asked.id)
    education = make.advice(child, cast.sana, template="advice_education")
    fill_in(cast.sana, education.id)
    send(cast.sana, education.id)
    quoted = "Why the assessment was asked for"
    path = f"/forms/{education.id}/sharing"
    assert get(cast.olu, path).main.count(quoted) == 1
    make.share(asked)
    assert quoted not in get(cast.olu, path).main


def test_a5_a_page_that_shows_an_older_version_shares_nothing(cast, press, advice):
    answer = press(f"/forms/{advice.id}/sharing", {"number": "7", "share": ["professionals"]})
    assert answer.status_code == 409
    assert cast.sana.browser().get(f"/forms/{advice.id}/read").status_code == 404


def test_a5_what_was_not_sent_has_no_page_to_share_it(cast, child, make):
    draft = make.advice(child, cast.sana, FormState.draft)
    assert cast.olu.browser().get(f"/forms/{draft.id}/sharing").status_code == 409
