"""Tables of draft and final plans, and of the consultation of schools and colleges about a draft."""

import enum
from collections.abc import Mapping
from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.tables.people import Person
from app.core.base import Row
from app.core.wording import N_
from app.documents.tables import Document
from app.organisations.tables import Organisation


class PlanKind(enum.Enum):
    """A draft plan, which the family comments on, or a final plan."""

    draft = "draft"
    final = "final"


class Served(enum.Enum):
    """How a plan was sent to the family."""

    portal = "portal"
    post = "post"
    email = "email"
    by_hand = "by_hand"


SERVED_LABELS: Mapping[Served, str] = {
    Served.portal: N_("In the portal only"),
    Served.post: N_("By post"),
    Served.email: N_("By secure email"),
    Served.by_hand: N_("In person"),
}


class Plan(Row):
    """A draft or final plan that the council sent to the family. Rows are never changed."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("case_id", "kind", "number"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("ehc_case.id"))
    kind: Mapped[PlanKind] = mapped_column()
    number: Mapped[int] = mapped_column()
    """1 is the first draft, or the first final plan, of the case."""
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    served_on: Mapped[date] = mapped_column()
    """The day on which the family was sent the plan."""
    served: Mapped[Served] = mapped_column()
    also_sent_to: Mapped[str] = mapped_column(default="")
    """Who else was sent it, in the officer's words: people without an account, the school, the commissioning body."""
    comments_until: Mapped[date | None] = mapped_column()
    """Of a draft: the last day for the family's comments (reg. 13(1))."""
    setting_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    """Of a final plan: the school or college that it names in section I; null where it names a type only."""
    setting_type: Mapped[str] = mapped_column(default="")
    review_due_on: Mapped[date | None] = mapped_column()
    """Of a final plan: the last day of its first review (CFA 2014, s. 44(1)(a))."""
    early_reason: Mapped[str] = mapped_column(default="")
    """Of a final plan sent before the time to comment on the draft had ended: why."""
    exception_id: Mapped[int | None] = mapped_column(ForeignKey("case_exception.id"))
    """Of a final plan sent after its last day: the exception that applies."""
    late_reason: Mapped[str] = mapped_column(default="")
    """Of a final plan sent after its last day without an exception: why."""
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))

    document: Mapped[Document | None] = relationship(lazy="raise_on_sql")
    """None for its reader while it is withheld: the row filter hides the file."""
    setting: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    recorded_by: Mapped[Person] = relationship(lazy="raise_on_sql")


class Reply(enum.Enum):
    """What a school or college answered when it was asked about a place."""

    yes = "yes"
    with_conditions = "with_conditions"
    no = "no"


REPLY_LABELS: Mapping[Reply, str] = {
    Reply.yes: N_("Yes, it can meet the needs"),
    Reply.with_conditions: N_("Yes, on conditions"),
    Reply.no: N_("No"),
}


class RefusalReason(enum.Enum):
    """The reasons for which a place may be refused (CFA 2014, s. 39(4))."""

    unsuitable = "unsuitable"
    education_of_others = "education_of_others"
    use_of_resources = "use_of_resources"


REFUSAL_LABELS: Mapping[RefusalReason, str] = {
    RefusalReason.unsuitable: N_("Unsuitable for the age, ability, aptitude or special educational needs"),
    RefusalReason.education_of_others: N_("Incompatible with the efficient education of others"),
    RefusalReason.use_of_resources: N_("Incompatible with the efficient use of resources"),
}


class Consultation(Row):
    """A school or college that was asked whether it can offer a place (CFA 2014, s. 38 and 40)."""

    __tablename__ = "consultation"
    __table_args__ = (UniqueConstraint("plan_id", "organisation_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("ehc_case.id"), index=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    """The draft that was sent to it."""
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    sent_on: Mapped[date] = mapped_column()
    reply_due_on: Mapped[date] = mapped_column()
    reply: Mapped[Reply | None] = mapped_column()
    replied_on: Mapped[date | None] = mapped_column()
    refusal_reason: Mapped[RefusalReason | None] = mapped_column()
    """Of a refusal: the reason that the law allows."""
    reply_text: Mapped[str] = mapped_column(default="")
    """Conditions, or the evidence for the reason and the reasonable steps that were considered."""
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
