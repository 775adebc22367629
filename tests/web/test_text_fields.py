"""B3: every box for text cleans what is typed or pasted into it, on every page and in every form definition."""

import ast
import importlib
import json
import pkgutil
from datetime import date
from pathlib import Path

import pytest
import wtforms
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms.fields.core import UnboundField

import app.views
from app.forms.definitions import parse, read_section
from app.forms.definitions.kinds import KINDS
from app.forms.definitions.reading import field_names
from app.models import Child, Registration, SectionDraft
from app.seed.files import form_seeds
from app.views.forms.form_fields import FIELDS
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page
from tests.web.form_browser import REQUEST, errors_on, typed
from tests.web.test_children import GOOD, add

HIDDEN = ("\u200b", "\u00a0", "\u202e", "\u00ad", "\ufeff", "\x00", "\u2028")
DIRTY = "\u200bAn\u00adn\u00a0\u202eO’Brien\u2028\x00"
CLEAN = "Ann O'Brien"
TEXT = (wtforms.StringField, wtforms.TextAreaField, wtforms.EmailField, wtforms.TelField)
NOT_TEXT = (wtforms.PasswordField, wtforms.HiddenField)
FORMS = [parse(seed["definition"]) for seed in form_seeds()]

READ_DIRECTLY = {
    "email": "work_email.canonical cleans it",
    "code": "domain.log_in.read_code cleans it",
    "password": "a password is taken as typed",
    "current_password": "a password is taken as typed",
    "csrf_token": "made by the portal",
    "send_key": "made by the portal",
    "number": "digits only",
    "version": "digits only",
    "answer": "one of two choices",
    "then": "one of two choices",
    "colleague": "a choice",
    "reason": "clean_lines cleans it",
    "asked_by": "clean_lines cleans it",
    "basis": "one of two choices",
    "giver": "one of a few choices",
    "risk": "one of two choices",
    "_add": "a button",
    "_remove": "a button",
    "_upload": "a button",
}
"""Boxes and buttons that views read from the request themselves, and why each needs no field."""


def holds_hidden(text):
    return [sign for sign in HIDDEN if sign in text]


def form_classes():
    for module in pkgutil.iter_modules(app.views.__path__):
        importlib.import_module(f"app.views.{module.name}")
    found, waiting = [], [wtforms.Form]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.startswith("app."):
            found.append(one)
    return found


def text_boxes(form_class):
    """Name and field of each box of a form class for text that is no password."""
    for name in dir(form_class):
        field = getattr(form_class, name)
        kind = getattr(field, "field_class", type(None))
        if isinstance(field, UnboundField) and issubclass(kind, TEXT) and not issubclass(kind, NOT_TEXT):
            yield name, field


def read_by(field, posted):
    """What a field makes of a value posted to it."""
    one = type("One", (wtforms.Form,), {"box": UnboundField(field.field_class, *field.args, **field.kwargs)})
    return one(MultiDict({"box": posted})).box.data or ""


def test_b3_every_field_of_every_form_cleans_its_text(app):
    boxes = {f"{one.__name__}.{name}": field for one in form_classes() for name, field in text_boxes(one)}
    for view in app.appbuilder.baseviews:
        for kind in ("add_form", "edit_form"):
            if "add" in (getattr(view, "include_route_methods", None) or ()) and hasattr(view, kind):
                boxes |= {f"{type(view).__name__}.{kind}.{name}": field
                          for name, field in text_boxes(getattr(view, kind))}  # fmt: skip
    assert {"NewChildForm.surname", "RegisterForm.email", "WorkDomainList.add_form.note"} <= set(boxes)

    wrong = {name: read_by(field, DIRTY) for name, field in boxes.items()}
    assert not {name: text for name, text in wrong.items() if holds_hidden(text)}
    with app.test_request_context():
        lines = [
            name for name, field in boxes.items() if not issubclass(field.field_class, wtforms.TextAreaField)
        ]
        assert {wrong[name] for name in lines} == {CLEAN}


def test_b3_the_form_engine_uses_fields_that_clean():
    kinds = {kind for kind in FIELDS.values() if issubclass(kind, TEXT)}
    assert kinds
    assert all(kind.__module__ == "app.views.web.fields" for kind in kinds)


def test_b3_no_view_reads_a_box_for_text_past_the_fields():
    """A name read from request.form is a choice, a number or a password, or is cleaned where it is used."""
    names = set()
    for path in Path(app.views.__path__[0]).glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args):
                continue
            if call.func.attr == "get" and ast.unparse(call.func.value) == "request.form":
                name = call.args[0]
                names |= {name.value} if isinstance(name, ast.Constant) else set()
    assert names <= set(READ_DIRECTLY), names - set(READ_DIRECTLY)


@pytest.mark.parametrize("form", FORMS, ids=[form.key for form in FORMS])
def test_b3_every_question_of_every_form_cleans_its_text(form):
    for section in form.sections:
        posted = {}
        for question in section.questions:
            columns = question.columns or (question,)
            prefix = f"{question.id}-0-" if question.columns else ""
            for one in columns:
                posted |= {name: [DIRTY] for name in field_names(one, prefix).values()}
        stored = read_section(section, posted, date(2026, 11, 30))
        assert not holds_hidden(json.dumps(stored, ensure_ascii=False)), section.id


def test_b3_invisible_characters_reach_no_column_of_a_draft(app, cast, context):
    answer = add(app, cast.sana)
    browser = cast.sana.browser()
    for section in REQUEST.sections:
        sent = {name: f"\u200b{value}\u00a0" if value and name not in {"version", "questions-shown"} else value
                for name, value in typed(section.id).items() if isinstance(value, str)}  # fmt: skip
        assert (
            post_with_token(browser, app, f"{answer.location}/section/{section.id}", sent).status_code < 500
        )
    with everything(context) as work:
        drafts = work.session.scalars(select(SectionDraft.answers)).all()
    assert len(drafts) > 5
    assert not holds_hidden(json.dumps(drafts, ensure_ascii=False))


def test_b3_invisible_characters_reach_no_column_of_a_child(app, cast, context):
    dirty = {name: f"\u200b{value}\u00a0" for name, value in GOOD.items() if value}
    assert add(app, cast.sana, **dirty | {"surname": DIRTY}).status_code == 302
    with everything(context) as work:
        child = work.session.scalars(select(Child)).one()
    assert (child.surname, child.forenames, child.search_name) == (
        CLEAN,
        "Amina",
        "ann obrien amina annobrien mina",
    )
    assert (child.upn, child.postcode, child.address) == ("B801200005001", "BD9 4NQ", "4 Beck Lane\nBradford")


def test_b3_invisible_characters_reach_no_column_of_a_registration(app, cast, make, context):
    body = make.organisation(name="Heaton Beck Academy")
    sent = {
        "email": "\u200bAnn Smith <Ann.Smith@newtown.sch.uk>;",
        "first_name": DIRTY,
        "last_name": "Smith\u00a0\u200b",
        "profession": "school",
        "organisation": str(body.id),
        "job_title": "SEN\u200bCO",
        "address": "4\tBeck Lane\x0bBradford",
        "postcode": "bd1\u00a01hx",
        "phone": "\u202a01632 960151\u202c",
    }
    assert post_with_token(app.test_client(), app, "/register/", sent).status_code == 302
    with everything(context) as work:
        row = work.session.scalars(select(Registration)).one()
    assert (row.email, row.first_name, row.last_name) == ("ann.smith@newtown.sch.uk", CLEAN, "Smith")
    assert (row.job_title, row.address, row.postcode, row.phone) == (
        "SENCO", "4 Beck Lane\nBradford", "BD1 1HX", "01632 960151",
    )  # fmt: skip


def test_b3_what_cannot_be_cleaned_is_shown_and_stays_in_its_box(app, cast, context):
    page = Page(add(app, cast.sana, forenames="Ami\ue123na"))
    assert page.errors == {
        "forenames": "Delete or retype character 4, (U+E123). We cannot use it",
    }
    assert 'value="Ami\ue123na"' in page.html
    with everything(context) as work:
        assert work.session.scalars(select(Child)).all() == []


def test_b3_a_draft_keeps_a_character_that_cannot_be_cleaned_and_says_so(app, cast):
    browser = cast.sana.browser()
    where = f"{add(app, cast.sana).location}/section/child"
    page = post_with_token(browser, app, where, typed("child") | {"known_as": "Mi\ufffdna"})
    assert errors_on(page) == [
        (
            "#known_as",
            "Delete or retype character 3, “\ufffd” (replacement character, U+FFFD). We cannot use it",
        )
    ]
    assert "Mi\ufffdna" in page.get_data(as_text=True)


def test_b3_a_search_with_invisible_characters_finds_the_child(app, cast, make):
    make.child(forenames="Amina", surname="Shahzad", search_name="shahzad amina")
    page = post_with_token(cast.olu.browser(), app, "/people/list/", {"find": "\u200bshah\u00adzad\u00a0"})
    assert "Amina Shahzad" in page.get_data(as_text=True)


def test_b3_log_in_takes_a_pasted_address(app, cast):
    address = (
        cast.sana.principal.email if hasattr(cast.sana.principal, "email") else "sana@heatonbeck.sch.example"
    )
    for pasted in (f"mailto:{address}", f"Sana <{address.upper()}>", f"\u200b{address}\u00a0;"):
        page = post_with_token(app.test_client(), app, "/login/", {"email": pasted, "password": "wrong"})
        assert page.status_code == 401


def test_b3_kinds_of_one_line_are_the_ones_the_engine_has():
    assert set(FIELDS) | {"choice"} == set(KINDS)


def test_b4_a_long_text_says_its_limit_before_it_is_reached(app, cast):
    """GOV.UK's character count, whose hint is shown without JavaScript."""
    where = add(app, cast.sana).location
    for section in REQUEST.sections:
        page = cast.sana.browser().get(f"{where}/section/{section.id}").get_data(as_text=True)
        for question in section.questions:
            if question.kind == "long_text" and f'name="{question.id}"' in page:
                assert f'id="{question.id}-info"' in page
                limit = question.max_length or 10_000
                assert f"You can enter up to {limit} characters" in page


def test_b4_pasted_breaks_and_bullets_reach_the_draft(app, cast, context):
    where = f"{add(app, cast.sana).location}/section/reason"
    pasted = "\uf0b7 one\x0b\uf0d8 two\u2028\uf0fc three\x0cfour"
    post_with_token(cast.sana.browser(), app, where, typed("reason") | {"why_now": pasted})
    with everything(context) as work:
        draft = work.session.scalars(select(SectionDraft)).one()
    assert draft.answers["why_now"] == "• one\n• two\n• three\nfour"
