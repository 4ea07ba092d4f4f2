# %% [markdown]
# # {{title}}: the assignment
#
# Eight questions and one explanation, about {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** Numbers are floats; shapes of arrays are in brackets. No
# argument may be changed in place. Standard deviations divide by $n-1$. SciPy is allowed.

# %% nbgrader={"grade_id": "imports", "locked": true}
import hashlib
import json
import math
from functools import cache
from pathlib import Path

import numpy as np
from scipy import special, stats

from mlprep.check import Question


def train(config, weights, rng):
    """A run in small, for question 1: switches add up, help each other, and luck comes on top.

    Args:
        config: dict of floats. `synergy` and `noise` are constants; a switch that is 0 is off.
        weights: list of floats. Where the run starts.
        rng: np.random.Generator. A run with more switches on draws more numbers.

    Returns:
        (score, trained_weights).
    """
    values = [value for key, value in config.items() if key not in ("synergy", "noise")]
    n_on = sum(value != 0 for value in values)
    luck = config["noise"] * float(rng.standard_normal(2 + n_on).sum())
    score = sum(weights) + sum(values) + config["synergy"] * max(0, n_on - 1) + luck
    return score, [weight + 0.125 for weight in weights]


# %% [markdown]
# ## 1. The runs of an ablation (5 points, 20 minutes)
#
# `off` and `on` are two configurations with the same keys. A key whose two values differ is a
# **switch**; the others are constants. Run these configurations, each once for every seed:
#
# | name | configuration |
# |---|---|
# | `"none"` | `off` |
# | `"full"` | `on` |
# | `"only x"`, for each switch `x` | `off`, but `x` as in `on` |
# | `"without x"`, for each switch `x` | `on`, but `x` as in `off` |
#
# A run is `train(config, weights, rng)` from the cell above, which returns `(score,
# trained_weights)`. A run must not depend on which other runs there are, nor on their order. So
# **each run** gets
#
# - `rng = np.random.default_rng(seed)`, a new one: for one seed, all configurations start with the
#   same stream;
# - the `weights` that were passed to you, not trained ones;
# - a configuration dict.
#
# Return a dict from name to the list of scores, in the order of `seeds`. The order in which you run
# them is free. Constants get no rows.
#
# **Example.** `constants = {"synergy": 2, "noise": 0}`, `off = {"aug": 0, "warm": 0, **constants}`,
# `on = {"aug": 3, "warm": 1, **constants}`, `weights = [0]`, `seeds = [5]`. The answer is
# `{"none": [0], "full": [6], "only aug": [3], "only warm": [1], "without aug": [1],
# "without warm": [3]}`: `aug` is worth 3 when it is added first, and 5 when it is taken away last.

# %% nbgrader={"grade_id": "ablate", "solution": true}
def ablate(off, on, weights, seeds):
    """Scores of all one-in and one-out configurations, paired by seed.

    Args:
        off, on: dicts with the same keys. Everything off; everything on.
        weights: list of floats. Where every run starts.
        seeds: list of different ints.

    Returns:
        dict from "none", "full", "only x", "without x" to lists of scores, one a seed.
    """
    ### BEGIN SOLUTION
    switches = [key for key in off if off[key] != on[key]]
    configs = {"none": off, "full": on}
    for key in switches:
        configs[f"only {key}"] = {**off, key: on[key]}
        configs[f"without {key}"] = {**on, key: off[key]}
    return {
        name: [
            train(dict(config), list(weights), np.random.default_rng(seed))[0] for seed in seeds
        ]
        for name, config in configs.items()
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "ablate_runs_each_switch_alone", "grade": true}
"""Each run stands alone: one switch moved, its own stream, untrained weights."""
q = Question(ablate, points=5)


def switches(synergy=0.0, noise=1.0, **values):
    """Two configurations: all switches off, all on."""
    constants = {"synergy": synergy, "noise": noise}
    return {**dict.fromkeys(values, 0.0), **constants}, {**values, **constants}


def scores(f, off, on, weights, seeds):
    """What f returns, with lists of plain numbers."""
    found = f(off, on, weights, seeds)
    return {name: [float(score) for score in row] for name, row in found.items()}


TWO = switches(aug=3.0, warm=1.0)


@q.probe(
    gives={
        "none": [0.0], "full": [6.0], "only aug": [3.0], "only warm": [1.0],
        "without aug": [1.0], "without warm": [3.0],
    }
)
def example(f):
    """The example: `aug` adds 3 when it comes first, and 5 when it comes last."""
    return scores(f, *switches(2.0, 0.0, aug=3.0, warm=1.0), [0.0], [5])


@q.probe(gives="")
def the_same_seeds_give_the_same_numbers(f):
    """Called twice with the same seeds, it returns the same numbers, bit for bit."""
    first, second = (scores(f, *TWO, [1.0, 2.0], [3, 11]) for _ in range(2))
    return "" if first == second else "two calls differ"


@q.probe(gives="")
def seeds_make_a_difference(f):
    """Other seeds give other scores: each seed is used."""
    row = scores(f, *TWO, [1.0], [3, 11, 4])["none"]
    return "" if len(set(row)) == 3 else f"three seeds give only {len(set(row))} scores"


@q.probe(gives="")
def a_run_does_not_depend_on_other_seeds(f):
    """The run with seed 11 has the same score, whatever was run before it."""
    alone = scores(f, *TWO, [1.0], [11])["without aug"]
    later = scores(f, *TWO, [1.0], [3, 11])["without aug"][1:]
    return "" if alone == later else "its score changes when seed 3 is run as well"


### BEGIN HIDDEN TESTS
q.hidden()

MANY = switches(1.5, norm=0.5, clip=1.5, ema=2.25)


@q.probe
def all_runs(f):
    """Each run has its own stream and starts from the given weights."""
    return scores(f, *MANY, [0.25, 0.5, 1.0], [7, 2, 19, 5, 3])


@q.probe
def constants_are_no_switches(f):
    """What is the same in both configurations is no switch and has no row."""
    return sorted(f(*MANY, [0.5], [1]))


@q.probe
def one_switch_is_moved_at_a_time(f):
    """A row "without x" differs from "full" in x alone; a row "only x" differs from "none" in x."""

    return scores(f, *switches(0.0, 0.0, norm=100.0, clip=10.0, ema=1.0), [0.0], [1])


@q.probe(gives="")
def an_added_switch_leaves_other_rows_alone(f):
    """Putting one more switch into the table leaves the other runs as they were"""
    few = scores(f, *switches(norm=0.5, clip=1.5), [0.5], [7, 2])
    more = scores(f, *switches(mix=0.75, norm=0.5, clip=1.5), [0.5], [7, 2])
    moved = [name for name in ("none", "only norm", "only clip") if few[name] != more[name]]
    return f'"{moved[0]}" moved' if moved else ""


def rows_of(off, on):
    configs = {"none": dict(off), "full": dict(on)}
    for key in off:
        if off[key] != on[key]:
            configs[f"only {key}"] = {**off, key: on[key]}
            configs[f"without {key}"] = {**on, key: off[key]}
    return configs


@q.reference
def one_seed_at_a_time(off, on, weights, seeds):
    found = {}
    for seed in sorted(seeds):
        for name, config in reversed(rows_of(off, on).items()):
            state = np.random.Generator(np.random.PCG64(seed))
            found[name, seed] = train(config, list(weights), state)[0]
    return {name: [found[name, seed] for seed in seeds] for name in rows_of(off, on)}


@q.mistake("""One stream serves all runs: you seeded once, before the loops. A run's luck then
depends on how many numbers the runs before it drew, and every row moves when you add one. Make a
new default_rng(seed) for each run.""")
def seed_set_once_globally(off, on, weights, seeds):
    rng = np.random.default_rng(seeds[0])
    return {
        name: [train(config, list(weights), rng)[0] for _ in seeds]
        for name, config in rows_of(off, on).items()
    }


@q.mistake("""The configurations of a seed share one generator, so the second one goes on where the
first stopped: they are neither paired nor independent of the table's order. Make a new
default_rng(seed) for each run, inside both loops.""")
def generator_shared_within_a_seed(off, on, weights, seeds):
    found = {name: [] for name in rows_of(off, on)}
    for seed in seeds:
        rng = np.random.default_rng(seed)
        for name, config in rows_of(off, on).items():
            found[name].append(train(config, list(weights), rng)[0])
    return found


@q.mistake("""A run starts with the weights that the run before it left behind: the state of a
notebook whose cells were run in some order. After a restart, or without the first row, the numbers
change. Start every run from the weights that were passed in.""")
def cell_order_state(off, on, weights, seeds):
    found = {}
    for name, config in rows_of(off, on).items():
        found[name] = []
        for seed in seeds:
            score, weights = train(config, list(weights), np.random.default_rng(seed))
            found[name].append(score)
    return found


@q.mistake("""Your rows "without x" take away x and all switches before it: two or more change at
once, and no row tells what x is worth. Start each row from `on` again and move one key.""")
def ablate_two_at_once(off, on, weights, seeds):
    configs, current = rows_of(off, on), dict(on)
    for key in off:
        if off[key] != on[key]:
            current = {**current, key: off[key]}
            configs[f"without {key}"] = current
    return {
        name: [train(config, list(weights), np.random.default_rng(s))[0] for s in seeds]
        for name, config in configs.items()
    }


@q.mistake("""Your rows "only x" keep the switches before x on: a ladder, in which the worth of x
depends on where it stands. Start each row from `off` again and move one key.""")
def ladder_of_additions(off, on, weights, seeds):
    configs, current = rows_of(off, on), dict(off)
    for key in off:
        if off[key] != on[key]:
            current = {**current, key: on[key]}
            configs[f"only {key}"] = current
    return {
        name: [train(config, list(weights), np.random.default_rng(s))[0] for s in seeds]
        for name, config in configs.items()
    }


@q.mistake("""Each row has seeds of its own. Then a difference of two rows contains the luck of two
streams, where it could contain next to none. Use the same seeds for every row.""")
def other_seeds_for_each_row(off, on, weights, seeds):
    return {
        name: [
            train(config, list(weights), np.random.default_rng(s + 1000 * i))[0] for s in seeds
        ]
        for i, (name, config) in enumerate(rows_of(off, on).items())
    }


@q.mistake("""You averaged over the seeds. The mean hides the pairs: nobody can compute an interval
for a difference from it. Return one score for each seed.""")
def averaged_over_seeds(off, on, weights, seeds):
    return {
        name: [
            sum(train(config, list(weights), np.random.default_rng(s))[0] for s in seeds)
            / len(seeds)
        ]
        for name, config in rows_of(off, on).items()
    }


@q.mistake("""You reported the best seed of each row. The maximum of several runs grows with their
number, and it is nobody's expected result. Return all of them.""")
def best_seed_reported(off, on, weights, seeds):
    return {
        name: [max(train(config, list(weights), np.random.default_rng(s))[0] for s in seeds)]
        for name, config in rows_of(off, on).items()
    }


@q.mistake("""You seeded numpy's global generator and passed the module np.random on. That is
another stream than default_rng(seed), and every library that draws from it as well moves your run.
Pass a new np.random.default_rng(seed).""")
def global_legacy_stream(off, on, weights, seeds):
    return {
        name: [train(config, list(weights), np.random.RandomState(s))[0] for s in seeds]
        for name, config in rows_of(off, on).items()
    }


@q.mistake("""The scores are in the order of the sorted seeds. Return them in the order of `seeds`,
or they are paired with the wrong ones later.""")
def seeds_sorted(off, on, weights, seeds):
    return {
        name: [train(config, list(weights), np.random.default_rng(s))[0] for s in sorted(seeds)]
        for name, config in rows_of(off, on).items()
    }


@q.mistake("""The two directions have changed places: "only x" is `off` with x switched on, "without
x" is `on` with x switched off.""")
def only_and_without_swapped(off, on, weights, seeds):
    found = one_seed_at_a_time(off, on, weights, seeds)
    turned = {"only": "without", "without": "only"}
    return {
        " ".join([turned.get(name.split()[0], name.split()[0]), *name.split()[1:]]): row
        for name, row in found.items()
    }


@q.mistake("""You made rows for keys that are the same in `off` and `on`. They repeat "none" and
"full" and look like evidence that the key does not matter.""")
def constants_ablated(off, on, weights, seeds):
    configs = {"none": dict(off), "full": dict(on)}
    for key in off:
        configs[f"only {key}"] = {**off, key: on[key]}
        configs[f"without {key}"] = {**on, key: off[key]}
    return {
        name: [train(config, list(weights), np.random.default_rng(s))[0] for s in seeds]
        for name, config in configs.items()
    }


@q.variant
def plain_loops(off, on, weights, seeds):
    table = {}
    for seed in seeds:
        for mode in ("none", "full"):
            config = dict(off if mode == "none" else on)
            score, _ = train(config, list(weights), np.random.default_rng(seed))
            table.setdefault(mode, []).append(score)
        for key in off:
            if off[key] == on[key]:
                continue
            for mode, base, other in (("only", off, on), ("without", on, off)):
                config = dict(base)
                config[key] = other[key]
                score, _ = train(config, list(weights), np.random.default_rng(seed))
                table.setdefault(f"{mode} {key}", []).append(score)
    return table


@q.variant
def as_tuples_of_arrays(off, on, weights, seeds):
    def run(config):
        return np.array(
            [train(config, list(weights), np.random.default_rng(int(s)))[0] for s in seeds]
        )

    changed = {key for key in on if on[key] != off[key]}
    rows = {f"only {key}": run(off | {key: on[key]}) for key in changed}
    rows |= {f"without {key}": run(on | {key: off[key]}) for key in changed}
    return rows | {"none": run(off), "full": run(on)}


q.hints(
    """What does a run depend on? Only its configuration, its seed and the weights that you were
given. Anything else that it can see is a leak from another run.""",
    """Run seeds [11] and then [3, 11]. The scores of seed 11 must be the same numbers. If they are
not, a generator or the weights were shared.""",
    """Build the dict of configurations first, each from `off` or `on` with one key moved. Then two
loops; in the innermost one, call train with a copy of the configuration, the original weights and a
new np.random.default_rng(seed).""",
)
q.why("""A seed that is set once at the top makes the *script* reproducible, not the *run*: add a
row, change the order, draw one number more, and all later rows change. A run that builds everything
from (configuration, seed) can be repeated alone, in parallel and after a crash. And since all rows
of one seed share their stream, differences between rows lose the luck that they have in common.

One-in and one-out disagree whenever switches interact: in the example `aug` is worth 3 or 5. An
ablation table that has only one of the two directions has chosen its answer. Rows that move two
switches, as ladders do, answer neither question.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. The manifest of a run (3 points, 12 minutes)
#
# A number without its origin cannot be repeated. Return a dict with six entries:
#
# | key | value |
# |---|---|
# | `"commit"`, `"command"`, `"seeds"` | as given |
# | `"packages"` | list of `"name==version"`, sorted by name |
# | `"data_sha256"` | fingerprint of the files, 64 hexadecimal digits |
# | `"run_id"` | 12 hexadecimal digits that stand for the five entries above |
#
# **The run_id** is the first 12 hexadecimal digits of the SHA-256 of
# `json.dumps(entries, sort_keys=True)` in UTF-8, where `entries` is the dict of the other five
# entries.
#
# **The fingerprint.** `files` maps paths to contents in the order in which a folder was listed, and
# that order differs between machines. Take the files **sorted by path**, and feed one SHA-256 for
# each with: the path in UTF-8, a zero byte, the length of the content as 8 bytes (big-endian:
# `len(content).to_bytes(8, "big")`), the content.
#
# `packages` maps names to versions, in any order as well. All paths and names are ASCII.
#
# **Example.** For `files = {"b.txt": b"xy", "a.txt": b""}` the fingerprint begins with `666a5d51`.

# %% nbgrader={"grade_id": "manifest", "solution": true}
def manifest(commit, command, seeds, packages, files):
    """What somebody needs to repeat a run, and an id that changes if any of it does.

    Args:
        commit, command: strings.
        seeds: list of ints.
        packages: dict from name to version, both strings.
        files: dict from path (string) to content (bytes).

    Returns:
        dict with commit, command, seeds, packages, data_sha256 and run_id.
    """
    ### BEGIN SOLUTION
    data = hashlib.sha256()
    for path in sorted(files):
        content = files[path]
        data.update(path.encode() + b"\0" + len(content).to_bytes(8, "big") + content)
    entries = {
        "commit": commit,
        "command": command,
        "seeds": list(seeds),
        "packages": [f"{name}=={packages[name]}" for name in sorted(packages)],
        "data_sha256": data.hexdigest(),
    }
    text = json.dumps(entries, sort_keys=True)
    return {**entries, "run_id": hashlib.sha256(text.encode()).hexdigest()[:12]}
    ### END SOLUTION


# %% nbgrader={"grade_id": "manifest_knows_the_same_run", "grade": true}
"""The same run has the same id on every machine; another run has another."""
q = Question(manifest, points=3)

RUN = {
    "commit": "3f9a2c1", "command": "python train.py --lr 0.1", "seeds": [3, 1, 2],
    "packages": {"torch": "2.4.0", "numpy": "1.26.4"},
    "files": {"b.txt": b"xy", "a.txt": b""},
}


def entry(f, name, **changed):
    return f(**{**RUN, **changed})[name]


@q.probe(gives="666a5d51")
def fingerprint_of_the_example(f):
    """The example's fingerprint begins with 666a5d51: path, zero byte, length, content."""
    return entry(f, "data_sha256")[:8]


@q.probe(gives={"data_sha256": True, "run_id": True, "packages": True})
def order_of_listing(f):
    """Another machine lists the same files and packages in another order: it is the same run."""
    turned = {
        "files": dict(reversed(RUN["files"].items())),
        "packages": dict(reversed(RUN["packages"].items())),
    }
    names = ("data_sha256", "run_id", "packages")
    return {name: entry(f, name) == entry(f, name, **turned) for name in names}


@q.probe(gives=[RUN["commit"], RUN["command"], RUN["seeds"]])
def what_is_kept_as_given(f):
    """Commit, command and seeds are kept as given."""
    return [entry(f, name) for name in ("commit", "command", "seeds")]


### BEGIN HIDDEN TESTS
q.hidden()

OTHER = {
    "a renamed file": {"files": {"b.txt": b"xy", "c.txt": b""}},
    "a byte that moved to the next file": {"files": {"b.txt": b"y", "a.txt": b"x"}},
    "a name that moved into the content": {"files": {"a.txt": b"b.txt\0xy"}},
    "another package version": {"packages": {"torch": "2.4.1", "numpy": "1.26.4"}},
    "another commit": {"commit": "3f9a2c2"},
    "other seeds": {"seeds": [3, 1]},
    "another command": {"command": "python train.py --lr 0.2"},
}


@q.probe(gives="")
def any_change_gives_another_id(f):
    """Whatever changes the run changes its id."""
    seen = entry(f, "run_id")
    same = [name for name, change in OTHER.items() if entry(f, "run_id", **change) == seen]
    return f"the id stays the same after {same[0]}" if same else ""


@q.probe
def everything(f):
    """All six entries; the id is from json.dumps of the other five with sort_keys=True."""
    return f(
        "c0ffee", "make", [11],
        {"scipy": "1.13", "jax": "0.4", "Pillow": "10.1"},
        {"train/10.csv": b"1,2\n", "train/9.csv": b"3,4\n", "readme": b"\xff\x00"},
    )


def sha(data):
    return hashlib.sha256(data).hexdigest()


def framed(files, order=sorted, named=True, sized=True):
    return b"".join(
        (path.encode() + b"\0" if named else b"")
        + (len(files[path]).to_bytes(8, "big") if sized else b"")
        + files[path]
        for path in order(files)
    )


def manifest_with(commit, command, seeds, packages, data, hashed=None):
    entries = {
        "commit": commit, "command": command, "seeds": list(seeds),
        "packages": packages, "data_sha256": data,
    }
    chosen = entries if hashed is None else {key: entries[key] for key in hashed}
    return {**entries, "run_id": sha(json.dumps(chosen, sort_keys=True).encode())[:12]}


def pinned(packages, order=sorted):
    return [f"{name}=={packages[name]}" for name in order(packages)]


@q.reference
def all_bytes_at_once(commit, command, seeds, packages, files):
    return manifest_with(commit, command, seeds, pinned(packages), sha(framed(files)))


@q.mistake("""The fingerprint depends on the order in which the folder was listed, which differs
between machines: the same data look like other data. Sort the paths before you hash.""")
def nondeterministic_order(commit, command, seeds, packages, files):
    return manifest_with(commit, command, seeds, pinned(packages), sha(framed(files, list)))


@q.mistake("""The list of packages is in the order of the installer, so two equal environments get
two ids. Sort by name.""")
def packages_in_listed_order(commit, command, seeds, packages, files):
    return manifest_with(commit, command, seeds, pinned(packages, list), sha(framed(files)))


@q.mistake("""You hashed contents without paths: a renamed file, or two files that changed places
(train and test!), are not seen. Feed the path as well.""")
def paths_not_hashed(commit, command, seeds, packages, files):
    return manifest_with(
        commit, command, seeds, pinned(packages), sha(framed(files, named=False))
    )


@q.mistake("""Without the length of each content, nothing says where a file ends: different folders
give the same bytes. Feed the length before the content.""")
def lengths_not_hashed(commit, command, seeds, packages, files):
    return manifest_with(
        commit, command, seeds, pinned(packages), sha(framed(files, sized=False))
    )


@q.mistake("""Your run id is made from commit and data alone. The same code with another command,
other seeds or other package versions is another run. Hash all five entries.""")
def id_of_code_and_data_only(commit, command, seeds, packages, files):
    return manifest_with(
        commit, command, seeds, pinned(packages), sha(framed(files)), ("commit", "data_sha256")
    )


@q.mistake("""You sorted the seeds. They are to be kept as given: the order is part of what was
run, and of what a script that seeds only once would compute.""")
def seeds_sorted(commit, command, seeds, packages, files):
    return manifest_with(commit, command, sorted(seeds), pinned(packages), sha(framed(files)))


@q.variant
def with_items_and_struct(commit, command, seeds, packages, files):
    import struct

    digest = hashlib.new("sha256")
    for path, content in sorted(files.items()):
        for part in (path.encode("utf-8"), bytes(1), struct.pack(">Q", len(content)), content):
            digest.update(part)
    found = {"commit": commit, "command": command, "seeds": seeds}
    found["packages"] = sorted("==".join(item) for item in packages.items())
    found["data_sha256"] = digest.hexdigest()
    line = json.dumps(found, sort_keys=True).encode("utf-8")
    found["run_id"] = hashlib.sha256(line).hexdigest()[0:12]
    return found


@q.variant
def byte_by_byte(commit, command, seeds, packages, files):
    stream = bytearray()
    for path in sorted(files.keys()):
        stream += path.encode("ascii")
        stream.append(0)
        size = len(files[path])
        stream += bytes((size >> shift) & 255 for shift in range(56, -1, -8))
        stream += files[path]
    return manifest_with(commit, command, seeds, pinned(packages), sha(bytes(stream)))


q.hints(
    """Two folders with the same files must give the same bytes, two different folders must not.
Which of these does yours break?""",
    """{"a": b"", "b": b"xy"} and {"b": b"xy", "a": b""} are one folder. {"a": b"x", "b": b"y"} is
another one, although its contents put together are the same.""",
    """for path in sorted(files): update with path.encode(), b"\\0", len(content).to_bytes(8, "big")
and content. The id is the hash of json.dumps of the other five entries with sort_keys=True.""",
)
q.why("""Order is the commonest leak: `os.listdir`, `glob`, sets of strings (whose order Python
changes with every process) and dicts from parallel workers. The split that you draw with a seed is
then a split of another list. So: sort whatever comes from outside.

Contents alone do not identify a data set, since names carry labels and splits; and without lengths
a boundary can move unseen. A date or a host name, on the other hand, has no place in the id: the
same run tomorrow is the same run.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Is +0.4 real? (5 points, 20 minutes)
#
# `a` (baseline) and `b` (new) map seeds to scores. Both have the same seeds, **in any order**: runs
# finish when they like. Compare them seed by seed with a two-sided paired t-test:
#
# | key | value |
# |---|---|
# | `"delta"` | mean of the differences $d_s = b_s - a_s$ |
# | `"se"` | its standard error: the standard deviation of the $d_s$ (over $n-1$) over $\sqrt n$ |
# | `"low"`, `"high"` | 95 % interval for the mean difference, from Student's t, $n-1$ degrees |
# | `"p"` | two-sided p value of the mean difference being 0 |
# | `"different"` | bool: `p < 0.05` |
#
# If all differences are equal (standard deviation exactly 0), the interval is the point `delta`,
# and `p` is 1.0 if `delta` is 0, else 0.0. Fewer than two seeds, or seeds that are not the same in
# `a` and `b`, raise `ValueError`.
#
# **Example.** `a = {1: 70.0, 2: 68.0, 3: 73.0, 4: 71.0, 5: 69.0}` and
# `b = {1: 70.3, 2: 68.5, 3: 73.4, 4: 71.6, 5: 69.2}`: delta 0.4, se 0.0707, interval 0.204 to
# 0.596, p = 0.0048. With five seeds the interval reaches 2.78 standard errors to each side.

# %% nbgrader={"grade_id": "compare", "solution": true}
def compare(a, b):
    """Paired comparison of two methods over seeds.

    Args:
        a, b: dicts from seed (int) to score (float), with the same seeds.

    Returns:
        dict with delta, se, low, high, p (floats) and different (bool).

    Raises:
        ValueError: fewer than two seeds, or other seeds in `a` than in `b`.
    """
    ### BEGIN SOLUTION
    if set(a) != set(b) or len(a) < 2:
        raise ValueError("compare: needs the same seeds on both sides, at least two.")
    d = np.array([b[seed] - a[seed] for seed in a])
    delta, se = d.mean(), d.std(ddof=1) / math.sqrt(len(d))
    half = stats.t.ppf(0.975, len(d) - 1) * se
    if np.ptp(d) == 0:
        se = half = 0.0
        p = float(delta == 0)
    else:
        p = 2 * stats.t.sf(abs(delta) / se, len(d) - 1)
    return {
        "delta": delta, "se": se, "low": delta - half, "high": delta + half,
        "p": p, "different": bool(p < 0.05),
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "compare_tests_the_differences", "grade": true}
"""The differences of paired runs are what is tested."""
q = Question(compare, points=5)
A5 = {1: 70.0, 2: 68.0, 3: 73.0, 4: 71.0, 5: 69.0}
B5 = {1: 70.3, 2: 68.5, 3: 73.4, 4: 71.6, 5: 69.2}
TURNED = {seed: B5[seed] for seed in (4, 2, 5, 1, 3)}

q.case(
    A5, B5,
    gives={
        "delta": 0.4, "se": 0.0707107, "low": 0.203675, "high": 0.596325,
        "p": 0.0048127, "different": True,
    },
    rtol=2e-4,
    claim="The example: five differences from 0.2 to 0.6 give a t interval of 2.78 standard errors "
    "to each side",
)
q.case(
    A5, TURNED,
    gives={
        "delta": 0.4, "se": 0.0707107, "low": 0.203675, "high": 0.596325,
        "p": 0.0048127, "different": True,
    },
    rtol=2e-4,
    claim="Runs are paired by their seed, in whatever order they finished",
)
q.raises(ValueError, A5, {**B5, 6: 70.0}, claim="Seed 6 has no partner")
### BEGIN HIDDEN TESTS
q.hidden()


def luck(n, seed, gain, own, shared=2.0, swap=False):
    """Scores of n seeds: shared luck, luck of each method's own, and a gain."""
    rng = np.random.default_rng(seed)
    base = 70 + shared * rng.standard_normal(n)
    a, b = base + own * rng.standard_normal((2, n)) + np.array([[0.0], [gain]])
    keys = [int(k) for k in rng.permutation(100)[:n]]
    pairs = dict(zip(keys, a.tolist())), dict(zip(keys, b.tolist()))
    return (pairs[0], dict(sorted(pairs[1].items()))) if swap else pairs


q.case(*luck(7, 0, 0.6, 0.3), claim="Seven seeds, where all methods share most of their luck")
q.case(*luck(3, 1, -0.9, 0.5), claim="A loss has a negative delta; three seeds need t = 4.30")
q.case(*luck(11, 2, 0.1, 0.8, swap=True), claim="A gain of 0.1 in noise of 0.8 is not detected")
q.case(*luck(5, 12, 0.9, 0.5, shared=0.6), claim="Error bars may overlap while p is below 0.05")
q.case({1: 2.0, 2: 5.0, 3: 4.0}, {1: 2.5, 2: 5.5, 3: 4.5}, claim="All differences are 0.5")
q.case({1: 2.0, 2: 5.0}, {2: 5.0, 1: 2.0}, claim="No difference at all: p is 1")
q.raises(ValueError, {1: 2.0}, {1: 3.0}, claim="One seed has no standard deviation")


def checked(a, b):
    if sorted(a) != sorted(b) or len(a) < 2:
        raise ValueError("seeds")
    keys = sorted(a)
    return np.array([a[k] for k in keys]), np.array([b[k] for k in keys])


def told(delta, se, low, high, p, different=None):
    different = bool(p < 0.05) if different is None else different
    return {"delta": delta, "se": se, "low": low, "high": high, "p": p, "different": different}


def right(a, b, ddof=1, sign=1.0, df=None, tail=0.025, sides=2, rooted=True):
    """The right answer, with dials that spoil it."""
    x, y = checked(a, b)
    d = sign * (y - x)
    n, delta = len(d), d.mean()
    df = n - 1 if df is None else df(n)
    if np.ptp(d) == 0:
        return told(delta, 0.0, delta, delta, float(delta == 0))
    se = d.std(ddof=ddof) / (n**0.5 if rooted else 1)
    half = -special.stdtrit(df, tail) * se
    return told(delta, se, delta - half, delta + half, sides * special.stdtr(df, -abs(delta) / se))


@q.reference
def by_scipy(a, b):
    x, y = checked(a, b)
    if np.ptp(y - x) == 0:
        return right(a, b)
    result = stats.ttest_rel(y, x)
    low, high = result.confidence_interval(0.95)
    return told(np.mean(y - x), stats.sem(y - x), low, high, result.pvalue)


@q.mistake("""You called the standard deviation of the differences their standard error. A mean of n
differences is √n times steadier than one: divide by √n, or no number of seeds will ever narrow the
interval.""")
def sd_called_sem(a, b):
    return right(a, b, rooted=False)


@q.mistake("""You used 1.96 and the normal distribution. The standard deviation was itself
estimated, from few seeds: with n = 5 the interval needs t = 2.78, with n = 3 even 4.30. Use
Student's t with n - 1 degrees of freedom.""")
def n5_normal_1_96(a, b):
    return right(a, b, df=lambda n: 1e9)


@q.mistake("""You tested two groups of independent runs, so the luck that both methods share with a
seed counts as noise, and a gain on every single seed disappears. The same seeds stand on both
sides: test the differences.""")
def unpaired_test(a, b):
    x, y = checked(a, b)
    n, delta = len(x), y.mean() - x.mean()
    se = ((x.var(ddof=1) + y.var(ddof=1)) / n) ** 0.5
    half = stats.t.isf(0.025, 2 * n - 2) * se
    return told(delta, se, delta - half, delta + half, 2 * stats.t.sf(abs(delta) / se, 2 * n - 2))


@q.mistake("""You said "no difference" because the two methods' own intervals overlap. That is
another, much blunter test, even for independent runs, and here the pairs are ignored as well.
`different` is p < 0.05, the same as 0 outside the interval of the difference.""")
def ci_overlap_means_no_difference(a, b):
    x, y = checked(a, b)
    ends = []
    for side in (x, y):
        half = stats.t.isf(0.025, len(x) - 1) * stats.sem(side)
        ends.append((side.mean() - half, side.mean() + half))
    apart = ends[0][1] < ends[1][0] or ends[1][1] < ends[0][0]
    return {**right(a, b), "different": bool(apart)}


@q.mistake("""You paired runs by their position in the dicts. They stand in the order in which they
finished, so most differences are between two different seeds. Look each seed up in both.""")
def paired_by_position(a, b):
    checked(a, b)
    return right(dict(enumerate(a.values())), dict(enumerate(b.values())))


@q.mistake("""You sorted the scores before pairing them: the best run of one method is compared with
the best of the other. That is no pair, and it makes the differences look far steadier than they
are.""")
def scores_sorted_before_pairing(a, b):
    checked(a, b)
    return right(dict(enumerate(sorted(a.values()))), dict(enumerate(sorted(b.values()))))


@q.mistake("""You took the baseline's mean for a known number and tested the new scores against it.
The baseline was measured with the same seeds and has luck of its own: test the differences.""")
def baseline_taken_as_known(a, b):
    x, y = checked(a, b)
    return right(dict.fromkeys(range(len(x)), x.mean()), dict(enumerate(y)))


@q.mistake("""Your standard deviation divides by n, where an estimate from n differences divides by
n - 1: np.std does that only with ddof=1.""")
def population_deviation(a, b):
    return right(a, b, ddof=0)


@q.mistake("""Degrees of freedom are n - 1: one was spent on the mean.""")
def n_degrees_of_freedom(a, b):
    return right(a, b, df=lambda n: n)


@q.mistake("""Your p value counts one tail. Before the runs you did not know the sign, so a loss as
large would have been news too: double it.""")
def one_sided_p(a, b):
    return right(a, b, sides=1)


@q.mistake("""Your interval has 90 %: 5 % are left out at each end. For 95 % use the quantile at
0.975.""")
def ninety_per_cent_interval(a, b):
    return right(a, b, tail=0.05)


@q.mistake("""You compared per cent of the baseline. The difference is in the scores' own unit: from
70 to 70.3 is +0.3 points.""")
def per_cent_of_the_baseline(a, b):
    checked(a, b)
    return right(dict.fromkeys(a, 0.0), {s: 100 * (b[s] - a[s]) / a[s] for s in a})


@q.mistake("""The sign is turned: delta is new minus baseline, b - a.""")
def baseline_minus_new(a, b):
    return right(a, b, sign=-1.0)


@q.variant
def plain_python(a, b):
    if a.keys() != b.keys() or len(b) < 2:
        raise ValueError("other seeds")
    import statistics

    d = [b[seed] - a[seed] for seed in sorted(b)]
    mean = statistics.fmean(d)
    if max(d) == min(d):
        return told(mean, 0.0, mean, mean, 0.0 if mean else 1.0)
    se = statistics.stdev(d) / len(d) ** 0.5
    t = stats.t(len(d) - 1)
    return told(mean, se, mean + t.ppf(0.025) * se, mean + t.ppf(0.975) * se,
                t.cdf(-abs(mean / se)) * 2)


@q.variant
def in_torch(a, b):
    import torch

    if len(a) < 2 or set(a) ^ set(b):
        raise ValueError("other seeds")
    d = torch.tensor([b[s] for s in a], dtype=torch.float64)
    d = d - torch.tensor([a[s] for s in a], dtype=torch.float64)
    if (d == d[0]).all():
        return told(d[0], 0.0, d[0], d[0], float(d[0] == 0))
    se = d.std() / len(d) ** 0.5
    low, high = stats.t.interval(0.95, len(d) - 1, d.mean().item(), se.item())
    p = stats.ttest_1samp(d.numpy(), 0.0).pvalue
    return told(d.mean(), se, low, high, p, bool(low > 0 or high < 0))


q.hints(
    """Which numbers are independent of each other here, and how many of them are there? The two
scores of one seed are not.""",
    """a = {1: 0, 2: 100}, b = {1: 1, 2: 101}: the scores differ by 100, the differences not at all.
No seed leaves any doubt about the gain.""",
    """d = [b[s] - a[s] for s in a]. se = std(d, ddof=1) / √n. Half the width of the interval is
stats.t.ppf(0.975, n - 1) * se. p = 2 * stats.t.sf(|delta| / se, n - 1). Treat equal differences
apart.""",
)
q.why("""In the example the scores of a method vary by 1.9 from seed to seed, the differences by
0.16: the seed's luck (data order, split, initialisation) is common to both sides and cancels. An
unpaired test puts it back, and p rises from 0.005 to about 0.75. That is what "the error bars
overlap" does, and worse.

1.96 belongs to a known standard deviation. Estimated from 3 seeds it is often far too small, and t
pays for that: 4.30. The interval says more than p: at 0.20 to 0.60 the gain is real *on these
seeds' kind of luck*. What was not varied (data set, tuning, code) is not in it.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. How many seeds? (4 points, 15 minutes)
#
# You plan the test of question 3. Suppose that the differences $d_s$ are independent and normal
# with mean `effect` and standard deviation `sd`. Return the smallest number $n\ge2$ of seeds for
# which the two-sided paired t-test at level `alpha` has at least the wanted `power`: the
# probability of $p<\alpha$. (You may leave out the far tail, a significant result of the wrong
# sign: it changes no answer here.)
#
# Exactly, not by the normal approximation: the t statistic of $n$ such differences has a
# **noncentral t** distribution with $n-1$ degrees of freedom and noncentrality
# $\sqrt n\cdot\text{effect}/\text{sd}$: `scipy.stats.nct`, or its distribution function alone,
# `scipy.special.nctdtr(df, noncentrality, t)`. `effect` may be negative. An effect of 0, or `sd`
# that is not positive, raises `ValueError`.
#
# **Example.** `seeds_needed(1.0, 1.0)` is 10. The normal approximation
# $\big((z_{0.975}+z_{0.8})\,\text{sd}/\text{effect}\big)^2=7.8$ would say 8.

# %% nbgrader={"grade_id": "seeds_needed", "solution": true}
def seeds_needed(sd, effect, power=0.8, alpha=0.05):
    """Smallest number of paired seeds at which the t-test has this power.

    Args:
        sd: float > 0. Standard deviation of the differences.
        effect: float, not 0. Mean difference to be detected.
        power: float below 1. Wanted probability of detecting it.
        alpha: float. Two-sided level of the test.

    Returns:
        int ≥ 2.

    Raises:
        ValueError: the effect is 0, or sd is not positive.
    """
    ### BEGIN SOLUTION
    if effect == 0 or not sd > 0:
        raise ValueError("seeds_needed: no number of seeds detects an effect of 0.")
    n = 2
    while True:
        t = special.stdtrit(n - 1, 1 - alpha / 2)  # the critical value
        if 1 - special.nctdtr(n - 1, math.sqrt(n) * abs(effect) / sd, t) >= power:
            return n
        n += 1
    ### END SOLUTION


# %% nbgrader={"grade_id": "seeds_needed_reaches_the_power", "grade": true}
"""The number of seeds is the smallest that reaches the power."""
q = Question(seeds_needed, points=4)
q.case(1.0, 1.0, gives=10, claim="An effect as large as the standard deviation takes 10 seeds")
q.case(2.0, 1.0, gives=34, claim="Half a standard deviation takes 34 seeds, more than three times")
q.case(2.0, -1.0, gives=34, claim="A loss of the same size takes as many seeds")
q.raises(ValueError, 1.0, 0.0, claim="An effect of 0 is never detected")
### BEGIN HIDDEN TESTS
q.hidden()
q.case(0.9, 0.5, 0.9, claim="A power of 0.9 takes more seeds than one of 0.8")
q.case(1.3, 2.1, 0.8, 0.01, claim="A stricter level takes more seeds")
q.case(0.3, 1.7, claim="A large effect still takes a few seeds: with so few, t is large")
q.case(5.0, 3.0, 0.5, claim="At a power of 0.5 every second experiment finds the effect")
q.case(1.1, 0.4, 0.95, 0.02)
q.raises(ValueError, 0.0, 1.0, claim="A standard deviation of 0 is no estimate")


@cache
def power_of(n, sd, effect, alpha, t=None):
    """The power, by averaging a normal tail over the spread of the estimated deviation."""
    t = special.stdtrit(n - 1, 1 - alpha / 2) if t is None else t
    share = (np.arange(600) + 0.5) / 600
    s = np.sqrt(special.chdtri(n - 1, share) / (n - 1))  # estimated over true deviation
    shift = n**0.5 * abs(effect) / sd
    return float(np.mean(special.ndtr(shift - t * s) + special.ndtr(-shift - t * s)))


def first(enough, start=2):
    return next(n for n in range(start, 10_000) if enough(n))


def refused(sd, effect):
    if effect == 0 or not sd > 0:
        raise ValueError("no effect")


def z(share):
    return stats.norm.ppf(share)


@q.reference
def over_the_spread_of_sd(sd, effect, power=0.8, alpha=0.05):
    refused(sd, effect)
    return first(lambda n: power_of(n, sd, effect, alpha) >= power)


@q.mistake("""That is the normal approximation. With few seeds the standard deviation is estimated
as well, t exceeds z, and you come out two or three seeds short, which is a lot out of ten. Use the
noncentral t distribution.""")
def normal_approximation(sd, effect, power=0.8, alpha=0.05):
    refused(sd, effect)
    return max(2, math.ceil(((z(1 - alpha / 2) + z(power)) * sd / abs(effect)) ** 2))


@q.mistake("""You asked when an effect of just this size would be significant. But the measured
effect scatters around the true one, so that is a power of about one half. Add the power.""")
def significant_if_measured_exactly(sd, effect, power=0.8, alpha=0.05):
    refused(sd, effect)
    return first(lambda n: abs(effect) * n**0.5 / sd >= special.stdtrit(n - 1, 1 - alpha / 2))


@q.mistake("""Your test is one-sided: alpha was not halved. Two-sided at 5 % leaves 2.5 % at each
end.""")
def one_sided_level(sd, effect, power=0.8, alpha=0.05):
    refused(sd, effect)
    return first(lambda n: power_of(n, sd, effect, 2 * alpha) >= power)


@q.mistake("""You planned for two independent groups, whose difference has twice the variance. `sd`
is the standard deviation of the differences already: nothing is to be doubled.""")
def two_independent_groups(sd, effect, power=0.8, alpha=0.05):
    refused(sd, effect)
    return first(lambda n: power_of(n, sd * 2**0.5, effect, alpha) >= power)


@q.mistake("""You took sd for the standard error of the mean, so n hardly matters. The standard
error is sd / √n: the noncentrality is √n · effect / sd.""")
def sd_called_sem(sd, effect, power=0.8, alpha=0.05):
    refused(sd, effect)
    enough = (n for n in range(2, 60) if power_of(n, sd * n**0.5, effect, alpha) >= power)
    return next(enough, 10_000)


@q.mistake("""You divided by the variance where the standard deviation belongs: the effect and its
noise must have one unit.""")
def variance_for_sd(sd, effect, power=0.8, alpha=0.05):
    refused(sd, effect)
    return first(lambda n: power_of(n, sd**2, effect, alpha) >= power)


@q.mistake("""The t-test has n - 1 degrees of freedom; you took the critical value at n.""")
def n_degrees_of_freedom(sd, effect, power=0.8, alpha=0.05):
    refused(sd, effect)
    return first(
        lambda n: power_of(n, sd, effect, alpha, special.stdtrit(n, 1 - alpha / 2)) >= power
    )


@q.mistake("""Your noncentrality has √(n - 1). The mean of n differences has the standard error
sd / √n; n - 1 are the degrees of freedom.""")
def noncentrality_of_n_minus_1(sd, effect, power=0.8, alpha=0.05):
    refused(sd, effect)
    return first(lambda n: power_of(n, sd * (n / (n - 1)) ** 0.5, effect, alpha) >= power)


@q.mistake("""You shifted a normal by the noncentrality and compared it with t's critical value. The
t statistic is not normal around its shift: its denominator is an estimate. Use nct.""")
def normal_around_the_shift(sd, effect, power=0.8, alpha=0.05):
    refused(sd, effect)

    def enough(n):
        t = special.stdtrit(n - 1, 1 - alpha / 2)
        return special.ndtr(n**0.5 * abs(effect) / sd - t) >= power

    return first(enough)


@q.mistake("""One seed too few: the power must be reached, not nearly reached.""")
def last_that_is_not_enough(sd, effect, power=0.8, alpha=0.05):
    return over_the_spread_of_sd(sd, effect, power, alpha) - 1


@q.variant
def by_bisection(sd, effect, power=0.8, alpha=0.05):
    refused(sd, effect)

    def enough(n):
        t = special.stdtrit(n - 1, 1 - alpha / 2)
        return special.nctdtr(n - 1, abs(effect) * n**0.5 / sd, t) <= 1 - power

    low, high = 1, 256
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


@q.variant
def up_from_the_approximation(sd, effect, power=0.8, alpha=0.05):
    refused(sd, effect)
    n, t = max(2, int(((z(1 - alpha / 2) + z(power)) * sd / effect) ** 2)), stats.t
    while stats.nct.cdf(t.isf(alpha / 2, n - 1), n - 1, n**0.5 * abs(effect) / sd) > 1 - power:
        n += 1
    return np.int64(n)


q.hints(
    """Write the power as a function of n first, and look at it: it rises with n and with the
effect, and at effect 0 it is alpha.""",
    """n = 10, effect = sd: the noncentrality is √10 = 3.16, the critical t with 9 degrees of
freedom is 2.26, and the power is 0.803. With n = 9 it is 0.75.""",
    """For n = 2, 3, …: t = stats.t.ppf(1 - alpha / 2, n - 1); power = nct.sf(t, n - 1, √n |effect|
/ sd). Return the first n that has enough.""",
)
q.why("""n goes with (sd / effect)²: half the effect takes four times the seeds, and no trick of
analysis is worth as much as a smaller sd, which is what pairing buys. "It was significant at five
seeds" is no plan: an effect of exactly the critical size is missed every second time, and among the
experiments that did find it the estimate is too large.

The sd comes from a pilot. From six seeds it is uncertain by about a third, and n by two thirds, so
plan for a larger sd than the one that you saw; and never plan with the pilot's *effect*.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Search, and the best of k (5 points, 20 minutes)
#
# `ranges` lists `(low, high)`, both positive, for each hyperparameter. All are searched on a **log
# scale**: equal shares of the range are equal factors. Write the class's three methods.
#
# - `grid(m)`: all combinations of `m` values an axis, an array $[m^d, d]$, rows in any order. Value
#   $i=0,\dots,m-1$ is the middle of one of $m$ equal slices: $\text{low}\cdot
#   (\text{high}/\text{low})^{(i+1/2)/m}$.
# - `random(n, rng)`: `n` trials, an array $[n, d]$, log-uniform, every axis of every trial drawn by
#   itself. All randomness comes from `rng`; the order of draws is free.
# - `best_of_k(val, test, k)`: of $n$ trials with validation scores `val` and test scores `test`
#   (higher is better), somebody with budget `k` would have tried $k$ **different** ones, every
#   subset of size $k$ equally likely, chosen the best on validation, and reported **its test
#   score**. Return the expectation of what they report. The validation scores are all different.
#   `k` below 1 or above $n$ raises `ValueError`. $n$ may be 60 and `k` 30: too many subsets to
#   enumerate.
#
# **Example.** `search([(1, 100)]).grid(2)` holds $10^{0.5}$ and $10^{1.5}$. For `val = [1, 2, 3]`,
# `test = [10, 30, 20]`, `k = 2`, the subsets {1, 2}, {1, 3} and {2, 3} report 30, 20 and 20: the
# expectation is 23.33.

# %% nbgrader={"grade_id": "search", "solution": true}
class search:
    """Trials over positive hyperparameters on log scales, and what a budget of them finds.

    Args:
        ranges: list of d pairs (low, high) of positive floats.
    """

    def __init__(self, ranges):
        self.low, self.high = np.array(ranges, dtype=float).T  # (d,), (d,)

    def grid(self, m):
        """All combinations of m values an axis: float array (m^d, d)."""
        ### BEGIN SOLUTION
        axes = np.meshgrid(*[(np.arange(m) + 0.5) / m] * len(self.low))
        shares = np.stack([axis.ravel() for axis in axes], axis=1)
        return self.low * (self.high / self.low) ** shares
        ### END SOLUTION

    def random(self, n, rng):
        """n log-uniform trials: float array (n, d)."""
        ### BEGIN SOLUTION
        return self.low * (self.high / self.low) ** rng.random((n, len(self.low)))
        ### END SOLUTION

    def best_of_k(self, val, test, k):
        """Expected test score of the trial that wins on validation among k random ones.

        Args:
            val, test: float arrays [n]. Scores of the trials; higher is better.
            k: int from 1 to n. Budget in trials.

        Returns:
            float.

        Raises:
            ValueError: k is below 1 or above n.
        """
        ### BEGIN SOLUTION
        n = len(val)
        if not 1 <= k <= n:
            raise ValueError(f"best_of_k: k must be from 1 to {n}. Got {k}.")
        order = np.argsort(val)  # trial order[i] wins if the k - 1 others come from the i below it
        chance = [math.comb(i, k - 1) / math.comb(n, k) for i in range(n)]
        return float(np.dot(chance, np.asarray(test)[order]))
        ### END SOLUTION


# %% nbgrader={"grade_id": "search_tries_and_reports", "grade": true}
"""Trials cover what matters; the winner is chosen on validation and reported on test."""
q = Question(search, points=5)
THREE = np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0])
TWO_AXES = [(1e-4, 1.0), (3.0, 48.0)]


@q.probe(gives=[3.16227766, 31.6227766])
def grid_of_one_axis(f):
    """From 1 to 100 in two slices: their middles are 10^0.5 and 10^1.5."""
    return np.sort(np.ravel(f([(1.0, 100.0)]).grid(2)))


@q.probe(gives={"grid": [(9, 2), 3, 3], "random": [(9, 2), 9, 9]})
def values_that_each_axis_sees(f):
    """Nine trials show an axis three values on the grid and nine at random: if the other axis is
    dead, that is what counts."""
    made, seen = f(TWO_AXES), {}
    for kind, trials in (("grid", made.grid(3)), ("random", made.random(9, rng_of(2)))):
        trials = np.asarray(trials)
        distinct = [len(set(np.round(np.log(axis), 9).tolist())) for axis in trials.T]
        seen[kind] = [tuple(trials.shape), *distinct]
    return seen


def rng_of(seed):
    return np.random.default_rng(seed)


@q.probe(gives=70 / 3)
def example(f):
    """The example: 30, 20 and 20 are reported."""
    return f(TWO_AXES).best_of_k(*THREE, 2)


@q.probe(gives=[20.0, 20.0])
def one_trial_and_all_of_them(f):
    """One trial leaves no choice: the mean of all. All trials: the best on validation, surely."""
    return [f(TWO_AXES).best_of_k(*THREE, k) for k in (1, 3)]


@q.probe(gives=0.5)
def best_of_four(f):
    """The best of four is among two different ones every second time."""
    return f(TWO_AXES).best_of_k(np.arange(4.0), np.array([0.0, 0.0, 0.0, 1.0]), 2)


def refuses(f, k):
    try:
        return f"it returned {float(f(TWO_AXES).best_of_k(*THREE, k)):g}"
    except ValueError:
        return ""


@q.probe(gives="")
def a_budget_of_four(f):
    """There are three trials, so a budget of four raises ValueError"""
    return refuses(f, 4)


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives="")
def a_budget_of_none(f):
    """A budget of no trials raises ValueError"""
    return refuses(f, 0)


@q.probe
def grid_of_three_axes(f):
    """All 27 combinations of three values an axis, in any order."""
    rows = np.asarray(f([*TWO_AXES, (10.0, 1000.0)]).grid(3), dtype=float)
    return rows[np.lexsort(np.round(np.log(rows), 6).T)]


@q.probe(gives="")
def random_is_log_uniform(f):
    """Every slice of equal factors is as likely, e.g. half of the trials of 0.0001 to 1 lie below
    0.01"""
    shares = shares_of(f, 600, 4)
    if not (shares.min() >= 0 and shares.max() <= 1):
        return "some trials lie outside the range"
    below = (shares < 0.5).mean(axis=0)
    if np.all(np.abs(below - 0.5) < 0.085):  # four standard errors
        return ""
    return "far fewer do" if below.min() < 0.4 else "far more do"


@q.probe(gives="")
def axes_are_drawn_apart(f):
    """The value on one axis says nothing about the value on the other"""
    found = np.corrcoef(shares_of(f, 600, 5).T)[0, 1]
    return "" if abs(found) < 0.17 else "they go together"  # four standard errors


@q.probe(gives={"same seed": True, "other seed": False})
def random_uses_rng(f):
    """All randomness comes from rng: the same seed gives the same trials, another one others."""
    first, again, other = (np.asarray(f(TWO_AXES).random(5, rng_of(s))) for s in (6, 6, 7))
    return {
        "same seed": bool(np.array_equal(first, again)),
        "other seed": bool(np.array_equal(first, other)),
    }


def shares_of(f, n, seed):
    """Random trials as shares of their ranges, on the log scale."""
    low, high = np.log(np.array(TWO_AXES)).T
    return (np.log(np.asarray(f(TWO_AXES).random(n, rng_of(seed)))) - low) / (high - low)


def scored(n, seed):
    rng = rng_of(seed)
    quality = rng.standard_normal(n)
    return quality + 0.6 * rng.standard_normal(n), quality + 0.6 * rng.standard_normal(n)


@q.probe
def validation_chooses_and_test_reports(f):
    """Validation chooses and test reports, in whatever order the trials come."""
    return [f(TWO_AXES).best_of_k(*scored(n, n), k) for n, k in ((7, 3), (11, 5), (13, 12))]


@q.probe
def thirty_of_sixty(f):
    """A budget of 30 of 60: count the subsets, don't list them."""
    return f(TWO_AXES).best_of_k(*scored(60, 2), 30)


class Right:
    """Plain loops; the wrong answers below override a method."""

    def __init__(self, ranges):
        self.ranges = [(float(low), float(high)) for low, high in ranges]

    def grid(self, m):
        rows = [[]]
        for low, high in self.ranges:
            values = [low * (high / low) ** ((i + 0.5) / m) for i in range(m)]
            rows = [[*row, value] for row in rows for value in values]
        return np.array(rows)

    def random(self, n, rng):
        columns = [
            np.exp(rng.uniform(math.log(low), math.log(high), n)) for low, high in self.ranges
        ]
        return np.column_stack(columns)

    def ranked(self, val, test, k):
        """The test scores by falling validation score."""
        if not 1 <= k <= len(val):
            raise ValueError("budget")
        pairs = sorted(zip(map(float, val), map(float, test)), reverse=True)
        return [score for _, score in pairs]

    def best_of_k(self, val, test, k):
        total, left = 0.0, 1.0  # left: none of the better trials was drawn
        for better, score in enumerate(self.ranked(val, test, k)):
            drawn = min(1.0, k / (len(val) - better))  # given that none of the better ones was
            total, left = total + left * drawn * score, left * (1 - drawn)
        return total


q.reference(Right)


@q.mistake("""You chose on the test set: the expectation of the best test score. That is what tuning
on the test set reports, and it grows with k even among equal settings. Choose by `val`, report
`test`.""")
class tuned_on_test(Right):
    def best_of_k(self, val, test, k):
        return super().best_of_k(test, test, k)


@q.mistake("""You reported the validation score of the winner. It won partly by luck on just these
examples, so its score is too high (the winner's curse). Report its test score.""")
class validation_reported(Right):
    def best_of_k(self, val, test, k):
        return super().best_of_k(val, val, k)


@q.mistake("""You reported the best of all n trials, whatever k is. A budget of k trials finds that
one with probability k / n only. Average over the subsets.""")
class best_of_all_reported(Right):
    def best_of_k(self, val, test, k):
        return self.ranked(val, test, k)[0]


@q.mistake("""You drew with replacement: (i/n)^k counts subsets that hold a trial twice. k trials of
a real search are different settings; the plug-in formula is too low, most where k is near n. Count
subsets: C(i, k - 1) / C(n, k).""")
class with_replacement(Right):
    def best_of_k(self, val, test, k):
        scores, n = self.ranked(val, test, k)[::-1], len(val)
        return sum(s * (((i + 1) / n) ** k - (i / n) ** k) for i, s in enumerate(scores))


@q.mistake("""You took the first k trials. Their order is an accident, and one draw is no
expectation: average over all subsets of size k.""")
class first_k_only(Right):
    def best_of_k(self, val, test, k):
        self.ranked(val, test, k)
        return float(np.asarray(test)[int(np.argmax(np.asarray(val)[:k]))])


@q.mistake("""You averaged the k best trials. Somebody with k trials gets k random ones and reports
one.""")
class mean_of_the_k_best(Right):
    def best_of_k(self, val, test, k):
        return sum(self.ranked(val, test, k)[:k]) / k


@q.mistake("""Your order is turned: the trial with the lowest validation score wins. Higher is
better.""")
class worst_wins(Right):
    def best_of_k(self, val, test, k):
        return super().best_of_k([-v for v in val], test, k)


@q.mistake("""Your k is one too large: to win, a trial needs k - 1 others below it, not k.""")
class one_trial_too_many(Right):
    def best_of_k(self, val, test, k):
        scores, n = self.ranked(val, test, k)[::-1], len(val)
        if k == n:
            return 0.0
        return sum(s * math.comb(i, k) / math.comb(n, k + 1) for i, s in enumerate(scores))


@q.mistake("""Your random trials are uniform on the plain scale: from 0.0001 to 1, nine in ten lie
above 0.1. Draw the logarithm uniformly.""")
class random_on_a_linear_scale(Right):
    def random(self, n, rng):
        return np.column_stack([rng.uniform(low, high, n) for low, high in self.ranges])


@q.mistake("""One draw serves all axes, so your trials lie on a diagonal: most combinations can
never be tried. Draw every axis by itself.""")
class one_draw_for_all_axes(Right):
    def random(self, n, rng):
        share = rng.random(n)
        return np.column_stack([low * (high / low) ** share for low, high in self.ranges])


@q.mistake("""Your random trials are drawn from the points of a grid. Then an axis sees no more
values than the grid has, which is the grid's very weakness. Draw from the whole range.""")
class random_points_of_a_grid(Right):
    def random(self, n, rng):
        points = self.grid(max(1, round(n ** (1 / len(self.ranges)))))
        return points[rng.integers(len(points), size=n)]


@q.mistake("""Your grid goes from end to end. The values asked for are the middles of m equal
slices; at the ends of a range, half of what a value covers lies outside.""")
class grid_from_end_to_end(Right):
    def grid(self, m):
        axes = [np.geomspace(low, high, m) for low, high in self.ranges]
        return np.stack([axis.ravel() for axis in np.meshgrid(*axes)], axis=1)


@q.mistake("""Your grid is equally spaced on the plain scale, and so nearly all of it has the
largest order of magnitude. Take equal factors: low · (high/low)^share.""")
class grid_on_a_linear_scale(Right):
    def grid(self, m):
        axes = [low + (high - low) * (np.arange(m) + 0.5) / m for low, high in self.ranges]
        return np.stack([axis.ravel() for axis in np.meshgrid(*axes)], axis=1)


@q.mistake("""Your grid moves all axes together: m points on a diagonal. A grid holds all m^d
combinations.""")
class grid_on_a_diagonal(Right):
    def grid(self, m):
        share = (np.arange(m) + 0.5) / m
        return np.column_stack([low * (high / low) ** share for low, high in self.ranges])


@q.variant
class with_itertools_and_cumulative_counts(Right):
    def grid(self, m):
        import itertools

        steps = [10 ** np.linspace(math.log10(a), math.log10(b), 2 * m + 1)[1::2]
                 for a, b in self.ranges]
        return list(itertools.product(*steps))

    def best_of_k(self, val, test, k):
        scores, n = self.ranked(val, test, k)[::-1], len(val)
        below = [math.comb(i, k) / math.comb(n, k) for i in range(n + 1)]
        return sum(s * (below[i + 1] - below[i]) for i, s in enumerate(scores))


@q.variant
class in_torch(Right):
    def random(self, n, rng):
        import torch

        low, high = torch.tensor(self.ranges, dtype=torch.float64).log().T
        return (low + (high - low) * torch.from_numpy(rng.random((n, len(low))))).exp()

    def best_of_k(self, val, test, k):
        import torch

        n = len(val)
        if k < 1 or k > n:
            raise ValueError("budget")
        rank = torch.from_numpy(val).argsort()
        wins = torch.tensor([math.comb(i, k - 1) for i in range(n)], dtype=torch.float64)
        return (wins / wins.sum()) @ torch.from_numpy(test)[rank]


q.hints(
    """Three jobs: which values does each axis get to see; are equal factors treated alike; and in
how many of the subsets of size k is one given trial the best on validation?""",
    """Four trials, k = 2: six subsets. The best trial is in three of them and wins all three, the
second wins two, the third one, the last none. For the axes: 1 to 100 in two slices is 1 to 10 and
10 to 100, with the middles 3.16 and 31.6.""",
    """Values are low * (high / low) ** share, with shares (i + ½) / m or rng.random((n, d)). Sort
by val: the trial at place i (from 0, worst first) wins in C(i, k - 1) of the C(n, k) subsets. Sum
these shares times the test scores in the same order.""",
)
q.why("""A grid of nine trials tells three things about each axis, nine random ones tell nine: with
one dead axis that is all that counts. The learning rate has no scale of its own, so equal factors
deserve equal chances.

A table with one number a method compares two budgets as much as two methods: the maximum of k
trials rises with k and with the spread of the trials, so a method that is hard to tune looks good
to whoever tuned it longest. Where two curves over k cross, the answer to "which is better?" is "how
much will you tune?". With replacement the same trial may be drawn twice, which lowers the maximum.
And there are two sets because there are two jobs: the set that chose cannot also judge.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. One number for many tasks (5 points, 20 minutes)
#
# `scores[r, t]` is the score of run $r$ on task $t$. Tasks have scales of their own: `low[t]` is
# what a trivial solution gets, `high[t]` a reference solution. Runs of different tasks have nothing
# to do with each other, even if they stand in one row.
#
# 1. Normalise: $(s-\text{low}_t)/(\text{high}_t-\text{low}_t)$.
# 2. Aggregate by the **interquartile mean** of all $N$ = runs × tasks normalised scores together:
#    drop the $\lfloor N/4\rfloor$ lowest and as many of the highest, and average the rest.
# 3. A 95 % interval by the **stratified bootstrap**, `n_boot` times: for each task by itself, draw
#    as many runs as there are, with replacement; aggregate as in 2. The ends are the quantiles at
#    0.025 and 0.975 (`np.quantile`) of these `n_boot` numbers.
#
# Return `(iqm, low_end, high_end)`. All randomness comes from `rng`; the order of draws is free.
#
# **Example.** With `scores = [[1, 30], [3, 10]]`, `low = [0, 0]` and `high = [2, 100]`, the
# normalised scores are 0.5, 0.3, 1.5 and 0.1. The IQM is the mean of 0.3 and 0.5: 0.4.

# %% nbgrader={"grade_id": "aggregate", "solution": true}
def aggregate(scores, low, high, n_boot, rng):
    """Interquartile mean of normalised scores, with a stratified bootstrap interval.

    Args:
        scores: float array [runs, tasks].
        low, high: float arrays [tasks]. Scores that count as 0 and as 1.
        n_boot: int. Bootstrap samples.
        rng: np.random.Generator. The only source of randomness.

    Returns:
        (iqm, low_end, high_end): three floats.
    """
    ### BEGIN SOLUTION
    normal = (scores - low) / (high - low)  # (runs, tasks)
    runs, tasks = normal.shape
    draws = rng.integers(runs, size=(n_boot, runs, tasks))  # for each task by itself
    boot = normal[draws, np.arange(tasks)].reshape(n_boot, -1)

    def iqm(table):
        return stats.trim_mean(table, 0.25, axis=-1)

    return iqm(normal.ravel()), *np.quantile(iqm(boot), (0.025, 0.975))
    ### END SOLUTION


# %% nbgrader={"grade_id": "aggregate_resamples_within_tasks", "grade": true}
"""Normalised, trimmed together, resampled within each task."""
q = Question(aggregate, points=5)
UNIT = np.zeros(2), np.ones(2)


def flat(count, *levels):
    """`count` runs that all get the same scores: one level a task."""
    return np.tile(np.array(levels), (count, 1))


@q.probe(gives=0.4)
def the_example(f):
    """The example: normalised 0.5, 0.3, 1.5 and 0.1, of which the middle two average 0.4."""
    scores = np.array([[1.0, 30.0], [3.0, 10.0]])
    return f(scores, np.zeros(2), np.array([2.0, 100.0]), 3, np.random.default_rng(0))[0]


@q.probe(gives=(0.5, 0.5, 0.5))
def tasks_differ_but_runs_do_not(f):
    """If all runs of a task agree there is no luck: the interval is a point, however much tasks
    differ."""
    return f(flat(5, 0.2, 0.8), *UNIT, 60, np.random.default_rng(1))


@q.probe(gives="")
def repeats_with_the_seed(f):
    """All randomness comes from rng: the same seed gives the same interval."""
    scores = np.random.default_rng(3).random((5, 2))
    first, second = (f(scores, *UNIT, 40, np.random.default_rng(9)) for _ in range(2))
    same = [float(x) for x in first] == [float(x) for x in second]
    return "" if same else "two calls with equal generators differ"


### BEGIN HIDDEN TESTS
q.hidden()

SCALES = np.array([0.0, -20.0, 100.0]), np.array([1.0, 20.0, 1100.0])


def suite(runs, seed, spread=0.2):
    """Normalised scores around 0.3, 0.5 and 0.9, one run an outlier; and the raw scores."""
    rng = np.random.default_rng(seed)
    normal = np.array([0.3, 0.5, 0.9]) + spread * rng.standard_normal((runs, 3))
    normal[0, 2] = 4.0
    return normal, SCALES[0] + normal * (SCALES[1] - SCALES[0])


@q.probe
def how_many_are_dropped(f):
    """Of 21 scores five are dropped at each end, of 30 seven: a quarter, rounded down."""
    return [
        f(suite(runs, runs)[0], np.zeros(3), np.ones(3), 2, np.random.default_rng(0))[0]
        for runs in (7, 10)
    ]


@q.probe
def scales_do_not_matter(f):
    """A task with scores up to 1100 weighs no more than one with scores up to 1."""
    return [
        f(suite(runs, runs)[1], *SCALES, 2, np.random.default_rng(0))[0] for runs in (3, 7, 10)
    ]


@q.probe
def units_of_a_task_do_not_matter(f):
    """Points or per cent: rescaling a task with its low and high changes nothing."""
    normal, raw = suite(7, 5)
    a = f(raw, *SCALES, 2, np.random.default_rng(0))[0]
    b = f(normal, np.zeros(3), np.ones(3), 2, np.random.default_rng(0))[0]
    return round(float(a) - float(b), 9)


@cache
def end_points(case):
    """The interval that a case must have: 20 000 samples, all at once."""
    normal = CASES[case]
    runs, tasks = normal.shape
    index = np.random.default_rng(1).integers(runs, size=(20_000, runs, tasks))
    table = np.sort(normal[index, np.arange(tasks)].reshape(len(index), -1), axis=1)
    cut = normal.size // 4
    return np.quantile(table[:, cut : normal.size - cut].mean(axis=1), (0.025, 0.975))


RISING = np.linspace(0.2, 0.8, 7)
CASES = {"suite": suite(11, 2)[0], "opposed": np.stack([RISING, 1 - RISING], axis=1)}


def judged(got, want):
    """Widths of simulated intervals differ by luck: by about 2 % at 2000 samples."""
    width, right = float(got[2]) - float(got[1]), want[1] - want[0]
    if not abs(float(got[1]) + float(got[2]) - sum(want)) < 0.4 * right:
        return "it lies elsewhere"
    if width > 1.1 * right:
        return "it is too wide"
    if width < 0.02 * right:
        return "it has no width"
    if width < 0.65 * right:
        return "it is about half as wide as it should be"
    return "it is too narrow" if width < 0.9 * right else ""


@q.probe(gives="")
def interval_of_a_suite(f):
    """The 95 % interval reaches from the 0.025 to the 0.975 quantile of the bootstrapped IQM."""
    got = f(suite(11, 2)[1], *SCALES, 2000, np.random.default_rng(4))
    return judged(got, end_points("suite"))


@q.probe(gives="")
def columns_are_drawn_apart(f):
    """Two tasks whose scores happen to run against each other in the rows: rows mean nothing, so
    their luck must not cancel."""
    got = f(CASES["opposed"], *UNIT, 2000, np.random.default_rng(4))
    return judged(got, end_points("opposed"))


def normalised(scores, low, high):
    return (np.asarray(scores) - low) / (np.asarray(high) - low)


def middle(table):
    """The mean of the middle half of the last two axes."""
    flat = np.sort(np.reshape(table, (*np.shape(table)[:-2], -1)), axis=-1)
    cut = flat.shape[-1] // 4
    return flat[..., cut : flat.shape[-1] - cut].mean(axis=-1)


def mean(table):
    return np.mean(table, axis=(-2, -1))


def bootstrapped(table, n_boot, rng, statistic=middle, draw="tasks", ends=(0.025, 0.975)):
    runs, tasks = table.shape
    index = rng.integers(runs, size=(n_boot, runs, 1 if draw == "rows" else tasks))
    sample = table[index, np.arange(tasks)]
    if draw == "pool":
        sample = table.ravel()[rng.integers(table.size, size=(n_boot, runs, tasks))]
    return float(statistic(table)), *np.quantile(statistic(sample), ends)


@q.reference
def sorted_by_hand(scores, low, high, n_boot, rng):
    table = normalised(scores, low, high)
    index = rng.integers(len(table), size=(n_boot, *table.shape))
    boot = np.sort(middle(np.take_along_axis(table[None], index, axis=1)))

    def quantile(share):  # between the two nearest order statistics
        place = share * (n_boot - 1)
        below = int(place)
        above = min(below + 1, n_boot - 1)
        return float(boot[below] + (place - below) * (boot[above] - boot[below]))

    return float(middle(table)), quantile(0.025), quantile(0.975)


@q.mistake("""You averaged raw scores over tasks. The task with the largest numbers decides alone.
Normalise each task by its low and high first.""")
def mean_over_tasks_unnormalised(scores, low, high, n_boot, rng):
    return bootstrapped(np.asarray(scores), n_boot, rng, mean)


@q.mistake("""You trimmed, but raw scores: what is cut off is then a task, not luck. Normalise each
task by its low and high first.""")
def trimmed_without_normalising(scores, low, high, n_boot, rng):
    return bootstrapped(np.asarray(scores), n_boot, rng)


@q.mistake("""That is the mean of the normalised scores: one run with a score of 4 moves it as much
as all others. Drop a quarter at each end first.""")
def mean_for_iqm(scores, low, high, n_boot, rng):
    return bootstrapped(normalised(scores, low, high), n_boot, rng, mean)


@q.mistake("""That is the median. It ignores all scores but one or two and needs more runs for the
same interval. Average the middle half.""")
def median_for_iqm(scores, low, high, n_boot, rng):
    def median(table):
        return np.median(table, axis=(-2, -1))

    return bootstrapped(normalised(scores, low, high), n_boot, rng, median)


@q.mistake("""You trimmed within each task and averaged the tasks. The interquartile mean is of all
runs × tasks scores together.""")
def trimmed_within_each_task(scores, low, high, n_boot, rng):
    def by_task(table):
        return np.mean([middle(table[..., [t]]) for t in range(table.shape[-1])], axis=0)

    return bootstrapped(normalised(scores, low, high), n_boot, rng, by_task)


@q.mistake("""You bootstrapped from all scores in one pool, so a sample may hold one task twice and
another never: the differences between tasks, which are fixed, count as luck. Draw within each
task.""")
def bootstrap_across_tasks(scores, low, high, n_boot, rng):
    return bootstrapped(normalised(scores, low, high), n_boot, rng, draw="pool")


@q.mistake("""You drew whole rows, so that runs of different tasks stay together. They only share a
row number: what their luck has in common is an accident. Draw for each task by itself.""")
def whole_rows_resampled(scores, low, high, n_boot, rng):
    return bootstrapped(normalised(scores, low, high), n_boot, rng, draw="rows")


@q.mistake("""You normalised by the lowest and highest score that were measured. They change with
every run, so that nobody's numbers can be compared with yours. Use `low` and `high`.""")
def normalised_by_the_range_seen(scores, low, high, n_boot, rng):
    scores = np.asarray(scores)
    span = np.ptp(scores, axis=0)
    return bootstrapped((scores - scores.min(axis=0)) / np.where(span, span, 1.0), n_boot, rng)


@q.mistake("""Your interval has 90 %: it leaves out 5 % at each end. Take the quantiles at 0.025 and
0.975.""")
def ninety_per_cent_interval(scores, low, high, n_boot, rng):
    return bootstrapped(normalised(scores, low, high), n_boot, rng, ends=(0.05, 0.95))


@q.mistake("""Your interval is one standard deviation of the bootstrap to each side: 68 %, and
symmetric by force. Take the quantiles at 0.025 and 0.975.""")
def one_standard_deviation_each_side(scores, low, high, n_boot, rng):
    value, below, above = bootstrapped(
        normalised(scores, low, high), n_boot, rng, ends=(0.1587, 0.8413)
    )
    return value, below, above


@q.mistake("""You drew without replacement: every sample is the same set of runs, and so the
interval has no width. Draw with replacement.""")
def drawn_without_replacement(scores, low, high, n_boot, rng):
    value = float(middle(normalised(scores, low, high)))
    rng.random()
    return value, value, value


@q.mistake("""You kept what lies between the two quartiles. How many that are depends on how the
quartile is interpolated; drop the lowest and the highest ⌊N/4⌋ scores by rank.""")
def between_the_quartiles(scores, low, high, n_boot, rng):
    def inside(table):
        flat = np.reshape(table, (*np.shape(table)[:-2], -1))
        ends = np.quantile(flat, (0.25, 0.75), axis=-1, keepdims=True)
        kept = (flat >= ends[0]) & (flat <= ends[1])
        return np.where(kept, flat, 0.0).sum(axis=-1) / kept.sum(axis=-1)

    return bootstrapped(normalised(scores, low, high), n_boot, rng, inside)


@q.variant
def one_task_after_the_other(scores, low, high, n_boot, rng):
    runs, tasks = np.shape(scores)
    columns = [
        np.array([(float(scores[r][t]) - low[t]) / (high[t] - low[t]) for r in range(runs)])
        for t in range(tasks)
    ]
    drawn = np.hstack([column[rng.integers(0, runs, (n_boot, runs))] for column in columns])
    boot = stats.trim_mean(drawn, 0.25, axis=1)
    value = stats.trim_mean(np.concatenate(columns), 0.25)
    return value, np.quantile(boot, 0.025), np.quantile(boot, 0.975)


@q.variant
def with_choice_and_percentiles(scores, low, high, n_boot, rng):
    table = (scores - low[None, :]) / (high - low)[None, :]
    drawn = [rng.choice(column, (n_boot, len(column)), replace=True) for column in table.T]
    boot = np.concatenate(drawn, axis=1)
    ends = np.percentile(stats.trim_mean(boot, 0.25, axis=1), [2.5, 97.5])
    return [stats.trim_mean(table, 0.25, axis=None), *ends]


q.hints(
    """What is luck here, and what is fixed? The tasks are fixed; runs of one task are draws. Only
draws may be drawn again.""",
    """Five runs that all score 0.2 on one task and 0.8 on the other: no luck, so the interval must
be the single point 0.5. If yours is wide, you drew across tasks.""",
    """normal = (scores - low) / (high - low). iqm: stats.trim_mean(all of it, 0.25). One sample: an
index array rng.integers(runs, size=(runs, tasks)), one column a task, then
normal[index, np.arange(tasks)].""",
)
q.why("""A mean over tasks with different scales is a mean over units: the answer changes when one
task is reported in per cent. After normalising, one lucky run can still carry the mean, and the
median throws away most of the data; the interquartile mean stands between them.

The bootstrap repeats the experiment with what was random. Here that is the run within its task. A
pool across tasks pretends that somebody else would draw other *tasks*, and its interval is
dominated by how different tasks are. (If your claim is about tasks to come, that is the interval to
have; then say so, and mind that three tasks are a sample of three.)""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. Pre-registration (4 points, 20 minutes)
#
# A laboratory will run your experiment, **new** against **baseline**, once. It stays locked until
# your plan is complete and consistent, and it records the plan's hash: whoever changes the plan
# afterwards is seen, for the ledger is a file and survives a restart. Return the plan as a dict:
#
# | key | value, and what must hold |
# |---|---|
# | `"hypothesis"` | one sentence, five words or more (read by people only) |
# | `"metric"` | one name from `METRICS` |
# | `"direction"` | `"higher"` or `"lower"`: which is better, as in `METRICS` |
# | `"effect"` | smallest improvement that you would care about, in the metric's unit, above 0 |
# | `"sd"` | expected standard deviation of the paired differences; see below |
# | `"alpha"`, `"power"` | `alpha` at most 0.05, `power` at least 0.8 and below 1 |
# | `"n_seeds"` | enough for `power` with your `sd`, `effect` and `alpha` (question 4) |
# | `"test"` | from `TESTS`: both methods get the same seeds |
# | `"stopping"` | from `STOPPING`: what the p value of question 3 is right for |
# | `"refuted_below"` | above 0, at most `effect`; see below |
#
# A seed costs `PAIR_USD` for both methods together, and you have `BUDGET_USD`. The p value of
# question 3 is right for a number of seeds that was fixed beforehand. Your hypothesis is refuted if
# the whole interval of the improvement lies below `refuted_below`.
#
# `PILOT[metric]` holds six paired runs. They may give you the `sd` (yours is at least theirs, less
# 2 % for rounding), **not the effect**, and they do not count as evidence. Which metric and which
# effect you choose is yours; with some choices the money does not suffice.

# %% nbgrader={"grade_id": "laboratory", "locked": true}
METRICS = {"accuracy": "higher", "nll": "lower", "ece": "lower", "latency_ms": "lower"}
TESTS = ("paired_t", "unpaired_t")
STOPPING = ("fixed", "until_significant")
PAIR_USD, BUDGET_USD = 12.5, 500.0
PILOT = {  # on seeds that the laboratory will not use again
    "accuracy": {
        "baseline": [79.8, 82.1, 80.5, 81.7, 78.9, 80.9],
        "new": [81.3, 82.0, 81.6, 82.2, 80.1, 80.6],
    },
    "nll": {
        "baseline": [0.652, 0.598, 0.640, 0.611, 0.671, 0.630],
        "new": [0.633, 0.601, 0.612, 0.604, 0.639, 0.631],
    },
    "ece": {
        "baseline": [0.041, 0.035, 0.052, 0.047, 0.038, 0.044],
        "new": [0.047, 0.031, 0.043, 0.055, 0.036, 0.040],
    },
    "latency_ms": {
        "baseline": [21.4, 20.9, 22.3, 21.7, 21.1, 22.0],
        "new": [21.9, 21.1, 22.1, 22.4, 21.5, 22.1],
    },
}


def pilot_sd(metric):
    """Standard deviation of the pilot's paired differences."""
    return float(np.std(np.subtract(*PILOT[metric].values()), ddof=1))


@cache
def simulated_power(n, sd, effect, alpha):
    """Share of 20 000 simulated experiments that find the effect, with its right sign."""
    rng = np.random.default_rng(0)  # mean and variance of normal differences are independent
    mean = effect + sd / math.sqrt(n) * rng.standard_normal(20_000)
    spread = sd * np.sqrt(rng.chisquare(n - 1, 20_000) / (n - 1))
    return float(np.mean(mean * math.sqrt(n) / spread > special.stdtrit(n - 1, 1 - alpha / 2)))


def tidy(plan):
    """A plan with numpy's numbers as Python's, so that it has a hash; anything else as it is."""
    if not isinstance(plan, dict):
        return plan
    return {key: x.item() if getattr(x, "shape", None) == () else x for key, x in plan.items()}


def number(plan, *keys):
    """Whether these entries of a plan are finite numbers."""
    found = [plan.get(key) for key in keys]
    return all(
        isinstance(x, (int, float)) and not isinstance(x, bool) and math.isfinite(x) for x in found
    )


def the_plan_is_complete(plan):
    """The plan has a hypothesis in words and all its numbers"""
    if not isinstance(plan, dict):
        return "it is not a dict"
    texts = ("hypothesis", "metric", "direction", "test", "stopping")
    numbers = ("effect", "sd", "alpha", "power", "n_seeds", "refuted_below")
    missing = [key for key in (*texts, *numbers) if key not in plan]
    if missing:
        return f"it lacks {', '.join(missing)}"
    for key in texts:
        if not isinstance(plan[key], str):
            return f"{key} must be one string: choose one, before you see the data"
    for key in numbers:
        if not number(plan, key):
            return f"{key} must be a finite number"
    words = len(plan["hypothesis"].split())
    return "" if words >= 5 else f"the hypothesis has {words} words: say who beats whom, in what"


def one_metric_decides(plan):
    """One primary metric decides, in the direction that is better"""
    metric = plan.get("metric")
    if not isinstance(metric, str) or metric not in METRICS:
        return "metric must be one name from METRICS: of several, one is always lucky"
    same = plan.get("direction") == METRICS[metric]
    return "" if same else f"of {metric} {METRICS[metric]} is better"


def the_effect_is_worth_having(plan):
    """The smallest effect of interest is an improvement, above 0"""
    if number(plan, "effect") and plan["effect"] > 0:
        return ""
    return "with an effect of 0 or less, nothing could be too small to care about"


def the_sd_is_from_the_pilot(plan):
    """The sd is that of the pilot's paired differences, or a more careful one"""
    if one_metric_decides({**plan, "direction": METRICS.get(str(plan.get("metric")))}):
        return "there is no metric to take it for"
    least = pilot_sd(plan["metric"])
    if number(plan, "sd") and plan["sd"] >= 0.98 * least:
        return ""
    return f"the pilot's differences in {plan['metric']} have a standard deviation of {least:.3g}"


def errors_are_bounded(plan):
    """alpha is at most 0.05 and power at least 0.8"""
    if number(plan, "alpha", "power") and 0 < plan["alpha"] <= 0.05 and 0.8 <= plan["power"] < 1:
        return ""
    return "yours allow more errors than that"


def the_seeds_suffice(plan):
    """n_seeds reaches the power that the plan promises, by its own sd, effect and alpha"""
    if not number(plan, "n_seeds", "sd", "effect", "alpha", "power"):
        return "a number is missing"
    n = plan["n_seeds"]
    if n != int(n) or not 2 <= n <= 10_000 or plan["sd"] <= 0 or not 0 < plan["alpha"] < 1:
        return "n_seeds must be an int of 2 or more, sd and alpha positive"
    power = simulated_power(int(n), plan["sd"], plan["effect"], plan["alpha"])
    if power >= plan["power"] - 0.012:  # four standard errors of the simulation
        return ""
    return f"with {int(n)} seeds your effect would be found in {power:.0%} of experiments"


def the_money_suffices(plan):
    """All seeds together cost no more than the budget"""
    if not number(plan, "n_seeds"):
        return "n_seeds is missing"
    usd = plan["n_seeds"] * PAIR_USD
    return "" if usd <= BUDGET_USD else f"{plan['n_seeds']} seeds cost ${usd:g}"


def the_test_fits_the_design(plan):
    """Both methods get the same seeds, so the test is the paired one"""
    return "" if plan.get("test") == "paired_t" else f"the test is {plan.get('test')!r}"


def nobody_looks_early(plan):
    """The number of seeds is fixed beforehand"""
    if plan.get("stopping") == "fixed":
        return ""
    return "who tests after every seed and stops at p < alpha finds effects where there are none"


def it_can_be_refuted(plan):
    """Some result would refute the hypothesis: an interval below a number from 0 to the effect"""
    if not number(plan, "refuted_below", "effect"):
        return "refuted_below is missing"
    if plan["refuted_below"] <= 0:
        return "you would keep believing in an effect that is shown to be useless"
    if plan["refuted_below"] > plan["effect"]:
        return "an effect that you call worth having would count as a refutation"
    return ""


RULES = (
    the_plan_is_complete, one_metric_decides, the_effect_is_worth_having, the_sd_is_from_the_pilot,
    errors_are_bounded, the_seeds_suffice, the_money_suffices, the_test_fits_the_design,
    nobody_looks_early, it_can_be_refuted,
)


def open_points(plan):
    """What still keeps the laboratory locked: a list of sentences."""
    plan = tidy(plan) if isinstance(plan, dict) else {}
    found = [(rule.__doc__, rule(plan)) for rule in RULES]
    return [f"{claim}, but {clause}." for claim, clause in found if clause]


LEDGER = Path("laboratory_ledger.txt")  # hashes of the plans that unlocked it, in order
TRIALS = {
    "baseline": {"lr 0.1": 80.0, "lr 0.3": 80.6},
    "new": {"lr 0.1": 80.8, "lr 0.3": 81.2, "lr 1": 81.1, "lr 1, wd": 81.5, "lr 3": 80.2},
}


def measured(n_seeds, first_seed=200):
    """What the laboratory measures: all trials of both methods, seed by seed."""
    data = {"seeds": list(range(first_seed, first_seed + n_seeds)), "amended": False}
    for method, trials in TRIALS.items():
        data[method] = {name: {} for name in trials}
        for seed in data["seeds"]:
            shared = np.random.default_rng([7, seed]).normal(0, 1.4)
            for place, (name, quality) in enumerate(trials.items()):
                rng = np.random.default_rng([seed, len(method), place])
                own, val, nll, ece, ms = rng.normal(0, (0.55, 0.5, 0.01, 0.006, 0.3))
                score = quality + shared + own
                row = {
                    "val": score + val, "accuracy": score, "nll": 0.63 - 0.02 * (score - 81) + nll,
                    "ece": 0.043 + ece, "latency_ms": 21.6 + ms + 0.2 * (method == "new"),
                }
                for key, value in row.items():
                    data[method][name].setdefault(key, []).append(round(float(value), 4))
    return data


def recorded(digest):
    """Write a plan's hash into the ledger; the hash of the first plan that stands there."""
    hashes = LEDGER.read_text().split() if LEDGER.is_file() else []
    if digest not in hashes:
        LEDGER.write_text("\n".join([*hashes, digest]) + "\n")
    return [*hashes, digest][0]


def run_experiment(plan):
    """Run the plan, if it is complete; record its hash, and say what was recorded."""
    if problems := open_points(plan):
        raise RuntimeError("The laboratory stays locked. " + " ".join(problems))
    plan = tidy(plan)
    digest = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()[:12]
    first = recorded(digest)
    data = {**measured(int(plan["n_seeds"])), "amended": digest != first}
    ratio = len(TRIALS["new"]) / len(TRIALS["baseline"])
    print(f"registered {first}, this plan {digest}, amended: {data['amended']}")
    print(f"{len(data['seeds'])} seeds; the new method had {ratio:g} times the baseline's trials")
    return data


# %% nbgrader={"grade_id": "preregistration", "solution": true}
def preregistration():
    """The plan of the experiment, written before its data exist.

    Returns:
        dict with hypothesis, metric, direction, effect, sd, alpha, power, n_seeds, test, stopping
        and refuted_below.
    """
    ### BEGIN SOLUTION
    return {
        "hypothesis": "At equal tuning budget, the new method is more accurate than the baseline.",
        "metric": "accuracy",
        "direction": "higher",
        "effect": 0.5,  # points; less would not pay for the change
        "sd": 0.8,  # the pilot's 0.74, rounded up
        "alpha": 0.05,
        "power": 0.8,
        "n_seeds": 24,
        "test": "paired_t",
        "stopping": "fixed",
        "refuted_below": 0.5,
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "preregistration_is_consistent", "grade": true}
"""The plan is complete, affordable and powerful by its own numbers, and it could be refuted."""
q = Question(preregistration, points=4)


def asks(rule):
    def probe(f):
        plan = tidy(f())
        return rule(plan) if isinstance(plan, dict) or rule is the_plan_is_complete else "no dict"

    probe.__name__, probe.__doc__ = rule.__name__, rule.__doc__
    return probe


@q.probe(gives="")
def the_plan_stands_still(f):
    """The plan is the same each time it is asked for: no dates, no random numbers"""
    first, second = (json.dumps(tidy(f()), sort_keys=True) for _ in range(2))
    return "" if first == second else "two calls give two plans, so its hash means nothing"


WEIGHTS = {"the_seeds_suffice": 4, "it_can_be_refuted": 3, "nobody_looks_early": 2}
for rule in RULES:
    q.probe(asks(rule), gives="", weight=WEIGHTS.get(rule.__name__, 1))
### BEGIN HIDDEN TESTS
q.hidden()


def planned(**changed):
    return {
        "hypothesis": "The new method lowers the negative log likelihood at equal budget.",
        "metric": "nll", "direction": "lower", "effect": 0.01, "sd": 0.017, "alpha": 0.05,
        "power": 0.8, "n_seeds": 30, "test": "paired_t", "stopping": "fixed",
        "refuted_below": 0.01, **changed,
    }


GOOD = planned(
    hypothesis="At equal budget the new method is more accurate.", metric="accuracy",
    direction="higher", effect=0.5, sd=0.8, n_seeds=24, refuted_below=0.5,
)


@q.reference
def on_another_metric():
    return planned()


@q.mistake("""Three seeds out of habit. By your own sd and effect they would miss it most of the
time, and what they do find would be exaggerated. Use seeds_needed(sd, effect, power, alpha).""")
def three_seeds_by_habit():
    return {**GOOD, "n_seeds": 3}


@q.mistake("""You planned with the standard error of the pilot's mean difference. A seed scatters
with the standard deviation: √6 times as much.""")
def sd_called_sem():
    return {**GOOD, "sd": 0.31}


@q.mistake("""All metrics are registered as primary. With several chances at p < 0.05 one is found
easily; name the one that decides, the others are described.""")
def several_primary_metrics():
    return {**GOOD, "metric": ["accuracy", "nll", "ece", "latency_ms"]}


@q.mistake("""You planned to test after each seed and to stop at p < alpha. If there is no effect,
that finds one far more often than in 5 % of experiments. Fix the number of seeds.""")
def peeks_until_significant():
    return {**GOOD, "stopping": "until_significant"}


@q.mistake("""Both methods get the same seeds, but you planned the test for independent groups. It
counts the luck that they share as noise. Use the paired test.""")
def unpaired_test():
    return {**GOOD, "test": "unpaired_t"}


@q.mistake("""Nothing could refute this: refuted_below is 0, so an effect that is certainly too
small to matter would leave the hypothesis standing. Put it between 0 and your effect, e.g. at the
effect.""")
def nothing_refutes_it():
    return {**GOOD, "refuted_below": 0.0}


@q.mistake("""So many seeds cost more than the budget. Care about a larger effect, choose a metric
with less noise for its effect, or ask for money: before the run.""")
def seeds_without_money():
    return {**GOOD, "effect": 0.3, "refuted_below": 0.3, "n_seeds": 60}


@q.mistake("""A power of 0.5 is a coin toss: every second experiment would miss an effect that is
there. At least 0.8.""")
def power_of_a_coin():
    return {**GOOD, "power": 0.5, "n_seeds": 13}


@q.mistake("""The hypothesis is only a name. Say in a sentence who beats whom, in what, under which
condition, so that a reader knows what failed if it fails.""")
def topic_for_hypothesis():
    return {**GOOD, "hypothesis": "new method"}


@q.variant
def a_larger_effect():
    return {**GOOD, "effect": 1.0, "refuted_below": 0.7, "sd": 1.1, "n_seeds": 12}


@q.variant
def all_the_money():
    return {**GOOD, "effect": 0.4, "sd": 0.74, "refuted_below": 0.4, "n_seeds": 40, "power": 0.9}


q.hints(
    """Read the claim that broke, then the row of the table that it belongs to. open_points(
preregistration()) lists all that is open.""",
    """The paired differences of the pilot's accuracy are 1.5, -0.1, 1.1, 0.5, 1.2 and -0.3: their
standard deviation is 0.74. An effect of 0.5 is two thirds of that.""",
    """Choose metric and effect first. Then sd = a little more than pilot_sd(metric), n_seeds =
seeds_needed(sd, effect, power, alpha), at most 500 / 12.5 = 40. If it is more, raise the effect.
refuted_below = effect is a natural choice.""",
)
q.why("""Each entry closes one way of fooling yourself: the metric that happened to move, the sign
that happened to come out, the seed at which p happened to dip, the effect that shrank until it was
"supported". None of these needs bad faith.

Why the pilot gives the sd but not the effect: six runs know the sd within a third, but their mean
only within ±0.8 points. And why `refuted_below`: "not significant" is what a bad experiment always
delivers. Only an interval that excludes what you would care about says no.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. The registered analysis (6 points, 25 minutes)
#
# The laboratory returns, for a plan, more than you need: several settings of each method
# (`trials`), all metrics, a validation score. Analyse what was registered and nothing else.
#
# ```python
# data = {"seeds": [200, 201, …], "amended": False,
#         "baseline": {"lr 0.1": {"val": […], "accuracy": […], "nll": […], …}, …}, "new": {…}}
# ```
#
# Each list has one number a seed, in the order of `seeds`. `val` comes from the validation set
# (higher is better), all metrics from the test set.
#
# 1. If the number of seeds is not `plan["n_seeds"]`, raise `ValueError`.
# 2. **Equal budget.** Let $k$ be the smaller number of trials of the two methods. Only the first
#    $k$ trials of each, in the order listed, may be chosen.
# 3. For each method choose the trial with the highest mean `val` over all seeds.
# 4. Improvement at each seed: new − baseline in `plan["metric"]`, with the opposite sign if
#    `plan["direction"]` is `"lower"`. `delta` is its mean over **all** seeds, `low` and `high` its
#    paired t interval at level 1 − `alpha`.
# 5. The verdict, the first that applies: `"exploratory"` if `data["amended"]` (the plan was changed
#    after it was recorded); `"refuted"` if `high < plan["refuted_below"]`; `"supported"` if
#    `low > 0`; else `"open"`.
#
# Return a dict with `trials` ($k$), `baseline` and `new` (the names of the chosen trials), `delta`,
# `low`, `high` and `verdict`. No two trials have the same mean `val`.

# %% nbgrader={"grade_id": "analyse", "solution": true}
def analyse(plan, data):
    """The registered analysis, and nothing else.

    Args:
        plan: dict. What `preregistration` returns.
        data: dict. What the laboratory returns.

    Returns:
        dict with trials, baseline, new, delta, low, high and verdict.

    Raises:
        ValueError: there are fewer or more seeds than registered.
    """
    ### BEGIN SOLUTION
    n = len(data["seeds"])
    if n != plan["n_seeds"]:
        raise ValueError(f"analyse: {plan['n_seeds']} seeds were registered. Got {n}.")
    k = min(len(data["baseline"]), len(data["new"]))
    chosen = {
        method: max(list(data[method])[:k], key=lambda name: np.mean(data[method][name]["val"]))
        for method in ("baseline", "new")
    }
    scores = {m: np.array(data[m][name][plan["metric"]]) for m, name in chosen.items()}
    better = scores["new"] - scores["baseline"]
    if plan["direction"] == "lower":
        better = -better
    delta = better.mean()
    half = special.stdtrit(n - 1, 1 - plan["alpha"] / 2) * better.std(ddof=1) / math.sqrt(n)
    low, high = delta - half, delta + half
    if data["amended"]:
        verdict = "exploratory"
    elif high < plan["refuted_below"]:
        verdict = "refuted"
    else:
        verdict = "supported" if low > 0 else "open"
    found = {"delta": delta, "low": low, "high": high, "verdict": verdict}
    return {"trials": k, **chosen, **found}
    ### END SOLUTION


# %% nbgrader={"grade_id": "analyse_does_what_was_registered", "grade": true}
"""What was registered is computed: metric, seeds, budget, test and verdict."""
q = Question(analyse, points=6)


def small(**changed):
    """Four seeds, two trials against three; `changed` goes over the data."""
    base = {"val": [1.0, 3.0, 2.0, 2.0], "accuracy": [5.0, 8.0, 6.0, 7.0], "nll": [4.0, 4, 5, 5]}
    tuned = {"val": [2.0, 4.0, 3.0, 3.0], "accuracy": [6.0, 8.5, 7.0, 7.5], "nll": [4.0, 3, 4, 5]}
    ours = {"val": [1.0, 4.0, 2.0, 4.0], "accuracy": [6.5, 9.5, 8.0, 9.0], "nll": [3.0, 3, 4, 3]}
    more = {"val": [5.0, 6.0, 5.0, 6.0], "accuracy": [8.0, 9.9, 9.0, 9.5], "nll": [2.0, 2, 3, 2]}
    weak = {"val": [0.0, 1.0, 2.0, 1.0], "accuracy": [9.0, 9.8, 9.2, 9.4], "nll": [9.0, 9, 9, 9]}
    data = {
        "seeds": [200, 201, 202, 203], "amended": False,
        "baseline": {"default": base, "tuned": tuned},
        "new": {"a": weak, "b": ours, "c": more},
    }
    return {**data, **changed}


def plan_for(data, **changed):
    plan = {
        "hypothesis": "The new method is more accurate than the baseline.", "metric": "accuracy",
        "direction": "higher", "effect": 0.5, "sd": 0.8, "alpha": 0.05, "power": 0.8,
        "n_seeds": len(data["seeds"]), "test": "paired_t", "stopping": "fixed",
        "refuted_below": 0.5,
    }
    return {**plan, **changed}


q.case(
    plan_for(small()), small(),
    gives={
        "trials": 2, "baseline": "tuned", "new": "b", "delta": 1.0, "low": 0.350386,
        "high": 1.649614, "verdict": "supported",
    },
    rtol=1e-4,
    claim="Two trials each, chosen by val: tuned against b, 0.5, 1.0, 1.0 and 1.5 apart",
)
q.case(
    plan_for(small(), metric="nll", direction="lower"), small(),
    gives={
        "trials": 2, "baseline": "tuned", "new": "b", "delta": 0.75, "low": -0.773422,
        "high": 2.273422, "verdict": "open",
    },
    rtol=1e-4,
    claim="Less is better in nll: an improvement is positive; not significant is open, not refuted",
)
q.raises(
    ValueError, plan_for(small(), n_seeds=6), small(),
    claim="Six seeds were registered and four have run: it was stopped early",
)
### BEGIN HIDDEN TESTS
q.hidden()


def lab(n, gain=0.0, first=500, amended=False):
    """The laboratory's data, with `gain` points added to the new method, changed in secret."""
    data = measured(n, first)
    for rows in data["new"].values():
        rows["accuracy"] = [round(x + gain, 4) for x in rows["accuracy"]]
    return {**data, "amended": amended}


RUNS = [lab(*run) for run in (
    (13, 0.0, 200), (17, -0.8, 300), (7, 0.3, 400), (11, 0.0, 500), (19, -1.4, 600),
)]
for data in RUNS:
    q.case(
        plan_for(data), data,
        claim="The first two trials of each, chosen by mean val; signed differences, all seeds",
    )
data = RUNS[3]
q.case(
    plan_for(data, alpha=0.01), data,
    claim="alpha is what was registered: at 0.01 the interval has 99 %",
)
q.case(
    plan_for(data, metric="nll", direction="lower", refuted_below=0.01), data,
    claim="The registered metric decides, even where another one looks better",
)
q.case(
    plan_for(data, metric="ece", direction="lower", refuted_below=0.02), data,
    claim="An interval that lies below refuted_below refutes",
)
q.case(
    plan_for(small(), effect=2.0, refuted_below=2.0), small(),
    claim="All of the interval is above 0 and below refuted_below: real, but refuted",
)
q.case(
    plan_for(small(), effect=1.2, refuted_below=1.2), small(),
    claim="An interval that reaches above refuted_below does not refute, even if delta is below",
)
q.case(
    plan_for(small()), small(amended=True),
    claim="A plan that was changed after it was recorded makes the result exploratory",
)
q.case(
    plan_for(small()), small(baseline=small()["new"], new=small()["baseline"]),
    claim="If the baseline had more trials, its extra ones do not count either",
)
q.raises(ValueError, plan_for(small(), n_seeds=3), small(), claim="One seed more than registered")


def analysed(
    plan, data, choose="val", metric=None, trials=None, seeds=None, count=True, alpha=None,
    sign=True, kind="paired", verdict=None, rank=sum,
):
    """The registered analysis, with dials that spoil it."""
    if count and len(data["seeds"]) != plan["n_seeds"]:
        raise ValueError("seeds")
    metric = metric or plan["metric"]
    limits = trials or (lambda method: min(len(data["baseline"]), len(data["new"])))
    names, scores = {}, {}
    for method in ("baseline", "new"):
        rows = list(data[method].items())[: limits(method)]
        column = plan["metric"] if choose == "test" else "val"
        flip = -1 if choose == "test" and plan["direction"] == "lower" else 1
        names[method], row = max(rows, key=lambda item: flip * rank(item[1][column]))
        scores[method] = np.array(row["val" if metric == "val" else metric])
    d = scores["new"] - scores["baseline"]
    if sign and plan["direction"] == "lower":
        d = -d
    d = d if seeds is None else seeds(d, plan)
    n, delta, tail = len(d), float(d.mean()), (alpha or plan["alpha"]) / 2
    se, df = d.std(ddof=1) / n**0.5, n - 1
    if kind == "unpaired":
        se, df = (sum(s.var(ddof=1) for s in scores.values()) / n) ** 0.5, 2 * n - 2
    half = float(-special.stdtrit(df, tail) * se)
    found = {"delta": delta, "low": delta - half, "high": delta + half}
    word = (verdict or usual)(plan, data, found)
    return {"trials": limits("new"), **names, **found, "verdict": word}


def usual(plan, data, found):
    if data["amended"]:
        return "exploratory"
    if found["high"] < plan["refuted_below"]:
        return "refuted"
    return "supported" if found["low"] > 0 else "open"


@q.reference
def through_a_one_sample_test(plan, data):
    found = analysed(plan, data)
    pair = [np.array(data[m][found[m]][plan["metric"]]) for m in ("new", "baseline")]
    d = (pair[0] - pair[1]) * (1 if plan["direction"] == "higher" else -1)
    low, high = stats.ttest_1samp(d, 0).confidence_interval(1 - plan["alpha"])
    found |= {"delta": float(np.mean(d)), "low": float(low), "high": float(high)}
    return found | {"verdict": usual(plan, data, found)}


@q.mistake("""You chose the trials by their test score, so the test set tuned the method that it is
to judge. Choose by `val`; the test set is read once, for the chosen one.""")
def tuned_on_test(plan, data):
    return analysed(plan, data, choose="test")


@q.mistake("""You tuned the new method and left the baseline at its first setting. What you measured
is the worth of tuning. Give both the same number of trials and choose in both.""")
def baseline_untuned(plan, data):
    k = min(len(data["baseline"]), len(data["new"]))
    return analysed(plan, data, trials=lambda method: k if method == "new" else 1)


@q.mistake("""Each method was tuned over all its trials, and one had more than the other. The best
of five beats the best of two even if all are equally good. Cut both to the same number.""")
def unequal_budgets(plan, data):
    found = analysed(plan, data, trials=lambda method: len(data[method]))
    return {**found, "trials": min(len(data["baseline"]), len(data["new"]))}


@q.mistake("""You compared the best seed of each method. The maximum of many seeds says how many you
ran; the registered quantity is the mean of the differences over all of them.""")
def best_seed_reported(plan, data):
    found = analysed(plan, data)
    sign = 1 if plan["direction"] == "higher" else -1
    new, base = (sign * np.array(data[m][found[m]][plan["metric"]]) for m in ("new", "baseline"))
    return {**found, "delta": float(new.max() - base.max())}


@q.mistake("""You tested all metrics and reported the one with the smallest p value. With twenty
metrics and no effect one of them is starred two times in three. The registered metric decides.""")
def twenty_metrics_one_star(plan, data):
    def strength(metric):
        if len(data["seeds"]) != plan["n_seeds"]:
            return 0.0
        better = "higher" if metric == "accuracy" else "lower"
        found = analysed({**plan, "metric": metric, "direction": better}, data)
        return found["delta"] / (found["high"] - found["low"])

    metrics = [name for name in next(iter(data["new"].values())) if name != "val"]
    metric = max(metrics, key=strength)
    better = "higher" if metric == "accuracy" else "lower"
    return analysed({**plan, "metric": metric, "direction": better}, data)


@q.mistake("""You tested two independent groups. Both methods ran on the same seeds, and the plan
says paired: take the differences first.""")
def unpaired_test(plan, data):
    return analysed(plan, data, kind="unpaired")


@q.mistake("""You called the standard deviation of the differences their standard error: the
interval does not shrink with the seeds. Divide by √n.""")
def sd_called_sem(plan, data):
    found = analysed(plan, data)
    n, delta = len(data["seeds"]), found["delta"]
    half = (found["high"] - delta) * n**0.5
    found |= {"low": delta - half, "high": delta + half}
    return found | {"verdict": usual(plan, data, found)}


@q.mistake("""You stopped at the first seed at which the interval excluded 0. It will do so
somewhere if one looks often enough. Use all registered seeds.""")
def stopped_when_significant(plan, data):
    def until(d, plan):
        for n in range(3, len(d)):
            half = special.stdtrit(n - 1, 1 - plan["alpha"] / 2) * d[:n].std(ddof=1) / n**0.5
            if d[:n].mean() > half:
                return d[:n]
        return d

    return analysed(plan, data, seeds=until)


@q.mistake("""You dropped the seeds at which the new method did worst, as failed runs. No rule for
that was registered, and failures are part of what a method does. Use all seeds.""")
def failed_seeds_dropped(plan, data):
    return analysed(plan, data, seeds=lambda d, plan: np.sort(d)[1:])


@q.mistake("""You reported the difference on the validation set, which has already chosen the
trials. Report plan["metric"], from the test set.""")
def validation_reported(plan, data):
    return analysed(plan, data, metric="val")


@q.mistake("""The direction is ignored: where less is better, new − baseline below 0 is the
improvement. Turn the sign if plan["direction"] is "lower".""")
def direction_ignored(plan, data):
    return analysed(plan, data, sign=False)


@q.mistake("""You chose the trial with the single best validation run. One lucky seed decides then;
compare the means over all seeds.""")
def trial_with_the_luckiest_seed(plan, data):
    return analysed(plan, data, rank=max)


@q.mistake("""You chose the trials by their first seed alone. Compare the means over all seeds.""")
def trial_chosen_at_one_seed(plan, data):
    return analysed(plan, data, rank=lambda row: row[0])


@q.mistake("""Your differences lost their sign: every seed counts as an improvement, even of a
method that is no better. Turn all signs, or none.""")
def differences_without_sign(plan, data):
    return analysed(plan, data, seeds=lambda d, plan: np.abs(d))


@q.mistake("""You compared the estimate `delta` with refuted_below. The estimate is uncertain: only
an interval that lies below, its upper end `high`, refutes.""")
def estimate_below_means_refuted(plan, data):
    def verdict(plan, data, found):
        return usual(plan, data, {**found, "high": found["delta"]})

    return analysed(plan, data, verdict=verdict)


@q.mistake("""You called it supported only if the whole interval lies above `effect`. That is a
stricter claim than the registered one: low > 0.""")
def support_needs_the_whole_effect(plan, data):
    def verdict(plan, data, found):
        return usual(plan, data, {**found, "low": found["low"] - plan["effect"]})

    return analysed(plan, data, verdict=verdict)


@q.mistake("""You used 5 % whatever was registered. The level is plan["alpha"].""")
def always_five_per_cent(plan, data):
    return analysed(plan, data, alpha=0.05)


@q.mistake("""You called "not significant" refuted. An interval that still holds effects worth
having is an open question: refuted means that all of it lies below refuted_below.""")
def no_star_means_refuted(plan, data):
    def verdict(plan, data, found):
        if data["amended"]:
            return "exploratory"
        return "supported" if found["low"] > 0 else "refuted"

    return analysed(plan, data, verdict=verdict)


@q.mistake("""An effect that is real but certainly smaller than what you registered as worth having
is "refuted", even if its interval excludes 0: that rule comes first.""")
def any_effect_supports(plan, data):
    def verdict(plan, data, found):
        if data["amended"] or found["low"] <= 0:
            return usual(plan, data, found)
        return "supported"

    return analysed(plan, data, verdict=verdict)


@q.mistake("""The plan was changed after it was recorded, and you passed the result off as a test of
it. Look at data["amended"] first: such a result is exploratory.""")
def amended_plan_passed_off(plan, data):
    return analysed(plan, {**data, "amended": False})


@q.mistake("""You analysed whatever number of seeds there was. A run that stopped early or went on
longer is not the registered one: raise ValueError.""")
def any_number_of_seeds(plan, data):
    return analysed(plan, data, count=False)


@q.variant
def step_by_step(plan, data):
    if plan["n_seeds"] != len(data["seeds"]):
        raise ValueError("not what was registered")
    import statistics

    budget = min(map(len, (data["new"], data["baseline"])))
    pick = {}
    for method in ("new", "baseline"):
        best = None
        for name in list(data[method])[:budget]:
            value = statistics.fmean(data[method][name]["val"])
            if best is None or value > best:
                best, pick[method] = value, name
    rows = zip(*(data[m][pick[m]][plan["metric"]] for m in ("new", "baseline")))
    gains = [(x - y) if plan["direction"] == "higher" else (y - x) for x, y in rows]
    centre, se = statistics.fmean(gains), statistics.stdev(gains) / len(gains) ** 0.5
    low, high = stats.t.interval(1 - plan["alpha"], len(gains) - 1, centre, se)
    verdict = "supported" if low > 0 else "open"
    verdict = "refuted" if high < plan["refuted_below"] else verdict
    verdict = "exploratory" if data["amended"] else verdict
    return dict(pick, trials=budget, delta=centre, low=low, high=high, verdict=verdict)


@q.variant
def in_torch(plan, data):
    import torch

    n = len(data["seeds"])
    if n != plan["n_seeds"]:
        raise ValueError("seeds")
    k = min(len(data["new"]), len(data["baseline"]))

    def best(method):
        names = list(data[method])[:k]
        val = torch.tensor([data[method][name]["val"] for name in names], dtype=torch.float64)
        return names[int(val.mean(1).argmax())]

    pick = {method: best(method) for method in ("baseline", "new")}
    new, base = (
        torch.tensor(data[m][pick[m]][plan["metric"]], dtype=torch.float64)
        for m in ("new", "baseline")
    )
    d = (new - base) * {"higher": 1, "lower": -1}[plan["direction"]]
    half = special.stdtrit(n - 1, 1 - plan["alpha"] / 2) * d.std() / n**0.5
    found = {"delta": d.mean(), "low": d.mean() - half, "high": d.mean() + half}
    return {"trials": k, **pick, **found, "verdict": usual(plan, data, found)}


q.hints(
    """Which numbers in `data` may you look at? The plan names one metric; `val` chooses; the rest
is there to tempt you.""",
    """In the small example "c" and "a" have the best accuracies of all, but "c" is a third trial
and "a" lost on validation. Baseline "tuned" against "b": 0.5, 1.0, 1.0 and 1.5.""",
    """k = min of the two numbers of trials; candidates = list(data[method])[:k]; choose the highest
mean of "val"; d = ±(new − baseline) in the plan's metric; t interval with n − 1 degrees of freedom
at 1 − alpha; then the four verdicts in their order.""",
)
q.why("""All the wrong answers here are analyses that somebody would defend, and each of them moves
the result in the hoped-for direction. That is what the plan is for: the choices were made when
nobody knew which way they would push.

Equal budget matters as much as the test: the new method's fourth trial is the best of all, but the
baseline never had a fourth. "Not significant" and "refuted" are different results: the first says
that the interval holds 0, the second that it excludes everything you would care about; an interval
can do both, or neither.""")
### END HIDDEN TESTS
q.grade()

# %%
# Now run it, once. Both answers are there? Then unlock the laboratory: remove the `#` of the last
# three lines and run this cell. Keep what it prints for question 9. If you change the plan and run
# it again, the ledger will say so.

# plan = preregistration()
# data = run_experiment(plan)
# print(analyse(plan, data))

# %% [markdown] nbgrader={"grade_id": "explain_in_90_seconds", "task": true, "points": 4}
# ## 9. Say it in 90 seconds (4 points, graded by hand)
#
# An interviewer says: **"Your table has +0.4 accuracy over three seeds, bold. Is it real? What
# would change your mind? And if I gave you $500, how would you test it?"**
#
# Write what you would say, 150 to 220 words, in the cell below this one, and paste the laboratory's
# printed lines under it. Use at least two numbers of your own from this assignment. Read it aloud
# with a clock before you hand it in.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or "yes, it is bold", or "three seeds are too few" and no more.
# - **1**: names seeds or significance, but as a slogan; no interval, no effect of interest.
# - **2**: says that three seeds give an interval with t = 4.30, pairs by seed, asks for the sd of
#   the differences and for equal tuning of the baseline. No plan that costs $500, or no result that
#   would refute.
# - **3**: as 2, with own numbers: sd from the pilot, smallest effect of interest, seeds needed and
#   their price, the registered hash and the verdict. Says what would refute it: an interval that
#   lies wholly below the effect of interest. Tells "open" from "refuted".
# - **4**: as 3, and knows the limits: the interval covers only what was varied (seeds, not data set
#   or tuning); pairing helps as far as the runs share luck, which is to be measured; a significant
#   result from too few seeds is exaggerated; what was looked at afterwards is exploratory and is
#   called so. Spends the money where the variance is, and stops at the number that was fixed. Fits
#   in 90 seconds.
#
# A level-4 answer: "I don't know yet. Three seeds need t of 4.3, so with differences that scatter
# by 0.74 points, as in my pilot, the interval is about ±1.8. I would ask whether the baseline got
# as many trials: in our laboratory ours had two and a half times as many. Then I fix what I
# care about, half a point, and register: accuracy, higher, paired by seed, no peeking. With sd 0.8
# that takes 23 seeds for 80 % power; at 12.50 a pair 24 cost $300, and the rest stays for a second
# data set, because seeds say nothing about data. What would change my mind? An interval wholly
# below half a point: then it may be real but not worth having. An interval that holds both 0 and
# 0.5 leaves it open, and I would say so. I ran it as registered and got the verdict that is pasted
# below, with its hash. I also looked at the calibration error afterwards; that is exploratory. And
# if only three seeds had been significant, I would expect the true gain to be well below what they
# showed."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
