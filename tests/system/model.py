"""Who may read and change what, stated a second time in plain lines, without a database: what the portal is compared with.

It uses none of the portal's rules, only the policy they were made from. What follows from an act for other people's
links and forms is in consequences.py.
"""

from dataclasses import dataclass, field

TEAM = {"sen_officer", "sen_manager"}
OPEN = {"asked", "draft", "returned"}
"""The author's answers may still change."""
RECEIVED = {"submitted", "returned", "accepted"}
"""A request that the council has and has not decided."""
DECIDED = {"decided"}
SHAREABLE = {"submitted", "accepted", *DECIDED}


@dataclass
class Someone:
    """An account."""

    key: str
    roles: set[str]
    body: int | None
    """Their organisation."""
    name: str = ""
    email: str = ""
    confirmed: bool = False
    """The organisation's lead or the SEN team has confirmed that they work there."""
    leads: bool = False
    open: bool = True

    @property
    def team(self) -> bool:
        return bool(self.roles & TEAM)

    @property
    def professional(self) -> bool:
        return "professional" in self.roles

    @property
    def parent(self) -> bool:
        return "parent" in self.roles

    @property
    def admin(self) -> bool:
        return "admin" in self.roles


@dataclass
class Record:
    """A child's record; `merged` is the record that it became part of."""

    merged: int | None = None
    risk: bool = False
    """An address or contact detail must not become known."""


@dataclass
class Involved:
    """A link: of a person, or of an organisation's queue."""

    child: int
    person: str | None
    body: int | None
    part: str = "author"
    queued: bool = False
    """The child came to this person through the organisation's queue."""
    ended: bool = False
    removed: bool = False
    """The SEN team ended it: only the SEN team links this person or organisation again."""


@dataclass
class Paper:
    """A form."""

    child: int
    kind: str
    body: int | None
    state: str
    author: str | None = None
    """Who writes it; for a consent, whose it is: no one's with an account where the SEN team writes it down."""
    asked: str | None = None
    """Who was asked for advice by name."""
    statutory: bool = True
    sent: int = 0
    shared: set[str | int] = field(default_factory=set)
    """"professionals", and the links of parents."""
    with_files: bool = False
    rests: bool = False
    """What professionals read ends when a consent about the child is withdrawn."""
    recorded: bool = False
    """A consent that the SEN team writes down."""
    outcome: str = "received"
    """The state of a request's case."""


@dataclass
class File:
    """A file attached to a form."""

    paper: int
    given: bool = False
    removed: bool = False


@dataclass
class Letter:
    """A message; without a `to` it is in the SEN team's shared inbox."""

    child: int | None
    to: str | None
    by: str
    by_team: bool


@dataclass
class Guest:
    """An invitation."""

    role: str
    email: str
    by: str
    child: int | None = None
    body: int | None = None
    name: str = ""
    open: bool = True


@dataclass
class Merge:
    """One record became part of another; what came with it, and the links that ended because both had them."""

    merged: int
    into: int
    links: set[int]
    papers: set[int]
    letters: set[int]
    guests: set[int]
    doubled: set[int]
    removed: set[int]
    """Links of either record that the SEN team had ended before."""
    undone: bool = False


class Model:
    """All there is, and who may do what with it."""

    def __init__(self) -> None:
        self.people: dict[str, Someone] = {}
        self.bodies: dict[int, bool] = {}
        """Organisations, and whether they are in use."""
        self.schools: set[int] = set()
        self.children: dict[int, Record] = {}
        self.links: dict[int, Involved] = {}
        self.papers: dict[int, Paper] = {}
        self.drafts: dict[int, int] = {}
        """A draft of a section, and the form it belongs to."""
        self.versions: dict[int, tuple[int, int]] = {}
        """A version that was sent: its form and its number."""
        self.reasons: dict[int, int] = {}
        """Why a form was returned, and the form."""
        self.files: dict[int, File] = {}
        self.letters: dict[int, Letter] = {}
        self.guests: dict[int, Guest] = {}
        self.merges: dict[int, Merge] = {}
        self.accounts: dict[int, str] = {}

    # --- what someone is to a child ------------------------------------------------------------------

    def works(self, who: Someone) -> bool:
        """Whether this is a professional of an organisation that is in use."""
        return who.professional and who.body is not None and self.bodies[who.body]

    def is_confirmed(self, who: Someone) -> bool:
        return self.works(who) and who.confirmed

    def of_child(self, child: int) -> list[Involved]:
        """The open links."""
        return [link for link in self.links.values() if link.child == child and not link.ended]

    def holds_link(self, who: Someone, child: int) -> bool:
        """An open link of theirs, whatever they were when they were linked."""
        return any(link.person == who.key for link in self.of_child(child))

    def by_name(self, who: Someone, child: int) -> bool:
        """Linked in person: as a parent, or as a professional of the organisation they work for now."""
        mine = [link for link in self.of_child(child) if link.person == who.key]
        if who.parent:
            return any(link.part == "parent" for link in mine)
        return self.works(who) and any(link.part == "author" and link.body == who.body for link in mine)

    def is_removed(self, child: int, who: Someone) -> bool:
        """The SEN team removed this person, or their whole organisation, from the child."""
        return any(
            link.person == who.key or (link.person is None and link.body == who.body)
            for link in self.links.values()
            if link.child == child and link.removed
        )

    def in_queue(self, child: int, body: int) -> bool:
        return any(link.person is None and link.body == body for link in self.of_child(child))

    def through_queue(self, who: Someone, child: int) -> bool:
        """The child waits in the queue of their organisation, or came through it to a colleague. Confirmed people only."""
        return (
            self.is_confirmed(who)
            and not self.is_removed(child, who)
            and any(
                link.body == who.body and (link.person is None or link.queued)
                for link in self.of_child(child)
            )
        )

    def involved(self, who: Someone, child: int) -> bool:
        return self.by_name(who, child) or self.through_queue(who, child)

    def is_shown_person(self, who: Someone, link: Involved) -> bool:
        """Where an address is secret, a parent sees no one else of the family; who is not confirmed sees no colleague."""
        if who.parent and self.children[link.child].risk:
            return link.person == who.key or link.part == "author"
        if who.professional and not self.is_confirmed(who):
            return link.person == who.key or (link.person is None and link.body == who.body)
        return True

    def writes(self, who: Someone, paper: Paper) -> bool:
        """The authors: professionals linked by name, for their organisation, and before they are confirmed only for what
        they themselves write; each parent for their own consent."""
        if not self.by_name(who, paper.child):
            return False
        if who.parent:
            return paper.kind == "consent" and paper.author == who.key
        return self.is_of_organisation(who, paper)

    def is_of_organisation(self, who: Someone, paper: Paper) -> bool:
        ours = self.works(who) and paper.body == who.body
        return ours and (who.confirmed or paper.author == who.key)

    def is_shown(self, who: Someone, paper: Paper) -> bool:
        """The SEN team lets the professionals, or this parent by name, read what was sent, and they see the child."""
        if not who.open or not self.involved(who, paper.child):
            return False
        if who.professional:
            return who.confirmed and "professionals" in paper.shared
        return any(
            not self.links[one].ended and self.links[one].person == who.key
            for one in paper.shared
            if isinstance(one, int)
        )

    # --- reading ------------------------------------------------------------------------------------

    def reads_child(self, who: Someone, number: int) -> bool:
        in_use = self.children[number].merged is None
        return who.open and in_use and (who.team or self.involved(who, number))

    def reads_link(self, who: Someone, number: int) -> bool:
        link = self.links[number]
        return who.open and (who.team or (self.involved(who, link.child) and self.is_shown_person(who, link)))

    def reads_paper(self, who: Someone, number: int) -> bool:
        """That a form exists: also colleagues who see the child through the queue, for what their organisation writes."""
        paper = self.papers[number]
        exists = self.through_queue(who, paper.child) and self.is_of_organisation(who, paper)
        return who.open and (who.team or exists or self.writes(who, paper) or self.is_shown(who, paper))

    def reads_draft(self, who: Someone, number: int) -> bool:
        """Not who only sees the queue."""
        paper = self.papers[self.drafts[number]]
        return who.open and (self.writes(who, paper) or (who.team and paper.recorded))

    def reads_version(self, who: Someone, number: int) -> bool:
        """Others than the authors and the SEN team read the one version that is shared, which is the newest."""
        form, version = self.versions[number]
        paper = self.papers[form]
        shown = self.is_shown(who, paper) and version == paper.sent
        return who.open and (who.team or self.writes(who, paper) or shown)

    def reads_reason(self, who: Someone, number: int) -> bool:
        """Between the SEN team and the authors."""
        return who.open and (who.team or self.writes(who, self.papers[self.reasons[number]]))

    def reads_file(self, who: Someone, number: int) -> bool:
        file = self.files[number]
        paper = self.papers[file.paper]
        if not who.open:
            return False
        if who.team:
            return file.given
        if self.writes(who, paper):
            return file.given or not file.removed
        return file.given and not file.removed and paper.with_files and self.is_shown(who, paper)

    def reads_letter(self, who: Someone, number: int) -> bool:
        letter = self.letters[number]
        mine = who.key in (letter.to, letter.by)
        if not who.open:
            return False
        if who.team:
            return mine or letter.to is None or letter.by_team
        return mine and (letter.child is None or self.involved(who, letter.child))

    def reads_guest(self, who: Someone, number: int) -> bool:
        """Parents' invitations are the SEN team's; those of professionals also the administrators'."""
        return who.open and (who.team or (who.admin and self.guests[number].role == "professional"))

    def reads_merge(self, who: Someone, number: int) -> bool:
        return who.open and who.team

    def reads_person(self, who: Someone, number: int) -> bool:
        """Themselves, who is linked to the same children, and, once confirmed, their colleagues."""
        other = self.people[self.accounts[number]]
        if not who.open:
            return False
        if who.team or who.admin or who is other:
            return True
        if self.is_confirmed(who) and other.body == who.body:
            return True
        return any(
            link.person == other.key and self.involved(who, link.child) and self.is_shown_person(who, link)
            for link in self.links.values()
            if not link.ended
        )

    # --- changing -----------------------------------------------------------------------------------

    def is_author(self, who: Someone, paper: Paper) -> bool:
        return who.open and who.professional and self.writes(who, paper)

    def is_giver(self, who: Someone, paper: Paper) -> bool:
        return who.open and who.parent and self.writes(who, paper)

    def may_write(self, who: Someone, number: int) -> bool:
        """Change answers, and add or take off files, now. While the SEN team writes a consent down, its giver does not."""
        paper = self.papers[number]
        if paper.kind != "consent":
            return paper.state in OPEN and self.is_author(who, paper)
        if paper.state != "draft":
            return False
        return (who.open and who.team) if paper.recorded else self.is_giver(who, paper)

    def may_send(self, who: Someone, number: int) -> bool:
        """Send it to the SEN team now: what was begun or came back."""
        return self.papers[number].state != "asked" and self.may_write(who, number)

    def may_answer(self, who: Someone, number: int) -> bool:
        """Accept or return what was sent."""
        paper = self.papers[number]
        return who.open and who.team and paper.kind != "consent" and paper.state == "submitted"

    def may_withdraw(self, who: Someone, number: int) -> bool:
        """Give up a request that was never sent; take one's own permissions back, or for someone who asked."""
        paper = self.papers[number]
        if paper.kind == "request":
            return paper.state == "draft" and self.is_author(who, paper)
        asks = (who.open and who.team) or self.is_giver(who, paper)
        return paper.kind == "consent" and paper.state == "submitted" and asks

    def may_be_linked(self, who: Someone) -> bool:
        """A professional with an open account, confirmed by an organisation that is in use."""
        return who.open and self.is_confirmed(who)

    def may_confirm(self, who: Someone, other: Someone) -> bool:
        """The SEN team everywhere, leads in their own organisation: professionals who wait to be confirmed there."""
        waits = other.open and other.professional and other.body is not None and not other.confirmed
        return waits and self._answers_for(who, other)

    def may_say_left(self, who: Someone, other: Someone) -> bool:
        """The same of confirmed professionals who work there no more; that a lead left is for the SEN team to say."""
        works = other.open and other.professional and other.confirmed
        return works and self._answers_for(who, other) and (who.team or not other.leads)

    def _answers_for(self, who: Someone, other: Someone) -> bool:
        leads = who.leads and self.is_confirmed(who) and who.body == other.body
        return who.open and (who.team or leads) and who is not other

    def may_have_roles(self, who: Someone, roles: set[str]) -> bool:
        """Family stays family while they follow a child."""
        follows = any(
            link.person == who.key and link.part == "parent" and not link.ended
            for link in self.links.values()
        )
        return roles == {"parent"} or not follows
