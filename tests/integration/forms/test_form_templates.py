"""The forms that come with the portal, published; and that a published wording never changes."""

import copy

import pytest
from sqlalchemy import func, select

from app.core.errors import NotFound
from app.forms.definitions import DefinitionError
from app.forms.form_templates import definition_of, import_seeds, publish, published
from app.models import Form, FormTemplate, FormVersion
from app.seed.files import form_seed, form_seeds
from tests.cast import everything

KEYS = {
    "request",
    "consent",
    "consent_recorded",
    "advice_education",
    "advice_psychology",
    "advice_health",
    "advice_social_care",
}


def test_all_forms_are_there_and_parse(context, cast, make):
    with everything(context) as work:
        found = set(work.session.scalars(select(FormTemplate.key)))
        assert found == KEYS
        for key in KEYS:
            version = published(work.session, key)
            form = Form(form_version=version)
            assert definition_of(work.session, form).checksum == version.checksum


def test_bringing_them_in_again_changes_nothing(context):
    with everything(context) as work:
        assert import_seeds(work.session, form_seeds(), work.now) == []
        assert work.session.scalar(select(func.count(FormVersion.id))) == len(KEYS)


def test_a_new_wording_is_a_new_version_and_the_old_one_stays_as_it_was(context, cast, make):
    begun = make.request(make.child(linked=(cast.sana,)), cast.sana)
    seed = copy.deepcopy(form_seed("request"))
    seed["definition"]["title"] = "A new title"

    with everything(context) as work:
        before = published(work.session, "request")
        frozen, old_title = before.checksum, definition_of(work.session, work.get(Form, begun.id)).title
        (version,) = import_seeds(work.session, [seed], work.now)
        assert version.number == before.number + 1
        assert published(work.session, "request").id == version.id
        assert (before.checksum, before.retired_at) == (frozen, work.now)
        assert definition_of(work.session, work.get(Form, begun.id)).title == old_title != "A new title"


def test_a_faulty_form_is_not_published(context):
    seed = copy.deepcopy(form_seed("request"))
    seed["definition"]["sections"][0]["questions"][0]["kind"] = "riddle"

    with everything(context) as work:
        template = work.session.scalars(select(FormTemplate).where(FormTemplate.key == "request")).one()
        with pytest.raises(DefinitionError):
            publish(work.session, template, seed["definition"], work.now)
        with pytest.raises(DefinitionError):
            import_seeds(work.session, [seed], work.now)
        assert published(work.session, "request").number == 1


def test_there_is_no_form_of_another_name(context):
    with pytest.raises(NotFound), everything(context) as work:
        published(work.session, "riddle")
