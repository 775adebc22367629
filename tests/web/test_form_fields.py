"""Every section of every form, drawn by the real templates, read back as a browser would send it."""

from datetime import date
from html.parser import HTMLParser

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from flask_wtf import CSRFProtect
from werkzeug.datastructures import MultiDict

from app.core.wording import Wording
from app.forms.definitions import (
    Problem,
    check_draft,
    check_section_complete,
    parse,
    put_section,
    read_section,
    with_facts,
)
from app.forms.definitions.conditions import blank
from app.seed.files import form_seeds
from app.seed.filled import EXAMPLE_FACTS, filled_answers
from app.views.forms.form_fields import section_form, section_form_class
from app.views.web.assets import init_assets
from app.views.web.pages import init_pages

FORMS = {seed["key"]: parse(seed["definition"]) for seed in form_seeds()}
TODAY = date(2026, 3, 4)
PAGE = """{% from "questions/any.html" import ask %}<form><input type="hidden" name="questions-shown" value="{{ form.shown }}">
{% for q in form.asked %}{{ ask(q, form.values[q.id], form.faults) }}{% endfor %}</form>"""
each_section = pytest.mark.parametrize(
    ("form", "section"),
    [(form, section) for form in FORMS.values() for section in form.sections],
    ids=[f"{form.key}-{section.id}" for form in FORMS.values() for section in form.sections],
)


@pytest.fixture(scope="module")
def app() -> Flask:
    """Templates, languages and CSRF, and nothing else of the portal: drawing a section needs no case and no log-in."""
    app = Flask("drawing room")
    app.secret_key = "for drawing only"
    CSRFProtect(app)
    Babel(app)
    init_assets(app)
    init_pages(app)
    return app


class Page(HTMLParser):
    """The fields on a page with what they would send, and the ids on it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: MultiDict[str, str] = MultiDict()
        self.ids: list[str] = []
        self.labels: list[str] = []
        self._select = self._area = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name = given.get("name", "")
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "label":
            self.labels.append(given.get("for", ""))
        if tag == "select":
            self._select = name
        if tag == "textarea":
            self._area = name
            self.sent.add(name, "")
        if tag == "option" and "selected" in given:
            self.sent.add(self._select, given["value"])
        if tag == "input" and given.get("type") not in ("submit", "file", "search"):
            if given.get("type") in ("radio", "checkbox") and "checked" not in given:
                return
            self.sent.add(name, given.get("value", ""))

    def handle_data(self, data):
        if self._area:
            self.sent[self._area] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = ""


def drawn(app: Flask, section, answers, problems=()):
    with app.test_request_context("/"):
        form = section_form(section, answers, problems)
        for question in form.asked:
            if question.kind == "files":
                form.values[question.id] = []
        return form, Page(render_template_string(PAGE, form=form))


@each_section
def test_a_section_as_drawn_sends_back_what_it_was_filled_with(app, form, section):
    wanted = filled_answers(form, EXAMPLE_FACTS | {"child.year_group": "10"})
    signed = date.fromisoformat(wanted["declaration"]["declaration"]["date"])

    _, page = drawn(app, section, wanted)
    got = put_section({}, section, read_section(section, page.sent, signed))[section.id]

    for question in section.visible_questions(wanted):
        if question.is_entered:
            sent, arrived = wanted[section.id].get(question.id), got.get(question.id)
            assert arrived == sent or (blank(arrived) and blank(sent)), question.id


@each_section
def test_every_problem_of_an_empty_section_links_to_a_field_on_its_page(app, form, section):
    answers = with_facts(form, {}, EXAMPLE_FACTS | {"child.year_group": "10"})
    problems = check_section_complete(section, {}, answers, TODAY)

    _, page = drawn(app, section, answers, problems)

    assert {problem.anchor for problem in problems} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.labels) <= set(page.ids)


def test_problems_in_rows_and_dates_link_to_their_boxes(app):
    form = FORMS["advice_psychology"]
    section = form.section("basis")
    answers = filled_answers(form)
    answers["basis"]["contacts"][1]["on"] = {"day": "31", "month": "2", "year": "2025"}
    problems = check_draft(section, answers["basis"], answers, TODAY)

    made, page = drawn(app, section, answers, problems)

    assert [problem.anchor for problem in problems] == ["contacts-1-on-day"]
    assert "contacts-1-on-day" in page.ids
    assert page.sent["contacts-1-on-day"] == "31"
    assert "contacts-1-on-day-error" in page.ids or "contacts-1-on-error" in page.ids
    assert made["contacts"].errors == ["Contact 2: The date must be a real date"]


def test_what_was_typed_wrongly_is_shown_again(app):
    form = FORMS["request"]
    section = form.section("child")
    typed = read_section(section, MultiDict({"attendance": "most days", "admission_date-day": "40"}), TODAY)

    _, page = drawn(app, section, {"child": typed})

    assert page.sent["attendance"] == "most days"
    assert page.sent["admission_date-day"] == "40"


def test_known_facts_are_shown_as_people_read_them_and_never_posted(app):
    form = FORMS["advice_health"]
    section = form.section("service")
    made, page = drawn(app, section, with_facts(form, {}, EXAMPLE_FACTS))

    assert made.values["birth_date"] == "8 November 2016"
    assert made.values["year_group"] == "Year 4"
    assert made.values["nhs_number"] == "999 000 0018"
    assert not {"birth_date", "year_group", "nhs_number"} & set(page.sent)


def test_the_class_of_a_published_section_is_made_once_and_may_hold_any_question_id(app):
    definition = {
        "key": "odd", "title": "Odd", "audience": ["school"],
        "sections": [{"id": "page", "title": "Page", "questions": [
            {"id": word, "kind": "text", "label": word} for word in ("data", "errors", "validate", "meta", "csrf_token", "process")
        ]}],
    }  # fmt: skip
    section = parse(definition).section("page")
    fault = Problem("page", "data", None, None, Wording("Enter data"))

    made, page = drawn(app, section, {"page": {"data": "x"}}, [fault])

    assert section_form_class(section) is section_form_class(parse(definition).section("page"))
    assert made["data"].data == "x" and made["data"].errors == ["Enter data"]
    assert page.sent["data"] == "x"
    assert page.sent.getlist("questions-shown") == ["data errors validate meta csrf_token process"]
