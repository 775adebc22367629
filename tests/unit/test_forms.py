"""The form engine: definitions, conditions, reading, checking and wording, on small forms made for the purpose."""

import copy
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.forms import (
    NOT_PROVIDED,
    AnswerTable,
    DefinitionError,
    SectionStatus,
    add_row,
    answers_as_text,
    check_complete,
    check_draft,
    check_section_complete,
    checksum,
    facts_wanted,
    parse,
    parse_once,
    put_section,
    read_section,
    remove_row,
    section_status,
    with_facts,
)
from app.domain.wording import Wording

TODAY = date(2026, 3, 4)


def form_of(*questions, **more):
    """A form of one section “page” with these questions."""
    return parse(definition_of(*questions, **more))


def definition_of(*questions, **more):
    sections = [{"id": "page", "title": "Page", "questions": list(questions)}]
    return {"key": "small", "title": "Small form", "audience": ["school"], "sections": sections, **more}


def ask(kind, id="it", label="What is working well?", **more):
    return {"id": id, "kind": kind, "label": label, **more}


def choice(id="it", values=("a", "b"), **more):
    options = [{"value": value, "label": value.upper()} for value in values]
    return ask(more.pop("kind", "choice"), id, **more) | {"options": options}


def read(form, fields, section="page"):
    return read_section(
        form.section(section), {name: [v] if isinstance(v, str) else v for name, v in fields.items()}, TODAY
    )


def texts(problems):
    return [str(problem.text) for problem in problems]


def wrong(form, **answers):
    return texts(check_draft(form.section("page"), answers, {}, TODAY))


def missing(form, **answers):
    return texts(check_complete(form, {"page": answers}, TODAY))


# Definitions


def test_every_fault_of_a_definition_is_named_at_once():
    broken = definition_of(
        ask("essay", "first"),
        ask("text", "Not An Id"),
        ask("choice", "third"),
        choice("fourth", ("a", "a")),
        ask("text", "first", show_if={"q": "later", "is": "yes"}),
        ask("yes_no", "later", requird=True),
        ask("text", "sixth", show_if={"q": "later", "is": "perhaps"}),
        ask("table", "seventh", columns=[ask("files", "column")]),
        ask("prefilled", "eighth", **{"from": "child.bank_account"}),
        ask("text", "ninth", show_if="later == 'yes'"),
        ask("number", "tenth", min="five"),
        ask("text", "eleventh", required="yes"),
        ask("text", "twelfth", label=" "),
        colour="blue",
    )
    with pytest.raises(DefinitionError) as error:
        parse(broken)

    named = " | ".join(error.value.faults)
    for fault in (
        "no kind of question called “essay”",
        "not “Not An Id”",
        "“options” must be a list",
        "two options with the value “a”",
        "“first” is used twice",
        "“later”, which is not an earlier question",
        "“requird” is not a setting",
        "waits for “perhaps”",
        "“files” cannot stand in a table",
        "not “child.bank_account”",
        "must be “q” with",
        "“min” is not a limit",
        "“required” must be true or false",
        "“label” must be text and not empty",
        "“colour” is not a setting",
    ):
        assert fault in named


@pytest.mark.parametrize(
    "broken", [None, [], {}, {"sections": []}, {"sections": ["text"]}, {"sections": [{"questions": [3]}]}]
)
def test_what_is_no_form_at_all_is_refused_with_faults(broken):
    with pytest.raises(DefinitionError) as error:
        parse(broken)
    assert error.value.faults


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["q", "is", "in", "filled", "all", "any", "not", "it"]), inner, max_size=3
            )
        ),
        max_leaves=12,
    )
)
def test_a_condition_is_data_and_anything_else_is_refused(rule):
    raw = definition_of(ask("text"), ask("text", "second", show_if=rule))
    try:
        form = parse(raw)
    except DefinitionError:
        return
    assert form.section("page").visible_questions({"page": {"it": "x"}})


def test_the_checksum_is_that_of_the_content_and_not_of_the_layout():
    one = definition_of(ask("text"))
    other = dict(reversed(list(copy.deepcopy(one).items())))

    assert checksum(one) == checksum(other) == parse(one).checksum == parse(one).section("page").form_checksum
    assert checksum(one) != checksum(definition_of(ask("long_text")))
    assert parse_once(checksum(one), one) is parse_once(checksum(one), one)


# Conditions


def test_a_question_shows_when_its_condition_holds():
    form = form_of(
        ask("yes_no", "ep"),
        ask("text", "who", show_if={"q": "ep", "is": "yes"}),
        choice("areas", ("a", "b", "c"), kind="choices"),
        ask(
            "text",
            "why",
            show_if={"all": [{"q": "areas", "in": ["b", "c"]}, {"not": {"q": "ep", "is": "yes"}}]},
        ),
        ask("text", "none", show_if={"any": [{"q": "who", "filled": False}, {"q": "areas", "is": "c"}]}),
    )
    page = form.section("page")

    def ids(**answers):
        return {question.id for question in page.visible_questions({"page": answers})}

    assert ids() == {"ep", "areas", "none"}
    assert ids(ep="yes") == {"ep", "who", "areas", "none"}
    assert ids(ep="yes", who="Ann") == {"ep", "who", "areas"}
    assert ids(ep="no", areas=["a", "b"]) == {"ep", "areas", "why", "none"}
    assert ids(ep="yes", who="Ann", areas=["c"]) == {"ep", "who", "areas", "none"}


def test_a_question_that_does_not_show_counts_as_unanswered():
    form = form_of(
        ask("yes_no", "first"),
        ask("yes_no", "second", show_if={"q": "first", "is": "yes"}),
        ask("text", "third", required=True, show_if={"q": "second", "is": "yes"}),
        ask("text", "fourth", show_if={"q": "second", "filled": False}),
    )
    page = form.section("page")

    def ids(**answers):
        return [question.id for question in page.visible_questions({"page": answers})]

    assert ids(first="yes", second="yes") == ["first", "second", "third"]
    assert ids(first="no", second="yes") == ["first", "fourth"]
    assert missing(form, first="no", second="yes") == []


def test_a_section_may_depend_on_an_earlier_one_and_shows_in_the_list_only_then():
    definition = definition_of(choice("year", ("8", "9")))
    definition["sections"].append(
        {
            "id": "adulthood",
            "title": "Adulthood",
            "show_if": {"q": "year", "is": "9"},
            "questions": [ask("text", "plans", required=True)],
        }
    )
    form = parse(definition)

    assert [section.id for section in form.visible_sections({"page": {"year": "8"}})] == ["page"]
    assert [section.id for section in form.visible_sections({"page": {"year": "9"}})] == ["page", "adulthood"]
    assert texts(check_complete(form, {"page": {"year": "9"}}, TODAY)) == ["Enter what is working well"]
    assert form.question("plans")[0].id == "adulthood"


def test_while_a_page_is_open_the_questions_its_answers_may_call_up_are_on_it():
    definition = definition_of(ask("yes_no", "first"))
    definition["sections"].append(
        {
            "id": "next",
            "title": "Next",
            "questions": [
                ask("yes_no", "own"),
                ask("text", "by_own", show_if={"q": "own", "is": "yes"}),
                ask("text", "by_first", show_if={"q": "first", "is": "yes"}),
                ask(
                    "text",
                    "by_both",
                    show_if={"all": [{"q": "first", "is": "yes"}, {"q": "own", "is": "yes"}]},
                ),
                ask(
                    "text",
                    "by_either",
                    show_if={"any": [{"q": "first", "is": "yes"}, {"not": {"q": "own", "is": "yes"}}]},
                ),
            ],
        }
    )
    section = parse(definition).section("next")

    assert [q.id for q in section.questions_on_page({"page": {"first": "no"}})] == [
        "own",
        "by_own",
        "by_either",
    ]
    assert len(section.questions_on_page({"page": {"first": "yes"}})) == 5
    assert (
        section.question("by_own").condition_text == "Only if you answered “Yes” to “What is working well?”"
    )


# Reading


def test_what_is_typed_is_kept_in_one_way_when_it_is_valid():
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
    ("kind", "typed", "kept"),
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
def test_what_is_not_valid_is_kept_as_typed_and_reported(kind, typed, kept):
    form = form_of(ask(kind))
    answers = read(form, typed)

    assert answers == {"it": kept}
    assert len(wrong(form, **answers)) == 1
    assert section_status(form.section("page"), answers, {"page": answers}, TODAY) is SectionStatus.problem


def test_characters_that_a_database_cannot_hold_do_not_get_in():
    assert read(form_of(ask("text")), {"it": "a\x00b\x1b\ud800c"}) == {"it": "abc"}


@given(st.dictionaries(st.sampled_from(["day", "month", "year"]), st.text(max_size=6)))
def test_whatever_is_typed_into_a_date_is_kept_or_is_a_date(boxes):
    form = form_of(ask("date"))
    kept = read(form, {f"it-{part}": text for part, text in boxes.items()}).get("it", "")

    if isinstance(kept, dict):
        assert wrong(form, it=kept)
    elif kept:
        assert date.fromisoformat(kept) and wrong(form, it=kept) == []


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


# Checking


@pytest.mark.parametrize(
    ("question", "said"),
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
def test_what_is_missing_is_said_in_plain_words(question, said):
    form = form_of(question | {"required": True})

    assert missing(form) == [said]
    assert wrong(form) == []


@pytest.mark.parametrize(
    ("question", "value", "said"),
    [
        (ask("date", label="Start date"), {"day": "31", "month": "2", "year": "2026"}, "Start date must be a real date"),
        (ask("date", label="Start date"), {"day": "", "month": "2", "year": ""}, "Start date must include a day and year"),
        (ask("date", label="Start date"), {"day": "1", "month": "2", "year": "26"}, "The year in start date must have 4 numbers"),
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
def test_what_is_wrong_is_said_in_plain_words(question, value, said):
    assert wrong(form_of(question), it=value) == [said]


@pytest.mark.parametrize("kind", ["text", "date", "number", "yes_no", "upn", "email"])
@pytest.mark.parametrize("value", [["x"], {"a": "b"}, 3.5, True, "\N{PILE OF POO}"])
def test_whatever_stands_in_an_answer_checking_never_breaks(kind, value):
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


def test_known_facts_fill_the_form_and_replace_what_was_there():
    form = form_of(ask("prefilled", "born", **{"from": "child.date_of_birth"}), ask("text"))
    answers = with_facts(
        form, {"page": {"born": "1999-01-01", "it": "typed"}}, {"child.date_of_birth": "2016-11-08"}
    )

    assert facts_wanted(form) == {"child.date_of_birth"}
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
