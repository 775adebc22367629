"""How form fields, days and times are drawn, and what three boxes make of a date."""

import re
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    EmailField,
    FileField,
    Form,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from app.views.web.fields import DatePartsField
from app.views.web.pages import errors_of, uk_date, uk_datetime, uk_time
from tests.architecture.drawing import Elements, check

FIELDS = '{% from "components/field.html" import fields %}{{ fields(form) }}'


def draw(app: Flask, form: Form) -> str:
    strict = app.jinja_env.overlay(undefined=StrictUndefined)
    with app.test_request_context("/"):
        return strict.from_string(FIELDS).render(form=form)


class Everything(Form):
    """One field of each kind that a view may use."""

    name = StringField("Name", description="As on your pass")
    email = EmailField("Email address")
    password = PasswordField("Password")
    about = TextAreaField("About")
    age = IntegerField("Age")
    share = DecimalField("Share")
    agreed = BooleanField("I agree")
    born = DatePartsField("Date of birth")
    met = DateField("Met on")
    kind = SelectField("Kind", choices=[SelectChoice("a", "A"), SelectChoice("b", "B")], default="b")
    way = RadioField("Way", choices=[SelectChoice("a", "A"), SelectChoice("b", "B")], default="b")
    needs = SelectMultipleField(
        "Needs", choices=[SelectChoice("a", "A"), SelectChoice("b", "B")], default=["b"]
    )
    paper = FileField("Paper")
    secret = HiddenField("Secret", default="s")


def test_every_kind_of_field_is_drawn_by_its_type_with_what_is_wrong(prepared: Any) -> None:
    form = Everything()
    for field in form:
        field.errors = [f"Something about {field.name}"]
    html = draw(prepared[0], form)
    found = check(html)
    assert {box.get("type") for box in found.named("input")} >= {
        "hidden",
        "text",
        "email",
        "password",
        "radio",
        "date",
        "file",
    }
    for field in form:
        if field.name != "secret":
            assert f"Something about {field.name}" in html
    assert [option for option in found.named("option") if "selected" in option] == [
        {"value": "b", "selected": None}
    ]
    assert [box["value"] for box in found.named("input") if "checked" in box] == ["b", "b"]


def test_the_error_summary_links_to_boxes_that_are_there(prepared: Any) -> None:
    form = Everything()
    for field in form:
        field.errors = ["Wrong"]
    html = draw(prepared[0], form)
    ids = {attributes.get("id") for _tag, attributes in Elements(html).all}
    links = [error["href"] for error in errors_of(form)]
    assert len(links) == len(list(form)) and "#born-day" in links
    assert {link.removeprefix("#") for link in links} <= ids


@pytest.mark.parametrize(
    ("typed", "held", "message"),
    [
        (("27", "3", "2015"), date(2015, 3, 27), None),
        (("29", "2", "2024"), date(2024, 2, 29), None),
        (("29", "2", "2023"), None, "Enter a real date, for example 27 3 2015"),
        (("27", "", "2015"), None, "Date must include a month"),
        (("", "", "2015"), None, "Date must include a day and a month"),
        (("27", "3", "215"), None, "Year must include 4 numbers"),
        (("x", "3", "2015"), None, "Enter a real date, for example 27 3 2015"),
        (("", "", ""), None, None),
    ],
)
def test_a_date_in_three_boxes(
    app: Flask, typed: tuple[str, ...], held: date | None, message: str | None
) -> None:
    with app.test_request_context("/"):
        form = Everything(MultiDict(zip(("born-day", "born-month", "born-year"), typed, strict=True)))
        assert form.born.data == held
        assert form.born.process_errors == ([message] if message else [])
        assert tuple(form.born.parts.values()) == typed


def test_a_stored_date_fills_the_boxes(app: Flask) -> None:
    with app.test_request_context("/"):
        form = Everything(data={"born": date(2015, 3, 7)})
    assert form.born.parts == {"day": "7", "month": "3", "year": "2015"}


# Dates and times


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (datetime(2026, 11, 23, 21, 5), "23 November 2026 at 9:05pm"),
        (datetime(2026, 7, 1, 23, 30), "2 July 2026 at 12:30am"),
        (datetime(2026, 7, 1, 11, 0), "1 July 2026 at midday"),
        (datetime(2026, 11, 23, 0, 0), "23 November 2026 at midnight"),
        (datetime(2026, 3, 29, 1, 0), "29 March 2026 at 2:00am"),
        (None, ""),
    ],
)
def test_stored_moments_are_shown_in_uk_time(app: Flask, stored: datetime | None, shown: str) -> None:
    with app.test_request_context("/"):
        assert uk_datetime(stored) == shown


def test_days_are_days_in_the_readers_language(app: Flask) -> None:
    with app.test_request_context("/"):
        assert uk_date(date(2026, 11, 23)) == "23 November 2026"
        assert (uk_date(None), uk_time(None)) == ("", "")
    browser = app.test_client()
    browser.get("/language/pl")
    assert re.search(r'<html lang="pl"', browser.get("/login/").text)
