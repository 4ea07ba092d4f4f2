"""Reproducible experiments: the laboratory opens for a consistent plan only, and its ledger sees
that a plan was changed, after a restart too."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlprep.course import Course
from mlprep.notebook import read


@pytest.fixture
def laboratory(tmp_path, monkeypatch):
    """Runs the locked cells and the worked solutions as a fresh kernel would: their names."""
    monkeypatch.chdir(tmp_path)
    unit = Course(Path(__file__).parents[1]).unit("experiments")
    cells = read(unit, unit.assignment_sources()[0]).cells
    sources = [cell.source for cell in cells if cell.kind in ("locked", "solution")]
    assert len(sources) >= 10

    def kernel():
        space = {"__name__": "__main__"}
        for source in sources:
            exec(compile(source, "cell", "exec"), space)
        return space

    return kernel


SPOILT = {
    "hypothesis": "it works", "metric": ["accuracy", "nll"], "direction": "lower", "effect": 0.0,
    "sd": 0.3, "alpha": 0.2, "power": 0.5, "n_seeds": 3, "test": "unpaired_t",
    "stopping": "until_significant", "refuted_below": 0.7,
}  # fmt: skip


def test_it_stays_locked_for_an_incomplete_plan(laboratory, tmp_path):
    lab = laboratory()
    plan = lab["preregistration"]()
    assert lab["open_points"](plan) == []
    assert set(SPOILT) == set(plan)
    broken = [{**plan, key: value} for key, value in SPOILT.items()]
    broken += [{k: v for k, v in plan.items() if k != key} for key in plan]
    for spoilt in [*broken, {**plan, "n_seeds": 41}, {}, None, [], {**plan, "sd": float("nan")}]:
        with pytest.raises(RuntimeError, match="stays locked"):
            lab["run_experiment"](spoilt)
    assert not list(tmp_path.iterdir())


def test_a_changed_plan_is_seen_after_a_restart(laboratory, capsys):
    lab = laboratory()
    plan = lab["preregistration"]()
    data = lab["run_experiment"](plan)
    assert (len(data["seeds"]), data["amended"]) == (plan["n_seeds"], False)
    again = laboratory()
    assert again["run_experiment"](plan) == data
    changed = {**plan, "effect": 0.6, "refuted_below": 0.6}
    for _ in range(2):
        assert again["run_experiment"](changed)["amended"]
    assert again["analyse"](changed, again["run_experiment"](changed))["verdict"] == "exploratory"
    assert "amended: True" in capsys.readouterr().out
    assert not laboratory()["run_experiment"](plan)["amended"]


def test_the_registered_metric_and_the_registered_seeds_are_analysed(laboratory):
    lab = laboratory()
    plan = lab["preregistration"]()
    data = lab["run_experiment"](plan)
    found = lab["analyse"](plan, data)
    assert (found["trials"], found["verdict"]) == (2, "supported")
    assert found["low"] < lab["TRIALS"]["new"]["lr 0.3"] - 80.6 < found["high"]  # the truth
    with pytest.raises(ValueError, match="registered"):
        lab["analyse"]({**plan, "n_seeds": plan["n_seeds"] + 1}, data)
