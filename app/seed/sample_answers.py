"""What the invented sample case says, by question: a child in Year 4 with language and attention needs."""

from __future__ import annotations

from typing import Any

SAMPLE_CHILD = "Zara"
"""The name the sample uses; copies for another child have that child’s name instead."""

BY_QUESTION: dict[str, Any] = {
    # About the child
    "actual_year": "4",
    "sex": "F",
    "ethnicity": "APKN",
    "first_language": "pan",
    "child_interpreter": "no",
    "attendance": 91.4,
    "part_time": "no",
    "pupil_premium": "yes",
    "service_family": "no",
    "admission_date": "2021-09-06",
    "adults": [
        {
            "full_name": "Nadia Ellwood",
            "relationship": "Mother",
            "has_responsibility": "yes",
            "adult_language": "pan",
            "adult_interpreter": "yes",
        },
        {
            "full_name": "Craig Ellwood",
            "relationship": "Father",
            "has_responsibility": "yes",
            "adult_language": "eng",
            "adult_interpreter": "no",
        },
    ],
    "contact_risk": "no",
    "in_care": "no",
    "social_care_status": "early_help",
    "social_worker": "Sol Fletcher",
    "court_order": "no",
    "home_educated": "no",
    "gp": "Heaton Medical Practice, Bradford",
    # The reason
    "why_now": (
        "Despite three terms of planned support, the gap between Zara and other children is growing. She follows"
        " one-step instructions only, loses the thread in lessons within minutes, and has begun to refuse to come in"
        " on Mondays. Support costs more than the school can provide, and we expect the move to Year 5 to be hard."
    ),
    "primary_need": "SLCN",
    "secondary_need": "SEMH",
    "has_diagnosis": "yes",
    "diagnoses": [
        {
            "diagnosis": "Developmental language disorder",
            "given_by": "Airedale Children's Therapies",
            "given_on": "2024-03-14",
        }
    ],
    # The four areas
    "cognition_strengths": "She remembers what she has seen and done, loves puzzles and maps, and counts reliably to 100.",
    "cognition_needs": (
        "Reading is at the level of a child of 6. She cannot hold more than two pieces of spoken information in mind"
        " and needs each task broken into steps with pictures."
    ),
    "cognition_impact": "She finishes written work only with an adult beside her, and gives up when the adult leaves.",
    "cognition_evidence": (
        "British Ability Scales, 6 May 2025: non-verbal reasoning 98, verbal 71. Observation in mathematics, 12 May 2025."
    ),
    "communication_strengths": "She uses gesture and drawing well and is keen to talk about animals and her cousins.",
    "communication_needs": (
        "She understands sentences of four to five words. Her own speech leaves out small words and endings, and"
        " people who do not know her understand about half of it. Panjabi is affected in the same way."
    ),
    "communication_impact": "She is left out of games with rules, and hits out when others do not understand her.",
    "communication_evidence": "CELF-5 core language score 62, 20 March 2025. Talk with her mother in Panjabi, 12 May 2025.",
    "wellbeing_strengths": "She is kind to younger children and calms down quickly with a familiar adult.",
    "wellbeing_needs": "She worries about change, bites her sleeves, and has no way to say that she needs a break.",
    "wellbeing_impact": "She missed 14 Monday mornings this year and spends half of playtimes alone.",
    "wellbeing_evidence": "Strengths and Difficulties Questionnaire from school and home; observation at playtime, 12 May 2025.",
    "sensory_strengths": "She runs, climbs and swims well, and dresses herself.",
    "sensory_needs": "Noise in the dining hall upsets her. Handwriting is slow and tires her. Hearing and sight were normal in 2024.",
    "sensory_impact": "She eats in a small room with one friend and writes two sentences in a lesson.",
    "sensory_evidence": "Audiology letter of 2 February 2024; observation at lunch, 12 May 2025.",
    # Support so far
    "cycles": [
        {
            "outcome": "Follow two-step instructions in class",
            "action": "Picture timetable and pre-teaching of words, in a group of three",
            "by_whom": "Teaching assistant, trained by the speech therapist",
            "frequency": "4 times a week, 20 minutes",
            "from_day": "2024-09-09",
            "to_day": "2024-12-13",
            "result": "From none in ten to three in ten",
        },
        {
            "outcome": "Follow two-step instructions in class",
            "action": "As before, and one-to-one practice of key words",
            "by_whom": "Teaching assistant",
            "frequency": "5 times a week, 30 minutes",
            "from_day": "2025-01-08",
            "to_day": "2025-04-04",
            "result": "Four in ten; none without pictures",
        },
    ],
    "support_hours": 14.5,
    "support_cost": 9200,
    "element_2": "yes",
    "provision_map": "sent",
    "evidence_sent": ["support_plan", "provision_map", "therapy"],
    "attainment": [
        {
            "subject": "Reading",
            "level_before": "Year 1, emerging",
            "level_now": "Year 1, secure",
            "level_expected": "Year 4",
        },
        {
            "subject": "Writing",
            "level_before": "Below Year 1",
            "level_now": "Year 1, emerging",
            "level_expected": "Year 4",
        },
        {
            "subject": "Mathematics",
            "level_before": "Year 2, emerging",
            "level_now": "Year 2, secure",
            "level_expected": "Year 4",
        },
    ],
    "progress_note": "She makes steady small steps from her own starting point; the gap to her class grows each term.",
    "outcomes_sought": (
        "By the end of Year 6 she follows lessons with pictures and one reminder, makes herself understood to"
        " people who do not know her, and comes to school gladly."
    ),
    "provision_needed": (
        "Weekly speech and language therapy, an adult trained in language disorder in lessons with much talk, and"
        " teaching of reading in a small group every day."
    ),
    # Views
    "child_views": "“I like the guinea pigs. I don't like when it's loud. Miss Ali helps me with pictures. I want a friend.”",
    "child_views_how": "symbols",
    "parent_views": (
        "We are proud of how hard she tries. At home she cries on Sunday evenings. We want her to be understood and"
        " to learn to read. We speak Panjabi at home and need an interpreter at meetings."
    ),
    "parent_agreement": "agree",
    "professionals": [
        {
            "full_name": "Hana Begum",
            "role": "Speech and language therapist",
            "organisation": "Airedale Children's Therapies",
            "email": "hana.begum@airedale.nhs.example",
            "phone": "01632 960151",
            "last_seen": "2025-03-20",
            "report_date": "2025-04-02",
        }
    ],
    "declared_role": "SENCO",
    # Advice of every kind
    "facts_right": "yes",
    "self_care": "She dresses, eats and uses the toilet on her own. She needs help to pack her bag and to find her group.",
    "relationships": "She has one friend. With younger children she is gentle and leads their games.",
    "current_support": [
        {
            "what": "Pre-teaching of words for each topic",
            "who": "Teaching assistant with language training",
            "frequency": "4 times a week, 20 minutes",
            "group_size": "3",
            "cost": 3100,
        },
        {
            "what": "Adult beside her in English and mathematics",
            "who": "Teaching assistant",
            "frequency": "10 hours a week",
            "group_size": "1",
            "cost": 6100,
        },
    ],
    "support_effect": "Pictures and pre-teaching work. Long explanations to the whole class and changes without warning do not.",
    "sensory_need": "no",
    "outcomes": [
        {
            "area": "communication",
            "outcome": "Tell an adult she does not know what happened at playtime, so that the adult understands the main points",
            "by_when": "the end of Year 5",
        },
        {
            "area": "cognition",
            "outcome": "Read a page written for a child of 8 and answer three questions about it",
            "by_when": "the end of Year 6",
        },
        {
            "area": "wellbeing",
            "outcome": "Ask for a break with a card or in words before she is upset, on four days out of five",
            "by_when": "the end of Year 5",
        },
    ],
    "provision": [
        {
            "what": "Direct speech and language therapy and a programme for daily practice",
            "for_outcome": "1",
            "who": "Speech and language therapist; practice by a teaching assistant whom the therapist has trained",
            "frequency": "45 minutes a week in term time; practice 4 times a week, 15 minutes",
            "group_size": "1",
            "place": "A quiet room in school",
            "purpose": "education",
            "commissioned": "no",
            "icb_agreement": "no",
            "duration": "One year, then review",
            "cost": 4800,
        },
        {
            "what": "Reading in small steps with sounds and pictures",
            "for_outcome": "2",
            "who": "Teacher with training in language disorder",
            "frequency": "Every day, 30 minutes",
            "group_size": "Up to 4",
            "place": "Classroom",
            "purpose": "education",
            "commissioned": "yes",
            "icb_agreement": "no",
            "duration": "Two terms, then review",
            "cost": 2600,
        },
    ],
    "adult_work": "She wants to work with animals and asks about the college farm.",
    "adult_living": "She is learning to travel two stops on the bus with an adult a few seats away.",
    "adult_community": "She goes to a youth club on Fridays and wants to stay in touch with two friends by phone.",
    "adult_health": "She tells an adult when she is unwell and needs help to book an appointment.",
    # Psychology
    "summary": (
        "Zara reasons as well as others of her age when she can see what is meant. A severe difficulty with language"
        " keeps her from showing it, and her worries grow from not being understood. She needs therapy, teaching"
        " through pictures, and adults trained in language disorder."
    ),
    "background": "Zara lives with her parents and two brothers. She spoke first words at 3. She has been at the same school since Reception.",
    "formulation": (
        "Her language disorder makes lessons and friendships hard work. Misunderstandings lead to worry, worry to"
        " missed days, and missed days to gaps in reading. Her visual memory and her family's warmth protect her."
    ),
    "protective": "A trusted adult, clear routines, and work with animals.",
    "placement": ["confirmed"],
    "supervised": "no",
    "hcpc_number": "PYL00000",
    # Health
    "nhs_number_checked": "9990000018",
    "service": "slt",
    "known": "open",
    "seen_on": "2025-05-20",
    "advice_to_give": "yes",
    "strengths": "She is curious and affectionate, and uses gesture and drawing to get her meaning across. Her family supports every programme.",
    "related_needs": "A severe disorder of understanding and using language in both of her languages.",
    "effect": "She misses most of what is said to the whole class, and is teased for her speech.",
    "staff_training": "Half a day on language disorder for all staff who teach her, from the therapist, repeated each year.",
    "register": "hcpc",
    "registration_number": "SL00000",
    # Social care
    "known_since": "2025-02-03",
    "family_home": "A close family of five. The mother gave up work to be at home on the days when Zara does not go to school.",
    "young_carer": "no",
    "carers_assessed": "yes",
    "other_needs": "no",
    "csdpa": "yes",
    "h1": [
        {
            "what": "A place at a Saturday short-break club with staff trained in language disorder",
            "who": "Disabled children's short breaks service",
            "frequency": "Every second Saturday, 4 hours",
        }
    ],
    "short_breaks": "None so far. Two Saturdays a month would let the parents be with the boys.",
    "care_act": "no",
    "transition_plan": "The worker will talk with the young person about adult care at the next review.",
    "manager": "Grace Nkemelu",
    # Consent
    "who": "parent",
    "giver_name": "Nadia Ellwood",
    "relationship": "Mother",
    "has_responsibility": "yes",
    "method": "spoken",
    "given_on": "2025-09-10",
    "notice_read": ["read"],
    "language": "pan",
    "share_sendiass": "yes",
    "share_early_help": "yes",
    "copy_other_parent": "no",
    "health_records": "yes",
    "psychologist": "yes",
    "conditions": "Please let her bring her drawing book, and say beforehand who will come.",
}

BY_FORM: dict[str, dict[str, Any]] = {
    "request": {
        "contacts": [
            {
                "contact_name": "Nadia Ellwood",
                "contact_phone": "07700 900145",
                "contact_email": "nadia.ellwood@mail.example",
                "keep_private": "no",
            },
            {"contact_name": "Craig Ellwood", "contact_phone": "07700 900146", "keep_private": "no"},
        ],
    },
    "advice_psychology": {
        "contacts": [
            {
                "on": "2025-05-12",
                "place": "School",
                "method": "Observation in mathematics, at lunch and at playtime",
                "whom": "Zara and her class",
            },
            {"on": "2025-05-12", "place": "School", "method": "Talk with an interpreter", "whom": "Mother"},
            {"on": "2025-05-06", "place": "School", "method": "British Ability Scales", "whom": "Zara"},
        ],
    },
    "advice_social_care": {"known": "early_help"},
}
"""Answers to questions whose ids mean something else in another form."""
