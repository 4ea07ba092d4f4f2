"""The plan as a calendar file (iCalendar, RFC 5545): a week an entry, repeats, the interview.

Entries keep their UID when the plan is exported again, so a calendar replaces them.
"""

from __future__ import annotations

from datetime import date, timedelta

FOLD_BYTES = 75  # RFC 5545, section 3.1
PRODUCT = "-//mlprep//plan//EN"


def calendar(data: dict) -> str:
    """The text of an .ics file for an overview that has a plan; lines end in CRLF."""
    stamp = f"{data['today'].replace('-', '')}T000000Z"
    events = [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", PRODUCT),
        ("CALSCALE", "GREGORIAN"),
    ]
    for week in data["plan"]["weeks"]:
        stages = ", ".join(f"{s['stage']} {s['hours']:.1f} h" for s in week["stages"])
        events += _event(
            f"week-{week['number']}-{data['settings']['start']}",
            stamp,
            date.fromisoformat(week["first"]),
            date.fromisoformat(week["last"]),
            f"Interview plan, week {week['number']}: {stages}",
            "\n".join(_what(stage) for stage in week["stages"]),
        )
    for repeat in [*data["due"], *data["coming"]]:
        day = max(date.fromisoformat(repeat["due"]), date.fromisoformat(data["today"]))
        events += _event(
            f"repeat-{repeat['unit']}-{repeat['question']}-{repeat['mistake']}",
            stamp,
            day,
            day,
            f"Solve {repeat['question']} ({repeat['unit']}) again",
            repeat["message"],
        )
    interview = date.fromisoformat(data["settings"]["interview"])
    events += _event("interview", stamp, interview, interview, "Interview", "")
    events.append(("END", "VCALENDAR"))
    return "".join(fold(f"{name}:{value}") for name, value in events)


def _what(stage: dict) -> str:
    units = [f"{unit['title']} ({unit['hours']:.1f} h)" for unit in stage["units"]]
    if stage["practice_hours"] > 0.05:
        units.append(f"practice ({stage['practice_hours']:.1f} h) {stage['practice']}".rstrip())
    return f"{stage['stage']}: {'; '.join(units)}"


def _event(
    uid: str, stamp: str, first: date, last: date, summary: str, description: str
) -> list[tuple[str, str]]:
    """One entry over whole days, from `first` to `last`; the end of a day is the next one."""
    lines = [
        ("BEGIN", "VEVENT"),
        ("UID", f"{uid}@mlprep"),
        ("DTSTAMP", stamp),
        ("DTSTART;VALUE=DATE", f"{first:%Y%m%d}"),
        ("DTEND;VALUE=DATE", f"{last + timedelta(days=1):%Y%m%d}"),
        ("SUMMARY", escaped(summary)),
    ]
    if description:
        lines.append(("DESCRIPTION", escaped(description)))
    return [*lines, ("TRANSP", "TRANSPARENT"), ("END", "VEVENT")]


def escaped(text: str) -> str:
    """A TEXT value (RFC 5545, section 3.3.11); control characters are dropped."""
    text = "\n".join(text.splitlines())
    text = "".join(c for c in text if c in "\n\t" or ord(c) >= 32 and ord(c) != 127)
    for plain, safe in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, safe)
    return text


def fold(line: str) -> str:
    """A content line of at most 75 octets a piece, never cut inside a character."""
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode("utf-8"))
        if size + octets > FOLD_BYTES:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + character, size + octets
    return "\r\n".join([*pieces, piece]) + "\r\n"
