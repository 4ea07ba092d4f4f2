"""Linters for what one writes about money: a reply to a recruiter, an e-mail about an offer.

    lint_reply("I make 180k now.")         {"amount": "…", "current_pay": "…", "no_fit": "…", …}
    print(report(path, lint_email))        flags with their reasons; the text itself is not shown

Flags are advice: never points, and no legal or tax advice. A flag may be ignored: a form may ask
for a number by law, a posted band may make one harmless, a floor said early may save both sides
time. Nothing here writes a file, and a report quotes nothing of what it read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from mlprep.career import flags

MOST_WORDS = 150
NUMBER_WORDS = (
    r"(?:ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|grand"
    r"|six figures?|(?:low|mid|high)[- ](?:one|two|three)(?: hundreds?)?)"
)
AMOUNT = re.compile(rf"\d|\b{NUMBER_WORDS}\b", re.I)
CURRENCY = re.compile(r"[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|dollars?|euros?|pounds?|francs?)\b", re.I)
CURRENT_PAY = re.compile(
    r"\b(?:current|present|last|previous) (?:salary|pay|package|comp\w*|base|wage)"
    r"|\bI(?:'m| am)? (?:currently |now )?(?:make|making|earn|earning|paid|get|getting)\b",
    re.I,
)
RANGE = re.compile(
    r"\d ?k? ?(?:-|–|—|to) ?[$€£]?\d|\bbetween\b[^.?!]{0,40}\band\b|\bat least\b|\bno less than\b"
    r"|\bsomewhere (?:around|in)\b|\bballpark\b|\bnorth of\b|\bminimum\b",
    re.I,
)
FIT = re.compile(
    r"\b(?:fit|level|levell?ing|scope|role|team|responsib\w+|problem|work|seniority|match)\b", re.I
)
ASK = re.compile(
    r"\?|\b(?:could|would|can|will) you\b|\bI(?:'d| would) (?:like|ask)\b|\bplease\b", re.I
)
REASON = re.compile(
    r"\b(?:because|since|as I|given|my reason|the reason|in light of|considering)\b", re.I
)
THANKS = re.compile(r"\bthank(?:s| you)\b|\bgrateful\b|\bappreciate\b", re.I)
MONTHS = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*"
DATE = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)? {MONTHS}\b|\b{MONTHS} \d{{1,2}}\b|\b\d{{4}}-\d\d-\d\d\b"
    r"|\b\d{1,2}[./]\d{1,2}\b|\b(?:Mon|Tues|Wednes|Thurs|Fri)day\b",
    re.I,
)

REPLY_FLAGS = {
    "amount": "a number, in digits or in words: it can only be used as a bound",
    "currency": "a currency: there is an amount beside it, or one is asked for next",
    "current_pay": "what you earn now: it says nothing about the role that you talk about",
    "range": "a range or a bound: the other side hears the end that suits it",
    "no_fit": "neither fit nor level: say what the talk is about instead",
    "no_question": "no question back: ask for the band, the level or the scope",
}
EMAIL_FLAGS = {
    "too_long": f"more than {MOST_WORDS} words: it is read on a telephone, and forwarded",
    "no_ask": "nothing is asked for: the reader does not know what to do",
    "many_asks": "more than one question: one ask a mail, or the easiest is answered",
    "no_reason": "an ask without a reason: give one that can be passed on to who decides",
    "no_thanks": "no thanks: somebody fought for this offer",
    "no_date": "no date: say until when you would like to know, or will decide",
}


def lint_reply(text: str) -> dict[str, str]:
    """What a spoken or written reply gives away or lacks: reasons by flag; nothing for ""."""
    if not text.strip():
        return {}
    found = {
        "amount": AMOUNT.search(text),
        "currency": CURRENCY.search(text),
        "current_pay": CURRENT_PAY.search(text),
        "range": RANGE.search(text),
        "no_fit": not FIT.search(text),
        "no_question": "?" not in text,
    }
    return {name: reason for name, reason in REPLY_FLAGS.items() if found[name]}


def lint_email(text: str) -> dict[str, str]:
    """What an e-mail about an offer lacks: reasons by flag; nothing for ""."""
    if not text.strip():
        return {}
    found = {
        "too_long": len(text.split()) > MOST_WORDS,
        "no_ask": not ASK.search(text),
        "many_asks": text.count("?") > 1,
        "no_reason": not REASON.search(text),
        "no_thanks": not THANKS.search(text),
        "no_date": not DATE.search(text),
    }
    return {name: reason for name, reason in EMAIL_FLAGS.items() if found[name]}


def report(path: Path, lint: Callable[[str], dict[str, str]]) -> str:
    """Flags of a text file, with reasons. Texts are parted by a line of dashes; none is quoted."""
    try:
        whole = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return "No file: nothing to say."
    texts = [part for part in re.split(r"^-{3,} *$", whole, flags=re.M) if part.strip()]
    return flags.report(texts, lint, width=12, end="good")
