"""The form engine, part 3: checking answers, the facts a form takes over, and reading pages."""

import pytest

from app.core.wording import Wording
from app.forms.definitions import (
    NOT_PROVIDED,
    AnswerTable,
    SectionStatus,
    answers_as_text,
    check_complete,
    check_draft,
    check_section_complete,
    facts_needed,
    parse,
    section_status,
    with_facts,
)
from tests.unit.small_forms import TODAY, ask, choice, definition_of, form_of, missing, read, wrong

# Checking


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (ask("text"), "Enter what is working well"),
        (ask("text", label="UPN"), "Enter UPN"),
        (ask("text", name="how school is going"), "Enter how school is going"),
        (ask("date", label="Date of birth"), "Enter date of birth"),
        (
            ask("yes_no", name="the child needs an interpreter"),
            "Select yes if the child needs an interpreter",
        ),
        (choice(label="Sex"), "Select sex"),
        (choice(kind="choices", name="the areas of need"), "Select the areas of need"),
        (ask("table", columns=[ask("text", "name")], row_name="Adult"), "Add at least one adult"),
        (ask("files", name="the provision map"), "Upload the provision map"),
        (ask("declaration", label="I confirm"), "Tick the box to confirm the declaration"),
    ],
)
def test_what_is_missing_is_reported_in_plain_words(question, problem):
    form = form_of(question | {"required": True})

    assert missing(form) == [problem]
    assert wrong(form) == []


@pytest.mark.parametrize(
    ("question", "value", "problem"),
    [
        (ask("date", label="Start date"), {"day": "31", "month": "2", "year": "2026"}, "Start date must be a real date"),
        (ask("date", label="Start date"), {"day": "", "month": "2", "year": ""}, "Start date must include a day and year"),
        (ask("date", label="Start date"), {"day": "1", "month": "2", "year": "202"}, "The year in start date must have 4 numbers"),
        (ask("date", label="Start date", max="today"), "2026-03-05", "Start date must be today or in the past"),
        (ask("date", label="Start date", min="today"), "2026-03-03", "Start date must be today or in the future"),
        (ask("date", label="Start date", min="2020-01-31"), "2020-01-30", "Start date must be on or after 31 January 2020"),
        (ask("number", label="Attendance"), "lots", "Attendance must be a number, like 12 or 12.5"),
        (ask("number", label="Attendance"), True, "Attendance must be a number, like 12 or 12.5"),
        (ask("number", label="Attendance", max=100), 101, "Attendance must be 100 or less"),
        (ask("number", label="Attendance", min=0), -1, "Attendance must be 0 or more"),
        (ask("text", label="Name", max_length=5), "abcdef", "Name must be 5 characters or fewer. You have typed 6"),
        (choice(label="Sex"), "c", "Select sex from the list"),
        (choice(kind="choices", label="Areas"), ["a", "c"], "Select areas from the list"),
        (ask("postcode", label="Postcode"), "nowhere", "Enter a full UK postcode, like BD1 1HX"),
        (ask("table", "it", columns=[ask("text", "name")], max=1), [{"name": "a"}, {"name": "b"}], "Remove rows until there are 1 or fewer"),
        (ask("table", "it", "Adults", columns=[ask("text", "name")]), "Nadia", "Adults must be rows"),
        (ask("files", label="Report"), ["../etc/passwd"], "Upload report again"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_reported_in_plain_words(question, value, problem):
    assert wrong(form_of(question), it=value) == [problem]


@pytest.mark.parametrize("kind", ["text", "date", "number", "yes_no", "upn", "email"])
@pytest.mark.parametrize("value", [["x"], {"a": "b"}, 3.5, True, "\N{PILE OF POO}"])
def test_checking_never_breaks_whatever_the_answer(kind, value):
    form = form_of(ask(kind, required=True))

    assert isinstance(missing(form, it=value), list)
    assert answers_as_text(form, {"page": {"it": value}})


def test_problems_in_rows_say_which_row_and_link_to_its_field():
    form = form_of(
        ask("table", "adults", "Parents", row_name="Adult", required=True, min=3, columns=[
            ask("text", "name", "Full name", required=True), ask("date", "met", "Date you met"),
        ])
    )  # fmt: skip
    answers = {
        "adults": [
            {"name": "", "met": ""},
            {"name": "", "met": "2026-01-01"},
            {"name": "Craig", "met": {"day": "40", "month": "1", "year": "2026"}},
        ]
    }

    draft = check_draft(form.section("page"), answers, {}, TODAY)
    assert [(p.row, p.column, p.anchor, str(p.text)) for p in draft] == [
        (2, "met", "adults-2-met-day", "Adult 3: Date you met must be a real date")
    ]

    answers["adults"][2]["met"] = ""
    complete = check_section_complete(form.section("page"), answers, {}, TODAY)
    assert [(p.anchor, str(p.text)) for p in complete] == [
        ("adults", "Add at least 3: parents"),
        ("adults-1-name", "Adult 2: Enter full name"),
    ]


def test_an_empty_row_is_no_answer():
    form = form_of(ask("table", "adults", required=True, row_name="Adult", columns=[ask("text", "name")]))

    assert missing(form, adults=[{"name": ""}, {"name": "  "}]) == ["Add at least one adult"]


def test_a_declaration_needs_the_tick_and_the_name_and_keeps_the_day():
    form = form_of(ask("declaration", "declaration", "I confirm that this is true", required=True))

    assert read(form, {"declaration-name": ""}) == {"declaration": {}}
    half = read(form, {"declaration-name": "Sana Iqbal"})
    assert half == {"declaration": {"agreed": False, "name": "Sana Iqbal", "date": ""}}
    assert wrong(form, **half) == []
    assert [p.anchor for p in check_complete(form, {"page": half}, TODAY)] == ["declaration-agreed"]
    assert missing(form, **read(form, {"declaration-agreed": "yes"})) == [
        "Enter your full name to sign the declaration"
    ]

    whole = read(form, {"declaration-agreed": "yes", "declaration-name": "Sana Iqbal"})
    assert missing(form, **whole) == []
    assert answers_as_text(form, {"page": whole})[0][1] == [
        ("I confirm that this is true", "Sana Iqbal, 4 March 2026")
    ]


def test_problems_remember_their_pattern_for_the_translators():
    (problem,) = check_complete(form_of(ask("text", required=True)), {}, TODAY)

    assert isinstance(problem.text, Wording)
    assert problem.text.msgid == "Enter %(what)s"
    assert problem.text.msgid % problem.text.values == problem.text


def test_a_section_goes_from_not_started_to_completed():
    form = form_of(
        ask("text", required=True),
        ask("text", "second", required=True),
        ask("prefilled", "born", **{"from": "child.date_of_birth"}),
    )
    page = form.section("page")

    def status(**answers):
        return section_status(page, answers, {"page": answers}, TODAY)

    assert section_status(page, None, {}, TODAY) is SectionStatus.not_started
    assert status(born="2016-11-08") is SectionStatus.not_started
    assert status(it="", second="") is SectionStatus.not_started
    assert status(it="x", second="") is SectionStatus.in_progress
    assert status(it="x", second="y") is SectionStatus.completed
    assert status(it="x" * 501, second="y") is SectionStatus.problem


def test_a_page_of_optional_questions_is_completed_once_it_was_saved():
    page = form_of(ask("text")).section("page")

    assert section_status(page, {}, {}, TODAY) is SectionStatus.not_started
    assert section_status(page, {"it": ""}, {"page": {"it": ""}}, TODAY) is SectionStatus.completed


# Facts and reading pages


def fact(id, name):
    return ask("prefilled", id, **{"from": name})


def test_a_section_needs_its_own_facts_and_those_that_conditions_depend_on():
    by_age = {"not": {"q": "year", "in": ["1", "2"]}}
    pages = {
        "child": [fact("year", "child.year_group"), fact("upn", "child.upn")],
        "why": [fact("now", "request.why_now")],
        "work": [ask("text", "plans", show_if=by_age)],
    }
    sections = [{"id": page, "title": page, "questions": asked} for page, asked in pages.items()]
    form = parse({"key": "form", "title": "Form", "audience": ["school"], "sections": sections})

    assert facts_needed(form) == {"child.year_group", "child.upn", "request.why_now"}
    assert facts_needed(form, "child") == {"child.year_group", "child.upn"}
    assert facts_needed(form, "why") == {"child.year_group", "request.why_now"}
    assert facts_needed(form, "work") == {"child.year_group"}


def test_known_facts_fill_the_form_and_replace_what_was_there():
    form = form_of(ask("prefilled", "born", **{"from": "child.date_of_birth"}), ask("text"))
    answers = with_facts(
        form, {"page": {"born": "1999-01-01", "it": "typed"}}, {"child.date_of_birth": "2016-11-08"}
    )

    assert facts_needed(form) == {"child.date_of_birth"}
    assert answers == {"page": {"born": "2016-11-08", "it": "typed"}}
    assert with_facts(form, {}, {}) == {"page": {"born": ""}}
    assert answers_as_text(form, answers)[0][1] == [
        ("What is working well?", "8 November 2016"),
        ("What is working well?", "typed"),
    ]


def test_answers_read_as_people_say_them():
    form = form_of(
        ask("yes_no", "a", "A"), choice("b", label="B"), choice("c", kind="choices", label="C"), ask("money", "d", "D"),
        ask("nhs_number", "e", "E"), ask("files", "f", "F"), ask("number", "g", "G"), ask("text", "h", "H"),
        ask("table", "i", "I", columns=[ask("text", "x", "X"), ask("date", "y", "Y")]),
    )  # fmt: skip
    answers = {"page": {
        "a": "no", "b": "b", "c": ["a", "b"], "d": 1234.5, "e": "9434765870", "f": [1, 2], "g": 0,
        "i": [{"x": "", "y": ""}, {"x": "one", "y": "2026-01-09"}],
    }}  # fmt: skip

    ((section, lines),) = answers_as_text(form, answers)

    assert section.title == "Page"
    assert lines == [
        ("A", "No"), ("B", "B"), ("C", "A, B"), ("D", "£1,234.50"), ("E", "943 476 5870"), ("F", "2 files"), ("G", "0"),
        ("H", NOT_PROVIDED), ("I", AnswerTable(("X", "Y"), (("one", "9 January 2026"),))),
    ]  # fmt: skip


def test_restricted_questions_are_not_in_the_form_that_others_read():
    form = form_of(
        ask("text", "open"),
        ask("text", "secret", restricted=True),
        ask("text", "after", show_if={"q": "secret", "is": "x"}),
    )
    answers = {"page": {"open": "o", "secret": "x", "after": "a"}}

    shown = dict(answers_as_text(form.without_restricted(), answers)[0][1])

    assert [question.id for question in form.without_restricted().section("page").questions] == [
        "open",
        "after",
    ]
    assert "x" not in shown.values()


def test_a_section_of_restricted_questions_only_is_not_there_for_others():
    definition = definition_of(ask("text"))
    definition["sections"].append(
        {"id": "secret", "title": "Secret", "questions": [ask("text", "note", restricted=True)]}
    )

    assert [section.id for section in parse(definition).without_restricted().sections] == ["page"]
