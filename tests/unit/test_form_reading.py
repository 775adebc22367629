"""The form engine, part 2: reading what was typed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms.definitions import SectionStatus, add_row, put_section, remove_row, section_status
from tests.unit.small_forms import TODAY, ask, choice, form_of, read, wrong

# Reading


def test_what_is_typed_is_stored_in_one_way_when_it_is_valid():
    kinds = [
        "text",
        "long_text",
        "date",
        "yes_no",
        "number",
        "money",
        "upn",
        "nhs_number",
        "postcode",
        "email",
        "phone",
    ]
    form = form_of(*[ask(kind, kind) for kind in kinds])
    given_ = read(form, {
        "text": "  two   words ", "long_text": " one\r\n\r\ntwo ", "date-day": "3", "date-month": "Feb", "date-year": "2026",
        "yes_no": "yes", "number": "12.5", "money": "£6,000", "upn": "b801 2000 05001", "nhs_number": "943 476 5870", "postcode": "bd11hx",
        "email": "Sana@School.SCH.uk", "phone": "01274435750",
    })  # fmt: skip

    assert given_ == {
        "text": "two words", "long_text": "one\n\ntwo", "date": "2026-02-03", "yes_no": "yes", "number": 12.5, "money": 6000,
        "upn": "B801200005001", "nhs_number": "9434765870", "postcode": "BD1 1HX", "email": "sana@school.sch.uk",
        "phone": "01274 435750",
    }  # fmt: skip
    assert wrong(form, **given_) == []


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (
            "date",
            {"it-day": "31", "it-month": "2", "it-year": "2026"},
            {"day": "31", "month": "2", "year": "2026"},
        ),
        (
            "date",
            {"it-day": "", "it-month": "spring", "it-year": ""},
            {"day": "", "month": "spring", "year": ""},
        ),
        ("number", {"it": "about 12"}, "about 12"),
        ("number", {"it": "1e5"}, "1e5"),
        ("upn", {"it": "X123"}, "X123"),
        ("postcode", {"it": "Bradford"}, "Bradford"),
        ("phone", {"it": "ring the bell"}, "ring the bell"),
        ("email", {"it": "Sana at school"}, "Sana at school"),
        ("nhs_number", {"it": "943 476 5871"}, "943 476 5871"),
        ("yes_no", {"it": "maybe"}, "maybe"),
        ("text", {"it": "x" * 501}, "x" * 501),
    ],
)
def test_what_is_not_valid_is_stored_as_typed_and_reported(kind, typed, stored):
    form = form_of(ask(kind))
    answers = read(form, typed)

    assert answers == {"it": stored}
    assert len(wrong(form, **answers)) == 1
    assert section_status(form.section("page"), answers, {"page": answers}, TODAY) is SectionStatus.problem


def test_characters_that_a_database_cannot_hold_do_not_get_in():
    assert read(form_of(ask("text")), {"it": "a\x00b\x1b\ud800c"}) == {"it": "ab\ufffdc"}


@given(st.dictionaries(st.sampled_from(["day", "month", "year"]), st.text(max_size=6)))
def test_anything_typed_into_a_date_is_stored_as_typed_or_is_a_date(boxes):
    form = form_of(ask("date"))
    stored = read(form, {f"it-{part}": text for part, text in boxes.items()}).get("it", "")

    if isinstance(stored, dict):
        assert wrong(form, it=stored)
    elif stored:
        assert date.fromisoformat(stored) and wrong(form, it=stored) == []


def test_rows_are_read_in_order_and_closed_up():
    form = form_of(
        ask(
            "table",
            "adults",
            columns=[ask("text", "name"), ask("date", "met"), ask("yes_no", "pr")],
            row_name="Adult",
        )
    )
    answers = read(form, {
        "adults-rows": "9", "adults-7-name": "Craig", "adults-2-name": "Nadia", "adults-2-pr": "yes",
        "adults-2-met-day": "1", "adults-2-met-month": "2", "adults-2-met-year": "2026",
    })  # fmt: skip

    assert answers == {
        "adults": [
            {"name": "Nadia", "met": "2026-02-01", "pr": "yes"},
            {"name": "Craig", "met": "", "pr": ""},
        ]
    }


def test_a_browser_cannot_send_files_or_known_facts():
    form = form_of(
        ask("files", "files"), ask("prefilled", "born", **{"from": "child.date_of_birth"}), ask("text")
    )

    assert read(form, {"files": "7", "born": "2001-01-01", "it": "x"}) == {"it": "x"}


def test_a_question_that_was_not_on_the_page_keeps_its_answer():
    form = form_of(
        ask("yes_no", "ep"),
        ask("text", "who", show_if={"q": "ep", "is": "yes"}),
        choice("areas", kind="choices"),
    )
    page = form.section("page")
    before = {"page": {"ep": "yes", "who": "Ann", "areas": ["a"]}}
    posted = read(form, {"questions-shown": "ep areas", "ep": "no"})

    after = put_section(before, page, posted)

    assert after == {"page": {"ep": "no", "who": "Ann", "areas": []}}
    assert before["page"]["areas"] == ["a"]


def test_a_tick_box_left_empty_is_read_as_empty_when_it_was_on_the_page():
    form = form_of(choice("areas", kind="choices"), ask("yes_no", "ep"))

    assert read(form, {"questions-shown": "areas,ep"}) == {"areas": [], "ep": ""}
    assert read(form, {"questions-shown": "ep"}) == {"ep": ""}


def test_rows_can_be_added_and_removed_without_touching_the_original():
    form = form_of(ask("table", "adults", columns=[ask("text", "name")], max=3))
    page, before = form.section("page"), {"adults": [{"name": "Nadia"}]}

    more = add_row(page, before, "adults")
    first = add_row(page, more, "adults", 0)

    assert more == {"adults": [{"name": "Nadia"}, {"name": ""}]}
    assert first["adults"] == [{"name": ""}, {"name": "Nadia"}, {"name": ""}]
    assert add_row(page, first, "adults") == first
    assert remove_row(page, first, "adults", 1)["adults"] == [{"name": ""}, {"name": ""}]
    assert remove_row(page, first, "adults", 9) == first
    assert before == {"adults": [{"name": "Nadia"}]}
    with pytest.raises(KeyError):
        add_row(page, before, "children")
