"""Preparation for adulthood goes by the year a child is taught in, where the school gave it."""

import secrets
from dataclasses import replace
from datetime import date

import pytest

from app.core.roles import WorkflowRole
from app.forms.definitions import put_section
from app.forms.form_context import load_form
from app.forms.submissions import missing
from app.models import Child
from tests.cast import everything
from tests.filled_forms import fill_in, send

BORN = date(2013, 6, 1)  # Year 9 by age on 23 November 2026


def adulthood_asked(actor, form_id):
    with actor.works() as work:
        return "adulthood" in [section.id for section in load_form(work, form_id).sections]


def year_section(cast, form_id):
    with cast.sana.works() as work:
        return load_form(work, form_id).definition.question("actual_year")[0].id


def test_c3_sending_the_request_records_the_year_taught(context, cast, make):
    child = make.child(linked=(cast.sana,), date_of_birth=BORN)
    request = make.request(child, cast.sana)
    fill_in(cast.sana, request.id, **{year_section(cast, request.id): {"actual_year": "8"}})
    send(cast.sana, request.id, secrets.token_hex(16))
    with everything(context) as work:
        found = work.get(Child, child.id)
        assert (found.year_taught, found.year_taught_on) == (8, date(2026, 11, 23))


@pytest.mark.parametrize(("year", "asked"), [(8, False), (9, True), (None, True)])
def test_c3_advice_looks_ahead_to_adulthood_by_the_year_taught(cast, make, year, asked):
    given = {"year_taught": year, "year_taught_on": date(2026, 10, 1)} if year else {}
    child = make.child(linked=(cast.ann,), date_of_birth=BORN, **given)
    assert adulthood_asked(cast.ann, make.advice(child, cast.ann).id) is asked


def test_c3_the_page_says_which_year_it_shows(cast, make):
    child = make.child(
        linked=(cast.ann,), date_of_birth=BORN, year_taught=8, year_taught_on=date(2026, 10, 1)
    )
    page = cast.ann.browser().get(f"/children/{child.id}").text
    assert "Year group taught" in page
    assert "Year 8 (by age: Year 9)" in page


@pytest.mark.parametrize(("born", "problems"), [(date(2010, 9, 1), 1), (date(2010, 8, 31), 0)])
def test_c3_a_young_person_consents_only_after_compulsory_school_age(cast, make, born, problems):
    """On 23 November 2026 both are 16; for the older school year, school age ended in June."""
    child = make.child(date_of_birth=born)
    make.link(child, cast.pat, part=WorkflowRole.young_person)
    consent = make.consent(child, cast.pat)
    with cast.pat.works() as work:
        opened = load_form(work, consent.id)
        section = opened.definition.question("who")[0].id
        opened = replace(
            opened, answers=put_section(opened.answers, opened.section(section), {"who": "young_person"})
        )
        found = [one for one in missing(opened, work) if one.question_id == "who"]
    assert len(found) == problems
