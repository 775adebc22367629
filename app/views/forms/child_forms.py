"""The forms for adding a child and for correcting a record."""

from dataclasses import fields

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, HiddenField, RadioField

from app.children.child_details import NewChild
from app.seed.files import reference
from app.views.web.fields import DatePartsField, StringField, TextAreaField
from app.views.web.generated_lists import choice_pairs
from app.views.web.i18n import gettext as _


class NewChildForm(Form):
    """The questions about a new child."""

    forenames = StringField(_l("Forenames"))
    surname = StringField(_l("Last name"))
    has_no_surname = BooleanField(_l("Has no last name"))
    known_as = StringField(_l("Known as (optional)"))
    date_of_birth = DatePartsField(_l("Date of birth"), description=_l("For example, 27 3 2015"))
    address = TextAreaField(_l("Home address"), address=True)
    postcode = StringField(_l("Postcode"))
    postcode_missing_reason = RadioField(
        _l("If there is no UK postcode, why is that?"), validate_choice=False
    )
    upn = StringField(
        _l("Unique pupil number (UPN)"), description=_l("A letter and 12 characters, like B801200005001")
    )
    upn_missing_reason = RadioField(_l("If there is no UPN, why is that?"), validate_choice=False)
    nhs_number = StringField(_l("NHS number (optional)"), description=_l("10 digits, like 943 476 5870"))

    def details(self) -> NewChild:
        """Return the entered details, unchecked, for the use case."""
        values = {
            each.name: self[each.name].data or ""
            for each in fields(NewChild)
            if each.name not in {"date_of_birth", "has_no_surname"}
        }
        for name in ("upn_missing_reason", "postcode_missing_reason"):
            if values[name] not in {code for code, _label in choice_pairs(self[name])}:
                values[name] = ""
        return NewChild(
            date_of_birth=self.date_of_birth.data, has_no_surname=self.has_no_surname.data, **values
        )


class AddChildForm(NewChildForm):
    """The details of a child to add."""

    add_key = HiddenField()
    """A key that makes two posts of the same page add one child."""
    same_child = RadioField(_l("Is this the same child?"), validate_choice=False)
    """Asked when the person is already linked to a similar child."""


def with_choices(form: NewChildForm) -> None:
    """Set the reasons to choose from."""
    for field in (form.upn_missing_reason, form.postcode_missing_reason):
        field.choices = [(item["code"], _(item["label"])) for item in reference(f"{field.name}s")]
