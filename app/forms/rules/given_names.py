"""Names that stand for one another: short forms that are not the beginning of the name, and spellings of one name.

Short forms such as "Ben" for "Benjamin" need no entry. The list holds common names only; another name is compared
letter by letter.
"""

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


def forms_of(name: str) -> frozenset[str]:
    """Return a folded name with the other forms of it in this list."""
    return frozenset({name, *_SAME.get(name, ())})
