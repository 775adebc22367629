"""Every route as the other parent, as the young person, and as a parent whose link has ended: nothing that the mother
wrote in confidence is in any answer, and nothing that they post changes her consent."""

import pytest
from sqlalchemy import select

from app.cases import advice_requests
from app.core.roles import WorkflowRole
from app.forms.rules.sharing import SharingChoice
from app.forms.rules.workflow import FormState
from app.forms.sharing import set_sharing
from app.models import Advice, Child, ChildLink, Consent, Form, Request, Submission
from app.views.web.access_control import PUBLIC
from tests.access.examples import example_ids
from tests.access.test_matrix import ENDS_THE_LOG_IN, SHUT, address, routes
from tests.browser import post_with_token
from tests.cast import everything
from tests.filled_forms import fill_in, send

SECRET = "REFUGEzq"
PARTS = {
    "father": WorkflowRole.parent,
    "young person": WorkflowRole.young_person,
    "parent who left": WorkflowRole.parent,
}


@pytest.fixture(params=PARTS)
def family(request, app, context, cast, make):
    """Pat's child; Quinn is the reader. The request and the advice are shared with Quinn by name."""
    child = make.child(
        linked=(cast.sana, cast.pat), address=f"9 {SECRET} Lane", postcode="BD9 9ZZ", known_as="Amina"
    )
    link = make.link(child, cast.quinn, part=PARTS[request.param], relationship_to_child=request.param)
    asked = make.request(child, cast.sana)
    risk = {"contact_risk": "yes", "contact_risk_details": f"The uncle must not know of {SECRET} Lane."}
    fill_in(cast.sana, asked.id, family=risk, circumstances={"safeguarding_note": f"Call {SECRET} first."})
    send(cast.sana, asked.id)
    with cast.pat.works() as work:
        consent = advice_requests.start_consent(work, child.id).id
    named = {"not_share": [{"name": f"Mr {SECRET}", "why": f"He followed us to {SECRET}."}]}
    fill_in(cast.pat, consent, sharing=named, permissions={"conditions": f"Call {SECRET} first."})
    send(cast.pat, consent)
    with cast.olu.works() as work:
        despite = frozenset(work.session.scalars(select(ChildLink.id)))
        set_sharing(work, asked.id, SharingChoice(links=frozenset({link.id}), despite=despite))
    if request.param == "parent who left":
        with everything(context) as work:
            work.get(ChildLink, link.id).ended_at = work.now
    ids = {"child_id": child.id, "form_id": asked.id, "draft_form_id": consent, "link_id": link.id}
    newest = {Child: child.id, Request: asked.id, Advice: asked.id}
    with everything(context) as work:
        return request.param, ids | example_ids(app, work, SECRET, newest)


def paths(app, method, ids):
    for rule in routes(app):
        if method not in (rule.methods or set()) or rule.endpoint in PUBLIC | SHUT | ENDS_THE_LOG_IN:
            continue
        for form in (ids["form_id"], ids["draft_form_id"]):
            path = address(rule, {**ids, "form_id": form})
            if path is not None:
                yield path


def test_a2_no_route_shows_what_the_mother_wrote_in_confidence(app, cast, family):
    who, ids = family
    browser = cast.quinn.browser()
    leaks = [path for path in sorted(set(paths(app, "GET", ids))) if SECRET in browser.get(path).text]
    assert leaks == []
    read = browser.get(f"/forms/{ids['form_id']}/read").status_code
    assert read == (404 if who == "parent who left" else 200)
    for path in ("", "/read", "/check", "/withdraw"):
        assert browser.get(f"/forms/{ids['draft_form_id']}{path}").status_code == 404


def test_a2_no_post_changes_the_mothers_consent(app, cast, family, context):
    _who, ids = family
    for path in sorted(set(paths(app, "POST", ids))):
        answer = post_with_token(
            cast.quinn.browser(), app, path, {"number": "1", "asked_by": "x", "giver": "record"}
        )
        assert answer.status_code < 500, path
        assert SECRET not in answer.text, path
    with everything(context) as work:
        consent = work.get(Consent, ids["draft_form_id"])
        assert (consent.state, consent.author_id) == (FormState.submitted, cast.pat.id)
        assert work.get(Form, ids["form_id"]).state is FormState.submitted
        assert work.get(Child, ids["child_id"]).contact_risk is True
        sent = select(Submission).where(Submission.form_id == ids["draft_form_id"])
        assert len(work.session.scalars(sent).all()) == 1
