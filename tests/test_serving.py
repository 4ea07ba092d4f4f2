"""A real server under a real load answers what torch answers; its counts survive being kept."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from mlprep import serving
from mlprep.serving import histogram, run


def test_a_bucket_holds_its_upper_edge_and_is_five_percent_wide():
    for number in (-20, 0, 1, 57, 140):
        edge = serving.edge_ms(number) / 1000
        assert [serving.bucket(edge * f) for f in (0.96, 1.0, 1.001)] == [
            number,
            number,
            number + 1,
        ]


def test_counts_merge_by_adding_and_keep_percentiles_within_a_bucket():
    slow = np.random.default_rng(0).lognormal(-4, 1, 3001)
    counts = serving.table(slow[:1000])
    for number, count in serving.table(slow[1000:]).items():
        counts[number] = counts.get(number, 0) + count
    assert dict(sorted(counts.items())) == serving.table(slow)
    below = np.cumsum(list(serving.table(slow).values()))
    for q in (0.5, 0.99):
        edge = serving.edge_ms(list(serving.table(slow))[np.searchsorted(below, q * 3001)])
        exact = 1000 * np.quantile(slow, q, method="inverted_cdf")
        assert exact <= edge <= exact * serving.EDGE * 1.0001


def test_a_measurement_survives_being_kept(tmp_path):
    row = {"offered_rps": 7.5, "seconds": 2.0, "sent": 15, "failed": 1, "capacity_rps": 11.25}
    measured = {"plain": row | {"histogram": {3: 9, 40: 5}}, "int8": row | {"histogram": {1: 14}}}
    histogram.write(measured, tmp_path / "m.csv", "by hand")
    assert histogram.frozen(tmp_path / "m.csv") == ("by hand", measured)


def test_the_kept_measurement_is_dated_and_whole():
    remark, measured = serving.frozen()
    assert remark.startswith("measured on 20") and "python -m mlprep.serving" in remark
    assert list(measured) == list(serving.CONFIGURATIONS)
    for found in measured.values():
        assert sum(found["histogram"].values()) == found["sent"] - found["failed"] >= 1000
        assert found["offered_rps"] == measured["plain"]["offered_rps"]


def test_what_is_not_installed_is_said_and_nothing_raised(monkeypatch):
    monkeypatch.setattr(run, "PACKAGES", ("json", "no_such_server"))
    said = []
    assert serving.measure(say=said.append) == {}
    assert said[0].startswith("Not measured: no_such_server not installed.")


def test_the_package_is_read_without_the_extra():
    code = "import sys, mlprep.serving; print([m for m in sys.modules if m in sys.argv[1:]])"
    words = [sys.executable, "-c", code, "torch", *run.PACKAGES]
    assert subprocess.run(words, capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.slow
def test_servers_answer_what_torch_answers_before_and_after_batching(tmp_path):
    import torch

    from mlprep.serving.model import inputs, network

    wanted = network()(torch.from_numpy(inputs(64))).detach().numpy()
    for name, off in (("plain", 1e-5), ("batched", 1e-5), ("int8 batched", 0.02)):
        with serving.serve(tmp_path, name) as served:
            for rate in (0, 100):  # a closed loop, then one on a clock
                found = served.load(16, 0.5, rate)
                assert found["failed"] == 0 and len(found["latencies_s"]) > 20
                for i, y in found["answers"].items():
                    assert np.abs(wanted[int(i)] - y).max() < off
                if not rate:
                    assert len(found["answers"]) > 20
                    batched = serving.CONFIGURATIONS[name][1] > 1
                    assert (found["largest_batch"] > 1) is batched


@pytest.mark.slow
def test_a_server_that_cannot_start_says_why(tmp_path):
    for model in ("model.onnx", "model_int8.onnx"):
        (tmp_path / model).write_bytes(b"no model")
    with pytest.raises(RuntimeError, match="the server did not start"):
        with serving.serve(tmp_path, "plain"):
            pass
