"""The demo's cases, played through the real use cases."""

from sqlalchemy import func, select

from app.forms.rules.workflow import FormState
from app.models import Child, Form, OutboxMail
from app.seed.cases import seed_cases
from tests.cast import everything


def test_the_demo_has_cases_at_different_stages(context, cast):
    seed_cases(context)

    with everything(context) as work:
        states = set(work.session.scalars(select(Form.state)))
        assert work.session.scalar(select(func.count(Child.id))) == 6
        assert work.session.scalar(select(func.count(OutboxMail.id))) == 0
    assert states >= {
        FormState.draft,
        FormState.submitted,
        FormState.returned,
        FormState.accepted,
        FormState.decided,
        FormState.asked,
    }
