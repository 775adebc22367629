"""The macros that pages are made of: each input has its label, hint and error tied to it, and nothing typed becomes HTML."""

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment, StrictUndefined

from app.forms.definitions.kinds import KINDS
from app.views.web.pages import TEMPLATES
from tests.architecture.drawing import Elements, check

NASTY = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def strict(prepared: Any) -> Environment:
    return prepared[0].jinja_env.overlay(undefined=StrictUndefined)


@pytest.fixture
def drawn(prepared: Any, strict: Environment) -> Any:
    """Draws a line of template as a page would."""
    app: Flask = prepared[0]

    def draw(line: str, **values: Any) -> str:
        with app.test_request_context("/"):
            return strict.from_string(line).render(**values)

    return draw


FORMS = '{% import "components/forms.html" as forms %}'
INPUTS = {
    "text": 'forms.text_input("it", label, value, error, hint, prefix="£", suffix="a year", width="10")',
    "password": 'forms.password_input("it", label, error, hint)',
    "code": 'forms.security_code("it", label, error, hint)',
    "textarea": 'forms.textarea("it", label, value, error, hint, max_length=200)',
    "select": 'forms.select("it", label, [(value, label)], value, error, hint, searchable=True)',
    "radios": 'forms.radios("it", label, [(value, label), ("b", "B")], value, error, hint, hints={"b": hint}, reveal={"b": "more"})',
    "checkboxes": 'forms.checkboxes("it", label, [(value, label), ("b", "B")], [value], error, hint, searchable=True)',
    "checkbox": 'forms.checkbox("it", label, True, error, hint)',
    "date": 'forms.date_input("it", label, {"day": value, "month": "", "year": ""}, error, hint)',
    "file": 'forms.file_upload("it", label, error, hint, multiple=True)',
}


@pytest.mark.parametrize("call", INPUTS.values(), ids=INPUTS.keys())
@pytest.mark.parametrize("error", [None, f"Wrong {NASTY}"], ids=["well", "wrong"])
def test_an_input_is_labelled_described_and_safe(drawn: Any, call: str, error: str | None) -> None:
    html = drawn(
        FORMS + "{{ " + call + " }}", label=f"Label {NASTY}", value=NASTY, hint=f"Hint {NASTY}", error=error
    )
    found = check(html)
    described = " ".join(attributes.get("aria-describedby") or "" for _tag, attributes in found.all)
    assert "it-hint" in described
    assert ("it-error" in described) == bool(error)
    assert "<script>" not in html


def test_a_security_code_may_be_pasted_and_offered_by_the_phone(drawn: Any) -> None:
    (box,) = check(drawn(FORMS + '{{ forms.security_code("code", "Security code") }}')).named("input")
    assert (box["autocomplete"], box["inputmode"], box["type"]) == ("one-time-code", "numeric", "text")
    assert "maxlength" not in box


def test_typed_text_keeps_its_first_empty_line(drawn: Any) -> None:
    html = drawn(FORMS + '{{ forms.textarea("notes", "Notes", "\\nSecond line") }}')
    assert ">\n\nSecond line</textarea>" in html


# Questions


def question(kind: str, **more: Any) -> SimpleNamespace:
    column = SimpleNamespace(id="when", kind="date", label="When")
    return SimpleNamespace(
        id="it",
        kind=kind,
        label=f"Label {NASTY}",
        hint="Hint",
        required=True,
        options=[("a", "A"), ("b", "B")],
        columns=[SimpleNamespace(id="who", kind="text", label="Who"), column],
        **more,
    )


VALUES: dict[str, Any] = {
    "choices": ["a"],
    "date": {"day": "31", "month": "2", "year": "x"},
    "declaration": {"agreed": True, "name": NASTY, "date": "2026-11-23"},
    "files": [{"id": 7, "name": NASTY, "href": "/f/7", "size": 1234}],
    "table": [{"who": NASTY, "when": "2026-11-23"}, {"who": "", "when": ""}],
}


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("answered", [False, True], ids=["empty", "answered"])
def test_every_kind_of_question_can_be_asked(drawn: Any, kind: str, answered: bool) -> None:
    value = VALUES.get(kind, NASTY) if answered else None
    html = drawn(
        '{% from "questions/any.html" import ask %}{{ ask(q, value, {"it": "Wrong", "it-day": "Wrong", "it-agreed": "Wrong"}) }}',
        q=question(kind),
        value=value,
    )
    check(html)
    assert "<script>" not in html
    assert ("Wrong" in html) == (kind != "prefilled")


def test_a_table_names_each_box_by_row_and_column_and_says_what_is_wrong_where(drawn: Any) -> None:
    line = '{% from "questions/any.html" import ask %}{{ ask(q, value, faults) }}'
    html = drawn(
        line,
        q=question("table"),
        value=VALUES["table"],
        faults={"it-1-when-day": "Enter the day", "it-0-who": "Who?"},
    )
    found = check(html)
    names = [box["name"] for box in found.named("input") if box["type"] == "text"]
    assert names == [
        f"it-{row}-{cell}" for row in (0, 1) for cell in ("who", "when-day", "when-month", "when-year")
    ]
    assert [(button["name"], button["value"]) for button in found.named("button") if "name" in button] == [
        ("_remove", "it:0"),
        ("_remove", "it:1"),
        ("_add", "it"),
    ]
    assert 'id="it-1-when-error"' in html and 'id="it-0-who-error"' in html


@pytest.mark.parametrize("kind", ["table", "files"])
def test_return_in_a_box_never_presses_remove(drawn: Any, kind: str) -> None:
    html = drawn(
        '{% from "questions/any.html" import ask %}{{ ask(q, value) }}', q=question(kind), value=VALUES[kind]
    )
    assert "name" not in Elements(html).named("button")[0]


def test_a_conditional_question_says_when_it_counts_and_carries_its_condition(drawn: Any) -> None:
    asked = question("text", show_if={"q": "o'clock", "is": "yes"}, condition_text="Only if you said yes")
    html = drawn('{% from "questions/any.html" import ask %}{{ ask(q) }}', q=asked)
    assert "Only if you said yes" in html
    (block,) = [element for element in Elements(html).named("div") if "data-show-if" in element]
    assert block["data-show-if"] == '{"is": "yes", "q": "o\\u0027clock"}'


def test_every_kind_of_question_has_a_file_of_its_own() -> None:
    files = {path.stem for path in (TEMPLATES / "questions").glob("*.html")}
    assert set(KINDS) <= files
