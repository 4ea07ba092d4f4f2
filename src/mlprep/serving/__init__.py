"""A small model behind a real HTTP API on this machine, and an open-loop load on it.

    serving.missing()       the packages of the extra `serve` that are not installed
    serving.measure()       four servers in turn: latencies and throughput (a minute or two)
    serving.frozen()        what measure() gave once: measured.csv, and its date

    python -m mlprep.serving --csv measured.csv     how that file was made

Nothing here is graded by its speed; the unit design_inference_api grades what is made of it.
"""

from mlprep.serving.histogram import EDGE, bucket, edge_ms, frozen, table
from mlprep.serving.run import CONFIGURATIONS, Served, measure, missing, serve

__all__ = [
    "CONFIGURATIONS",
    "EDGE",
    "Served",
    "bucket",
    "edge_ms",
    "frozen",
    "measure",
    "missing",
    "serve",
    "table",
]
