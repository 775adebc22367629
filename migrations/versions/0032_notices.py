"""Texts of the statutory notices as versioned data, the notices that were served, and their copies.

Revision ID: 0032
Revises: 0031
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ENTERED = datetime.fromisoformat("2026-12-01T00:00:00")

ABOUT = """About {child_name}, born on {child_date_of_birth}. Our reference: {case_number}

Dear {recipient_name}"""

RIGHTS = """# If you do not agree

You can talk to {officer_name} or to the SEN team first. You do not have to. Talking to us does not change the dates below.

# Mediation

You have the right to mediation about this decision. Mediation is a meeting with an independent person who helps you and the council to agree. It is free, and you choose whether to take part.

To ask for mediation, contact the mediation adviser by {mediation_until}, which is two months from the day we sent this letter:

{mediation_adviser}

If you want to appeal to the Tribunal, you need a certificate from the mediation adviser first. You get one whether or not you take part in mediation. If you tell the adviser that you do not want mediation, they send you the certificate within 3 working days.

If you want mediation, tell the adviser:

- that you want it
- what you want to talk about
- if it is about health care, which health care you want

The adviser tells us, and we contact you to arrange the meeting. You can reach us at {sen_phone} or {sen_email}.

# Appeal

{appeal_right}

You must appeal by {appeal_until}, or within one month of the date on your certificate if that is later. How to appeal: www.gov.uk/courts-tribunals/first-tier-tribunal-special-educational-needs-and-disability

# Disagreement resolution

You can also ask for help to settle a disagreement with us, with a school or college, or about health care. This is separate from mediation and from an appeal, it is free, and it does not change the dates above:

{disagreement_resolution}"""

HELP = """# Help and advice

This service gives free, confidential advice that is independent of the council:

{sendiass}

# Contact us

{council_name}, SEN team: {sen_phone}, {sen_email}

Yours sincerely

{officer_name}"""

CERTIFICATE_NOT_NEEDED = """You do not need a certificate if you appeal only about the school or college that the plan names, the type of school or college, or that it names none."""

TEXTS = {
    "N1": (
        "We are considering whether to assess needs",
        """On {received_on} we were asked to assess the special educational needs of {child_name}, or to consider it. We are now considering whether an Education, Health and Care needs assessment is necessary.

We must decide and tell you by {due_on}.

# Tell us what you think

You have the right to give us your views, and to send us anything that you want us to read, for example reports. Please do this as soon as you can, so that we can use it for the decision. Tell us too if you would rather talk to someone, or need an interpreter.

# Who else knows

By law we tell the health commissioning body, social care, and the school, early years setting or college that we are considering this.""",
    ),
    "N2": (
        "We will assess needs",
        """On {received_on} we were asked to assess the special educational needs of {child_name}. On {decided_on} we decided to carry out an Education, Health and Care needs assessment.

# What happens now

We ask these for advice, and each has 6 weeks to send it:

{advisers}

You can ask us to get advice from someone else as well. You can send your own views and any reports at any time.

After that we decide whether a plan is needed. If there is to be no plan, we must tell you within 16 weeks of the request. If there is to be a plan, you get a draft to comment on, and we must send the final plan by {due_on}.

# Who works on this

{officer_name} is your contact in the SEN team.""",
    ),
    "N3": (
        "We will not assess needs",
        """On {received_on} we were asked to assess the special educational needs of {child_name}. On {decided_on} we decided not to carry out an Education, Health and Care needs assessment.

# Our reasons

{reasons}

"""
        + RIGHTS.replace(
            "{appeal_right}",
            "You have the right to appeal against this decision to the First-tier Tribunal (Special Educational Needs and Disability).",
        ),
    ),
    "N4": (
        "Please give advice for a needs assessment",
        """We are assessing the special educational needs of {child_name}, and the law asks us to get your advice (SEND Regulations 2014, reg. 6).

# What we ask of you

Please send your advice by {due_on}, which is 6 weeks from this request (reg. 8). Please say:

- what the needs are
- what provision may be required
- which outcomes it is intended to help achieve

We send you copies of what the family has told us. If you use the portal, the form is waiting there for you.""",
    ),
    "N5": (
        "We will not make a plan",
        """On {received_on} we were asked to assess the special educational needs of {child_name}. We have carried out the assessment. On {decided_on} we decided not to make an Education, Health and Care plan.

# Our reasons

{reasons}

You can ask us for all the advice that we were given for the assessment.

"""
        + RIGHTS.replace(
            "{appeal_right}",
            "You have the right to appeal against this decision to the First-tier Tribunal (Special Educational Needs and Disability).",
        ),
    ),
    "N6": (
        "Your draft plan",
        """We have written a draft Education, Health and Care plan for {child_name}. The draft is sent to you with all the advice that we were given.

# What you can do until {comments_until}

You have at least 15 days, and the day on which you were sent the draft is the first of them. Until {comments_until} you can:

- tell us what you think of the draft
- name the school or college that you want in the plan
- ask for a meeting with us about the draft
- ask for a personal budget

The draft names no school or college. That comes with the final plan. Our Local Offer says where to find the list of schools and colleges that you can ask for, among them independent schools approved under section 41.

# After that

We read your comments, ask schools or colleges about a place, and send you the final plan by {due_on}.""",
    ),
    "N7": (
        "Consultation about a place",
        """We are preparing an Education, Health and Care plan for {child_name}, and we consider naming your school or college in it. The draft plan and the advice are sent with this letter.

Please reply by {due_on}, which is 15 days from the day we sent it. Please say whether you can provide what the draft sets out.

# If you think that you should not be named

By law we name a school or college that was asked for, unless:

- it is unsuitable for the age, ability, aptitude or special educational needs
- it would be incompatible with the efficient education of others
- it would be incompatible with the efficient use of resources

If one of these applies, please say which one, give the evidence, and say which reasonable steps you have considered (Children and Families Act 2014, s. 39).""",
    ),
    "N8": (
        "Your final plan",
        """We have made the final Education, Health and Care plan for {child_name}. The plan is sent to you with this letter.

The plan names: {setting}

We must review the plan within 12 months.

"""
        + RIGHTS.replace("about this decision", "about what the plan says").replace(
            "{appeal_right}",
            "You have the right to appeal to the First-tier Tribunal (Special Educational Needs and Disability) about the needs in section B, the special educational provision in section F, and the school or college, or the type of it, in section I, or that none is named. "
            + CERTIFICATE_NOT_NEEDED,
        ),
    ),
}
"""Title and text of each notice, by its key."""


def _body(text: str) -> str:
    return f"{ABOUT}\n\n{text}\n\n{HELP}"


def _row(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """Create a table with the columns that every table has."""
    return op.create_table(
        name,
        *columns,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Go forward: the first version of each text is entered."""
    templates = _row(
        "notice_template",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        _to("notice_template", "entered_by_id", "ab_user"),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_notice_template_kind_number")),
    )
    op.bulk_insert(
        templates,
        [
            {"kind": kind, "number": 1, "title": title, "body": _body(text), "created_at": ENTERED}
            for kind, (title, text) in TEXTS.items()
        ],
    )
    _row(
        "notice",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("served", sa.String(40), nullable=False),
        sa.Column("mediation_until", sa.Date(), nullable=True),
        sa.Column("appeal_until", sa.Date(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        _to("notice", "case_id", "ehc_case"),
        _to("notice", "template_id", "notice_template"),
        _to("notice", "recorded_by_id", "ab_user"),
    )
    op.create_index(op.f("ix_notice_case_id"), "notice", ["case_id"])
    _row(
        "notice_copy",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("pdf_id", sa.Integer(), nullable=True),
        sa.Column("docx_id", sa.Integer(), nullable=True),
        _to("notice_copy", "notice_id", "notice"),
        _to("notice_copy", "link_id", "child_link"),
        _to("notice_copy", "pdf_id", "document"),
        _to("notice_copy", "docx_id", "document"),
    )
    op.create_index(op.f("ix_notice_copy_notice_id"), "notice_copy", ["notice_id"])
    op.create_index(op.f("ix_notice_copy_link_id"), "notice_copy", ["link_id"])
    without = sa.text("pdf_id IS NULL OR docx_id IS NULL")
    op.create_index(
        "ix_notice_copy_without_files",
        "notice_copy",
        ["id"],
        sqlite_where=without,
        postgresql_where=without,
    )


def downgrade() -> None:
    """Go back: the notices are lost; their files stay with the cases."""
    op.drop_table("notice_copy")
    op.drop_table("notice")
    op.drop_table("notice_template")
