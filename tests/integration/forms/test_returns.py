"""What the SEN team answers, and what others read of a form that was sent."""

import pytest
from sqlalchemy import select

from app.core.errors import Conflict, Forbidden, InvalidState, NotFound, ValidationFailed
from app.forms.reading import read
from app.forms.returns import LONGEST_REASON, WHOLE, accept, send_back
from app.forms.rules.workflow import FormState
from app.models import AuditRow, Form, FormReturn
from tests.cast import everything
from tests.filled_forms import fill_in, send


@pytest.fixture
def advice(cast, make):
    """Ann's advice as it was sent, about a child that Hana and Pat are linked to as well."""
    form = make.advice(make.child(linked=(cast.ann, cast.hana, cast.pat)), cast.ann)
    fill_in(cast.ann, form.id)
    send(cast.ann, form.id)
    return form


def state_of(context, form_id: int) -> FormState:
    with everything(context) as work:
        return work.get(Form, form_id).state


def asked_in(found) -> set[str]:
    return {line.line.question.id for section in found.sections for line in section.lines}


@pytest.mark.parametrize("officer", ["olu", "mary"])
def test_the_sen_team_accepts(context, cast, advice, officer):
    with getattr(cast, officer).works() as work:
        accept(work, advice.id, 1)

    assert state_of(context, advice.id) is FormState.accepted


def test_a_form_is_returned_with_a_reason_for_each_section(context, cast, advice):
    with cast.olu.works() as work:
        send_back(
            work,
            advice.id,
            1,
            {WHOLE: " Thank you. ", "views": "Please say when you met her.", "basis": "  "},
        )

    assert state_of(context, advice.id) is FormState.returned
    with cast.ann.works() as work:
        reasons = {(one.section, one.reason) for one in work.session.scalars(select(FormReturn))}
    assert reasons == {(None, "Thank you."), ("views", "Please say when you met her.")}


def test_a_return_needs_a_reason(context, cast, advice):
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        send_back(work, advice.id, 1, {WHOLE: "  ", "views": "", "no_such_section": "Why?"})

    assert [fault.field for fault in refused.value.faults] == ["reason"]
    assert state_of(context, advice.id) is FormState.submitted


def test_a_reason_has_an_end(cast, advice):
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        send_back(work, advice.id, 1, {"views": "x" * (LONGEST_REASON + 1)})

    assert [fault.field for fault in refused.value.faults] == ["reason-views"]


def test_a_version_that_was_not_read_is_not_accepted(cast, advice):
    with cast.olu.works() as work:
        send_back(work, advice.id, 1, {WHOLE: "Sign it."})
    send(cast.ann, advice.id)

    with pytest.raises(Conflict), cast.mary.works() as work:
        accept(work, advice.id, 1)


def test_what_is_accepted_is_not_returned(cast, advice):
    with cast.olu.works() as work:
        accept(work, advice.id, 1)

    with pytest.raises(InvalidState), cast.olu.works() as work:
        send_back(work, advice.id, 1, {WHOLE: "Too late."})


def test_consent_is_neither_accepted_nor_returned(cast, make):
    consent = make.consent(make.child(linked=(cast.pat,)), cast.pat)
    fill_in(cast.pat, consent.id)
    send(cast.pat, consent.id)

    with pytest.raises(InvalidState), cast.olu.works() as work:
        accept(work, consent.id, 1)


def test_authors_do_not_accept_their_own(cast, advice):
    with pytest.raises(Forbidden), cast.ann.works() as work:
        accept(work, advice.id, 1)


@pytest.mark.parametrize("stranger", ["bob", "hana", "pat", "quinn", "ines"])
def test_a_stranger_finds_no_such_form(cast, advice, stranger):
    with pytest.raises(NotFound), getattr(cast, stranger).works() as work:
        accept(work, advice.id, 1)
    with pytest.raises(NotFound), getattr(cast, stranger).works() as work:
        read(work, advice.id)


# --- reading --------------------------------------------------------------------------------------


def test_reading_is_written_down(context, cast, advice):
    with cast.olu.works() as work:
        read(work, advice.id)

    with everything(context) as work:
        rows = work.session.scalars(select(AuditRow).where(AuditRow.event == "FormViewed")).all()
    assert [(row.actor_id, row.child_id) for row in rows] == [(cast.olu.id, advice.child_id)]


@pytest.mark.parametrize("reader", ["hana", "pat"])
def test_others_read_the_newest_version_without_what_is_restricted(context, cast, make, reader):
    request = make.request(make.child(linked=(cast.sana, cast.hana, cast.pat)), cast.sana)
    secret = {"contact_risk": "yes", "contact_risk_details": "Do not give Mr Shah the address."}
    fill_in(cast.sana, request.id, family=secret, circumstances={"safeguarding_note": "Call first."})
    send(cast.sana, request.id)
    with cast.olu.works() as work:
        send_back(work, request.id, 1, {WHOLE: "Once more."})
    send(cast.sana, request.id)
    make.share(request)
    make.share(request, cast.pat)

    with getattr(cast, reader).works() as work:
        found = read(work, request.id)
    assert found.submission.number == 2
    assert len(found.versions) == 1
    assert found.returns == []
    assert "why_now" in asked_in(found)
    assert asked_in(found).isdisjoint(
        {"contact_risk", "contact_risk_details", "contacts", "safeguarding_note"}
    )
    with pytest.raises(NotFound), getattr(cast, reader).works() as work:
        read(work, request.id, 1)

    for whole in (cast.sana, cast.olu):
        with whole.works() as work:
            assert {"contact_risk_details", "safeguarding_note"} <= asked_in(read(work, request.id, 1))


def test_what_an_advice_quotes_from_the_request_is_read_only_by_those_who_may_read_the_request(
    context, cast, make
):
    child = make.child(linked=(cast.sana, cast.hana))
    request = make.request(child, cast.sana)
    fill_in(cast.sana, request.id)
    send(cast.sana, request.id)
    advice = make.advice(child, cast.sana, template="advice_education")
    fill_in(cast.sana, advice.id)
    send(cast.sana, advice.id)
    make.share(advice)

    with cast.sana.works() as work:
        quoted = {
            line.line.question.id
            for section in read(work, advice.id).sections
            for line in section.lines
            if line.line.question.fact.startswith("request.")
        }
    assert quoted
    with cast.hana.works() as work:
        withheld = quoted & asked_in(read(work, advice.id))
    assert not {one for one in withheld if "received" not in one}

    make.share(request)
    with cast.hana.works() as work:
        assert quoted <= asked_in(read(work, advice.id))


def test_nothing_is_read_of_a_form_that_was_not_sent(cast, make):
    advice = make.advice(make.child(linked=(cast.ann,)), cast.ann)
    fill_in(cast.ann, advice.id)

    with cast.olu.works() as work:
        found = read(work, advice.id)
    assert (found.submission, found.sections, found.versions) == (None, [], [])


def test_a_version_that_never_was_is_not_found(cast, advice):
    with pytest.raises(NotFound), cast.olu.works() as work:
        read(work, advice.id, 2)
