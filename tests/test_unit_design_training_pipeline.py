"""Training pipeline: bytes counted on real tensors, intervals and gates by simulation, and a
worksheet that takes any consistent set of assumptions."""

from __future__ import annotations

import math
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from mlprep.check.proof import questions_of
from mlprep.course import Course
from mlprep.notebook import read, render


@pytest.fixture(scope="module")
def questions():
    """The questions of the assignment and the worksheet by name, on their worked solutions."""
    unit = Course(Path(__file__).parents[1]).unit("design_training_pipeline")
    found = {}
    for source in unit.assignment_sources():
        notebook = nbformat.from_dict(render(unit, read(unit, source)))
        found |= {asked.question.name: asked.question for asked in questions_of(notebook)}
    assert len(found) == 10
    return found


JOB = {
    "params": 5 * 7 + 7,
    "devices": 1,
    "stage": 0,
    "layers": 3,
    "width": 32,
    "heads": 4,
    "seq": 24,
    "batch": 2,
    "recompute": "none",
    "save_s": 60.0,
    "device_mtbf_s": 5e4 * 3600,
}


def test_state_bytes_are_those_of_adam_on_real_tensors(questions):
    model = torch.nn.Linear(5, 7).bfloat16()
    model(torch.ones(1, 5, dtype=torch.bfloat16)).sum().backward()
    copies = [p.detach().float().requires_grad_() for p in model.parameters()]
    adam = torch.optim.Adam(copies)
    for copy, p in zip(copies, model.parameters(), strict=True):
        copy.grad = p.grad.float()
    adam.step()
    tensors = [t for p in model.parameters() for t in (p, p.grad)] + copies
    tensors += [t for state in adam.state.values() for k, t in state.items() if k != "step"]
    held = sum(t.numel() * t.element_size() for t in tensors)
    assert questions["run_numbers"].answer(JOB)["state_bytes"] == held


def test_the_interval_is_the_best_one_in_a_simulation_without_approximation(questions):
    job = JOB | {"devices": 1024}
    tau, mtbf = questions["run_numbers"].answer(job)["interval_s"], 5e4 * 3600 / 1024

    def lost(tau):
        return mtbf * math.expm1((tau + 60) / mtbf) / tau - 1

    rng = np.random.default_rng(0)
    fails = rng.geometric(math.exp(-(tau + 60) / mtbf), 40_000) - 1  # before a segment is through
    once = rng.exponential(mtbf, 400_000)
    once = once[once < tau + 60]  # time that a failure costs
    spent = fails.sum() * once.mean() / len(fails) + tau + 60
    error = 4 * fails.std() * once.mean() / len(fails) ** 0.5 / tau
    assert spent / tau - 1 == pytest.approx(lost(tau), abs=error)
    best = min(lost(t) for t in np.geomspace(tau / 3, tau * 3, 400))
    assert lost(tau) < 1.001 * best


def test_a_gate_lets_a_useless_candidate_pass_as_often_as_z_says(questions):
    Registry, rng = questions["Registry"].answer, np.random.default_rng(1)
    passed = 0
    for run in range(400):
        registry = Registry("v1", 1.645, 10.0)
        champion = rng.standard_normal(60)
        candidate = champion + 0.3 * rng.standard_normal(60)
        passed += registry.promote("v2", champion, candidate, ["all"] * 60, str(run))[0]
    assert 6 <= passed <= 36  # 5 % of 400, with room for Student's t and 3.5 standard errors


UNITS = {
    "params": "1",
    "tokens": "tokens",
    "devices": "devices",
    "device_flops": "FLOP/s",
    "device_memory": "B",
    "act_size": "B",
    "link": "B/s",
    "save_rate": "B/s",
    "device_mtbf": "s",
    "restart": "s",
    "device_price": "USD/s",
    "fresh_within": "s",
}


def any_sheet(rng) -> dict:
    """A worksheet on random assumptions, with derived numbers in base units by formulas of ours."""
    params, devices = 10 ** rng.uniform(7, 11), int(2 ** rng.uniform(1, 12))
    a = {
        "params": params,
        "tokens": params * 10 ** rng.uniform(0, 1.3),
        "devices": devices,
        "device_flops": 10 ** rng.uniform(13, 15),
        "act_size": 10 ** rng.uniform(8, 10),
        "link": 10 ** rng.uniform(9, 11),
        "save_rate": 1e3 * params,  # a save takes 12 ms
        "device_mtbf": 10 ** rng.uniform(7, 9),
        "restart": rng.uniform(10, 1000),
        "device_price": rng.uniform(0.5, 10) / 3600,
    }
    state, save_s = 16 * params, 12 * params / a["save_rate"]
    train_s = 6 * params * a["tokens"] / devices / a["device_flops"]
    rate = devices / a["device_mtbf"]
    tau = math.sqrt(2 * save_s / rate)
    lost = save_s / tau + rate * (tau / 2 + a["restart"])
    a["device_memory"] = (state / devices + a["act_size"]) * 1.2
    a["fresh_within"] = train_s * (1 + lost) * 1.5
    derived = {
        "state_size": (state / 1e9, "GB"),
        "state_each": (state / devices, "B"),
        "train_time": (train_s / 60, "min"),
        "allreduce_time": (4 * params * (1 - 1 / devices) / a["link"] * 1e3, "ms"),
        "checkpoint_size": (12 * params / 2**30, "GiB"),
        "save_time": (save_s, "s"),
        "interval": (tau, "s"),
        "lost_share": (lost * 100, "%"),
        "cost_per_run": (devices * a["device_price"] * train_s * (1 + lost), "USD"),
    }
    steps = "clarify metrics data model serving monitoring iteration recap".split()
    half = (a["fresh_within"] / 2, "s")
    return {
        "assumptions": {name: (value, UNITS[name]) for name, value in a.items()},
        "derived": derived,
        "stages": {"train": half, "all else": half},
        "steps": {step: f"What was decided in step {step}." for step in steps},
        "choices": [
            {
                "chosen": "one",
                "because": "cheap",
                "rejected": [{"option": o, "cost": "a day more"} for o in ("two", "three")],
            }
        ],
        "failures": [{"failure": "no rows", "detection": "count them", "fallback": "old model"}],
    }


def test_any_consistent_worksheet_is_right(questions):
    rng = np.random.default_rng(2)
    for _ in range(40):
        sheet = any_sheet(rng)
        verdict = questions["worksheet"].verdict(lambda sheet=sheet: sheet)
        assert verdict.status == "right", verdict.message


@pytest.mark.parametrize("name", ["state_size", "train_time", "interval", "lost_share"])
def test_the_broken_link_is_named(questions, name):
    sheet = any_sheet(np.random.default_rng(3))
    number, unit = sheet["derived"][name]
    sheet["derived"][name] = (number * 1.37, unit)
    verdict = questions["worksheet"].verdict(lambda: sheet)
    assert verdict.status == "wrong"
    assert f"`{name}`" in verdict.message or verdict.mistake
    broken = {probe for probe, _, held, _ in verdict.probes if not held}
    assert name in broken and "allreduce_time" not in broken
