"""The stages of a track as the plan sees them: curriculum.toml and each unit.toml, as data.

A stage is a table of curriculum.toml. Beside `stage` and `units` it may say:

    share             its part of all hours, relative to the other stages. 0: it gets what its
                      units take and no more. Default: 1.
    least             the part of all hours that it keeps, whatever the diagnostic says
    from_week         it runs beside the others from this week on; without it stages follow
                      each other in the order of the file
    first_fortnight   its part of the first fourteen days, at least
    topics            topics of the diagnostic whose gaps this stage closes; those that are named
                      as one of its units belong to it without being listed
    practice          what to do with its hours when no unit is left
"""

from __future__ import annotations

from dataclasses import dataclass

from mlprep.course import Course
from mlprep.errors import AuthorError

PART = (0.0, 1.0)
FIELDS = {"share": (0.0, 100.0), "least": PART, "first_fortnight": PART, "from_week": (1, 520)}
OPTIONAL = {*FIELDS, "topics", "practice"}


@dataclass(frozen=True)
class Task:
    """One unit of a stage: its name, title and minutes."""

    unit: str
    title: str
    area: str
    lesson_min: float
    assignment_min: float

    @property
    def minutes(self) -> float:
        return self.lesson_min + self.assignment_min


@dataclass(frozen=True)
class Stage:
    """One stage of a track; the fields are explained at the top of this file."""

    name: str
    tasks: tuple[Task, ...] = ()
    share: float = 1.0
    least: float = 0.0
    from_week: int | None = None
    first_fortnight: float = 0.0
    topics: tuple[str, ...] = ()
    practice: str = ""

    def gap(self, scores: dict[str, float]) -> float:
        """How much of its topics the diagnostic found missing: 0 to 1, and ½ where it is silent."""
        known = [scores[topic] for topic in self.topics if topic in scores]
        return 1 - sum(known) / len(known) if known else 0.5


def stages_of(course: Course, track: str) -> list[Stage]:
    """The track's stages in order. Units that are listed and not on disk are left out.

    Raises:
        AuthorError: a field of a stage has no meaning.
    """
    units, stages = course.units(), []
    for entry in course.curriculum.get(track, []):
        tasks = []
        for name in entry["units"]:
            if name in units:
                info = units[name].info
                spent = info["minutes"]
                minutes = spent.get("lesson", 0), spent.get("assignment", 0)
                tasks.append(Task(name, info["title"], info["area"], *minutes))
        if problem := stage_problem(entry):
            raise AuthorError(f"source/curriculum.toml, stage {entry['stage']!r}: {problem}")
        rest = {key: entry[key] for key in (*FIELDS, "practice") if key in entry}
        topics = dict.fromkeys([*entry.get("topics", []), *entry["units"]])
        stages.append(Stage(entry["stage"], tuple(tasks), topics=tuple(topics), **rest))
    return stages


def stage_problem(entry: dict) -> str | None:
    """What is wrong with the optional fields of a stage in curriculum.toml: a sentence, or None."""
    for field, (low, high) in FIELDS.items():
        value = entry.get(field, low)
        kinds = (int,) if field == "from_week" else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            return f"{field} must be a number from {low:g} to {high:g}. Got {value!r}. Mend it."
    topics = entry.get("topics", [])
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        return f"topics must be a list of names. Got {str(topics)[:60]!r}. Mend it."
    if not isinstance(entry.get("practice", ""), str):
        return f"practice must be a sentence. Got {entry['practice']!r}. Mend it."
    return None
