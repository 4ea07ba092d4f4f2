"""Each fault of the pool breaks its own probe and no other; the healthy scripts learn."""

from __future__ import annotations

import numpy as np
import pytest

from mlprep import hunt
from mlprep.hunt import checks


@pytest.fixture(scope="module", params=["table", "text"])
def family(request):
    return request.param


def test_the_pool_holds_thirty_faults_of_two_scripts():
    assert len(hunt.FAULTS) == 30
    assert {fault.family for fault in hunt.FAULTS.values()} == {"table", "text"}


def test_a_healthy_script_learns_in_a_second(family):
    s = hunt.load(hunt.healthy(family))
    if family == "table":
        _, losses, scores = s.fit(s.read_table(192, 0), s.read_table(151, 1))
        assert max(scores) > 0.8 and losses[-1] < losses[0] / 3
    else:
        _, losses, scores = s.fit(s.read_sequences(640, 0), s.read_sequences(61, 1))
        assert scores[-1] < 0.2 < losses[0]


def test_a_healthy_script_holds_every_probe_and_passes_every_check(family):
    assert all(hunt.check(hunt.healthy(family)).values())
    assert set(checks.suspicions(hunt.healthy(family)).values()) == {""}


@pytest.mark.parametrize("name", hunt.FAULTS)
def test_a_fault_breaks_its_own_probe_and_no_other(name):
    broken = [other for other, holds in hunt.check(hunt.planted(name)).items() if not holds]
    assert broken == [name]


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("loss_summed", ["first_loss", "halves"]),
        ("workers_same_seed", ["read_back"]),
        ("mask_after_softmax", ["poke", "halves"]),
        ("tied_weights_copied", ["inventory"]),
        ("inplace_relu_on_residual", []),
    ],
)
def test_a_check_notices_what_it_looks_at_and_nothing_else(name, by):
    """All thirty against all nine: the lesson on bug hunts."""
    told = checks.suspicions(hunt.planted(name))
    assert [check for check, text in told.items() if text] == by


@pytest.mark.parametrize("seed", range(4))
def test_a_fresh_script_breaks_the_probes_of_its_faults(seed):
    text, hidden = hunt.script(seed)
    broken = [name for name, holds in hunt.check(text).items() if not holds]
    assert len(hidden) == 4 and sorted(broken) == hidden
    assert hunt.script(seed) == (text, hidden)


def test_scripts_of_many_seeds_can_be_made_and_differ():
    drawn = [tuple(hunt.script(seed, n=int(np.clip(seed % 7, 1, 6)))[1]) for seed in range(60)]
    assert len(set(drawn)) > 40


def test_wrong_use_is_refused():
    with pytest.raises(ValueError, match="n must be 1 to 6. Got 9"):
        hunt.script(0, n=9)
    with pytest.raises(ValueError, match="family must be one of"):
        hunt.healthy("images")
    with pytest.raises(ValueError, match="of one family"):
        hunt.planted("no_zero_grad", "loss_summed")
