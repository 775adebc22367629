"""The rules of duties as versioned data, and the duties of each case with the version that they follow from.

Revision ID: 0025
Revises: 0024
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
IN_FORCE = date(2014, 9, 1)
ENTERED = datetime.fromisoformat("2026-11-30T00:00:00")
SEND, CODE = "SEND Regulations 2014", "SEND Code of Practice 2015"
ACT = "Children and Families Act 2014"
TRIBUNAL = "Tribunal Procedure (First-tier Tribunal) (HESC Chamber) Rules 2008"
OF_COUNCIL = ["SCH_CLOSED", "EY_CLOSED", "EXC_PERS", "ABSENT"]
OF_ADVISER = ["EXC_PERS", "ABSENT", "MISSED_APPT"]
REQUEST = "the day the council receives the request"
MEETING = "the review meeting"
ORDER = "the Tribunal’s order"
UNCONFIRMED = "The regulation’s number comes from practice notes: read it before relying on it."
HOLIDAYS = (
    "A last day from 25 December to 1 January becomes the next working day in January, and one in August the first"
    " working day of September."
)


def rule(key: str, length: int, starts_from: str, regulation: str, **more: Any) -> dict[str, Any]:
    """Return a row of duty_rule: calendar days, of the council, unless `more` says otherwise."""
    return {
        "key": key,
        "number": 1,
        "effective_from": IN_FORCE,
        "unit": "days",
        "length": length,
        "day_of_year": "",
        "first_day_counts": False,
        "moves_out_of_holidays": False,
        "who": "council",
        "starts_from": starts_from,
        "regulation": regulation,
        "note": "",
        "excused_by": [],
        "created_at": ENTERED,
    } | more


RULES = (
    rule("decide_to_assess", 42, REQUEST, f"{SEND}, reg. 5(1)", excused_by=OF_COUNCIL),
    rule("give_advice", 42, "the day the adviser receives the request for advice", f"{SEND}, reg. 8",
         who="adviser", excused_by=OF_ADVISER),
    rule("no_plan_notice", 112, REQUEST, f"{SEND}, reg. 10", excused_by=OF_COUNCIL),
    rule("views_on_draft", 15, "the day the draft plan is served", f"{SEND}, reg. 13(1)", who="family",
         first_day_counts=True,
         note="The family must have at least 15 days, and the day of serving is the first of them."),
    rule("setting_reply", 15, "the day the setting is consulted", f"{CODE}, para. 9.83", who="setting"),
    rule("final_plan", 140, REQUEST, f"{SEND}, reg. 13(2)", excused_by=OF_COUNCIL),
    rule("review_invitation", -14, MEETING, f"{SEND}, reg. 20", who="setting",
         note="People are invited at least 2 weeks before the meeting."),
    rule("review_papers", -14, MEETING, f"{SEND}, reg. 20", who="setting",
         note="The advice is sent at least 2 weeks before the meeting."),
    rule("review_report", 14, MEETING, f"{SEND}, reg. 20", who="setting", note=UNCONFIRMED),
    rule("review_decision", 28, MEETING, f"{SEND}, reg. 20(10)", note=UNCONFIRMED),
    rule("yearly_review", 12, "the day the plan was made or last reviewed", f"{ACT}, s. 44", unit="months"),
    rule("early_years_review", 6, "the day the plan was made or last reviewed", f"{CODE}, para. 9.178",
         unit="months", note="Good practice: every 3 to 6 months."),
    rule("views_on_changes", 15, "the day the notice is served", f"{SEND}, reg. 22(2)", who="family",
         first_day_counts=True),
    rule("amended_plan", 84, MEETING, f"{SEND}, reg. 22(3) and (4)",
         note="4 weeks to decide and 8 weeks more: [2022] EWHC 493 (Admin)."),
    rule("amended_plan_after_notice", 56, "the notice of the proposed changes", f"{SEND}, reg. 22(3) and (4)"),
    rule("phase_transfer", 0, "the school year before the move", f"{SEND}, reg. 18", unit="day_of_year",
         day_of_year="02-14", note="Before 15 February of the year of the move."),
    rule("post16_transfer", 0, "the school year before the move", f"{SEND}, reg. 18", unit="day_of_year",
         day_of_year="03-30",
         note="From secondary school to a post-16 institution: before 31 March of the year of the move."),
    rule("post16_move", -5, "the day of the move", f"{SEND}, reg. 18", unit="months",
         note="Between post-16 institutions: at least 5 months before the move."),
    rule("decide_to_reassess", 15, "the day of the request", f"{SEND}, reg. 25", note=UNCONFIRMED),
    rule("reassessed_plan", 98, "the notice, or the council’s own decision, that it will reassess",
         f"{SEND}, reg. 27", excused_by=OF_COUNCIL),
    rule("plan_transfer", 15, "the day the council became aware of the move", f"{SEND}, reg. 15(2)",
         unit="working_days", who="other_council",
         note="On the day of the move, or within 15 working days of becoming aware of it."),
    rule("transfer_notice", 42, "the transfer of the plan", f"{SEND}, reg. 15(4)"),
    rule("moved_in_review", 3, "the transfer of the plan", f"{SEND}, reg. 15(5)", unit="months",
         note="The later of this day and 12 months from the day the plan was made or last reviewed."),
    rule("commissioner_notice", 15, "the day the board became aware of the move", f"{SEND}, reg. 16",
         unit="working_days", who="health"),
    rule("views_on_ceasing", 15, "the day the family is asked", f"{SEND}, reg. 31", who="family",
         note="Our practice: the regulation names no number of days."),
    rule("mediation_contact", 2, "the day the notice was sent", f"{SEND}, reg. 33", unit="months", who="family"),
    rule("mediation_certificate", 3, "the day mediation was declined or ended", f"{SEND}, regs 34 and 39",
         unit="working_days", who="mediation", note=UNCONFIRMED),
    rule("mediation_meeting", 30, "the day the family asked for mediation", f"{SEND}, reg. 36",
         note=UNCONFIRMED),
    rule("appeal", 2, "the day the notice was sent", TRIBUNAL, unit="months", who="family",
         moves_out_of_holidays=True,
         note=f"The later of this day and 1 month from the mediation certificate. {HOLIDAYS}"),
    rule("appeal_after_certificate", 1, "the mediation certificate", TRIBUNAL, unit="months", who="family",
         moves_out_of_holidays=True, note=HOLIDAYS),
    rule("appeal_response", 30, "the day the council received the appeal", TRIBUNAL, unit="working_days",
         note=UNCONFIRMED),
    rule("health_response", 35, "the day the board received the recommendation",
         "SEND First-tier Tribunal (Recommendations Power) Regulations 2017", who="health", note=UNCONFIRMED),
    rule("tribunal_assess", 14, ORDER, f"{SEND}, reg. 44(2)(b)"),
    rule("tribunal_no_plan", 70, ORDER, f"{SEND}, reg. 44(2)(b)"),
    rule("tribunal_assessed_plan", 98, ORDER, f"{SEND}, reg. 44(2)(b)"),
    rule("tribunal_draft", 35, ORDER, f"{SEND}, reg. 44(2)(c)"),
    rule("tribunal_plan", 77, ORDER, f"{SEND}, reg. 44(2)(c)"),
    rule("tribunal_amend", 35, ORDER, f"{SEND}, reg. 44", note=UNCONFIRMED),
    rule("tribunal_setting", 14, ORDER, f"{SEND}, reg. 44", note=UNCONFIRMED),
)  # fmt: skip

FILL = """
    INSERT INTO duty (created_at, case_id, "key", rule_id, starts_on, due_on, ending, ended_on)
    SELECT ehc_case.created_at, ehc_case.id, duty_rule."key", duty_rule.id, ehc_case.received_on, {due_on},
           CASE WHEN ehc_case.state = 'received' THEN NULL
                WHEN duty_rule."key" = 'decide_to_assess' THEN 'done'
                WHEN ehc_case.state = 'not_assessing' THEN 'not_needed' END,
           CASE WHEN ehc_case.state = 'not_assessing'
                  OR (ehc_case.state = 'assessing' AND duty_rule."key" = 'decide_to_assess')
                THEN COALESCE(ehc_case.decided_on, ehc_case.received_on) END
      FROM ehc_case JOIN duty_rule ON duty_rule."key" IN ('decide_to_assess', 'no_plan_notice', 'final_plan')
     ORDER BY ehc_case.id, duty_rule.length
"""
FILL_ADVICE = """
    INSERT INTO duty (created_at, case_id, "key", rule_id, starts_on, due_on, ending, ended_on)
    SELECT asked.created_at, asked.case_id, duty_rule."key", duty_rule.id, asked.starts_on, {due_on},
           CASE WHEN asked.awaited = 0 THEN 'done' END,
           CASE WHEN asked.awaited = 0 THEN COALESCE(asked.ended_on, asked.starts_on) END
      FROM duty_rule JOIN (
           SELECT MIN(ehc_case.id) AS case_id, MIN(ehc_case.created_at) AS created_at, MIN(form.asked_on) AS starts_on,
                  SUM(CASE WHEN form.state IN ('asked', 'draft', 'returned') THEN 1 ELSE 0 END) AS awaited,
                  MAX(form.received_on) AS ended_on
             FROM form JOIN ehc_case ON ehc_case.child_id = form.child_id AND ehc_case.state = 'assessing'
            WHERE form.kind = 'advice' AND form.statutory AND form.asked_on IS NOT NULL
              AND form.state <> 'cancelled'
            GROUP BY form.child_id) AS asked ON duty_rule."key" = 'give_advice'
     ORDER BY asked.case_id
"""


def _after(dialect: str, start: str) -> str:
    """Return the SQL for the last day of a rule in calendar days."""
    if dialect == "sqlite":
        return f"date({start}, '+' || duty_rule.length || ' days')"
    return f"{start} + duty_rule.length"


def upgrade() -> None:
    """Go forward: every case gets the duties that its day of receipt and its decision give it."""
    rules = op.create_table(
        "duty_rule",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("day_of_year", sa.Text(), nullable=False),
        sa.Column("first_day_counts", sa.Boolean(), nullable=False),
        sa.Column("moves_out_of_holidays", sa.Boolean(), nullable=False),
        sa.Column("who", sa.String(40), nullable=False),
        sa.Column("starts_from", sa.Text(), nullable=False),
        sa.Column("regulation", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("excused_by", JSON, nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["ab_user.id"], name=op.f("fk_duty_rule_entered_by_id_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_rule")),
        sa.UniqueConstraint("key", "number", name=op.f("uq_duty_rule_key_number")),
    )
    op.bulk_insert(rules, list(RULES))
    op.create_table(
        "duty",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ending", sa.String(40), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["ehc_case.id"], name=op.f("fk_duty_case_id_ehc_case")),
        sa.ForeignKeyConstraint(["rule_id"], ["duty_rule.id"], name=op.f("fk_duty_rule_id_duty_rule")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    dialect = op.get_bind().dialect.name
    op.execute(FILL.format(due_on=_after(dialect, "ehc_case.received_on")))
    op.execute(FILL_ADVICE.format(due_on=_after(dialect, "asked.starts_on")))
    op.create_index(op.f("ix_duty_case_id"), "duty", ["case_id"])
    op.create_index(op.f("ix_duty_rule_id"), "duty", ["rule_id"])
    runs = sa.text("ending IS NULL")
    op.create_index(
        "uq_duty_running", "duty", ["case_id", "key"], unique=True, sqlite_where=runs, postgresql_where=runs
    )


def downgrade() -> None:
    """Go back: the days of the next duties stay on the cases."""
    op.drop_table("duty")
    op.drop_table("duty_rule")
