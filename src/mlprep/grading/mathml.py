"""Mathematics for pages that load nothing: TeX becomes MathML, which browsers draw by themselves.

mathml(r"\\frac{1}{n}")                 "<math …>…</math>", or the TeX as code
"""

from __future__ import annotations

import functools
import html
import re

SPELLED = {  # what latex2mathml has under another name
    r"\begin{aligned}": r"\begin{align*}",
    r"\end{aligned}": r"\end{align*}",
    r"\begin{gathered}": r"\begin{align*}",
    r"\end{gathered}": r"\end{align*}",
    r"\begin{equation}": "",
    r"\end{equation}": "",
    r"\begin{equation*}": "",
    r"\end{equation*}": "",
}
ARG = re.compile(r"\\arg\s*\\(max|min)(?![A-Za-z])")
LABEL = re.compile(r"\\(label|tag\*?)\{[^{}]*\}|\\(no(number|tag)|displaystyle)(?![A-Za-z])")
TAGS = frozenset(
    "math mi mn mo ms mtext mspace mrow mfrac msqrt mroot mstyle mpadded mphantom mfenced menclose "
    "msub msup msubsup munder mover munderover mmultiscripts mtable mtr mtd".split()
)
ATTRIBUTES = [
    *("accent", "accentunder", "columnalign", "columnlines", "columnspacing", "display"),
    *("displaystyle", "fence", "form", "height", "largeop", "linebreak", "linethickness"),
    *("lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rowlines"),
    *("rowspacing", "rspace", "scriptlevel", "separator", "stretchy", "symmetric", "voffset"),
    *("width", "xmlns"),
]


@functools.lru_cache(maxsize=4096)
def mathml(tex: str, display: bool = False) -> str:
    """A formula as MathML; as code where it is no TeX that can be read.

    Nothing in it can run or load anything, whoever wrote the TeX.
    """
    from bleach import Cleaner
    from latex2mathml.converter import convert

    text = LABEL.sub("", ARG.sub(r"\\arg\1 ", tex))
    for ours, theirs in SPELLED.items():
        text = text.replace(ours, theirs)
    try:
        made = convert(text.strip(), display="block" if display else "inline")
    except Exception:  # noqa: BLE001 - it raises many kinds on what is no TeX
        return f"<code>{html.escape(tex)}</code>"
    return Cleaner(tags=TAGS, attributes=ATTRIBUTES).clean(made)
