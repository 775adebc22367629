"""The forms and reference lists that come with the portal: all parse, read well, and hold what the law asks for."""

import json
import re
from datetime import date

import pytest

from app.accounts.rules.work_email import canonical, is_free_mail
from app.children.rules import identifiers
from app.children.rules.school_years import year_group_label
from app.core.roles import PROFESSION_LABELS, Profession
from app.forms.definitions import (
    SectionStatus,
    answers_as_text,
    check_complete,
    checksum,
    facts_needed,
    parse,
    put_section,
    read_section,
    section_status,
    with_facts,
)
from app.forms.definitions.conditions import blank
from app.seed.files import form_seed, form_seeds, reference, reference_keys
from app.seed.filled import EXAMPLE_FACTS, filled_answers
from tests.unit.browser_fields import fields_of

TODAY = date(2026, 3, 4)
SEEDS = {seed["key"]: seed for seed in form_seeds()}
FORMS = {key: parse(seed["definition"]) for key, seed in SEEDS.items()}
ADVICE = sorted(key for key in FORMS if key.startswith("advice_"))
each_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
YEAR_9 = EXAMPLE_FACTS | {"child.year_group": "9", "child.date_of_birth": "2011-11-08"}


def every_question(form):
    return [(section, question) for section in form.sections for question in section.questions]


def test_the_seven_forms_are_there():
    assert sorted(FORMS) == [
        "advice_education", "advice_health", "advice_psychology", "advice_social_care", "consent", "consent_recorded", "request",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_a_seed_file_says_the_same_outside_and_inside(seed):
    inside = seed["definition"]

    assert (seed["key"], seed["title"], seed["audience"]) == (
        inside["key"],
        inside["title"],
        inside["audience"],
    )
    assert seed["version"] == 1
    assert form_seed(seed["key"]) == seed
    assert checksum(json.loads(json.dumps(inside))) == FORMS[seed["key"]].checksum


@each_form
def test_the_audience_are_professions_the_portal_knows(form):
    assert set(form.audience) <= {profession.value for profession in Profession} | {"parent"}


@each_form
def test_the_task_list_is_neither_too_short_nor_too_long_and_ends_with_the_declaration(form):
    assert 5 <= len(form.sections) <= 13
    last = form.sections[-1]
    assert (last.id, last.title, last.questions[-1].kind) == ("declaration", "Declaration", "declaration")
    assert [q.kind for _, q in every_question(form)].count("declaration") == 1


@each_form
@pytest.mark.parametrize("facts", [EXAMPLE_FACTS, YEAR_9], ids=["year 4", "year 9"])
def test_a_filled_copy_is_complete(form, facts):
    answers = filled_answers(form, facts)

    assert check_complete(form, answers, TODAY) == []
    for section in form.visible_sections(answers):
        assert section_status(section, answers[section.id], answers, TODAY) is SectionStatus.completed


@each_form
@pytest.mark.parametrize("facts", [EXAMPLE_FACTS, YEAR_9], ids=["year 4", "year 9"])
def test_a_filled_copy_sent_by_a_browser_page_by_page_arrives_whole(form, facts):
    wanted = filled_answers(form, facts)
    signed = date.fromisoformat(wanted["declaration"]["declaration"]["date"])
    got = with_facts(form, {}, facts)

    for section in form.visible_sections(wanted):
        shown = section.questions_on_page(got)
        got = put_section(
            got, section, read_section(section, fields_of(section, wanted[section.id], shown), signed)
        )

    assert check_complete(form, got, TODAY) == []
    for section in form.visible_sections(wanted):
        for question in section.visible_questions(wanted):
            arrived, sent = got[section.id].get(question.id), wanted[section.id].get(question.id)
            assert arrived == sent or (blank(arrived) and blank(sent)), question.id


@each_form
def test_a_filled_copy_reads_as_text_without_codes_or_ids(form):
    answers = filled_answers(form)
    shown = [pair for _, lines in answers_as_text(form, answers) for pair in lines]

    assert len(shown) > 15
    for label, text in shown:
        words = text if isinstance(text, str) else " ".join(" ".join(row) for row in text.rows)
        assert words
        assert not re.search(r"\b[a-z]+_[a-z_]+\b|\{|\[|\bNone\b(?! so far)|\bTrue\b", words), (label, words)


@each_form
def test_an_empty_form_says_what_is_missing_in_words_a_person_would_use(form):
    answers = with_facts(form, {}, EXAMPLE_FACTS)
    problems = check_complete(form, answers, TODAY)
    required = [
        (section.id, question.id)
        for section in form.visible_sections(answers)
        for question in section.visible_questions(answers)
        if question.required
    ]

    assert [(problem.section_id, problem.question_id) for problem in problems] == required
    for problem in problems:
        assert re.match(r"(Enter|Select|Add at least|Upload|Tick) ", problem.text), problem.text
        assert "_" not in problem.text and "?" not in problem.text, problem.text
        assert len(problem.text) < 120, problem.text


@each_form
def test_no_two_missing_answers_on_one_page_read_the_same(form):
    for section in form.sections:
        names = [
            (question.kind == "yes_no", question.name) for question in section.questions if question.required
        ]
        assert len(names) == len(set(names)), section.id


@each_form
def test_labels_are_short_and_plain(form):
    for _section, question in every_question(form):
        if question.kind != "declaration":
            assert len(question.label) <= 130, question.label
        for text in (
            question.label,
            question.hint,
            question.help,
            *(option.label for option in question.options),
        ):
            assert "  " not in text and text == text.strip()
            assert not re.search(r"\b(e\.g|i\.e|etc|CYP|PfA|EHCP|EHCNA|SEMH|SLCN)\b", text), text


@each_form
def test_lists_to_choose_from_are_those_of_the_reference_data(form):
    for name, ids in {
        "sen_types": {"primary_need", "secondary_need"},
        "ethnicities": {"ethnicity"},
        "sexes": {"sex"},
        "languages": {"first_language", "language", "child_interpreter_language"},
        "year_groups": {"actual_year", "chronological_year", "year_group"},
        "evidence_types": {"evidence_uploaded", "evidence_sent"},
        "upn_missing_reasons": {"upn_missing_reason"},
    }.items():
        listed = [(item["code"], item["label"]) for item in reference(name)]
        for _section, question in every_question(form):
            if question.id in ids:
                assert [(option.value, option.label) for option in question.options] == listed, question.id


@pytest.mark.parametrize("key", ADVICE)
def test_advice_says_needs_support_and_outcomes_as_regulation_6_asks(key):
    form = FORMS[key]
    answers = filled_answers(form)
    asked = {q.id for s in form.visible_sections(answers) for q in s.visible_questions(answers) if q.required}

    assert "outcomes" in asked
    assert asked & {"provision", "h1", "csdpa"}
    assert {"cognition_needs", "related_needs"} & asked
    assert {"child_views", "parent_views"} <= asked


@pytest.mark.parametrize("key", ["request", *ADVICE])
def test_preparing_for_adulthood_is_asked_from_year_9_on(key):
    form = FORMS[key]

    def asked(year):
        answers = with_facts(form, {}, EXAMPLE_FACTS | {"child.year_group": year})
        for section in form.sections:
            for question in section.questions:
                if question.id == "actual_year":
                    answers[section.id]["actual_year"] = year
                if question.id == "advice_to_give":
                    answers[section.id]["advice_to_give"] = "yes"
        shown = {q.id for s in form.visible_sections(answers) for q in s.visible_questions(answers)}
        return bool(shown & {"adulthood", "adult_work", "transition_plan"})

    assert [asked(year) for year in ("4", "8", "9", "13", "20")] == [False, False, True, True, True]


def test_social_care_that_never_knew_a_child_must_say_when_it_offered_an_assessment():
    form = FORMS["advice_social_care"]
    answers = filled_answers(form)
    answers["involvement"]["known"] = "never"

    missing = {problem.question_id for problem in check_complete(form, answers, TODAY)}

    assert missing == {"offered_on", "offer_outcome", "offer_details"}


def test_a_health_service_with_no_advice_to_give_must_say_why_and_who_agreed():
    form = FORMS["advice_health"]
    answers = filled_answers(form)
    answers["service"]["advice_to_give"] = "no"

    assert {p.question_id for p in check_complete(form, answers, TODAY)} == {
        "nothing_reason",
        "nothing_signed_off",
    }
    assert [section.id for section in form.visible_sections(answers)] == ["service", "papers", "declaration"]


def test_a_diagnosis_is_asked_for_only_if_there_is_one():
    form = FORMS["request"]
    answers = filled_answers(form)
    answers["reason"] |= {"has_diagnosis": "no", "diagnoses": []}
    assert check_complete(form, answers, TODAY) == []

    answers["reason"]["has_diagnosis"] = "yes"
    assert [problem.text for problem in check_complete(form, answers, TODAY)] == [
        "Add at least one diagnosis"
    ]


def test_ticked_evidence_needs_a_file():
    form = FORMS["request"]
    answers = filled_answers(form)
    answers["evidence"] |= {"evidence_uploaded": ["medical"], "evidence_files": []}
    assert [problem.question_id for problem in check_complete(form, answers, TODAY)] == ["evidence_files"]

    answers["evidence"]["evidence_files"] = [41]
    assert check_complete(form, answers, TODAY) == []


def test_how_to_reach_the_family_and_worries_about_safety_are_for_the_sen_team_only():
    secret = {
        "request": {
            "contacts",
            "contact_risk",
            "contact_risk_details",
            "court_order_details",
            "safeguarding_note",
        },
        "advice_health": {"risk_note"},
        "advice_social_care": {"restricted_note"},
        "consent": {"not_share"},
        "consent_recorded": {"not_share"},
    }
    for key, form in FORMS.items():
        restricted = {question.id for _, question in every_question(form) if question.restricted}
        assert restricted == secret.get(key, set()), key
        open_ids = {question.id for _, question in every_question(form.without_restricted())}
        assert not open_ids & restricted
    shown = json.dumps([lines for _, lines in answers_as_text(FORMS["request"].without_restricted(), filled_answers(FORMS["request"]))], default=str)  # fmt: skip
    assert "nadia.ellwood@" not in shown and "07700" not in shown


@pytest.mark.parametrize("key", ADVICE)
def test_an_advice_form_does_not_carry_the_family_s_address(key):
    assert not {"child.address", "child.postcode"} & facts_needed(FORMS[key])


def test_the_sample_takes_the_name_of_the_child_it_is_filled_in_for():
    answers = filled_answers(FORMS["advice_psychology"], EXAMPLE_FACTS | {"child.forenames": "Yusuf Ali"})

    assert "Zara" not in json.dumps(answers).replace(EXAMPLE_FACTS["child.name"], "").replace(
        EXAMPLE_FACTS["child.known_as"], ""
    )
    assert answers["summary"]["summary"].startswith("Yusuf ")


def test_a_form_without_a_sample_can_be_filled_in_too():
    form = parse(
        {
            "key": "new", "title": "New", "audience": ["school"],
            "sections": [{"id": "page", "title": "Page", "questions": [
                {"id": f"q_{kind}", "kind": kind, "label": "A question", "required": True} | more
                for kind, more in {
                    "text": {"max_length": 3}, "long_text": {}, "date": {"min": "today"}, "yes_no": {}, "number": {"min": 20},
                    "money": {"max": 5}, "upn": {}, "nhs_number": {}, "postcode": {}, "email": {}, "phone": {}, "files": {},
                    "declaration": {}, "choice": {"options": [{"value": "a", "label": "A"}]},
                    "choices": {"options": [{"value": "a", "label": "A"}]},
                    "table": {"min": 2, "columns": [{"id": "c", "kind": "date", "label": "C", "required": True, "max": "2001-01-01"}]},
                }.items()
            ]}],
        }
    )  # fmt: skip

    assert check_complete(form, filled_answers(form), TODAY) == []


# Reference data


@pytest.mark.parametrize("key", sorted(set(reference_keys()) - {"organisations"}))
def test_reference_lists_have_different_codes_and_labels(key):
    items = reference(key)

    assert len(items) > 1
    for part in ("code", "label"):
        values = [item[part] for item in items]
        assert len(values) == len(set(values)) and all(values)


def test_sen_types_and_professions_are_those_of_the_law_and_the_portal():
    assert [item["code"] for item in reference("sen_types")] == [
        "SPLD", "MLD", "SLD", "PMLD", "SEMH", "SLCN", "HI", "VI", "MSI", "PD", "ASD", "DS", "OTH",
    ]  # fmt: skip
    assert {item["code"]: item["label"] for item in reference("professions")} == {
        profession.value: label
        for profession, label in PROFESSION_LABELS.items()
        if profession is not Profession.council
    }
    assert all(item["label"] == year_group_label(int(item["code"])) for item in reference("year_groups"))


def test_the_demonstration_organisations_are_invented_and_of_every_kind():
    organisations = reference("organisations")

    assert len(organisations) >= 25
    assert {one["kind"] for one in organisations} == {profession.value for profession in Profession}
    assert len({one["name"] for one in organisations}) == len(organisations)
    for one in organisations:
        assert identifiers.check_postcode(one["postcode"]) == one["postcode"]
        assert identifiers.check_phone(one["phone"]) == one["phone"]
        for domain in one["domains"]:
            assert domain.endswith(".example") and not is_free_mail(domain)
            assert canonical(f"someone@{domain}")


def test_b16_columns_that_ask_for_sentences_are_boxes_for_sentences():
    """What is needed, done or wanted takes more than a line; a name, a date or a level does not."""
    asking = {"outcome", "what", "action", "result", "method", "why"}
    one_line = [
        (form.key, question.id, column.id)
        for form in FORMS.values()
        for section in form.sections
        for question in section.questions
        for column in question.columns
        if column.id in asking and column.kind == "text"
    ]
    assert one_line == []
