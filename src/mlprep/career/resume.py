"""A linter for the bullets of a resume: what is absent, and what can be measured.

    lint_bullet("Improved latency by 40%.")     [Flag("no_base", …), Flag("no_method", …)]
    print(report(read_own(path)))               flags by line number; the text itself is not shown

Flags are advice. They are never points, and a bullet without flags may be false all the same.
Nothing here writes a file, and a report quotes nothing of what it read: a notebook that is handed
in carries its outputs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mlprep.career import flags

MOST_WORDS = 35
IRREGULAR = """beat began bought brought built caught chose cut drew drove fed found gave got grew
held kept laid led left made met overhauled put ran rebuilt redrew reran rewrote sent set shrank
sold sped spent split taught took threw told trod undid wove won wrote""".split()
CHANGE = re.compile(
    r"\b(improv\w*|increas\w*|reduc\w*|rais\w+|cut|cutting|lower\w*|grew|grow\w*|boost\w*|sped"
    r"|decreas\w*|shrank|lift\w*|gain\w*|faster|fewer|sav(ed|ing)|drop\w*|halv\w+|doubl\w+|tripl\w+)",
    re.I,
)
NUMBER = re.compile(r"(?<![\w.])[$€£~<>+−-]*\d[\d,.]*(?:e[+-]?\d+)?", re.I)
YEAR = re.compile(r"\b(?:in|since|during|for) (?:19|20)\d\d\b", re.I)
WORD_NUMBER = re.compile(r"\b(halv\w+|doubl\w+|tripl\w+|one|two|three|four|five|six|seven|eight)\b")
PERCENT = re.compile(r"(\d[\d,.]*) ?(?:%|percent\b|per cent\b)", re.I)
BASE = re.compile(
    r"\bfrom\b[^;]{0,40}?\d|\d[^;]{0,20}(?:\bto\b|→|->) ?[$€£]?\d|\bof (?:the |all |its )?[~$€£]?\d"
    r"|\b(?:vs\.?|versus|against|compared|relative to|baseline|than|over|up from)\b"
    r"|\b(?:holdout|control|A/B)\b"
    r"|\bof (?:all|every|the|our)\b",
    re.I,
)
METHOD = re.compile(
    r"\b(?:by|through|after|via) (?!\d)(?:\w+ly )?\w+|\b(?:using|via|replacing|moving|swapping)\b"
    r"|\bwith (?:an? |the |its )?[A-Za-z]|[,;:] (?:\w+ly )?\w+ing\b"
    r"|\bin (?:PyTorch|JAX|TensorFlow|Spark|Rust|C\+\+)",
)
METRIC = re.compile(
    r"\b(?:ROC[- ]AUC|AUC|AUROC|F1|NDCG\S*|MRR|RMSE|MAE|perplexity|accuracy|precision|recall\S*"
    r"|BLEU|ROUGE\S*|WER|R²|R2|log[- ]?loss)(?!\w)",
    re.I,
)
DATA = re.compile(
    r"\bon (?:an? |the |our |its )?\w|\bheld[- ]out|\btest (?:set|split|week|month)|\bvalidation\b"
    r"|\bbenchmark|\b(?:golden|eval\w*) set|\blabelled\b|\bof [\d,~]+ ?[kM]?\b",
    re.I,
)
MONEY = re.compile(r"[$€£] ?\d|\b(?:revenue|sales|profit|bookings|engagement|retention)\b", re.I)
ONLINE = re.compile(
    r"\b(?:A/B|experiment|online|holdout|control|randomi[sz]ed|switchback|arm)\b", re.I
)
LATENCY = re.compile(r"\b(?:latency|response time|p50|median)\b", re.I)
MIDDLE = re.compile(r"\b(?:p50|median|average|mean)\b", re.I)
TAIL = re.compile(r"\bp9\d(?:\.\d+)?\b|\btail\b|\bmax(?:imum)?\b", re.I)
TEAM = re.compile(r"\b(?:we|our team|the team|as a team|team's)\b", re.I)
VAGUE = (
    "various", "several", "many", "helped", "assisted", "worked on", "involved in", "participated",
    "responsible for", "improved performance", "significantly", "significant", "substantially",
    "greatly", "cutting-edge", "state-of-the-art", "leveraged", "utilized", "utilised",
    "best practices", "end-to-end solutions", "key role", "exposure to", "familiar with",
)  # fmt: skip
FRAMEWORK = re.compile(
    r"\b(?:PyTorch|TensorFlow|JAX|Keras|scikit-learn|XGBoost|LightGBM|CatBoost|Spark|Ray|Flink|Kafka"
    r"|Beam|Airflow|Dagster|dbt|ONNX|TensorRT|Triton|vLLM|CUDA|FAISS|Postgres\w*|Redis|BigQuery"
    r"|Snowflake|DuckDB|MLflow|Feast|Kubernetes|DeepSpeed|FSDP|Hugging Face|pandas|NumPy"
    r"|Rust|C\+\+|Go)"
    r"(?!\w)"
)
SCALE = re.compile(
    r"\d[\d,.]* ?(?:k|K|M|B|bn|million|billion|thousand|e\d+)?\+? ?"
    r"(?:rows?|requests?|users?|events?|queries|items?|documents?|images?|params?|parameters?|tokens?"
    r"|GPUs?|TPUs?|nodes?|machines?|services?|models?|GB|TB|PB|QPS|qps|rps|hours?|calls?|accounts?"
    r"|merchants?|listings?|drivers?|patients?|stores?|payments?|messages?|pages?|tickets?|orders?)\b"
    r"|\d(?:/s|/day)\b"
)
DEPLOYED = re.compile(
    r"\b(?:production|deploy\w*|launch\w*|ship\w*|served|serving|live|rollout|rolled out|on[- ]call"
    r"|A/B|canary|open[- ]sourced?|released|published|adopted|in use)\b",
    re.I,
)

FLAGS = {
    "no_verb": "the first word is no verb in the past: begin with what you did",
    "no_number": "there is no number: what was it before, and after?",
    "no_base": "a change without what it is measured against: say from what to what, or of what",
    "no_method": "an effect without a method: what did you do that others would have done "
    "differently?",
    "too_long": f"more than {MOST_WORDS} words: one claim a line",
    "vague": "a word that anybody may use of anything: say the thing, or leave it out",
    "false_precision": "a percentage with four digits or more: your interval is wider than that",
    "median_without_tail": "a median or mean latency alone: promises are made at p99, say it too",
    "metric_without_data": "a model metric without its data set: on what was it measured?",
    "points_or_percent": "a share changed 'by n %': points, or per cent of the old value?",
    "percent_faster": "'n % faster' has two readings (40 % less time is 67 % more speed): say both "
    "times",
    "team_result": "'we' or 'the team': say which part is yours, and what it did alone",
    "offline_as_money": "a model metric beside money, and no experiment: who measured the money?",
    "best_run": "a best run or seed: give the mean of all of them, their spread and their number",
    "no_framework": "no framework or tool is named in any bullet of the project",
    "no_scale": "no size is named in any bullet: rows, requests, parameters, machines",
    "no_deployment": "nothing says where the work ended: in production, in a paper, or nowhere",
}


@dataclass(frozen=True)
class Flag:
    """Something that is absent or can be measured. name: a key of FLAGS."""

    name: str

    @property
    def reason(self) -> str:
        return FLAGS[self.name]


def lint_bullet(text: str) -> list[Flag]:
    """What one bullet lacks, in the order of FLAGS; an empty bullet lacks nothing."""
    text = " ".join(text.split()).lstrip("-–•* ")
    if not text:
        return []
    percents = PERCENT.findall(text)
    digits = NUMBER.findall(YEAR.sub(" ", text))
    itself = re.match(r"(halv|doubl|tripl)", text, re.I)  # says the ratio; its base is its object
    measured = METRIC.search(text)
    change = CHANGE.search(text)
    found = {
        "no_verb": not _is_past(re.split(r"[\s,]", text)[0]),
        "no_number": not digits and not WORD_NUMBER.search(text.lower()),
        "no_base": bool(digits and (percents or change) and not itself and not BASE.search(text)),
        "no_method": bool(CHANGE.match(text) and not METHOD.search(text)),
        "too_long": len(text.split()) > MOST_WORDS,
        "vague": any(re.search(rf"\b{re.escape(word)}\b", text, re.I) for word in VAGUE),
        "false_precision": any(map(_too_precise, percents)),
        "median_without_tail": bool(
            LATENCY.search(text) and MIDDLE.search(text) and not TAIL.search(text)
        ),
        "metric_without_data": bool(measured and digits and not DATA.search(text)),
        "points_or_percent": bool(
            measured
            and re.search(r"\bby ~?\d[\d.,]* ?(?:%|per ?cent)(?! points)", text)
            and not re.search(r"\bfrom\b.*\bto\b", text)
        ),
        "percent_faster": bool(re.search(r"\d ?(?:%|per ?cent) (?:faster|quicker|speed)", text)),
        "team_result": bool(TEAM.search(text)),
        "offline_as_money": bool(measured and MONEY.search(text) and not ONLINE.search(text)),
        "best_run": bool(re.search(r"\bbest (?:run|seed|of|single)\b|\bup to \d", text, re.I)),
    }
    return [Flag(name) for name in FLAGS if found.get(name)]


def lint_project(bullets: list[str]) -> list[Flag]:
    """What all bullets of a project together lack: framework, scale, where the work ended."""
    whole = " \n".join(bullets)
    if not whole.strip():
        return []
    parts = {"no_framework": FRAMEWORK, "no_scale": SCALE, "no_deployment": DEPLOYED}
    return [Flag(name) for name, pattern in parts.items() if not pattern.search(whole)]


def read_own(path: Path) -> list[str]:
    """The bullets of a text file, one a line; none where there is no such file to read."""
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def report(bullets: list[str]) -> str:
    """Flags with their reasons, by the number of the bullet. Quotes nothing of the text."""
    whole = ("project", _reasons(lint_project(bullets)))
    return flags.report(bullets, lambda bullet: _reasons(lint_bullet(bullet)), "bullet", whole)


def _reasons(found: list[Flag]) -> dict[str, str]:
    return {flag.name: flag.reason for flag in found}


def _is_past(word: str) -> bool:
    word = re.sub(r"[^a-z-]", "", word.lower()).split("-")[-1]
    return word in IRREGULAR or (word.endswith("ed") and len(word) > 3)


def _too_precise(number: str) -> bool:
    """Four significant digits or more; 99.95 is a number of nines, and means something."""
    digits = re.sub(r"\D", "", number).lstrip("0")
    return "." in number.rstrip(".") and len(digits) >= 4 and not number.startswith("99")
