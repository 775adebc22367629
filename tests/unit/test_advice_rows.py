"""Whose advice an assessment needs, from what is known about the child (reg. 6(1))."""

import pytest

from app.cases.rules.advice_rows import (
    AskedAdvice,
    KnownFacts,
    Route,
    RouteFor,
    advice_rows,
    is_asked,
    never_asked,
    required_paragraphs,
)
from app.forms.definitions import parse
from app.forms.form_facts import LOOKED_AFTER, NEEDS, PEOPLE, SENSORY_NEEDS
from app.forms.rules.paragraphs import Paragraph, paragraph_of
from app.seed.files import form_seed

P = Paragraph
YEAR_4 = KnownFacts(year=4)
ALL_ASKED = [
    AskedAdvice(P.b, "advice_education"),
    AskedAdvice(P.c, "advice_health"),
    AskedAdvice(P.d, "advice_psychology"),
    AskedAdvice(P.e, "advice_social_care"),
]


def letters(paragraphs):
    return "".join(each.name for each in paragraphs)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (YEAR_4, "abcde"),
        (KnownFacts(year=8), "abcde"),
        (KnownFacts(year=9), "abcdeg"),
        (KnownFacts(year=14, named_by_family=("Dr Khan",)), "abcdegh"),
        (KnownFacts(year=-2, is_looked_after=True, has_sensory_need=True), "abcde"),
    ],
)
def test_the_law_requires_these_paragraphs(facts, expected):
    assert letters(required_paragraphs(facts)) == expected


def test_without_routes_each_required_paragraph_has_a_row_on_its_form():
    rows = advice_rows(YEAR_4, [])
    assert [(row.paragraph.name, row.form_key) for row in rows] == [
        ("a", ""),
        ("b", "advice_education"),
        ("c", "advice_health"),
        ("d", "advice_psychology"),
        ("e", "advice_social_care"),
    ]
    assert all(row.is_required and row.why for row in rows)
    assert [row.paragraph.name for row in rows if not row.is_own_request] == ["a"]


def test_each_route_of_a_paragraph_is_a_request_of_its_own():
    routes = [
        Route(7, P.c, "advice_health", "Occupational therapy", note="Hands"),
        Route(8, P.c, "advice_health", "Speech and language therapy"),
    ]
    health = [row for row in advice_rows(YEAR_4, routes) if row.paragraph is P.c]
    assert [(row.key, row.service, row.note) for row in health] == [
        ("c-7", "Occupational therapy", "Hands"),
        ("c-8", "Speech and language therapy", ""),
    ]


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        (YEAR_4, []),
        (KnownFacts(4, is_looked_after=True), ["Virtual school"]),
        (KnownFacts(4, has_sensory_need=True), ["Teachers of the deaf"]),
    ],
)
def test_what_the_council_adds_is_proposed_for_its_children_and_not_required(facts, asked):
    routes = [
        Route(1, P.f, "advice_education", "Virtual school", RouteFor.looked_after),
        Route(2, P.f, "advice_education", "Teachers of the deaf", RouteFor.sensory_need),
    ]
    added = [row for row in advice_rows(facts, routes) if row.paragraph is P.f]
    assert [row.service for row in added] == asked
    assert not any(row.is_required for row in added)


def test_a_sensory_need_asks_the_educational_adviser_for_a_qualified_teacher():
    rows = {row.paragraph: row for row in advice_rows(KnownFacts(4, has_sensory_need=True), [])}
    assert rows[P.b].needs_teacher
    assert not rows[P.d].needs_teacher
    assert not any(row.needs_teacher for row in advice_rows(YEAR_4, []))


def test_from_year_9_the_educational_form_asks_about_adulthood_unless_a_route_does():
    [own] = [row for row in advice_rows(KnownFacts(9), []) if row.paragraph is P.g]
    assert own.is_required
    assert not own.is_own_request
    routes = [Route(3, P.g, "advice_social_care", "Transitions")]
    [routed] = [row for row in advice_rows(KnownFacts(9), routes) if row.paragraph is P.g]
    assert routed.is_own_request
    assert not [row for row in advice_rows(YEAR_4, routes) if row.paragraph is P.g]


def test_each_person_the_family_names_has_a_row():
    named = advice_rows(KnownFacts(4, named_by_family=("Dr Khan", "Ms Lee")), [])[-2:]
    assert [(row.key, row.service, row.is_own_request) for row in named] == [
        ("h-0", "Dr Khan", True),
        ("h-1", "Ms Lee", True),
    ]
    assert is_asked(named[0], [AskedAdvice(P.h, "advice_health", "Dr Khan")])
    assert not is_asked(named[1], [AskedAdvice(P.h, "advice_health", "Dr Khan")])


def test_two_services_of_one_organisation_are_asked_apart():
    routes = [Route(7, P.c, "advice_health", "OT"), Route(8, P.c, "advice_health", "SALT")]
    asked = [AskedAdvice(P.c, "advice_health", "OT", 5)]
    assert [row.service for row in advice_rows(YEAR_4, routes) if is_asked(row, asked)] == ["OT"]


@pytest.mark.parametrize(
    ("facts", "asked", "invited", "missing"),
    [
        (YEAR_4, [], False, "abcde"),
        (YEAR_4, ALL_ASKED, False, "a"),
        (YEAR_4, ALL_ASKED, True, ""),
        (YEAR_4, ALL_ASKED[1:], True, "b"),
        (KnownFacts(9), ALL_ASKED, True, ""),
        (KnownFacts(9), ALL_ASKED[1:], True, "bg"),
        (KnownFacts(9), [*ALL_ASKED[1:], AskedAdvice(P.g, "advice_social_care")], True, "b"),
        (KnownFacts(4, named_by_family=("A", "B")), [*ALL_ASKED, AskedAdvice(P.h, "x")], True, "h"),
    ],
)
def test_what_was_never_asked(facts, asked, invited, missing):
    assert letters(never_asked(facts, asked, views_invited=invited)) == missing


def test_older_advice_counts_under_the_paragraph_of_its_form():
    assert paragraph_of(None, "advice_health") is P.c
    assert paragraph_of(None, "advice_of_the_council") is P.f
    assert paragraph_of(P.g, "advice_education") is P.g


def test_the_facts_are_where_the_request_form_asks_for_them():
    definition = parse(form_seed("request")["definition"])
    for section, question in (*NEEDS, LOOKED_AFTER, PEOPLE):
        assert definition.section(section).question(question)
    for section, question in NEEDS:
        values = {option.value for option in definition.section(section).question(question).options}
        assert values >= SENSORY_NEEDS
