"""The tables, as Django sees them; it neither makes nor changes them."""

from django.db import models


class Organisation(models.Model):
    """A school, setting or service."""

    name = models.TextField()

    class Meta:
        managed = False
        db_table = "organisation"

    def __str__(self) -> str:
        return self.name


class Child(models.Model):
    """A child."""

    forenames = models.TextField()
    surname = models.TextField()
    search_name = models.TextField()
    date_of_birth = models.DateField()
    address = models.TextField()
    postcode = models.TextField()
    upn = models.TextField(null=True)
    nhs_number = models.TextField(null=True)
    created_at = models.DateTimeField()
    setting = models.ForeignKey(Organisation, models.DO_NOTHING, null=True)

    class Meta:
        managed = False
        db_table = "child"

    def __str__(self) -> str:
        return f"{self.forenames} {self.surname}"


class MyChild(Child):
    """The same, for the list of one person's."""

    class Meta:
        proxy = True


class ChildLink(models.Model):
    """Who is involved."""

    child_id = models.IntegerField()
    person_id = models.IntegerField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "child_link"


class SectionDraft(models.Model):
    """A section that is being filled in."""

    form_id = models.IntegerField()
    section = models.TextField()
    answers = models.JSONField()

    class Meta:
        managed = False
        db_table = "section_draft"


class Submission(models.Model):
    """What was sent."""

    form_id = models.IntegerField()
    number = models.IntegerField()
    answers = models.JSONField()
    submitted_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "submission"
