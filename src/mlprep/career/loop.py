"""A hiring loop with a seed: its states, the sessions that it draws, a plan's faults, its marks.

    loop = Loop("bigco", seed=7)        recruiter → screen → onsite → debrief → offer
    loop.step("pass")                   the state after that; what cannot happen here raises
    loop.brief()                        the main day as plain data: sessions, stories, questions
    problems(loop.brief(), plan)        [Problem("energy", "…"), …]; none: the plan holds
    loop.marks(plan)                    what the panel writes down [sessions, axes], nan = not asked

Firms, people, costs and skills are invented. The charge of a day is book-keeping: it says that you
cannot do everything at your best, not how people tire.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

PATHS = {
    "startup": ("recruiter", "screen", "take_home", "cto_talk", "debrief"),
    "bigco": ("recruiter", "screen", "onsite", "debrief"),
    "lab": ("recruiter", "screen", "research_talk", "paper_round", "debrief"),
}
KINDS = tuple(PATHS)
ENDS = ("accepted", "declined", "rejected", "withdrawn")
RULES = ("form", "order", "energy", "stories", "twice", "cover", "questions", "again")
FULL = 100
TOLD = ("ownership", "collaboration", "judgement")  # what a story can show

REQUIRED = {
    "startup": ("coding", "design", "judgement", "ownership"),
    "bigco": ("coding", "design", "fundamentals", "ownership", "collaboration"),
    "lab": ("research", "fundamentals", "coding", "collaboration"),
}
QUESTIONS = {  # topic: what can be asked
    "on call": "What woke somebody up last, and what is different since?",
    "code review": "Which review comment do you write most often?",
    "evaluation": "Which offline number do you trust least, and why is it still there?",
    "data": "Who may change a label definition, and who hears of it?",
    "roadmap": "What did you stop working on this year?",
    "growth": "Who was promoted last in this team, and for what?",
    "runway": "How many months of money are there at today's pace?",
    "compute": "Who decides whose run waits?",
    "publishing": "Which result could you not publish, and why?",
    "first month": "What would I have finished after four weeks?",
}


@dataclass(frozen=True)
class Draft:
    """A session before anything is drawn: its marks, the stories that it asks for, its weight."""

    name: str
    stage: str
    minutes: int
    axes: tuple[str, ...]
    tell: tuple[str, ...] = ()
    weight: int = 10
    after: tuple[str, ...] = ()
    is_extra: bool = False


DRAFTS = {
    "startup": (
        Draft("take-home review", "take_home", 60, ("coding", "judgement"), weight=12),
        Draft("pairing", "take_home", 60, ("coding", "collaboration"), weight=14),
        Draft("CTO talk", "cto_talk", 45, ("design", "ownership"), ("ownership",), 13,
              ("take-home review",)),
        Draft("founder chat", "cto_talk", 30, ("judgement", "ownership"),
              ("judgement", "ownership"), 6, ("take-home review",), True),
    ),
    "bigco": (
        Draft("coding", "onsite", 45, ("coding",), weight=13),
        Draft("ML design", "onsite", 45, ("design", "judgement"), weight=14),
        Draft("ML depth", "onsite", 45, ("fundamentals",), weight=12),
        Draft("behavioural", "onsite", 45, ("ownership", "collaboration"),
              ("ownership", "collaboration"), 8),
        Draft("manager", "onsite", 30, ("ownership", "judgement"), ("ownership", "judgement"), 7,
              (), True),
        Draft("coding with AI", "onsite", 60, ("coding", "collaboration"), ("collaboration",), 12,
              (), True),
    ),
    "lab": (
        Draft("research talk", "research_talk", 60, ("research", "fundamentals"), weight=16),
        Draft("paper round", "paper_round", 45, ("research", "fundamentals"), weight=12,
              after=("research talk",)),
        Draft("coding", "paper_round", 45, ("coding",), weight=12),
        Draft("one to one", "paper_round", 30, ("collaboration", "research"),
              ("collaboration",), 7, ("research talk",)),
        Draft("team lunch", "paper_round", 45, ("collaboration", "ownership"), ("ownership",), 6,
              ("research talk",), True),
    ),
}  # fmt: skip
STORIES = (
    "fish", "gap rule", "threshold", "pages", "judges", "kernel", "pause", "lens", "labels",
    "lifts",
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One rule that a plan breaks. rule: one of RULES; text: where, and what to do."""

    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}"


class Loop:
    """One application, from the recruiter to the end.

    Args:
        kind: one of KINDS.
        seed: int. Decides the sessions, their costs, and how good you are today.

    Raises:
        ValueError: there is no such kind.
    """

    def __init__(self, kind: str, seed: int):
        if kind not in PATHS:
            raise ValueError(f"Loop: kind must be one of {', '.join(KINDS)}. Got {kind!r}.")
        self.kind, self.seed = kind, seed
        self.history: list[dict] = []
        self.state = "recruiter"
        self._brief = _draw(kind, random.Random(f"{kind} {seed}"))

    def allowed(self) -> tuple[str, ...]:
        """What can happen in this state."""
        if self.state in ENDS:
            return ()
        if self.state == "offer":
            return ("accept", "decline")
        if self.state == "debrief":
            asked_before = any(entry["event"] == "more" for entry in self.history)
            return ("hire", "no") if asked_before else ("hire", "no", "more")
        return ("pass", "fail", "withdraw")

    def step(self, event: str, note: str = "") -> str:
        """Let something happen, and keep it in `history` with a note of yours.

        "more" sends the loop to a state "follow_up" and back, once: a panel that still cannot
        decide then has to.

        Returns:
            The new state.

        Raises:
            ValueError: this cannot happen here.
        """
        if event not in self.allowed():
            can = ", ".join(self.allowed()) or "nothing any more"
            raise ValueError(f"step: in state {self.state!r} there is {can}. Got {event!r}.")
        self.history.append({"state": self.state, "event": event, "note": note})
        ends = {"fail": "rejected", "withdraw": "withdrawn", "no": "rejected", "hire": "offer"}
        ends |= {"accept": "accepted", "decline": "declined", "more": "follow_up"}
        path = PATHS[self.kind]
        if event in ends:
            self.state = ends[event]
        elif self.state == "follow_up":
            self.state = "debrief"
        else:
            self.state = path[path.index(self.state) + 1]
        return self.state

    def brief(self) -> dict:
        """The main day as plain data; a new copy each time.

        Keys: "kind"; "required" (axes); "sessions" (list of dicts: "name", "stage", "minutes",
        "axes", "tell", "after", "needs", "costs", "knows", "open"); "breaks" and "gain" (how many
        there may be, and what one gives); "stories" ({id: axes that it shows}); "questions"
        ({topic: text}).
        """
        return _copy(self._brief)

    def marks(self, plan: Mapping, noise: float = 0.5) -> np.ndarray:
        """What the panel writes down, 1 (strong no) to 4 (strong yes).

        A mark is your skill on the axis, plus the luck of the story or task, plus the room's
        noise; half a mark less in a session that began below what it needs. An axis that no story
        was told for has no mark in that session.

        Returns:
            float array [sessions, required axes], in the brief's order; nan = not asked.
        """
        brief = self._brief
        rng = np.random.default_rng([self.seed, KINDS.index(self.kind)])
        skill = dict(zip(REQUIRED[self.kind], rng.normal(3.0, 0.5, len(REQUIRED[self.kind])),
                         strict=True))  # fmt: skip
        luck = dict(zip(brief["stories"], rng.normal(0, 0.5, len(brief["stories"])), strict=True))
        charge = dict(charges(brief, plan["order"]))
        found = np.full((len(brief["sessions"]), len(brief["required"])), np.nan)
        for row, session in enumerate(brief["sessions"]):
            room, task = rng.normal(0, noise), rng.normal(0, 0.5)
            told = plan.get("stories", {}).get(session["name"], {})
            tired = 0.5 * (charge.get(session["name"], 0) < session["needs"])
            for column, axis in enumerate(brief["required"]):
                shown = luck.get(told.get(axis))
                if axis in session["axes"] and axis not in session["tell"]:
                    shown = task
                if shown is not None:
                    found[row, column] = np.clip(round(skill[axis] + shown + room - tired), 1, 4)
        return found


def charges(brief: Mapping, order: Sequence[str]) -> list[tuple[str, int]]:
    """The charge before each entry of `order`, from FULL on; a break is called "break"."""
    costs = {session["name"]: session["costs"] for session in brief["sessions"]}
    charge, found = FULL, []
    for name in order:
        found.append((name, charge))
        charge = min(FULL, charge + brief["gain"]) if name == "break" else charge - costs[name]
    return found


def problems(brief: Mapping, plan: Mapping) -> list[Problem]:
    """Every rule of the day that a plan breaks; none: it holds.

    Args:
        brief: what Loop.brief() gives.
        plan: dict with "order" (session names, "break" between them), "stories" ({session: {axis:
            story}}) and "questions" ({session: topic}).
    """
    if text := _form(brief, plan):
        return [Problem("form", text)]
    return [
        *_order(brief, plan["order"]),
        *_energy(brief, plan["order"]),
        *_stories(brief, plan["stories"]),
        *_questions(brief, plan["questions"]),
    ]


def _form(brief: Mapping, plan: Mapping) -> str:
    if not isinstance(plan, Mapping) or set(plan) != {"order", "stories", "questions"}:
        got = sorted(plan) if isinstance(plan, Mapping) else type(plan).__name__
        return f"a plan is a dict with order, stories and questions. Got {got}."
    names = [session["name"] for session in brief["sessions"]]
    if not isinstance(plan["order"], (list, tuple)):
        return f"order is a list. Got {type(plan['order']).__name__}."
    if strange := [name for name in plan["order"] if name not in [*names, "break"]]:
        return f"order holds session names and 'break'. Got {strange[0]!r}."
    for part in ("stories", "questions"):
        if not isinstance(plan[part], Mapping):
            return f"{part} is a dict. Got {type(plan[part]).__name__}."
        if strange := [name for name in plan[part] if name not in names]:
            return f"{part} has session names as keys. Got {strange[0]!r}."
    if not all(isinstance(told, Mapping) for told in plan["stories"].values()):
        return "stories holds a dict from axis to story for each session."
    return ""


def _order(brief: Mapping, order: Sequence[str]) -> list[Problem]:
    found = []
    count = Counter(order)
    for session in brief["sessions"]:
        name = session["name"]
        if count[name] != 1:
            found.append(Problem("order", f"{name} stands {count[name]} times. Put it once."))
            continue
        for before in session["after"]:
            if before in order and order.index(before) > order.index(name):
                found.append(Problem("order", f"{name} comes after {before}. Turn them round."))
    if count["break"] > brief["breaks"]:
        text = f"{count['break']} breaks, and there are {brief['breaks']}."
        found.append(Problem("order", text))
    return found


def _energy(brief: Mapping, order: Sequence[str]) -> list[Problem]:
    needs = {session["name"]: session["needs"] for session in brief["sessions"]}
    return [
        Problem("energy", f"{name} needs {needs[name]} and begins at {charge}.")
        for name, charge in charges(brief, order)
        if name != "break" and charge < needs[name]
    ]


def _stories(brief: Mapping, told: Mapping[str, Mapping[str, str]]) -> list[Problem]:
    found, used, marked = [], Counter(), set()
    for session in brief["sessions"]:
        name, mine = session["name"], told.get(session["name"], {})
        marked |= set(session["axes"]) - set(session["tell"])
        for axis in session["tell"]:
            if axis not in mine:
                found.append(Problem("stories", f"{name} asks for {axis}, and no story is told."))
        for axis, story in mine.items():
            used[story] += 1
            volunteered = axis not in session["tell"]
            if axis not in brief["stories"].get(story, ()):
                found.append(Problem("stories", f"{name}: {story!r} does not show {axis}."))
            elif volunteered and not session["open"]:
                found.append(Problem("stories", f"{name} has no minute left for {axis}."))
            else:
                marked.add(axis)
    found += [
        Problem("twice", f"{story!r} is told {times} times: one signal, counted {times} times.")
        for story, times in used.items()
        if times > 1
    ]
    found += [
        Problem("cover", f"nobody hears anything on {axis}. Offer a story where there is time.")
        for axis in brief["required"]
        if axis not in marked
    ]
    return found


def _questions(brief: Mapping, asked: Mapping[str, str]) -> list[Problem]:
    found = []
    for session in brief["sessions"]:
        name, topic = session["name"], asked.get(session["name"])
        if topic is None:
            found.append(Problem("questions", f"{name}: nothing is asked. Bring a question."))
        elif topic not in session["knows"]:
            found.append(Problem("questions", f"{name}: nobody there knows of {topic!r}."))
    for topic, times in Counter(asked.values()).items():
        if times > 1:
            found.append(Problem("again", f"{topic!r} is asked {times} times."))
    return found


# Drawing


def _draw(kind: str, rng: random.Random) -> dict:
    """A day that can be planned: a plan is drawn first, and the rules are built around it."""
    drafts = [d for d in DRAFTS[kind] if not d.is_extra or rng.random() < 0.6]
    names = [draft.name for draft in drafts]
    rng.shuffle(names)
    breaks = rng.choice((1, 2)) if len(drafts) > 4 else 1
    gain = rng.choice((20, 25, 30))
    while True:
        order = _planted_order(drafts, breaks, rng)
        costs = _costs(drafts, 60 + 3 * len(drafts) + round(0.7 * gain * breaks), rng)
        brief = {"sessions": [{"name": n, "costs": costs[n]} for n in names], "gain": gain}
        needs = {
            name: max(costs[name], charge - rng.randint(0, 6))
            for name, charge in charges(brief, order)
            if name != "break"
        }
        can = all(charge >= needs[name] for name, charge in charges(brief, order) if name in needs)
        if can and not _as_drawn(brief, names, needs, breaks):
            break
    by_name = {draft.name: draft for draft in drafts}
    asks = {d.name: _asks(d, rng) for d in drafts}
    shares = {n: [a for a in by_name[n].axes if a in asks[n] or a not in by_name[n].tell]
              for n in names}  # fmt: skip
    missing = [a for a in REQUIRED[kind] if not any(a in shares[n] for n in names)]
    slots = [(n, axis) for n in names for axis in asks[n]] + [("", axis) for axis in missing]
    spare = set(rng.sample(names, max(1, len(names) // 2)))
    knows = _knows(names, rng)
    sessions = [
        {
            "name": n,
            "stage": by_name[n].stage,
            "minutes": by_name[n].minutes,
            "axes": shares[n],
            "tell": asks[n],
            "after": list(by_name[n].after),
            "needs": needs[n],
            "costs": costs[n],
            "knows": knows[n],
            "open": n in spare,
        }
        for n in names
    ]
    return {
        "kind": kind,
        "required": list(REQUIRED[kind]),
        "sessions": sessions,
        "breaks": breaks,
        "gain": gain,
        "stories": _bank(slots, rng),
        "questions": {t: QUESTIONS[t] for t in QUESTIONS if any(t in k for k in knows.values())},
    }


def _planted_order(drafts: Sequence[Draft], breaks: int, rng: random.Random) -> list[str]:
    """An order that keeps to `after`, with all breaks between sessions."""
    left, order = list(drafts), []
    while left:
        free = [d for d in left if not set(d.after) & {other.name for other in left}]
        chosen = rng.choice(free)
        left.remove(chosen)
        order.append(chosen.name)
    for place in sorted(rng.sample(range(1, len(order)), breaks), reverse=True):
        order.insert(place, "break")
    return order


def _costs(drafts: Sequence[Draft], total: int, rng: random.Random) -> dict[str, int]:
    raw = {draft.name: draft.weight * (0.8 + 0.4 * rng.random()) for draft in drafts}
    return {name: round(total * value / sum(raw.values())) for name, value in raw.items()}


def _as_drawn(brief: Mapping, names: Sequence[str], needs: Mapping, breaks: int) -> bool:
    """Whether the order of the invitation would do, with its breaks taken late as people do."""
    orders = [[*names[:k], "break", *names[k:]] for k in range(1, len(names))]
    if breaks == 2:
        orders = [[*o[:k], "break", *o[k:]] for o in orders for k in range(1, len(o))]
    return any(
        all(charge >= needs[name] for name, charge in charges(brief, order) if name in needs)
        for order in [list(names), *orders]
    )


def _asks(draft: Draft, rng: random.Random) -> list[str]:
    """The axes that a session asks a story for: now and then one fewer, so that one is missed."""
    asked = list(draft.tell)
    if asked and rng.random() < 0.4:
        asked.remove(rng.choice(asked))
    return asked


def _bank(slots: Sequence[tuple[str, str]], rng: random.Random) -> dict[str, list[str]]:
    """Stories of which each place can have its own, and the first that fits may be the wrong."""
    axes = [axis for _, axis in slots]
    rest = [axis for axis in TOLD if axis not in axes]
    planted = [{axis} for axis in axes] + [{rng.choice(TOLD)}]
    for shown in planted:
        if rng.random() < 0.5:
            shown.add(rng.choice([*axes, *rest]))
    rng.shuffle(planted)
    planted.sort(key=len, reverse=True)
    names = rng.sample(STORIES, len(planted))
    return {name: sorted(shown) for name, shown in zip(names, planted, strict=True)}


def _knows(names: Sequence[str], rng: random.Random) -> dict[str, list[str]]:
    """Who can answer what: each session has a topic that can be its own."""
    own = dict(zip(names, rng.sample(list(QUESTIONS), len(names)), strict=True))
    pool = list(own.values())
    return {n: sorted({topic, *rng.sample(pool, min(2, len(pool)))}) for n, topic in own.items()}


def _copy(value):
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value
