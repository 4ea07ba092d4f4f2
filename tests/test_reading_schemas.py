"""Linters for notes, questions and briefs: what they flag, how often they err, what they hide."""

import pytest

from mlprep.reading import BRIEF, NOTE, QUESTION
from mlprep.reading.schemas import hours, numbers

GOOD_NOTE = {
    "paper": "E", "date": "2025-03-02", "claim": "Cuts the error by 21 % against the MLP.",
    "evidence": "Table 1: 84.9 against 84.6 for trees.", "assumption": "A step is a unit of cost.",
    "baseline": "Trees at 84.6, 30 trials as the others.", "missing": "plain noise as augmentation",
    "against": "Dorn 2025 finds nothing on larger tables", "cost": "3 device hours",
    "next": "Augmented MLP; if it is within 0.5 points, agreement adds nothing.",
}  # fmt: skip
GOOD_QUESTION = {
    "question": "Does dropping duplicates help M?", "prediction": "24.2 or less",
    "refuted": "above 24.4", "baseline": "M with duplicates, 24.6", "test": "M twice, five seeds",
    "cost": "26 h on one device", "known": "Berg 2024 for short documents only",
}  # fmt: skip
GOOD_BRIEF = {
    "question": "What is a repeated token worth?", "why_now": "text runs out",
    "known": "Cole 2024, up to two passes", "prediction": "v(4) from 0.6 to 0.9",
    "test": "5 arms against new tokens", "compute": "156 device hours", "data": "2.5e9 tokens",
    "kill": "after 20 seeds, or on 3 May", "risks": "near-duplicates", "budget": "500 h",
}  # fmt: skip
GOOD = {NOTE: GOOD_NOTE, QUESTION: GOOD_QUESTION, BRIEF: GOOD_BRIEF}
BAD = [
    (NOTE, "empty", {"against": " "}),
    (NOTE, "claim_without_number", {"claim": "It is better."}),
    (NOTE, "evidence_without_place", {"evidence": "84.9 against 84.6"}),
    (NOTE, "numbers_of_the_abstract", {"evidence": "Table 1: 21 %", "abstract": "by 21 % on 4"}),
    (NOTE, "limits_copied", {"missing": "larger networks and images",
                             "limits": "We tried neither images nor larger networks."}),
    (NOTE, "baseline_without_number", {"baseline": "boosted trees"}),
    (NOTE, "cost_without_unit", {"cost": "cheap: 3"}),
    (NOTE, "next_without_number", {"next": "If the augmented MLP is as good, I am wrong."}),
    (NOTE, "next_cannot_fail", {"next": "Run it on 3 other tables."}),
    (NOTE, "too_long", {"assumption": "word " * 350}),
    (QUESTION, "empty", {"known": ""}),
    (QUESTION, "no_question_mark", {"question": "Duplicates."}),
    (QUESTION, "prediction_without_number", {"prediction": "It helps."}),
    (QUESTION, "refuted_without_number", {"refuted": "if it does not help"}),
    (QUESTION, "refuted_is_prediction", {"refuted": "24.2 or less"}),
    (QUESTION, "baseline_without_number", {"baseline": "M with duplicates"}),
    (QUESTION, "cost_without_unit", {"cost": "10 runs"}),
    (QUESTION, "known_without_source", {"known": "nobody has tried"}),
    (BRIEF, "empty", {"risks": ""}),
    (BRIEF, "no_question_mark", {"question": "Repeated tokens."}),
    (BRIEF, "known_without_source", {"known": "little"}),
    (BRIEF, "prediction_without_number", {"prediction": "repeats are worth less"}),
    (BRIEF, "test_without_baseline", {"test": "train M on repeats"}),
    (BRIEF, "compute_without_unit", {"compute": "60 runs"}),
    (BRIEF, "over_budget", {"compute": "1,560 device hours"}),
    (BRIEF, "data_without_amount", {"data": "web text"}),
    (BRIEF, "kill_without_number", {"kill": "if it does not work"}),
    (BRIEF, "too_long", {"why_now": "word " * 450}),
]  # fmt: skip

# Written by hand after the rules were, in other words than theirs; the rules were not changed.
UNSEEN = [
    {"paper": "Grids", "date": "4 Jan 2026", "claim": "Grid cells emerge in 9 of 10 networks.",
     "evidence": "Fig. 3b: 9 of 10, but only with the readout of Appendix B.",
     "assumption": "The readout is wide enough.", "baseline": "Random weights: 2 of 10.",
     "missing": "other readouts", "against": "Sol 2023", "cost": "$40",
     "next": "Ten networks with a narrow readout. I expect 3; 8 would convince me otherwise."},
    {"paper": "Pruned", "date": "2026-01-09", "claim": "Half of the heads can go at 0.2 BLEU.",
     "evidence": "p. 6, second table: 27.1 and 26.9.", "assumption": "Heads do not interact.",
     "baseline": "random heads, -1.4", "missing": "pairs of heads", "against": "nothing found",
     "cost": "an afternoon on one GPU", "next": "Prune pairs: below 0.5 lost I was wrong."},
    {"paper": "Seeds", "date": "2026-02-01", "claim": "Luck explains 60 % of the gains.",
     "evidence": "§4.2 has 31 of 52 papers.", "assumption": "Seeds stand for all luck.",
     "baseline": "52 papers as they were printed", "missing": "data splits", "against": "Ito 2024",
     "cost": "9 GPU-days", "next": "Redraw splits too; under 70 % it is seeds alone."},
]  # fmt: skip


@pytest.mark.parametrize("schema", GOOD, ids=lambda schema: schema.what)
def test_a_complete_entry_has_no_flags(schema):
    assert schema.lint(GOOD[schema]) == {}
    assert set(schema.lint({})) == {"empty"}


@pytest.mark.parametrize(("schema", "flag", "change"), BAD)
def test_each_flag_has_an_entry_that_gets_it_alone(schema, flag, change):
    found = schema.lint(GOOD[schema] | change)
    assert list(found) == [flag] and found[flag]


def test_every_rule_is_tried():
    for schema in GOOD:
        tried = {flag for own, flag, _ in BAD if own is schema}
        assert tried == {"empty", *schema.rules}


def test_false_alarms_on_good_notes_that_the_rules_had_not_seen():
    """Measured: 2 flags on 3 notes, both wrong: "an afternoon" is a cost, and "under 70 %" a way to
    fail. The rules were not mended for them, so that the number stays a measurement."""
    flags = [flag for note in UNSEEN for flag in NOTE.lint(note)]
    assert flags == FALSE_ALARMS


FALSE_ALARMS = ["cost_without_unit", "next_cannot_fail"]


def test_an_entry_without_abstract_or_limits_is_not_judged_by_them():
    copied = GOOD_NOTE | {"missing": "larger networks and images"}
    assert NOTE.lint(copied) == {} and NOTE.lint(copied | {"limits": ""}) == {}


def test_numbers_and_hours_are_read_as_they_are_written():
    assert numbers("21 % of 1,350 rows, 8.1e22.") == {"21", "1,350", "8.1e22"}
    assert hours("1,560 GPU-hours and 30 h") == 1560 and hours("3 days") is None


@pytest.mark.parametrize("schema", GOOD, ids=lambda schema: schema.what)
def test_entries_are_read_and_the_report_quotes_nothing(schema, tmp_path):
    path = tmp_path / "own.txt"
    assert schema.read(path) == [] and "nothing to say" in schema.report([])
    lines = [f"{field.replace('_', ' ')}: Quuxotron" for field in schema.fields]
    path.write_text("lost\n# mine\n" + "\n".join(lines) + "\n  of Zanzibaria\n", encoding="utf-8")
    (entry,) = schema.read(path)
    assert list(entry) == list(schema.fields)
    assert entry[schema.fields[-1]] == "Quuxotron of Zanzibaria"
    text = schema.report([entry, entry])
    assert f"{schema.what} 2: " in text and "no points" in text
    assert "Quuxotron" not in text and "Zanzibaria" not in text
    assert sorted(tmp_path.iterdir()) == [path]
