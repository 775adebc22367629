"""The messages sent for events about links, decisions and advice."""

from app.accounts.recipients import the_owner
from app.cases.events import (
    AdviceReminder,
    AssessmentAgreed,
    AssessmentDeclined,
    CaseHandedOver,
    CaseOwnerChanged,
    CaseReturnRecorded,
    CasesHandedOver,
    CasesLeft,
    CaseWithoutOwner,
    ChildLinked,
    ColleagueBroughtIn,
    CorrectedNotToAssess,
    CorrectedToAssess,
    CoverArranged,
    CoverEnded,
    ExceptionRecorded,
    ExceptionWithdrawn,
    FamilyViewsInvited,
    LeadsReminded,
    LinkAssigned,
    LinkEnded,
    LinkTakenUp,
    NoticeRead,
    NoticeServed,
    OrganisationLeftUse,
    RelationshipCorrected,
    RequestRecorded,
    ReturnedToQueue,
    SettingConsulted,
    SettingReplied,
    WorkHandedOver,
    WorkLeft,
)
from app.cases.plan_notifications import CORRECTED, OF_PLANS
from app.cases.recipients import (
    authors_of_request,
    cases_handed_over,
    cases_left,
    cover_arranged,
    late_in_case,
    leads_reminded,
    organisation_left,
    reminded_in_time,
    reminded_late,
    sent_a_plan,
    the_assigned_before,
    the_colleagues,
    the_cover,
    the_linked,
    the_new_owner,
    who_handed_over,
    work_handed_over,
)
from app.core.notifications import AUDIT_ONLY, MessageTemplate, register, sen_team
from app.core.wording import N_
from app.forms.recipients import the_family

WILL_ASSESS = N_("The council will assess")

WILL_NOT_ASSESS = N_("The council will not assess")

REMINDERS = (
    MessageTemplate(
        "advice_reminder",
        reminded_in_time,
        N_("Advice is due soon"),
        N_(
            "“%(form)s” for %(child)s has not been sent yet and is due soon. Open it to see by when. "
            "If you cannot send it in time, write to the SEN team."
        ),
    ),
    MessageTemplate(
        "advice_reminder_late",
        reminded_late,
        N_("Advice is late"),
        N_(
            "“%(form)s” for %(child)s has not been sent yet, and its due date has passed. Send it as soon as you can. "
            "If you cannot, write to the SEN team."
        ),
    ),
)
LEAD_REMINDER = MessageTemplate(
    "advice_reminder_lead",
    leads_reminded,
    N_("Advice from your organisation is late"),
    N_(
        "Advice that your organisation was asked for is late, in case %(case)s. The people who work on it were reminded. "
        "If none of them can send it, assign it to a colleague or contact the SEN team."
    ),
    of_account=True,
    facts=late_in_case,
)

register(
    {
        ChildLinked: (
            MessageTemplate(
                "child_linked",
                the_linked,
                N_("You are now linked to a child"),
                N_(
                    "The SEN team has linked %(child)s to you or to your organisation. Open their page to see what is needed."
                ),
            ),
        ),
        RelationshipCorrected: AUDIT_ONLY,
        LinkTakenUp: (
            MessageTemplate(
                "link_taken_up",
                sen_team,
                N_("A child was assigned"),
                N_("%(child)s has been assigned to %(by)s."),
            ),
        ),
        LinkAssigned: (
            MessageTemplate(
                "child_assigned",
                the_linked,
                N_("A child is assigned to you"),
                N_("%(by)s has assigned %(child)s to you. Open their page to see what is needed."),
            ),
            MessageTemplate(
                "child_reassigned",
                the_assigned_before,
                N_("A child is assigned to a colleague"),
                N_(
                    "%(by)s has assigned %(child)s, who was assigned to you, to a colleague or to themselves."
                ),
            ),
            MessageTemplate(
                "child_assigned_team",
                sen_team,
                N_("A child was assigned"),
                N_(
                    "%(by)s has assigned %(child)s. Open the child’s page to see who works on what you asked for."
                ),
            ),
        ),
        WorkLeft: (
            MessageTemplate(
                "work_left",
                sen_team,
                N_("Something you asked for has no author"),
                N_(
                    "There is no longer an author for what you asked for about %(child)s, and the organisation can no "
                    "longer see the child. Ask another person or organisation, or link this one again."
                ),
            ),
        ),
        OrganisationLeftUse: (
            MessageTemplate(
                "organisation_left_use",
                sen_team,
                N_("An organisation is no longer in use"),
                N_(
                    "%(organisation)s is no longer in use in the portal, so its people can see no child. "
                    "Children linked to it: %(children)s. Forms it has not finished: %(forms)s. "
                    "These are still due. Ask other people or organisations."
                ),
                of_account=True,
                facts=organisation_left,
            ),
        ),
        ReturnedToQueue: AUDIT_ONLY,  # WorkHandedOver sends one message for all children
        WorkHandedOver: (
            MessageTemplate(
                "work_handed_over",
                the_colleagues,
                N_("A colleague’s work is now your organisation’s"),
                N_(
                    "%(person)s no longer works on children in the portal for your organisation. "
                    "Children now waiting in your organisation’s queue: %(children)s. "
                    "Children on whom a colleague already works: %(with_colleagues)s. "
                    "Forms that are not finished: %(forms)s. "
                    "Open “Waiting in our queue” in the SEND area and assign each child to a colleague."
                ),
                of_account=True,
                facts=work_handed_over,
            ),
            MessageTemplate(
                "work_handed_over_team",
                sen_team,
                N_("A professional’s work went to their organisation’s queue"),
                N_(
                    "%(person)s no longer works on children in the portal for %(organisation)s. "
                    "Children now waiting in the organisation’s queue: %(children)s. "
                    "Children on whom a colleague already works: %(with_colleagues)s. "
                    "Forms that are not finished: %(forms)s. "
                    "People at the organisation who can be assigned: %(colleagues)s. "
                    "If there are none, ask another person or organisation."
                ),
                of_account=True,
                facts=work_handed_over,
            ),
        ),
        ColleagueBroughtIn: (
            MessageTemplate(
                "colleague_brought_in",
                the_linked,
                N_("A colleague has shared a child with you"),
                N_("%(by)s has shared %(child)s with you. You can work on their forms together."),
            ),
        ),
        ExceptionRecorded: AUDIT_ONLY,  # the reason may be about the family, and the limit stays
        ExceptionWithdrawn: AUDIT_ONLY,
        CaseReturnRecorded: AUDIT_ONLY,
        LinkEnded: AUDIT_ONLY,  # the person may not see the child any more, so no message is sent
        CaseOwnerChanged: AUDIT_ONLY,  # CasesHandedOver and CasesLeft send one message for all cases
        CaseWithoutOwner: AUDIT_ONLY,
        CaseHandedOver: (
            MessageTemplate(
                "case_handed_over",
                the_new_owner,
                N_("A case is now yours"),
                N_("%(officer)s has handed the case of %(child)s to you. It is now under “Mine” in “Cases”."),
                of_child=True,
                facts=who_handed_over,
            ),
        ),
        CasesHandedOver: (
            MessageTemplate(
                "cases_handed_over",
                the_owner,
                N_("Several cases are now yours"),
                N_("%(officer)s has handed %(cases)s cases to you. They are now under “Mine” in “Cases”."),
                of_account=True,
                facts=cases_handed_over,
            ),
        ),
        CasesLeft: (
            MessageTemplate(
                "cases_left",
                sen_team,
                N_("Cases have no owner"),
                N_(
                    "%(person)s no longer works in the SEN team. Cases that now have no owner: %(cases)s. "
                    "Open “Cases”, then “No owner”, and hand over each to a colleague."
                ),
                of_account=True,
                facts=cases_left,
            ),
        ),
        CoverArranged: (
            MessageTemplate(
                "cover_arranged",
                the_cover,
                N_("You cover for a colleague"),
                N_(
                    "%(person)s will be away, and you cover. Their cases are in your list “Today” on those days, marked. "
                    "“Cover for absence” on that page shows the days."
                ),
                of_account=True,
                facts=cover_arranged,
            ),
        ),
        CoverEnded: AUDIT_ONLY,
        RequestRecorded: (
            MessageTemplate(
                "request_recorded",
                the_family,
                N_("The council is considering an assessment"),
                N_(
                    "The council is considering whether to assess the needs of %(child)s. It must decide within 6 weeks. "
                    "Open the page of %(child)s to see the dates. You can tell the SEN team what you think, and send it "
                    "anything you want it to read."
                ),
                of_child=True,
            ),
        ),
        AssessmentAgreed: (
            MessageTemplate(
                "assessment_agreed",
                authors_of_request,
                WILL_ASSESS,
                N_("The council has decided to carry out an assessment of the needs of %(child)s."),
            ),
            MessageTemplate(
                "assessment_agreed_family",
                the_family,
                WILL_ASSESS,
                N_(
                    "The council has decided to carry out an assessment of the needs of %(child)s. "
                    "It will now ask professionals for advice."
                ),
                of_child=True,
            ),
        ),
        FamilyViewsInvited: (
            MessageTemplate(
                "family_views_invited",
                the_family,
                N_("Tell us your views"),
                N_(
                    "The council is assessing the needs of %(child)s and wants to know your own views: what matters to "
                    "you, what goes well, what is hard, and what you hope for. Answer with a message to the SEN team, "
                    "and say if you would rather talk to someone. You can also send reports, and name people whom we "
                    "should ask for advice."
                ),
                of_child=True,
            ),
        ),
        AssessmentDeclined: (
            MessageTemplate(
                "assessment_declined",
                authors_of_request,
                WILL_NOT_ASSESS,
                N_("The council has decided not to carry out an assessment of the needs of %(child)s."),
            ),
            MessageTemplate(
                "assessment_declined_family",
                the_family,
                WILL_NOT_ASSESS,
                N_(
                    "The council has decided not to carry out an assessment of the needs of %(child)s. By law the council "
                    "must write to you with its reasons, and tell you how to appeal and how to ask for mediation. "
                    "If you have no letter yet, contact the SEN team."
                ),
                of_child=True,
            ),
        ),
        CorrectedToAssess: (
            MessageTemplate(
                "corrected_to_assess",
                authors_of_request,
                CORRECTED,
                N_(
                    "The council has corrected its decision about %(child)s. "
                    "The decision is now to carry out an assessment. The earlier message no longer counts."
                ),
            ),
            MessageTemplate(
                "corrected_to_assess_family",
                the_family,
                CORRECTED,
                N_(
                    "The council has corrected its decision about %(child)s. "
                    "The decision is now to carry out an assessment. If you have questions, contact the SEN team."
                ),
                of_child=True,
            ),
        ),
        CorrectedNotToAssess: (
            MessageTemplate(
                "corrected_not_to_assess",
                authors_of_request,
                CORRECTED,
                N_(
                    "The council has corrected its decision about %(child)s. "
                    "The decision is now not to carry out an assessment. The earlier message no longer counts."
                ),
            ),
            MessageTemplate(
                "corrected_not_to_assess_family",
                the_family,
                CORRECTED,
                N_(
                    "The council has corrected its decision about %(child)s. The decision is now not to carry out an "
                    "assessment. By law the council must write to you with its reasons, and tell you how to appeal and how "
                    "to ask for mediation. If you have no letter yet, contact the SEN team."
                ),
                of_child=True,
            ),
        ),
        **OF_PLANS,
        NoticeServed: (
            MessageTemplate(
                "notice_served",
                sent_a_plan,
                N_("A letter from the council is ready to read"),
                N_(
                    "There is a letter about %(child)s for you on the page of %(child)s. It says what the council has "
                    "decided or asks for, and what you can do."
                ),
                of_child=True,
            ),
        ),
        NoticeRead: AUDIT_ONLY,
        SettingConsulted: AUDIT_ONLY,  # the school sees the draft outside the portal
        SettingReplied: AUDIT_ONLY,
        AdviceReminder: REMINDERS,
        LeadsReminded: (LEAD_REMINDER,),
    }
)
