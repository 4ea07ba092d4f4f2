"""The overview in a terminal: tables of plain text, no colour needed."""

from __future__ import annotations

import textwrap
from datetime import date

from mlprep.plain.rate import rate_text

WIDTH = 78
BAR, WHAT = 20, 40
MOCKS = "Mocks"  # the stage of curriculum.toml whose practice `mlprep mock` holds


def plan_text(data: dict) -> str:
    """What `mlprep plan` prints."""
    lines = [*_head(data), *_today(data)]
    if data["plan"]:
        lines += _stages(data["plan"]) + _weeks(data["plan"]) + _cut(data["plan"])
    return "\n".join(lines).rstrip()


def progress_text(data: dict) -> str:
    """What `mlprep progress` prints."""
    lines = [*_head(data), *_areas(data["areas"]), "", *_units(data["units"])]
    if data["due"] or data["coming"]:
        lines += ["", *_repeats(data)]
    lines += ["", _mocks(data["mocks"]), *_mocks_more(data["mocks"])]
    if plain := data["plain"]["runs"]:
        rate = rate_text(data["plain"]["passed"], plain)
        lines += ["", f"First runs in a plain editor that passed: {rate}."]
    diagnostic = data["diagnostic"]
    if diagnostic["taken"]:
        known = sum(score >= 0.5 for score in diagnostic["scores"].values())
        lines += ["", f"Diagnostic: {known} of {len(diagnostic['scores'])} topics known."]
        if diagnostic["gaps"]:
            lines += _wrapped(f"Gaps: {', '.join(diagnostic['gaps'])}.", "")
    return "\n".join(lines).rstrip()


def _mocks(mocks: dict) -> str:
    if not mocks["held"]:
        return "Mock interviews: none held yet. Begin with `mlprep mock`."
    return f"Mock interviews: {mocks['held']} held, the last on {mocks['last']}."


def _mocks_more(mocks: dict) -> list[str]:
    """Each axis over time, what is to be fixed, what to hold next."""
    lines: list[str] = []
    for kind in mocks["rounds"]:
        rows = [
            [axis["axis"], _marks(axis["self"]), _marks(axis["peer"]), _change(axis["change"])]
            for axis in kind["axes"]
        ]
        head = f"{kind['title']}: {kind['level']}"
        lines += ["", *table([head, "you", "peer", "change"], rows, "   r")]
    if mocks["fixes"]:
        lines.append("")
    for fix in mocks["fixes"]:
        lines += _wrapped(f"To fix in the next {fix['name']} mock: {fix['fix']}", "  ")
    if mocks["open"]:
        found = mocks["open"]
        text = f"The mock of {found['day']} ({found['round']}) is {found['state']}."
        lines += ["", f"{text} `mlprep mock --score` marks it."]
    if mocks["held"]:
        step = mocks["next"]
        lines += ["", f"Hold next: {step['title']} ({step['why']})."]
    return lines


def _marks(marks: list[int | None]) -> str:
    """Marks in the order of time; – where there is none, nothing where all are missing."""
    if all(mark is None for mark in marks):
        return ""
    return " ".join("–" if mark is None else str(mark) for mark in marks)


def _change(change: int | None) -> str:
    return "" if change is None else f"{change:+d}"


def table(heads: list[str], rows: list[list[str]], right: str = "") -> list[str]:
    """Rows under heads; `right` has an r for each column of numbers."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    right = right.ljust(len(heads))

    def line(cells):
        parts = [
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(cells, widths, right, strict=True)
        ]
        return "  ".join(parts).rstrip()

    rules = ["-" * width if head else "" for head, width in zip(heads, widths, strict=True)]
    return [line(heads), line(rules), *map(line, rows)]


def _head(data: dict) -> list[str]:
    settings = data["settings"]
    if settings is None:
        return ["No plan is set yet.", ""]
    days = data["days_left"]
    left = f"in {days} day{'s' if days != 1 else ''}" if days else "over"
    return [
        f"{settings['track'].capitalize()} track. Interview on {settings['interview']} ({left}), "
        f"{settings['hours']:g} hours a week.",
        "",
    ]


def _today(data: dict) -> list[str]:
    step = data["next"]
    title = f"{step['title']} ({step['kind']}), " if step["title"] else ""
    spent = f"{title}about {step['minutes']} minutes. " if step["minutes"] else ""
    lines = _wrapped(f"Now: {spent}{step['why']}", "     ")
    if step["path"]:
        lines.append(f"     {step['path']}")
    if data["missed"]:
        lines += _wrapped(f"Missed so far, and first from now on: {', '.join(data['missed'])}.", "")
    if data["beside"]:
        beside = ", ".join(f"{each['stage']} {each['hours']:.1f} h" for each in data["beside"])
        lines += _wrapped(f"Beside it this week: {beside}.", "     ")
        if any(each["stage"] == MOCKS for each in data["beside"]):
            lines.append(_mocks(data["mocks"]))
    if data["due"]:
        lines += ["", *_repeats(data)]
    return [*lines, ""]


def _stages(plan: dict) -> list[str]:
    rows = []
    for stage in plan["stages"]:
        part = stage["hours"] / plan["available"] if plan["available"] else 0.0
        beside = f"beside, from week {stage['from_week']}" if stage["from_week"] else ""
        rows.append([stage["name"], f"{stage['hours']:.1f}", f"{part:.0%}", beside])
    rows.append(["all", f"{plan['available']:.1f}", "", ""])
    return [*table(["stage", "hours", "part", ""], rows, " rr"), ""]


def _weeks(plan: dict) -> list[str]:
    rows = []
    for week in plan["weeks"]:
        head = [str(week["number"]), f"{_day(week['first'])} – {_day(week['last'])}"]
        for stage in week["stages"]:
            what, *more = textwrap.wrap(_what(stage), WHAT) or [""]
            rows.append([*head, f"{stage['hours']:.1f}", stage["stage"], what])
            rows += [["", "", "", "", line] for line in more]
            head = ["", ""]
    return [*table(["week", "days", "hours", "stage", "what"], rows, "r r"), ""]


def _what(stage: dict) -> str:
    parts = [
        f"{unit['unit']} {unit['hours']:.1f}" for unit in stage["units"] if unit["hours"] > 0.05
    ]
    if stage["practice_hours"] > 0.05:
        parts.append(f"practice {stage['practice_hours']:.1f}")
    return ", ".join(parts)


def _cut(plan: dict) -> list[str]:
    lines: list[str] = []
    for note in plan["notes"]:
        lines += _wrapped(note, "")
    if plan["cut"]:
        rows = [[c["unit"], f"{c['hours']:.1f}", c["stage"], c["why"]] for c in plan["cut"]]
        lines += ["", *table(["cut", "hours", "stage", "why"], rows, " r")]
    practice = {s["name"]: s["practice"] for s in plan["stages"] if s["practice"] and s["hours"]}
    if practice:
        lines += ["", "Practice:"] if lines else ["Practice:"]
        for name, what in practice.items():
            lines += _wrapped(f"  {name}: {what}", "    ")
    return lines


def _areas(areas: list[dict]) -> list[str]:
    rows = []
    for area in areas:
        full = round(BAR * area["part"])
        bar = f"[{'#' * full}{'.' * (BAR - full)}]"
        units = f"{area['done']} of {area['units']}"
        rows.append([area["title"], bar, f"{area['part']:.0%}", units])
    return table(["area", "", "done", "units"], rows, "  rr")


def _units(units: list[dict]) -> list[str]:
    rows = [
        [u["stage"], u["unit"], f"{u['minutes']:g}", f"{u['part']:.0%}", u["state"]] for u in units
    ]
    return table(["stage", "unit", "minutes", "points", ""], rows, "  rr")


def _repeats(data: dict) -> list[str]:
    rows = []
    for repeat in [*data["due"], *data["coming"]]:
        when = "now" if repeat["due"] <= data["today"] else repeat["due"]
        again = f"{repeat['unit']} {repeat['question']}"
        rows.append([when, again, repeat["mistake"].replace("_", " "), str(repeat["times"])])
    return table(["due", "solve again", "because", "times"], rows, "   r")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day:2} {day:%b}"
