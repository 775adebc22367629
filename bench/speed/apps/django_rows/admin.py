"""The admin's pages: a list and a record each."""

from typing import Any

from django.conf import settings
from django.contrib import admin

from bench.speed.apps.django_rows.models import Child, ChildLink, MyChild, SectionDraft, Submission


@admin.register(Child)
class ChildAdmin(admin.ModelAdmin):
    """All children."""

    list_display = ("__str__", "date_of_birth", "setting", "upn", "nhs_number", "created_at")
    list_select_related = ("setting",)
    search_fields = ("surname__startswith",)
    ordering = ("-id",)
    list_per_page = 25
    show_full_result_count = False
    raw_id_fields = ("setting",)


@admin.register(MyChild)
class MyChildAdmin(ChildAdmin):
    """The children a person is linked to."""

    def get_queryset(self, request: Any) -> Any:
        """Only theirs."""
        links = ChildLink.objects.filter(person_id=settings.BENCH_SENCO, ended_at=None)
        return super().get_queryset(request).filter(id__in=links.values("child_id"))


@admin.register(SectionDraft)
class SectionDraftAdmin(admin.ModelAdmin):
    """Drafts."""

    fields = ("section", "answers")


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin):
    """What was sent."""

    fields = readonly_fields = ("number", "submitted_at", "answers")
