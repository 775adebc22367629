"""The form engine, part 1: definitions and conditions."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms.definitions import DefinitionError, check_complete, checksum, parse, parse_once
from tests.unit.small_forms import TODAY, ask, choice, definition_of, form_of, missing, texts

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
