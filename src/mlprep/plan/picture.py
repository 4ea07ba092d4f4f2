"""Progress by area as a small SVG: legible in grey, read aloud in words."""

from __future__ import annotations

from xml.sax.saxutils import escape

WIDTH, ROW, LEFT, RIGHT, TOP = 560, 30, 130, 130, 8
INK, BAR, EMPTY = "#16162e", "#2b6cb0", "#e3e6ec"


def areas_svg(areas: list[dict]) -> str:
    """One bar an area: the part of its minutes that is done, and the count of units in words.

    The title and description say the same as the bars do.
    """
    height = TOP * 2 + ROW * max(len(areas), 1)
    whole = WIDTH - LEFT - RIGHT
    words = "; ".join(in_words(area) for area in areas) or "There is no unit yet."
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-labelledby="areas-title areas-words" '
        'font-family="sans-serif" font-size="13">',
        '<title id="areas-title">Progress by area</title>',
        f'<desc id="areas-words">{escape(words)}</desc>',
        f'<rect class="ground" width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for number, area in enumerate(areas):
        top = TOP + ROW * number
        text = top + ROW / 2 + 4
        full = whole * min(max(area["part"], 0.0), 1.0)
        box = f'x="{LEFT}" y="{top + 7}" height="{ROW - 14}"'
        lines += [
            f'<text x="{LEFT - 8}" y="{text:g}" text-anchor="end" fill="{INK}">'
            f"{escape(area['title'])}</text>",
            f'<rect class="empty" {box} width="{whole}" fill="{EMPTY}" stroke="{INK}" '
            'stroke-width="0.6"/>',
            f'<rect class="done" {box} width="{full:.1f}" fill="{BAR}"/>',
            f'<text x="{LEFT + whole + 8}" y="{text:g}" fill="{INK}">{escape(_short(area))}</text>',
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"


def in_words(area: dict) -> str:
    """One area as a clause: `Coding: 40% done, 1 of 3 units`."""
    return f"{area['title']}: {area['part']:.0%} done, {area['done']} of {area['units']} units"


def _short(area: dict) -> str:
    return f"{area['part']:.0%}, {area['done']} of {area['units']} units"
