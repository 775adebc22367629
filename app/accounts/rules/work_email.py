"""Normalise email addresses, and tell work domains from personal email services.

People register with a work address. Domains that the council recognises open an account; every other address waits
for the SEN team's approval, and so does a personal address of people without a work address.
"""

from __future__ import annotations

import re
import unicodedata

import idna

from app.core.text_input import character_problem, clean_code, letter_problem
from app.core.wording import N_, Wording

LONGEST = 254
"""The longest address that mail allows (RFC 5321)."""

SERVICES = """
    gmail.com googlemail.com outlook.com outlook.co.uk hotmail.com hotmail.co.uk live.com live.co.uk msn.com
    passport.com windowslive.com yahoo.com yahoo.co.uk ymail.com rocketmail.com icloud.com me.com mac.com
    aol.com aol.co.uk aim.com btinternet.com btopenworld.com talk21.com sky.com virginmedia.com
    virgin.net ntlworld.com blueyonder.co.uk talktalk.net talktalk.co.uk tiscali.co.uk lineone.net
    plus.com plusnet.com force9.co.uk freeserve.co.uk fsmail.net wanadoo.co.uk orange.net
    vodafone.net zen.co.uk demon.co.uk supanet.com madasafish.com uwclub.net
    proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tuta.io tuta.com tutamail.com
    gmx.com gmx.co.uk gmx.net gmx.de gmx.at gmx.ch mail.com email.com usa.com consultant.com
    zoho.com zohomail.com zohomail.eu fastmail.com fastmail.fm fastmail.co.uk hushmail.com hey.com
    mail.ru inbox.ru bk.ru list.ru yandex.com yandex.ru web.de freenet.de t-online.de laposte.net free.fr
    orange.fr wanadoo.fr wp.pl o2.pl onet.pl onet.eu interia.pl op.pl vp.pl gazeta.pl seznam.cz centrum.cz
    azet.sk zoznam.sk inbox.lv libero.it virgilio.it rediffmail.com qq.com 163.com 126.com naver.com
    mailinator.com guerrillamail.com 10minutemail.com tempmail.com temp-mail.org yopmail.com
    trashmail.com sharklasers.com dispostable.com maildrop.cc duck.com mozmail.com privaterelay.appleid.com
"""
FREE_MAIL = frozenset(SERVICES.split())
"""Domains on which anyone may open a mailbox. The domains of a firm's own staff are not among them."""

FREE_MAIL_IN_ANY_COUNTRY = re.compile(
    r"(?:gmail|googlemail|yahoo|hotmail|outlook|live|aol|gmx|yandex)(?:\.com?)?\.[a-z]{2}"
)
"""The same services under another country's ending, like yahoo.fr, hotmail.com.tr or outlook.in."""

LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")

SUB_ADDRESS = re.compile(r"[+=#/|~]")
NUMBERED = re.compile(r"[-_]\d+$")

FREE_MAIL_REFUSED = N_(
    "Enter your work email address. %(domain)s is a personal email service. If you have no work email address, tick “I do not have a work email address”"
)


class EmailError(ValueError):
    """The text is not an email address; `text` is the message for the screen."""

    def __init__(self, text: Wording) -> None:
        super().__init__(text)
        self.text = text


QUOTES = "\"'“”„‚«»‹›"
PASTED_WITH_NAME = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")


def pasted_address(text: str) -> str:
    """Return the address in what people paste: `Ann Smith <a@b.uk>`, `mailto:a@b.uk`, `"a@b.uk";`, `a @ b.uk`."""
    address = _bare(clean_code(text))
    if with_name := PASTED_WITH_NAME.fullmatch(address):
        name = with_name["name"].strip(f"{QUOTES} ")
        if "@" not in name or name == with_name["address"].strip():
            address = with_name["address"]
    address = (
        re.sub(r"(?i)^\s*mailto:|(?<=\S)\?\S*$", "", address) if "mailto:" in address.lower() else address
    )
    return _bare(re.sub(r"\s*@\s*", "@", address))


def _bare(address: str) -> str:
    return address.lstrip(f"{QUOTES} ").rstrip(f"{QUOTES}.,; ")


def canonical(email: str) -> str:
    """Return the normalised form of this address, so that no address has two accounts. Raises EmailError."""
    problem = Wording(N_("Enter an email address in the correct format, like name@school.sch.uk"))
    if len(email) > 4 * LONGEST:
        raise EmailError(problem)
    address = unicodedata.normalize("NFKC", pasted_address(email)).lower()
    if unusable := character_problem(address):
        raise EmailError(unusable)
    local, at, domain = address.rpartition("@")
    if at and (foreign := letter_problem(local)):
        raise EmailError(foreign)
    if not at or not LOCAL_PART.fullmatch(local) or len(local) > 64:
        raise EmailError(problem)
    try:
        domain = idna.encode(domain.rstrip("."), uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise EmailError(problem) from None
    if "." not in domain or domain.rsplit(".", 1)[1].isdigit():
        raise EmailError(problem)
    if len(local) + 1 + len(domain) > LONGEST:
        raise EmailError(Wording(N_("An email address must be %(limit)s characters or fewer"), limit=LONGEST))
    return f"{local}@{domain}"


def domain_of(email: str) -> str:
    """Return the part after the @ of a canonical address."""
    return email.rpartition("@")[2]


def is_free_mail(domain: str) -> bool:
    """Return whether anyone can open a mailbox on this domain, so that it does not show a workplace."""
    domain = domain.lower().rstrip(".")
    parents = [domain.split(".", n)[-1] for n in range(domain.count("."))]
    return any(parent in FREE_MAIL for parent in parents) or bool(FREE_MAIL_IN_ANY_COUNTRY.fullmatch(domain))


def free_mail_problem(domain: str) -> Wording:
    """Return the message that refuses an address on this domain."""
    return Wording(FREE_MAIL_REFUSED, domain=domain_shown(domain))


def parents_of(domain: str) -> list[str]:
    """Return the domains that this one is a subdomain of, without the top level."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(1, len(labels) - 1)]


def domain_shown(domain: str) -> str:
    """Return the domain in ASCII for officers: letters that only look Latin show as "xn--…"."""
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return domain.encode("ascii", "backslashreplace").decode("ascii")


def resemblance(email: str) -> str:
    """Return what all addresses of one mailbox have in common: no dots and no sub-address.

    Sub-addresses follow a plus or another separator that mail servers use, or are a number after a hyphen. Never an
    address to send to; it only shows that two addresses may be the same person's.
    """
    local, _, domain = email.rpartition("@")
    mailbox = NUMBERED.sub("", SUB_ADDRESS.split(local, maxsplit=1)[0]).replace(".", "")
    return f"{mailbox or local}@{domain}"
