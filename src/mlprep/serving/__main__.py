"""python -m mlprep.serving [--seconds S] [--rounds N] [--csv FILE]: measure, print, keep."""

import argparse
import datetime
import os
import platform
import sys
from pathlib import Path

from mlprep.serving import measure
from mlprep.serving.histogram import write

parser = argparse.ArgumentParser(prog="python -m mlprep.serving")
parser.add_argument(
    "--seconds", type=float, default=6.0, help="of load on each server, in each round"
)
parser.add_argument("--rounds", type=int, default=2, help="turns of each server")
parser.add_argument("--csv", type=Path, help="where to keep the counts")
given = parser.parse_args()
found = measure(given.seconds, rounds=given.rounds, say=lambda text: print(text, file=sys.stderr))
if not found:
    sys.exit(1)
print(found)
if given.csv:
    day = datetime.datetime.now(datetime.UTC).date()
    where = (
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores, shared with others"
    )
    write(found, given.csv, f"measured on {day} by python -m mlprep.serving; {where}")
