"""Linters for what one writes while reading: a note on a paper, a question of the log, a brief.

    print(NOTE.report(NOTE.read(path)))      flags by number of the note; no text is shown
    QUESTION.lint({"question": "…", …})      {"prediction_without_number": "…", …}

Flags are advice, never points: a note without flags may be wrong from end to end. Nothing here
writes a file, and a report quotes nothing of what it read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Entry = Mapping[str, str]

NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?", re.I)
PLACE = re.compile(
    r"\b(?:tab(?:le|\.)|fig(?:ure|\.)|eq(?:uation|n?\.)|sec(?:tion|t?\.)|app(?:endix|\.)|line"
    r"|row|column|p(?:age|p?\.)|algorithm)\s*\(?[A-Z]?\d|§ ?\d|\b[A-Z]\d+\b|\bT\d/",
    re.I,
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
COST = re.compile(
    r"\d[\d.,e+]* ?(?:[kMGTPE]?FLOPs?\b|(?:[a-z]+[- ])?(?:h|hours?|days?|weeks?|min|minutes)\b"
    r"|USD\b|EUR\b|dollars?\b|euros?\b)|[$€£] ?\d",
    re.I,
)
AMOUNT = re.compile(
    r"\d[\d.,e+]* ?(?:[kMGT]?i?B\b|[kKM]\b|million\b|billion\b|thousand\b)? ?[a-z]{3,}", re.I
)
HOURS = re.compile(r"(\d[\d.,]*(?:e\d+)?) ?(?:[a-z]+[- ])?(?:h|hours?)\b", re.I)
CAN_FAIL = re.compile(
    r"\b(?:if|unless|otherwise|refut\w*|wrong|disprov\w*|drop it|give up|less than|more than"
    r"|at least|at most|within|below|above)\b",
    re.I,
)
COMPARED = re.compile(
    r"\b(?:baselines?|against|compar\w+|versus|vs|control|than|unchanged|without)\b", re.I
)
COMMON = set(
    "the and for that with this from are was were not only its their they has have".split()
)


def count_words(text: str) -> int:
    """Tokens with a letter or a digit."""
    return sum(bool(re.search(r"\w", token)) for token in text.split())


def numbers(text: str) -> set[str]:
    """The numbers of a text, as they are written."""
    return {number.rstrip(".,") for number in NUMBER.findall(text)}


def content_words(text: str) -> set[str]:
    """Words of four letters or more, but for the commonest."""
    return {word for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in COMMON}


def hours(text: str) -> float | None:
    """The largest number of hours in a text, or None."""
    found = [float(number.replace(",", "").rstrip(".")) for number in HOURS.findall(text)]
    return max(found, default=None)


@dataclass(frozen=True, eq=False)
class Schema:
    """What an entry must hold, and the rules that look for what is absent or measurable.

    what: its name in a report. fields: the first begins an entry; all must be filled. extra:
    fields that may be filled, for the rules that need them. rules: by flag, whether an entry has
    it, and the reason that is said.
    """

    what: str
    fields: tuple[str, ...]
    rules: dict[str, tuple[Callable[[dict[str, str]], bool], str]]
    extra: tuple[str, ...] = ()

    def lint(self, entry: Entry) -> dict[str, str]:
        """Reasons by flag; a rule is silent about a field that is empty, for that is said once."""
        own = {name: str(entry.get(name) or "").strip() for name in (*self.fields, *self.extra)}
        empty = [name for name in self.fields if not own[name]]
        found = {"empty": f"nothing is written for {', '.join(empty)}"} if empty else {}
        return found | {name: why for name, (has, why) in self.rules.items() if has(own)}

    def read(self, path: Path) -> list[dict[str, str]]:
        """The entries of a text file, `field: text` with lines that go on; [] without a file.

        An entry begins with its first field. Lines with # are skipped.
        """
        try:
            lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        entries: list[dict[str, str]] = []
        field = ""
        for line in lines:
            if line.startswith("#") or not line.strip():
                continue
            name, colon, text = line.partition(":")
            name = name.strip().lower().replace(" ", "_")
            if colon and name in (*self.fields, *self.extra):
                if name == self.fields[0]:
                    entries.append({})
                field = name
                if entries:
                    entries[-1][field] = text.strip()
            elif entries and field:
                entries[-1][field] += f" {line.strip()}"
        return entries

    def report(self, entries: Sequence[Entry]) -> str:
        """Flags with their reasons, by the number of the entry. Quotes nothing of the text."""
        if not entries:
            return f"No {self.what}: nothing to say."
        lines = []
        for number, entry in enumerate(entries, start=1):
            flags = self.lint(entry)
            count = f"{len(flags)} to look at" if flags else "no flags"
            lines.append(f"{self.what} {number}: {count}")
            lines += [f"    {name:25} {reason}" for name, reason in flags.items()]
        return "\n".join([*lines, "Flags are advice: no points, and no flag does not mean right."])


def _lacks(field: str, pattern: re.Pattern) -> Callable[[dict[str, str]], bool]:
    return lambda own: bool(own[field]) and not pattern.search(own[field])


def _longer(most: int) -> Callable[[dict[str, str]], bool]:
    return lambda own: sum(map(count_words, own.values())) > most


def _abstract_only(own: dict[str, str]) -> bool:
    said = numbers(re.sub(PLACE, " ", own["evidence"]))
    return bool(own["abstract"] and said) and said <= numbers(own["abstract"])


def _copied(own: dict[str, str]) -> bool:
    said = content_words(own["missing"])
    return len(said) >= 3 and len(said & content_words(own["limits"])) >= 0.6 * len(said)


def _over_budget(own: dict[str, str]) -> bool:
    needed, there = hours(own["compute"]), hours(own["budget"])
    return bool(needed and there) and needed > there


NOTE = Schema(
    what="note",
    fields=(
        "paper", "date", "claim", "evidence", "assumption", "baseline", "missing", "against",
        "cost", "next",
    ),
    extra=("abstract", "limits"),
    rules={
        "claim_without_number": (
            _lacks("claim", NUMBER),
            "the claim has no number: how much, on what, against what?",
        ),
        "evidence_without_place": (
            _lacks("evidence", PLACE),
            "no table, figure, equation or section is named: where would one look?",
        ),
        "numbers_of_the_abstract": (
            _abstract_only,
            "every number of your evidence stands in the abstract: recompute one from a table",
        ),
        "limits_copied": (
            _copied,
            "most words of what is missing are the authors' own limits: what do they not say?",
        ),
        "baseline_without_number": (
            _lacks("baseline", NUMBER),
            "no number for the baseline: its score, its budget, its trials?",
        ),
        "cost_without_unit": (
            _lacks("cost", COST),
            "no number with a unit of cost (FLOP, h, days, USD)",
        ),
        "next_without_number": (
            _lacks("next", NUMBER),
            "your next test predicts no number",
        ),
        "next_cannot_fail": (
            _lacks("next", CAN_FAIL),
            "no 'if', 'unless', 'below' …: which result would tell you that you are wrong?",
        ),
        "too_long": (_longer(350), "more than 350 words: you will not read it again"),
    },
)  # fmt: skip

QUESTION = Schema(
    what="question",
    fields=("question", "prediction", "refuted", "baseline", "test", "cost", "known"),
    rules={
        "no_question_mark": (_lacks("question", re.compile(r"\?")), "it does not ask anything"),
        "prediction_without_number": (
            _lacks("prediction", NUMBER),
            "the prediction has no number: whatever comes will agree with it",
        ),
        "refuted_without_number": (
            _lacks("refuted", NUMBER),
            "no number from which on it would be refuted",
        ),
        "refuted_is_prediction": (
            lambda own: bool(own["refuted"]) and own["refuted"] == own["prediction"],
            "what would refute it is the prediction itself",
        ),
        "baseline_without_number": (
            _lacks("baseline", NUMBER),
            "the baseline has no number: what is there to beat?",
        ),
        "cost_without_unit": (
            _lacks("cost", COST),
            "no number with a unit of cost (FLOP, h, days, USD)",
        ),
        "known_without_source": (
            _lacks("known", YEAR),
            "nothing with a year: where did you look for an answer?",
        ),
    },
)

BRIEF = Schema(
    what="brief",
    fields=(
        "question", "why_now", "known", "prediction", "test", "compute", "data", "kill", "risks",
    ),
    extra=("budget",),
    rules={
        "no_question_mark": (_lacks("question", re.compile(r"\?")), "a topic, not a question"),
        "known_without_source": (
            _lacks("known", YEAR),
            "nothing with a year: who has tried, and what did they find?",
        ),
        "prediction_without_number": (
            _lacks("prediction", NUMBER),
            "the prediction has no number: it cannot fail",
        ),
        "test_without_baseline": (
            _lacks("test", COMPARED),
            "the test compares with nothing: what must it beat?",
        ),
        "compute_without_unit": (
            _lacks("compute", COST),
            "no number with a unit (FLOP, h, USD)",
        ),
        "over_budget": (_over_budget, "the hours of `compute` are more than those of `budget`"),
        "data_without_amount": (
            _lacks("data", AMOUNT),
            "no amount of data: how many of what?",
        ),
        "kill_without_number": (
            _lacks("kill", NUMBER),
            "no number or date at which you would stop",
        ),
        "too_long": (_longer(450), "more than 450 words: one page"),
    },
)  # fmt: skip
