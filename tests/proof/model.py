"""Who may read and change what, said a second time in plain lines, without a database: what the portal is held against.

It knows nothing of the portal's rules, only of the policy they were made from.
"""

from dataclasses import dataclass, field

TEAM = {"sen_officer", "sen_manager"}
OPEN = {"asked", "draft", "returned"}


@dataclass
class Someone:
    """An account."""

    key: str
    roles: set[str]
    body: int | None
    open: bool = True

    @property
    def team(self) -> bool:
        return bool(self.roles & TEAM)


@dataclass
class Record:
    """A child's record; `merged` is the record that it became part of."""

    merged: int | None = None


@dataclass
class Involved:
    """A link: of a person, or of an organisation's queue."""

    child: int
    person: str | None
    body: int | None
    part: str
    ended: bool = False


@dataclass
class Paper:
    """A form."""

    child: int
    kind: str
    body: int | None
    state: str
    shared: set[str | int] = field(default_factory=set)
    """"professionals", and the links of parents."""
    sent: int = 0
    giver: str | None = None
    """Whose consent it is; nobody's with an account while the SEN team writes it down."""
    recorded: bool = False
    rests: bool = False
    """What professionals read ends when a consent about the child is withdrawn."""


@dataclass
class File:
    """A file attached to a form."""

    paper: int
    given: bool = False
    removed: bool = False


@dataclass
class Letter:
    """A message; without a `to` it lies in the SEN team's shared inbox."""

    child: int | None
    to: str | None
    by: str
    by_team: bool


@dataclass
class Guest:
    """An invitation that waits."""

    child: int
    email: str


class Model:
    """All there is, and who may do what with it."""

    def __init__(self) -> None:
        self.people: dict[str, Someone] = {}
        self.children: dict[int, Record] = {}
        self.links: dict[int, Involved] = {}
        self.papers: dict[int, Paper] = {}
        self.drafts: dict[int, int] = {}
        """A draft of a section, and the form it belongs to."""
        self.files: dict[int, File] = {}
        self.letters: dict[int, Letter] = {}
        self.guests: dict[int, Guest] = {}

    # --- what somebody is to a child ---------------------------------------------------------------

    def by_name(self, who: Someone, child: int) -> bool:
        """Linked in person, whatever as."""
        return any(
            link.child == child and link.person == who.key and not link.ended for link in self.links.values()
        )

    def involved(self, who: Someone, child: int) -> bool:
        """A parent by a parent's link; a professional by a professional's, or because the child is in their queue."""
        for link in self.links.values():
            if link.child != child or link.ended:
                continue
            if link.person == who.key and link.part == ("parent" if "parent" in who.roles else "author"):
                return True
            if (
                link.person is None
                and "professional" in who.roles
                and who.body is not None
                and link.body == who.body
            ):
                return True
        return False

    def writes_for(self, who: Someone, paper: Paper) -> bool:
        """Professionals for their organisation, parents their own consent; both while they see the child."""
        if not self.involved(who, paper.child):
            return False
        if "professional" in who.roles:
            return paper.body is not None and paper.body == who.body
        return "parent" in who.roles and paper.kind == "consent" and paper.giver == who.key

    def is_shown(self, who: Someone, paper: Paper) -> bool:
        """The SEN team lets the professionals, or this parent by name, read it, and they see the child."""
        if not self.involved(who, paper.child):
            return False
        if "professional" in who.roles:
            return "professionals" in paper.shared
        return "parent" in who.roles and any(
            not self.links[one].ended and self.links[one].person == who.key
            for one in paper.shared
            if isinstance(one, int)
        )

    def is_in_force(self, child: int) -> bool:
        """A consent about the child was given and not withdrawn."""
        return any(
            paper.child == child and paper.kind == "consent" and paper.state == "submitted"
            for paper in self.papers.values()
        )

    def withdrawn(self, number: int) -> None:
        """A form was withdrawn; with a consent ends what rested on it."""
        paper = self.papers[number]
        paper.state, paper.shared = "withdrawn", set()
        for other in self.papers.values() if paper.kind == "consent" else ():
            if other.child == paper.child and other.rests:
                other.shared.discard("professionals")

    # --- reading ------------------------------------------------------------------------------------

    def reads_child(self, who: Someone, number: int) -> bool:
        record = self.children[number]
        return who.open and record.merged is None and (who.team or self.involved(who, number))

    def reads_link(self, who: Someone, number: int) -> bool:
        return who.open and (who.team or self.involved(who, self.links[number].child))

    def reads_paper(self, who: Someone, number: int) -> bool:
        paper = self.papers[number]
        return who.open and (who.team or self.writes_for(who, paper) or self.is_shown(who, paper))

    def reads_draft(self, who: Someone, number: int) -> bool:
        paper = self.papers[self.drafts[number]]
        return who.open and (self.writes_for(who, paper) or (who.team and paper.recorded))

    def reads_file(self, who: Someone, number: int) -> bool:
        file = self.files[number]
        paper = self.papers[file.paper]
        if not who.open:
            return False
        if who.team:
            return file.given or (paper.recorded and not file.removed)
        if self.writes_for(who, paper):
            return file.given or not file.removed
        return file.given and not file.removed and self.is_shown(who, paper)

    def reads_letter(self, who: Someone, number: int) -> bool:
        letter = self.letters[number]
        mine = who.key in (letter.to, letter.by)
        if not who.open:
            return False
        if who.team:
            return mine or letter.to is None or letter.by_team
        return mine and (letter.child is None or self.involved(who, letter.child))

    def reads_guest(self, who: Someone, number: int) -> bool:
        return who.open and who.team

    # --- changing -----------------------------------------------------------------------------------

    def hands(self, who: Someone, paper: Paper) -> set[str]:
        """What they are to a form when something is to be done with it: waiting in a queue is not enough."""
        if not who.open:
            return set()
        if who.team:
            return {"sen_team", "recorder"} if paper.recorded else {"sen_team"}
        if not self.by_name(who, paper.child):
            return set()
        if "parent" in who.roles:
            gives = paper.giver == who.key and not (paper.recorded and paper.state == "draft")
            return {"giver"} if gives else {"parent"}
        ours = paper.body is not None and paper.body == who.body
        return {"author"} if ours and "professional" in who.roles else set()

    def may_write(self, who: Someone, number: int) -> bool:
        """Change answers, and add or take off files, now."""
        paper = self.papers[number]
        if not self.reads_paper(who, number):
            return False
        if paper.kind == "consent":
            return paper.state == "draft" and bool({"recorder", "giver"} & self.hands(who, paper))
        return paper.state in OPEN and "author" in self.hands(who, paper)

    def may_send(self, who: Someone, number: int) -> bool:
        """Send it to the SEN team now: what was begun or came back."""
        return self.papers[number].state != "asked" and self.may_write(who, number)

    def may_answer(self, who: Someone, number: int) -> bool:
        """Accept or return what was sent."""
        paper = self.papers[number]
        return who.open and who.team and paper.kind != "consent" and paper.state == "submitted"

    def may_withdraw(self, who: Someone, number: int) -> bool:
        """Give up a request that was never sent; take the family's permissions back."""
        paper = self.papers[number]
        if not self.reads_paper(who, number):
            return False
        if paper.kind == "request":
            return paper.state == "draft" and "author" in self.hands(who, paper)
        return (
            paper.kind == "consent"
            and paper.state == "submitted"
            and bool({"sen_team", "giver"} & self.hands(who, paper))
        )
