"""Latencies as counts in buckets that grow by 5 %: they merge by adding, as percentiles never do.

Bucket k holds latencies in (edge_ms(k - 1), edge_ms(k)], edge_ms(k) = 1.05^k ms.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

EDGE = 1.05
FROZEN = Path(__file__).with_name("measured.csv")
FIELDS = ("offered_rps", "seconds", "sent", "failed", "capacity_rps")


def bucket(latency_s: float) -> int:
    """The number of the bucket that a latency falls into."""
    return math.ceil(math.log(max(latency_s, 1e-6) * 1000) / math.log(EDGE) - 1e-9)


def edge_ms(number: int) -> float:
    """The upper edge of a bucket, in milliseconds."""
    return EDGE**number


def table(latencies_s: Iterable[float]) -> dict[int, int]:
    """How many latencies fall into each bucket, in order."""
    return dict(sorted(Counter(map(bucket, latencies_s)).items()))


def write(measured: dict[str, dict], path: Path, remark: str) -> None:
    """Keep what measure() gave: a remark, then a line for each server and bucket."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        file.write(f"# {remark}\n")
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["server", *FIELDS, "bucket", "count"])
        for name, found in measured.items():
            for number, count in found["histogram"].items():
                rows.writerow([name, *(found[field] for field in FIELDS), number, count])


def frozen(path: Path = FROZEN) -> tuple[str, dict[str, dict]]:
    """The remark of a kept measurement, and what it holds, as measure() gave it."""
    with open(path, newline="", encoding="utf-8") as file:
        remark = file.readline().removeprefix("#").strip()
        found: dict[str, dict] = {}
        for row in csv.DictReader(file):
            own = found.setdefault(
                row["server"], {f: _number(row[f]) for f in FIELDS} | {"histogram": {}}
            )
            own["histogram"][int(row["bucket"])] = int(row["count"])
    return remark, found


def _number(text: str) -> float | int:
    return float(text) if "." in text else int(text)
