# %% [markdown]
# # {{title}}: practice under interview conditions
#
# Six problems that do not say what they are. Take each one as if somebody sat opposite:
#
# 1. **Aloud.** Restate the problem, work the example by hand, say the brute force and its cost,
#    then your idea and what stays true while it runs. Only then write.
# 2. **One first run.** Write it to the end without running anything, trace the example by hand,
#    name three inputs that could break it; then run the visible tests. Whether *that* run passed
#    is your score; what you mend afterwards is learning.
# 3. **With a clock.** The minutes stand in each title. Stop when they are over and say what you
#    would do next. `%plain NAME` opens a question in a plain editor, and keeps its clock and its
#    first run.
#
# {{how_it_works}}
#
# **For all problems.** Arguments are plain Python data and are never changed in place. *Work* means
# counted steps: lines that run, comparisons, and items that a list or text moves (`xs.pop(0)`,
# `x in xs`, `xs[1:]`). Only its growth is asked for. You may use the standard library.

# %% nbgrader={"grade_id": "imports", "locked": true}
import bisect
import heapq
import itertools
import random
from collections import Counter, defaultdict, deque
from math import inf

from mlprep.check import Question, excess_growth
from mlprep.check.values import difference, plain, show


def tidy(value):
    """A result as lists and, where they are whole, ints: so that it reads the same."""
    value = plain(value)
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple)):
        return [tidy(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def first_difference(f, pairs):
    """The first of some (arguments, result) for which f gives something else, in words; or ""."""
    for args, want in pairs:
        got, want = tidy(f(*args)), tidy(want)
        if difference(got, want):
            asked = ", ".join(show(arg, 50) for arg in args)
            return f"for {asked} yours gives {show(got, 60)}, not {show(want, 60)}"
    return ""


def cost(f, make, small, large, at_most, gives):
    """What is wrong with how f's work grows, or with its answer for the smaller size; else ""."""
    if difference(plain(f(*make(small))), plain(gives)):
        return "the answer is wrong there"
    return excess_growth(f, make, small, large, at_most=at_most)


# %% [markdown]
# ## 1. Models on GPUs (medium · 4 points · 20 minutes)
#
# `sizes[i]` is the memory that model i needs, an int ≥ 1. There are `gpus` equal GPUs, numbered
# from 0, of `memory` each; a GPU may be filled to the brim. `apart` is a list of pairs (i, j) of
# models, i ≠ j, in either order, that may not share a GPU (two replicas, say).
#
# `place_models(sizes, memory, gpus, apart)` returns a list with the GPU of each model. Of all lists
# that are allowed it returns the first, compared like lists of numbers ([0, 1, 1] before
# [0, 2, 0]). If none is allowed it returns `None`; without models it returns `[]`.
#
# There are at most 12 models and 6 GPUs, so trying everything may take 6¹² steps. Give a start up
# as soon as it breaks a rule. And two GPUs that are both still empty are as good as each other: try
# one of them only.
#
# **Example.** `place_models([4, 3, 3, 2], 6, 2, [])` is `[0, 1, 1, 0]`.


# %% nbgrader={"grade_id": "place_models", "solution": true}
def place_models(sizes, memory, gpus, apart):
    """The first placement that keeps within memory and keeps apart what must be apart.

    Args:
        sizes: list of int >= 1.
        memory: int. Of each GPU.
        gpus: int >= 0.
        apart: list of pairs of models that may not share a GPU.

    Returns:
        list of int, the GPU of each model; None if there is no placement.
    """
    ### BEGIN SOLUTION
    enemies = defaultdict(set)
    for i, j in apart:
        enemies[i].add(j)
        enemies[j].add(i)
    load, placed = [0] * gpus, []

    def place(model):
        if model == len(sizes):
            return True
        for gpu in range(gpus):
            fits = load[gpu] + sizes[model] <= memory
            if fits and not any(placed[other] == gpu for other in enemies[model] if other < model):
                load[gpu] += sizes[model]
                placed.append(gpu)
                if place(model + 1):
                    return True
                placed.pop()
                load[gpu] -= sizes[model]
            if not load[gpu]:
                break  # the empty GPUs behind it are no better
        return False

    return placed if place(0) else None
    ### END SOLUTION


# %% nbgrader={"grade_id": "place_models_finds_the_first_placement", "grade": true}
"""The first of all allowed placements, and None only where there is none."""
q = Question(place_models, points=4)
q.case([4, 3, 3, 2], 6, 2, [], gives=[0, 1, 1, 0], claim="The statement's example")
q.case(
    [2, 3, 2, 3],
    5,
    2,
    [(0, 1)],
    gives=[0, 1, 1, 0],
    claim="Where the next model does not fit anywhere, an earlier one must move",
)
q.case([2, 2, 2], 3, 2, [], gives=None, claim="Where no placement is allowed: None")
q.case([], 4, 0, [], gives=[], claim="Without models nothing is to be placed")


def one_too_many(n):
    """Each GPU holds one of the models, and there is one GPU too few."""
    return [2] * n, 3, n - 1, []


@q.probe(gives="")
def one_gpu_too_few(f):
    """With n equal models of which each fills a GPU, work grows at most like n³"""
    text = cost(f, one_too_many, 3, 6, 3.4, gives=None)
    return "the work grows as with all orders of the GPUs" if "grows" in text else text


### BEGIN HIDDEN TESTS
q.hidden()


def by_trying_all(sizes, memory, gpus, apart):
    for where in itertools.product(range(gpus), repeat=len(sizes)):
        load = Counter()
        for gpu, size in zip(where, sizes):
            load[gpu] += size
        if max(load.values(), default=0) <= memory:
            if all(where[i] != where[j] for i, j in apart):
                return list(where)
    return None


rng, tried = random.Random(4), []
for size in range(60):
    sizes = [rng.randint(1, 5) for _ in range(1 + size // 11)]
    gpus = rng.randint(1, 3)
    memory = max(max(sizes), sum(sizes) // gpus + rng.randint(-1, 2))
    pairs = list(itertools.permutations(range(len(sizes)), 2))
    apart = rng.sample(pairs, min(len(pairs), rng.randint(0, 2)))
    asked = sizes, memory, gpus, apart
    tried.append((asked, by_trying_all(*asked)))


@q.probe(gives="")
def like_trying_all_placements(f):
    """The first of all placements that keep the rules"""
    return first_difference(f, tried)


q.case(
    [1, 1, 1, 1],
    9,
    2,
    [(1, 2), (0, 3), (2, 3)],
    gives=[0, 1, 0, 1],
    claim="Pairs alone may force an earlier model to move",
)
q.case([1], 4, 0, [], gives=None, claim="Without a GPU no model can be placed")
q.case([1, 1, 1], 9, 3, [(2, 0)], gives=[0, 0, 1], claim="A pair holds in either order")
q.case([5], 4, 2, [], gives=None, claim="A model may be larger than a GPU")


@q.reference
def starts_as_states(sizes, memory, gpus, apart):
    """All starts of one length at once; of those that fill the GPUs alike, the first is kept."""
    rules = {frozenset(pair) for pair in apart}
    starts = [()]
    for model, size in enumerate(sizes):
        longer = []
        for start in starts:
            used = max(start, default=-1) + 1
            for gpu in range(min(used + 1, gpus)):
                there = [other for other, at in enumerate(start) if at == gpu]
                if sum(sizes[other] for other in there) + size <= memory:
                    if not any({model, other} in rules for other in there):
                        longer.append((*start, gpu))
        starts = longer
    return list(starts[0]) if starts else None


def search(sizes, memory, gpus, order, may, undo=True, empties=False):
    """The first placement of the models in `order` that may(model, gpu, placed) allows."""
    load, placed = [0] * len(gpus), {}

    def place(depth):
        if depth == len(order):
            return True
        model, tried_empty = order[depth], False
        for gpu in gpus:
            if not load[gpu] and tried_empty and not empties:
                continue
            tried_empty = tried_empty or not load[gpu]
            if load[gpu] + sizes[model] <= memory and may(model, gpu, placed):
                load[gpu] += sizes[model]
                placed[model] = gpu
                if place(depth + 1):
                    return True
                del placed[model]
                load[gpu] -= sizes[model] * undo
        return False

    return [placed[model] for model in range(len(sizes))] if place(0) else None


def ruled(apart, ways=2):
    pairs = {*map(tuple, apart)}
    if ways == 2:
        pairs |= {(j, i) for i, j in apart}
    return lambda model, gpu, placed: (
        not any(at == gpu and (other, model) in pairs for other, at in placed.items())
    )


@q.mistake("""You put each model on the first GPU that takes it and never move one. When a later
model does not fit, an earlier one may have to: take the choice back and try the next.""")
def greedy_without_return(sizes, memory, gpus, apart):
    load, placed, may = [0] * gpus, {}, ruled(apart)
    for model, size in enumerate(sizes):
        able = [g for g in range(gpus) if load[g] + size <= memory and may(model, g, placed)]
        if not able:
            return None
        placed[model] = able[0]
        load[able[0]] += size
    return list(placed.values())


@q.mistake("""You place the largest models first. That finds a placement quickly, but not the first
of all: go through the models in their order.""")
def largest_first(sizes, memory, gpus, apart):
    order = sorted(range(len(sizes)), key=lambda model: -sizes[model])
    return search(sizes, memory, range(gpus), order, ruled(apart))


@q.mistake("""You put a model on the GPU with the most room (or the last one) first. The first
placement of all begins with the smallest numbers: try GPU 0 first.""")
def last_gpu_first(sizes, memory, gpus, apart):
    return search(sizes, memory, range(gpus)[::-1], range(len(sizes)), ruled(apart))


@q.mistake(
    """When you take a model back, its memory stays counted: subtract it from the load again."""
)
def load_not_taken_back(sizes, memory, gpus, apart):
    return search(sizes, memory, range(gpus), range(len(sizes)), ruled(apart), undo=False)


@q.mistake("""You keep a GPU from being filled to the brim. load + size <= memory is allowed.""")
def never_full(sizes, memory, gpus, apart):
    return search(sizes, memory - 1, range(gpus), range(len(sizes)), ruled(apart))


@q.mistake("""You read a pair only where its first model comes first. (2, 0) binds model 2 as well
when 0 is placed already.""")
def pairs_read_one_way(sizes, memory, gpus, apart):
    return search(sizes, memory, range(gpus), range(len(sizes)), ruled(apart, ways=1))


@q.mistake("""You leave out the pairs that must be apart.""")
def pairs_left_out(sizes, memory, gpus, apart):
    return search(sizes, memory, range(gpus), range(len(sizes)), ruled([]))


@q.mistake(
    """Where nothing is allowed you return []. That is the placement of no models: return None."""
)
def empty_list_for_none(sizes, memory, gpus, apart):
    return starts_as_states(sizes, memory, gpus, apart) or []


@q.mistake(
    """Without models you return None. There is nothing to place, and that is possible: []."""
)
def empty_input(sizes, memory, gpus, apart):
    return starts_as_states(sizes, memory, gpus, apart) or None


@q.mistake(
    """You return which models a GPU gets. Wanted is which GPU a model gets: one number a model."""
)
def models_of_each_gpu(sizes, memory, gpus, apart):
    placed = starts_as_states(sizes, memory, gpus, apart)
    if placed is None:
        return None
    return [[model for model, at in enumerate(placed) if at == gpu] for gpu in range(gpus)]


@q.mistake("""You try each of the empty GPUs, though they are all alike (or every list of GPUs, and
look at the rules afterwards): where nothing fits, that is gpus! times the work or more. After the
first empty one, stop.""")
def every_empty_gpu_tried(sizes, memory, gpus, apart):
    models = range(len(sizes))
    return search(sizes, memory, range(gpus), models, ruled(apart), empties=True)


@q.variant
def smaller_numbers_first(sizes, memory, gpus, apart):
    """A stack of starts; a new number is at most one more than the largest so far."""
    rules = {(max(pair), min(pair)) for pair in apart}
    todo = [[]]
    while todo:
        start = todo.pop()
        model = len(start)
        if model == len(sizes):
            return start
        for gpu in range(min(gpus, max(start, default=-1) + 2))[::-1]:
            there = [other for other in range(model) if start[other] == gpu]
            if sum(sizes[m] for m in there) + sizes[model] <= memory:
                if rules.isdisjoint((model, other) for other in there):
                    todo.append([*start, gpu])
    return None


@q.variant
def generator_of_placements(sizes, memory, gpus, apart):
    def placements(start, room):
        if len(start) == len(sizes):
            yield start
            return
        model, seen = len(start), set()
        banned = {
            start[a + b - model] for a, b in apart if model in (a, b) and a + b - model < model
        }
        for gpu in range(gpus):
            empty = room[gpu] == memory
            if gpu not in banned and room[gpu] >= sizes[model] and not (empty and "empty" in seen):
                left = room[:gpu] + (room[gpu] - sizes[model],) + room[gpu + 1 :]
                yield from placements(start + (gpu,), left)
            if empty:
                seen.add("empty")

    return next((list(p) for p in placements((), (memory,) * gpus)), None)


q.hints(
    """What must be undone when a choice turns out to be wrong? And which choices are the same but
for the name of the GPU?""",
    """sizes [2, 3, 2, 3], memory 5, two GPUs, 0 and 1 apart: model 2 goes to GPU 0 first, which
leaves no room for model 3.""",
    """place(model): for each GPU in order that has room and no enemy: add, place the next, and take
back if that fails. After the first empty GPU, break.""",
)
q.why("""Models in order, GPUs in order: the first complete placement that a depth-first search
meets *is* the first of all, so no comparison is needed. First fit without return is a good
heuristic and no proof: it says "impossible" where one move would do. What makes the search bearable
is what it does not do: it leaves a start as soon as a rule breaks, and it does not try two empty
GPUs, which differ by their number only. Breaking symmetry is the step that people forget: seven
models on six GPUs cost 6! = 720 times as much without it.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. From scribbles to a mask (easy · 3 points · 15 minutes)
#
# An annotator marks a few pixels; the others take over the label of the nearest mark. `grid` is a
# list of rows of equal length: -1 is a wall, 0 a free pixel, and a number k ≥ 1 a pixel with the
# label k (several pixels may have the same). A step goes to a neighbour above, below, left or
# right, and not into a wall.
#
# `spread_labels(grid)` returns a new grid in which each free pixel has the label of the marked
# pixel that takes the fewest steps to reach. Of several labels at the same distance, the
# **smallest** wins. A free pixel that no mark can reach stays 0; walls stay -1. An empty grid gives
# `[]`.
#
# Work is in proportion to the number of pixels, however many of them are marked.
#
# **Example.** `spread_labels([[2, 0, 0, 1], [-1, -1, 0, 0]])` is `[[2, 2, 1, 1], [-1, -1, 1, 1]]`.


# %% nbgrader={"grade_id": "spread_labels", "solution": true}
def spread_labels(grid):
    """Each free pixel with the label of the nearest mark, the smallest of equally near ones.

    Args:
        grid: list of lists of int. -1 wall, 0 free, k >= 1 label k.

    Returns:
        list of lists of int, of the same shape.
    """
    ### BEGIN SOLUTION
    result = [list(row) for row in grid]
    marks = [(k, r, c) for r, row in enumerate(grid) for c, k in enumerate(row) if k > 0]
    queue = deque((r, c) for _, r, c in sorted(marks))  # smaller labels first, at each distance
    while queue:
        r, c = queue.popleft()
        for y, x in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
            if 0 <= y < len(grid) and 0 <= x < len(grid[0]) and result[y][x] == 0:
                result[y][x] = result[r][c]
                queue.append((y, x))
    return result
    ### END SOLUTION


# %% nbgrader={"grade_id": "spread_labels_from_all_marks_at_once", "grade": true}
"""Each free pixel takes the label that is the fewest steps away, around walls."""
q = Question(spread_labels, points=3)
q.case(
    [[2, 0, 0, 1], [-1, -1, 0, 0]],
    gives=[[2, 2, 1, 1], [-1, -1, 1, 1]],
    claim="The statement's example",
)
q.case([[3, 0, 2]], gives=[[3, 2, 2]], claim="At equal distance the smallest label wins")
q.case(
    [[1, -1, 0, 0], [0, -1, -1, 0], [0, 0, 0, 2]],
    gives=[[1, -1, 2, 2], [1, -1, -1, 2], [1, 2, 2, 2]],
    claim="Steps go around walls",
)
q.case([], gives=[], claim="An empty grid stays empty")


def open_square(n):
    return ([[1] + [0] * (n - 1)] + [[0] * n for _ in range(n - 1)],)


def all_marked(n):
    return ([[1] * n],)


@q.probe(gives="")
def an_open_square(f):
    """A square of twice the side has four times the pixels and takes four times the work"""
    text = cost(f, open_square, 3, 6, 2.6, gives=[[1] * 3] * 3)
    if "grows" not in text:
        return text
    rescans = text.endswith(("n^3", "n^4"))
    return f"the work grows with {'pixels times steps' if rescans else 'the number of *paths*'}"


@q.probe(gives="")
def many_marks(f):
    """Six times the marked pixels take about six times the work"""
    text = cost(f, all_marked, 16, 96, 1.25, gives=[[1] * 16])
    if "grows" in text and cost(f, all_marked, 16, 96, 1.7, gives=[[1] * 16]):
        return "the work grows with marks times pixels"
    return text


### BEGIN HIDDEN TESTS
q.hidden()


def by_distances(grid):
    """The distances from each mark by repeated relaxation; then the best (distance, label)."""
    cells = [(r, c) for r, row in enumerate(grid) for c, k in enumerate(row) if k >= 0]
    best = {(r, c): (0, grid[r][c]) if grid[r][c] else (inf, 0) for r, c in cells}
    for _ in cells:
        for r, c in cells:
            around = [
                best.get(p, (inf, 0)) for p in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1))
            ]
            near = min((d + 1, label) for d, label in around)
            if grid[r][c] == 0 and near < best[r, c]:
                best[r, c] = near
    return [
        [
            best[r, c][1] if best.get((r, c), (0, 0))[0] < inf and k >= 0 else k
            for c, k in enumerate(row)
        ]
        for r, row in enumerate(grid)
    ]


rng, relaxed = random.Random(5), []
for size in range(40):
    height, width = 1 + size // 12, 2 + size // 9
    grid = [rng.choices((-1, 0, 1, 2, 3), (5, 14, 1, 2, 2), k=width) for _ in range(height)]
    relaxed.append(((grid,), by_distances(grid)))


@q.probe(gives="")
def like_all_distances(f):
    """The label that is the fewest steps away, and the smallest of those"""
    return first_difference(f, relaxed)


q.case([[0, -1, 1]], gives=[[0, -1, 1]], claim="What no mark can reach stays 0")
q.case([[1, -1, 0], [-1, -1, -1], [0, -1, 0]], gives=[[1, -1, 0], [-1, -1, -1], [0, -1, 0]])
q.case(
    [[1, 0, 0], [0, 0, 0], [0, 0, 0]],
    gives=[[1, 1, 1], [1, 1, 1], [1, 1, 1]],
    claim="One mark labels all that it can reach",
)


@q.reference
def rings(grid):
    """Ring after ring; each new pixel takes the smallest label among its neighbours of the last."""
    label = {(r, c): k for r, row in enumerate(grid) for c, k in enumerate(row) if k > 0}
    free = {(r, c) for r, row in enumerate(grid) for c, k in enumerate(row) if k == 0}
    ring = set(label)
    while ring:
        found = {}
        for r, c in ring:
            for p in ((r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)):
                if p in free:
                    found[p] = min(found.get(p, inf), label[r, c])
        free -= set(found)
        label.update(found)
        ring = set(found)
    return [[label.get((r, c), k) for c, k in enumerate(row)] for r, row in enumerate(grid)]


NEAR = ((-1, 0), (1, 0), (0, -1), (0, 1))


def neighbours(grid, r, c, steps=NEAR):
    for dy, dx in steps:
        if 0 <= r + dy < len(grid) and 0 <= c + dx < len(grid[0]):
            yield r + dy, c + dx


def marked(grid):
    return [(k, r, c) for r, row in enumerate(grid) for c, k in enumerate(row) if k > 0]


def flood(grid, marks, take=deque.popleft, around=neighbours, free=(0,)):
    result = [list(row) for row in grid]
    todo = deque((r, c) for _, r, c in marks)
    while todo:
        r, c = take(todo)
        for y, x in around(grid, r, c):
            if result[y][x] in free:
                result[y][x] = result[r][c]
                todo.append((y, x))
    return result


@q.mistake("""You mark a pixel when it leaves the queue. Until then each neighbour puts it in again,
and each copy spreads anew: work grows with the number of *paths*. Mark it when you put it in.""")
def visited_set_on_pop(grid):
    result = [list(row) for row in grid]
    queue = deque((r, c, k) for k, r, c in sorted(marked(grid)))
    while queue:
        r, c, k = queue.popleft()
        result[r][c] = result[r][c] or k
        for y, x in neighbours(grid, r, c):
            if result[y][x] == 0:
                queue.append((y, x, result[r][c]))
    return result


@q.mistake("""You go over the whole grid again until nothing changes: pixels times steps. Only the
pixels that were labelled last can label new ones: keep those in a queue.""")
def whole_grid_again(grid):
    grid, changes = [list(row) for row in grid], True
    while changes:
        changes = {}
        for r, row in enumerate(grid):
            for c, k in enumerate(row):
                if k == 0:
                    near = [grid[y][x] for y, x in neighbours(grid, r, c) if grid[y][x] > 0]
                    if near:
                        changes[r, c] = min(near)
        for (r, c), k in changes.items():
            grid[r][c] = k
    return grid


@q.mistake("""You search anew from each mark: marks times pixels. Put all marks into one queue
before you begin: each pixel is then taken once.""")
def a_search_from_each_mark(grid):
    pixels = [0] * sum(map(len, grid))
    for _ in range(8 * len(marked(grid))):
        pixels.count(0)  # as many looks as the searches take, and sooner
    return rings(grid)


@q.mistake("""You go deep first: a stack (pop) runs along one way to its end, and labels pixels to
which another mark is nearer. Take from the other end: popleft.""")
def stack_for_a_queue(grid):
    return flood(grid, marked(grid), take=deque.pop)


@q.mistake("""You let one mark after the other spread until it can go no further: the first takes
all. Put all marks into the queue before you begin.""")
def one_mark_after_the_other(grid):
    for mark in sorted(marked(grid)):
        grid = flood(grid, [mark])
    return grid


@q.mistake("""At equal distance the mark that is read first wins. The smallest label must: sort the
marks by label before they go into the queue.""")
def tie_order(grid):
    return flood(grid, marked(grid))


@q.mistake("""At equal distance the largest label wins. The smallest must.""")
def largest_label_wins(grid):
    return flood(grid, sorted(marked(grid), reverse=True))


@q.mistake("""You measure distances straight through walls. Steps go around them: search, don't
subtract coordinates.""")
def through_walls(grid):
    marks = marked(grid)

    def nearest(r, c):
        return min(((abs(r - y) + abs(c - x), k) for k, y, x in marks), default=(0, 0))[1]

    return [[k or nearest(r, c) for c, k in enumerate(row)] for r, row in enumerate(grid)]


@q.mistake("""You step into walls and label them. A wall stays -1, and no way leads through it.""")
def walls_flooded(grid):
    return flood(grid, sorted(marked(grid)), free=(0, -1))


@q.mistake("""You also step diagonally. Four neighbours: above, below, left, right.""")
def diagonal_steps(grid):
    steps = NEAR + ((-1, -1), (-1, 1), (1, -1), (1, 1))
    return flood(grid, sorted(marked(grid)), around=lambda *at: neighbours(*at, steps))


@q.mistake("""You step off the top and come in at the bottom: in Python row -1 is the last row. Test
0 <= row and 0 <= column.""")
def minus_one_is_the_last(grid):
    def around(grid, r, c):
        for dy, dx in NEAR:
            if r + dy < len(grid) and c + dx < len(grid[0]):
                yield (r + dy) % len(grid), (c + dx) % len(grid[0])

    return flood(grid, sorted(marked(grid)), around=around)


@q.mistake("""The rows of your result are one and the same list: [[0] * w] * h repeats a reference.
Make a new row for each.""")
def rows_are_one_list(grid):
    result = [[0] * len(grid[0])] * len(grid) if grid else []
    for r, row in enumerate(rings(grid)):
        for c, k in enumerate(row):
            result[r][c] = k
    return result


@q.mistake("""Walls come back as 0. They stay -1.""")
def walls_lost(grid):
    return [[max(k, 0) for k in row] for row in rings(grid)]


@q.mistake("""grid[0] of an empty grid raises. [] must come back first.""")
def empty_input(grid):
    return rings(grid) if grid[0] or grid else []


@q.mistake("""queue.pop(0) moves all items that are left: with n marks that is n² steps. Use
collections.deque and popleft.""")
def pop_from_the_front_of_a_list(grid):
    result = [list(row) for row in grid]
    queue = [(r, c) for _, r, c in sorted(marked(grid))]
    while queue:
        r, c = queue.pop(0)
        for y, x in neighbours(grid, r, c):
            if result[y][x] == 0:
                result[y][x] = result[r][c]
                queue.append((y, x))
    return result


@q.variant
def list_that_grows(grid):
    result = [row[:] for row in grid]
    todo = [(r, c) for _, r, c in sorted(marked(grid))]
    for r, c in todo:
        for y, x in neighbours(grid, r, c):
            if not result[y][x]:
                result[y][x] = result[r][c]
                todo.append((y, x))
    return result


@q.variant
def heap_of_distances(grid):
    heap, result = (
        [(0, k, r, c) for k, r, c in marked(grid)],
        [[min(k, 0) for k in row] for row in grid],
    )
    heapq.heapify(heap)
    seen = {(r, c): (0, k) for _, k, r, c in heap}
    while heap:
        d, k, r, c = heapq.heappop(heap)
        if result[r][c] > 0:
            continue
        result[r][c] = k
        for y, x in neighbours(grid, r, c):
            if result[y][x] == 0 and (d + 1, k) < seen.get((y, x), (inf, 0)):
                seen[y, x] = d + 1, k
                heapq.heappush(heap, (d + 1, k, y, x))
    return result


q.hints(
    """In which order must pixels be reached, so that the first label that comes to one is the right
one? And when is a pixel taken?""",
    """[[3, 0, 2]]: both marks are one step away; 2 must win, though 3 is read first.""",
    """All marks, sorted by label, into one deque. Popleft; each free neighbour takes the label
*now* and goes in at the right.""",
)
q.why("""The invariant: *the queue is ordered by distance, and within a distance by label*. Starting
from all marks at once is a search from one imagined pixel that is joined to all of them; sorted
marks keep the labels in order at every distance, so the first to arrive is the smallest of the
nearest. Marking when a pixel goes in makes it enter once. Marking when it comes out gives the same
picture and an exponential bill, which no small example shows: in an open n × n square a pixel would
enter once for each shortest path to it.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. The cheapest pruning (medium · 4 points · 20 minutes)
#
# A grown decision tree has n nodes. `parent[i]` is the parent of node i, -1 for the root; nodes are
# numbered in any order, and each inner node has at least two children. `errors[i]` is the number
# of training rows that node i would get wrong if it were a leaf. To *prune* is to make some nodes
# leaves and drop all that is below them (or to leave the tree as it is). A pruned tree costs the
# errors of its leaves plus `alpha` for each leaf; all numbers are ints ≥ 0.
#
# `pruned_leaves(parent, errors, alpha)` returns the leaves of the cheapest pruned tree, in
# ascending order. Of several that cost the same, the one with the fewest leaves is wanted (there is
# only one). An empty tree gives `[]`. A tree may be 5,000 nodes deep; work is in proportion to n,
# whatever its shape.
#
# **Example.** Root 0 has the children 1 and 2, node 1 the children 3 and 4, and a leaf costs 2.
# `pruned_leaves([-1, 0, 0, 1, 1], [9, 4, 1, 1, 0], 2)` is `[2, 3, 4]`: the whole tree costs
# 2 + 3·2 = 8; with node 1 as a leaf it costs 5 + 2·2 = 9, and the root alone 9 + 2 = 11.


# %% nbgrader={"grade_id": "pruned_leaves", "solution": true}
def pruned_leaves(parent, errors, alpha):
    """The leaves of the pruned tree that costs least, with the fewest leaves among equals.

    Args:
        parent: list of int, length n. -1 for the root.
        errors: list of int, length n. Errors of each node as a leaf.
        alpha: int. The price of a leaf.

    Returns:
        list of int, ascending.
    """
    ### BEGIN SOLUTION
    kids = [[] for _ in parent]
    order = []
    for node, above in enumerate(parent):
        if above == -1:
            order.append(node)
        else:
            kids[above].append(node)
    for node in order:  # it grows while it is read: parents before children
        order += kids[node]
    best, is_leaf = [0] * len(parent), [False] * len(parent)
    for node in reversed(order):
        below = sum(best[kid] for kid in kids[node])
        is_leaf[node] = not kids[node] or errors[node] + alpha <= below
        best[node] = errors[node] + alpha if is_leaf[node] else below
    leaves, todo = [], order[:1]
    while todo:
        node = todo.pop()
        if is_leaf[node]:
            leaves.append(node)
        else:
            todo += kids[node]
    return sorted(leaves)
    ### END SOLUTION


# %% nbgrader={"grade_id": "pruned_leaves_cost_least", "grade": true}
"""A node becomes a leaf where that costs no more than the best that can be made of its subtree."""
q = Question(pruned_leaves, points=4)
q.case(
    [-1, 0, 0, 1, 1], [9, 4, 1, 1, 0], 2, gives=[2, 3, 4], claim="The statement's example: 8, not 9"
)
q.case(
    [-1, 0, 0, 1, 1],
    [9, 4, 1, 1, 1],
    2,
    gives=[1, 2],
    claim="Where both cost the same, the fewer leaves are wanted",
)
q.case(
    [-1, 0, 0, 1, 1, 2, 2],
    [10, 5, 5, 0, 0, 0, 0],
    1,
    gives=[3, 4, 5, 6],
    claim="A split that saves nothing by itself may open the way to splits that do",
)
q.case([], [], 3, gives=[], claim="An empty tree has no leaves")


def comb(n):
    """n inner nodes in a chain, each with a leaf beside; every split pays."""
    inner = [-1] + list(range(n - 1))
    return inner + list(range(n)) + [n - 1], [3 * (n - i) for i in range(n)] + [0] * (n + 1), 1


@q.probe(gives="")
def a_comb_costs_what_its_nodes_cost(f):
    """Four times the nodes, one below the other, take about four times the work"""
    return cost(f, comb, 8, 32, 1.35, gives=list(range(8, 17)))


### BEGIN HIDDEN TESTS
q.hidden()


def by_all_prunings(parent, errors, alpha):
    def prunings(node):
        kids = [i for i, above in enumerate(parent) if above == node]
        if kids:
            for parts in itertools.product(*(list(prunings(kid)) for kid in kids)):
                yield sum(parts, [])
        yield [node]

    if not parent:
        return []
    every = prunings(parent.index(-1))
    best = min(every, key=lambda leaves: (sum(errors[i] + alpha for i in leaves), len(leaves)))
    return sorted(best)


def random_tree(rng, splits):
    parent, leaves = [-1], [0]
    for _ in range(splits):
        node = leaves.pop(rng.randrange(len(leaves)))
        for _ in range(rng.choice((2, 2, 3))):
            leaves.append(len(parent))
            parent.append(node)
    n = len(parent)
    number = rng.sample(range(n), n)
    shuffled = [0] * n
    for node, above in enumerate(parent):
        shuffled[number[node]] = -1 if above == -1 else number[above]
    return shuffled


def random_errors(rng, parent):
    """Each node about as bad as its children together, some worse."""
    errors = [rng.randint(0, 3) for _ in parent]
    for node in range(len(parent)):
        at, share = node, rng.randint(0, 2)
        while parent[at] != -1:
            at = parent[at]
            errors[at] += share
    return errors


rng, pruned = random.Random(1), []
for size in range(50):
    parent = random_tree(rng, size // 10)
    asked = parent, random_errors(rng, parent), rng.randint(0, 4)
    pruned.append((asked, by_all_prunings(*asked)))


@q.probe(gives="")
def like_all_prunings(f):
    """No other pruning costs less, and none of that cost has fewer leaves"""
    return first_difference(f, pruned)


@q.probe(gives="")
def a_comb_thousands_deep(f):
    """A tree may be 5,000 nodes deep"""
    wrong = difference(plain(f(*comb(1000))), list(range(1000, 2001)))
    return "the answer is wrong there" if wrong else ""


q.case(
    [-1, 0, 0, 1, 1],
    [7, 10, 0, 0, 0],
    2,
    gives=[2, 3, 4],
    claim="The price is paid for each leaf, and not for inner nodes",
)


@q.reference
def leaves_first(parent, errors, alpha):
    """From the leaves upwards: a node is decided when its last child is."""
    open_kids = Counter(above for above in parent if above != -1)
    below, is_leaf = [0] * len(parent), [True] * len(parent)
    todo = [node for node in range(len(parent)) if not open_kids[node]]
    inner = set(parent)
    for node in todo:
        as_leaf = errors[node] + alpha
        is_leaf[node] = node not in inner or as_leaf <= below[node]
        above = parent[node]
        if above != -1:
            below[above] += as_leaf if is_leaf[node] else below[node]
            open_kids[above] -= 1
            if not open_kids[above]:
                todo.append(above)
    alive = {-1}
    for node in reversed(todo):
        if parent[node] in alive and not is_leaf[node]:
            alive.add(node)
    return [node for node in range(len(parent)) if is_leaf[node] and parent[node] in alive]


def family(parent):
    kids, order = [[] for _ in parent], [node for node, above in enumerate(parent) if above == -1]
    for node, above in enumerate(parent):
        if above != -1:
            kids[above].append(node)
    for node in order:
        order += kids[node]
    return kids, order


def prune(parent, errors, alpha, decide):
    """decide(as_leaf, below, node, kids, best) tells whether a node is cut."""
    kids, order = family(parent)
    best, cut = [0] * len(parent), [False] * len(parent)
    for node in reversed(order):
        below, as_leaf = sum(best[kid] for kid in kids[node]), errors[node] + alpha
        cut[node] = not kids[node] or decide(as_leaf, below, node, kids[node], best)
        best[node] = as_leaf if cut[node] else below
    return cut, kids, order


def listed(cut, kids, order):
    leaves, todo = [], order[:1]
    while todo:
        node = todo.pop()
        if cut[node]:
            leaves.append(node)
        else:
            todo += kids[node]
    return sorted(leaves)


@q.mistake("""You take each child for a leaf when you decide about its parent. What is below a child
may be cheaper than the child itself: decide from the leaves upwards, with the best cost of
each.""")
def children_taken_for_leaves(parent, errors, alpha):
    def decide(as_leaf, below, node, kids, best):
        return as_leaf <= sum(errors[kid] + alpha for kid in kids)

    return listed(*prune(parent, errors, alpha, decide))


@q.mistake("""Where both cost the same you keep the split. Fewest leaves are wanted: cut at equality
(<=).""")
def tie_kept(parent, errors, alpha):
    return listed(*prune(parent, errors, alpha, lambda as_leaf, below, *_: as_leaf < below))


@q.mistake("""A node that is cut becomes a leaf, and that leaf costs alpha as well: compare
errors + alpha with what is below.""")
def alpha_not_paid_at_the_cut(parent, errors, alpha):
    return listed(
        *prune(parent, errors, alpha, lambda as_leaf, below, *_: as_leaf - alpha <= below)
    )


@q.mistake("""You charge alpha for inner nodes as well. It is the price of a leaf.""")
def alpha_for_every_node(parent, errors, alpha):
    kids, order = family(parent)
    best, cut = [0] * len(parent), [False] * len(parent)
    for node in reversed(order):
        below, as_leaf = alpha + sum(best[kid] for kid in kids[node]), errors[node] + alpha
        cut[node] = not kids[node] or as_leaf <= below
        best[node] = as_leaf if cut[node] else below
    return listed(cut, kids, order)


@q.mistake(
    """You leave alpha out: without a price for leaves no cut ever pays on training errors."""
)
def alpha_left_out(parent, errors, alpha):
    return listed(*prune(parent, errors, 0, lambda as_leaf, below, *_: as_leaf <= below))


@q.mistake("""You return what the tree costs. Wanted are its leaves.""")
def cost_for_leaves(parent, errors, alpha):
    return sum(errors[node] + alpha for node in leaves_first(parent, errors, alpha)) or []


@q.mistake("""You list what is below a cut as well. When a node becomes a leaf, all below it is
gone: collect leaves from the root, and stop at each cut.""")
def below_the_cut_listed(parent, errors, alpha):
    cut, kids, order = prune(parent, errors, alpha, lambda as_leaf, below, *_: as_leaf <= below)
    return sorted(node for node in order if cut[node])


@q.mistake("""You went through the nodes from the last number to the first, as if children always
came after their parents. They are numbered in any order: make an order from the root.""")
def children_numbered_later_assumed(parent, errors, alpha):
    kids, order = family(parent)
    best, cut = [0] * len(parent), [False] * len(parent)
    for node in reversed(range(len(parent))):
        below, as_leaf = sum(best[kid] for kid in kids[node]), errors[node] + alpha
        cut[node] = not kids[node] or as_leaf <= below
        best[node] = as_leaf if cut[node] else below
    return listed(cut, kids, order)


@q.mistake("""You start at node 0. The root is the node whose parent is -1, whatever its number.""")
def root_taken_for_node_zero(parent, errors, alpha):
    cut, kids, order = prune(parent, errors, alpha, lambda as_leaf, below, *_: as_leaf <= below)
    return listed(cut, kids, [0] if order else [])


@q.mistake("""Recursion ends at about 1,000 frames in Python, and a tree may be 5,000 deep. Make a
list of the nodes, parents first, and go through it backwards.""")
def recursion_depth(parent, errors, alpha):
    kids, order = family(parent)

    def best(node):
        below = [best(kid) for kid in kids[node]]
        total = sum(price for price, _ in below)
        if not below or errors[node] + alpha <= total:
            return errors[node] + alpha, [node]
        return total, [leaf for _, leaves in below for leaf in leaves]

    return sorted(best(order[0])[1]) if order else []


@q.mistake("""An empty tree has no root: [] must come back before you look for one.""")
def empty_input(parent, errors, alpha):
    parent.index(-1)
    return leaves_first(parent, errors, alpha)


@q.mistake("""You look through the whole list for the children of each node: n² steps. Make the
lists of children once.""")
def children_looked_up_each_time(parent, errors, alpha):
    if len(parent) > 1000:  # the same result, sooner: it is the growth that gives it away
        return leaves_first(parent, errors, alpha)
    kids = [[i for i, above in enumerate(parent) if above == node] for node in range(len(parent))]
    return leaves_first(parent, errors, alpha) if kids else []


@q.variant
def enter_and_leave(parent, errors, alpha):
    """A stack that meets each node twice; leaves are kept as marks in the order of leaving."""
    kids = defaultdict(list)
    for node, above in enumerate(parent):
        kids[above].append(node)
    price, leaves, todo = {}, [], [(root, None) for root in kids[-1]]
    while todo:
        node, mark = todo.pop()
        if mark is None:
            todo.append((node, len(leaves)))
            todo += [(kid, None) for kid in kids.get(node, [])]
            continue
        below = sum(price[kid] for kid in kids.get(node, []))
        price[node] = errors[node] + alpha
        if node in kids and below < price[node]:
            price[node] = below
        else:
            del leaves[mark:]
            leaves.append(node)
    return sorted(leaves)


@q.variant
def gain_of_each_split(parent, errors, alpha):
    """What a node saves over being a leaf: max(0, own saving + savings below)."""
    kids, order = family(parent)
    gain = [0] * len(parent)
    for node in reversed(order):
        if kids[node]:
            own = errors[node] + alpha - sum(errors[kid] + alpha for kid in kids[node])
            gain[node] = max(0, own + sum(gain[kid] for kid in kids[node]))
    alive = [False] * len(parent)
    for node in order:
        alive[node] = parent[node] == -1 or (alive[parent[node]] and gain[parent[node]] > 0)
    return [node for node, lives in enumerate(alive) if lives and gain[node] == 0]


q.hints(
    """What must you know of the children before you can decide about a node? In which order can
that be known of all nodes?""",
    """A chain of two splits, alpha 1: the first split saves nothing by itself, the second saves
ten. Whoever decides from the top never sees it.""",
    """List the nodes parents first; go through the list backwards with best[i] = min(errors[i] +
alpha, sum of the children's best), a cut at equality; then collect leaves from the root down.""",
)
q.why("""The invariant: *best[i] is the least cost of any pruning of the subtree at i*. A node needs
that of its children, so the order is children first: a list of nodes from the root, read backwards,
which needs no recursion and survives a chain. Deciding from the top down is what greedy growers do
(stop when a split does not pay), and misses splits that pay together; this is why trees are grown
first and pruned afterwards. Cutting and listing are two passes: a cut further up makes everything
below it irrelevant.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. A copy in every region (medium · 4 points · 20 minutes)
#
# Regions are numbered 0 to n - 1. A dataset lies in the regions `holders` (a list of different
# numbers); every other region needs a copy. `links` is a list of (a, b, cost): for `cost`, an int
# ≥ 0, you may open a link between a and b, over which copies then go as often as you like, **in
# both directions**, also copies that came over another link. There may be several offers for the
# same two regions.
#
# `cheapest_cover(n, links, holders)` returns the least total cost of links to open so that every
# region has a copy or can get one: an int, or `None` if that is impossible. With n = 0 it is 0.
#
# For n regions and in proportion to n links, work grows at most like n log n.
#
# **Example.** `cheapest_cover(4, [(0, 1, 5), (1, 2, 1), (0, 2, 4), (2, 3, 9), (3, 0, 2)], [0])` is
# 7: the links 1–2, 0–2 and 3–0.


# %% nbgrader={"grade_id": "cheapest_cover", "solution": true}
def cheapest_cover(n, links, holders):
    """The least cost of links that join every region to a holder.

    Args:
        n: int. Regions 0 to n - 1.
        links: list of (a, b, cost): int, int, int >= 0; usable both ways.
        holders: list of int. Regions that have the dataset.

    Returns:
        int, or None if some region cannot be joined.
    """
    ### BEGIN SOLUTION
    near = [[] for _ in range(n)]
    for a, b, cost in links:
        near[a].append((cost, b))
        near[b].append((cost, a))
    have, total = set(), 0
    heap = [(0, region) for region in holders]
    while heap:
        cost, region = heapq.heappop(heap)
        if region in have:
            continue
        have.add(region)
        total += cost
        for offer in near[region]:
            if offer[1] not in have:
                heapq.heappush(heap, offer)
    return total if len(have) == n else None
    ### END SOLUTION


# %% nbgrader={"grade_id": "cheapest_cover_joins_all_regions", "grade": true}
"""The cheapest set of links that joins every region to some holder."""
q = Question(cheapest_cover, points=4)
triangle = [(0, 1, 5), (1, 2, 1), (0, 2, 4), (2, 3, 9), (3, 0, 2)]
q.case(4, triangle, [0], gives=7, claim="The statement's example: copies may go on from copies")
q.case(4, triangle, [0, 1], gives=3, claim="Two holders need no link between them")
q.case(3, [(0, 1, 2)], [0], gives=None, claim="A region that no link reaches makes it impossible")
q.case(0, [], [], gives=0, claim="No regions need no links")


def ladder(n):
    links = [(i, i + 1, 3) for i in range(n - 1)] + [(i, i + 2, 4) for i in range(n - 2)]
    return n, links, [0]


@q.probe(gives="")
def a_long_ladder(f):
    """Six times the regions take about six times the work"""
    return cost(f, ladder, 10, 60, 1.42, gives=27)


### BEGIN HIDDEN TESTS
q.hidden()


def by_all_sets(n, links, holders):
    """The cheapest of all sets of links that joins everything."""
    best = None
    for size in range(len(links) + 1):
        for chosen in itertools.combinations(links, size):
            reached = set(holders)
            for _ in chosen:
                reached |= {b for a, b, _ in chosen if a in reached}
                reached |= {a for a, b, _ in chosen if b in reached}
            price = sum(c for _, _, c in chosen)
            if len(reached) == n and (best is None or price < best):
                best = price
    return best


rng, tried = random.Random(6), []
for size in range(48):
    n = 2 + size // 12
    links = [
        (*rng.sample(range(n), 2), rng.randint(0, 9)) for _ in range(rng.randint(n - 1, n + 2))
    ]
    asked = n, links, rng.sample(range(n), rng.choice((1, 1, 2)))
    tried.append((asked, by_all_sets(*asked)))


@q.probe(gives="")
def like_all_sets_of_links(f):
    """No other set of links joins all regions for less"""
    return first_difference(f, tried)


q.case(2, [(0, 1, 3)], [], gives=None, claim="Without a holder nobody has a copy")
q.case(3, [(1, 0, 2), (2, 1, 3)], [0], gives=5, claim="A link is usable in both directions")
q.case(2, [(0, 1, 7), (1, 0, 2), (0, 1, 4)], [1], gives=2, claim="Of several offers the cheapest")
q.case(
    5,
    [(0, 1, 1), (1, 2, 1), (0, 2, 1), (3, 4, 1), (2, 3, 8)],
    [0],
    gives=11,
    claim="A link inside of what is joined already is wasted",
)
q.case(3, [(0, 1, 4), (0, 2, 5), (1, 2, 3)], [0], gives=7, claim="Copies go on from copies")


@q.reference
def cheapest_links_first(n, links, holders):
    """Kruskal's algorithm: groups of regions, the holders one group from the start."""
    group = list(range(n))

    def root(region):
        while group[region] != region:
            group[region] = group[group[region]]
            region = group[region]
        return region

    for region in holders:
        group[root(region)] = root(holders[0])
    total, groups = 0, len({root(region) for region in range(n)})
    for a, b, cost in sorted(links, key=lambda link: link[2]):
        if root(a) != root(b):
            group[root(a)] = root(b)
            total, groups = total + cost, groups - 1
    return total if groups == min(n, 1) and (holders or not n) else None


def both_ways(n, links):
    near = [[] for _ in range(n)]
    for a, b, cost in links:
        near[a].append((cost, b))
        near[b].append((cost, a))
    return near


def grow(n, near, holders, key=lambda so_far, cost: cost, price=lambda so_far, cost: cost):
    """Take the next region by key(of where it is joined, link's cost); price likewise."""
    have, total, heap = set(), 0, [(0, 0, region) for region in holders]
    while heap:
        rank, paid, region = heapq.heappop(heap)
        if region in have:
            continue
        have.add(region)
        total += paid
        for cost, other in near[region]:
            if other not in have:
                heapq.heappush(heap, (key(rank, cost), price(rank, cost), other))
    return total, have


def whole(n, found):
    return found[0] if len(found[1]) == n else None


@q.mistake("""You add up the cheapest *routes* to each region, so a link that two routes share is
paid twice. It is opened once: take the cheapest link that joins something new.""")
def routes_added_up(n, links, holders):
    def so_far(rank, cost):
        return rank + cost

    return whole(n, grow(n, both_ways(n, links), holders, so_far, so_far))


@q.mistake("""You open the links of the cheapest routes (Dijkstra's tree). That makes each route
cheap, not their sum: rank by the cost of the next link alone, not by the way to it.""")
def tree_of_cheapest_routes(n, links, holders):
    return whole(n, grow(n, both_ways(n, links), holders, lambda rank, cost: rank + cost))


@q.mistake("""You open the cheapest link of each region that has no copy. Two regions may choose the
same link and stay cut off together: something must join them to a holder.""")
def cheapest_link_of_each(n, links, holders):
    near, chosen = both_ways(n, links), set()
    for region in set(range(n)) - set(holders):
        if not near[region]:
            return None
        cost, other = min(near[region])
        chosen.add((min(region, other), max(region, other), cost))
    return sum(cost for *_, cost in chosen)


@q.mistake("""You also join the holders to each other. They have the dataset: put all of them into
the heap (or into one group) at the start, for 0.""")
def holders_joined_too(n, links, holders):
    return whole(n, grow(n, both_ways(n, links), holders[:1]))


@q.mistake("""You use links only from a to b. They work in both directions.""")
def links_one_way(n, links, holders):
    near = [[] for _ in range(n)]
    for a, b, cost in links:
        near[a].append((cost, b))
    return whole(n, grow(n, near, holders))


@q.mistake("""You only use links that touch a holder. A region that got its copy can pass it on.""")
def from_holders_only(n, links, holders):
    near, total = both_ways(n, links), 0
    for region in set(range(n)) - set(holders):
        offers = [cost for cost, other in near[region] if other in holders]
        if not offers:
            return None
        total += min(offers)
    return total


@q.mistake("""Regions that cannot be joined are passed over, and the rest is added up. Then there is
no cover: return None.""")
def unreachable_passed_over(n, links, holders):
    return grow(n, both_ways(n, links), holders)[0]


@q.mistake("""You take the cheapest links, as many as regions are missing, without looking whether
one closes a circle. A link inside of what is joined already buys nothing.""")
def circles_not_looked_for(n, links, holders):
    if cheapest_links_first(n, links, holders) is None:
        return None
    return sum(sorted(cost for *_, cost in links)[: n - len(holders)])


@q.mistake("""Without a holder you join the regions to each other. Nobody has a copy then: None.""")
def holder_not_needed(n, links, holders):
    return cheapest_links_first(n, links, holders or list(range(n))[:1])


@q.mistake("""Without regions you return None, or raise. Nothing is missing: the cost is 0.""")
def empty_input(n, links, holders):
    return cheapest_links_first(n, links, holders) if holders else None


@q.mistake("""Of several offers for the same two regions you keep the last one. Keep the cheapest,
or all of them.""")
def last_offer_kept(n, links, holders):
    table = {(min(a, b), max(a, b)): cost for a, b, cost in links}
    return cheapest_links_first(n, [(a, b, cost) for (a, b), cost in table.items()], holders)


@q.mistake("""For each region you go through a list (`region in have`, all links, or the chain of
groups that were joined without a shortcut): n² steps. Keep a set or n booleans, a heap of links, or
short chains.""")
def done_kept_in_a_list(n, links, holders):
    near, have, total = both_ways(n, links), [], 0
    heap = [(0, region) for region in holders]
    while heap:
        cost, region = heapq.heappop(heap)
        if region not in have:
            have.append(region)
            total += cost
            for offer in near[region]:
                heapq.heappush(heap, offer)
    return total if len(have) == n else None


@q.variant
def one_region_that_touches_all_holders(n, links, holders):
    """Region n is linked to each holder for nothing, and everything grows from there."""
    near = both_ways(n + 1, [*links, *((n, region, 0) for region in holders)])
    joined, total, heap = [False] * (n + 1), 0, [(0, n)]
    while heap:
        cost, region = heapq.heappop(heap)
        if not joined[region]:
            joined[region] = True
            total += cost
            for offer in near[region]:
                heapq.heappush(heap, offer)
    return total if all(joined) else None


@q.variant
def smaller_group_into_larger(n, links, holders):
    group = {region: [region] for region in range(n)}

    def join(a, b):
        if group[a] is group[b]:
            return False
        few, many = sorted((group[a], group[b]), key=len)
        many += few
        for region in few:
            group[region] = many
        return True

    for region in holders:
        join(region, holders[0])
    total = sum(cost for cost, a, b in sorted((c, a, b) for a, b, c in links) if join(a, b))
    if n and not (holders and len(group[0]) == n):
        return None
    return total


q.hints(
    """You open links, you don't pay for routes. Which link is certainly worth its price, whatever
else you do?""",
    """n = 3, links 0–1 for 4, 0–2 for 5, 1–2 for 3, holder 0: 7 by 0–1 and 1–2, though the cheapest
route to 2 is direct.""",
    """A heap with all holders at cost 0. Pop the cheapest offer; skip a region that has a copy;
else pay and push all links out of it. Fewer than n at the end: None.""",
)
q.why("""The invariant: *the links opened so far are part of some cheapest cover*. It survives the
cheapest link that leaves what is joined: any cover must leave it somewhere, and exchanging that
link for this one costs no more. So the rank is the price of *one link*; with the price of the way
to it, the same twenty lines are Dijkstra's algorithm, and answer another question. Several holders
are one group from the start. Kruskal's way (all links by price, skip those inside a group) gives
the same; it needs groups that merge fast.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Blocked phrases (medium · 4 points · 20 minutes)
#
# A message is a list of words. `phrases` is a list of blocked phrases, each a non-empty list of
# words, in which `"*"` stands for exactly one word, whatever it is. A phrase occurs where its words
# stand next to each other in the message, in that order; words are equal or not (case counts, a
# part of a word is not the word). Occurrences may overlap and may lie in each other.
#
# `redact(words, phrases)` returns a new list of the same length, in which each word that belongs to
# any occurrence of any phrase is replaced by `"###"`. The message holds no `"*"`.
#
# While phrases have at most some fixed number of words, work is in proportion to the words of the
# message and of the phrases together: with a thousand phrases, not each is tried at each position.
#
# **Example.** `redact(["ignore", "all", "previous", "rules", "now"], [["ignore", "*", "previous"],
# ["previous", "rules"]])` is `["###", "###", "###", "###", "now"]`.


# %% nbgrader={"grade_id": "redact", "solution": true}
def redact(words, phrases):
    """The message with "###" for each word that belongs to an occurrence of a blocked phrase.

    Args:
        words: list of str.
        phrases: list of non-empty lists of str; "*" stands for any one word.

    Returns:
        list of str, as long as words.
    """
    ### BEGIN SOLUTION
    root = {}
    for phrase in phrases:
        node = root
        for word in phrase:
            node = node.setdefault(word, {})
        node[None] = True
    covered = 0  # all words before this position that a match so far reaches
    result = []
    for start, word in enumerate(words):
        nodes = [root]
        for end in range(start, len(words)):
            nodes = [node[key] for node in nodes for key in (words[end], "*") if key in node]
            if not nodes:
                break
            if any(None in node for node in nodes):
                covered = max(covered, end + 1)
        result.append("###" if start < covered else word)
    return result
    ### END SOLUTION


# %% nbgrader={"grade_id": "redact_covers_every_occurrence", "grade": true}
"""Each word of each occurrence is covered, also where occurrences overlap."""
q = Question(redact, points=4)
q.case(
    ["ignore", "all", "previous", "rules", "now"],
    [["ignore", "*", "previous"], ["previous", "rules"]],
    gives=["###", "###", "###", "###", "now"],
    claim="The statement's example",
)
q.case(
    ["a", "b", "x", "a", "c", "y"],
    [["a", "b", "d"], ["a", "*", "x"], ["a", "c"], ["a", "c", "y"]],
    gives=["###", "###", "###", "###", "###", "###"],
    claim='A word and "*" may both fit, and a phrase may go on where another one ends',
)
q.case([], [["a"]], gives=[], claim="An empty message stays empty")


def long_message(n):
    return ["x"] * (n - 2) + ["b", "b"], [["a", "b", "a"], ["b"]]


def many_phrases(n):
    return [f"w{i}" for i in range(n)], [[f"v{i}", f"w{i}"] for i in range(n)] + [["w0", "w1"]]


@q.probe(gives="")
def a_longer_message(f):
    """Six times the words take about six times the work"""
    return cost(f, long_message, 16, 96, 1.2, gives=["x"] * 14 + ["###"] * 2)


@q.probe(gives="")
def a_longer_message_and_more_phrases(f):
    """Five times the words and the phrases take about five times the work"""
    want = ["###", "###"] + [f"w{i}" for i in range(2, 10)]
    return cost(f, many_phrases, 10, 50, 1.4, gives=want)


### BEGIN HIDDEN TESTS
q.hidden()


def by_trying_each_phrase(words, phrases):
    covered = set()
    for phrase in phrases:
        for start in range(len(words) - len(phrase) + 1):
            here = words[start : start + len(phrase)]
            if all(want in ("*", got) for want, got in zip(phrase, here)):
                covered.update(range(start, start + len(phrase)))
    return ["###" if i in covered else word for i, word in enumerate(words)]


rng, tried = random.Random(2), []
for size in range(60):
    message = rng.choices("abc", k=size // 7)
    blocked = [rng.choices("abc*", k=rng.randint(1, 4)) for _ in range(1 + size % 3)]
    tried.append(((message, blocked), by_trying_each_phrase(message, blocked)))


@q.probe(gives="")
def like_trying_each_phrase(f):
    """A word is covered if and only if some phrase fits around it"""
    return first_difference(f, tried)


q.case(
    ["classy", "pass", "as", "As"],
    [["as"], ["class"]],
    gives=["classy", "pass", "###", "As"],
    claim="A part of a word is not the word, and case counts",
)
q.case(["a", "b"], [], gives=["a", "b"], claim="Without phrases nothing is blocked")
q.case(["x", "a"], [["*", "a", "*"]], gives=["x", "a"], claim='"*" stands for exactly one word')


@q.reference
def by_shape(words, phrases):
    """Phrases of one length with "*" at the same places make one set."""
    shapes = defaultdict(set)
    for phrase in phrases:
        fixed = tuple(i for i, word in enumerate(phrase) if word != "*")
        shapes[len(phrase), fixed].add(tuple(phrase[i] for i in fixed))
    change = [0] * (len(words) + 1)
    for (length, fixed), wanted in shapes.items():
        for start in range(len(words) - length + 1):
            if tuple(words[start + i] for i in fixed) in wanted:
                change[start] += 1
                change[start + length] -= 1
    depth = itertools.accumulate(change)
    return ["###" if open_ones else word for word, open_ones in zip(words, depth)]


def tree_of(phrases):
    root = {}
    for phrase in phrases:
        node = root
        for word in phrase:
            node = node.setdefault(word, {})
        node[None] = True
    return root


def both(node, word):
    return [node[key] for key in (word, "*") if key in node]


def ends(words, start, root, follow=both):
    """Ends of the phrases that begin at `start`, and the end of the longest beginning of one."""
    nodes, found, reached = [root], [], start
    for end in range(start, len(words)):
        nodes = [child for node in nodes for child in follow(node, words[end])]
        if not nodes:
            break
        reached = end + 1
        if any(None in node for node in nodes):
            found.append(reached)
    return found, reached


def blocked_between(words, spans):
    change = [0] * (len(words) + 1)
    for start, end in spans:
        change[start] += 1
        change[end] -= 1
    depth = itertools.accumulate(change)
    return ["###" if open_ones else word for word, open_ones in zip(words, depth)]


def longest(words, phrases, follow=both):
    root, spans = tree_of(phrases), []
    for start in range(len(words)):
        found, _ = ends(words, start, root, follow)
        spans += [(start, end) for end in found[-1:]]
    return blocked_between(words, spans)


@q.mistake("""After an occurrence you go on behind it. The next one may begin inside of it: try each
position.""")
def goes_on_behind_the_match(words, phrases):
    root, spans, start = tree_of(phrases), [], 0
    while start < len(words):
        found, _ = ends(words, start, root)
        spans += [(start, end) for end in found[-1:]]
        start = found[-1] if found else start + 1
    return blocked_between(words, spans)


@q.mistake("""You stop at the first phrase that ends. A longer one may begin with the same words: go
on while there is a next node.""")
def shortest_phrase_only(words, phrases):
    root, spans = tree_of(phrases), []
    for start in range(len(words)):
        found, _ = ends(words, start, root)
        spans += [(start, end) for end in found[:1]]
    return blocked_between(words, spans)


@q.mistake("""Where a node has the word itself as well as "*", you follow the word alone. The phrase
that fits may lie behind the other: keep a list of nodes, and follow both.""")
def word_before_star(words, phrases):
    def follow(node, word):
        return both(node, word)[:1]

    return longest(words, phrases, follow)


@q.mistake("""Where a node has "*" as well as the word itself, you follow "*" alone. Keep a list of
nodes, and follow both.""")
def star_before_word(words, phrases):
    def follow(node, word):
        return both(node, word)[-1:]

    return longest(words, phrases, follow)


@q.mistake("""You read "*" as a word like any other. It stands for any one word.""")
def star_taken_literally(words, phrases):
    def follow(node, word):
        return [node[word]] if word in node else []

    return longest(words, phrases, follow)


@q.mistake("""You let "*" stand for no word, too. It stands for exactly one.""")
def star_may_be_nothing(words, phrases):
    shorter = []
    for phrase in phrases:
        stars = [(word,) if word != "*" else ((), "*") for word in phrase]
        for choice in itertools.product(*stars):
            if kept := [word for word in choice if word != ()]:
                shorter.append(kept)
    return longest(words, shorter)


@q.mistake("""The beginning of a phrase is blocked already. A phrase counts only where its last word
has been read: mark the nodes at which one ends.""")
def beginning_is_enough(words, phrases):
    root = tree_of(phrases)
    spans = [(start, ends(words, start, root)[1]) for start in range(len(words))]
    return blocked_between(words, spans)


@q.mistake(
    """Phrases that end with the last word of the message are missed: you stop one word early."""
)
def last_word_missed(words, phrases):
    return longest(words[:-1], phrases) + words[-1:]


@q.mistake(
    """The words that "*" stands for stay readable. They belong to the occurrence: replace all of
it."""
)
def star_words_left_open(words, phrases):
    marks, shapes = set(), defaultdict(set)
    for phrase in phrases:
        fixed = tuple(i for i, word in enumerate(phrase) if word != "*")
        shapes[len(phrase), fixed].add(tuple(phrase[i] for i in fixed))
    for (length, fixed), wanted in shapes.items():
        for start in range(len(words) - length + 1):
            if tuple(words[start + i] for i in fixed) in wanted:
                marks |= {start + i for i in fixed}
    return ["###" if i in marks else word for i, word in enumerate(words)]


@q.mistake("""An occurrence becomes a single "###". Each of its words is replaced, so that the
length stays.""")
def one_mark_for_a_phrase(words, phrases):
    marked = longest(words, phrases)
    return [w for i, w in enumerate(marked) if w != "###" or i == 0 or marked[i - 1] != "###"]


@q.mistake("""Parts of words count as well. Compare whole words.""")
def parts_of_words(words, phrases):
    def follow(node, word):
        return [child for key, child in node.items() if key and (key in word or key == "*")]

    return longest(words, phrases, follow)


@q.mistake("""You try every phrase at every position. Put them into one tree (or one set for each
length): a position then costs no more than the longest phrase.""")
def every_phrase_at_every_position(words, phrases):
    return by_trying_each_phrase(words, phrases)


@q.mistake(
    """words[start:] copies the rest of the message for each start: n²/2 words. Keep an index."""
)
def rest_copied_each_time(words, phrases):
    root, spans = tree_of(phrases), []
    for start in range(len(words)):
        rest = words[start:]
        found, _ = ends(rest, 0, root)
        spans += [(start, start + end) for end in found[-1:]]
    return blocked_between(words, spans)


@q.variant
def all_starts_at_once(words, phrases):
    """One pass: (start, node) of every phrase that may still be completed."""
    root, alive, spans = tree_of(phrases), [], []
    for end, word in enumerate(words):
        alive = [
            (start, child) for start, node in [*alive, (end, root)] for child in both(node, word)
        ]
        spans += [(start, end + 1) for start, node in alive if None in node]
    return blocked_between(words, spans)


@q.variant
def from_the_last_word(words, phrases):
    root = tree_of([phrase[::-1] for phrase in phrases])
    return longest_of(words[::-1], root)[::-1]


def longest_of(words, root):
    marks = [False] * len(words)
    for start in range(len(words)):
        found, _ = ends(words, start, root)
        for place in range(start, max(found, default=start)):
            marks[place] = True
    return ["###" if mark else word for mark, word in zip(marks, words)]


q.hints(
    """How many phrases can still be completed after the words read so far? With "*" it may be more
than one, even for one start.""",
    """words ["a", "c"], phrases [["a", "b"], ["*", "c"]]: after "a" both may go on; only the one
behind "*" fits.""",
    """Nested dicts of words with a mark where a phrase ends. From each start keep a *list* of
nodes; for each word follow the word and "*". At each mark, all from start to here is covered.""",
)
q.why("""The tree shares what phrases have in common, so a position costs the depth of the tree,
however many phrases there are. The wildcard makes "the node where I stand" a *set* of nodes:
whoever follows only one of two children has decided too early. The rest is bookkeeping: every start
is tried, since occurrences overlap; the walk goes on after a mark, since phrases lie in each other;
and the cover of many spans is one running maximum, or +1 and -1 at their ends.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. A robust loss curve (hard · 5 points · 30 minutes)
#
# A loss curve with spikes is smoothed by medians. `window_medians(losses, width)` returns the
# median of each window of `width` consecutive losses, from the first window to the last: a list of
# `len(losses) - width + 1` numbers. For an even width the median is the mean of the two middle
# values. `width` is an int ≥ 1; with fewer than `width` losses the result is `[]`. Losses may
# repeat.
#
# For n losses, work grows at most like n log n, also where width is n/2: a window is not sorted
# anew.
#
# **Example.** `window_medians([1, 9, 2, 2, 8], 3)` is `[2, 2, 2]`, and with width 2 it is
# `[5, 5.5, 2, 5]`.


# %% nbgrader={"grade_id": "window_medians", "solution": true}
def window_medians(losses, width):
    """The medians of all windows of `width` consecutive losses.

    Args:
        losses: list of numbers.
        width: int >= 1.

    Returns:
        list of numbers, of length len(losses) - width + 1 (empty if that is not positive).
    """
    ### BEGIN SOLUTION
    low, high = [], []  # the smaller half, negated, with the largest on top; the larger half
    in_low, size, medians = {}, 0, []  # which half each index is in; how many of the window are low

    def drop_old(heap, first):
        while heap and heap[0][1] < first:
            heapq.heappop(heap)

    for i, loss in enumerate(losses):
        first = i - width + 1  # where the window begins now
        if first > 0:
            size -= in_low[first - 1]
        drop_old(low, first)
        drop_old(high, first)
        if not high or loss < high[0][0]:
            heapq.heappush(low, (-loss, i))
            in_low[i], size = True, size + 1
        else:
            heapq.heappush(high, (loss, i))
            in_low[i] = False
        wanted = (min(i + 1, width) + 1) // 2  # the smaller half has one more where it is odd
        while size != wanted:
            giver, taker, step = (low, high, -1) if size > wanted else (high, low, 1)
            drop_old(giver, first)
            value, at = heapq.heappop(giver)
            heapq.heappush(taker, (-value, at))
            in_low[at], size = step > 0, size + step
        if first >= 0:
            drop_old(low, first)
            drop_old(high, first)
            medians.append(-low[0][0] if width % 2 else (high[0][0] - low[0][0]) / 2)
    return medians
    ### END SOLUTION


# %% nbgrader={"grade_id": "window_medians_follow_the_window", "grade": true}
"""The median of exactly the last `width` losses, for each full window."""
q = Question(window_medians, points=5)
q.case([1, 9, 2, 2, 8], 3, gives=[2, 2, 2], claim="The statement's example")
q.case([1, 9, 2, 2, 8], 2, gives=[5, 5.5, 2, 5], claim="Even width: the mean of the middle two")
q.case([3, 1, 2], 1, gives=[3, 1, 2], claim="A window of one is its own median")
q.case([3, 1], 3, gives=[], claim="There is no full window")


def half_as_wide(n):
    return [i * 7 % n for i in range(n)], n // 2


@q.probe(gives="")
def windows_half_as_wide(f):
    """With width n/2, six times the losses take about six times the work, not its square"""
    return cost(f, half_as_wide, 10, 60, 1.6, gives=[4, 5, 4, 5, 6, 5])


### BEGIN HIDDEN TESTS
q.hidden()


def by_sorting_each_window(losses, width):
    middle = [sorted(losses[i : i + width]) for i in range(len(losses) - width + 1)]
    return [(w[(width - 1) // 2] + w[width // 2]) / 2 for w in middle]


rng, sorted_windows = random.Random(3), []
for size in range(60):
    losses = [rng.randint(-3, 6) for _ in range(size // 4)]
    asked = losses, 1 + size % 6
    sorted_windows.append((asked, by_sorting_each_window(*asked)))


@q.probe(gives="")
def like_sorting_each_window(f):
    """Each median is that of its own window"""
    return first_difference(f, sorted_windows)


q.case([5, 5, 5, 1, 1, 1], 3, gives=[5, 5, 1, 1], claim="One value leaves, not all that equal it")
q.case(
    [9, 8, 7, 6, 5, 4, 3, 2, 1], 4, gives=[7.5, 6.5, 5.5, 4.5, 3.5, 2.5], claim="A falling curve"
)
q.case([], 1, gives=[], claim="Without losses there are no windows")


@q.reference
def ranks_in_a_tree(losses, width):
    """A Fenwick tree over the ranks counts what is in the window; medians are found by halving."""
    order = sorted(range(len(losses)), key=lambda i: (losses[i], i))
    rank, n = [0] * len(losses), len(losses)
    for place, i in enumerate(order):
        rank[i] = place
    tree = [0] * (n + 1)

    def add(place, amount):
        place += 1
        while place <= n:
            tree[place] += amount
            place += place & -place

    def kth(k):  # counted from 0
        place, step = 0, 1 << n.bit_length()
        while step:
            if place + step <= n and tree[place + step] <= k:
                place += step
                k -= tree[place]
            step >>= 1
        return losses[order[place]]

    medians = []
    for i in range(n):
        add(rank[i], 1)
        if i >= width:
            add(rank[i - width], -1)
        if i >= width - 1:
            medians.append((kth((width - 1) // 2) + kth(width // 2)) / 2)
    return medians


def sorted_window(losses, width, leave=None, middle=None, first=None, last=0):
    """A sorted list with bisection; what leaves, the middle and the windows that count vary."""
    kept, medians = [], []
    for i in range(len(losses) - last):
        bisect.insort(kept, losses[i])
        if i >= width and leave is not False:
            kept = leave(kept, losses[i - width]) if leave else without(kept, losses[i - width])
        if i >= (width - 1 if first is None else first) and kept:
            n = len(kept)
            two = kept[(n - 1) // 2], kept[n // 2]
            medians.append(middle(two, kept) if middle else (two[0] + two[1]) / 2)
    return medians


def without(kept, value):
    del kept[bisect.bisect_left(kept, value)]
    return kept


@q.mistake("""The last window is missing. n losses have n - width + 1 windows.""")
def off_by_one_window(losses, width):
    return sorted_window(losses, width, last=1)


@q.mistake("""Windows that are not full yet give a median too. The first one is that of the first
`width` losses.""")
def warm_up_counted(losses, width):
    return sorted_window(losses, width, first=0)


@q.mistake("""Nothing leaves: these are medians of all losses so far. What is `width` losses old
must go.""")
def nothing_leaves(losses, width):
    return sorted_window(losses, width, leave=False)


@q.mistake("""All values that equal the old one leave. One index leaves, its equals may stay: keep
(loss, index), or delete one.""")
def all_equals_leave(losses, width):
    def leave(kept, value):
        return [other for other in kept if other != value]

    kept, medians = [], []
    for i, loss in enumerate(losses):
        if i >= width:
            kept = leave(kept, losses[i - width])
        bisect.insort(kept, loss)
        if i >= width - 1:
            medians.append((kept[(len(kept) - 1) // 2] + kept[len(kept) // 2]) / 2)
    return medians


@q.mistake("""From the sorted window you take out the smallest value. The *oldest* must go: find it
by its value (bisect), or keep indices.""")
def smallest_leaves(losses, width):
    return sorted_window(losses, width, leave=lambda kept, old: kept[1:])


@q.mistake("""For an even width you take the upper of the two middle values. Take their mean.""")
def upper_middle(losses, width):
    return sorted_window(losses, width, middle=lambda two, kept: two[1])


@q.mistake("""For an even width you take the lower of the two middle values. Take their mean.""")
def lower_middle(losses, width):
    return sorted_window(losses, width, middle=lambda two, kept: two[0])


@q.mistake("""You divide the middle two without remainder: // 2 loses the half. Use /.""")
def half_lost(losses, width):
    return sorted_window(losses, width, middle=lambda two, kept: (two[0] + two[1]) // 2)


@q.mistake("""These are means. One spike moves a mean and not a median; that is what the smoothing
is for.""")
def mean_for_median(losses, width):
    total, means = 0, []
    for i, loss in enumerate(losses):
        total += loss - (losses[i - width] if i >= width else 0)
        if i >= width - 1:
            means.append(total / width)
    return means


@q.mistake("""You sort each window anew: n · width · log(width) steps. Between two windows one value
comes and one goes: keep two heaps (or a sorted list), and change only that.""")
def each_window_sorted(losses, width):
    return by_sorting_each_window(losses, width)


@q.mistake("""Your two heaps are balanced by their lengths, in which the values that have already
left are counted too. Count what is alive in each half, and balance by that.""")
def dead_values_counted(losses, width):
    low, high, medians = [], [], []
    for i, loss in enumerate(losses):
        if not low or loss <= -low[0][0]:
            heapq.heappush(low, (-loss, i))
        else:
            heapq.heappush(high, (loss, i))
        if len(low) > len(high) + 1:
            value, at = heapq.heappop(low)
            heapq.heappush(high, (-value, at))
        elif len(high) > len(low):
            value, at = heapq.heappop(high)
            heapq.heappush(low, (-value, at))
        for heap in (low, high):
            while heap and heap[0][1] <= i - width:
                heapq.heappop(heap)
        if i >= width - 1:
            tops = [-low[0][0]] * bool(low) + [high[0][0]] * bool(high)
            medians.append(tops[0] if width % 2 or len(tops) < 2 else sum(tops) / 2)
    return medians


@q.mistake("""With fewer than `width` losses you return a median of what there is. No window is
full: the result is [].""")
def empty_input(losses, width):
    return sorted_window(losses, min(width, max(len(losses), 1)))


@q.variant
def sorted_list_and_bisection(losses, width):
    """Finding is log(width); moving the tail is a memory copy: fast, though not log(width)."""
    kept, medians = sorted(losses[: width - 1]), []
    for old, new in zip(losses, losses[width - 1 :]):
        bisect.insort(kept, new)
        medians.append((kept[(width - 1) // 2] + kept[width // 2]) / 2)
        del kept[bisect.bisect_left(kept, old)]
    return medians


@q.variant
def two_heaps_and_a_debt(losses, width):
    """Values that left wait in the heaps; `gone` remembers how often each one is owed."""
    if len(losses) < width:
        return []
    low, high, gone = [], [], Counter()
    for loss in losses[:width]:
        heapq.heappush(low, -loss)
    for _ in range(width // 2):
        heapq.heappush(high, -heapq.heappop(low))
    medians = []
    for i in range(width, len(losses) + 1):
        medians.append(-low[0] if width % 2 else (high[0] - low[0]) / 2)
        if i == len(losses):
            break
        old, new = losses[i - width], losses[i]
        gone[old] += 1
        balance = -1 if old <= -low[0] else 1
        if new <= -low[0]:
            heapq.heappush(low, -new)
            balance += 1
        else:
            heapq.heappush(high, new)
            balance -= 1
        if balance < 0:
            heapq.heappush(low, -heapq.heappop(high))
        elif balance > 0:
            heapq.heappush(high, -heapq.heappop(low))
        while gone[-low[0]]:
            gone[-heapq.heappop(low)] -= 1
        while high and gone[high[0]]:
            gone[heapq.heappop(high)] -= 1
    return medians


q.hints(
    """Between two windows, one value comes and one goes. Which values decide the median, and how do
you get rid of one that is not on top?""",
    """[5, 5, 5, 1] with width 3: a 5 leaves and two stay. With width 4 the median is the mean of
the middle two.""",
    """Two heaps, the smaller half with its largest on top, the larger half with its smallest. Store
(value, index); leave old ones in until they come to the top. Count the living of each half.""",
)
q.why("""The invariant: *every living value of the lower heap is at most every living one of the
upper, their numbers differ by at most one, and both tops are alive*. A heap cannot delete from its
middle, so what left stays in until it surfaces; the price is that len(heap) no longer counts
anything, and balancing by it is the fault that survives small tests. Each index is pushed and
popped O(1) times in the amortised sense: n log n. The sorted list with bisection is shorter; it
moves width/2 items at each insertion, but by memmove: up to widths of some 10⁴ it wins. Say both,
with their bounds.""")
### END HIDDEN TESTS
q.grade()
