"""A worksheet is right when it is consistent, whatever it assumes, and what is broken is named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlprep.check import Question
from mlprep.design import STEPS, Sheet

SHEET = Sheet(
    assumptions={
        "daily_users": "users",
        "actions": "actions/user/day",
        "peak": "1",
        "row_bytes": "B",
        "keep_for": "days",
        "replicas": "replicas",
        "work": "GFLOP/request",
        "devices": "devices",
        "device_memory": "GB",
        "p99": "ms",
    },
    derived={"avg_rps": "1/s", "peak_rps": "1/s", "storage": "TB", "compute": "TFLOP/s"},
    bounds={"peak": (1, 100), "replicas": (1, 20)},
    deadline="p99",
)


def avg_rps(daily_users, actions):
    """Requests a second are users times actions for each, over the seconds of a day."""
    return daily_users * actions


def peak_rps(avg_rps, peak):
    """The peak is the average times the peak factor."""
    return avg_rps * peak


def storage(avg_rps, row_bytes, keep_for, replicas):
    """What is stored is what the average writes, for as long as it is kept, in each replica."""
    return avg_rps * row_bytes * keep_for * replicas


def compute(peak_rps, work):
    """Computation a second is the work of a request at the peak."""
    return peak_rps * work


def storage_fits(storage, devices, device_memory):
    """What is stored fits on the devices."""
    return storage, devices * device_memory


FORM = SHEET.form()
LINKS = SHEET.links(avg_rps, peak_rps, storage, compute)
LIMITS = SHEET.limits(storage_fits)
CHECKS = [*FORM, *LINKS, *LIMITS]


def sheet(users=1e8, actions=12.0, peak=3.0, row=100.0, days=30.0, replicas=3, work=0.2, p99=200.0):
    """A consistent worksheet from any assumptions, in mixed units."""
    avg = users * actions / 86_400
    stored = avg * row * days * 86_400 * replicas
    return {
        "assumptions": {
            "daily_users": (users, "users"),
            "actions": f"{actions!r} 1/day",
            "peak": (peak, "1"),
            "row_bytes": (row * 8, "bit"),
            "keep_for": (days * 24, "h"),
            "replicas": (replicas, "replicas"),
            "work": (work / 2, "GMAC"),
            "devices": (stored / 1e12 + 1, "devices"),
            "device_memory": "1 TB",
            "p99": (p99, "ms"),
        },
        "derived": {
            "avg_rps": (avg, "requests/s"),
            "peak_rps": (avg * peak * 60, "requests/min"),
            "storage": (stored / 2**40, "TiB"),
            "compute": (avg * peak * work * 1e9, "FLOP/s"),
        },
        "stages": {"network": (p99 / 4, "ms"), "model": (p99 / 2 / 1000, "s")},
        "steps": {step: f"What we say in the step {step} is this." for step in STEPS},
        "choices": [
            {
                "chosen": "hourly batch",
                "because": "users tolerate it",
                "rejected": [
                    {"option": "streaming", "cost": "an on-call rota, twice the compute"},
                    {"option": "daily batch", "cost": (3, "%")},
                ],
            }
        ],
        "failures": [
            {
                "failure": "the store is down",
                "detection": "error rate above 1 %",
                "fallback": "serve popular items",
            }
        ],
    }


def broken(answer, checks=CHECKS):
    """The clauses of the checks that a worksheet breaks, by name."""
    clauses = {check.__name__: check(lambda: answer) for check in checks}
    return {name: clause for name, clause in clauses.items() if clause}


size = st.floats(1e-3, 1e9, allow_nan=False)


@settings(max_examples=30)
@given(size, size, st.floats(1, 100), size, size, st.integers(1, 20), size, size)
def test_any_consistent_worksheet_is_accepted(users, actions, peak, row, days, copies, work, p99):
    assert broken(sheet(users, actions, peak, row, days, copies, work, p99)) == {}


@settings(max_examples=30)
@given(
    st.sampled_from(["avg_rps", "peak_rps", "storage", "compute"]),
    st.one_of(st.floats(1e-9, 0.94), st.floats(1.06, 1e9)),
    size,
    st.floats(1, 100),
)
def test_a_broken_link_is_named_and_no_other_that_is_not_built_on_it(name, factor, users, peak):
    answer = sheet(users=users, peak=peak)
    number, unit = answer["derived"][name]
    answer["derived"][name] = (number * factor, unit)
    built_on_it = {
        "avg_rps": {"peak_rps", "storage"},
        "peak_rps": {"compute"},
        "storage": {"storage_fits"},
        "compute": set(),
    }
    found = broken(answer)
    assert name in found and set(found) <= {name} | built_on_it[name]
    assert found[name].startswith(f"`{name}` is ") and "your own numbers give" in found[name]


def test_what_is_counted_needs_no_unit():
    answer = sheet()
    answer["assumptions"] |= {"peak": 3, "replicas": "3", "daily_users": np.float64(1e8)}
    assert broken(answer) == {}


def test_five_percent_of_rounding_is_allowed():
    answer = sheet()
    answer["derived"] |= {"avg_rps": "14_000 1/s", "peak_rps": "4.2e4 1/s"}
    assert broken(answer) == {}


# What a wrong number looks like


@pytest.mark.parametrize(
    ("name", "factor", "says"),
    [
        ("avg_rps", 86_400, "the number for a day, not for a second"),
        ("avg_rps", 3600, "the number for an hour, not for a second"),
        ("avg_rps", 1 / 86_400, "once too often"),
        ("avg_rps", 100, "a slip of the decimal point?"),
        ("avg_rps", 1 / 12, "`actions` (12 1/day) seems to be left out"),
        ("peak_rps", 1 / 3, "`peak` (3) seems to be left out"),
        ("peak_rps", 3, "`peak` (3) seems to be counted twice"),
        ("peak_rps", 1 / 9, "`peak` (3) seems to be used the wrong way up"),
        ("storage", 1 / 30, "`keep_for` (720 h) seems to be left out"),
        ("storage", 1 / 3, "`replicas` (3 replicas) seems to be left out"),
        ("storage", 8, "these are bits: a byte has 8"),
        ("storage", 1 / 8, "divided by 8 as if from bits"),
        ("storage", 86_400, "a day has 86,400 s: multiplied once too often, or not divided"),
        ("storage", 1000, "off by a factor 1000: look at the prefixes"),
        ("storage", 1e-6, "off by a factor 1000^2: look at the prefixes"),
        ("storage", 1.024**3, "1000 and 1024 are mixed (GB and GiB)"),
        ("compute", 1 / 2, "one multiply-add (MAC) is two FLOP"),
        ("compute", 93.2, "yours is 93.2 times that"),
        ("compute", -1, "the sign differs"),
    ],
)
def test_what_would_explain_a_wrong_number_is_said(name, factor, says):
    answer = sheet(work=0.3)
    number, unit = answer["derived"][name]
    answer["derived"][name] = (number * factor, unit)
    assert says in broken(answer)[name]


def test_a_number_that_was_taken_for_another_is_named():
    answer = sheet(work=0.3)
    number, unit = answer["derived"]["compute"]
    answer["derived"]["compute"] = (number / 3, unit)
    assert broken(answer)["compute"].endswith(": as if `avg_rps` stood in the place of `peak_rps`")


def test_an_assumption_of_nothing_is_no_reason_to_fail():
    answer = sheet(work=0.3)
    answer["assumptions"]["work"] = "0 FLOP"
    assert "it should be nothing" in broken(answer)["compute"]


def test_the_units_of_1024_are_accepted_when_they_are_named():
    answer = sheet()
    number, unit = answer["derived"]["storage"]
    assert unit == "TiB" and not broken(answer)
    answer["derived"]["storage"] = (number, "TB")
    assert "(TB and TiB)" in broken(answer)["storage"]


@pytest.mark.parametrize(
    ("part", "name", "value", "check", "says"),
    [
        ("assumptions", "peak", None, "assumptions_stated", "`peak` is missing"),
        ("assumptions", "row_bytes", 3, "assumptions_stated", "an amount of data is wanted; write"),
        ("assumptions", "peak", "3 s", "assumptions_stated", "a time, where a plain number"),
        ("assumptions", "peak", "0.5 1", "assumptions_stated", "1 to 100 1 is possible"),
        ("assumptions", "row_bytes", "-1 B", "assumptions_stated", "0 to any B is possible"),
        ("assumptions", "row_bytes", "5 s", "assumptions_stated", "a time, where an amount"),
        (
            "assumptions",
            "p99",
            "0.2",
            "assumptions_stated",
            "write its unit behind it, such as 'ms'",
        ),
        ("derived", "storage", "5 TB/s", "derived_stated", "multiply by the time"),
        ("derived", "peak_rps", "5 requests", "derived_stated", "divide by the time"),
        ("derived", "peak_rps", None, "peak_rps", "`peak_rps` is missing"),
        ("stages", "model", "180 ms", "stages_fit", "add up to 230 ms, which is 30 ms more"),
        ("stages", "model", "180 B", "stages_fit", "an amount of data, where a time"),
        ("stages", "model", "-180 ms", "stages_fit", "negative budget"),
        ("steps", "model", "", "steps_covered", "the step `model` is empty"),
        ("steps", "model", "TODO say what the model is", "steps_covered", "not written yet"),
        ("steps", "model", "a tree", "steps_covered", "2 words, and 5 are the least"),
        ("steps", "model", None, "steps_covered", "the step `model` is empty"),
        ("assumptions", "devices", "1 device", "storage_fits", "times what there is"),
    ],
)
def test_each_broken_part_is_named(part, name, value, check, says):
    answer = sheet(row=500.0)
    if value is None:
        del answer[part][name]
    else:
        answer[part][name] = value
    found = broken(answer)
    assert says in found[check]


@pytest.mark.parametrize(
    ("change", "check", "says"),
    [
        (lambda w: w["choices"][0]["rejected"].pop(), "alternatives_rejected", "1 different ones"),
        (lambda w: w["choices"][0]["rejected"][0].pop("cost"), "alternatives_rejected", "option, "),
        (
            lambda w: w["choices"][0]["rejected"][0].update(cost=""),
            "alternatives_rejected",
            "the cost of rejected option 1 is empty",
        ),
        (
            lambda w: w["choices"][0]["rejected"][1].update(option="Streaming"),
            "alternatives_rejected",
            "1 different ones",
        ),
        (lambda w: w["choices"][0].update(rejected="x"), "alternatives_rejected", "no list"),
        (lambda w: w["failures"].clear(), "failures_covered", "0 are stated"),
        (lambda w: w["failures"][0].pop("fallback"), "failures_covered", "failure, detection"),
        (
            lambda w: w["failures"][0].update(fallback="the store is down"),
            "failures_covered",
            "two say the same",
        ),
        (
            lambda w: w["steps"].update(model=w["steps"]["data"]),
            "steps_covered",
            "`model` repeats what `data` says",
        ),
        (lambda w: w.pop("stages"), "stages_fit", "`stages` is missing: a dict"),
        (lambda w: w["stages"].pop("model"), "stages_fit", "fewer than two"),
        (lambda w: w.update(choices="x"), "alternatives_rejected", "`choices` is missing: a list"),
        (lambda w: w["failures"].append(3), "failures_covered", "each row of `failures`"),
    ],
)
def test_each_gap_in_the_coverage_is_named(change, check, says):
    answer = sheet()
    change(answer)
    found = broken(answer)
    assert set(found) == {check} and says in found[check]


def test_something_else_than_a_dict_is_said_by_every_check():
    for answer in (None, [], 3, "x"):
        assert set(broken(answer).values()) == {
            "a worksheet is a dict with assumptions, derived, stages, steps, choices, failures"
        }
    assert set(broken({})) == {check.__name__ for check in CHECKS}


def test_words_are_not_graded():
    plain, modern = sheet(), sheet()
    modern["steps"] = {s: f"Kafka Kubernetes transformer vector database {s}" for s in STEPS}
    assert broken(plain) == broken(modern) == {}


def test_a_division_by_an_assumption_of_nothing_is_said():
    small = Sheet({"work": "s", "rate": "1/s"}, {"load": "1"})

    def load(work, rate):
        """Load is work over rate."""
        return work / rate

    answer = {
        "assumptions": {"work": "1 s", "rate": "0 1/s"},
        "derived": {"load": "1 1"},
    }
    assert "is one of them 0 or huge?" in broken(answer, small.links(load))["load"]


def test_a_design_of_nothing_or_of_everything_is_refused():
    nothing = broken(sheet(users=0.0))
    assert (
        set(nothing) == {"derived_stated"} and "`avg_rps` is nothing" in nothing["derived_stated"]
    )
    answer = sheet(users=1e300)
    answer["assumptions"]["row_bytes"] = "1e300 B"
    huge = broken(answer)
    assert "cannot be computed" in huge["storage"]
    answer = sheet()
    answer["assumptions"]["row_bytes"] = "1e300 EB^9"
    assert "too large" in broken(answer)["assumptions_stated"]


def test_a_sheet_that_cannot_be_checked_is_refused():
    def unknown(peak, nobody):
        """x"""

    def peak(p99):
        """x"""

    def silent(p99):
        return p99

    for wrong in (unknown, silent):
        with pytest.raises(ValueError, match="a rule takes numbers of the sheet"):
            SHEET.limits(wrong)
    with pytest.raises(ValueError, match="peak is no derived number"):
        SHEET.links(peak)
    with pytest.raises(ValueError, match="Sheet:"):
        Sheet({"a": "1"}, {"a": "1"})
    with pytest.raises(ValueError, match="Sheet:"):
        Sheet({"a": "1"}, {}, deadline="b")


def test_a_question_says_the_claim_and_the_broken_link():
    answer = sheet()
    answer["derived"]["peak_rps"] = (13_889, "1/s")
    q = Question(lambda: answer, points=10, name="worksheet")
    for check in CHECKS:
        q.probe(check, gives="")
    verdict = q.verdict()
    assert verdict.message.startswith(
        "The peak is the average times the peak factor, but `peak_rps` is 13,890 1/s and your own "
        "numbers give 41,670 1/s: `peak` (3) seems to be left out."
    )
    assert 0 < verdict.points < 10
    assert [name for name, _, held, _ in verdict.probes if not held] == ["peak_rps", "compute"]


def test_a_summand_that_is_left_out_is_named():
    parts = Sheet({"reading": "h", "writing": "h"}, {"time": "h"}, steps=())

    def time(reading, writing):
        """Both take time."""
        return reading + writing

    (check,) = parts.links(time)
    for got, said in (("52 h", "`writing` (19 h) seems"), ("19 h", "`reading` (52 h) seems")):
        sheet = {"assumptions": {"reading": "52 h", "writing": "19 h"}, "derived": {"time": got}}
        assert f"{said} to be left out" in check(lambda sheet=sheet: sheet)


def test_numbers_may_be_numpy_s():
    answer = sheet()
    for part in ("assumptions", "derived"):
        for name, raw in answer[part].items():
            if isinstance(raw, tuple):
                answer[part][name] = (np.float64(raw[0]), raw[1])
    assert broken(answer) == {}
