# %% [markdown]
# # {{title}}: the assignment
#
# Eight questions and one explanation, about 180 of the {{minutes}} minutes; the worksheet beside it
# takes the rest. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** The unit of an argument is the end of its name: `_s` seconds,
# `_bytes` bytes, `_Bps` bytes a second. float64 numbers have 8 bytes. No argument may be changed in
# place. What a real pipeline would do to a disk or a network, your code does through functions that
# it is given; they may be called in any number unless the text says otherwise. torch is allowed.

# %% nbgrader={"grade_id": "imports", "locked": true}
import hashlib
import json
import math

import numpy as np

from mlprep.check import Question


def digest(*parts):
    """The sha256 of plain data (numbers, strings, lists, dicts): the same in every process."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


# %% [markdown]
# ## 1. Numbers of a run (5 points, 20 minutes)
#
# A transformer is trained with Adam in mixed precision. For each parameter there are: the weight
# and its gradient, in 16 bits each; and in 32 bits each a master copy of the weight and Adam's two
# moments. With `stage` 0 each of the `devices` holds all of it. Stage 1 shares the 32-bit numbers
# out evenly; stage 2 the gradients too; stage 3 the weights too.
#
# Activations of one device, for each layer, with $s$ = `seq`, $b$ = `batch` (of one device),
# $h$ = `width`, $a$ = `heads`:
#
# $$s\,b\,h\,\Big(34+5\,\frac{a\,s}{h}\Big)\ \text{bytes}$$
#
# The second term is for the attention scores; `"selective"` recomputation does not keep it. With
# `"full"` only each layer's input is kept: $2\,s\,b\,h$. `"none"` keeps everything.
#
# The job dies when **any** device fails, and goes on from the last checkpoint. `device_mtbf_s` is
# the mean time between failures of **one** device. Writing a checkpoint takes `save_s`. If $\tau$
# is the time between checkpoints and $M$ the mean time between failures of the job, the share of
# time lost is about $\text{save\_s}/\tau+\tau/(2M)$: return the $\tau$ where it is least.
#
# **Example.** 7.5e9 parameters on 64 devices: 120, 31.4, 16.6 and 1.9 GB in stages 0 to 3.
# `seq` 2048, `batch` 1, `width` 4096, 32 `heads`, 32 `layers`: 30.6, 9.1 and 0.54 GB.


# %% nbgrader={"grade_id": "run_numbers", "solution": true}
def run_numbers(job):
    """Bytes on one device, and seconds between checkpoints.

    Args:
        job: dict with params, devices, stage (0 to 3), layers, width, heads, seq, batch, recompute
            ("none", "selective", "full"), save_s, device_mtbf_s.

    Returns:
        dict: state_bytes, act_bytes (of one device), interval_s; floats.
    """
    ### BEGIN SOLUTION
    n, stage = job["devices"], job["stage"]
    bytes_each = 2 / (n if stage >= 3 else 1) + 2 / (n if stage >= 2 else 1)
    bytes_each += 12 / (n if stage >= 1 else 1)
    numbers = job["seq"] * job["batch"] * job["width"]
    scores = 5 * job["heads"] * job["seq"] / job["width"]
    factor = {"none": 34 + scores, "selective": 34, "full": 2}[job["recompute"]]
    return {
        "state_bytes": job["params"] * bytes_each,
        "act_bytes": job["layers"] * numbers * factor,
        "interval_s": math.sqrt(2 * job["save_s"] * job["device_mtbf_s"] / n),
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "run_numbers_add_up", "grade": true}
"""Memory is counted piece by piece, and a fleet fails as often as all of its devices together."""
q = Question(run_numbers, points=5)
JOB = {
    "params": 7.5e9,
    "devices": 64,
    "stage": 0,
    "layers": 32,
    "width": 4096,
    "heads": 32,
    "seq": 2048,
    "batch": 1,
    "recompute": "none",
    "save_s": 60.0,
    "device_mtbf_s": 5e4 * 3600,
}


@q.probe(gives=[120.0, 31.406, 16.641, 1.875], rtol=1e-3)
def gigabytes_of_state_by_stage(f):
    """7.5e9 parameters on 64 devices take 120, 31.4, 16.6 and 1.9 GB in stages 0 to 3."""
    return [float(f(JOB | {"stage": stage})["state_bytes"]) / 1e9 for stage in range(4)]


@q.probe(gives=[30.601, 9.127, 0.537], rtol=1e-3)
def gigabytes_of_activations(f):
    """Keeping everything takes 30.6 GB, all but the scores 9.1, the layers' inputs 0.54."""
    modes = ("none", "selective", "full")
    return [float(f(JOB | {"recompute": mode})["act_bytes"]) / 1e9 for mode in modes]


@q.probe(gives=4592.8, rtol=1e-3)
def seconds_between_checkpoints(f):
    """1024 devices of 50,000 h each and 60 s a checkpoint: one every 4593 s."""
    return f(JOB | {"devices": 1024})["interval_s"]


### BEGIN HIDDEN TESTS
q.hidden()
SMALL = {
    "params": 1.3e9,
    "devices": 7,
    "stage": 2,
    "layers": 11,
    "width": 1920,
    "heads": 15,
    "seq": 1009,
    "batch": 3,
    "recompute": "none",
    "save_s": 13.0,
    "device_mtbf_s": 2.3e6,
}
q.case(SMALL, claim="seven devices in stage 2, everything kept")
q.case(SMALL | {"stage": 1, "recompute": "selective"}, claim="stage 1, the scores recomputed")
q.case(SMALL | {"stage": 3, "recompute": "full"}, claim="stage 3, only the layers' inputs kept")
q.case(SMALL | {"devices": 1, "stage": 3}, claim="on one device nothing can be shared out")


@q.reference
def piece_by_piece(job):
    pieces = {"weight": (2, 3), "gradient": (2, 2), "master": (4, 1), "m": (4, 1), "v": (4, 1)}
    state = 0.0
    for size, from_stage in pieces.values():
        holders = job["devices"] if job["stage"] >= from_stage else 1
        state += job["params"] * size / holders
    s, b, h, a = (job[key] for key in ("seq", "batch", "width", "heads"))
    kept = {
        "none": 34 * s * b * h + 5 * a * s * s * b,
        "selective": 34 * s * b * h,
        "full": 2 * s * b * h,
    }
    low, high = 1e-3, 1e9  # the best interval, by search
    mtbf_s = job["device_mtbf_s"] / job["devices"]

    def slope(tau):
        return 1 / (2 * mtbf_s) - job["save_s"] / tau**2

    for _ in range(200):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return {
        "state_bytes": state,
        "act_bytes": job["layers"] * kept[job["recompute"]],
        "interval_s": low,
    }


def with_sizes(job, weight=2, gradient=2, optimizer=12, starts=(3, 2, 1)):
    n, stage = job["devices"], job["stage"]
    sizes = zip((weight, gradient, optimizer), starts, strict=True)
    each = sum(size / (n if stage >= start else 1) for size, start in sizes)
    return piece_by_piece(job) | {"state_bytes": job["params"] * each}


def with_acts(job, act_bytes):
    return piece_by_piece(job) | {"act_bytes": act_bytes}


def with_interval(job, factor):
    right = piece_by_piece(job)
    return right | {"interval_s": right["interval_s"] * factor}


@q.mistake("""The gradients are missing: 14 bytes a parameter instead of 16. They live from the
backward pass until the step, so at the peak they are there, in 16 bits as the weights are.""")
def grads_forgotten(job):
    return with_sizes(job, gradient=0)


@q.mistake("""The master copy is missing: 12 bytes a parameter instead of 16. Adam's steps are far
smaller than a 16-bit weight can resolve, so the weight is also kept in 32 bits.""")
def master_copy_forgotten(job):
    return with_sizes(job, optimizer=8)


@q.mistake("""You counted gradients in 32 bits (18 bytes a parameter). Some frameworks do keep them
so; here they are in 16 bits, as the statement says.""")
def gradients_in_32_bits(job):
    return with_sizes(job, gradient=4)


@q.mistake("""You shared everything out in each stage above 0. The stages go from the largest piece
to the smallest: first the 12 bytes of the optimiser, then the gradients, and only stage 3 the
weights.""")
def every_stage_shares_all(job):
    return with_sizes(job, starts=(1, 1, 1))


@q.mistake("""The optimiser is missing: weights and gradients are 4 of 16 bytes. Training has three
more numbers of 32 bits for each parameter: master copy and two moments.""")
def optimizer_forgotten(job):
    return with_sizes(job, optimizer=0)


@q.mistake("""Your state is in gigabytes. The name of the key ends in _bytes: return bytes, and
divide when you print.""")
def gigabytes_for_bytes(job):
    right = piece_by_piece(job)
    return right | {"state_bytes": right["state_bytes"] / 1e9}


@q.mistake("""You subtracted the save from the interval, as refined formulas do. The statement asks
for the τ where save/τ + τ/(2M) is least: that is √(2·save·M) itself. Where the two differ much, no
first-order formula holds.""")
def save_subtracted(job):
    right = piece_by_piece(job)
    return right | {"interval_s": right["interval_s"] - job["save_s"]}


@q.mistake("""The attention scores are missing where nothing is recomputed: they take 5·a·s²·b bytes
a layer, and grow with the square of the length.""")
def scores_forgotten(job):
    kept = job["recompute"] if job["recompute"] == "full" else "selective"
    return with_acts(job, piece_by_piece(job | {"recompute": kept})["act_bytes"])


@q.mistake("""You counted one layer. All layers wait for their backward pass at once: multiply by
the number of layers.""")
def one_layer(job):
    return with_acts(job, piece_by_piece(job)["act_bytes"] / job["layers"])


@q.mistake("""Your activations do not grow with the batch. Each sequence of the device's batch keeps
its own.""")
def batch_forgotten(job):
    return with_acts(job, piece_by_piece(job | {"batch": 1})["act_bytes"])


@q.mistake("""With full recomputation you keep nothing. Something has to be recomputed *from*: each
layer's input stays, 2·s·b·h bytes.""")
def full_keeps_nothing(job):
    full = job["recompute"] == "full"
    return with_acts(job, 0.0 if full else piece_by_piece(job)["act_bytes"])


@q.mistake("""You divided the activations by the devices. Data parallelism gives each device a batch
of its own, and `batch` is that of one device: no ZeRO stage makes activations smaller.""")
def activations_shared_out(job):
    return with_acts(job, piece_by_piece(job)["act_bytes"] / job["devices"])


@q.mistake("""You used the time between failures of one device. A fleet of n fails n times as often:
divide by the number of devices before the root (4593 s, not 146,969 s, for 1024).""")
def daly_not_over_devices(job):
    return with_interval(job, job["devices"] ** 0.5)


@q.mistake("""You divided the interval itself by the devices. The *failures* are n times as many;
the best interval goes with the root of that.""")
def devices_outside_the_root(job):
    return with_interval(job, job["devices"] ** -0.5)


@q.mistake("""The factor 2 under the root is missing. A failure loses half an interval on average,
not a whole one: least of save/τ + τ/(2M) is at √(2·save·M).""")
def whole_interval_lost(job):
    return with_interval(job, 0.5**0.5)


@q.variant
def in_numpy(job):
    n = np.float64(job["devices"])
    shares = np.where(np.array([3, 2, 1]) <= job["stage"], 1 / n, 1.0)
    shape = np.array([job[k] for k in ("layers", "seq", "batch", "width")], dtype=float)
    extra = {"none": 5 * job["heads"] * job["seq"] / job["width"], "selective": 0, "full": -32}
    return {
        "interval_s": np.sqrt(2 * job["save_s"] * job["device_mtbf_s"] / n),
        "act_bytes": shape.prod() * (34 + extra[job["recompute"]]),
        "state_bytes": job["params"] * np.dot([2, 2, 12], shares),
    }


@q.variant
def with_branches(job):
    p, n = job["params"], job["devices"]
    state = [16 * p, 4 * p + 12 * p / n, 2 * p + 14 * p / n, 16 * p / n][job["stage"]]
    layer = job["seq"] * job["batch"] * job["width"]
    if job["recompute"] == "full":
        acts = 2 * layer
    elif job["recompute"] == "selective":
        acts = 34 * layer
    else:
        acts = 34 * layer + 5 * job["heads"] * job["batch"] * job["seq"] ** 2
    rate = n / job["device_mtbf_s"]
    return {
        "state_bytes": state,
        "act_bytes": acts * job["layers"],
        "interval_s": (2 * job["save_s"] / rate) ** 0.5,
    }


q.hints(
    """Write one row for each piece: bytes, and the stage from which it is shared out. The job's
failures come from all devices.""",
    """One parameter on 2 devices: 16, 10, 9 and 8 bytes in stages 0 to 3.""",
    """Optimiser 12 from stage 1, gradient 2 from stage 2, weight 2 from stage 3; activations times
layers; interval √(2·save_s·device_mtbf_s/devices).""",
)
q.why("""16 bytes a parameter: the 2 that everybody remembers are an eighth. The order of the stages
is the order of the pieces by size, and by how little it costs to share them: moments are used only
in the step, weights in every layer twice. Activations are another account altogether: they follow
the batch of a device, so no ZeRO stage helps, only recomputation, a smaller batch, or splitting the
layers themselves. And the interval: the failures of n independent devices add up, so M is one
device's divided by n. At the optimum both losses are equal, save/τ = τ/(2M), which is the check to
do in your head.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Run only what changed (4 points, 20 minutes)
#
# A pipeline is a dict of tasks. Each is a dict: `code` (its source, a string), `config` (a dict of
# plain data), `inputs` (a list of names of tasks or sources), `run` (a function). `sources` maps
# names to plain data. `run(config, [value of each input])` returns the task's value, plain data.
#
# Write `run_dag(tasks, sources, store)`. Tasks are listed in any order; run each after its inputs.
# Keep results in the store under a key that says **what they were made of**: the task's code, its
# config, and the **values** of its inputs in order. If the store has a value under that key, use it
# and do not call `run`. So a change runs a task again only if something that reaches it differs; if
# a task that ran again gives the same value as before, what comes after it is *not* run again.
#
# `store["get"](key)` gives a value or None (no task returns None), `store["put"](key, value)` keeps
# one. Keys are strings; `digest(…)` above makes one of any plain data. If `run` raises, so does
# `run_dag`; what was finished stays in the store. A cycle is a `ValueError`, before anything runs.
#
# **Example.** `clean` reads the source `log`, `train` reads `clean`. Run twice: the second run
# calls nothing. Change a comment in `clean`'s code: `clean` runs again, gives the same rows, and
# `train` does not.


# %% nbgrader={"grade_id": "run_dag", "solution": true}
def run_dag(tasks, sources, store):
    """The value of each task; only those run whose code, config or inputs are new to the store.

    Args:
        tasks: dict from name to {"code": str, "config": dict, "inputs": list, "run": function}.
        sources: dict from name to plain data.
        store: dict of two functions, get(key) and put(key, value).

    Returns:
        dict from each task's name to its value.

    Raises:
        ValueError: the tasks depend on each other in a cycle.
    """
    ### BEGIN SOLUTION
    order, open_ = [], set()

    def visit(name):
        if name in sources or name in order:
            return
        if name in open_:
            raise ValueError(f"a cycle goes through {name}")
        open_.add(name)
        for above in tasks[name]["inputs"]:
            visit(above)
        order.append(name)

    for name in tasks:
        visit(name)
    values = dict(sources)
    for name in order:
        task = tasks[name]
        inputs = [values[above] for above in task["inputs"]]
        key = digest(task["code"], task["config"], inputs)
        value = store["get"](key)
        if value is None:
            value = task["run"](task["config"], inputs)
            store["put"](key, value)
        values[name] = value
    return {name: values[name] for name in tasks}
    ### END SOLUTION


# %% nbgrader={"grade_id": "run_dag_runs_what_changed", "grade": true}
"""A result is used again exactly when all that it was made of is the same."""
q = Question(run_dag, points=4)


class Bench:
    """A small pipeline whose tasks note that they ran, and a store that outlives the runs."""

    def __init__(self):
        self.kept, self.ran = {}, []
        self.store = {"get": self.kept.get, "put": self.put}
        self.sources = {"log": [5, -1, 3, 3], "prices": [2.0, 7.0]}
        self.tasks = {  # listed from the end
            "train": self.task("mean", {"scale": 10}, ["join", "clean"], self.train),
            "join": self.task("pairs", {}, ["clean", "prices"], self.join),
            "clean": self.task("keep >= 0", {"least": 0}, ["log"], self.clean),
        }

    def put(self, key, value):
        self.kept[key] = value

    def task(self, code, config, inputs, run):
        return {"code": code, "config": config, "inputs": inputs, "run": run}

    def clean(self, config, inputs):
        self.ran.append("clean")
        return [x for x in inputs[0] if x >= config["least"]]

    def join(self, config, inputs):
        self.ran.append("join")
        return [x * p for x in inputs[0] for p in inputs[1]]

    def train(self, config, inputs):
        self.ran.append("train")
        return config["scale"] * sum(inputs[0]) / len(inputs[1])

    def go(self, f):
        """Run once: the values, and which tasks ran in this run."""
        self.ran = []
        values = f(self.tasks, self.sources, self.store)
        return values, " ".join(self.ran)

    def change(self, name, **fields):
        self.tasks = self.tasks | {name: self.tasks[name] | fields}


FIRST = {"train": 330.0, "join": [10.0, 35.0, 6.0, 21.0, 6.0, 21.0], "clean": [5, 3, 3]}


@q.probe(gives=[FIRST, "clean join train", FIRST, ""])
def the_second_run_calls_nothing(f):
    """Tasks run after their inputs, and a second run on the same store runs none of them."""
    bench = Bench()
    return [*bench.go(f), *bench.go(f)]


@q.probe(gives=[[5, 3], "clean join train"])
def changed_code_runs_again(f):
    """When the code of a task changes, it runs again, and so does what its new value reaches."""
    bench = Bench()
    bench.go(f)

    def unique(config, inputs):
        bench.ran.append("clean")
        return sorted({x for x in inputs[0] if x >= 0}, reverse=True)

    bench.change("clean", code="unique, keep >= 0", run=unique)
    values, ran = bench.go(f)
    return [values["clean"], ran]


@q.probe(gives="clean")
def a_comment_stops_where_the_value_is_the_same(f):
    """A task that ran again and gives the same value as before sets nothing else in motion."""
    bench = Bench()
    bench.go(f)
    bench.change("clean", code="keep >= 0  # not negative")
    return bench.go(f)[1]


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe
def changed_data_runs_again(f):
    """When a source changes, the tasks that it reaches run again, and no others."""
    bench = Bench()
    bench.go(f)
    bench.sources = bench.sources | {"prices": [2.0, 8.0]}
    return [*bench.go(f)]


@q.probe
def changed_config_runs_again(f):
    """When the config of a task changes, it runs again."""
    bench = Bench()
    bench.go(f)
    bench.change("train", config={"scale": 11})
    return [*bench.go(f)]


@q.probe
def back_to_the_old_code(f):
    """A rollback costs nothing: the old code's results are still in the store."""
    bench = Bench()
    bench.go(f)
    bench.change("clean", config={"least": 4})
    bench.go(f)
    bench.change("clean", config={"least": 0})
    return [*bench.go(f)]


@q.probe
def two_tasks_with_the_same_inputs(f):
    """Two tasks that read the same data by different code have results of their own."""
    bench = Bench()
    bench.tasks = {
        "low": bench.task("min", {}, ["log"], lambda config, inputs: min(inputs[0])),
        "high": bench.task("max", {}, ["log"], lambda config, inputs: max(inputs[0])),
    }
    return bench.go(f)[0]


@q.probe
def inputs_are_in_order(f):
    """Two inputs swapped make another task: a − b is not b − a."""
    bench = Bench()

    def minus(config, inputs):
        bench.ran.append("minus")
        return inputs[0][0] - inputs[1][0]

    bench.tasks = {"minus": bench.task("a - b", {}, ["log", "prices"], minus)}
    first = bench.go(f)
    bench.change("minus", inputs=["prices", "log"])
    return [*first, *bench.go(f)]


@q.probe
def a_failed_run_goes_on_where_it_stopped(f):
    """A task that raises leaves the finished ones in the store, and nothing of its own."""
    bench = Bench()
    whole = bench.tasks

    def broken(config, inputs):
        raise OSError("the disk is full")

    bench.change("join", run=broken)
    try:
        bench.go(f)
        raised = False
    except OSError:
        raised = True
    bench.tasks = whole
    return [raised, *bench.go(f)]


@q.probe
def a_cycle_is_refused(f):
    """Tasks that wait for each other raise ValueError, and nothing runs before that."""
    bench = Bench()
    bench.change("clean", inputs=["log", "join"])
    bench.change("train", inputs=["prices", "log"])  # could run
    try:
        bench.go(f)
    except ValueError:
        return ["ValueError", " ".join(bench.ran)]
    return ["no error", " ".join(bench.ran)]


def planned(tasks, sources):
    """The names of tasks in an order that works, by taking away what is ready."""
    left, done = list(tasks), set(sources)
    while left:
        ready = [name for name in left if done.issuperset(tasks[name]["inputs"])]
        if not ready:
            raise ValueError("a cycle")
        yield from ready
        done |= set(ready)
        left = [name for name in left if name not in done]


def running(tasks, sources, store, key_of, order=None):
    """Run with another way to make keys: key_of(name, task, inputs, keys of the inputs)."""
    values, keys = dict(sources), {name: digest(value) for name, value in sources.items()}
    for name in list(planned(tasks, sources)) if order is None else order:
        task = tasks[name]
        inputs = [values[above] for above in task["inputs"]]
        key = key_of(name, task, inputs, [keys[above] for above in task["inputs"]])
        value = store["get"](key)
        if value is None:
            value = task["run"](task["config"], inputs)
            store["put"](key, value)
        values[name], keys[name] = value, key
    return {name: values[name] for name in tasks}


@q.reference
def by_layers(tasks, sources, store):
    def made_of(name, task, inputs, keys):
        return json.dumps([task["code"], sorted(task["config"].items()), inputs])

    return running(tasks, sources, store, made_of)


@q.mistake("""A change in the code is not seen: the old result is served. The fingerprint of a
result holds all that it was made of, and code is the part that changes most.""")
def hash_no_code(tasks, sources, store):
    def without_code(name, task, inputs, keys):
        return digest(name, task["config"], inputs)

    return running(tasks, sources, store, without_code)


@q.mistake("""A change in the data is not seen: yesterday's model comes back for today's log. Names
of inputs say where data lie, not what they are: put the values into the fingerprint.""")
def hash_no_data(tasks, sources, store):
    def without_data(name, task, inputs, keys):
        return digest(task["code"], task["config"], task["inputs"])

    return running(tasks, sources, store, without_data)


@q.mistake("""A change in the config is not seen: the sweep over it trains one model. Configuration
belongs into the fingerprint like code.""")
def hash_no_config(tasks, sources, store):
    def without_config(name, task, inputs, keys):
        return digest(task["code"], inputs)

    return running(tasks, sources, store, without_config)


@q.mistake("""Everything after a changed task runs again, even where its value is the same: you made
keys of the *keys* of the inputs. Use their values, and a changed comment costs one task instead of
the training.""")
def keys_of_keys(tasks, sources, store):
    def of_keys(name, task, inputs, keys):
        return digest(task["code"], task["config"], keys)

    return running(tasks, sources, store, of_keys)


@q.mistake("""Your key holds the sources instead of the task's own inputs. A change in the code
before it goes unseen, and a change in a source that it never reads makes it run. Use what `run` is
given: the values of its inputs.""")
def keyed_by_the_sources(tasks, sources, store):
    def of_sources(name, task, inputs, keys):
        return digest(task["code"], task["config"], sources)

    return running(tasks, sources, store, of_sources)


@q.mistake("""You store by the task's name: whatever changes, the first result is served for ever. A
key must say what the result was made of.""")
def stored_by_name(tasks, sources, store):
    return running(tasks, sources, store, lambda name, task, inputs, keys: name)


@q.mistake("""Inputs are sorted or put into a set before they are hashed, so swapping them goes
unseen. `run` gets them in order: a − b is not b − a.""")
def inputs_without_order(tasks, sources, store):
    def sorted_inputs(name, task, inputs, keys):
        return digest(task["code"], task["config"], sorted(map(json.dumps, inputs)))

    return running(tasks, sources, store, sorted_inputs)


@q.mistake("""Every task runs each time: nothing is looked up in the store. Ask `get` first.""")
def nothing_reused(tasks, sources, store):
    values = dict(sources)
    for name in planned(tasks, sources):
        task = tasks[name]
        values[name] = task["run"](task["config"], [values[above] for above in task["inputs"]])
    return {name: values[name] for name in tasks}


@q.mistake("""A cycle goes unseen until tasks have run. Order the tasks first; one that can never
start is a ValueError then.""")
def cycle_seen_too_late(tasks, sources, store):
    left, values = list(tasks), dict(sources)
    while left:
        ready = [name for name in left if set(tasks[name]["inputs"]) <= set(values)]
        if not ready:
            raise ValueError("a cycle")
        for name in ready:
            values |= by_layers({name: tasks[name]}, values, store)
            left.remove(name)
    return {name: values[name] for name in tasks}


@q.variant
def by_recursion(tasks, sources, store):
    values = {}

    def check(name, path):
        if name in path:
            raise ValueError(" -> ".join([*path, name]))
        for above in tasks[name]["inputs"] if name in tasks else ():
            check(above, [*path, name])

    def value(name):
        if name in sources:
            return sources[name]
        if name not in values:
            task = tasks[name]
            given = list(map(value, task["inputs"]))
            key = digest({"code": task["code"], "config": task["config"], "given": given})
            found = store["get"](key)
            if found is None:
                found = task["run"](task["config"], given)
                store["put"](key, found)
            values[name] = found
        return values[name]

    for name in tasks:
        check(name, [])
    return {name: value(name) for name in tasks}


@q.variant
def through_graphlib(tasks, sources, store):
    from graphlib import CycleError, TopologicalSorter

    try:
        graph = {name: task["inputs"] for name, task in tasks.items()}
        order = [name for name in TopologicalSorter(graph).static_order() if name in tasks]
    except CycleError as error:
        raise ValueError("tasks wait for each other") from error

    def own(name, task, inputs, keys):
        return digest(name, task["code"], task["config"], inputs)

    return running(tasks, sources, store, own, order)


q.hints(
    "A key says what a result was made of. Three things make a result; which of them is missing?",
    """One task, one source: run, change only the source's value (or only the code), run again. It
must run both times, and a third run must not.""",
    """Order the tasks first. Then key = digest(code, config, [values of the inputs]); get, and only
if that is None: run and put.""",
)
q.why("""The key is a sentence: "what this code makes, with this config, of these data". All three
are needed: without code a fix is never deployed, without data yesterday's model is served, without
config a sweep trains one model; and each fails silently, with a green pipeline. Keys of *values*
rather than of keys give early cut-off: a reformatted file or an added log line stops at the first
task whose value is the same. That is worth it exactly when what follows is dear and the hashing is
cheap, as with training behind cleaning. What the key must hold besides, in real life: versions of
libraries, the hardware where results depend on it, and the seed. What it must not hold: the time,
a path, `hash()` of a string (salted anew in each process).""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Published whole or not at all (4 points, 20 minutes)
#
# A batch arrives as `parts`, a list of lists of rows. Others read the key `final` at any moment:
# they must meet the old batch or the new one, whole and checked, and nothing else. You have
# `store`, a dict of functions:
#
# - `append(key, rows)`: add rows at the end of a key. May raise OSError, with *some* of them added;
# - `delete(key)`: the key is gone; deleting what is not there is fine;
# - `check(key)`: True if what lies under the key is a good batch. It reads everything, so ask it
#   once for each complete batch;
# - `rename(old, new)`: in one instant, `new` holds what `old` held, whatever `new` was before.
#
# Runs were killed before yours: **any key but `final` may hold rows of theirs.**
#
# Write `publish(parts, final, store, attempts)`. Append part by part, one call for each. When an
# append raises OSError, start again with a clean key, at most `attempts` times in all; the last
# error is then raised. A batch that fails its check is a `ValueError`, with `final` as it was; it
# would not get better, so it is not tried again. Return the number of attempts that it took. What
# other keys hold afterwards is not judged.
#
# **Example.** Parts (1, 2), (3, 4, 5), (6); the second append fails and leaves 3 and 4. The next
# attempt succeeds: the result is 2, and readers met the old batch and then 1 to 6, each once.


# %% nbgrader={"grade_id": "publish", "solution": true}
def publish(parts, final, store, attempts):
    """Make a batch of several parts visible under `final`, all of it at once.

    Args:
        parts: list of lists of rows.
        final: str. The key that others read.
        store: dict of functions: append, delete, check, rename.
        attempts: int ≥ 1. How often to try.

    Returns:
        int: the attempt that succeeded, from 1.

    Raises:
        OSError: the last attempt failed to append.
        ValueError: the batch is not good.
    """
    ### BEGIN SOLUTION
    key = final + ".tmp"
    for attempt in range(1, attempts + 1):
        store["delete"](key)
        try:
            for rows in parts:
                store["append"](key, rows)
        except OSError:
            if attempt == attempts:
                raise
            continue
        if not store["check"](key):
            raise ValueError(f"the batch for {final} is not good")
        store["rename"](key, final)
        return attempt
    ### END SOLUTION


# %% nbgrader={"grade_id": "publish_shows_no_half_batch", "grade": true}
"""Readers meet the old batch or the new one, whole, whatever fails on the way."""
q = Question(publish, points=4)
PARTS = [[1, 2], [3, 4, 5], [6]]


class Shelf:
    """A store that fails on chosen appends and keeps what readers of `final` could have met."""

    def __init__(self, failing=(), limit=9):
        self.keys, self.failing, self.limit = {"final": ["old"]}, failing, limit
        self.appends, self.checks, self.deleted = 0, 0, {"final"}
        self.seen = []
        self.functions = {
            "append": self.append,
            "delete": self.delete,
            "check": self.check,
            "rename": self.rename,
        }
        self.look()

    def look(self):
        met = "".join(map(str, self.keys.get("final", ["nothing"])))
        if met not in self.seen:
            self.seen.append(met)

    def held(self, key):
        left_by_others = [] if key in self.deleted else ["?"]  # rows of a killed run
        return self.keys.setdefault(key, left_by_others)

    def append(self, key, rows):
        self.appends += 1
        fails = self.appends in self.failing
        self.held(key).extend(rows[: (len(rows) + 1) // 2] if fails else rows)
        self.look()
        if fails:
            raise OSError("the disk was busy")

    def delete(self, key):
        self.deleted.add(key)
        self.keys.pop(key, None)
        self.look()

    def check(self, key):
        self.checks += 1
        return sum(x for x in self.held(key) if isinstance(x, int)) < self.limit

    def rename(self, old, new):
        self.keys[new] = self.held(old)
        self.keys.pop(old)
        self.deleted.add(old)
        self.look()


def publishing(f, failing=(), limit=99, attempts=3):
    """What came back or was raised, what readers could have met ("?": rows of others), checks."""
    shelf = Shelf(failing, limit)
    try:
        came = f"returned {f(PARTS, 'final', shelf.functions, attempts)}"
    except ValueError:
        came = "ValueError"
    except OSError:
        came = "OSError"
    return {"result": came, "readers meet": ", then ".join(shelf.seen), "checks": shelf.checks}


@q.probe(gives={"result": "returned 1", "readers meet": "old, then 123456", "checks": 1})
def a_smooth_run(f):
    """Readers meet the old batch, then the whole new one, and nothing in between."""
    return publishing(f)


@q.probe(gives={"result": "returned 2", "readers meet": "old, then 123456", "checks": 1})
def one_append_fails(f):
    """When an append fails half-way, the next attempt gives each row once."""
    return publishing(f, failing=(2,))


@q.probe(gives={"result": "ValueError", "readers meet": "old", "checks": 1})
def a_bad_batch_is_never_met(f):
    """A batch that fails its check is refused, and nobody has met it."""
    return publishing(f, limit=9)


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe
def the_last_attempt_may_succeed(f):
    """Two failures, three attempts: the third succeeds."""
    return publishing(f, failing=(1, 4))


@q.probe
def the_last_error_is_raised(f):
    """When every attempt fails, the error is raised and the old batch stays."""
    return publishing(f, failing=(3, 6), attempts=2)


@q.probe
def a_bad_batch_after_a_failure(f):
    """A batch that fails its check in the second attempt is refused at once."""
    return publishing(f, failing=(2,), limit=9, attempts=5)


@q.probe
def one_attempt_only(f):
    """With one attempt, the first failure is the last."""
    return publishing(f, failing=(1,), attempts=1)


@q.reference
def a_fresh_key_each_time(parts, final, store, attempts):
    def attempt(k):
        key = f"{final}/attempt-{k}"
        store["delete"](key)
        for rows in parts:
            store["append"](key, rows)
        return key

    for k in range(1, attempts):
        try:
            key = attempt(k)
            break
        except OSError:
            pass
    else:
        k = attempts
        key = attempt(k)
    if store["check"](key):
        store["rename"](key, final)
        return k
    raise ValueError("bad batch")


def with_steps(start, restart, key_of, finish, retry_bad=False):
    """publish with other steps: before all, before each attempt, the key, and the end."""

    def answer(parts, final, store, attempts):
        key = key_of(final)
        start(store, key, final)
        for attempt in range(1, attempts + 1):
            if attempt > 1:
                restart(store, key, final)
            try:
                for rows in parts:
                    store["append"](key, rows)
            except OSError:
                if attempt == attempts:
                    raise
                continue
            good = finish(store, key, final)
            if not good and not (retry_bad and attempt < attempts):
                raise ValueError("bad batch")
            if good:
                return attempt
        return None

    return answer


def delete_tmp(store, key, final):
    store["delete"](key)


def nothing(store, key, final):
    pass


def tmp(final):
    return f"tmp-{final}"


def check_then_rename(store, key, final):
    good = store["check"](key)
    if good:
        store["rename"](key, final)
    return good


@q.mistake("""The next attempt appends to what the failed one left: some rows are there twice, and
nothing will ever say so. Start each attempt from a deleted key: a retry must be safe to repeat.""")
def retry_appends(parts, final, store, attempts):
    return with_steps(delete_tmp, nothing, tmp, check_then_rename)(parts, final, store, attempts)


@q.mistake("""You clean up after your own failures only. A run that was killed could not clean up:
its rows are still under your key. Delete before the *first* attempt too.""")
def leftovers_of_others(parts, final, store, attempts):
    return with_steps(nothing, delete_tmp, tmp, check_then_rename)(parts, final, store, attempts)


@q.mistake("""You publish, then check. In between, readers train on a batch that nobody has checked,
and taking it back does not untrain them. Check the temporary key, then rename.""")
def publish_then_validate(parts, final, store, attempts):
    def rename_then_check(store, key, final):
        store["rename"](key, final)
        return store["check"](final)

    return with_steps(delete_tmp, delete_tmp, tmp, rename_then_check)(parts, final, store, attempts)


@q.mistake("""You append to `final` itself, so readers meet every stage of the writing. Write under
another key; `rename` is the one instant in which the batch appears.""")
def written_in_place(parts, final, store, attempts):
    def checked(store, key, final):
        return store["check"](final)

    place = with_steps(delete_tmp, delete_tmp, lambda final: final, checked)
    return place(parts, final, store, attempts)


@q.mistake("""You delete `final` before you rename. For a moment there is no batch, and if the
run is killed then, there never will be. `rename` replaces what was there.""")
def deleted_before_the_rename(parts, final, store, attempts):
    def gap(store, key, final):
        good = store["check"](key)
        if good:
            store["delete"](final)
            store["rename"](key, final)
        return good

    return with_steps(delete_tmp, delete_tmp, tmp, gap)(parts, final, store, attempts)


@q.mistake("""You publish whatever was written: `check` is never asked. A batch can be complete and
still be wrong.""")
def never_checked(parts, final, store, attempts):
    def rename(store, key, final):
        store["rename"](key, final)
        return True

    return with_steps(delete_tmp, delete_tmp, tmp, rename)(parts, final, store, attempts)


@q.mistake("""You try a bad batch again. Retries are for what may pass by itself, such as a busy
disk; the same rows fail the same check, later and at a higher price.""")
def bad_batch_tried_again(parts, final, store, attempts):
    steps = with_steps(delete_tmp, delete_tmp, tmp, check_then_rename, retry_bad=True)
    return steps(parts, final, store, attempts)


@q.mistake("""When every attempt has failed you return as if nothing were wrong. Whoever called you
goes on with yesterday's batch and does not know: raise the last error.""")
def gives_up_silently(parts, final, store, attempts):
    try:
        return a_fresh_key_each_time(parts, final, store, attempts)
    except OSError:
        return None


@q.variant
def all_rows_in_one_append(parts, final, store, attempts):
    def attempt(left):
        store["delete"]("scratch")
        try:
            for rows in parts:
                store["append"]("scratch", list(rows))
        except OSError:
            if left == 1:
                raise
            return 1 + attempt(left - 1)
        if store["check"]("scratch") is not True:
            raise ValueError
        store["rename"]("scratch", final)
        return 1

    return attempt(attempts)


@q.variant
def deletes_on_both_sides(parts, final, store, attempts):
    key, tried, error = "staging/" + final, 0, None
    while tried < attempts:
        tried += 1
        store["delete"](key)
        try:
            [store["append"](key, rows) for rows in parts]
        except OSError as found:
            error = found
            store["delete"](key)
            continue
        break
    else:
        raise error
    if not store["check"](key):
        store["delete"](key)
        raise ValueError(final)
    store["rename"](key, final)
    return tried


q.hints(
    "Imagine being killed, or being read, between any two lines. What is under `final` then?",
    """An append that fails after half of its rows: the second attempt must not add to that half.
And a run before yours may have been killed there.""",
    "In each attempt: delete the key, append all parts, check the key, rename it to final.",
)
q.why("""Two ideas carry it. **Idempotence**: an attempt may be repeated without harm, because it
starts from nothing that it has not made itself; deleting first covers both your own failures and
those of runs that could not clean up. **One instant**: all that readers can meet changes in a
single operation, after the check. That operation is a rename on a file system, a swap of a pointer
or a manifest on an object store (which has no atomic rename of many objects), a commit in a
database. "Exactly once" does not exist between machines; at-least-once delivery with idempotent
writes is what people mean.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Rows to train on (4 points, 15 minutes)
#
# Yesterday's `rows` are dicts: `shown_at_s`, `clicked_at_s` (None if there is no click so far), and
# features. `schema` maps each feature to `"int"`, `"float"` or `"str"`. Return a dict:
#
# - `problems`: a list of (index of the row, feature), in the order of rows and then of the schema,
#   where a feature is missing or its value is not of **exactly** that type (`type(v).__name__`:
#   neither "7" nor 7.0 nor True is an int). If there is any, `ready` is empty and `waiting` is 0:
#   the batch goes back as it is.
# - `ready`: for each row whose label is **known**, a dict of the schema's features and `label`, in
#   order. A click counts if it came at most `window_s` after the show. Labels are known once
#   `now_s` ≥ `shown_at_s` + `window_s`, **clicked or not**: then 1 or 0.
# - `waiting`: the number of rows whose label is not known yet.
#
# `shown_at_s` and `clicked_at_s` are always right. Features outside of the schema are left out.
#
# **Example.** Window 100, now 1000. Shown at 890, clicked at 950: label 1. Shown at 890, clicked at
# 995: label 0. Shown at 950, with or without a click: it waits.


# %% nbgrader={"grade_id": "training_rows", "solution": true}
def training_rows(rows, schema, now_s, window_s):
    """Rows whose types hold and whose labels are known.

    Args:
        rows: list of dicts with shown_at_s, clicked_at_s (or None) and features.
        schema: dict from feature to "int", "float" or "str".
        now_s: float. The time of this run.
        window_s: float. How long after the show a click counts.

    Returns:
        dict: ready (list of dicts), waiting (int), problems (list of (int, str)).
    """
    ### BEGIN SOLUTION
    problems = [
        (i, name)
        for i, row in enumerate(rows)
        for name, kind in schema.items()
        if name not in row or type(row[name]).__name__ != kind
    ]
    if problems:
        return {"ready": [], "waiting": 0, "problems": problems}
    ready = []
    for row in rows:
        if now_s < row["shown_at_s"] + window_s:
            continue
        clicked = row["clicked_at_s"]
        label = int(clicked is not None and clicked - row["shown_at_s"] <= window_s)
        ready.append({name: row[name] for name in schema} | {"label": label})
    return {"ready": ready, "waiting": len(rows) - len(ready), "problems": []}
    ### END SOLUTION


# %% nbgrader={"grade_id": "training_rows_are_sound_and_mature", "grade": true}
"""Types are what the schema says, and a label is used once nothing can change it."""
q = Question(training_rows, points=4)
SCHEMA = {"price": "float", "seen": "int", "country": "str"}


def shown(at, clicked=None, **features):
    """A row of yesterday's log."""
    row = {"shown_at_s": at, "clicked_at_s": clicked, "price": 1.5, "seen": 3, "country": "pt"}
    return row | features


@q.probe(gives=[[1, 0, 0], 2, []])
def labels_of_five_shows(f):
    """Window 100, now 1000: a click, a late click, no click; and two shows that wait."""
    rows = [shown(890, 950), shown(890, 995), shown(900), shown(950), shown(960, 970)]
    got = f(rows, SCHEMA, 1000.0, 100.0)
    return [[row["label"] for row in got["ready"]], got["waiting"], got["problems"]]


@q.probe(gives={"ready": [], "waiting": 0, "problems": [(1, "seen"), (2, "price")]})
def types_that_drifted(f):
    """A "3" is not an int and 2 is not a float: the batch goes back, with where and what."""
    return f([shown(10), shown(20, seen="3"), shown(30, price=2)], SCHEMA, 1000.0, 100.0)


### BEGIN HIDDEN TESTS
q.hidden()
q.case([shown(900, 1000), shown(900.5, 950)], SCHEMA, 1000.0, 100.0, claim="both ends count")
q.case(
    [shown(10, seen=True), shown(20, country=7), shown(30, seen=3.0, price="2.5")],
    SCHEMA,
    1000.0,
    100.0,
    claim="True and 3.0 are not ints, 7 is not a str; in the order of rows, then of the schema",
)
q.case(
    [shown(10), {"shown_at_s": 20, "clicked_at_s": None, "price": 2.5, "country": "de"}],
    SCHEMA,
    1000.0,
    100.0,
    claim="a missing feature is a problem, not a 0",
)
q.case([shown(10, seen=None)], SCHEMA, 1000.0, 100.0, claim="None is a problem, not a 0")
q.case(
    [shown(10, 20, colour="red"), shown(940, 950), shown(500, 700)],
    {"seen": "int", "price": "float"},
    1000.0,
    100.0,
    claim="only the schema's features go on",
)
q.case([], SCHEMA, 0.0, 100.0, claim="no rows, nothing to do")
q.case([shown(999, 999.5, seen="3")], SCHEMA, 1000.0, 100.0, claim="a waiting row must hold too")


@q.reference
def in_two_passes(rows, schema, now_s, window_s):
    kinds = {"int": int, "float": float, "str": str}
    problems = []
    for i, row in enumerate(rows):
        for name in schema:
            if type(row.get(name)) is not kinds[schema[name]]:
                problems.append((i, name))
    known = [row for row in rows if row["shown_at_s"] + window_s <= now_s]
    ready = []
    for row in [] if problems else known:
        at = math.inf if row["clicked_at_s"] is None else row["clicked_at_s"]
        one = {name: row[name] for name in schema}
        one["label"] = 1 if at <= row["shown_at_s"] + window_s else 0
        ready.append(one)
    waiting = 0 if problems else len(rows) - len(known)
    return {"ready": ready, "waiting": waiting, "problems": problems}


def labelling(rows, schema, now_s, window_s, known, label):
    """Another rule for which rows are known, and for their labels."""
    if in_two_passes(rows, schema, now_s, window_s)["problems"]:
        return in_two_passes(rows, schema, now_s, window_s)
    found = [row for row in rows if known(row)]
    ready = [{name: row[name] for name in schema} | {"label": label(row)} for row in found]
    return {"ready": ready, "waiting": len(rows) - len(ready), "problems": []}


def in_window(row, window_s):
    at = row["clicked_at_s"]
    return int(at is not None and at - row["shown_at_s"] <= window_s)


@q.mistake("""A show that has no click *yet* is labelled 0. Its window is open: tomorrow it may
be a 1. The newest rows teach the model that what is new is not clicked. Let them wait.""")
def late_labels_as_negative(rows, schema, now_s, window_s):
    return labelling(
        rows, schema, now_s, window_s, lambda row: True, lambda row: in_window(row, window_s)
    )


@q.mistake("""Clicks go in at once while shows without a click wait for their window. So the newest
rows are all positive, and the rate is too high: label neither until the window has closed.""")
def clicks_do_not_wait(rows, schema, now_s, window_s):
    def known(row):
        return row["shown_at_s"] + window_s <= now_s or in_window(row, window_s) == 1

    return labelling(rows, schema, now_s, window_s, known, lambda row: in_window(row, window_s))


@q.mistake("""Any click counts, however late. Then a label depends on how long ago the row was
logged: old rows have had more time to be clicked. Count clicks up to window_s after the show.""")
def any_click_counts(rows, schema, now_s, window_s):
    def known(row):
        return row["shown_at_s"] + window_s <= now_s

    return labelling(
        rows, schema, now_s, window_s, known, lambda row: int(row["clicked_at_s"] is not None)
    )


@q.mistake("""You cast what does not fit: "3" becomes 3, 3.0 becomes 3. A type that changed is a
producer that changed; casting hides it until it means something else (cents for euros, "" for 0).
Refuse the batch and say where.""")
def schema_drift_silent_cast(rows, schema, now_s, window_s):
    kinds, cast, problems = {"int": int, "float": float, "str": str}, [], []
    for i, row in enumerate(rows):
        cast.append(dict(row))
        for name, kind in schema.items():
            try:
                cast[-1][name] = kinds[kind](row[name])
            except (KeyError, TypeError, ValueError):
                problems.append((i, name))
    if problems:
        return {"ready": [], "waiting": 0, "problems": problems}
    return in_two_passes(cast, schema, now_s, window_s)


@q.mistake("""You drop the rows that do not fit and go on with the others. What is dropped is not a
random sample: it is all that came from the producer that changed. Send the batch back.""")
def bad_rows_dropped(rows, schema, now_s, window_s):
    problems = in_two_passes(rows, schema, now_s, window_s)["problems"]
    bad = {i for i, _ in problems}
    good = [row for i, row in enumerate(rows) if i not in bad]
    return in_two_passes(good, schema, now_s, window_s) | {"problems": problems}


@q.mistake("""isinstance lets subclasses pass: True is an int in Python. A column of flags where
counts are wanted is drift. Compare the type itself.""")
def isinstance_lets_bools_pass(rows, schema, now_s, window_s):
    ints = {name for name, kind in schema.items() if kind == "int"}
    plain = [
        {k: int(v) if k in ints and isinstance(v, bool) else v for k, v in row.items()}
        for row in rows
    ]
    return in_two_passes(plain, schema, now_s, window_s)


@q.mistake("""A missing feature becomes a 0. The model has learnt that 0 means something: missing is
a problem of the batch.""")
def missing_as_zero(rows, schema, now_s, window_s):
    zero = {"int": 0, "float": 0.0, "str": ""}
    filled = []
    for row in rows:
        have = {name: value for name, value in row.items() if value is not None or "_s" in name}
        filled.append({name: zero[kind] for name, kind in schema.items()} | have)
    return in_two_passes(filled, schema, now_s, window_s)


@q.mistake("""The ends are left out: a click exactly window_s after the show counts, and a window
that closes now is closed. Use ≤ and ≥.""")
def ends_left_out(rows, schema, now_s, window_s):
    def label(row):
        at = row["clicked_at_s"]
        return int(at is not None and at - row["shown_at_s"] < window_s)

    return labelling(
        rows, schema, now_s, window_s, lambda row: row["shown_at_s"] + window_s < now_s, label
    )


@q.variant
def early_exit(rows, schema, now_s, window_s):
    def fits(row, name):
        return name in row and type(row[name]).__name__ == schema[name]

    bad = [(i, n) for i, row in enumerate(rows) for n in schema if not fits(row, n)]
    if bad:
        return {"problems": bad, "ready": [], "waiting": 0}
    closed = [r for r in rows if r["shown_at_s"] <= now_s - window_s]
    out = []
    for r in closed:
        click = r["clicked_at_s"]
        hit = click is not None and click <= r["shown_at_s"] + window_s
        out.append({**{n: r[n] for n in schema}, "label": float(hit)})
    return {"problems": [], "ready": out, "waiting": len(rows) - len(closed)}


@q.variant
def one_loop(rows, schema, now_s, window_s):
    result = {"ready": [], "waiting": 0, "problems": []}
    for i, row in enumerate(rows):
        wrong = [[i, n] for n, kind in schema.items() if kind != type(row.get(n)).__name__]
        result["problems"] += wrong
        age = now_s - row["shown_at_s"]
        if age < window_s:
            result["waiting"] += 1
            continue
        click = row["clicked_at_s"]
        delay = window_s + 1 if click is None else click - row["shown_at_s"]
        result["ready"].append({n: row.get(n) for n in schema} | {"label": delay <= window_s})
    if result["problems"]:
        result |= {"ready": [], "waiting": 0}
    return result


q.hints(
    "For each row ask: can its label still change tomorrow? If so, it must not be used today.",
    """Shown at 960, clicked at 970, window 100, now 1000: it waits, although it was clicked. Shows
of the same minute without a click wait too.""",
    """First collect problems with type(v).__name__ != kind. Then keep rows with shown + window ≤
now; label = clicked within the window.""",
)
q.why("""A label is a measurement with a delay, and its delay depends on its value: clicks are known
early, non-clicks only at the end. Whatever treats the two differently (0 for "not yet", or early
clicks let in) makes the label depend on the age of the row, and the model learns age. Waiting costs
freshness: with a 7-day window the newest row is a week old. If that hurts, shorten the window or
model the delay; do not guess labels. And types: a cast is a guess too. The cheapest moment to find
a changed producer is before the batch is published, with the row and column in the message.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Killed and resumed, bit for bit (5 points, 25 minutes)
#
# Train a linear model by stochastic gradient descent, so that a run may be cut anywhere:
# `train(X, y, steps, state)` does `steps` more steps from `state` (None: from the start) and
# returns the new state, a dict of plain data with the weights under `"w"`. What else is in the dict
# is yours to decide. A run of 13 steps, and one of 7 steps whose state goes to one of 6, must give
# **the same bits**; compute in float64.
#
# From the start: `rng = np.random.default_rng(0)`, w = v = 0, step t = 0. Each step:
#
# 1. at the start of an epoch draw `order = rng.permutation(n)`. The steps of the epoch take the
#    next 4 rows of it; the last takes what is left;
# 2. draw `mask = rng.random(d) < 0.8` and use the rows $X_b$ with the columns where the mask is
#    False set to 0;
# 3. g = $X_b^\top(X_b w-y_b)$ / (number of these rows); v ← 0.9 v + g;
# 4. w ← w − 0.1/(1 + t/10) · v; t ← t + 1.
#
# A generator crosses as plain data through `rng.bit_generator.state` (read it, or assign to it).


# %% nbgrader={"grade_id": "train", "solution": true}
def train(X, y, steps, state=None):
    """Do `steps` more steps of SGD with momentum, from a state or from the start.

    Args:
        X: float64 array (n, d). y: float64 array (n,).
        steps: int ≥ 0. How many steps to add.
        state: dict that an earlier call returned, or None.

    Returns:
        dict of plain data; "w" is a float64 array (d,).
    """
    ### BEGIN SOLUTION
    n, d = X.shape
    rng = np.random.default_rng(0)
    w, v, t, order, place = np.zeros(d), np.zeros(d), 0, np.arange(0), 0
    if state is not None:
        w, v, t, order, place = (state[key] for key in ("w", "v", "t", "order", "place"))
        rng.bit_generator.state = state["rng"]
    for _ in range(steps):
        if place >= len(order):
            order, place = rng.permutation(n), 0
        rows = order[place : place + 4]
        place += 4
        x = X[rows] * (rng.random(d) < 0.8)
        g = x.T @ (x @ w - y[rows]) / len(rows)
        v = 0.9 * v + g
        w = w - 0.1 / (1 + t / 10) * v
        t += 1
    return {
        "w": w, "v": v, "t": t, "order": order, "place": place, "rng": rng.bit_generator.state
    }  # fmt: skip
    ### END SOLUTION


# %% nbgrader={"grade_id": "train_resumes_bit_for_bit", "grade": true}
"""A run that was cut gives the same weights as one that was not."""
q = Question(train, points=5)
draw = np.random.default_rng(5)
X_TRAIN = draw.standard_normal((11, 3))
Y_TRAIN = X_TRAIN @ [1.0, -2.0, 0.5] + 0.1 * draw.standard_normal(11)


def cut_at(f, *lengths, X=X_TRAIN, y=Y_TRAIN):
    """The weights after a run that was cut into runs of these lengths."""
    state = None
    for steps in lengths:
        state = f(X, y, steps, state)
    return np.array(state["w"])


@q.probe(gives=[0.09061, -0.19353, 0.00000], rtol=1e-4)
def the_first_step(f):
    """The first step has t = 0, draws the order and then the mask, and takes 4 rows."""
    return cut_at(f, 1)


@q.probe(gives=[0.18049, -0.66824, 0.06977], rtol=1e-4)
def the_first_epoch(f):
    """The third step takes the 3 rows that are left of 11, and divides by 3."""
    return cut_at(f, 3)


@q.probe(gives=[0.90146, -2.31925, 0.70594], rtol=1e-4)
def thirteen_steps(f):
    """13 steps in one go give w = (0.901, -2.319, 0.706)."""
    return cut_at(f, 13)


@q.probe(gives=[0.90146, -2.31925, 0.70594], rtol=1e-4)
def seven_and_six(f):
    """7 steps and 6 more give the same weights as 13."""
    return cut_at(f, 7, 6)


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(rtol=1e-10, atol=1e-12)
def cut_after_each_step(f):
    """A run that is killed after every step goes where the whole run goes."""
    return cut_at(f, *[1] * 10)


@q.probe(rtol=1e-10, atol=1e-12)
def cut_at_the_end_of_an_epoch(f):
    """A cut between two epochs changes nothing."""
    return cut_at(f, 3, 4)


@q.probe(rtol=1e-10, atol=1e-12)
def twenty_steps_on_other_data(f):
    """Seven rows of five columns: the last batch of an epoch has three rows."""
    other = np.random.default_rng(8)
    return cut_at(f, 20, X=other.standard_normal((7, 5)), y=other.standard_normal(7))


@q.probe(gives="")
def the_bits_are_the_same(f):
    """Cut at a random step, the resumed run has the very bits of the uninterrupted one."""
    for cut in np.random.default_rng(3).integers(1, 24, 5).tolist():
        whole, resumed = cut_at(f, 24), cut_at(f, cut, 24 - cut)
        if whole.astype(float).tobytes() != resumed.astype(float).tobytes():
            largest = abs(whole - resumed).max()
            return f"cut after step {cut} of 24, weights differ by up to {largest:.2g}"
    return ""


@q.probe(rtol=1e-10, atol=1e-12)
def no_steps_at_all(f):
    """A call with no steps gives back what it was given."""
    return [cut_at(f, 0), cut_at(f, 5, 0, 3)]


@q.probe(gives=True)
def one_state_resumed_twice(f):
    """A state may be resumed from more than once: it is not used up."""
    state = f(X_TRAIN, Y_TRAIN, 5, None)
    first = np.array(f(X_TRAIN, Y_TRAIN, 6, state)["w"])
    return bool((first == np.array(f(X_TRAIN, Y_TRAIN, 6, state)["w"])).all())


class Run:
    """The whole training as one object, one row at a time; forget() drops parts on resuming."""

    def __init__(self, X, y):
        self.X, self.y = np.asarray(X).tolist(), np.asarray(y).tolist()
        self.rng = np.random.default_rng(0)
        self.w = [0.0] * len(self.X[0])
        self.v, self.t, self.todo = self.w[:], 0, []
        self.over, self.fewest, self.ahead, self.mask_first = None, 1, 0, False

    def mask(self):
        return (self.rng.random(len(self.w)) < 0.8).tolist()

    def step(self):
        keep = self.mask() if self.mask_first else None
        if len(self.todo) < self.fewest:
            self.todo = self.rng.permutation(len(self.X)).tolist()
        rows, self.todo = self.todo[:4], self.todo[4:]
        keep = keep or self.mask()
        g = [0.0] * len(self.w)
        for i in rows:
            x = [a if k else 0.0 for a, k in zip(self.X[i], keep, strict=True)]
            error = sum(a * b for a, b in zip(x, self.w, strict=True)) - self.y[i]
            g = [a + error * b / (self.over or len(rows)) for a, b in zip(g, x, strict=True)]
        self.v = [0.9 * a + b for a, b in zip(self.v, g, strict=True)]
        lr = 0.1 / (1 + (self.t + self.ahead) / 10)
        self.w = [a - lr * b for a, b in zip(self.w, self.v, strict=True)]
        self.t += 1


def running_rows(X, y, steps, state, forget=(), rounded=False):
    """train() on a Run, with some parts of the state not restored."""
    run = Run(X, y)
    for key, value in (state or {}).items():
        if key == "rng" and "rng" not in forget:
            run.rng.bit_generator.state = value
        elif key != "rng" and key not in forget:
            setattr(run, key, list(value) if isinstance(value, list) else value)
    for _ in range(steps):
        run.step()
    w = np.array(run.w, dtype=np.float32).astype(float).tolist() if rounded else run.w
    return {"w": w, "v": run.v, "t": run.t, "todo": run.todo, "rng": run.rng.bit_generator.state}


@q.reference
def row_by_row(X, y, steps, state=None):
    return running_rows(X, y, steps, state)


@q.mistake("""The optimiser is not restored: after each cut the momentum starts from 0. Weights are
an eighth of what a run with Adam must save; the loss jumps and nobody knows why.""")
def resume_without_optimizer(X, y, steps, state=None):
    return running_rows(X, y, steps, state, forget=("v",))


@q.mistake("""The random generator is not restored: after each cut it draws the first numbers again,
the same masks and the same orders. Save `rng.bit_generator.state`.""")
def resume_without_rng(X, y, steps, state=None):
    return running_rows(X, y, steps, state, forget=("rng",))


@q.mistake("""The sampler is not restored: after a cut a new epoch begins, so some rows are seen
twice and others not at all. Save the order of the epoch and the place in it.""")
def resume_without_sampler(X, y, steps, state=None):
    return running_rows(X, y, steps, state, forget=("todo",))


@q.mistake("""The step is not restored: the learning rate starts from its first value after each
cut. With a warm-up it would warm up again. Save t.""")
def schedule_starts_again(X, y, steps, state=None):
    return running_rows(X, y, steps, state, forget=("t",))


@q.mistake("""Only the weights come back. Momentum, generator, place in the epoch and step are as
much part of the run as they are.""")
def weights_only(X, y, steps, state=None):
    return running_rows(X, y, steps, state, forget=("v", "rng", "todo", "t"))


@q.mistake("""The weights lose bits on the way: they are saved in 32 bits and were in 64. The runs
part by 1e-8 first, and chaos does the rest. Save what you compute with.""")
def weights_saved_in_float32(X, y, steps, state=None):
    return running_rows(X, y, steps, state, rounded=True)


def bent_steps(X, y, steps, state, **bends):
    """train() on a Run with one of its rules bent."""
    run = Run(X, y)
    for name, value in bends.items():
        setattr(run, name, value)
    for key, value in (state or {}).items():
        if key == "rng":
            run.rng.bit_generator.state = value
        else:
            setattr(run, key, list(value) if isinstance(value, list) else value)
    for _ in range(steps):
        run.step()
    rng = run.rng.bit_generator.state
    return {"w": run.w, "v": run.v, "t": run.t, "todo": run.todo, "rng": rng}


@q.mistake("""The sum over the batch is always divided by 4. The last batch of an epoch has fewer
rows: divide by their number.""")
def ragged_batch_over_four(X, y, steps, state=None):
    return bent_steps(X, y, steps, state, over=4)


@q.mistake("""Rows that do not fill a batch are dropped at the end of each epoch. The last step of
an epoch takes what is left, however few.""")
def short_batch_dropped(X, y, steps, state=None):
    return bent_steps(X, y, steps, state, fewest=4)


@q.mistake("""Your first step has t = 1. It starts at 0, so that the first learning rate is 0.1; the
step counts up at the end.""")
def steps_counted_from_one(X, y, steps, state=None):
    return bent_steps(X, y, steps, state, ahead=1)


@q.mistake("""You draw the mask before the order. The same numbers in another order make another
run: at the start of an epoch draw the permutation first, then the mask.""")
def mask_before_the_order(X, y, steps, state=None):
    return bent_steps(X, y, steps, state, mask_first=True)


@q.variant
def history_replayed(X, y, steps, state=None):
    done = 0 if state is None else int(state["done"])
    run = Run(X, y)
    for _ in range(done + steps):
        run.step()
    return {"w": np.array(run.w), "done": done + steps}


@q.variant
def in_torch(X, y, steps, state=None):
    import torch

    rng = np.random.default_rng(0)
    data, target = torch.tensor(np.asarray(X)), torch.tensor(np.asarray(y))
    w = torch.zeros(data.shape[1], dtype=torch.float64)
    v, t, order = torch.zeros_like(w), 0, []
    if state:
        rng.bit_generator.state = state["generator"]
        w, v = torch.as_tensor(state["w"]), torch.as_tensor(state["momentum"])
        t, order = state["t"], list(state["order"])
    for _ in range(steps):
        order = order or rng.permutation(len(target)).tolist()
        rows, order = order[:4], order[4:]
        x = data[rows] * torch.tensor(rng.random(len(w)) < 0.8)
        v = 0.9 * v + x.T @ (x @ w - target[rows]) / len(rows)
        w, t = w - 0.1 / (1 + t / 10) * v, t + 1
    generator = rng.bit_generator.state
    return {"w": w, "momentum": v, "t": t, "order": order, "generator": generator}


q.hints(
    "List everything that the next step reads and an earlier step wrote. All of it is state.",
    """Cut after step 1: w and v are there; but which rows come next, which mask is drawn, which
learning rate is used?""",
    "Save w, v, t, order, the place in it, and rng.bit_generator.state; restore all six.",
)
q.why("""State is what the next step reads and an earlier one wrote: weights, momentum, step, order
and place of the epoch, generator. The test for it is the one above: cut at a random step, compare
bits. "About the same loss" cannot tell a lost sampler from noise, and a lost sampler repeats data.
Replaying the history is right too, and shows what state *is*: a shortcut past the replay. In a real
job add the loss scale, the average of weights, each device's generator, and the data loader's
position over all files. Bit equality ends where the order of additions changes: another number of
devices, another kernel.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. Many devices, one batch (4 points, 20 minutes)
#
# A batch is spread over devices in shards of **different** sizes, some perhaps empty. Every device
# runs your function on its own shard; the devices meet only in `allreduce(v)`, which takes an array
# and returns the sum of what all devices gave in this call. All devices must make the same calls in
# the same order, with arrays of the same shape.
#
# The model is linear on features that are normalised over the **whole** batch of N rows:
# $z=(x-\mu)/\sqrt{\sigma^2+10^{-5}}$, with mean and variance (÷ N) of each column. The loss is
# $\frac1N\sum_i(z_i^\top w-y_i)^2$. Return the weights after one step, $w-\text{lr}\,\nabla$: the
# same on each device, and the same as on one device with all rows.
#
# **Example.** Rows (1, 2, 3, 4) on one device and (10) on another: the mean is 4.0, not 6.25.


# %% nbgrader={"grade_id": "dp_step", "solution": true}
def dp_step(X, y, w, lr, allreduce):
    """One data-parallel step, as one device runs it.

    Args:
        X: float64 array (n, d). The rows of this device; n may be 0.
        y: float64 array (n,).
        w: float64 array (d,), the same on all devices.
        lr: float. Learning rate.
        allreduce: function from an array to the sum of all devices' arrays.

    Returns:
        float array (d,): the new weights, the same on all devices.
    """
    ### BEGIN SOLUTION
    total = allreduce(np.array([float(len(y))]))[0]
    mean = allreduce(X.sum(axis=0)) / total
    variance = allreduce(((X - mean) ** 2).sum(axis=0)) / total
    Z = (X - mean) / np.sqrt(variance + 1e-5)
    return w - lr * 2 * allreduce(Z.T @ (Z @ w - y)) / total
    ### END SOLUTION


# %% nbgrader={"grade_id": "dp_step_equals_one_big_batch", "grade": true}
"""Shards of any size give the step of one big batch, on every device."""
q = Question(dp_step, points=4)


def on_devices(f, sizes, d=3, seed=0, lr=0.1):
    """How the devices met ("" is well), and the new weights on each, an array (devices, d).

    The devices run one after another, so a sum is known once all have got to it: each is run
    again from its start until all sums are known.
    """
    draw = np.random.default_rng(seed)
    X = draw.standard_normal((sum(sizes), d)) * np.arange(1, d + 1) + np.arange(sum(sizes))[:, None]
    y, w = draw.standard_normal(sum(sizes)), draw.standard_normal(d)
    ends = np.cumsum(sizes)
    known = []
    while True:
        given, results = [], []
        for end, size in zip(ends, sizes, strict=True):
            calls = []

            def allreduce(v, calls=calls):
                calls.append(np.array(v, dtype=float))
                return known[len(calls) - 1] if len(calls) <= len(known) else calls[-1].copy()

            rows = slice(end - size, end)
            results.append(np.asarray(f(X[rows], y[rows], w.copy(), lr, allreduce), dtype=float))
            given.append(calls)
        if len({len(calls) for calls in given}) > 1:
            return {
                "meeting": "they make different numbers of calls, and wait for ever",
                "weights": [],
            }
        if len(known) >= len(given[0]) or len(known) > 12:
            return {"meeting": "", "weights": np.array(results)}
        arrays = [calls[len(known)] for calls in given]
        if len({array.shape for array in arrays}) > 1:
            return {"meeting": "they give arrays of different shapes", "weights": []}
        known.append(np.sum(arrays, axis=0))


def one_batch(sizes, d=3, seed=0, lr=0.1):
    """What one device with all rows does, by torch; on each of the devices."""
    alone = on_devices(by_torch_on_all_rows, [sum(sizes)], d, seed, lr)
    return {"meeting": "", "weights": np.tile(alone["weights"], (len(sizes), 1))}


def by_torch_on_all_rows(X, y, w, lr, allreduce):
    """The step of a single device."""
    import torch

    weights = torch.tensor(w, requires_grad=True)
    Z = torch.nn.functional.batch_norm(torch.tensor(X), None, None, training=True, eps=1e-5)
    ((Z @ weights - torch.tensor(y)) ** 2).mean().backward()
    return (weights - lr * weights.grad).detach().numpy()


@q.probe(gives=one_batch([5]))
def one_device(f):
    """On one device it is an ordinary step."""
    return on_devices(f, [5])


@q.probe(gives=one_batch([4, 1]))
def four_rows_and_one(f):
    """Shards of 4 rows and of 1 row give the step of 5 rows, on both devices."""
    return on_devices(f, [4, 1])


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives=one_batch([7, 2, 3], 5, 1))
def three_ragged_shards(f):
    """Shards of 7, 2 and 3 rows of 5 columns."""
    return on_devices(f, [7, 2, 3], 5, 1)


@q.probe(gives=one_batch([3, 3], 2, 2))
def two_equal_shards(f):
    """Two shards of 3 rows."""
    return on_devices(f, [3, 3], 2, 2)


@q.probe(gives=one_batch([3, 0, 2], 3, 3))
def an_empty_shard(f):
    """A device without rows takes part, and gets the same weights."""
    return on_devices(f, [3, 0, 2], 3, 3)


def stepping(X, y, w, lr, allreduce, norm, combine):
    """dp_step with other ways to normalise and to combine the gradients."""
    Z = norm(X, allreduce)
    return w - lr * combine(2 * Z.T @ (Z @ w - y), float(len(y)), allreduce)


def global_norm(X, allreduce):
    sums = allreduce(np.concatenate([[len(X)], X.sum(0), (X**2).sum(0)]))
    mean, square = np.split(sums[1:] / sums[0], 2)
    return (X - mean) / np.sqrt(square - mean**2 + 1e-5)


def local_norm(X, allreduce):
    if not len(X):
        return X
    return (X - X.mean(0)) / np.sqrt(X.var(0) + 1e-5)


def weighted(g, rows, allreduce):
    both = allreduce(np.append(g, rows))
    return both[:-1] / both[-1]


@q.reference
def by_three_sums(X, y, w, lr, allreduce):
    return stepping(X, y, w, lr, allreduce, global_norm, weighted)


@q.mistake("""The gradients are summed over the rows and never divided by their number: the step
grows with the batch, and twice the devices means twice the learning rate.""")
def sum_not_mean(X, y, w, lr, allreduce):
    def summed(g, rows, allreduce):
        return allreduce(g)

    return stepping(X, y, w, lr, allreduce, global_norm, summed)


@q.mistake("""You averaged the devices' mean gradients (or the weights that each had stepped to).
With shards of 4 rows and 1 row, the one row counts as much as the four: (1, 2, 3, 4) and (10) give
6.25 instead of 4. Sum gradients and rows, then divide.""")
def mean_of_shard_means(X, y, w, lr, allreduce):
    def mean_of_means(g, rows, allreduce):
        both = allreduce(np.append(g / max(rows, 1), 1.0))
        return both[:-1] / both[-1]

    return stepping(X, y, w, lr, allreduce, global_norm, mean_of_means)


@q.mistake("""You summed the devices' mean gradients: the step is as many times too long as there
are devices. Sum gradients and rows over all devices, then divide once.""")
def sum_of_shard_means(X, y, w, lr, allreduce):
    def sum_of_means(g, rows, allreduce):
        return allreduce(g / max(rows, 1))

    return stepping(X, y, w, lr, allreduce, global_norm, sum_of_means)


@q.mistake("""You divided the sum over rows by the number of *devices*. Divide by the number of
rows, which differs from device to device and has to be summed too.""")
def divided_by_devices(X, y, w, lr, allreduce):
    def over_devices(g, rows, allreduce):
        both = allreduce(np.append(g, 1.0))
        return both[:-1] / both[-1]

    return stepping(X, y, w, lr, allreduce, global_norm, over_devices)


@q.mistake("""Mean and variance are those of the shard. That is what batch norm does on several
devices unless it is told to synchronise, and it is another model: it depends on how the rows were
spread. A shard of one row is normalised to 0.""")
def bn_local(X, y, w, lr, allreduce):
    return stepping(X, y, w, lr, allreduce, local_norm, weighted)


@q.mistake("""You averaged the shards' variances. The variance of all rows also has the spread
*between* the shards' means: sum x and x² (or squares about the common mean), then divide.""")
def variances_averaged(X, y, w, lr, allreduce):
    def averaged(X, allreduce):
        n = len(X)
        means, squares = (X.mean(0), X.var(0)) if n else (np.zeros(X.shape[1]),) * 2
        sums = allreduce(np.concatenate([[n], n * means, n * squares]))
        mean, variance = np.split(sums[1:] / sums[0], 2)
        return (X - mean) / np.sqrt(variance + 1e-5)

    return stepping(X, y, w, lr, allreduce, averaged, weighted)


@q.mistake("""Your variance is divided by N − 1. The statement divides by N, as batch norm does when
it normalises.""")
def variance_over_n_minus_one(X, y, w, lr, allreduce):
    def unbiased(X, allreduce):
        sums = allreduce(np.concatenate([[len(X)], X.sum(0), (X**2).sum(0)]))
        n, (total, square) = sums[0], np.split(sums[1:], 2)
        return (X - total / n) / np.sqrt((square - total**2 / n) / (n - 1) + 1e-5)

    return stepping(X, y, w, lr, allreduce, unbiased, weighted)


@q.mistake("""You add 10⁻⁵ outside of the root. It belongs to the variance: √(σ² + 10⁻⁵).""")
def epsilon_outside_the_root(X, y, w, lr, allreduce):
    def outside(X, allreduce):
        sums = allreduce(np.concatenate([[len(X)], X.sum(0), (X**2).sum(0)]))
        mean, square = np.split(sums[1:] / sums[0], 2)
        return (X - mean) / (np.sqrt(square - mean**2) + 1e-5)

    return stepping(X, y, w, lr, allreduce, outside, weighted)


@q.mistake("""Each device steps by its own rows only: after one step there are as many models as
devices. The gradients have to be reduced.""")
def gradients_not_reduced(X, y, w, lr, allreduce):
    def alone(g, rows, allreduce):
        return g / max(rows, 1)

    return stepping(X, y, w, lr, allreduce, global_norm, alone)


@q.mistake("""The factor 2 of the square is missing from the gradient: d(r²)/dr = 2r.""")
def factor_two_missing(X, y, w, lr, allreduce):
    return by_three_sums(X, y, w, lr / 2, allreduce)


@q.mistake("""A device without rows gives NaN: you took a mean over nothing, or left the call out.
Send sums and counts, which are 0 there, and divide after the all-reduce.""")
def mean_of_no_rows(X, y, w, lr, allreduce):
    if len(y):
        return by_three_sums(X, y, w, lr, allreduce)
    return by_three_sums(X * np.nan, y, w * np.nan, lr, lambda v: allreduce(v * np.nan))


@q.variant
def two_calls(X, y, w, lr, allreduce):
    n, d = X.shape
    sums = allreduce([float(n), *X.sum(0), *(X * X).sum(0)])
    N, mean = sums[0], np.array(sums[1 : d + 1]) / sums[0]
    std = np.sqrt(np.array(sums[d + 1 :]) / N - mean**2 + 1e-5)
    Z = (X - mean) / std
    grad = np.zeros(d)
    for z, target in zip(Z, y, strict=True):
        grad += 2 * (z @ w - target) * z
    return w - lr * allreduce(grad) / N


@q.variant
def in_torch(X, y, w, lr, allreduce):
    import torch

    X, y, w = (torch.tensor(a, dtype=torch.float64) for a in (X, y, w))
    reduce = lambda v: torch.as_tensor(allreduce(v.detach().numpy()))  # noqa: E731
    N = reduce(torch.tensor([float(len(y))], dtype=torch.float64))
    mean = reduce(X.sum(0)) / N
    Z = (X - mean) / torch.sqrt(reduce(((X - mean) ** 2).sum(0)) / N + 1e-5)
    w.requires_grad_(True)
    loss = ((Z @ w - y) ** 2).sum() / N  # this device's share of the mean
    (grad,) = torch.autograd.grad(loss, w)
    return w - lr * reduce(grad)


q.hints(
    "Only sums may cross between devices. Which sums give a mean, a variance, the gradient?",
    """Rows (1, 2, 3, 4) here and (10) there: sums 10 and 10, counts 4 and 1; 20/5 = 4.""",
    """allreduce counts and sums of x; mean = sum/N. Then squares about that mean; then the summed
gradient. Divide by N after each.""",
)
q.why("""Sums add up over devices; means do not. So reduce sums and counts, and divide at the end:
that is right for ragged and empty shards, for losses over *tokens* (where every shard is ragged),
and for accumulation over micro-batches, which is the same thing in time instead of in space.
Frameworks average gradients over devices by default, which is right only when every device counts
the same number of things; the last batch of an epoch, or padding, breaks it silently. Batch norm is
the one common layer whose output depends on the other rows, so it is the one that must be told to
synchronise.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. The ring (4 points, 20 minutes)
#
# n devices hold vectors of the same length; each must end with the **sum** of all. They stand in a
# ring. Cut each vector into n chunks whose sizes differ by at most one (`np.array_split` does). In
# each of the first n − 1 steps, every device passes one chunk to the next device, which adds it to
# its own: after that each device holds one finished chunk. In n − 1 more steps the finished chunks
# go round.
#
# Write `ring_allreduce(vectors, send, bandwidth_Bps)`. Everything that moves goes through
# `send(source, target, values)`, which counts and returns the values as they arrive; `target` must
# be (source + 1) mod n. Return a dict: `sums`, a list of n arrays, what each device holds at the
# end; and `seconds`: the steps come one after another; in a step all devices send at once, each at
# `bandwidth_Bps`, so a step lasts as long as its largest chunk (8 bytes a number).
#
# **Example.** Three devices with 6 numbers each: chunks of 2 numbers, 4 steps, 12 messages; every
# device sends 64 bytes. At 16 B/s a step takes 1 s, the whole 4 s. One device sends nothing: 0 s.


# %% nbgrader={"grade_id": "ring_allreduce", "solution": true}
def ring_allreduce(vectors, send, bandwidth_Bps):
    """The sum of all vectors, on each device, by passing chunks round a ring.

    Args:
        vectors: list of n float64 arrays (L,). What each device holds.
        send: function (source, target, values) that returns the values as they arrive.
        bandwidth_Bps: float. Bytes a second that a device sends.

    Returns:
        dict: sums (list of n arrays (L,)), seconds (float).
    """
    ### BEGIN SOLUTION
    n = len(vectors)
    held = [list(np.array_split(np.array(v, dtype=float), n)) for v in vectors]
    for step in range(2 * (n - 1)):
        arrived = []
        for device in range(n):
            chunk = (device - step) % n if step < n - 1 else (device + 1 - (step - n + 1)) % n
            values = np.asarray(send(device, (device + 1) % n, held[device][chunk]))
            arrived.append(((device + 1) % n, chunk, values))
        for target, chunk, values in arrived:
            held[target][chunk] = held[target][chunk] + values if step < n - 1 else values
    largest = -(-len(vectors[0]) // n)
    seconds = 2 * (n - 1) * largest * 8 / bandwidth_Bps
    return {"sums": [np.concatenate(chunks) for chunks in held], "seconds": seconds}
    ### END SOLUTION


# %% nbgrader={"grade_id": "ring_allreduce_sends_little", "grade": true}
"""Every device gets the sum, and sends less than twice its vector, whatever their number."""
q = Question(ring_allreduce, points=4)


def ringing(f, n, length, bandwidth_Bps=16.0, seed=0):
    """Sums, seconds, bytes sent by each device, messages that left the ring."""
    vectors = np.random.default_rng(seed).integers(-9, 10, (n, length)).astype(float)
    sent, strays = [0] * n, 0

    def send(source, target, values):
        nonlocal strays
        values = np.array(values, dtype=float)
        strays += int(target) != (int(source) + 1) % n
        sent[int(source)] += 8 * values.size
        return values

    got = f(list(vectors), send, bandwidth_Bps)
    return {"sums": got["sums"], "seconds": got["seconds"], "sent": sent, "strays": strays}


def sums_of(n, length, seed=0):
    """What each device must hold."""
    vectors = np.random.default_rng(seed).integers(-9, 10, (n, length)).astype(float)
    return np.tile(vectors.sum(0), (n, 1))


@q.probe(gives=sums_of(3, 6))
def three_devices_hold_the_sum(f):
    """Three devices end with the sum of all three vectors of 6 numbers."""
    return ringing(f, 3, 6)["sums"]


@q.probe(gives="")
def three_devices_send_64_bytes(f):
    """Each of three devices sends 4 chunks of 2 numbers, to the next device only."""
    got = ringing(f, 3, 6)
    if got["strays"]:
        return f"{got['strays']} messages went to another device than (source + 1) mod n"
    return "" if got["sent"] == [64] * 3 else f"they sent {got['sent']} bytes, not 64 each"


@q.probe(gives=[4.0, 8 / 3])
def seconds_of_a_ring(f):
    """6 numbers on 3 devices take 4 s at 16 B/s, and 8/3 s at 24 B/s."""
    return [ringing(f, 3, 6, bandwidth)["seconds"] for bandwidth in (16.0, 24.0)]


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe
def five_devices_thirty_five_numbers(f):
    """Five devices, chunks of 7 numbers: sums, seconds, bytes and neighbours."""
    got = ringing(f, 5, 35, 1e3, 1)
    return [got["sums"], got["seconds"], got["sent"], got["strays"]]


@q.probe
def chunks_of_two_sizes(f):
    """17 numbers on five devices: chunks of 4 and 3; a step waits for the larger."""
    got = ringing(f, 5, 17, 32.0, 2)
    return [got["sums"], got["seconds"], sum(got["sent"]), got["strays"]]


@q.probe
def fewer_numbers_than_devices(f):
    """Three numbers on seven devices: some chunks are empty."""
    got = ringing(f, 7, 3, 8.0, 3)
    return [got["sums"], got["seconds"], sum(got["sent"]), got["strays"]]


@q.probe
def one_device_sends_nothing(f):
    """One device has the sum already."""
    got = ringing(f, 1, 5)
    return [got["sums"], got["seconds"], got["sent"]]


@q.probe
def two_devices(f):
    """Two devices, each the other's neighbour on both sides."""
    got = ringing(f, 2, 4, 8.0, 4)
    return [got["sums"], got["seconds"], got["sent"], got["strays"]]


def passing(vectors, send, both=True):
    """The ring by a recursion over steps: arrays, in place."""
    n, length = len(vectors), len(vectors[0])
    data = np.array(vectors, dtype=float)
    ends = np.cumsum([0] + [length // n + (i < length % n) for i in range(n)])
    for add in (True, False)[: 1 + both]:
        for k in range(n - 1):
            for source in range(n):
                i = (source - k + (not add)) % n
                part = slice(ends[i], ends[i + 1])
                came = np.asarray(send(source, (source + 1) % n, data[source, part].copy()))
                target = (source + 1) % n
                data[target, part] = came + data[target, part] * add
    return data


def time_of(n, length, bandwidth_Bps):
    steps, largest_bytes = 2 * (n - 1), 8 * math.ceil(length / n)
    return steps * largest_bytes / bandwidth_Bps


@q.reference
def in_one_table(vectors, send, bandwidth_Bps):
    seconds = time_of(len(vectors), len(vectors[0]), bandwidth_Bps)
    return {"sums": list(passing(vectors, send)), "seconds": seconds}


@q.mistake("""Your time is that of sending the vector once. A ring sends almost twice that: n − 1
chunks to add up and n − 1 to hand round, 2(n − 1)/n of the vector. (14 GB over 8 devices at 50 GB/s
take 0.49 s, not 0.28.)""")
def ring_equals_size(vectors, send, bandwidth_Bps):
    once = 8 * len(vectors[0]) / bandwidth_Bps
    return in_one_table(vectors, send, bandwidth_Bps) | {"seconds": once}


@q.mistake("""Your time has only the first half, n − 1 steps: that is a reduce-scatter. The finished
chunks have to go round as well.""")
def seconds_of_one_half(vectors, send, bandwidth_Bps):
    right = in_one_table(vectors, send, bandwidth_Bps)
    return right | {"seconds": right["seconds"] / 2}


@q.mistake("""Your time grows with the number of devices: you took a whole vector for each step, or
added up what all devices send in it. They send at once, a chunk each, an n-th of a vector: the
total hardly depends on n.""")
def whole_vectors_in_the_time(vectors, send, bandwidth_Bps):
    n = len(vectors)
    seconds = 2 * (n - 1) * 8 * len(vectors[0]) / bandwidth_Bps
    return in_one_table(vectors, send, bandwidth_Bps) | {"seconds": seconds}


@q.mistake("""You divided by n where chunks differ in size. All devices wait for the largest chunk
of a step: round the chunk up.""")
def chunks_of_average_size(vectors, send, bandwidth_Bps):
    n, length = len(vectors), len(vectors[0])
    seconds = 2 * (n - 1) * length / n * 8 / bandwidth_Bps
    return in_one_table(vectors, send, bandwidth_Bps) | {"seconds": seconds}


@q.mistake("""You counted numbers, not bytes: a float64 has 8.""")
def numbers_for_bytes(vectors, send, bandwidth_Bps):
    return in_one_table(vectors, send, 8 * bandwidth_Bps)


@q.mistake("""You pass whole vectors round the ring: each device sends n − 1 of them, so traffic
grows with n. Pass chunks: added up on the way, each device sends under 2 vectors for any n.""")
def whole_vectors_passed(vectors, send, bandwidth_Bps):
    n = len(vectors)
    total, moving = [np.array(v, float) for v in vectors], [np.array(v, float) for v in vectors]
    for _ in range(n - 1):
        moving = [np.asarray(send((i - 1) % n, i, moving[i - 1])) for i in range(n)]
        total = [a + b for a, b in zip(total, moving, strict=True)]
    return {"sums": total, "seconds": time_of(n, len(vectors[0]), bandwidth_Bps)}


@q.mistake("""You stop after the first half: each device holds one finished chunk and parts of
others. n − 1 more steps hand the finished chunks round.""")
def stopped_half_way(vectors, send, bandwidth_Bps):
    sums = list(passing(vectors, send, both=False))
    return in_one_table(vectors, lambda *_: _[2], bandwidth_Bps) | {"sums": sums}


@q.mistake("""All vectors go to one device and back. Its link carries everything, n times a ring's,
and messages leave the ring. Each device sends to the next one only.""")
def through_device_zero(vectors, send, bandwidth_Bps):
    n = len(vectors)
    came = [np.asarray(send(i, 0, np.array(vectors[i], float))) for i in range(1, n)]
    total = np.sum([np.asarray(vectors[0], float), *came], axis=0)
    sums = [total] + [np.asarray(send(0, i, total)) for i in range(1, n)]
    return {"sums": sums, "seconds": time_of(n, len(vectors[0]), bandwidth_Bps)}


@q.mistake("""You return the mean. An all-reduce sums; what to divide by (rows, tokens) is not its
business, and rarely the number of devices.""")
def mean_not_sum(vectors, send, bandwidth_Bps):
    right = in_one_table(vectors, send, bandwidth_Bps)
    return right | {"sums": [s / len(vectors) for s in right["sums"]]}


@q.mistake("""The sums are right and nothing was sent: you added up what no single device has.
Move every number through `send`.""")
def nothing_was_sent(vectors, send, bandwidth_Bps):
    total = np.sum(vectors, axis=0)
    seconds = time_of(len(vectors), len(vectors[0]), bandwidth_Bps)
    return {"sums": [total.copy() for _ in vectors], "seconds": seconds}


@q.variant
def chunk_by_chunk(vectors, send, bandwidth_Bps):
    n = len(vectors)
    chunks = [np.array_split(np.asarray(v), n) for v in vectors]
    out = [[None] * n for _ in range(n)]
    for c in range(n):  # follow one chunk all the way: n - 1 hops to add up, n - 1 to hand round
        values = np.array(chunks[c][c], dtype=float)
        for hop in range(1, n):
            device = (c + hop) % n
            values = np.asarray(send((device - 1) % n, device, values)) + chunks[device][c]
        out[(c + n - 1) % n][c] = values
        for hop in range(n - 1):
            device = (c + n - 1 + hop) % n
            values = np.asarray(send(device, (device + 1) % n, values))
            out[(device + 1) % n][c] = values
    longest = max(len(part) for part in chunks[0])
    seconds = (n - 1) * 2 * longest * 8.0 / bandwidth_Bps
    return {"sums": [np.concatenate(parts) for parts in out], "seconds": seconds}


@q.variant
def in_torch(vectors, send, bandwidth_Bps):
    import torch

    n = len(vectors)
    split = [list(torch.tensor_split(torch.as_tensor(np.array(v)), n)) for v in vectors]
    for k in range(2 * n - 2):
        first = k < n - 1
        for i in range(n):
            c, j = (i - k + (0 if first else n)) % n, (i + 1) % n
            came = torch.as_tensor(np.asarray(send(i, j, split[i][c].numpy())))
            split[j][c] = split[j][c] + came if first else came.clone()
    big = max(part.numel() for part in split[0])
    total = [torch.cat(parts) for parts in split]
    return {"seconds": 2 * (n - 1) * big * 8 / bandwidth_Bps, "sums": total}


q.hints(
    """In every step each device sends one chunk and receives another. Which chunk must it be, so
that after n − 1 steps one chunk has passed everybody?""",
    """Two devices, vectors (1, 2) and (10, 20): device 0 sends chunk 0, device 1 sends chunk 1;
then device 1 holds 11, device 0 holds 22; one more step each.""",
    """Step k: device i sends chunk (i − k) mod n, the next one adds it. Then device i starts with
chunk (i + 1) mod n, finished, and chunks replace instead of add.""",
)
q.why("""Each device sends 2(n − 1)/n of its vector: under twice its size for *any* n, and it is a
lower bound, for every number must leave its device once and come back summed once. So the ring is
as good as can be in bytes, and bad in steps: 2(n − 1) of them, each with its latency. That is why
small messages use trees, why gradients are put into buckets, and why the all-reduce of the last
layers starts while the first are still being computed. ZeRO 2 uses the first half (reduce-scatter)
and later the second (all-gather): the same bytes as an all-reduce, so its memory is free.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. The gate (5 points, 25 minutes)
#
# `Registry(first, z, harm)` holds the model in use and decides about candidates.
# `promote(name, champion, candidate, slices, test_id)` gets the losses of both models on **the same
# n rows** (float arrays, smaller is better), the slice of each row (a list of n strings) and the
# name of the test set. With $d_i$ = champion's loss − candidate's loss, and for any set of m rows
# the lower end of the interval
#
# $$\bar d-z\,s/\sqrt m,\qquad s^2=\tfrac1{m-1}\sum(d_i-\bar d)^2,$$
#
# the candidate must pass three checks. Reasons against it, in this order:
#
# 1. `"test set used"`: an earlier call of `promote` had this `test_id`, whatever came of it;
# 2. `"no gain"`: over all rows the lower end is not above 0;
# 3. `"slice NAME"`, for each slice in alphabetical order: its lower end is below −`harm`, or it has
#    fewer than 2 rows. What is not shown to be harmless is not harmless.
#
# `promote` returns (True, []) and puts the model in use, or (False, reasons) and changes nothing
# but the memory of test sets. `current()` is the name in use. `rollback()` puts the one before it
# in use again and returns its name; a ValueError if there is none. n is at least 2.


# %% nbgrader={"grade_id": "registry", "solution": true}
class Registry:
    """The model in use, those before it, and the test sets that are used up.

    Args:
        first: str. The model in use at the start.
        z: float. Standard errors from the mean to the end of an interval.
        harm: float ≥ 0. What a slice may lose at most.
    """

    def __init__(self, first, z=2.0, harm=0.0):
        ### BEGIN SOLUTION
        self.names, self.z, self.harm, self.used = [first], z, harm, set()
        ### END SOLUTION

    def promote(self, name, champion, candidate, slices, test_id):
        """Put `name` in use if it passes: (True, []) or (False, reasons)."""
        ### BEGIN SOLUTION
        gain = np.asarray(champion, dtype=float) - np.asarray(candidate, dtype=float)

        def low(d):
            return d.mean() - self.z * d.std(ddof=1) / math.sqrt(len(d))

        reasons = ["test set used"] if test_id in self.used else []
        self.used.add(test_id)
        if not low(gain) > 0:
            reasons.append("no gain")
        for part in sorted(set(slices)):
            rows = gain[[s == part for s in slices]]
            if len(rows) < 2 or low(rows) < -self.harm:
                reasons.append(f"slice {part}")
        if not reasons:
            self.names.append(name)
        return not reasons, reasons
        ### END SOLUTION

    def current(self):
        """The name of the model in use."""
        ### BEGIN SOLUTION
        return self.names[-1]
        ### END SOLUTION

    def rollback(self):
        """Put the model before it in use again; its name."""
        ### BEGIN SOLUTION
        if len(self.names) < 2:
            raise ValueError(f"there is no model before {self.names[0]}")
        self.names.pop()
        return self.names[-1]
        ### END SOLUTION


# %% nbgrader={"grade_id": "registry_promotes_what_is_shown", "grade": true}
"""A candidate is put in use when a fresh test shows a gain, and harm to nobody."""
q = Question(Registry, points=5)


def losses(seed, **parts):
    """Losses of champion and candidate, and slices. Each part: (rows, gain, spread of the gain).

    The gains of a slice have exactly this mean and spread, so that no rounding decides.
    """
    draw = np.random.default_rng(seed)
    champion, gains, slices = [], [], []
    for part, (rows, gain, spread) in parts.items():
        noise = draw.standard_normal(rows)
        noise = (noise - noise.mean()) / (noise.std(ddof=1) if rows > 1 else 1.0)
        gains.append(gain + spread * noise)
        champion.append(1.0 + 2.0 * draw.random(rows))
        slices += [part] * rows
    order = draw.permutation(len(slices))
    champion, gains = np.concatenate(champion)[order], np.concatenate(gains)[order]
    return champion, champion - gains, [slices[i] for i in order]


GOOD = losses(1, de=(40, 0.10, 0.1), fr=(30, 0.08, 0.1), pt=(25, 0.09, 0.1))
ONE_LOSES = losses(2, de=(60, 0.20, 0.1), fr=(30, 0.15, 0.1), pt=(20, -0.15, 0.1))
NO_GAIN = losses(3, de=(40, 0.01, 0.3), fr=(30, 0.01, 0.3))


def said(result):
    """A decision in words."""
    passed, reasons = result
    return ", ".join(["passed" if passed else "refused", *reasons])


def back(registry):
    """What rolling back gives."""
    try:
        return registry.rollback()
    except ValueError:
        return "ValueError"


@q.probe(gives=["passed", "v2"])
def a_good_candidate(f):
    """A candidate that is better overall and in each slice is put in use."""
    registry = f("v1", 2.0, 0.05)
    return [said(registry.promote("v2", *GOOD, "monday")), registry.current()]


@q.probe(gives=["refused, slice pt", "v1"])
def better_on_average_only(f):
    """Better on average and worse for one slice is not good enough."""
    registry = f("v1", 2.0, 0.05)
    return [said(registry.promote("v2", *ONE_LOSES, "monday")), registry.current()]


@q.probe(gives=["refused, test set used", "v1"])
def the_same_test_twice(f):
    """A test set decides once, whatever came of it."""
    registry = f("v1", 2.0, 0.05)
    registry.promote("v2", *ONE_LOSES, "monday")
    return [said(registry.promote("v3", *GOOD, "monday")), registry.current()]


@q.probe(gives=["v2", "v1", "v1", "ValueError"])
def back_and_no_further(f):
    """Rolling back goes to the model before, and not beyond the first."""
    registry = f("v1", 2.0, 0.05)
    registry.promote("v2", *GOOD, "monday")
    return [registry.current(), back(registry), registry.current(), back(registry)]


### BEGIN HIDDEN TESTS
q.hidden()


def deciding(f, test, z=2.0, harm=0.05):
    return said(f("v1", z, harm).promote("v2", *test, "tuesday"))


@q.probe
def no_gain_beyond_noise(f):
    """A mean gain within its own noise is no gain."""
    return deciding(f, NO_GAIN, harm=1.0)


@q.probe
def small_slices(f):
    """A slice whose harm cannot be ruled out counts against it, and so does one of a single row."""
    parts = {"few": (5, 0.02, 0.2), "low": (8, -0.08, 0.2), "one": (1, 0.3, 0.0)}
    return deciding(f, losses(4, big=(80, 0.2, 0.1), safe=(9, 0.1, 0.1), **parts))


@q.probe
def five_rows_in_all(f):
    """On few rows it matters that s² is divided by m − 1."""
    return deciding(f, losses(8, all=(5, 0.05, 0.058)), harm=1.0)


@q.probe
def paired_noise(f):
    """Losses that vary much from row to row may differ little between the models."""
    champion, candidate, slices = losses(5, a=(30, 0.05, 0.04), b=(30, 0.05, 0.04))
    bumps = 5 * np.random.default_rng(0).standard_normal(60)
    return deciding(f, (champion + bumps, candidate + bumps, slices))


@q.probe
def harm_within_the_limit(f):
    """A slice may lose a little, if that is shown to be less than `harm`."""
    test = losses(6, a=(90, 0.2, 0.1), b=(40, -0.02, 0.05))
    return [deciding(f, test, harm=0.05), deciding(f, test, harm=0.0)]


@q.probe
def all_reasons_in_order(f):
    """Every reason is told: the test set, the gain, the slices by name."""
    registry = f("v1", 3.0, 0.0)
    registry.promote("v2", *GOOD, "monday")
    worse = losses(7, z=(20, -0.2, 0.1), a=(20, -0.1, 0.1), m=(20, 0.3, 0.1))
    return said(registry.promote("v3", *worse, "monday"))


@q.probe
def a_longer_story(f):
    """Promotions stack up, rollbacks take them off, and test sets stay used."""
    registry = f("v1", 2.0, 0.05)
    story = [said(registry.promote(f"v{day}", *GOOD, day)) for day in ("2", "3")]
    story += [registry.current(), back(registry), said(registry.promote("v3", *GOOD, "3"))]
    return [*story, said(registry.promote("v4", *GOOD, "4")), back(registry)]


class Judge:
    """A registry by other means: statistics' formulas, a list of decisions."""

    def __init__(self, first, z=2.0, harm=0.0):
        self.first, self.z, self.harm = first, z, harm
        self.stack, self.decided = [], []

    def low(self, d):
        from statistics import mean, stdev

        return mean(d) - self.z * stdev(d) / len(d) ** 0.5

    def low_of_all(self, champion, candidate):
        return self.low([float(a - b) for a, b in zip(champion, candidate, strict=True)])

    def is_used(self, test_id):
        return test_id in self.decided

    def harmful(self, d):
        return len(d) < 2 or self.low(d) < -self.harm

    def against_slices(self, champion, candidate, slices):
        parts = {}
        for a, b, part in zip(champion, candidate, slices, strict=True):
            parts.setdefault(part, []).append(float(a - b))
        return [f"slice {part}" for part in sorted(parts) if self.harmful(parts[part])]

    def note(self, test_id, passed):
        self.decided.append(test_id)

    def promote(self, name, champion, candidate, slices, test_id):
        reasons = ["test set used"] if self.is_used(test_id) else []
        if self.low_of_all(champion, candidate) <= 0:
            reasons.append("no gain")
        reasons += self.against_slices(champion, candidate, slices)
        self.note(test_id, not reasons)
        if not reasons:
            self.stack.append(name)
        return not reasons, reasons

    def current(self):
        return self.stack[-1] if self.stack else self.first

    def rollback(self):
        if not self.stack:
            raise ValueError("nothing to go back to")
        self.stack.pop()
        return self.current()


q.reference(Judge)


@q.mistake("""You look at the average only. A large slice's gain pays for a small slice's loss, and
those who lose are the ones who leave. Check each slice against `harm`.""")
class gate_on_average(Judge):
    def against_slices(self, champion, candidate, slices):
        return []


@q.mistake("""A test set decides again and again. Each look picks the luckiest of several
candidates, so the same set shows gains that are not there. Note its name, and refuse it.""")
class gate_reuses_test(Judge):
    def is_used(self, test_id):
        return False


@q.mistake("""A test set counts as used only if its candidate passed. It has been looked at all the
same: refused candidates are what one learns from. Note the name in every call.""")
class used_only_if_passed(Judge):
    def note(self, test_id, passed):
        if passed:
            self.decided.append(test_id)


@q.mistake("""You compare two means and ask for no interval. On 70 rows half of all useless
candidates look better. Ask for the lower end, mean − z · s/√m, above 0.""")
class point_estimates(Judge):
    def low(self, d):
        return sum(d) / len(d)


@q.mistake("""Your interval treats the two models' losses as independent. Both saw the same rows:
take differences first. What is hard for one is hard for the other, and cancels.""")
class unpaired_interval(Judge):
    def promote(self, name, champion, candidate, slices, test_id):
        self.pair = (np.asarray(champion), np.asarray(candidate))
        return super().promote(name, champion, candidate, slices, test_id)

    def low_of_all(self, champion, candidate):
        a, b = self.pair
        error = math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))
        return float(a.mean() - b.mean()) - self.z * error


@q.mistake("""A slice is let through unless its loss is *proven* (you took the upper end). Then a
slice of five rows always passes. Absence of evidence is not safety: take the lower end.""")
class harm_must_be_proven(Judge):
    def harmful(self, d):
        if len(d) < 2:
            return True
        mean = sum(d) / len(d)
        return 2 * mean - self.low(d) < -self.harm


@q.mistake("""Slices must be no worse by their mean alone. Five rows with a mean of +0.02 and a
spread of 0.2 show nothing. Use the lower end of the slice's interval.""")
class slices_by_their_mean(Judge):
    def harmful(self, d):
        return len(d) < 2 or sum(d) / len(d) < -self.harm


@q.mistake("""You ask every slice for a *gain*. With a dozen slices hardly any candidate passes:
within `harm` is good enough, if it is shown.""")
class every_slice_must_gain(Judge):
    def harmful(self, d):
        return len(d) < 2 or self.low(d) <= 0


@q.mistake("""The sign is turned round: these are losses, so champion − candidate is the gain.""")
class losses_as_scores(Judge):
    def promote(self, name, champion, candidate, slices, test_id):
        return super().promote(name, candidate, champion, slices, test_id)


@q.mistake("""A slice with a single row is passed over. It has no interval, so nothing is known
about it: that is a reason against.""")
class single_rows_passed_over(Judge):
    def harmful(self, d):
        return len(d) > 1 and self.low(d) < -self.harm


@q.mistake("""Only the first reason is told. Whoever has to repair the candidate wants all.""")
class first_reason_only(Judge):
    def promote(self, name, champion, candidate, slices, test_id):
        passed, reasons = super().promote(name, champion, candidate, slices, test_id)
        return passed, reasons[:1]


@q.mistake("""Your s² is divided by m. The mean was fitted to the same rows, so divide by m − 1: in
numpy that is ddof=1. On five rows the interval is a tenth too narrow.""")
class divided_by_m(Judge):
    def low(self, d):
        from statistics import mean, pstdev

        return mean(d) - self.z * pstdev(d) / len(d) ** 0.5


@q.mistake("""Your standard error lacks the √m: s is the spread of single rows; the mean of m rows
is √m times steadier.""")
class spread_for_error(Judge):
    def low(self, d):
        from statistics import mean, stdev

        return mean(d) - self.z * stdev(d)


@q.variant
class in_torch:
    def __init__(self, first, z=2.0, harm=0.0):
        self.history, self.seen, self.z, self.harm = (first,), (), z, harm

    def promote(self, name, champion, candidate, slices, test_id):
        import torch

        d = torch.as_tensor(np.array(champion)) - torch.as_tensor(np.array(candidate))
        low = lambda x: float(x.mean() - self.z * x.std() / len(x) ** 0.5)  # noqa: E731
        why = ["test set used"] * (test_id in self.seen) + ["no gain"] * (low(d) <= 0)
        for part in sorted(set(slices)):
            mine = d[torch.tensor([s == part for s in slices])]
            if len(mine) == 1 or low(mine) < -self.harm:
                why.append("slice " + part)
        self.seen += (test_id,)
        self.history += () if why else (name,)
        return [len(why) == 0, why]

    def current(self):
        return self.history[-1]

    def rollback(self):
        if len(self.history) == 1:
            raise ValueError
        self.history = self.history[:-1]
        return self.current()


@q.variant
class by_welford:
    def __init__(self, first, z=2.0, harm=0.0):
        self.models, self.at, self.tests, self.limits = [first], 0, {}, (z, harm)

    def promote(self, name, champion, candidate, slices, test_id):
        stats = {}
        for a, b, part in zip(champion, candidate, slices, strict=True):
            for key in (None, part):
                n, mean, m2 = stats.get(key, (0, 0.0, 0.0))
                delta = (a - b) - mean
                mean += delta / (n + 1)
                stats[key] = (n + 1, mean, m2 + delta * (a - b - mean))
        z, harm = self.limits
        lows = {k: m - z * (q / (n - 1) / n) ** 0.5 if n > 1 else -1e9 for k, (n, m, q) in (
            stats.items())}  # fmt: skip
        reasons = ["test set used"] if self.tests.setdefault(test_id, 0) else []
        self.tests[test_id] += 1
        reasons += [] if lows.pop(None) > 0 else ["no gain"]
        reasons += [f"slice {part}" for part, low in sorted(lows.items()) if low < -harm]
        if reasons:
            return False, reasons
        self.models[self.at + 1 :] = [name]
        self.at += 1
        return True, []

    def current(self):
        return self.models[self.at]

    def rollback(self):
        if self.at == 0:
            raise ValueError("first model")
        self.at -= 1
        return self.models[self.at]


q.hints(
    "Three questions: is the evidence fresh, is there a gain beyond noise, is anybody harmed?",
    """Two slices of 50 and 3 rows: a gain of 0.2 in the first may hide anything in the second.
Which end of the second's interval do you compare with −harm?""",
    """d = champion − candidate, row by row; low = mean − z·std(ddof=1)/√m; over all rows low > 0,
in each slice m ≥ 2 and low ≥ −harm; note test_id in each call.""",
)
q.why("""The average asks "is it better?", a slice asks "could it be worse?", and the two need
opposite burdens of proof: superiority overall (lower end above 0), non-inferiority in each slice
(lower end above −harm). Demanding gains everywhere rejects nearly everything; letting pass what is
not proven harmful waves small slices through. Pairing makes the interval narrow for free. And a
test set is a measuring device that wears out: after k candidates the best of k lucky draws looks
like progress, so log each look, and take fresh rows (a newer day does it) or a correction. Rollback
is part of the gate: a decision under noise is sometimes wrong, and must be cheap to undo.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "explain_the_jump", "task": true, "points": 4}
# ## 9. Say it in 90 seconds (4 points, 15 minutes, graded by hand)
#
# A colleague writes: **"The run died last night and I resumed it from the checkpoint. The loss
# jumped by 0.3 and came back after two hours, so all is well. I also moved it from 64 to 48 devices
# and checkpoint once a day now, because writing takes a minute and nothing else has failed this
# week."**
#
# Write what you would answer, 150 to 220 words, in the cell below this one. Use at least two
# numbers that you computed in this assignment's way, with units and assumptions. Read it aloud with
# a clock.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: agrees that a jump that heals is fine, or only says "save more often".
# - **1**: says that optimiser state may be missing and that failures happen, without consequences.
# - **2** (mid): the jump is diagnosed as lost state (moments, schedule, generator, sampler) and the
#   daily checkpoint as too rare; one number, of the right kind.
# - **3** (senior): as 2, and tells *which* state from the symptom (two hours are far longer than
#   Adam's memory of some thousand steps takes, or not: says which; a lost sampler shows no jump at
#   all, and repeats data), asks for the test (cut, resume, compare bits). Computes the job's mean
#   time between failures from one device's, and the interval: for 50,000 h a device and 48 devices
#   about 1042 h, so √(2 · 1 min · 1042 h) ≈ 6 h; says that a week without failures is expected at
#   this size, and that what is lost at a daily interval is about half a day for each failure.
# - **4** (staff): as 3, and says what 64 → 48 changed besides: global batch (so learning rate,
#   noise), order of additions (no bit equality any more, so the test must be made at one size),
#   shards of the optimiser state and of the sampler that have to be redistributed. Turns it into a
#   decision: what to check now (was data repeated?), what to roll back to, what to automate (resume
#   test in CI, a bad day's cost against a minute each six hours), what would change the answer.
#
# A level-4 answer: "A jump that heals is a symptom that went away, not a cause. If moments were
# lost, Adam forgets in about a thousand steps; if your two hours are far more than that, suspect
# the schedule or the batch. You went from 64 to 48 devices: unless you changed accumulation, the
# batch is a quarter smaller. And a lost sampler would not jump at all; it would repeat data,
# quietly. So before we go on: print which rows the last and the first step read. Then the test: on
# one size, run 20 steps, and 8 plus 12 with a restart; the weights must be equal bit for bit.
# Across sizes they never will be, sums change order. As for checkpoints: at 50,000 hours a device,
# my assumption, 48 devices fail every 1042 hours; a quiet week tells us nothing. With one minute a
# checkpoint the best interval is the root of two times a minute times that, about six hours. Daily
# saves us nothing measurable, and costs half a day when it happens. Preemptions would shorten that
# a lot; do we have them? If the sampler was lost, I would go back to last night's checkpoint: eight
# hours of 48 devices cost less than a model we cannot explain."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
