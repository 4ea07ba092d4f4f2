# %% [markdown]
# # {{title}}: practice
#
# The second graded notebook of this unit: loading data, asynchronous calls, the lock, and SQL.
# Nine questions, about two hours; do one a day if you like.
#
# {{how_it_works}}
#
# **Asynchronous code** runs here on a clock that is a number: `@on_fake_clock` makes an ordinary
# function of a coroutine function, `asyncio.sleep(5)` takes no time, and
# `asyncio.get_running_loop().time()` tells the simulated seconds. Keep the decorator.
#
# **SQL** runs on SQLite 3.30 or newer, which has window functions. Your function returns the text
# of one SELECT (WITH is allowed). `run_sql(text, tables)` in the cell below shows its rows. Tests
# compare rows in order, so keep to the order that is asked. NULL is `None` in Python.

# %% nbgrader={"grade_id": "imports", "locked": true}
import asyncio
import collections
import concurrent.futures
import functools
import heapq
import itertools
import selectors
import sqlite3

import numpy as np

from mlprep.check import Question


class FakeClock(selectors.SelectSelector):
    """Where an event loop waits: here it moves the clock on and does not wait."""

    now = 0.0

    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError("deadlock: everybody waits, and nothing is left to happen")
        self.now += timeout
        return super().select(0)


def on_fake_clock(coroutine):
    """An ordinary function that runs `coroutine` to its end on simulated time.

    Its first argument is a dict: a Service is made of it and handed to the coroutine in its place.
    Returns {"result": …, "starts": […], "ends": […], "most_at_once": …, "finished": …}.
    """

    def run(setting, *args):
        clock = FakeClock()
        loop = asyncio.SelectorEventLoop(clock)
        loop.time = lambda: clock.now
        loop.set_exception_handler(lambda *_: None)  # of tasks that nobody asks
        service = Service(loop, **setting)
        try:
            result = loop.run_until_complete(coroutine(service, *args))
            return {"result": result, **service.log(), "finished": round(clock.now, 6)}
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left))
            loop.close()

    @functools.wraps(coroutine)
    def apart(setting, *args):
        with concurrent.futures.ThreadPoolExecutor(1) as thread:  # Jupyter has a loop of its own
            return thread.submit(run, setting, *args).result()

    return apart


class ServiceError(Exception):
    """A call failed."""


class Service:
    """What is called: `await service.call(i)` takes durations[i] seconds and gives i * 10."""

    def __init__(self, loop, durations, failing=(), arrivals=()):
        self._loop, self._durations, self._failing = loop, durations, failing
        self._arrivals = list(enumerate(arrivals))
        self._starts, self._ends, self._running, self._most = [], [], 0, 0

    async def call(self, i):
        """i * 10 after durations[i] seconds. Raises ServiceError if i is failing."""
        self._starts.append([i, round(self._loop.time(), 6)])
        self._running += 1
        self._most = max(self._most, self._running)
        try:
            await asyncio.sleep(self._durations[i])
            if i in self._failing:
                raise ServiceError(f"call {i} failed")
            return i * 10
        finally:
            self._running -= 1
            self._ends.append([i, round(self._loop.time(), 6)])

    async def next(self):
        """The number of the next job, as soon as it has arrived; None after the last one."""
        if not self._arrivals:
            return None
        i, at = self._arrivals.pop(0)
        await asyncio.sleep(max(0.0, at - self._loop.time()))
        return i

    def log(self):
        return {"starts": [*self._starts], "ends": [*self._ends], "most_at_once": self._most}


READING = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}


def run_sql(sql, tables):
    """The rows of one SELECT, or a text that says why there are none.

    Args:
        sql: str.
        tables: dict from a table's name to (names of columns in one str, list of rows).
    """
    if not isinstance(sql, str):
        return "the text of one SELECT is wanted"
    db = sqlite3.connect(":memory:")
    try:
        for name, (columns, rows) in tables.items():
            db.execute(f"CREATE TABLE {name} ({columns})")
            marks = ", ".join("?" * len(columns.split(",")))
            db.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        steps = itertools.count()
        db.set_progress_handler(lambda: next(steps) > 1000, 1000)  # a million instructions
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2000)  # bytes of a value or a row
        db.set_authorizer(lambda action, *_: 0 if action in READING else 1)
        return db.execute(sql).fetchmany(2000)
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        return f"SQLite says: {error}"
    finally:
        db.close()


def amiss(sql, tables, wanted):
    """Nothing where the rows are those wanted, else what is wrong."""
    got = run_sql(sql, tables)
    if isinstance(got, str):
        return got
    if len(got) != len(wanted) and (not got or not wanted):
        return f"there are {len(got)} rows, not {len(wanted)}"
    if got and len(got[0]) != len(wanted[0]):
        return f"a row has {len(got[0])} columns, not {len(wanted[0])}"
    pairs = list(zip(got, wanted, strict=False))
    wrong = [i for i, (g, w) in enumerate(pairs) if not all(map(_same, g, w))]
    if not wrong:
        return "" if len(got) == len(wanted) else f"there are {len(got)} rows, not {len(wanted)}"
    one, other = (sorted(rows, key=_in_order) for rows in (got, wanted))
    if len(got) == len(wanted) and all(all(map(_same, g, w)) for g, w in zip(one, other)):
        return f"the rows are right and their order is not: row {wrong[0] + 1} is {got[wrong[0]]}"
    first = f"row {wrong[0] + 1} is {tuple(got[wrong[0]])}, not {tuple(wanted[wrong[0]])}"
    return f"{first} ({len(got)} rows, {len(wanted)} wanted, {len(wrong)} differ)"


def _in_order(row):
    return [(v is None, isinstance(v, str), 0 if v is None else v) for v in row]


def _same(a, b):
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= 1e-9 * max(1, abs(b))
    return a == b


# %% [markdown]
# ## 1. One epoch of one rank (4 points, 15 minutes)
#
# `world` ranks read n examples together; each calls `loader` with its own `rank` and with a
# generator in the **same state**. Return this rank's batches for one epoch, lists of indices
# 0 … n − 1.
#
# - `rng` given: training. All n indices are shuffled *before* they are dealt out, so that an
#   example meets another rank in another epoch.
# - `rng` None: evaluation. Every index is in exactly one batch of exactly one rank, whatever
#   `drop_last` says.
# - Batches have `batch` indices, only a rank's last one may have fewer. No index is given twice.
#   Shares differ by at most one index between ranks.
# - Training with `drop_last`: all batches are full, and every rank has the same number of them (a
#   rank with one more would wait for the others for ever): as many as n // (world · batch).
#   Without it, every index is in exactly one batch.
#
# How indices are dealt to ranks is free.
#
# **Example.** n = 7, batch 2, world 3, training: shares of 3, 2 and 2, such as [[4, 0], [6]],
# [[2, 5]] and [[1, 3]]. With drop_last 7 // 6 = 1 batch each: [[4, 0]], [[2, 5]] and [[1, 3]].


# %% nbgrader={"grade_id": "loader", "solution": true}
def loader(n, batch, rng, drop_last, rank, world):
    """The batches of one rank in one epoch.

    Args:
        n, batch, world: ints ≥ 1. rank: int, 0 … world − 1.
        rng: np.random.Generator, in the same state for all ranks; None: evaluation.
        drop_last: bool. Training only: full batches, equally many on each rank.

    Returns:
        list of lists of ints.
    """
    ### BEGIN SOLUTION
    order = np.arange(n) if rng is None else rng.permutation(n)
    mine = [int(i) for i in order[rank::world]]
    if rng is not None and drop_last:
        mine = mine[: n // (world * batch) * batch]
    return [mine[i : i + batch] for i in range(0, len(mine), batch)]
    ### END SOLUTION


# %% nbgrader={"grade_id": "loader_covers_everything_once", "grade": true}
"""Ranks share the examples without overlap, and nobody waits for ever."""
q = Question(loader, points=4)


def epoch(f, n, batch, seed, drop_last, world):
    """The batches of all ranks, as lists of ints; seed None: evaluation."""

    def stream():
        return None if seed is None else np.random.default_rng(seed)

    ranks = [f(n, batch, stream(), drop_last, rank, world) for rank in range(world)]
    return [[[int(i) for i in part] for part in parts] for parts in ranks]


def cover(ranks, n):
    """Nothing where each index is there once, else what is wrong."""
    counts = np.zeros(n, int)
    for i in itertools.chain.from_iterable(itertools.chain.from_iterable(ranks)):
        if not 0 <= i < n:
            return f"index {i} is not among 0 … {n - 1}"
        counts[i] += 1
    twice, never = int((counts > 1).sum()), int((counts == 0).sum())
    parts = [f"{'some' if twice > 1 else 'one'} come twice"] * bool(twice)
    return " and ".join(parts + ["some never come"] * bool(never))


def sizes(ranks, batch):
    """Nothing where only last batches are short and shares are even, else what is wrong."""
    for parts in ranks:
        if any(len(part) != batch for part in parts[:-1]) or any(
            not 0 < len(part) <= batch for part in parts[-1:]
        ):
            return "a batch that is not a rank's last has another size"
    shares = [sum(map(len, parts)) for parts in ranks]
    if max(shares) - min(shares) <= 1:
        return ""
    return f"the ranks have {', '.join(map(str, shares))} indices: they differ by more than one"


@q.probe(gives="")
def training_covers_all(f):
    """Without drop_last, three ranks together give each of 23 indices once"""
    return cover(epoch(f, 23, 4, 0, False, 3), 23)


@q.probe(gives="")
def evaluation_covers_all(f):
    """In evaluation, each of 23 indices is given once, whatever drop_last says"""
    return cover(epoch(f, 23, 4, None, True, 3), 23)


@q.probe(gives="")
def equally_many_full_batches(f):
    """With drop_last, each of three ranks has one full batch of four out of 23"""
    got = [[len(part) for part in parts] for parts in epoch(f, 23, 4, 0, True, 3)]
    return "" if got == [[4], [4], [4]] else f"the sizes of the ranks' batches are {got}"


@q.probe(gives="")
def batch_sizes(f):
    """Only a rank's last batch is shorter, and shares differ by one index at most"""
    return sizes(epoch(f, 23, 4, 1, False, 3), 4)


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives="")
def drop_last_gives_nothing_twice(f):
    """With drop_last, no index is given twice"""
    return cover(epoch(f, 31, 3, 2, True, 4), 31).replace("some never come", "")


@q.probe(gives="")
def steps_of_each_rank(f):
    """31 // (4 · 3) = 2 batches on each of four ranks: equal, or they wait for each other"""
    got = [len(parts) for parts in epoch(f, 31, 3, 2, True, 4)]
    return "" if got == [2, 2, 2, 2] else f"they have {got} batches"


@q.probe(gives="")
def one_rank(f):
    """A world of one rank covers all"""
    ranks = epoch(f, 7, 5, 3, False, 1)
    return cover(ranks, 7) or sizes(ranks, 5)


@q.probe(gives="")
def more_ranks_than_examples(f):
    """Five ranks share three examples: each once, some ranks have none"""
    return cover(epoch(f, 3, 2, 4, False, 5), 3)


@q.probe(gives="")
def even_shares(f):
    """Five ranks share 13 examples as 3, 3, 3, 2 and 2, in some order"""
    return sizes(epoch(f, 13, 2, 9, False, 5), 2)


@q.probe(gives="")
def shuffled(f):
    """Training shuffles: the order is random, and another generator gives another"""
    one, two = (sum(epoch(f, 29, 29, seed, False, 1)[0], []) for seed in (5, 6))
    if one == sorted(one):
        return "the indices come in order"
    return "two generators give the same order" if one == two else ""


@q.probe(gives="")
def dealt_anew(f):
    """Shuffling comes before dealing: rank 0 meets other examples in another epoch"""
    one, two = (set(sum(epoch(f, 40, 5, seed, False, 2)[0], [])) for seed in (7, 8))
    return "rank 0 has the same examples in each epoch" if one == two else ""


@q.probe(gives="")
def evaluation_sizes(f):
    """In evaluation, too, only a rank's last batch is shorter, and shares are even"""
    return sizes(epoch(f, 23, 4, None, False, 3), 4)


@q.reference
def contiguous_shares(n, batch, rng, drop_last, rank, world):
    order = list(range(n)) if rng is None else rng.permutation(n).tolist()
    shares = np.array_split(np.array(order, dtype=int), world)[rank].tolist()
    parts = [shares[i : i + batch] for i in range(0, len(shares), batch)]
    return parts[: n // (world * batch)] if drop_last and rng is not None else parts


def cut(mine, batch, keep=None):
    parts = [mine[i : i + batch] for i in range(0, len(mine), batch)]
    return parts if keep is None else parts[:keep]


def steps(n, batch, rng, drop_last, world):
    return n // (world * batch) if drop_last and rng is not None else None


@q.mistake("""Each rank shuffles in its own way (a seed plus rank, or one more draw) and then takes
its share of *its* order: some examples go to two ranks, others to none. All ranks must compute the
same permutation.""")
def rank_overlap(n, batch, rng, drop_last, rank, world):
    order = np.arange(n)
    for _ in range(rank + 1 if rng is not None else 0):
        order = rng.permutation(n)
    return cut(order[rank::world].tolist(), batch, steps(n, batch, rng, drop_last, world))


@q.mistake("""You drop the last batches in evaluation, too. The score is then that of another test
set, and which examples are missing depends on the number of ranks.""")
def drop_last_on_eval(n, batch, rng, drop_last, rank, world):
    order = np.arange(n) if rng is None else rng.permutation(n)
    keep = n // (world * batch) if drop_last else None
    return cut(order[rank::world].tolist(), batch, keep)


@q.mistake("""Each rank drops its own short batch, so a rank with one example more can have one
batch more: it waits in the gradient exchange for ranks that have finished. Compute the number of
batches from n, batch and world.""")
def uneven_steps(n, batch, rng, drop_last, rank, world):
    order = np.arange(n) if rng is None else rng.permutation(n)
    mine = order[rank::world].tolist()
    return cut(mine, batch, len(mine) // batch if drop_last and rng is not None else None)


@q.mistake("""You cut batches first and dealt those out in turn: the ranks' shares differ by a
whole batch, and so do their steps. Deal examples, then cut each share into batches.""")
def batches_dealt_out(n, batch, rng, drop_last, rank, world):
    order = (np.arange(n) if rng is None else rng.permutation(n)).tolist()
    full = drop_last and rng is not None
    return [part for part in cut(order, batch) if len(part) == batch or not full][rank::world]


@q.mistake("""You filled up the shares with repeated examples. Every rank has equally many then, but
some examples count twice, in the loss and in the score.""")
def padded_with_repeats(n, batch, rng, drop_last, rank, world):
    order = np.arange(n) if rng is None else rng.permutation(n)
    if not (drop_last and rng is not None):
        order = np.resize(order, -(-n // world) * world)
    return cut(order[rank::world].tolist(), batch, steps(n, batch, rng, drop_last, world))


@q.mistake("""You deal first and shuffle within each share: a rank sees the same examples in each
epoch, so its batches never mix with others'. Shuffle all, then deal.""")
def shuffled_within_the_share(n, batch, rng, drop_last, rank, world):
    mine = np.arange(n)[rank::world]
    mine = mine if rng is None else rng.permutation(mine)
    return cut(mine.tolist(), batch, steps(n, batch, rng, drop_last, world))


@q.mistake("""`rng` is not used: training goes through the data in the order of the file.""")
def never_shuffled(n, batch, rng, drop_last, rank, world):
    return cut(list(range(n))[rank::world], batch, steps(n, batch, rng, drop_last, world))


@q.mistake("""The generator is not the one that was given: you made one with a fixed seed, so every
epoch has the same order.""")
def same_order_each_epoch(n, batch, rng, drop_last, rank, world):
    order = np.arange(n) if rng is None else np.random.default_rng(0).permutation(n)
    return cut(order[rank::world].tolist(), batch, steps(n, batch, rng, drop_last, world))


@q.mistake("""The rank is ignored: every rank gets all examples, and an epoch is `world` epochs.""")
def rank_ignored(n, batch, rng, drop_last, rank, world):
    order = np.arange(n) if rng is None else rng.permutation(n)
    return cut(order.tolist(), batch, steps(n, batch, rng, drop_last, world))


@q.mistake("""Your shares are n // world long: the last n mod world examples go to nobody. Deal with
order[rank::world], or give the first ranks one more.""")
def remainder_lost(n, batch, rng, drop_last, rank, world):
    order = np.arange(n) if rng is None else rng.permutation(n)
    each = n // world
    mine = order[rank * each : (rank + 1) * each].tolist()
    return cut(mine, batch, steps(n, batch, rng, drop_last, world))


@q.mistake("""Your shares are rounded up, so the last ranks get what is left: with 13 examples
for five ranks 3, 3, 3, 3 and 1. They may differ by one: order[rank::world] does that.""")
def shares_rounded_up(n, batch, rng, drop_last, rank, world):
    order = np.arange(n) if rng is None else rng.permutation(n)
    each = -(-n // world)
    mine = order[rank * each : (rank + 1) * each].tolist()
    return cut(mine, batch, steps(n, batch, rng, drop_last, world))


@q.mistake("""A short last batch is dropped even where drop_last is False.""")
def short_batches_dropped(n, batch, rng, drop_last, rank, world):
    order = np.arange(n) if rng is None else rng.permutation(n)
    mine = order[rank::world].tolist()
    known = steps(n, batch, rng, drop_last, world)
    return cut(mine, batch, len(mine) // batch if known is None else known)


@q.mistake("""`batch` is what one rank gets, not what all get together: you divided it by
`world`.""")
def batch_split_among_ranks(n, batch, rng, drop_last, rank, world):
    order = np.arange(n) if rng is None else rng.permutation(n)
    small = max(batch // world, 1)
    return cut(order[rank::world].tolist(), small, steps(n, batch, rng, drop_last, world))


@q.variant
def global_batches_dealt_out(n, batch, rng, drop_last, rank, world):
    order = np.arange(n)
    if rng is not None:
        rng.shuffle(order)
        if drop_last:
            order = order[: n // (batch * world) * batch * world]
    mine = [order[i] for i in range(len(order)) if i % world == rank]
    result = []
    while mine:
        result.append(mine[:batch])
        mine = mine[batch:]
    return result


@q.variant
def sorted_by_random_keys(n, batch, rng, drop_last, rank, world):
    keys = [0.0] * n if rng is None else rng.random(n).tolist()
    order = sorted(range(n), key=lambda i: (keys[i], i))
    mine = [int(i) for i in np.array_split(order, world)[rank]]
    if drop_last and rng is not None:
        mine = mine[: n // (world * batch) * batch]
    return [mine[i : i + batch] for i in range(0, len(mine), batch)]


q.hints(
    """Put the batches of all ranks together and count each index. Then count each rank's
batches.""",
    """n = 7, batch = 2, world = 3: shares of 3, 2 and 2. With drop_last one batch each, since
7 // 6 = 1, though rank 0 holds three examples.""",
    """order = rng.permutation(n), or np.arange(n) without rng; mine = order[rank::world]; with
drop_last and rng keep n // (world * batch) batches.""",
)
q.why("""A shard is a pure function of (order, rank, world), and the order a pure function of the
seed and the epoch: then ranks agree without talking, and a restart can find its place.

Three demands pull apart. Training wants equal numbers of steps, or the gradient exchange hangs;
evaluation wants each example once, so its shares are uneven and *counts*, not means, are summed;
and shuffling must come before dealing. Libraries pad by default, which is harmless for training and
a silent error in a test score.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Merge sorted shards (3 points, 12 minutes)
#
# k shards hold records sorted by time. `read(i)` gives the next record of shard i, a pair (time,
# payload), or None when shard i has ended; payloads are dicts. Return the first m records of all
# shards together, by time; of equal times the one of the **shard with the smaller number** comes
# first, and within a shard the order stays. If there are fewer than m, return all. Shards may be
# empty. Never call `read` more than **m + k** times: shards are large.
#
# **Example.** Shards [(1, a), (5, b)] and [(1, c), (2, d)], m = 3: (1, a), (1, c), (2, d).


# %% nbgrader={"grade_id": "merge_shards", "solution": true}
def merge_shards(read, k, m):
    """The first m records of k sorted shards.

    Args:
        read: function (shard number) → (time, payload), or None at the shard's end.
        k: int ≥ 0. m: int ≥ 0.

    Returns:
        list of at most m records.
    """
    ### BEGIN SOLUTION
    heap = [(record[0], i, record) for i in range(k) if (record := read(i)) is not None]
    heapq.heapify(heap)
    merged = []
    while heap and len(merged) < m:
        _, i, record = heap[0]
        merged.append(record)
        following = read(i)
        if following is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (following[0], i, following))
    return merged
    ### END SOLUTION


# %% nbgrader={"grade_id": "merge_shards_reads_no_more_than_it_must", "grade": true}
"""Records come by time, ties by shard, and hardly anything is read ahead."""
q = Question(merge_shards, points=3)


def shard(*times, name=""):
    """Records of one shard: each payload says where it came from."""
    return [(time, {"from": f"{name}{place}"}) for place, time in enumerate(times)]


def merged(f, shards, m):
    """What f gives, as [time, origin] pairs, and how often it read."""
    left, reads = [list(records) for records in shards], [0]

    def read(i):
        reads[0] += 1
        return left[i].pop(0) if left[i] else None

    records = f(read, len(shards), m)
    return [[time, payload["from"]] for time, payload in records], reads[0]


@q.probe(gives=[[1, "x0"], [1, "y0"], [2, "y1"]])
def the_example(f):
    """The example: of equal times, the smaller shard number comes first."""
    return merged(f, [shard(1, 5, name="x"), shard(1, 2, name="y")], 3)[0]


@q.probe(gives="")
def reads_little(f):
    """For 3 records of 4 shards, read is called 7 times at most"""
    shards = [shard(*range(i, 100, 4), name="abcd"[i]) for i in range(4)]
    records, reads = merged(f, shards, 3)
    if [time for time, _ in records] != [0, 1, 2]:
        return "the records are not those of the times 0, 1, 2"
    return "" if reads <= 7 else f"you called it {reads} times"


### BEGIN HIDDEN TESTS
q.hidden()


def by_sorting(shards, m):
    everything = [
        (time, i, place) for i, s in enumerate(shards) for place, (time, _) in enumerate(s)
    ]
    return [[time, shards[i][place][1]["from"]] for time, i, place in sorted(everything)[:m]]


def random_shards(k, seed, longest=9):
    rng = np.random.default_rng(seed)
    return [
        shard(*sorted(rng.integers(0, 12, rng.integers(0, longest)).tolist()), name=f"s{i}.")
        for i in range(k)
    ]


MANY = [(random_shards(k, seed), m) for k, seed, m in ((5, 0, 11), (7, 1, 100), (3, 2, 5))]


@q.probe(gives=[by_sorting(shards, m) for shards, m in MANY])
def many_ties(f):
    """Many equal times: by shard, and within a shard as they were."""
    return [merged(f, shards, m)[0] for shards, m in MANY]


@q.probe(gives=[[3, "b0"], [4, "b1"], [9, "d0"]])
def empty_and_ended_shards(f):
    """A shard that is empty or ends early does not end the others."""
    return merged(f, [[], shard(3, 4, name="b"), [], shard(9, name="d")], 50)[0]


@q.probe(gives=[[], []])
def nothing_to_do(f):
    """No shards, or no records wanted: nothing."""
    return [merged(f, [], 4)[0], merged(f, [shard(1, 2, name="a")], 0)[0]]


@q.probe(gives="")
def one_long_shard(f):
    """Even where all of the first 20 records are in one of 9 shards, 29 reads are enough"""
    shards = [shard(*range(1000, 1040), name=f"s{i}.") for i in range(9)]
    shards[4] = shard(*range(40), name="first")
    records, reads = merged(f, shards, 20)
    if [time for time, _ in records] != list(range(20)):
        return "they are not the records of the times 0 … 19"
    return "" if reads <= 29 else f"you called it {reads} times"


@q.probe(gives="")
def ended_shards_are_left_alone(f):
    """Shards that have ended are not asked again: 6 records of 4 shards take 10 reads"""
    shards = [[], shard(*range(12), name="long"), [], []]
    records, reads = merged(f, shards, 6)
    if [time for time, _ in records] != [0, 1, 2, 3, 4, 5]:
        return "the records are not those of the times 0 … 5"
    return "" if reads <= 10 else f"you called it {reads} times"


@q.reference
def smallest_head(read, k, m):
    """No heap: the smallest of the heads, again and again."""
    heads, merged = {}, []
    for i in range(k):
        heads[i] = read(i)
    while len(merged) < m and any(head is not None for head in heads.values()):
        i = min((i for i in heads if heads[i] is not None), key=lambda i: (heads[i][0], i))
        merged.append(heads[i])
        heads[i] = read(i) if len(merged) < m else None
    return merged


def everything(read, k):
    shards = []
    for i in range(k):
        shards.append(list(iter(lambda i=i: read(i), None)))
    return shards


@q.mistake("""You read all shards to their ends and sort. The result is right, but the shards are
larger than memory: hold one record of each, and read on only where one was taken.""")
def everything_read_first(read, k, m):
    shards = everything(read, k)
    rows = [(r[0], i, j) for i, s in enumerate(shards) for j, r in enumerate(s)]
    return [shards[i][j] for _, i, j in sorted(rows)[:m]]


@q.mistake("""You push (time, payload) or (time, record): at equal times the heap compares the
dicts, which have no order. Put the shard's number between: (time, i, record).""")
def payloads_compared(read, k, m):
    heap = []
    for i in range(k):
        if (record := read(i)) is not None:
            heapq.heappush(heap, (record[0], record[1], i))
    merged = []
    while heap and len(merged) < m:
        time, payload, i = heapq.heappop(heap)
        merged.append((time, payload))
        if (record := read(i)) is not None:
            heapq.heappush(heap, (record[0], record[1], i))
    return merged


@q.mistake("""Equal times come in the order in which they were pushed: a running number breaks the
tie, so a record of shard 0 that was read later comes after one of shard 1. Break ties by the
shard's number.""")
def ties_by_arrival(read, k, m):
    heap, number, merged = [], itertools.count(), []
    for i in range(k):
        if (record := read(i)) is not None:
            heapq.heappush(heap, (record[0], next(number), i, record))
    while heap and len(merged) < m:
        _, _, i, record = heapq.heappop(heap)
        merged.append(record)
        if (following := read(i)) is not None:
            heapq.heappush(heap, (following[0], next(number), i, following))
    return merged


@q.mistake("""You stop when the first shard ends. The others go on: leave an ended shard out of the
heap.""")
def first_end_stops_all(read, k, m):
    heads = [read(i) for i in range(k)]
    merged = []
    while len(merged) < m and heads and all(head is not None for head in heads):
        i = min(range(k), key=lambda i: (heads[i][0], i))
        merged.append(heads[i])
        heads[i] = read(i)
    return merged


@q.mistake("""You ask shards that have ended again in each round: None stands for "no head yet" and
for "ended" alike. Remember which ones are at their end.""")
def ended_shards_asked_again(read, k, m):
    heads, merged = [None] * k, []
    while len(merged) < m:
        heads = [read(i) if head is None else head for i, head in enumerate(heads)]
        live = [i for i in range(k) if heads[i] is not None]
        if not live:
            break
        i = min(live, key=lambda i: (heads[i][0], i))
        merged.append(heads[i])
        heads[i] = None
    return merged


@q.mistake("""You take one record of each shard in turn. They are sorted within a shard, not across:
always take the smallest head.""")
def round_robin(read, k, m):
    merged, open_shards = [], list(range(k))
    while open_shards and len(merged) < m:
        for i in list(open_shards):
            record = read(i)
            if record is None:
                open_shards.remove(i)
            elif len(merged) < m:
                merged.append(record)
    return merged


@q.mistake("""You merge the first records of each shard only: where one was taken from, the next of
the same shard has to follow.""")
def heads_only(read, k, m):
    heads = [(record[0], i, record) for i in range(k) if (record := read(i)) is not None]
    return [record for _, _, record in sorted(heads)[:m]]


@q.mistake("""Of equal times, the larger shard number comes first with you.""")
def larger_shard_first(read, k, m):
    shards, merged = [read(i) for i in range(k)], []
    while len(merged) < m and any(head is not None for head in shards):
        live = [i for i in range(k) if shards[i] is not None]
        i = min(live, key=lambda i: (shards[i][0], -i))
        merged.append(shards[i])
        shards[i] = read(i) if len(merged) < m else None
    return merged


@q.mistake("""You read m records of each shard: m · k reads. Only k heads are needed; a shard is
read again when its head was taken.""")
def m_of_each_read(read, k, m):
    rows = []
    for i in range(k):
        for j in range(m):
            if (record := read(i)) is None:
                break
            rows.append((record[0], i, j, record))
    return [row[3] for row in sorted(rows, key=lambda row: row[:3])[:m]]


@q.variant
def library_merge(read, k, m):
    def records(i):
        while (record := read(i)) is not None:
            yield record[0], i, record

    streams = [records(i) for i in range(k)]
    rows = itertools.islice(heapq.merge(*streams, key=lambda row: row[:2]), m) if m else []
    return [row[2] for row in rows]


@q.variant
def sorted_list_of_heads(read, k, m):
    import bisect

    heads, merged = [], []
    for i in range(k):
        record = read(i)
        if record is not None:
            bisect.insort(heads, (record[0], i, record), key=lambda head: head[:2])
    while heads and len(merged) < m:
        _, i, record = heads.pop(0)
        merged.append(record)
        record = read(i)
        if record is not None:
            bisect.insort(heads, (record[0], i, record), key=lambda head: head[:2])
    return merged


q.hints(
    """How many records have to be in memory to know which one is next? And what does your heap
compare when two times are equal?""",
    """Shards [(1, {}), (1, {})] and [(1, {})]: both of shard 0 come first.""",
    """A heap of (time, i, record), one for each shard. Take the smallest, read(i), put that in;
if it is None, leave the shard out.""",
)
q.why("""The smallest record of all is among the k heads, so k records are enough: m · log k
comparisons and m + k reads. The tie-break must be written into the key. A tuple (time, payload)
works until two times are equal, then raises; a running number makes it *stable in the order of
reading*, which is not the order of shards.

The same shape sorts files that do not fit into memory, merges log streams by time and combines the
top-k lists of index shards.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Calls within two limits (5 points, 25 minutes)
#
# `await service.next()` gives the number of the next job as soon as it has arrived (at once, if you
# come late), None after the last. Make `await service.call(i)` for each, in the order of arrival,
# each **as early as** both limits allow:
#
# - at most `workers` calls run at once; a call that ends makes room at once;
# - in no window [t, t + period) start more than `limit` calls, wherever the window begins.
#
# A call takes some time, gives a number, and may raise `ServiceError`. Return the results in the
# order of arrival, None for a call that failed; a failure must not hurt the others. Return when all
# calls have ended.
#
# **Example.** 9 workers, limit 2, period 10: arrivals 9, 9, 11, 11 start at 9, 9, 19, 19. (A
# counter that is reset at every full 10 lets four through within two seconds.) 2 workers, no rate
# to speak of, calls of 5, 1, 1, 1, 1, 1 seconds that all arrive at 0: done after 5 seconds.


# %% nbgrader={"grade_id": "crawl", "solution": true}
@on_fake_clock
async def crawl(service, workers, limit, period):
    """The results of all jobs that arrive, within a bound on calls at once and on starts.

    Args:
        service: has `await service.next()` and `await service.call(i)`.
        workers: int ≥ 1. Calls at once.
        limit: int ≥ 1. Starts in any window of `period`.
        period: float, seconds.

    Returns:
        list of results, in the order of arrival; None for a call that failed.
    """
    ### BEGIN SOLUTION
    loop = asyncio.get_running_loop()
    free, starts, calls = asyncio.Semaphore(workers), collections.deque(maxlen=limit), []

    async def one(job):
        try:
            return await service.call(job)
        except ServiceError:
            return None
        finally:
            free.release()

    while (job := await service.next()) is not None:
        await free.acquire()
        if len(starts) == limit:
            await asyncio.sleep(max(0.0, starts[0] + period - loop.time()))
        starts.append(loop.time())
        calls.append(asyncio.create_task(one(job)))
    return await asyncio.gather(*calls)
    ### END SOLUTION


# %% nbgrader={"grade_id": "crawl_keeps_both_limits", "grade": true}
"""Both limits hold at every moment, nobody waits longer than they ask, failures stay alone."""
q = Question(crawl, points=5)


def told(run, *names):
    """Parts of what a run gave; start times by job."""
    parts = {**run, "starts": {int(i): float(at) for i, at in run["starts"]}}
    return {name: parts[name] for name in names}


@q.probe(gives={"starts": {0: 9, 1: 9, 2: 19, 3: 19}, "result": [0, 10, 20, 30]})
def across_a_boundary(f):
    """Two starts at 9 count until 19, and not only until 10."""
    run = f({"durations": [1, 2, 3, 4], "arrivals": [9, 9, 11, 11]}, 9, 2, 10)
    return told(run, "starts", "result")


@q.probe(gives={"result": [0, 10, 20, 30, 40, 50], "most_at_once": 2, "finished": 5.5})
def a_long_call(f):
    """A long call occupies one worker; the other one does all the rest meanwhile."""
    run = f({"durations": [5.5, 1, 1, 1, 1, 1], "arrivals": [0] * 6}, 2, 100, 0.5)
    return told(run, "result", "most_at_once", "finished")


@q.probe(gives={"result": [0, None, 20], "finished": 6})
def a_failure(f):
    """A call that fails gives None, and makes room for the next one."""
    run = f({"durations": [4, 2, 4], "failing": [1], "arrivals": [0] * 3}, 2, 100, 0.5)
    return told(run, "result", "finished")


@q.probe(gives={0: 0, 1: 0, 2: 0, 3: 6, 4: 6})
def a_burst(f):
    """Three of a burst of five start at once, the others a period later."""
    run = f({"durations": [1, 9, 1, 1, 2], "arrivals": [0] * 5}, 9, 3, 6)
    return told(run, "starts")["starts"]


### BEGIN HIDDEN TESTS
q.hidden()


def traffic(n, seed, mean=2.0, failing=()):
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(mean, n)).round(3).tolist()
    durations = rng.uniform(1, 9, n).round(3).tolist()
    return {"durations": durations, "arrivals": arrivals, "failing": list(failing)}


def seen(run):
    return told(run, "result", "starts", "finished")


@q.probe
def busy_starts(f):
    """Many workers, random arrivals, somewhat more than the rate carries."""
    return seen(f(traffic(23, 0, mean=1.5), 50, 3, 7.0))


@q.probe
def busy_workers(f):
    """Few workers, a generous rate, some failures: everybody is kept busy."""
    return seen(f(traffic(19, 1, mean=0.5, failing=[0, 1, 2, 5, 12]), 3, 40, 1.0))


@q.probe
def both_at_work(f):
    """Now the workers are short, now the rate: a start counts from when it really begins."""
    return seen(f(traffic(29, 2, mean=1.0, failing=[4, 17]), 4, 3, 5.0))


@q.probe
def one_at_a_time(f):
    """One worker, one start in three seconds."""
    return {**seen(run := f(traffic(7, 3), 1, 1, 3.0)), **told(run, "most_at_once")}


@q.probe(gives={"starts": {0: 0, 1: 2, 2: 10, 3: 12}, "finished": 62})
def long_calls(f):
    """Where workers are plenty, calls of 50 seconds hinder nobody's start."""
    run = f({"durations": [50] * 4, "arrivals": [0, 2, 3, 4]}, 9, 2, 10)
    return told(run, "starts", "finished")


@q.probe(gives=[])
def no_jobs(f):
    """Nothing arrives: no results."""
    return f({"durations": [], "arrivals": []}, 2, 2, 1.0)["result"]


def log_of(spans, results):
    """What a run gives, from (start, end, job) of each call."""
    moments = sorted([(s, 1) for s, _, _ in spans] + [(e, 0) for _, e, _ in spans])
    running = list(itertools.accumulate(2 * kind - 1 for _, kind in moments))
    return {
        "result": results,
        "starts": [[job, round(start, 6)] for start, _, job in spans],
        "ends": [[job, round(end, 6)] for _, end, job in sorted(spans, key=lambda s: s[1])],
        "most_at_once": max(running, default=0),
        "finished": round(max((end for _, end, _ in spans), default=0.0), 6),
    }


@q.reference
def on_paper(setting, workers, limit, period):
    """No event loop: a start is the latest of arrival, start before, worker free, window free."""
    free, begun, spans = [0.0] * workers, [], []
    for job, arrival in enumerate(setting["arrivals"]):
        window = begun[-limit] + period if job >= limit else 0.0
        start = max([arrival, heapq.heappop(free), window, *begun[-1:]])
        heapq.heappush(free, start + setting["durations"][job])
        begun.append(start)
        spans.append((start, start + setting["durations"][job], job))
    failing = setting.get("failing", ())
    return log_of(spans, [None if i in failing else 10 * i for i in range(len(spans))])


def now():
    return asyncio.get_running_loop().time()


async def until(moment):
    await asyncio.sleep(max(0.0, moment - now()))


async def window(begun, limit, period):
    """Waits until one more may start, by the times of all starts so far."""
    if len(begun) >= limit:
        await until(begun[-limit] + period)


async def quiet(service, job):
    try:
        return await service.call(job)
    except ServiceError:
        return None


async def drive(service, workers, wait, one=quiet, gather=asyncio.gather):
    """The right loop, with `await wait(starts)` before each start and `one` making the call."""
    free, begun, running = asyncio.Semaphore(workers), [], []

    async def held(job):
        try:
            return await one(service, job)
        finally:
            free.release()

    while (job := await service.next()) is not None:
        await free.acquire()
        await wait(begun)
        begun.append(now())
        running.append(asyncio.create_task(held(job)))
    return await gather(*running)


def by_waiting(setting, workers, wait, **parts):
    """A run of `drive` on the fake clock."""

    async def run(service):
        return await drive(service, workers, wait, **parts)

    return on_fake_clock(run)(setting)


@q.mistake("""Nothing bounds how many calls run at once: the rate alone does not, for slow calls
pile up. A thousand jobs are a thousand open connections. Hold a semaphore while the call runs.""")
def workers_ignored(setting, workers, limit, period):
    return by_waiting(setting, 10**6, lambda begun: window(begun, limit, period))


@q.mistake("""A semaphore bounds how many calls run at once, not how many start in a period: short
calls get through at any rate. Remember the start times as well.""")
def rate_ignored(setting, workers, limit, period):
    return by_waiting(setting, workers, lambda begun: asyncio.sleep(0))


@q.mistake("""You count starts in fixed windows and reset the counter at each full period. Around a
boundary twice the limit gets through: 2 at 9 and 2 at 11. Keep the times of the last `limit`
starts.""")
def fixed_windows(setting, workers, limit, period):
    async def wait(begun):
        while sum(at // period == now() // period for at in begun) >= limit:
            await until((now() // period + 1) * period)

    return by_waiting(setting, workers, wait)


@q.mistake("""You space starts evenly, period / limit apart. That keeps the limit, and makes a burst
wait that it would allow: `limit` calls may start at once.""")
def evenly_spaced(setting, workers, limit, period):
    async def wait(begun):
        if begun:
            await until(begun[-1] + period / limit)

    return by_waiting(setting, workers, wait)


@q.mistake("""A token bucket refills while it is drained: a full bucket plus the refill lets more
than `limit` start within one period. It bounds the mean rate, not every window. Keep the times of
the last `limit` starts.""")
def token_bucket(setting, workers, limit, period):
    state = {"tokens": float(limit), "at": 0.0}

    def refill():
        state["tokens"] = min(limit, state["tokens"] + (now() - state["at"]) * limit / period)
        state["at"] = now()

    async def wait(begun):
        refill()
        while state["tokens"] < 1 - 1e-9:
            await asyncio.sleep((1 - state["tokens"]) * period / limit)
            refill()
        state["tokens"] -= 1

    return by_waiting(setting, workers, wait)


@q.mistake("""After `limit` starts you pause for a whole period. The first of them leaves the window
earlier than that: wait until its start + period.""")
def pause_after_each_batch(setting, workers, limit, period):
    async def wait(begun):
        if begun and len(begun) % limit == 0:
            await until(begun[-1] + period)

    return by_waiting(setting, workers, wait)


@q.mistake("""One start too many: with `limit` starts in the window the next must wait. Look at the
start `limit` places back, not `limit + 1`.""")
def one_too_many(setting, workers, limit, period):
    return by_waiting(setting, workers, lambda begun: window(begun, limit + 1, period))


@q.mistake("""You wait for each answer before the next start: one worker does everything. Make a
task of each call, and gather at the end.""")
def one_after_the_other(setting, workers, limit, period):
    return by_waiting(setting, 1, lambda begun: window(begun, limit, period))


@q.mistake("""You note the start before a worker is free. The call begins later than you think,
and the real starts crowd in another window. First wait for a worker, then for the window, then
note the time.""")
def start_noted_too_early(setting, workers, limit, period):
    async def run(service):
        free, begun, running = asyncio.Semaphore(workers), [], []

        async def held(job):
            async with free:
                return await quiet(service, job)

        while (job := await service.next()) is not None:
            await window(begun, limit, period)
            begun.append(now())
            running.append(asyncio.create_task(held(job)))
        return await asyncio.gather(*running)

    return on_fake_clock(run)(setting)


@q.mistake("""Each task looks at the window by itself: several of them wait for the same start to
leave it, wake together and start together. One at a time may wait: check in the loop that reads the
jobs, or under a lock.""")
def window_checked_by_each_task(setting, workers, limit, period):
    async def run(service):
        free, begun, running = asyncio.Semaphore(workers), [], []

        async def held(job):
            async with free:
                await window(begun, limit, period)
                begun.append(now())
                return await quiet(service, job)

        while (job := await service.next()) is not None:
            running.append(asyncio.create_task(held(job)))
        return await asyncio.gather(*running)

    return on_fake_clock(run)(setting)


@q.mistake("""You go in waves of `workers` jobs: each wave lasts as long as its slowest call, and
the others wait for it. A call that ends makes room for the next at once.""")
def in_waves(setting, workers, limit, period):
    async def run(service):
        begun, results, wave = [], [], []
        while (job := await service.next()) is not None:
            await window(begun, limit, period)
            begun.append(now())
            wave.append(asyncio.create_task(quiet(service, job)))
            if len(wave) == workers:
                results += await asyncio.gather(*wave)
                wave = []
        return results + await asyncio.gather(*wave)

    return on_fake_clock(run)(setting)


@q.mistake("""Results come in the order in which calls ended. The caller pairs them with jobs:
gather the tasks, which keeps the order.""")
def in_order_of_ending(setting, workers, limit, period):
    made = []

    async def one(service, job):
        made.append(await quiet(service, job))

    async def ended(*tasks):
        await asyncio.gather(*tasks)
        return made

    def wait(begun):
        return window(begun, limit, period)

    return by_waiting(setting, workers, wait, one=one, gather=ended)


@q.mistake("""The first failure comes out of your function, and the other results are lost. Catch
ServiceError around each call.""")
def failure_escapes(setting, workers, limit, period):
    async def one(service, job):
        return await service.call(job)

    return by_waiting(setting, workers, lambda begun: window(begun, limit, period), one=one)


@q.mistake("""Failed calls are missing from the list, so later results stand at other jobs' places.
Put None.""")
def failures_left_out(setting, workers, limit, period):
    async def some(*tasks):
        return [made for made in await asyncio.gather(*tasks) if made is not None]

    return by_waiting(setting, workers, lambda begun: window(begun, limit, period), gather=some)


@q.mistake("""A call that fails never gives its place back: after as many failures as workers
everybody waits for ever. Release in `finally`, or use `async with`.""")
def failure_keeps_its_place(setting, workers, limit, period):
    async def run(service):
        free, begun, running = asyncio.Semaphore(workers), [], []

        async def held(job):
            try:
                made = await service.call(job)
                free.release()
                return made
            except ServiceError:
                return None

        while (job := await service.next()) is not None:
            await free.acquire()
            await window(begun, limit, period)
            begun.append(now())
            running.append(asyncio.create_task(held(job)))
        return await asyncio.gather(*running)

    return on_fake_clock(run)(setting)


@q.mistake("""Jobs above a limit are dropped. Let them wait: each one has to be called.""")
def too_many_are_dropped(setting, workers, limit, period):
    async def run(service):
        begun, running = [], []
        while (job := await service.next()) is not None:
            busy = sum(not task.done() for task in running) >= workers
            if not busy and sum(at > now() - period for at in begun) < limit:
                begun.append(now())
                running.append(asyncio.create_task(quiet(service, job)))
        return await asyncio.gather(*running)

    return on_fake_clock(run)(setting)


@q.mistake("""You start the calls and return without waiting for them: a task that nobody awaits is
cancelled at the end, and its result is lost. Gather the tasks.""")
def nobody_awaits(setting, workers, limit, period):
    async def none(*tasks):
        await asyncio.sleep(0)
        return []

    return by_waiting(setting, workers, lambda begun: window(begun, limit, period), gather=none)


@q.variant
def slots_that_come_back(setting, workers, limit, period):
    async def run(service):
        slots, free, running = asyncio.Semaphore(limit), asyncio.Semaphore(workers), []

        def done(task):
            free.release()

        while (job := await service.next()) is not None:
            await free.acquire()
            await slots.acquire()
            asyncio.get_running_loop().call_later(period, slots.release)
            task = asyncio.ensure_future(service.call(job))
            task.add_done_callback(done)
            running.append(task)
        made = await asyncio.gather(*running, return_exceptions=True)
        return [None if isinstance(one, ServiceError) else one for one in made]

    return on_fake_clock(run)(setting)


@q.variant
def workers_on_one_stream(setting, workers, limit, period):
    async def run(service):
        results, begun, turn = {}, [], asyncio.Lock()

        async def worker():
            while True:
                async with turn:  # one at a time takes a job and waits for the window
                    job = await service.next()
                    if job is None:
                        return
                    results[job] = None
                    await window(begun, limit, period)
                    begun.append(now())
                try:
                    results[job] = await service.call(job)
                except ServiceError:
                    continue

        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(worker())
        return list(results.values())

    return on_fake_clock(run)(setting)


q.hints(
    """Three things must have happened before a call starts: the job is there, a worker is free,
and one certain earlier start is a period old. Which one?""",
    """limit 2, period 10, many workers, starts at 0 and 8: the next may start at 10, the one
after it at 18. With one worker and calls of 30 seconds they start at 0, 30, 60.""",
    """A semaphore for the workers, released in `finally` of the coroutine that makes the call; a
deque of the last `limit` start times. In the loop: acquire, sleep until the deque's first +
period, note the time, create_task. Gather at the end.""",
)
q.why("""Start i waits for its arrival, for a free worker, and for start i − limit plus the
period: a semaphore and a deque of `limit` times are the whole state. The order matters: who notes
the time first and then waits for a worker has kept the limit on paper only.

Fixed windows and token buckets are cheaper to share between servers (one counter) and promise
less: up to 2·limit around a boundary, up to limit + rate·period in a period. Waves look bounded,
too, and waste the difference between the slowest and the mean call. Test such code on a simulated
clock: real sleeps are slow, and the bug at the boundary needs two arrivals on its two sides.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. What more workers can bring (2 points, 8 minutes)
#
# A task computes for `compute_s` seconds, `locked_s` of these while it holds the interpreter's
# lock (GIL; the rest is native code that lets go of it), and waits `wait_s` seconds for others.
# With many such tasks and `workers` of a `kind`, throughput (tasks per second) is at most each of
#
# | bound | holds for | why |
# |---|---|---|
# | workers / (compute + wait) | all | a worker does one task at a time |
# | cores / compute | `"threads"`, `"processes"` | a core computes one thing at a time |
# | 1 / locked | `"threads"` | one holder of the lock in a process |
# | 1 / compute | `"asyncio"` | one thread; `workers` tasks take turns on it |
#
# A bound with 0 below the line does not exist. Return the speed-up that the smallest bound allows:
# throughput times (compute + wait). compute + wait > 0, locked ≤ compute.
#
# **Example.** 0.1 s of pure Python (all locked), no waiting, 8 workers, 4 cores: threads 1,
# processes 4, asyncio 1.


# %% nbgrader={"grade_id": "speedup_bound", "solution": true}
def speedup_bound(compute_s, locked_s, wait_s, workers, cores, kind):
    """The largest speed-up over one task after the other.

    Args:
        compute_s, locked_s, wait_s: floats ≥ 0, seconds of one task; locked_s ≤ compute_s.
        workers, cores: ints ≥ 1.
        kind: "threads", "processes" or "asyncio".

    Returns:
        float.
    """
    ### BEGIN SOLUTION
    task_s = compute_s + wait_s
    bounds = [workers / task_s]
    if kind == "asyncio":
        bounds += [1 / compute_s] if compute_s else []
    else:
        bounds += [cores / compute_s] if compute_s else []
        bounds += [1 / locked_s] if locked_s and kind == "threads" else []
    return min(bounds) * task_s
    ### END SOLUTION


# %% nbgrader={"grade_id": "speedup_bound_knows_the_lock", "grade": true}
"""The lock bounds threads, cores bound what computes, and waiting is free."""
q = Question(speedup_bound, points=2)
q.case(0.1, 0.1, 0.0, 8, 4, "threads", gives=1.0, claim="pure Python holds the lock all the time")
q.case(0.1, 0.1, 0.0, 8, 4, "processes", gives=4.0, claim="each process has a lock of its own")
q.case(0.1, 0.1, 0.0, 8, 4, "asyncio", gives=1.0, claim="asyncio is one thread")
### BEGIN HIDDEN TESTS
q.hidden()
q.case(0.1, 0.02, 0.0, 16, 4, "threads", gives=4.0, claim="native code lets go of the lock")
q.case(0.1, 0.04, 0.0, 16, 4, "threads", gives=2.5, claim="the locked part alone is in line")
q.case(0.1, 0.02, 0.3, 12, 4, "asyncio", gives=4.0, claim="native code, too, blocks the one loop")
q.case(0.02, 0.02, 0.18, 7, 4, "threads", gives=7.0, claim="waits overlap, up to the workers")
q.case(0.02, 0.01, 0.18, 50, 4, "processes", gives=40.0, claim="cores bound, not workers")
q.case(0.0, 0.0, 0.5, 33, 2, "asyncio", gives=33.0, claim="what only waits is bounded by workers")
q.case(0.3, 0.0, 0.0, 2, 8, "threads", gives=2.0, claim="fewer workers than cores")
q.case(0.05, 0.05, 0.15, 6, 3, "threads", gives=4.0, claim="the lock, while others wait")


def bounded_by(*bounds):
    return min(bound for bound in bounds if bound is not None)


def per(count, seconds):
    return count / seconds if seconds else None


@q.reference
def by_seconds_of_the_scarce(compute_s, locked_s, wait_s, workers, cores, kind):
    """N tasks take at least as long as each resource is busy with them."""
    n = 1000
    busy = {
        "threads": [compute_s / cores, locked_s],
        "processes": [compute_s / cores],
        "asyncio": [compute_s],
    }[kind]
    alone = n * (compute_s + wait_s)
    return alone / max(alone / workers, *(n * seconds for seconds in busy))


@q.mistake("""You let threads compute on all cores. In CPython one thread at a time holds the lock:
for pure Python more threads bring nothing. Bound them by 1 / locked.""")
def gil_speeds_cpu(compute_s, locked_s, wait_s, workers, cores, kind):
    task = compute_s + wait_s
    if kind == "asyncio":
        return bounded_by(workers / task, per(1, compute_s)) * task
    return bounded_by(workers / task, per(cores, compute_s)) * task


@q.mistake("""You hold all computing under the lock. NumPy, hashing of large texts or
decompression let go of it: only locked_s is in line.""")
def all_computing_is_locked(compute_s, locked_s, wait_s, workers, cores, kind):
    task = compute_s + wait_s
    last = per(cores, compute_s) if kind == "processes" else per(1, compute_s)
    return bounded_by(workers / task, last) * task


@q.mistake("""Processes do not share the lock: each has its own interpreter.""")
def processes_share_the_lock(compute_s, locked_s, wait_s, workers, cores, kind):
    task = compute_s + wait_s
    if kind == "asyncio":
        return bounded_by(workers / task, per(1, compute_s)) * task
    return bounded_by(workers / task, per(cores, compute_s), per(1, locked_s)) * task


@q.mistake("""You gave asyncio the bounds of threads. Its loop is one thread: while a task computes,
with the lock or without, no other task moves.""")
def asyncio_like_threads(compute_s, locked_s, wait_s, workers, cores, kind):
    task = compute_s + wait_s
    lock = None if kind == "processes" else per(1, locked_s)
    return bounded_by(workers / task, per(cores, compute_s), lock) * task


@q.mistake("""You left the waiting out. While one task waits, others compute or wait as well: that
is where most of the speed-up of services comes from.""")
def waiting_left_out(compute_s, locked_s, wait_s, workers, cores, kind):
    return by_seconds_of_the_scarce(compute_s or 1e-9, locked_s, 0.0, workers, cores, kind)


@q.mistake("""You left the cores out. Eight processes on four cores compute four things at a
time.""")
def cores_left_out(compute_s, locked_s, wait_s, workers, cores, kind):
    return by_seconds_of_the_scarce(compute_s, locked_s, wait_s, workers, 10**9, kind)


@q.mistake("""You left the workers out: each of them does one task at a time, waiting included.""")
def workers_left_out(compute_s, locked_s, wait_s, workers, cores, kind):
    return by_seconds_of_the_scarce(compute_s, locked_s, wait_s, 10**9, cores, kind)


@q.mistake("""You returned tasks per second. The speed-up is that times compute + wait.""")
def throughput_returned(compute_s, locked_s, wait_s, workers, cores, kind):
    speedup = by_seconds_of_the_scarce(compute_s, locked_s, wait_s, workers, cores, kind)
    return speedup / (compute_s + wait_s)


@q.mistake("""You used Amdahl's law. It says how much *one* task gains when a part of it is spread;
here many tasks overlap, and what is serial in one runs while others wait. Take the smallest
bound.""")
def amdahl(compute_s, locked_s, wait_s, workers, cores, kind):
    task = compute_s + wait_s
    serial = {"threads": locked_s, "processes": 0.0, "asyncio": compute_s}[kind]
    return 1 / (serial / task + (1 - serial / task) / workers)


@q.variant
def with_infinities(compute_s, locked_s, wait_s, workers, cores, kind):
    def over(count, seconds):
        return np.inf if seconds == 0 else count / seconds

    bounds = {
        "threads": (over(cores, compute_s), over(1, locked_s)),
        "processes": (over(cores, compute_s),),
        "asyncio": (over(1, compute_s),),
    }
    task_s = compute_s + wait_s
    return np.minimum.reduce([over(workers, task_s), *bounds[kind]]) * task_s


@q.variant
def in_shares_of_the_task(compute_s, locked_s, wait_s, workers, cores, kind):
    task_s = compute_s + wait_s
    computing, locked = compute_s / task_s, locked_s / task_s
    best = float(workers)
    if kind != "asyncio" and computing:
        best = min(best, cores / computing)
    serial = {"threads": locked, "processes": 0, "asyncio": computing}[kind]
    return min(best, 1 / serial) if serial else best


q.hints(
    """For each resource ask: how many seconds of it does one task need, and how many of it are
there?""",
    """compute 0.1, locked 0.04, no wait, 16 threads, 4 cores: bounds 160, 40 and 25 tasks a
second; one task after the other makes 10. The answer is 2.5.""",
    """Collect workers / (compute + wait) and the bounds of the kind whose denominator is not 0; the
minimum times (compute + wait).""",
)
q.why("""Each resource is busy for some seconds of every task; throughput cannot exceed its number
over those seconds, and the smallest quotient wins. So "add threads" helps exactly when neither
lock nor cores are the smallest. Threads for what waits or lets go of the lock, processes for pure
Python, asyncio for very many waits: that is the table, read column by column. What it leaves out:
data that processes must copy, and a lock handed over every few milliseconds. Builds without the
lock (PEP 703) delete one row.""")
### END HIDDEN TESTS
q.grade()


# %% [markdown]
# ## 5. The latest value of each feature (3 points, 10 minutes)
#
# `feature_log(entity, name, value, written, seq)`: every write of a feature. Give `entity, name,
# value` of the **latest** write of each (entity, name): the largest `written`, and of equal ones
# the largest `seq`. A value of NULL means that the feature was deleted: if it is the latest, it
# is the answer. Order by entity, name.
#
# **Example.** ('u1', 'age', 30, 5, 1), ('u1', 'age', 31, 9, 2), ('u1', 'age', NULL, 9, 3) and
# ('u1', 'city', 7, 2, 1): ('u1', 'age', NULL), ('u1', 'city', 7).


# %% nbgrader={"grade_id": "latest_features", "solution": true}
def latest_features():
    """SQL: entity, name, value of the latest write of each feature."""
    ### BEGIN SOLUTION
    return """
    WITH numbered AS (
        SELECT *, ROW_NUMBER() OVER (
            PARTITION BY entity, name ORDER BY written DESC, seq DESC
        ) AS age
        FROM feature_log
    )
    SELECT entity, name, value FROM numbered WHERE age = 1 ORDER BY entity, name
    """
    ### END SOLUTION


# %% nbgrader={"grade_id": "latest_features_keeps_one_row_each", "grade": true}
"""One row for each feature: the latest, also among equal times, also when it is NULL."""
q = Question(latest_features, points=3)
LOG = "entity, name, value, written, seq"


@q.probe(gives="")
def the_example(f):
    """The example: a deleted feature is NULL, and the age of 31 is not back"""
    rows = [("u1", "age", 30, 5, 1), ("u1", "age", 31, 9, 2), ("u1", "age", None, 9, 3)]
    rows += [("u1", "city", 7, 2, 1)]
    return amiss(f(), {"feature_log": (LOG, rows)}, [("u1", "age", None), ("u1", "city", 7)])


@q.probe(gives="")
def latest_is_not_largest(f):
    """The latest value, not the largest, and for each entity and name"""
    rows = [("u2", "age", 50, 1, 4), ("u2", "age", 20, 3, 9), ("u1", "age", 40, 2, 2)]
    return amiss(f(), {"feature_log": (LOG, rows)}, [("u1", "age", 40), ("u2", "age", 20)])


### BEGIN HIDDEN TESTS
q.hidden()


def writes(n, seed):
    """Random writes: many equal times, some deletions, in no order."""
    rng = np.random.default_rng(seed)
    rows = []
    for seq in range(n):
        value = None if rng.random() < 0.3 else int(rng.integers(100))
        entity, name = f"u{rng.integers(4)}", "xyz"[rng.integers(3)]
        rows.append((entity, name, value, int(rng.integers(5)), seq))
    return [rows[i] for i in rng.permutation(n)]


def kept(rows):
    last = {}
    for row in sorted(rows, key=lambda row: row[3:]):
        last[row[:2]] = row[2]
    return [(*key, last[key]) for key in sorted(last)]


@q.probe(gives="")
def many_writes(f):
    """Sixty writes of twelve features, with equal times and deletions"""
    return amiss(f(), {"feature_log": (LOG, writes(60, 0))}, kept(writes(60, 0)))


@q.probe(gives="")
def equal_times(f):
    """Of equal times the largest seq, in whatever order the rows are stored"""
    rows = [("u1", "x", 3, 7, 12), ("u1", "x", 1, 7, 15), ("u1", "x", 2, 7, 11)]
    return amiss(f(), {"feature_log": (LOG, rows)}, [("u1", "x", 1)])


@q.probe(gives="")
def nothing_written(f):
    """An empty log gives no rows"""
    return amiss(f(), {"feature_log": (LOG, [])}, [])


@q.reference
def nobody_is_later():
    return """
    SELECT entity, name, value FROM feature_log f
    WHERE NOT EXISTS (
        SELECT 1 FROM feature_log g WHERE g.entity = f.entity AND g.name = f.name
        AND (g.written > f.written OR (g.written = f.written AND g.seq > f.seq))
    )
    ORDER BY entity, name
    """


def numbered(function="ROW_NUMBER", keys="entity, name", order="written DESC, seq DESC", where="1"):
    return f"""
    SELECT entity, name, value FROM (
        SELECT *, {function}() OVER (PARTITION BY {keys} ORDER BY {order}) AS age
        FROM feature_log WHERE {where}
    )
    WHERE age = 1 ORDER BY entity, name
    """


@q.mistake("""MAX(value) is the largest value, not the latest. Find the latest *row* and take its
value: ROW_NUMBER() over the writes of each feature, newest first.""")
def largest_value():
    return "SELECT entity, name, MAX(value) FROM feature_log GROUP BY 1, 2 ORDER BY 1, 2"


@q.mistake("""You joined on the latest time, and two writes can have the same: both come back, and
every join behind it doubles. Break the tie by seq, with ROW_NUMBER.""")
def ties_kept_twice():
    return """
    SELECT f.entity, f.name, f.value FROM feature_log f
    JOIN (SELECT entity, name, MAX(written) AS newest FROM feature_log GROUP BY 1, 2) m
    ON f.entity = m.entity AND f.name = m.name AND f.written = m.newest
    ORDER BY 1, 2, f.seq
    """


@q.mistake("""SELECT value, MAX(written) … GROUP BY takes the other columns from a row with the
maximum in SQLite alone (other databases refuse), and from *any* such row where times are equal. Use
ROW_NUMBER with seq as the tie-break.""")
def bare_column_with_max():
    return """
    SELECT entity, name, value FROM (
        SELECT entity, name, value, MAX(written) FROM feature_log GROUP BY entity, name
    ) ORDER BY entity, name
    """


@q.mistake("""You remove NULL values first, so a deleted feature comes back with the value from
before its deletion. NULL is the latest write like any other.""")
def deletions_undone():
    return numbered(where="value IS NOT NULL")


@q.mistake("""You look for the latest write first and drop it if it is NULL. The feature was
deleted: the answer has a row that says so.""")
def deleted_rows_left_out():
    return numbered().replace("age = 1", "age = 1 AND value IS NOT NULL")


@q.mistake("""You keep the first write. Order by written DESC, seq DESC.""")
def earliest_kept():
    return numbered(order="written, seq")


@q.mistake("""The tie among equal times is left open, or goes to the smaller seq: order by written
DESC, seq DESC.""")
def smaller_seq_wins():
    return numbered(order="written DESC, seq")


@q.mistake("""One row an entity: you forgot that each entity has several features. PARTITION BY
entity, name.""")
def one_row_an_entity():
    return numbered(keys="entity")


@q.mistake("""You order by seq alone. The latest is the one with the largest `written`; seq only
breaks ties.""")
def by_seq_alone():
    return numbered(order="seq DESC")


@q.variant
def first_value_distinct():
    return """
    SELECT DISTINCT entity, name, FIRST_VALUE(value) OVER (
        PARTITION BY entity, name ORDER BY written DESC, seq DESC
    )
    FROM feature_log ORDER BY 1, 2
    """


@q.variant
def a_correlated_limit():
    return """
    SELECT k.entity, k.name, (
        SELECT value FROM feature_log f WHERE f.entity = k.entity AND f.name = k.name
        ORDER BY written DESC, seq DESC LIMIT 1
    )
    FROM (SELECT DISTINCT entity, name FROM feature_log) k ORDER BY 1, 2
    """


q.hints(
    """How many rows has your answer for a feature that was written twice in the same second?""",
    """('u1', 'x', 3, 7, 2) and ('u1', 'x', 1, 7, 5): one row, ('u1', 'x', 1).""",
    """ROW_NUMBER() OVER (PARTITION BY entity, name ORDER BY written DESC, seq DESC) AS age in a
subquery, then WHERE age = 1.""",
)
q.why(""""Latest" needs a total order; with ROW_NUMBER the database forces you to write one. The
join on MAX looks equivalent and returns two rows for a tie; RANK does the same. GROUP BY with a
bare column works by a courtesy of SQLite. And a NULL is a fact: filtering it before choosing
turns a deletion into its opposite.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. The best runs of each team (3 points, 12 minutes)
#
# `runs(team, run, score)`: training runs; higher is better, NULL means crashed and does not count.
# For each team give the runs whose score is among the **two highest different scores** of the team:
# `team, run, score, place` with place 1 or 2. Runs with equal scores share a place, however many.
# Order by team, place, run.
#
# **Example.** Scores a: 0.9, b: 0.9, c: 0.8, d: 0.7 of one team: a and b have place 1, c place 2.


# %% nbgrader={"grade_id": "best_runs", "solution": true}
def best_runs():
    """SQL: team, run, score, place of the runs with each team's two highest scores."""
    ### BEGIN SOLUTION
    return """
    WITH placed AS (
        SELECT team, run, score,
            DENSE_RANK() OVER (PARTITION BY team ORDER BY score DESC) AS place
        FROM runs
        WHERE score IS NOT NULL
    )
    SELECT team, run, score, place FROM placed WHERE place <= 2 ORDER BY team, place, run
    """
    ### END SOLUTION


# %% nbgrader={"grade_id": "best_runs_counts_different_scores", "grade": true}
"""Equal scores share a place, and the next lower score has the next place."""
q = Question(best_runs, points=3)


def runs_table(*rows):
    return {"runs": ("team, run, score", list(rows))}


@q.probe(gives="")
def the_example(f):
    """After two runs with place 1 comes place 2, not 3"""
    rows = [("t", "a", 0.9), ("t", "b", 0.9), ("t", "c", 0.8), ("t", "d", 0.7)]
    wanted = [("t", "a", 0.9, 1), ("t", "b", 0.9, 1), ("t", "c", 0.8, 2)]
    return amiss(f(), runs_table(*rows), wanted)


@q.probe(gives="")
def two_teams(f):
    """Each team has its own places"""
    rows = [("x", "a", 0.3), ("y", "b", 0.9), ("x", "c", 0.5), ("y", "d", 0.8), ("x", "e", 0.1)]
    wanted = [("x", "c", 0.5, 1), ("x", "a", 0.3, 2), ("y", "b", 0.9, 1), ("y", "d", 0.8, 2)]
    return amiss(f(), runs_table(*rows), wanted)


### BEGIN HIDDEN TESTS
q.hidden()


def random_runs(n, seed):
    rng = np.random.default_rng(seed)
    rows = []
    for i in rng.permutation(n):
        score = None if rng.random() < 0.2 else int(rng.integers(5)) / 4
        rows.append((f"t{rng.integers(4)}", f"r{i:02d}", score))
    return rows


def placed(rows):
    result = []
    for team in sorted({row[0] for row in rows}):
        scores = sorted({s for t, _, s in rows if t == team and s is not None}, reverse=True)[:2]
        result += sorted(
            (t, r, s, scores.index(s) + 1) for t, r, s in rows if t == team and s in scores
        )
    return sorted(result, key=lambda row: (row[0], row[3], row[1]))


@q.probe(gives="")
def many_ties(f):
    """Forty runs of four teams with five different scores"""
    return amiss(f(), runs_table(*random_runs(40, 0)), placed(random_runs(40, 0)))


@q.probe(gives="")
def crashed_runs(f):
    """A crashed run has no place, not even in a team with a single score; nor a team without one"""
    rows = [("x", "a", None), ("x", "b", 0.2), ("y", "c", None), ("x", "d", None)]
    return amiss(f(), runs_table(*rows), [("x", "b", 0.2, 1)])


@q.probe(gives="")
def three_at_the_top(f):
    """Three runs share place 1, two share place 2"""
    rows = [("t", "abcdef"[i], s) for i, s in enumerate([0.5, 0.7, 0.7, 0.5, 0.7, 0.1])]
    wanted = [("t", r, 0.7, 1) for r in "bce"] + [("t", r, 0.5, 2) for r in "ad"]
    return amiss(f(), runs_table(*rows), wanted)


@q.reference
def by_counting_better_scores():
    return """
    SELECT team, run, score, place FROM (
        SELECT team, run, score, 1 + (
            SELECT COUNT(DISTINCT b.score) FROM runs b
            WHERE b.team = a.team AND b.score > a.score
        ) AS place
        FROM runs a WHERE score IS NOT NULL
    )
    WHERE place <= 2 ORDER BY team, place, run
    """


def ranked(function="DENSE_RANK", over="PARTITION BY team ORDER BY score DESC", most=2, where=None):
    where = "score IS NOT NULL" if where is None else where
    return f"""
    SELECT team, run, score, place FROM (
        SELECT *, {function}() OVER ({over}) AS place FROM runs WHERE {where}
    )
    WHERE place <= {most} ORDER BY team, place, run
    """


@q.mistake("""RANK skips: after two runs with place 1 comes place 3, so the second-highest score is
lost. DENSE_RANK counts different scores.""")
def rank_vs_dense_rank():
    return ranked("RANK")


@q.mistake("""ROW_NUMBER gives equal scores different places: of three runs that share the best
score one is cut off, and which one is chance. DENSE_RANK counts different scores.""")
def row_number_cuts_ties():
    return ranked("ROW_NUMBER", "PARTITION BY team ORDER BY score DESC, run")


@q.mistake("""Places run over all teams. PARTITION BY team.""")
def places_over_all_teams():
    return ranked(over="ORDER BY score DESC")


@q.mistake("""You give the lowest scores. ORDER BY score DESC.""")
def lowest_scores():
    return ranked(over="PARTITION BY team ORDER BY score")


@q.mistake("""Crashed runs have a place: in ORDER BY score DESC NULL comes last in SQLite, and
first in some other databases. Where a team has few scores, they reach the list. Filter them out
first.""")
def crashed_runs_placed():
    return ranked(where="1")


@q.mistake("""Only the best score is listed. Places 1 and 2 are wanted.""")
def first_place_only():
    return ranked(most=1)


@q.mistake("""LIMIT 2 cuts the whole result, not each team's. Number the runs within each team by a
window function.""")
def limit_for_all():
    return ranked().replace("ORDER BY team, place, run", "ORDER BY team, place, run LIMIT 2")


@q.mistake("""The rows are in another order. They are wanted by team, place, run: a window's ORDER
BY does not order the result.""")
def result_not_ordered():
    return ranked().replace("ORDER BY team, place, run", "ORDER BY score, run")


@q.variant
def places_of_distinct_scores():
    return """
    WITH scores AS (
        SELECT team, score, ROW_NUMBER() OVER (PARTITION BY team ORDER BY score DESC) AS place
        FROM (SELECT DISTINCT team, score FROM runs WHERE score IS NOT NULL)
    )
    SELECT r.team, r.run, r.score, s.place
    FROM runs r JOIN scores s ON s.team = r.team AND s.score = r.score
    WHERE s.place < 3 ORDER BY r.team, s.place, r.run
    """


@q.variant
def a_named_window():
    return """
    SELECT * FROM (
        SELECT team, run, score, DENSE_RANK() OVER w AS place FROM runs
        WINDOW w AS (PARTITION BY team ORDER BY score DESC NULLS LAST)
    )
    WHERE place < 3 AND score IS NOT NULL ORDER BY team, place, run;
    """


q.hints(
    """Which places do RANK, DENSE_RANK and ROW_NUMBER give to the scores 0.9, 0.9, 0.8?""",
    """1, 1, 3 and 1, 1, 2 and 1, 2, 3. "Two highest different scores" is the second.""",
    """DENSE_RANK() OVER (PARTITION BY team ORDER BY score DESC) AS place, from runs with a score;
the outer query keeps place <= 2.""",
)
q.why(""""Top two" has three meanings, one for each function: two rows, rows with fewer than two
better ones, rows with one of the two best values. Ask which; here it is the last. A window
function cannot stand in WHERE, since windows are computed after it: hence the subquery. And NULL
has a place in every ordering, which differs between databases: filter it or say NULLS LAST.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. Two reports: a window and a self-join (5 points, 20 minutes)
#
# Return a dict with two texts, `{"smooth": …, "differ": …}`.
#
# **smooth.** `losses(run, step, loss)`: what runs logged, at uneven steps (no step twice in a
# run, no NULL). For each row give `run, step, smooth, change`: `smooth` is the mean of this loss
# and those of the **two logged steps before it** in the same run (fewer at the beginning),
# `change` this loss minus that of the logged step before, NULL at the first. Order by run, step.
# *Example*: steps 1, 10, 11, 50 of one run with losses 8, 4, 3, 2: smooth 8, 6, 5, 3; change
# NULL, −4, −1, −1.
#
# **differ.** `answers(item, model, label)`: each model answers an item at most once; NULL means
# that it gave no answer. For each pair of models with the first name before the second, and with
# at least one item that **both** answered, give `first, second, both, differ`: the names, how
# many items both answered, and on how many of these the labels differ (0 if none). Order by
# first, second. *Example*: item 1: a says "cat", b "dog", c nothing (NULL); item 2: a and b say
# "cat": one row, ('a', 'b', 2, 1).


# %% nbgrader={"grade_id": "loss_reports", "solution": true}
def loss_reports():
    """Two SQL texts: smoothed losses, and where models disagree.

    Returns:
        dict {"smooth": text of one SELECT, "differ": text of one SELECT}.
    """
    ### BEGIN SOLUTION
    smooth = """
    SELECT run, step,
        AVG(loss) OVER (PARTITION BY run ORDER BY step ROWS 2 PRECEDING) AS smooth,
        loss - LAG(loss) OVER (PARTITION BY run ORDER BY step) AS change
    FROM losses ORDER BY run, step
    """
    differ = """
    SELECT a.model, b.model, COUNT(*), SUM(a.label <> b.label)
    FROM answers a JOIN answers b ON a.item = b.item AND a.model < b.model
    WHERE a.label IS NOT NULL AND b.label IS NOT NULL
    GROUP BY a.model, b.model
    ORDER BY a.model, b.model
    """
    return {"smooth": smooth, "differ": differ}
    ### END SOLUTION


# %% nbgrader={"grade_id": "loss_reports_count_what_they_say", "grade": true}
"""Windows hold rows of one run, pairs hold items that both models answered."""
q = Question(loss_reports, points=5)


def report(f, name, tables, wanted):
    """What is wrong with one of the two reports."""
    made = f()
    if not isinstance(made, dict) or name not in made:
        return 'a dict {"smooth": …, "differ": …} has to be returned'
    return amiss(made[name], tables, wanted)


def losses_table(rows):
    return {"losses": ("run, step, loss", rows)}


@q.probe(gives="")
def steps_far_apart(f):
    """Steps 1, 10, 11, 50: the three logged steps, however far apart"""
    rows = [("a", 10, 4.0), ("a", 1, 8.0), ("a", 50, 2.0), ("a", 11, 3.0)]
    wanted = [("a", 1, 8, None), ("a", 10, 6, -4), ("a", 11, 5, -1), ("a", 50, 3, -1)]
    return report(f, "smooth", losses_table(rows), wanted)


@q.probe(gives="")
def a_second_run_begins_anew(f):
    """The first step of a run knows nothing of another run"""
    rows = [("a", 1, 9.0), ("a", 2, 5.0), ("b", 1, 1.0), ("b", 3, 3.0)]
    wanted = [("a", 1, 9, None), ("a", 2, 7, -4), ("b", 1, 1, None), ("b", 3, 2, 2)]
    return report(f, "smooth", losses_table(rows), wanted)


def answers_table(rows):
    return {"answers": ("item, model, label", rows)}


@q.probe(gives="")
def an_open_answer(f):
    """The example: c gave no answer, so it is in no pair"""
    rows = [(1, "a", "cat"), (1, "b", "dog"), (1, "c", None), (2, "a", "cat"), (2, "b", "cat")]
    return report(f, "differ", answers_table(rows), [("a", "b", 2, 1)])


@q.probe(gives="")
def three_models(f):
    """Three models that agree make three pairs, each with 0 differences"""
    rows = [(7, "c", "x"), (7, "a", "x"), (7, "b", "x")]
    wanted = [("a", "b", 1, 0), ("a", "c", 1, 0), ("b", "c", 1, 0)]
    return report(f, "differ", answers_table(rows), wanted)


### BEGIN HIDDEN TESTS
q.hidden()


def logged(n, seed):
    rng = np.random.default_rng(seed)
    cells = [(run, step) for run in "abc" for step in range(30)]
    chosen = rng.permutation(len(cells))[:n]
    return [(*cells[i], float(np.round(rng.gamma(2), 2))) for i in chosen]


def smoothed(rows):
    result = []
    for run in sorted({row[0] for row in rows}):
        steps = sorted(row[1:] for row in rows if row[0] == run)
        for i, (step, loss) in enumerate(steps):
            near = [v for _, v in steps[max(0, i - 2) : i + 1]]
            change = loss - steps[i - 1][1] if i else None
            result.append((run, step, sum(near) / len(near), change))
    return result


@q.probe(gives="")
def three_runs(f):
    """Forty rows of three runs, stored in no order"""
    return report(f, "smooth", losses_table(logged(40, 0)), smoothed(logged(40, 0)))


@q.probe(gives="")
def a_jump(f):
    """A jump is in the mean of three rows, the jump's own and the next two"""
    rows = [("a", 10 * i, v) for i, v in enumerate([2.0, 1.0, 2.0, 3.0, 10.0, 2.0])]
    return report(f, "smooth", losses_table(rows), smoothed(rows))


@q.probe(gives="")
def whole_numbers(f):
    """Losses that are integers have a mean that is none"""
    rows = [("a", 3, 1), ("a", 5, 2)]
    return report(f, "smooth", losses_table(rows), [("a", 3, 1, None), ("a", 5, 1.5, 1)])


def random_answers(seed):
    rng = np.random.default_rng(seed)
    rows = []
    for item in range(17):
        for model in "dacb":
            if rng.random() < 0.7:
                label = None if rng.random() < 0.3 else "xyz"[rng.integers(3)]
                rows.append((item, model, label))
    return rows


def common(rows):
    said = {(item, model): label for item, model, label in rows if label is not None}
    result = []
    for one, two in itertools.combinations("abcd", 2):
        items = [i for i in range(17) if (i, one) in said and (i, two) in said]
        differ = sum(said[i, one] != said[i, two] for i in items)
        result += [(one, two, len(items), differ)] * bool(items)
    return result


@q.probe(gives="")
def four_models(f):
    """17 items, four models, missing answers of both kinds"""
    return report(f, "differ", answers_table(random_answers(0)), common(random_answers(0)))


@q.probe(gives="")
def strangers(f):
    """Models without a common answered item are no pair"""
    rows = [(1, "a", "x"), (2, "b", "x"), (3, "a", None), (3, "b", "y")]
    return report(f, "differ", answers_table(rows), [])


def by_correlated_queries():
    return """
    SELECT run, step,
        (SELECT AVG(loss) FROM (
            SELECT loss FROM losses b WHERE b.run = a.run AND b.step <= a.step
            ORDER BY step DESC LIMIT 3)),
        loss - (SELECT loss FROM losses b WHERE b.run = a.run AND b.step < a.step
            ORDER BY step DESC LIMIT 1)
    FROM losses a ORDER BY run, step
    """


def inside_each_item():
    return """
    WITH said AS (SELECT * FROM answers WHERE label IS NOT NULL)
    SELECT one.model, two.model, COUNT(*),
        COUNT(*) - COUNT(CASE WHEN one.label = two.label THEN 1 END)
    FROM said one CROSS JOIN said two
    WHERE one.item = two.item AND two.model > one.model
    GROUP BY 1, 2 ORDER BY 1, 2
    """


@q.reference
def by_other_routes():
    return {"smooth": by_correlated_queries(), "differ": inside_each_item()}


def windows(
    mean="PARTITION BY run ORDER BY step ROWS 2 PRECEDING",
    lag="PARTITION BY run ORDER BY step",
    change="loss - LAG(loss) OVER",
    smooth="AVG(loss) OVER",
):
    return f"""
    SELECT run, step, {smooth} ({mean}), {change} ({lag}) FROM losses ORDER BY run, step
    """


def joined(
    on="a.item = b.item AND a.model < b.model",
    where="a.label IS NOT NULL AND b.label IS NOT NULL",
    counts="COUNT(*), SUM(a.label <> b.label)",
):
    return f"""
    SELECT a.model, b.model, {counts} FROM answers a JOIN answers b ON {on}
    WHERE {where} GROUP BY a.model, b.model ORDER BY a.model, b.model
    """


def spoilt(**texts):
    """Both queries, one of them written in another way."""
    return {"smooth": windows(), "differ": joined(), **texts}


@q.mistake("""RANGE 2 PRECEDING means steps from step − 2 on, not two rows: with uneven steps the
window holds one row or three. Use ROWS.""")
def range_for_rows():
    return spoilt(smooth=windows(mean="PARTITION BY run ORDER BY step RANGE 2 PRECEDING"))


@q.mistake("""With ORDER BY and no frame the window reaches back to the first row: a running mean
that gets slower and slower. Say ROWS 2 PRECEDING.""")
def frame_left_out():
    return spoilt(smooth=windows(mean="PARTITION BY run ORDER BY step"))


@q.mistake("""Without PARTITION BY run, the window reaches into another run.""")
def runs_not_apart():
    return spoilt(
        smooth=windows(mean="ORDER BY run, step ROWS 2 PRECEDING", lag="ORDER BY run, step")
    )


@q.mistake("""The mean knows its run, and LAG does not: the first change of a run is the
difference to another run's last loss. Each window needs its own PARTITION BY.""")
def lag_not_apart():
    return spoilt(smooth=windows(lag="ORDER BY run, step"))


@q.mistake("""Your window is centred, or looks ahead. At a step the next losses are not known: 2
PRECEDING to CURRENT ROW.""")
def centred_window():
    return spoilt(
        smooth=windows(
            mean="PARTITION BY run ORDER BY step ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING"
        )
    )


@q.mistake("""Three rows before this one make a window of four. "This and the two before" is ROWS 2
PRECEDING.""")
def one_row_too_many():
    return spoilt(smooth=windows(mean="PARTITION BY run ORDER BY step ROWS 3 PRECEDING"))


@q.mistake("""This loss is not in its own window: "this and the two before".""")
def current_row_left_out():
    return spoilt(
        smooth=windows(
            mean="PARTITION BY run ORDER BY step ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING"
        )
    )


@q.mistake("""The first change is 0 with you (LAG's default, or COALESCE). 0 says "measured, and
equal"; nothing was measured. Leave it NULL.""")
def first_change_is_zero():
    return spoilt(smooth=windows(change="loss - LAG(loss, 1, loss) OVER"))


@q.mistake("""LAG with a default of 0 makes the first change the loss itself, as if the run had
come from a loss of 0. Leave it NULL.""")
def change_from_zero():
    return spoilt(smooth=windows(change="loss - LAG(loss, 1, 0) OVER"))


@q.mistake("""The sign of `change` is wrong: this loss minus the one before, so that a falling
loss is negative.""")
def change_turned_around():
    return spoilt(smooth=windows(change="-loss + LAG(loss) OVER"))


@q.mistake("""You divide the sum by 3 also where the window has one or two rows: the curve seems
to begin low. AVG divides by what is there.""")
def divided_by_three():
    return spoilt(smooth=windows(smooth="1.0 / 3 * SUM(loss) OVER"))


@q.variant
def two_lags():
    return spoilt(
        smooth="""
    WITH l AS (
        SELECT *, LAG(loss) OVER w AS one, LAG(loss, 2) OVER w AS two FROM losses
        WINDOW w AS (PARTITION BY run ORDER BY step)
    )
    SELECT run, step,
        (loss + COALESCE(one, 0) + COALESCE(two, 0)) * 1.0
            / (1 + (one IS NOT NULL) + (two IS NOT NULL)),
        loss - one
    FROM l ORDER BY run, step
    """
    )


@q.variant
def self_join_on_numbers():
    return spoilt(
        smooth="""
    WITH n AS (
        SELECT *, ROW_NUMBER() OVER (PARTITION BY run ORDER BY step) AS i FROM losses
    )
    SELECT a.run, a.step, AVG(b.loss), a.loss - MAX(CASE WHEN b.i = a.i - 1 THEN b.loss END)
    FROM n a JOIN n b ON a.run = b.run AND b.i BETWEEN a.i - 2 AND a.i
    GROUP BY a.run, a.step ORDER BY a.run, a.step
    """
    )


@q.mistake("""Each pair comes twice, as (a, b) and as (b, a). Join with a.model < b.model.""")
def pairs_both_ways():
    return spoilt(differ=joined(on="a.item = b.item AND a.model <> b.model"))


@q.mistake("""A model is paired with itself, and agrees. Join with <, not <=.""")
def pairs_with_itself():
    return spoilt(differ=joined(on="a.item = b.item AND a.model <= b.model"))


@q.mistake("""Answers to different items are compared: join fan-out, every row of one model with
every row of the other. The join needs a.item = b.item.""")
def join_fan_out():
    return spoilt(differ=joined(on="a.model < b.model"))


@q.mistake("""You filter the rows that differ before counting: common that agree everywhere vanish,
and `both` counts the differences. Count all common rows, and sum the comparison.""")
def filtered_before_counting():
    return spoilt(differ=joined(where="a.label <> b.label"))


@q.mistake("""An item that one of them left open (NULL) counts as common: `both` is too large, and a
model without answers makes common. Ask for both labels to be there.""")
def open_answers_counted():
    return spoilt(differ=joined(where="1", counts="COUNT(*), COALESCE(SUM(a.label <> b.label), 0)"))


@q.mistake("""A missing answer counts as a different one (IS NOT, or COALESCE to some text). It is
no answer: leave the item out for this pair.""")
def open_answers_differ():
    return spoilt(differ=joined(where="1", counts="COUNT(*), SUM(a.label IS NOT b.label)"))


@q.mistake("""Your last column counts where they agree. The differences are wanted.""")
def agreements_counted():
    return spoilt(differ=joined(counts="COUNT(*), SUM(a.label = b.label)"))


@q.mistake("""COUNT(a.label <> b.label) counts every row in which the comparison has a value, 0 as
well as 1. SUM it.""")
def count_of_a_comparison():
    return spoilt(differ=joined(counts="COUNT(*), COUNT(a.label <> b.label)"))


@q.mistake("""The last column is a share. A count is wanted; who reads it can divide.""")
def share_returned():
    return spoilt(differ=joined(counts="COUNT(*), AVG(a.label <> b.label)"))


@q.variant
def with_a_filter_clause():
    return spoilt(
        differ="""
    SELECT a.model AS first, b.model AS second, COUNT(*) AS both,
        COUNT(*) FILTER (WHERE a.label != b.label) AS differ
    FROM answers a INNER JOIN answers b USING (item)
    WHERE a.model < b.model AND a.label NOT NULL AND b.label NOT NULL
    GROUP BY first, second ORDER BY first, second
    """
    )


@q.variant
def cases_in_a_subquery():
    return spoilt(
        differ="""
    SELECT m1, m2, SUM(1), SUM(CASE same WHEN 1 THEN 0 ELSE 1 END) FROM (
        SELECT a.model AS m1, b.model AS m2, a.label = b.label AS same
        FROM answers a, answers b WHERE a.item = b.item AND a.model < b.model
    )
    WHERE same IS NOT NULL GROUP BY m1, m2 ORDER BY m1, m2
    """
    )


q.hints(
    """What is in the window of step 50, if the steps are 1, 10, 11, 50? And how many rows does a
self-join have for one item with three models: which of them do you want?""",
    """Two runs with one row each: smooth is the loss itself, change NULL, twice. Item 1, a says
x, b says x: one row, ('a', 'b', 1, 0), although nothing differs.""",
    """AVG(loss) OVER (PARTITION BY run ORDER BY step ROWS 2 PRECEDING) and loss − LAG(loss) OVER
(PARTITION BY run ORDER BY step). JOIN answers b ON a.item = b.item AND a.model < b.model, both
labels not NULL, COUNT(*) and SUM(a.label <> b.label).""",
)
q.why("""A window has three parts, and each has a default that is wrong here: no PARTITION BY
means all runs, no frame means from the first row on, and RANGE counts in values of the ordering
column, ROWS in rows (RANGE is right when "the last hour" is meant). LAG's NULL at the beginning
is information: a default of 0 makes a step without predecessor look like one without progress.

A self-join compares rows of one table; `<` on the key picks each unordered pair once. What is
filtered in WHERE is gone before COUNT: so the comparison belongs into the sum. A comparison with
NULL is NULL, which SUM skips and COUNT(*) does not: the two columns would speak of different
items. Note the size: n models an item make n² / 2 rows.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. Sessions (3 points, 12 minutes)
#
# `events(user, ts)`: clicks, ts in whole seconds, in no order. A user's new session begins when
# **more than 1800** seconds have passed since the user's event before. Give `user, number, first,
# last, events`: sessions of a user are numbered 1, 2, … by time, with the time of the first and
# last event and the number of events. Order by user, number.
#
# **Example.** One user, ts 0, 1800, 3600, 5401: sessions (1, 0, 3600, 3) and (2, 5401, 5401, 1).


# %% nbgrader={"grade_id": "sessions", "solution": true}
def sessions():
    """SQL: user, number, first, last, events of each session."""
    ### BEGIN SOLUTION
    return """
    WITH marked AS (
        SELECT user, ts,
            COALESCE(ts - LAG(ts) OVER (PARTITION BY user ORDER BY ts) > 1800, 1) AS begins
        FROM events
    ),
    numbered AS (
        SELECT user, ts, SUM(begins) OVER (
            PARTITION BY user ORDER BY ts ROWS UNBOUNDED PRECEDING
        ) AS number
        FROM marked
    )
    SELECT user, number, MIN(ts), MAX(ts), COUNT(*)
    FROM numbered GROUP BY user, number ORDER BY user, number
    """
    ### END SOLUTION


# %% nbgrader={"grade_id": "sessions_begin_after_a_gap", "grade": true}
"""A session ends where the next event is more than 1800 s away."""
q = Question(sessions, points=3)


def events_table(rows):
    return {"events": ("user, ts", rows)}


@q.probe(gives="")
def the_example(f):
    """Gaps of 1800 s do not end a session, one of 1801 s does"""
    rows = [("u", 3600), ("u", 0), ("u", 5401), ("u", 1800)]
    return amiss(f(), events_table(rows), [("u", 1, 0, 3600, 3), ("u", 2, 5401, 5401, 1)])


@q.probe(gives="")
def users_between_each_other(f):
    """Each user has sessions of their own, numbered from 1"""
    rows = [("b", 10), ("a", 20), ("b", 30), ("a", 5000), ("b", 9000)]
    wanted = [("a", 1, 20, 20, 1), ("a", 2, 5000, 5000, 1)]
    wanted += [("b", 1, 10, 30, 2), ("b", 2, 9000, 9000, 1)]
    return amiss(f(), events_table(rows), wanted)


### BEGIN HIDDEN TESTS
q.hidden()


def clicks(n, seed):
    rng = np.random.default_rng(seed)
    rows = []
    for user in "pqr":
        times = np.cumsum(rng.choice([0, 7, 600, 1799, 1800, 1801, 4000], n)) + rng.integers(5000)
        rows += [(user, int(ts)) for ts in times]
    return [rows[i] for i in rng.permutation(len(rows))]


def walked(rows):
    result = []
    for user in sorted({row[0] for row in rows}):
        found = []
        for ts in sorted(ts for u, ts in rows if u == user):
            if found and ts - found[-1][-1] <= 1800:
                found[-1].append(ts)
            else:
                found.append([ts])
        result += [(user, i, s[0], s[-1], len(s)) for i, s in enumerate(found, 1)]
    return result


@q.probe(gives="")
def three_users(f):
    """Three users with gaps around the limit and events at the same second"""
    return amiss(f(), events_table(clicks(29, 0)), walked(clicks(29, 0)))


@q.probe(gives="")
def a_long_session(f):
    """A session may last for hours, if no gap is too long"""
    rows = [("u", 1700 * i) for i in range(9)]
    return amiss(f(), events_table(rows), [("u", 1, 0, 13600, 9)])


@q.reference
def counting_beginnings():
    return """
    WITH e AS (SELECT user, ts, COUNT(*) AS n FROM events GROUP BY user, ts),
    begins AS (
        SELECT user, ts FROM e WHERE NOT EXISTS (
            SELECT 1 FROM e p WHERE p.user = e.user AND p.ts < e.ts AND p.ts >= e.ts - 1800)
    )
    SELECT user, number, MIN(ts), MAX(ts), SUM(n) FROM (
        SELECT e.user, e.ts, e.n, (
            SELECT COUNT(*) FROM begins b WHERE b.user = e.user AND b.ts <= e.ts) AS number
        FROM e
    )
    GROUP BY user, number ORDER BY user, number
    """


def cut_at(gap="> 1800", lag="PARTITION BY user ORDER BY ts", over=None, first="1"):
    over = over or "PARTITION BY user ORDER BY ts ROWS UNBOUNDED PRECEDING"
    return f"""
    WITH marked AS (
        SELECT user, ts, COALESCE(ts - LAG(ts) OVER ({lag}) {gap}, {first}) AS begins FROM events
    )
    SELECT user, number, MIN(ts), MAX(ts), COUNT(*) FROM (
        SELECT user, ts, SUM(begins) OVER ({over}) AS number FROM marked
    )
    GROUP BY user, number ORDER BY user, number
    """


@q.mistake(
    """A gap of exactly 1800 s ends a session with you. More than 1800 is asked: >, not >=."""
)
def gap_of_exactly_1800():
    return cut_at(gap=">= 1800")


@q.mistake("""You cut time into fixed pieces of 1800 s: two clicks a second apart fall into two
sessions if the border is between them. Compare with the event before (LAG).""")
def fixed_pieces():
    return """
    SELECT user, DENSE_RANK() OVER (PARTITION BY user ORDER BY ts / 1800) AS number,
        MIN(ts), MAX(ts), COUNT(*)
    FROM events GROUP BY user, ts / 1800 ORDER BY user, number
    """


@q.mistake("""LAG looks at the event before of *anybody*: another user's click keeps a session
alive. PARTITION BY user in LAG, too.""")
def lag_over_all_users():
    return cut_at(lag="ORDER BY ts, user")


@q.mistake("""Sessions are numbered through all users. Each user's begin with 1: PARTITION BY user
in the running sum.""")
def numbered_through_all_users():
    return cut_at(over="ORDER BY user, ts ROWS UNBOUNDED PRECEDING")


@q.mistake("""A user's first event has no event before: LAG is NULL, and so is the comparison, and
nothing begins there. The numbers start with 0 or NULL. COALESCE(…, 1).""")
def first_event_begins_nothing():
    return cut_at(first="0")


@q.mistake("""LAG with a default of 0 measures the first event from the second 0: it begins a
session only if it is late enough, and then the numbers start with 1 or 2 by chance. No event
before means: begin.""")
def gap_from_zero():
    return (
        cut_at(lag="PARTITION BY user ORDER BY ts")
        .replace("LAG(ts)", "LAG(ts, 1, 0)")
        .replace("SUM(begins)", "1 + SUM(begins)")
    )


@q.mistake("""The first event's comparison is NULL, and you filter or sum it as it is: the first
session has the number NULL. COALESCE(…, 1).""")
def first_session_is_null():
    return cut_at(first="NULL")


@q.mistake("""You measure from the beginning of the session (or of the user), so a session lasts
1800 s at most. The gap is from one event to the next.""")
def measured_from_the_beginning():
    return """
    WITH RECURSIVE ordered AS (
        SELECT user, ts, ROW_NUMBER() OVER (PARTITION BY user ORDER BY ts) AS i FROM events
    ),
    walk AS (
        SELECT user, ts, i, 1 AS number, ts AS began FROM ordered WHERE i = 1
        UNION ALL
        SELECT o.user, o.ts, o.i, w.number + (o.ts - w.began > 1800),
            CASE WHEN o.ts - w.began > 1800 THEN o.ts ELSE w.began END
        FROM walk w JOIN ordered o ON o.user = w.user AND o.i = w.i + 1
    )
    SELECT user, number, MIN(ts), MAX(ts), COUNT(*) FROM walk
    GROUP BY user, number ORDER BY user, number
    """


@q.mistake(
    """The limit is taken for minutes or another unit: 30 in place of 1800. ts is in seconds."""
)
def thirty_seconds():
    return cut_at(gap="> 30")


@q.mistake("""Equal times count once with you (DISTINCT, or GROUP BY ts): two events in the same
second are two events.""")
def equal_times_merged():
    return cut_at().replace("FROM events", "FROM (SELECT DISTINCT user, ts FROM events)")


@q.variant
def a_window_of_rows_before():
    return """
    SELECT user, number, MIN(ts) AS first, MAX(ts) AS last, COUNT(*) AS events FROM (
        SELECT user, ts, SUM(CASE WHEN ts - before <= 1800 THEN 0 ELSE 1 END)
            OVER (PARTITION BY user ORDER BY ts, row) AS number
        FROM (
            SELECT user, ts, ROW_NUMBER() OVER w AS row,
                MAX(ts) OVER (w ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING) AS before
            FROM events WINDOW w AS (PARTITION BY user ORDER BY ts)
        )
    )
    GROUP BY user, number ORDER BY user, number
    """


@q.variant
def walking_row_by_row():
    return """
    WITH RECURSIVE o AS (
        SELECT user, ts, ROW_NUMBER() OVER (PARTITION BY user ORDER BY ts) AS i FROM events
    ),
    walk(user, ts, i, number) AS (
        SELECT user, ts, i, 1 FROM o WHERE i = 1
        UNION ALL
        SELECT o.user, o.ts, o.i, walk.number + (o.ts - walk.ts > 1800)
        FROM walk JOIN o ON o.user = walk.user AND o.i = walk.i + 1
    )
    SELECT user, number, MIN(ts), MAX(ts), COUNT(*) FROM walk
    GROUP BY user, number ORDER BY user, number
    """


q.hints(
    """Mark the events that begin a session. What turns marks into numbers?""",
    """ts 0 and 1801: both begin one; numbers 1 and 2. The first has no event before it.""",
    """COALESCE(ts − LAG(ts) OVER (PARTITION BY user ORDER BY ts) > 1800, 1) AS begins, then
SUM(begins) OVER (PARTITION BY user ORDER BY ts ROWS UNBOUNDED PRECEDING), then GROUP BY user,
number.""",
)
q.why(""""Gaps and islands": mark the beginnings, and a running sum of the marks numbers the
islands. Two windows, since a window function cannot stand inside another. The first row of each
user has no predecessor: three-valued logic makes its mark NULL, and whole sessions get lost or
are numbered NULL. Fixed pieces of time look similar in a chart of totals, and cut every session
that crosses a border.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 9. Who comes back (3 points, 15 minutes)
#
# `users(user, day)`: the day (a whole number) on which each user signed up, once each.
# `activity(user, day)`: many rows a user, also several on one day. `bots(user)`: users that do
# not count; a careless export left **NULLs** in it. For each day on which at least one user
# signed up who is no bot, give `day, size, returned`: how many such users signed up, and the
# **share** of them (a number from 0 to 1, not rounded) who were active on at least one of the
# days day + 1 … day + 7. Order by day.
#
# **Example.** ann and bob sign up on day 3, eve (a bot) on day 4. Ann is active on days 3, 5 and 5,
# bob on day 11: one row, (3, 2, 0.5).


# %% nbgrader={"grade_id": "retention", "solution": true}
def retention():
    """SQL: day, size and returned share of each day's new users, bots left out."""
    ### BEGIN SOLUTION
    return """
    SELECT u.day, COUNT(*), AVG(EXISTS (
        SELECT 1 FROM activity a
        WHERE a.user = u.user AND a.day BETWEEN u.day + 1 AND u.day + 7
    ))
    FROM users u
    WHERE NOT EXISTS (SELECT 1 FROM bots b WHERE b.user = u.user)
    GROUP BY u.day ORDER BY u.day
    """
    ### END SOLUTION


# %% nbgrader={"grade_id": "retention_counts_users_once", "grade": true}
"""Users are counted, not rows; who never came back counts below the line; NULL is no bot."""
q = Question(retention, points=3)


def product(users, activity, bots):
    return {
        "users": ("user, day", users),
        "activity": ("user, day", activity),
        "bots": ("user", [(bot,) for bot in bots]),
    }


@q.probe(gives="")
def the_example(f):
    """The example: two people, one of whom came back within a week"""
    users = [("ann", 3), ("bob", 3), ("eve", 4)]
    activity = [("ann", 3), ("ann", 5), ("ann", 5), ("bob", 11)]
    return amiss(f(), product(users, activity, ["eve"]), [(3, 2, 0.5)])


@q.probe(gives="")
def a_careless_export(f):
    """A NULL among the bots makes nobody a bot"""
    tables = product([("ann", 1), ("bob", 1), ("eve", 1)], [("ann", 2)], ["eve", None])
    return amiss(f(), tables, [(1, 2, 0.5)])


### BEGIN HIDDEN TESTS
q.hidden()


def people(seed):
    rng = np.random.default_rng(seed)
    users = [(f"u{i}", int(rng.integers(1, 6))) for i in range(41)]
    activity = [(f"u{rng.integers(47)}", int(rng.integers(0, 17))) for _ in range(90)]
    activity += activity[:30] + [(None, 4)]
    bots = [f"u{i}" for i in (0, 3, 8, 44)]
    return users, activity, bots


def returned(users, activity, bots):
    result = []
    for day in sorted({day for _, day in users}):
        new = [user for user, d in users if d == day and user not in bots]
        back = {user for user, d in activity if day < d <= day + 7}
        if new:
            result.append((day, len(new), sum(user in back for user in new) / len(new)))
    return result


@q.probe(gives="")
def forty_users(f):
    """41 users, repeated rows, activity of strangers and of nobody"""
    users, activity, bots = people(0)
    return amiss(f(), product(users, activity, [*bots, None]), returned(users, activity, bots))


@q.probe(gives="")
def without_bots(f):
    """No bots: everybody counts"""
    users, activity, _ = people(1)
    return amiss(f(), product(users, activity, []), returned(users, activity, []))


@q.probe(gives="")
def the_days_that_count(f):
    """Day + 1 and day + 7 count; the day itself and day + 8 do not"""
    users = [("a", 10), ("b", 10), ("c", 10), ("d", 10)]
    activity = [("a", 10), ("b", 11), ("c", 17), ("d", 18)]
    return amiss(f(), product(users, activity, ["z"]), [(10, 4, 0.5)])


@q.probe(gives="")
def nobody_returns(f):
    """A day whose users never came back has the share 0; a day of bots is not listed"""
    users = [("a", 1), ("b", 2), ("c", 3)]
    return amiss(f(), product(users, [("c", 4)], ["b"]), [(1, 1, 0), (3, 1, 1)])


@q.reference
def flags_before_grouping():
    return """
    WITH back AS (
        SELECT DISTINCT u.user FROM users u JOIN activity a ON a.user = u.user
        WHERE a.day > u.day AND a.day - u.day <= 7
    )
    SELECT u.day, COUNT(u.user), 1.0 * COUNT(back.user) / COUNT(u.user)
    FROM users u LEFT JOIN back ON back.user = u.user LEFT JOIN bots b ON b.user = u.user
    WHERE b.user IS NULL GROUP BY u.day ORDER BY u.day
    """


def share(
    days="BETWEEN u.day + 1 AND u.day + 7",
    bots="NOT EXISTS (SELECT 1 FROM bots b WHERE b.user = u.user)",
    value="AVG(back)",
):
    return f"""
    SELECT day, COUNT(*), {value} FROM (
        SELECT u.day AS day, EXISTS (
            SELECT 1 FROM activity a WHERE a.user = u.user AND a.day {days}
        ) AS back
        FROM users u WHERE {bots}
    )
    GROUP BY day ORDER BY day
    """


@q.mistake("""`user NOT IN (…, NULL)` is never true: user <> NULL is unknown, so nobody is left.
Use NOT EXISTS, or take the NULLs out of the list.""")
def null_in_not_in():
    return share(bots="u.user NOT IN (SELECT user FROM bots)")


@q.mistake("""The join with activity repeats each user once for each active row (fan-out): the
size counts rows, and the share can pass 1. Use EXISTS, or COUNT(DISTINCT user).""")
def join_fan_out():
    return """
    SELECT u.day, COUNT(*), 1.0 * COUNT(a.user) / COUNT(*) FROM users u
    LEFT JOIN activity a ON a.user = u.user AND a.day BETWEEN u.day + 1 AND u.day + 7
    WHERE NOT EXISTS (SELECT 1 FROM bots b WHERE b.user = u.user)
    GROUP BY u.day ORDER BY u.day
    """


@q.mistake("""The size is right, and returns are counted by rows: a user who came on three days
counts three times. COUNT(DISTINCT a.user).""")
def returns_counted_by_rows():
    return """
    SELECT u.day, COUNT(DISTINCT u.user), 1.0 * COUNT(a.user) / COUNT(DISTINCT u.user) FROM users u
    LEFT JOIN activity a ON a.user = u.user AND a.day BETWEEN u.day + 1 AND u.day + 7
    WHERE NOT EXISTS (SELECT 1 FROM bots b WHERE b.user = u.user)
    GROUP BY u.day ORDER BY u.day
    """


@q.mistake("""An inner join drops the users who never came back: everybody who is left has
returned. They belong below the line: EXISTS, or LEFT JOIN with the days in its ON.""")
def only_who_returned():
    return share(value="1.0").replace("WHERE NOT", "WHERE back AND NOT")


@q.mistake(
    """Two integers are divided as integers: 1 / 2 is 0. Multiply by 1.0 first, or take AVG."""
)
def integer_division():
    return share(value="SUM(back) / COUNT(*)")


@q.mistake(
    """The day of signing up counts as a return. Everybody was active then: start with day + 1."""
)
def same_day_counts():
    return share(days="BETWEEN u.day AND u.day + 7")


@q.mistake("""Day + 7 is left out: day + 1 … day + 7 are seven days.""")
def last_day_left_out():
    return share(days="BETWEEN u.day + 1 AND u.day + 6")


@q.mistake("""You ask for activity on day + 7 exactly. At least one of the seven days is asked.""")
def seventh_day_exactly():
    return share(days="= u.day + 7")


@q.mistake("""Any later activity counts as a return, however late. Then old days look better than
new ones, for they had more time. Keep to day + 7.""")
def any_later_day():
    return share(days="> u.day")


@q.mistake("""Bots are not left out.""")
def bots_counted():
    return share(bots="1")


@q.mistake(
    """You returned the number of users who came back. A share of the day's users is wanted."""
)
def number_instead_of_share():
    return share(value="SUM(back)")


@q.variant
def except_the_bots():
    return """
    WITH people AS (SELECT user FROM users EXCEPT SELECT user FROM bots),
    flags AS (
        SELECT u.user, u.day, MAX(a.day IS NOT NULL) AS back
        FROM users u JOIN people USING (user)
        LEFT JOIN activity a ON a.user = u.user AND a.day - u.day BETWEEN 1 AND 7
        GROUP BY u.user, u.day
    )
    SELECT day, COUNT(*), AVG(back) FROM flags GROUP BY day ORDER BY day
    """


@q.variant
def not_in_without_nulls():
    return """
    SELECT u.day, COUNT(DISTINCT u.user),
        CAST(COUNT(DISTINCT a.user) AS REAL) / COUNT(DISTINCT u.user)
    FROM users u LEFT JOIN activity a
        ON a.user = u.user AND a.day > u.day AND a.day < u.day + 8
    WHERE u.user NOT IN (SELECT user FROM bots WHERE user IS NOT NULL)
    GROUP BY u.day ORDER BY u.day
    """


q.hints(
    """How many rows has your join for a user who was active on three days? And what is 'ann' NOT IN
('eve', NULL)?""",
    """ann signs up on day 1, is active on days 2, 2 and 3; bots holds NULL only: one row, (1, 1,
1.0).""",
    """From users alone: COUNT(*) and AVG(EXISTS (SELECT 1 FROM activity …)), WHERE NOT EXISTS
(SELECT 1 FROM bots b WHERE b.user = u.user), GROUP BY day.""",
)
q.why("""Ask in which *grain* a table is: users have one row a user, activity many. A join takes
the grain of the finer table, and every COUNT(*), SUM or AVG after it counts that. Either reduce
first (EXISTS, DISTINCT, a subquery with GROUP BY), or count DISTINCT; for sums only the first
works.

NOT IN with a NULL, an inner join that drops the denominator, 1 / 2 = 0: all three give a
plausible table. So compute one cell by hand, and check that sizes add up to the number of
users.""")
### END HIDDEN TESTS
q.grade()
