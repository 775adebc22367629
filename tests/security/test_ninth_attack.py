"""Ninth attack: what opened files to a parent, left a recipient out, or sent a notice twice or without its dates."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.cases import notices
from app.cases.ask_for_all import ShareRequest, ask_for_all
from app.cases.notices import NoticeToServe
from app.cases.plan_tables import Served
from app.cases.rules.case_states import CaseState
from app.cases.rules.notices import NoticeKind
from app.cases.sent_copies import Opening, SentKind, open_copies
from app.core.errors import ValidationFailed
from app.models import Case, FormShare, Notice, NoticeCopy
from tests.cast import everything
from tests.make import Maker
from tests.security.test_family_attacks import note_that_must_not_know
from tests.security.test_plans_sent import DAY, Family, opens
from tests.security.test_plans_sent import family as family  # the fixture

LETTER = NoticeToServe(NoticeKind.N6, "Our letter", "Comments by {comments_until}", DAY, Served.portal)


@pytest.mark.parametrize("is_secret", [True, False])
def test_A2_asking_for_advice_with_files_does_not_open_the_files_to_a_parent(
    family: Family, make: Maker, is_secret: bool
) -> None:
    request = make.request(family.child, family.cast.sana, CaseState.assessing)
    make.share(request, family.cast.quinn, with_files=is_secret)
    if is_secret:
        family.hide()
    case_id = make.case_of(request)
    with family.cast.olu.works() as work:
        ask_for_all(work, case_id, [], share=ShareRequest(with_files=True))
    with everything(family.context) as work:
        shares = work.session.scalars(
            select(FormShare.with_files).where(
                FormShare.form_id == request.id,
                FormShare.link_id == family.father,
                FormShare.ended_at.is_(None),
            )
        ).all()
    assert shares == [False]


def test_A6_two_officers_serve_one_notice_once(family: Family) -> None:
    family.draft()
    letter = replace(LETTER, links=frozenset({family.father}))
    for officer in (family.cast.olu, family.cast.mary):
        with officer.works() as work:
            notices.serve_notice(work, family.case.id, letter)
    assert family.count(Notice) == 1


def test_A6_a_person_chosen_at_the_second_press_is_not_left_out_without_a_word(family: Family) -> None:
    family.draft()
    with family.cast.olu.works() as work:
        notices.serve_notice(work, family.case.id, replace(LETTER, links=frozenset({family.mother})))
    try:
        with family.cast.olu.works() as work:
            both = replace(LETTER, links=frozenset({family.mother, family.father}))
            notices.serve_notice(work, family.case.id, both)
    except ValidationFailed:
        return
    with everything(family.context) as work:
        found = work.session.scalars(select(NoticeCopy).where(NoticeCopy.link_id == family.father)).all()
    assert len(found) == 1


def test_A2_a_second_note_of_a_secret_address_withholds_what_was_sent_since_the_first(
    family: Family, make: Maker
) -> None:
    plan = family.draft()
    file = family.file_of(plan)
    family.hide()
    with family.cast.olu.works() as work:
        open_copies(work, family.case.id, [Opening(SentKind.plan, plan, family.father)])
    note_that_must_not_know(family.cast, make, family.child, "Quinn Barker")
    assert not opens(family.cast.quinn, file)


def test_A6_a_letter_without_the_last_day_to_appeal_is_refused(family: Family) -> None:
    with everything(family.context) as work:
        work.get(Case, family.case.id).state = CaseState.not_issuing
    with family.cast.olu.works() as work:
        text = notices.text_for(work, family.case.id, NoticeKind.N5)
        body = text.body.replace("{reasons}", "Because.").replace("{decided_on}", "today")
        body = body.replace("{appeal_until}", "some day")
        assert "{mediation_until}" in body
        letter = NoticeToServe(NoticeKind.N5, "Letter", body, DAY, Served.portal, frozenset({family.father}))
        with pytest.raises(ValidationFailed):
            notices.serve_notice(work, family.case.id, letter)
