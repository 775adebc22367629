"""Who may see each row of tests/integration/core/world.py: the council's policy, written out by hand."""

TEAM = {"olu", "mary"}
SCHOOL, PSYCHOLOGY, QUEUE, PAT, QUINN = {"sana"}, {"ann"}, {"hana", "idris"}, {"pat"}, {"quinn"}
FAMILY = PAT | QUINN
"""A parent, and the young person; each a party of their own."""
LINKED = SCHOOL | PSYCHOLOGY | QUEUE
"""Professionals who see the child: linked by name, or through their organisation's queue."""
INVOLVED = LINKED | FAMILY
"""The others are a colleague or a stranger of each kind; sol was linked once; ines is the administrator."""

_ACCOUNTS = TEAM | {"ines"}
_BESIDE = SCHOOL | PSYCHOLOGY | QUEUE | FAMILY
COLLEAGUES = {
    "sana": {"tom"}, "tom": {"sana"}, "ann": {"bob"}, "bob": {"ann"}, "hana": {"idris"}, "idris": {"hana"},
    "olu": {"mary", "ines"}, "mary": {"olu", "ines"}, "ines": {"olu", "mary"}, "rhys": {"quinn"}, "quinn": {"rhys"},
}  # fmt: skip
"""Who sees an account besides those who see all: colleagues; rhys and quinn are linked to one child."""
WORKING = ["sana", "tom", "rhys", "ann", "bob", "hana", "idris", "sol"]
"""Who works for an organisation."""

_SHARED = """advice for professionals, advice for pat, shared consent, advice once for professionals, advice once for quinn,
advice in an older version, advice without its files, advice for a parent who left"""
SHARED = [" ".join(name.split()) for name in _SHARED.split(",")]


def _of_form(
    name: str,
    authors: set[str],
    shared: set[str],
    *,
    recorded: bool = False,
    files: set[str] | None = None,
    queue: set[str] | None = None,
) -> dict[str, set[str]]:
    """Who sees a form and what hangs on it. Those who only see the queue see that there is a form."""
    team_on_drafts = TEAM if recorded else set()
    return {
        name: authors | shared | TEAM | (queue or set()),
        f"section of {name}": authors | team_on_drafts,
        f"revision of {name}": authors | team_on_drafts,
        f"submission of {name}": authors | shared | TEAM,
        f"return of {name}": authors | TEAM,
        f"draft file of {name}": authors | team_on_drafts,
        f"file of {name}": authors | (shared if files is None else files) | TEAM,
        f"restricted file of {name}": authors | TEAM,
    }


POLICY: dict[str, set[str]] = {
    "child": INVOLVED | TEAM,
    "merged child": set(),
    "child of another school": {"rhys", "quinn"} | TEAM,
    "name of the child": INVOLVED | TEAM,
    "name of a child of another school": {"rhys", "quinn"} | TEAM,
    "link of sana": INVOLVED | TEAM,
    "link of ann": INVOLVED | TEAM,
    "link of pat": INVOLVED | TEAM,
    "link of quinn": INVOLVED | TEAM,
    "ended link of quinn": INVOLVED | TEAM,
    "link in a queue": INVOLVED | TEAM,
    "ended link": INVOLVED | TEAM,
    **_of_form("draft request", SCHOOL, set()),
    **_of_form("private advice", PSYCHOLOGY, set()),
    **_of_form("advice for professionals", PSYCHOLOGY, LINKED),
    **_of_form("advice for pat", PSYCHOLOGY, PAT),
    **_of_form("advice once for professionals", PSYCHOLOGY, set()),
    **_of_form("advice once for quinn", PSYCHOLOGY, set()),
    **_of_form("advice in an older version", PSYCHOLOGY, PAT),
    "newer submission": PSYCHOLOGY | TEAM,
    "file of the newer submission": PSYCHOLOGY | TEAM,
    **_of_form("advice without its files", PSYCHOLOGY, PAT, files=set()),
    **_of_form("advice for a parent who left", PSYCHOLOGY, set()),
    **{f"share of {name}": TEAM for name in SHARED},
    **_of_form("advice in a queue", set(), set(), queue=QUEUE),
    **_of_form("draft consent", QUINN, set()),
    **_of_form("consent in record", set(), set(), recorded=True),
    **_of_form("shared consent", PAT, LINKED, files=LINKED),
    "message to ann": PSYCHOLOGY,
    "message to sol, once linked": set(),
    "message to sol about himself": {"sol"},
    "message to the team by sana": SCHOOL | TEAM,
    "log-in of ann": PSYCHOLOGY,
    "audit row": {"mary"},
    "mail": set(),
    "what ann typed": PSYCHOLOGY,
    "new address of ann": PSYCHOLOGY,
    "new organisation of ann": PSYCHOLOGY | TEAM,
    "code on its way": set(),
    "count of tries": set(),
    "link on its way": set(),
    "AppBuilder's registration": set(),
    "key for a program": set(),
    "work domain": _ACCOUNTS,
    "school holiday": _ACCOUNTS,
    **{f"membership of {key}": _ACCOUNTS | {key} | COLLEAGUES.get(key, set()) - {"quinn"} for key in WORKING},
    "registration": TEAM,
    "invitation": TEAM,
    "case": TEAM,
    "advice route": _ACCOUNTS,
    "decision": TEAM,
    "duty": TEAM,
    "exception": TEAM,
    "answers for the return": TEAM,
    "reminder": TEAM,
    "plan": TEAM | PAT,
    "file of a plan": TEAM | PAT,
    "reader of a plan": TEAM,
    "consultation": TEAM,
    "text of a notice": TEAM,
    "notice": TEAM | PAT,
    "copy of pat": TEAM | PAT,
    "copy of a school": TEAM,
    "import of children": {"mary"},
    "row of an import of children": {"mary"},
    "import of schools": {"ines"},
    "row of an import of schools": {"ines"},
    "absence": TEAM,
    "merge": TEAM,
    **{
        f"account of {key}": _ACCOUNTS
        | {key}
        | COLLEAGUES.get(key, set())
        | (_BESIDE if key in {"sana", "ann", "pat", "quinn"} else set())
        for key in [
            "sana",
            "tom",
            "rhys",
            "ann",
            "bob",
            "hana",
            "idris",
            "sol",
            "olu",
            "mary",
            "ines",
            "pat",
            "quinn",
        ]
    },
}
"""Who sees each row. A person who is not named does not see it."""
