"""Names that stand for one another: short forms that are not the beginning of the name, and spellings of one name.

Short forms such as "Ben" for "Benjamin" need no entry. The list holds common names only; another name is compared
letter by letter.
"""

import re

_GROUPS = """
    anthony antony tony
    robert rob bob bobby
    william bill billy will liam
    richard rick ricky dick
    edward edmund ted teddy ned
    james jim jimmy jamie
    john jon jack johnny
    charles charlie chuck
    henry harry hal
    michael mike micky mick
    nicholas nicolas nick
    andrew andy drew
    alexander alexandra alex sandy sasha sandra
    lawrence laurence larry laurie
    stephen steven steve stevie
    geoffrey jeffrey geoff jeff
    sean shaun shawn
    christopher kristopher chris kris
    philip phillip phil pip
    elizabeth elisabeth liz lizzie beth betty bess eliza lisa
    margaret maggie meg peggy marge
    catherine katherine kathryn katharine cathy kathy kate katie kath kat
    theresa teresa tess terry tracy
    dorothy dot dolly
    patricia patrick pat paddy trish tricia
    sarah sally sara
    mary molly polly
    helen ellen nell eleanor nora
    rebecca becky bex
    susan suzanne sue suzie
    deborah debra debbie
    victoria vicky vicki
    jacqueline jackie jacqui
    mohammed muhammad mohammad mohamed muhammed mohd
    ahmed ahmad
    hussain hussein husain hossain
    hassan hasan
    yusuf yousuf yusef yousef yousaf
    ibrahim ebrahim
    aisha ayesha aysha aishah
    fatima fatimah fathima
    khadija khadijah
    usman osman uthman
    abdul abdel abd
    iqbal ikbal
    rahman rehman
    begum begam
    malik malek
"""
_SAME: dict[str, set[str]] = {}
for _line in _GROUPS.split("\n"):
    for _name in _line.split():
        _SAME.setdefault(_name, set()).update(_line.split())


_MAC = (("mac", "mc"), ("mc", "mac"))
_SHORTEST_AFTER = 3
"""The fewest letters after "Mac" or "Mc" in a surname."""


_DOUBLED = re.compile(r"(\w)\1+")


def without_doubled(name: str) -> str:
    """Return a folded name with each doubled letter written once: "Hanna" and "Hana", "Phillips" and "Philips"."""
    return _DOUBLED.sub(r"\1", name)


def forms_of(name: str) -> frozenset[str]:
    """Return a folded name with the other forms of it in this list, each also without doubled letters.

    "MacDonald" is also written "McDonald".
    """
    other_surnames = {
        other + name.removeprefix(one)
        for one, other in _MAC
        if name.startswith(one) and len(name) >= len(one) + _SHORTEST_AFTER
    }
    forms = {name, *_SAME.get(name, ()), *other_surnames}
    return frozenset(forms | {without_doubled(each) for each in forms})
