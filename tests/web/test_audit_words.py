"""The audit's lines read as sentences."""

import re
from datetime import datetime

import pytest

from app.operations.queries.audit import AuditLine
from app.views.operations.audit_words import SENTENCES, details, sentence


def line(event, actor_name="Olu Adeyemi", person="", **facts):
    return AuditLine(
        id=1,
        at=datetime(2026, 11, 23),
        event=event,
        actor_name=actor_name,
        facts=facts,
        address_hash="",
        device="",
        child_id=None,
        child_name="",
        person=person,
        form="",
        organisation="",
    )


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"endpoint": "ChildView.show", "number": 9999}, "A child’s page, number 9999"),
        ({"endpoint": "FormView.read", "number": 7}, "A form, number 7"),
        ({"endpoint": "Unknown.page"}, "A page"),
    ],
)
def test_b15_a_refused_page_is_named_in_words(app, facts, words):
    with app.test_request_context():
        assert details(line("AccessDenied", **facts)) == words


def test_b15_a_parent_who_accepts_an_invitation_is_not_someone_who_was_not_logged_in(app):
    with app.test_request_context():
        text = sentence(line("ChildLinked", actor_name="", person="Pat Hussain"))
        assert text == "Pat Hussain accepted an invitation and is now linked to the child"
        approved = sentence(line("RegistrationApproved", actor_name=""))
        assert approved == "A registration was approved, because the work email domain is recognised"


def test_b15_no_line_of_the_audit_names_a_class_or_an_endpoint(app):
    with app.test_request_context():
        for event in SENTENCES:
            text = sentence(line(event, person="Pat Hussain"))
            assert not re.search(r"[a-z][A-Z]|\.[a-z]|_", text), text
