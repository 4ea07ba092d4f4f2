"""A linter for interview stories (situation, task, action, result): what is absent or measurable.

    lint_story(story, 2026)                  [Flag("we_action", …), Flag("no_number", …)]
    print(report_stories(read_stories(path), 2026))   flags by story number; no text is shown
    print(follow_ups(story))                 the five questions that will come next

Flags are advice, never points: a story without flags may be dull, or untrue. Nothing here writes a
file, and reports quote nothing of what they read: a notebook that is handed in carries its outputs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlprep.career import flags

PARTS = ("S", "T", "A", "R")
LEAST_WORDS, MOST_WORDS = 180, 260
YEARS = 3
KINDS = ("failure", "conflict", "ambiguous_data")
SAMPLES = Path(__file__).with_name("samples.txt")

SPEECH = re.compile(r"\"[^\"]*\"|“[^”]*”")
SELF = re.compile(r"\bI\b")
TEAM = re.compile(r"\bwe\b", re.I)
MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
YEAR = re.compile(rf"\b(?:19|20)\d\d\b|\b\d{{1,2}} (?:{MONTH})\b")
NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|half|halved|twice|doubled|thirds?"
    r"|quarter|zero|none)\b",
    re.I,
)
DECISION = re.compile(
    r"\b(?:decid\w+|chose|adopted|approved|rejected|retired|cancelled|stopped|kept|dropped"
    r"|rolled back|launched|shipped|replaced|became (?:the|a) (?:default|standard|rule)"
    r"|made it (?:the|a) (?:default|standard|rule)|signed off)\b",
    re.I,
)
CHANGE = re.compile(
    r"\bI(?: would|['’]d)\b|\bwould\b[^.]{0,40}\b(?:earlier|sooner|first|differently|instead)\b"
    r"|\bnext time\b|\bdifferently\b|\bhindsight\b|\b(?:ever )?since then\b|\bever since\b"
    r"|\bshould have\b|\bI (?:now|wish)\b|\bthese days\b|\bToday I\b",
    re.I,
)
REJECTED = re.compile(
    r"\b(?:considered|instead of|rather than|rejected|decided against|could have|alternativ\w+"
    r"|ruled out|weighed)\b",
    re.I,
)
DISSENT = re.compile(
    r"\b(?:disagree\w*|object\w*|push\w* back|against|refus\w+|s[ck]ept\w+|doubt\w*|wanted)\b",
    re.I,
)
AFTER = re.compile(
    r"\b(?:since|later|still|now|without me|handed|owns?|standard|default|the next)\b", re.I
)

FLAGS = {
    "part_missing": "situation, task, action or result is empty",
    "action_short": "less than half of the words are action: the listener hires what you did",
    "situation_long": "more than a fifth of the words are situation: cut what no later line needs",
    "we_action": "more 'we' than 'I' in the action: which of it was you?",
    "no_outcome": "the result has neither a number nor a decision that somebody took",
    "too_short": f"fewer than {LEAST_WORDS} words: the follow-ups will have to fetch the story",
    "too_long": f"more than {MOST_WORDS} words: more than two minutes for most speakers",
    "old": f"more than {YEARS} years ago, or no year: is there a newer one?",
    "no_change": "no 'I would …' or 'since then' found: other words for what you would do "
    "differently are often missed, so look yourself",
}
BANK_FLAGS = {
    "heavy": "a story stands for more than 40 % of the themes: panels compare notes",
    "thin": "a theme has one story only: the second question on it finds you empty",
    "no_failure": "no story has the theme 'failure'",
    "no_conflict": "no story has the theme 'conflict'",
    "no_ambiguous_data": "no story has the theme 'ambiguous_data'",
}
PROBES = (  # (what the story must hold for the harder question, harder, plain)
    (
        REJECTED,
        "What would have had to be true for the option that you rejected to be the right one?",
        "Why that option? Name one other that you could have taken, and its price.",
    ),
    (
        CHANGE,
        "You would do it differently: where have you done so since, and what came of it?",
        "What would you do differently if it were Monday again?",
    ),
    (
        NUMBER,
        "What was that number before, who measured it, and what else changed in between?",
        "How do you know that it worked? Give me one number from before.",
    ),
    (
        DISSENT,
        "What was the best argument of the person who disagreed, in their words?",
        "Who disagreed, and what did they say?",
    ),
    (
        AFTER,
        "It still runs, you say: who owns it today, and what broke first?",
        "What happened next, after you turned to something else?",
    ),
)


@dataclass(frozen=True)
class StoryFlag:
    """Something that is absent or can be measured. name: a key of FLAGS or BANK_FLAGS."""

    name: str

    @property
    def reason(self) -> str:
        return (FLAGS | BANK_FLAGS)[self.name]


def count_words(text: str) -> int:
    """Words as they are spoken: tokens with a letter or a digit."""
    return sum(bool(re.search(r"\w", token)) for token in text.split())


def lint_story(story: Mapping, this_year: int) -> list[StoryFlag]:
    """What one story lacks, in the order of FLAGS.

    Args:
        story: mapping with the texts "S", "T", "A", "R", and perhaps "year" (int).
        this_year: the year in which it will be told.
    """
    text = {part: str(story.get(part) or "") for part in PARTS}
    words = {part: count_words(text[part]) for part in PARTS}
    total = sum(words.values())
    action = SPEECH.sub(" ", text["A"])  # what others said counts for neither
    result = YEAR.sub(" ", text["R"])
    year = story.get("year")
    found = {
        "part_missing": not all(words.values()),
        "action_short": 2 * words["A"] < total,
        "situation_long": 5 * words["S"] > total,
        "we_action": len(TEAM.findall(action)) > len(SELF.findall(action)),
        "no_outcome": not (NUMBER.search(result) or DECISION.search(result)),
        "too_short": total < LEAST_WORDS,
        "too_long": total > MOST_WORDS,
        "old": not isinstance(year, int) or this_year - year > YEARS,
        "no_change": not CHANGE.search(f"{text['A']} {text['R']}"),
    }
    return [StoryFlag(name) for name in FLAGS if found[name]]


def lint_bank(stories: Sequence[Mapping]) -> list[StoryFlag]:
    """What all stories together lack, in the order of BANK_FLAGS; themes are the stories' own."""
    if not stories:
        return []
    themes = [set(story.get("themes") or ()) for story in stories]
    mapped = set().union(*themes)
    found = {
        "heavy": any(5 * len(own) > 2 * len(mapped) for own in themes),
        "thin": any(sum(theme in own for own in themes) < 2 for theme in mapped),
        **{f"no_{kind}": kind not in mapped for kind in KINDS},
    }
    return [StoryFlag(name) for name in BANK_FLAGS if found[name]]


def follow_ups(story: Mapping) -> str:
    """Five probes, numbered; each is the harder one where the story has answered the plain one."""
    text = " ".join(str(story.get(part) or "") for part in PARTS)
    asked = [harder if has.search(text) else plain for has, harder, plain in PROBES]
    return "\n".join(f"{number}. {question}" for number, question in enumerate(asked, start=1))


def read_stories(path: Path) -> list[dict]:
    """The stories of a text file; none where there is no such file.

    Each begins with a line `id: NAME`. Then follow `year: 2025`, `themes: failure, conflict` and
    the parts `S:`, `T:`, `A:`, `R:`, which may run over several lines. Lines with # are skipped.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    stories: list[dict] = []
    field = ""
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        start = re.match(r"(id|year|themes|S|T|A|R):(.*)", line)
        if start and start[1] == "id":
            stories.append(dict.fromkeys(PARTS, "") | {"id": start[2].strip(), "themes": []})
            field = ""
        elif start and stories:
            field, value = start[1], start[2].strip()
            if field == "themes":
                stories[-1][field] = [theme.strip() for theme in value.split(",") if theme.strip()]
            elif field == "year":
                stories[-1][field] = int(value) if value.isdigit() else None
            else:
                stories[-1][field] = value
        elif stories and field in PARTS:
            stories[-1][field] += f" {line.strip()}"
    return stories


def sample_stories() -> list[dict]:
    """Eight invented stories, A to H, from junior to staff."""
    return read_stories(SAMPLES)


def report_stories(stories: Sequence[Mapping], this_year: int) -> str:
    """Flags with their reasons, by the number of the story. Quotes nothing of the text."""

    def lint(story):
        return _reasons(lint_story(story, this_year))

    return flags.report(stories, lint, "story", ("all", _reasons(lint_bank(stories))), width=16)


def _reasons(found: Sequence[StoryFlag]) -> dict[str, str]:
    return {flag.name: flag.reason for flag in found}
