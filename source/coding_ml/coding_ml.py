# %% [markdown]
# # {{title}}: the assignment
#
# Nine questions and one explanation: arrays, hashing and sampling. `practice.ipynb` beside this
# notebook has the data loader, asynchronous calls and SQL. Together about {{minutes}} minutes.
# Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** Shapes are in brackets. Arrays are NumPy float64 if nothing else
# is said. No argument may be changed in place. No ready-made routine for the very thing that is
# asked (no `cdist`, `csr_matrix`, `roc_auc_score`); otherwise NumPy and the standard library are
# yours. Before you type, say aloud: shapes, the largest temporary, what a tie does.

# %% nbgrader={"grade_id": "imports", "locked": true}
import hashlib
import itertools
import math

import numpy as np

from mlprep.check import Question, peak_bytes

P = 2**61 - 1  # a prime


def hash_family(k, seed):
    """Coefficients of k hash functions h(x) = (a x + b) mod P: two lists of k ints."""
    rng = np.random.default_rng(seed)
    return [int(a) for a in rng.integers(1, P, k)], [int(b) for b in rng.integers(0, P, k)]


# %% [markdown]
# ## 1. Pairwise squared distances (4 points, 15 minutes)
#
# `X` [n, d] and `Y` [m, d] hold n and m points, as floats or as integers of any kind (pixels are
# `uint8`). Return `D` [n, m] in float64, $D_{ij}=\sum_k (X_{ik}-Y_{jk})^2$, such that
#
# - no entry is negative, whatever is in X and Y;
# - at no moment do you hold more than **10 times** the bytes of X, Y and D together (in float64);
# - moving all points by the same vector changes nothing: with coordinates near $10^7$ and distances
#   near 1, every entry is right to one part in a million.
#
# n, m and d are at least 1. A loop over blocks is allowed; a loop over all pairs is too slow in
# practice, though nothing here is timed.
#
# **Example.** X = [[0, 0], [3, 4]], Y = [[3, 0]]: D = [[9], [16]].


# %% nbgrader={"grade_id": "pairwise_sq", "solution": true}
def pairwise_sq(X, Y):
    """Squared Euclidean distances of all pairs.

    Args:
        X: array [n, d], floats or integers.
        Y: array [m, d], floats or integers.

    Returns:
        float64 array [n, m], no entry below 0.
    """
    ### BEGIN SOLUTION
    X, Y = np.asarray(X, dtype=float), np.asarray(Y, dtype=float)
    centre = X.mean(axis=0)  # distances do not care; rounding does
    X, Y = X - centre, Y - centre
    D = (X**2).sum(axis=1)[:, None] + (Y**2).sum(axis=1)[None, :] - 2 * X @ Y.T  # (n, m)
    return np.maximum(D, 0.0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "pairwise_sq_is_never_negative", "grade": true}
"""Distances are right, never negative, and made without an n × m × d temporary."""
q = Question(pairwise_sq, points=4)
q.case(
    np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[3.0, 0.0]]), gives=[[9.0], [16.0]],
    claim="differences (−3, 0) and (0, 4) have the squared lengths 9 and 16",
)  # fmt: skip


def points(n, d, seed, shift=0.0):
    return np.random.default_rng(seed).standard_normal((n, d)) + shift


@q.probe(gives="")
def no_distance_is_negative(f):
    """No squared distance is negative, also of a point to itself"""
    X = np.repeat(points(23, 5, 0, shift=300.0), 2, axis=0)
    lowest = float(np.min(f(X, X[3:])))
    return "" if lowest >= 0 else "the smallest entry is below 0"


@q.probe(gives="")
def memory_is_bounded(f):
    """At most ten times the bytes of X, Y and D are held at once"""
    X, Y = points(37, 211, 1), points(41, 211, 2)
    D = np.asarray(f(X, Y))
    if D.shape != (37, 41) or not abs(D[0, 1] - ((X[0] - Y[1]) ** 2).sum()) < 0.1:
        return "D is not right to begin with"
    held = peak_bytes(f, X, Y) / (8 * (37 * 211 + 41 * 211 + 37 * 41))
    return "" if held <= 10 else "yours holds more, as an array of n × m × d numbers would"


### BEGIN HIDDEN TESTS
q.hidden()
q.case(points(5, 3, 3), points(2, 3, 4), claim="n, m and d differ")
q.case(points(1, 1, 3), points(7, 1, 4), claim="one point, one coordinate")


@q.probe(rtol=1e-6)
def far_from_the_origin(f):
    """Coordinates near 10⁷ and distances near 1: squares near 10¹⁴ cancel, and take the answer."""
    return f(np.round(points(5, 3, 5), 2) + 1e7, np.round(points(7, 3, 6), 2) + 1e7)


@q.probe
def pixels(f):
    """Bytes: 3 − 250 is −247, and not 9; so is its square."""
    rng = np.random.default_rng(7)
    return f(*(rng.integers(0, 256, (n, 5)).astype(np.uint8) for n in (2, 3)))


def as_floats(X, Y):
    return np.asarray(X, dtype=float), np.asarray(Y, dtype=float)


@q.reference
def one_pair_at_a_time(X, Y):
    X, Y = as_floats(X, Y)
    return np.array([[np.linalg.norm(x - y) ** 2 for y in Y] for x in X])


@q.mistake("""x² + y² − 2xy subtracts large numbers that are nearly equal. What rounding leaves can
be below 0, and the root of it is NaN. Subtract the mean of X from both first, then clip at 0.""")
def negative_distances(X, Y):
    X, Y = as_floats(X, Y)
    return (X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T


@q.mistake("""You clipped at 0, which hides that the digits were lost before: near 10⁷ the squares
are near 10¹⁴, and float64 keeps 16 digits of those. Subtract the mean of X from X and Y first.""")
def clipped_not_centred(X, Y):
    return np.maximum(negative_distances(X, Y), 0)


@q.mistake("""You subtracted the mean, which saves the digits. A point's distance to itself is still
a difference of two rounded numbers, and can be −1e-16. Clip at 0.""")
def centred_not_clipped(X, Y):
    X, Y = as_floats(X, Y)
    return negative_distances(X - X.mean(0), Y - X.mean(0))


@q.mistake("""You computed in float32: 7 digits, and near 10⁷ the inputs themselves are rounded to
whole numbers. Convert to float64 before anything else.""")
def computed_in_float32(X, Y):
    X, Y = np.asarray(X, dtype=np.float32), np.asarray(Y, dtype=np.float32)
    c = X.mean(0)
    return np.maximum(
        ((X - c) ** 2).sum(1)[:, None] + ((Y - c) ** 2).sum(1) - 2 * (X - c) @ (Y - c).T, 0
    )


@q.mistake("""Distances are taken after X lost its own mean and Y lost another: the two clouds were
pushed on top of each other. Subtract the same vector from both.""")
def centred_apart(X, Y):
    X, Y = as_floats(X, Y)
    return np.maximum(negative_distances(X - X.mean(0), Y - Y.mean(0)), 0)


@q.mistake("""X[:, None] − Y[None] is an array of n × m × d numbers: right, and d times larger than
the result. With n = m = 10⁴ and d = 100 that is 80 GB. Expand the square, or go by blocks.""")
def broadcast_n_m_d_blowup(X, Y):
    X, Y = as_floats(X, Y)
    return ((X[:, None, :] - Y[None, :, :]) ** 2).sum(-1)


@q.mistake("""You subtracted or squared bytes: uint8 arithmetic is modulo 256 and says nothing.
Convert to float64 first.""")
def unsigned_wraps(X, Y):
    X, Y = np.asarray(X), np.asarray(Y)
    return np.array([((x - Y) ** 2).sum(-1) for x in X]).astype(float)


@q.mistake("""You took the root. Squared distances are wanted: the order is the same, and the root
costs time and loses the gradient at 0.""")
def root_taken(X, Y):
    return np.sqrt(one_pair_at_a_time(X, Y))


@q.mistake("""The cross term counts twice: (x − y)² = x² + y² − 2xy.""")
def cross_term_once(X, Y):
    X, Y = as_floats(X, Y)
    return np.maximum((X**2).sum(1)[:, None] + (Y**2).sum(1) - X @ Y.T, 0)


@q.mistake("""You set the diagonal to 0. X and Y are different points: entry (i, i) is a pair like
any other.""")
def diagonal_zeroed(X, Y):
    D = one_pair_at_a_time(X, Y)
    np.fill_diagonal(D, 0.0)
    return D


@q.variant
def one_row_of_x_at_a_time(X, Y):
    X, Y = as_floats(X, Y)
    D = np.empty((len(X), len(Y)))
    for i, x in enumerate(X):
        D[i] = np.square(Y - x).sum(axis=1)
    return D


@q.variant
def one_coordinate_at_a_time(X, Y):
    X, Y = as_floats(X, Y)
    D = np.zeros((len(X), len(Y)))
    for x, y in zip(X.T, Y.T):
        D += np.subtract.outer(x, y) ** 2
    return D


@q.variant
def centred_einsum(X, Y):
    X, Y = as_floats(X, Y)
    c = Y[0]
    X, Y = X - c, Y - c
    xx, yy = np.einsum("nd,nd->n", X, X), np.einsum("md,md->m", Y, Y)
    return (xx[:, None] + yy - 2 * np.einsum("nd,md->nm", X, Y)).clip(min=0)


q.hints(
    """What do two large, nearly equal numbers leave when they are subtracted? And how many numbers
does your largest temporary have, in n, m and d?""",
    """X = Y = [[10000000.0], [10000001.0]]: D[0, 1] is 1. The squares are 10¹⁴ and 10¹⁴ + 2·10⁷ +
1; in d = 3 dimensions their sums no longer hold all digits.""",
    """Convert to float64, subtract X.mean(axis=0) from both, expand (x − y)² = x² + y² − 2xy with
one matrix product, and end with np.maximum(D, 0).""",
)
q.why("""The expansion needs one matrix product, n·m numbers of memory, and is what fast libraries
do. Its price is cancellation: the error is about ε·‖x‖², however small the distance. Clipping
treats the symptom that a root makes visible (NaN); the lost digits stay lost. Distances do not
change when all points move, so move them to the origin: then ‖x‖² is of the size of the distances
themselves. Both are needed: centring for the digits, clipping for the last one.

The broadcast X[:, None] − Y[None] is exact and the first thing that people write. It holds d times
the result. Row by row or coordinate by coordinate is as exact, with n·m memory.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Non-maximum suppression (4 points, 20 minutes)
#
# `boxes` [N, 4] holds rectangles as (x1, y1, x2, y2) with x1 ≤ x2 and y1 ≤ y2; the area is
# (x2 − x1)(y2 − y1). `scores` [N]. Walk through the boxes by falling score; of equal scores the
# one with the **smaller index** comes first. Keep a box unless its IoU with a box that was **kept**
# before is **larger than** `iou`. A box that was dropped suppresses nothing.
#
# IoU is intersection over union; where the union is 0, it is 0. Return the indices of the kept
# boxes in the order in which they were kept, as int64 [k]; N = 0 gives an empty array.
#
# **Example.** boxes = [[0, 0, 4, 4], [0, 1, 4, 5], [0, 2, 4, 6]], scores = [0.9, 0.8, 0.7]. The IoU
# of neighbours is 12/20 = 0.6, of the first and the last 8/24 = 0.33. `iou=0.5` gives [0, 2]: box 1
# is dropped, so it cannot drop box 2.


# %% nbgrader={"grade_id": "nms", "solution": true}
def nms(boxes, scores, iou):
    """Greedy non-maximum suppression.

    Args:
        boxes: float array [N, 4], (x1, y1, x2, y2).
        scores: float array [N].
        iou: float. A box goes if it overlaps a kept one by more than this.

    Returns:
        int64 array [k]. Indices of the kept boxes, by falling score.
    """
    ### BEGIN SOLUTION
    x1, y1, x2, y2 = np.asarray(boxes, dtype=float).reshape(-1, 4).T
    area = (x2 - x1) * (y2 - y1)
    order = np.argsort(-np.asarray(scores), kind="stable")
    keep = []
    while len(order):
        i, rest = order[0], order[1:]
        keep.append(i)
        width = np.minimum(x2[i], x2[rest]) - np.maximum(x1[i], x1[rest])
        height = np.minimum(y2[i], y2[rest]) - np.maximum(y1[i], y1[rest])
        both = np.clip(width, 0, None) * np.clip(height, 0, None)
        union = area[i] + area[rest] - both
        order = rest[both <= iou * union]
    return np.array(keep, dtype=np.int64)
    ### END SOLUTION


# %% nbgrader={"grade_id": "nms_keeps_the_best_of_each_heap", "grade": true}
"""Kept boxes suppress, dropped ones do not, and the arguments stay as they were."""
q = Question(nms, points=4)
CHAIN = np.array([[0.0, 0, 4, 4], [0, 1, 4, 5], [0, 2, 4, 6]])
q.case(
    CHAIN,
    np.array([0.9, 0.8, 0.7]),
    0.5,
    gives=[0, 2],
    claim="box 0 drops box 1, which cannot drop box 2 any more",
)
q.case(CHAIN, np.array([0.7, 0.9, 0.8]), 0.5, gives=[1], claim="the middle box drops both")
q.case(
    CHAIN[:2], np.array([0.1, 0.2]), 0.6, gives=[1, 0],
    claim="an IoU equal to the threshold (here 12/20) drops nothing",
)  # fmt: skip
q.case(
    np.array([[0.0, 0, 2, 2], [3, 3, 9, 9]]), np.array([1.0, 1.0]), 0.1, gives=[0, 1],
    claim="boxes that do not meet both stay, and of equal scores the smaller index is first",
)  # fmt: skip
### BEGIN HIDDEN TESTS
q.hidden()


def random_boxes(n, seed, side=24):
    """Integer boxes, some heavily overlapping, with scores that tie."""
    rng = np.random.default_rng(seed)
    corner = rng.integers(0, side - 8, (n, 2))
    size = rng.integers(1, 9, (n, 2))
    return np.hstack([corner, corner + size]).astype(float), rng.integers(0, 7, n) / 8


q.case(*random_boxes(41, 0), 0.3, claim="41 boxes with tied scores")
q.case(*random_boxes(31, 1), 0.05, claim="31 boxes with tied scores, little overlap suppresses")
q.case(
    np.arange(20.0)[:, None] * 9 + [0, 0, 5, 5], np.ones(20), 0.5, gives=np.arange(20),
    claim="of equal scores the smaller index comes first, also among twenty",
)  # fmt: skip
q.case(*random_boxes(37, 2, side=12), 0.55, claim="boxes in a crowd")
q.case(np.zeros((0, 4)), np.zeros(0), 0.5, gives=np.zeros(0, int), claim="no boxes, none kept")
q.case(
    np.array([[1.0, 1, 1, 5], [1, 1, 1, 5], [1, 1, 3, 5]]), np.array([0.5, 0.4, 0.3]), 0.0,
    gives=[0, 1, 2], claim="a box without area overlaps nothing, not even itself",
)  # fmt: skip
q.case(
    np.array([[0.0, 0, 10, 10], [4, 4, 6, 6], [0, 0, 10, 9]]), np.array([0.5, 0.9, 0.3]), 0.5,
    gives=[1, 0], claim="a small box inside a large one is another object: 4/100",
)  # fmt: skip
q.case(
    np.array([[0.0, 0, 1, 1], [1, 1, 2, 2], [5, 5, 7, 7], [0, 0, 1, 1]]),
    np.array([-0.5, -0.1, -2.0, -1.0]), 0.2, gives=[1, 0, 2],
    claim="scores may be negative (logits), boxes may touch",
)  # fmt: skip


@q.reference
def counted_in_squares(boxes, scores, iou):
    """Integer boxes as sets of unit squares."""
    cells = [
        {(x, y) for x in range(int(a), int(c)) for y in range(int(b), int(d))}
        for a, b, c, d in boxes
    ]
    kept = []
    for i in sorted(range(len(cells)), key=lambda i: (-scores[i], i)):
        if all(len(cells[i] & cells[j]) <= iou * len(cells[i] | cells[j]) for j in kept):
            kept.append(i)
    return np.array(kept, dtype=np.int64)


def walk(boxes, scores, overlap, dropped=lambda o: False, order=None, alive=False):
    """The loop of a slip: `overlap(a, b)` of two boxes, `dropped(o)`, whether the dropped act."""
    n = len(boxes)
    order = order or sorted(range(n), key=lambda i: (-scores[i], i))
    kept, acting = [], []
    for i in order:
        if not any(dropped(overlap(boxes[i], boxes[j])) for j in acting):
            kept.append(i)
            acting.append(i)
        elif alive:
            acting.append(i)
    return np.array(kept, dtype=np.int64)


def overlap_of(a, b, pixel=0.0, clip=True, inter_in_union=False, smaller=False):
    w = min(a[2], b[2]) - max(a[0], b[0]) + pixel
    h = min(a[3], b[3]) - max(a[1], b[1]) + pixel
    both = max(w, 0) * max(h, 0) if clip else w * h
    areas = [(c[2] - c[0] + pixel) * (c[3] - c[1] + pixel) for c in (a, b)]
    under = min(areas) if smaller else sum(areas) - (0 if inter_in_union else both)
    return both / under if under > 0 else 0.0


@q.mistake("""Your union is the sum of the two areas: what both cover counts twice, and a box has an
IoU of 0.5 with itself. Subtract the intersection.""")
def iou_no_area_inter(boxes, scores, iou):
    return walk(
        boxes, scores, lambda a, b: overlap_of(a, b, inter_in_union=True), lambda o: o > iou
    )


@q.mistake("""The indices are right, but you changed `scores` or `boxes` of the caller while you
worked (a dropped box's score set to −1, an array sorted in place). Their next use will be wrong.
Work on a copy, or on an array of indices.""")
def nms_mutates(boxes, scores, iou):
    kept = counted_in_squares(boxes, scores, iou)
    for i in range(len(scores)):
        scores[i] = -9.0
    return kept


@q.mistake("""A box that was dropped drops others in your loop. Only kept boxes may: in a chain of
overlapping objects the third is another object than the first.""")
def dropped_boxes_suppress(boxes, scores, iou):
    return walk(boxes, scores, overlap_of, lambda o: o > iou, alive=True)


@q.mistake("""You drop a box whose IoU equals the threshold. Larger than `iou` is asked.""")
def drops_at_the_threshold(boxes, scores, iou):
    return walk(boxes, scores, overlap_of, lambda o: o >= iou and o > 0)


@q.mistake("""Boxes without overlap have negative width *and* height of intersection, and the
product is positive: boxes that lie apart suppress each other. Clip width and height at 0 first.""")
def negative_sides_multiplied(boxes, scores, iou):
    return walk(boxes, scores, lambda a, b: overlap_of(a, b, clip=False), lambda o: o > iou)


@q.mistake("""You added 1 to widths and heights, as code for whole pixels did. Here x2 − x1 is the
width: touching boxes do not overlap.""")
def plus_one_pixel(boxes, scores, iou):
    return walk(boxes, scores, lambda a, b: overlap_of(a, b, pixel=1.0), lambda o: o > iou)


@q.mistake("""You divide the intersection by the smaller area. A small object in front of a large
one then vanishes. Divide by the union.""")
def over_the_smaller_area(boxes, scores, iou):
    return walk(boxes, scores, lambda a, b: overlap_of(a, b, smaller=True), lambda o: o > iou)


@q.mistake("""You divide the intersection by the area of one of the two boxes. IoU is symmetric:
divide by the union, both areas less the intersection.""")
def over_its_own_area(boxes, scores, iou):
    def part(a, b):
        area = (a[2] - a[0]) * (a[3] - a[1])
        both = overlap_of(a, b) and max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(
            min(a[3], b[3]) - max(a[1], b[1]), 0
        )
        return both / area if area else 0.0

    return walk(boxes, scores, part, lambda o: o > iou)


@q.mistake("""Equal scores come in the wrong order: np.argsort(scores)[::-1] also turns ties around.
Sort −scores with kind="stable".""")
def ties_turned_around(boxes, scores, iou):
    order = sorted(range(len(scores)), key=lambda i: (scores[i], i))[::-1]
    return walk(boxes, scores, overlap_of, lambda o: o > iou, order=order)


@q.mistake("""You start with the lowest score. The most certain box goes first.""")
def lowest_score_first(boxes, scores, iou):
    order = sorted(range(len(scores)), key=lambda i: (scores[i], i))
    return walk(boxes, scores, overlap_of, lambda o: o > iou, order=order)


@q.mistake("""The right boxes, sorted by index. They are wanted by falling score, as they were
kept: who takes the first ten must get the best ten.""")
def sorted_by_index(boxes, scores, iou):
    return np.sort(counted_in_squares(boxes, scores, iou))


@q.mistake("""Where the union is 0 you divide 0 by 0: NaN compares false with everything, and in
`both / union <= iou` that drops the box. Compare both with iou × union, which needs no
division.""")
def nan_drops(boxes, scores, iou):
    kept = []
    for i in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        empty = boxes[i][0] == boxes[i][2] or boxes[i][1] == boxes[i][3]
        if empty and any((boxes[j] == boxes[i]).all() for j in kept):
            continue
        if all(overlap_of(boxes[i], boxes[j]) <= iou for j in kept):
            kept.append(i)
    return np.array(kept, dtype=np.int64)


@q.mistake("""A mask is no list of indices: you returned True and False for each box. Return the
indices of the kept boxes.""")
def mask_returned(boxes, scores, iou):
    mask = np.zeros(len(boxes), dtype=bool)
    mask[counted_in_squares(boxes, scores, iou)] = True
    return mask


@q.variant
def all_overlaps_at_once(boxes, scores, iou):
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    both = np.prod(np.maximum(high - low, 0), axis=-1)  # (N, N)
    area = np.diag(both)
    hits = both > iou * (area[:, None] + area - both)
    dropped, keep = np.zeros(len(boxes), bool), []
    for i in np.lexsort((np.arange(len(boxes)), -scores)):
        if not dropped[i]:
            keep.append(i)
            dropped |= hits[i]
    return keep


@q.variant
def plain_python(boxes, scores, iou):
    return walk(boxes.tolist(), scores.tolist(), overlap_of, lambda o: o > iou)


q.hints(
    """Draw two boxes that do not meet, and compute the width of their intersection. Who may
suppress: every box before this one, or only those that you kept?""",
    """boxes [[0, 0, 1, 1], [3, 3, 4, 4]]: min(x2) − max(x1) = −2, and the same for y. Their product
is 4. And three boxes in a row: the first drops the second, the third stays.""",
    """order = np.argsort(-scores, kind="stable"). Take the first, keep it, compute its IoU with the
rest by arrays, go on with rest[both <= iou * (area_i + area_rest − both)].""",
)
q.why("""Greedy suppression is a loop over *kept* boxes, each of which filters what is left: k
rounds of array work, N² at worst. The vectorised inner part is where slips hide: a product of two
negative sides, a union that counts the intersection twice, and NaN from boxes without area, which
makes comparisons false in whichever direction you wrote them. Multiplying by the union in place of
dividing removes that case.

A matrix of all IoUs, thresholded by column, is not the same algorithm: there the dropped still
drop. Ties are not academic: quantised models produce thousands of equal scores, and an unstable
order makes two runs differ.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Viterbi (5 points, 20 minutes)
#
# A hidden Markov model: `pi` [S] first-state probabilities; `A` [S, S], `A[i, j]` the probability
# of going **from i to j**; `B` [S, V], `B[s, v]` the probability that state s shows symbol v.
# `obs` [T] holds symbols 0 … V − 1, T ≥ 1. Find the state sequence of highest joint probability
#
# $$\pi_{s_0}B_{s_0,o_0}\prod_{t=1}^{T-1}A_{s_{t-1},s_t}\,B_{s_t,o_t}$$
#
# and return `(path, log_prob)`: the states, ints [T], and the natural logarithm of that
# probability, a float. T may be thousands; probabilities may be exactly 0. At least one sequence
# has a positive probability, and the tests have no ties.
#
# **Example.** pi = [0.5, 0.5], A = [[0.9, 0.1], [0.2, 0.8]], B = [[0.8, 0.2], [0.3, 0.7]], obs =
# [0, 1, 1]: the path is [1, 1, 1], though symbol 0 alone speaks for state 0. Its probability is
# 0.5·0.3·0.8·0.7·0.8·0.7 = 0.04704.


# %% nbgrader={"grade_id": "viterbi", "solution": true}
def viterbi(pi, A, B, obs):
    """The most probable state sequence of a hidden Markov model.

    Args:
        pi: float array [S]. A: float array [S, S], from row to column. B: float array [S, V].
        obs: int array [T].

    Returns:
        (path, log_prob): ints [T], float.
    """
    ### BEGIN SOLUTION
    with np.errstate(divide="ignore"):
        pi, A, B = np.log(pi), np.log(A), np.log(B)
    best = pi + B[:, obs[0]]  # (S,) log-probability of the best path that ends in each state
    back = []
    for symbol in obs[1:]:
        through = best[:, None] + A  # (from, to)
        back.append(through.argmax(axis=0))
        best = through.max(axis=0) + B[:, symbol]
    path = [int(best.argmax())]
    for came_from in reversed(back):
        path.append(int(came_from[path[-1]]))
    return path[::-1], float(best.max())
    ### END SOLUTION


# %% nbgrader={"grade_id": "viterbi_survives_long_sequences", "grade": true}
"""The best path as a whole, for any length, with impossible steps left out."""
q = Question(viterbi, points=5)
q.case(
    np.array([0.5, 0.5]), np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([[0.8, 0.2], [0.3, 0.7]]),
    np.array([0, 1, 1]), gives=[[1, 1, 1], float(np.log(0.04704))],
    claim="the best path as a whole is 1, 1, 1, with the natural logarithm of 0.04704",
)  # fmt: skip


def hmm(S, V, T, seed, sharp=1.0):
    """A random model and symbols; no two states or symbols alike."""
    rng = np.random.default_rng(seed)
    pi, A, B = (rng.dirichlet(np.full(n, sharp), m) for n, m in ((S, 1), (S, S), (V, S)))
    return pi[0], A, B, rng.integers(0, V, T)


@q.probe(gives=[[0, 0, 2, 1], -1374.0047884, 787])
def many_steps(f):
    """After 700 steps the probability is far below the smallest float, its logarithm is not."""
    path, log_prob = f(*hmm(3, 5, 700, 0))
    return [np.asarray(path)[[0, 300, 500, 699]].tolist(), float(log_prob), np.sum(path)]


### BEGIN HIDDEN TESTS
q.hidden()
q.case(*hmm(3, 5, 7, 1), claim="the best path as a whole")
q.case(*hmm(5, 2, 6, 2), claim="more states than symbols")
q.case(*hmm(2, 3, 1, 3), claim="one symbol")
q.case(*hmm(3, 2, 6, 11, sharp=0.4), claim="spiky probabilities")


@q.probe
def impossible_steps(f):
    """A step of probability 0 is never taken, whatever comes after it."""
    A = np.array([[0.5, 0.5], [0.0, 1.0]])  # no way back
    B = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1]])
    obs = np.repeat([0, 1, 0, 1], [31, 47, 53, 17])
    return f(np.array([0.6, 0.4]), A, B, obs)


@q.probe
def impossible_symbols(f):
    """A state that cannot show the symbol is not on the path."""
    A = np.array([[0.2, 0.8, 0.0], [0.0, 0.3, 0.7], [0.6, 0.0, 0.4]])
    B = np.array([[0.5, 0.5, 0.0], [0.1, 0.0, 0.9], [0.3, 0.3, 0.4]])
    return f(np.array([0.1, 0.9, 0.0]), A, B, np.array([2, 1, 1, 1, 1, 0, 1, 0, 2, 2, 1]))


@q.reference
def from_the_end(pi, A, B, obs):
    """Best log-probability of what is still to come, then one walk forward."""

    def log(p):
        return math.log(p) if p > 0 else -math.inf

    S, T = len(pi), len(obs)
    la = [[log(p) for p in row] for row in A]
    lb = [[log(p) for p in row] for row in B]
    rest = [[0.0] * S]
    for t in range(T - 1, 0, -1):
        later = [lb[j][obs[t]] + rest[-1][j] for j in range(S)]
        rest.append([max(la[i][j] + later[j] for j in range(S)) for i in range(S)])
    rest.reverse()
    worth = [log(pi[s]) + lb[s][obs[0]] + rest[0][s] for s in range(S)]
    path = [max(range(S), key=worth.__getitem__)]
    for t in range(1, T):
        i = path[-1]
        path.append(max(range(S), key=lambda j: la[i][j] + lb[j][obs[t]] + rest[t][j]))
    return path, max(worth)


def dynamic(pi, A, B, obs, first=None, step=None, log=np.log):
    """The recursion in log space, with one part of it replaced."""
    with np.errstate(divide="ignore"):
        pi, A, B = log(pi), log(A), log(B)
    best = pi + B[:, obs[0]] if first is None else first(pi, B, obs)
    back = []
    for symbol in obs[1:]:
        through = best[:, None] + A
        back.append(through.argmax(axis=0))
        best = (through.max(axis=0) if step is None else step(through)) + B[:, symbol]
    path = [int(best.argmax())]
    for came_from in reversed(back):
        path.append(int(came_from[path[-1]]))
    return path[::-1], float(best.max())


@q.mistake("""You multiply probabilities. After some hundred steps all are 0 in float64, argmax of
zeros is state 0, and log 0 is −inf. Add logarithms.""")
def viterbi_underflow(pi, A, B, obs):
    best, back = pi * B[:, obs[0]], []
    for symbol in obs[1:]:
        through = best[:, None] * A
        back.append(through.argmax(axis=0))
        best = through.max(axis=0) * B[:, symbol]
    path = [int(best.argmax())]
    for came_from in reversed(back):
        path.append(int(came_from[path[-1]]))
    with np.errstate(divide="ignore"):
        return path[::-1], float(np.log(best.max()))


@q.mistake("""You rescale at every step, which saves the path; but the logarithms of what you
divided by are missing from log_prob. Add them up, or work with logarithms throughout.""")
def scaling_forgotten(pi, A, B, obs):
    path, _ = dynamic(pi, A, B, obs)
    best = pi * B[:, obs[0]]
    for symbol in obs[1:]:
        best = (best[:, None] * A).max(axis=0) * B[:, symbol]
        best = best / best.sum()
    return path, float(np.log(best.max()))


@q.mistake("""You take the best state at each step and go on from there. A step that looks best now
may lead nowhere good: keep the best path into *every* state, decide at the end, and walk back.""")
def greedy_steps(pi, A, B, obs):
    with np.errstate(divide="ignore"):
        pi, A, B = np.log(pi), np.log(A), np.log(B)
    worth = pi + B[:, obs[0]]
    path, total = [int(worth.argmax())], worth.max()
    for symbol in obs[1:]:
        worth = A[path[-1]] + B[:, symbol]
        path.append(int(worth.argmax()))
        total += worth.max()
    return path, float(total)


@q.mistake("""Your path takes the best end state of every prefix. Those are ends of different paths,
and a step between two of them may be impossible. Keep for each state where it came from, and walk
back from the best last state.""")
def no_backpointers(pi, A, B, obs):
    with np.errstate(divide="ignore"):
        pi, A, B = np.log(pi), np.log(A), np.log(B)
    best = pi + B[:, obs[0]]
    path = [int(best.argmax())]
    for symbol in obs[1:]:
        best = (best[:, None] + A).max(axis=0) + B[:, symbol]
        path.append(int(best.argmax()))
    return path, float(best.max())


@q.mistake("""You read A from column to row. A[i, j] leads from i to j: add best[:, None] and take
the maximum over axis 0.""")
def transition_transposed(pi, A, B, obs):
    return dynamic(pi, A.T, B, obs)


@q.mistake("""The first symbol is ignored: the first column is pi alone. Multiply it by
B[:, obs[0]].""")
def first_symbol_ignored(pi, A, B, obs):
    return dynamic(pi, A, B, obs, first=lambda pi, B, obs: pi)


@q.mistake("""The first-state probabilities are ignored: all states start equal. Add log pi.""")
def pi_ignored(pi, A, B, obs):
    return dynamic(pi, A, B, obs, first=lambda pi, B, obs: B[:, obs[0]])


@q.mistake("""You sum over the states that one can come from. That is the forward algorithm: the
probability of the symbols, over all paths. The best path takes the maximum.""")
def forward_sum(pi, A, B, obs):
    return dynamic(pi, A, B, obs, step=lambda through: np.logaddexp.reduce(through, axis=0))


@q.mistake("""You added a small number before the logarithm. Then an impossible step costs about −20
and not everything, and all log-probabilities are off. log 0 = −inf is what is meant; silence the
warning with np.errstate.""")
def epsilon_in_the_log(pi, A, B, obs):
    return dynamic(pi, A, B, obs, log=lambda p: np.log(p + 1e-9))


@q.mistake("""The path is right, and the second value is not the natural logarithm. No log2, no
log10, no minus sign: log_prob = ln P.""")
def negated_log(pi, A, B, obs):
    path, log_prob = from_the_end(pi, A, B, obs)
    return path, -log_prob


@q.mistake("""The path comes out from end to beginning. Reverse it.""")
def path_backwards(pi, A, B, obs):
    path, log_prob = from_the_end(pi, A, B, obs)
    return path[::-1], log_prob


@q.variant
def scaled_and_added_up(pi, A, B, obs):
    best, back, total = pi * B[:, obs[0]], [], 0.0
    for symbol in obs[1:]:
        total += math.log(best.max())
        through = (best / best.max())[:, None] * A
        back.append(through.argmax(axis=0))
        best = through.max(axis=0) * B[:, symbol]
    path = [int(best.argmax())]
    for came_from in back[::-1]:
        path.insert(0, int(came_from[path[0]]))
    return np.array(path), total + math.log(best.max())


@q.variant
def plain_lists(pi, A, B, obs):
    def log(p):
        return math.log(p) if p else float("-inf")

    states = range(len(pi))
    best = [log(pi[s]) + log(B[s][obs[0]]) for s in states]
    back = []
    for o in obs[1:]:
        came = [max(states, key=lambda i: best[i] + log(A[i][j])) for j in states]
        best = [best[came[j]] + log(A[came[j]][j]) + log(B[j][o]) for j in states]
        back.append(came)
    s = max(states, key=lambda j: best[j])
    path = [s]
    for came in back[::-1]:
        path.append(came[path[-1]])
    return tuple(path[::-1]), max(best)


q.hints(
    """What is 0.1 to the power 400 in float64? And does the best path up to t have to begin like
the best path up to t + 1?""",
    """S = 2, T = 2, pi = [0.6, 0.4], A = [[0.5, 0.5], [0, 1]], B without preference. State 0 is the
better start; the best path is [1, 1], 0.4 against 0.3.""",
    """best[j] = max over i of best[i] + log A[i, j], plus log B[j, o]; keep the argmax of each j.
At the end take the argmax, follow the kept indices back, and reverse.""",
)
q.why("""The recursion works since a path's worth splits at each step: the best path through (t, j)
begins with the best path to its predecessor. Greedy steps and the chain of best prefix ends both
look like that, and both may take a step of probability 0.

Products of T factors leave float64 near T = 300 to 1000. Rescaling works if you add up the
logarithms of the scales; logarithms work by themselves, with −inf as an honest zero. ε inside the
logarithm turns "impossible" into "unlikely", and over thousands of steps unlikely wins. Work
T·S², memory T·S for the backpointers: say both.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. A sparse matrix times a vector (3 points, 12 minutes)
#
# A matrix [n, m] in compressed sparse rows: `indptr` [n + 1] starts with 0 and never falls; row i's
# entries are `data[indptr[i]:indptr[i+1]]`, in the columns `indices[indptr[i]:indptr[i+1]]`. Rows
# may be empty, also the first and the last; columns within a row are in no order, and a column that
# occurs twice in a row counts twice (its entries add up). `x` [m]. `data` and `x` are floats or
# integers.
#
# Return `y` [n] in float64, the matrix times x. Memory and work go with the number of entries and
# of rows: the full n × m matrix must never exist.
#
# **Example.** data = [5, 7, 2], indices = [2, 0, 1], indptr = [0, 2, 2, 3], x = [1, 10, 100]: rows
# (7, 0, 5), (0, 0, 0), (0, 2, 0), so y = [507, 0, 20].


# %% nbgrader={"grade_id": "csr_matvec", "solution": true}
def csr_matvec(data, indices, indptr, x):
    """A sparse matrix (compressed rows) times a vector.

    Args:
        data: array [nnz]. indices: int array [nnz]. indptr: int array [n + 1]. x: array [m].

    Returns:
        float64 array [n].
    """
    ### BEGIN SOLUTION
    n = len(indptr) - 1
    rows = np.repeat(np.arange(n), np.diff(indptr))  # (nnz,) the row of each entry
    products = np.asarray(data) * np.asarray(x, dtype=float)[indices]
    return np.bincount(rows, weights=products, minlength=n)
    ### END SOLUTION


# %% nbgrader={"grade_id": "csr_matvec_knows_empty_rows", "grade": true}
"""Each row sums its own entries, and a row without any gives 0."""
q = Question(csr_matvec, points=3)


def sparse(n, m, per_row, seed, twice=False):
    """CSR arrays of a random matrix [n, m]: row i has per_row[i] entries; and a vector [m]."""
    rng = np.random.default_rng(seed)
    columns = [rng.choice(m, size=k, replace=twice) for k in per_row]
    indices = np.concatenate(columns).astype(int)
    indptr = np.concatenate([[0], np.cumsum(per_row)]).astype(int)
    return rng.standard_normal(len(indices)), indices, indptr, rng.standard_normal(m)


q.case(
    np.array([5.0, 7, 2]), np.array([2, 0, 1]), np.array([0, 2, 2, 3]), np.array([1.0, 10, 100]),
    gives=[507.0, 0.0, 20.0], claim="the example: the second row is empty",
)  # fmt: skip


@q.probe(gives="")
def the_full_matrix_never_exists(f):
    """A matrix of 307 × 311 with 307 entries needs a few kilobytes, not 700"""
    data, indices, indptr, x = sparse(307, 311, [1] * 307, 0)
    y = np.asarray(f(data, indices, indptr, x), dtype=float)
    if y.shape != (307,) or not abs(y[0] - data[0] * x[indices[0]]) < 1e-6:
        return "y is not right to begin with"
    full = peak_bytes(f, data, indices, indptr, x) > 307 * 311 * 4
    return "yours holds as much as the full matrix" if full else ""


### BEGIN HIDDEN TESTS
q.hidden()
q.case(*sparse(3, 5, [2, 0, 4], 1), claim="an empty row between others")
q.case(*sparse(5, 3, [0, 2, 0, 0, 3], 2), claim="the first row is empty, and two in a row")
q.case(*sparse(4, 7, [3, 1, 0, 0], 3), claim="the last rows are empty")
q.case(*sparse(3, 2, [5, 4, 7], 4, twice=True), claim="a column twice in a row: its entries add up")
q.case(*sparse(2, 3, [0, 0], 5), gives=[0.0, 0.0], claim="no entry at all")
q.case(
    np.array([2, 3, 4]), np.array([1, 0, 1]), np.array([0, 1, 3]), np.array([0.5, 0.25]),
    gives=[0.5, 2.5], claim="integer data, a fractional x",
)  # fmt: skip


@q.reference
def by_the_full_matrix_blockwise(data, indices, indptr, x):
    """One full row at a time, as the definition says."""
    y = np.zeros(len(indptr) - 1)
    for i in range(len(y)):
        row = np.zeros(len(x))
        np.add.at(row, indices[indptr[i] : indptr[i + 1]], data[indptr[i] : indptr[i + 1]])
        y[i] = row @ x
    return y


def rows_of(indptr):
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))


@q.mistake("""np.add.reduceat gives, for a row without entries, the entry that comes next and not 0
(and fails where the last rows are empty). Set rows with indptr[i] == indptr[i+1] to 0, or use
np.bincount over row numbers.""")
def reduceat_on_empty_rows(data, indices, indptr, x):
    return np.add.reduceat(data * x[indices], indptr[:-1]).astype(float)


@q.mistake("""You built the full matrix. It is right, and it is what the format exists to avoid: a
million rows and columns take 8 TB. Sum over the entries only.""")
def full_matrix_built(data, indices, indptr, x):
    full = np.zeros((len(indptr) - 1, len(x)))
    np.add.at(full, (rows_of(indptr), indices), data)
    return full @ x


@q.mistake("""y[rows] += products keeps one product a row: with repeated indices NumPy assigns the
last one and does not add. Use np.add.at or np.bincount.""")
def last_product_kept(data, indices, indptr, x):
    y = np.zeros(len(indptr) - 1)
    y[rows_of(indptr)] += data * x[indices]
    return y


@q.mistake("""You went through columns: y[column] += value · x[row] multiplies by the transpose. Add
value · x[column] to y[row].""")
def transposed_product(data, indices, indptr, x):
    y = np.zeros(max(len(x), len(indptr) - 1))
    np.add.at(y, indices, data * x[np.minimum(rows_of(indptr), len(x) - 1)])
    return y[: len(indptr) - 1]


@q.mistake("""A column that occurs twice in a row counts once with you: a dict or an assignment
keeps its last value. Its entries add up.""")
def repeated_columns_overwritten(data, indices, indptr, x):
    y = np.zeros(len(indptr) - 1)
    for i in range(len(y)):
        part = slice(indptr[i], indptr[i + 1])
        y[i] = sum(v * x[j] for j, v in dict(zip(indices[part], data[part])).items())
    return y


@q.mistake("""The result has the dtype of `data`: with integers the fractions are cut off. Make y in
float64.""")
def dtype_of_data(data, indices, indptr, x):
    y = np.zeros(len(indptr) - 1, dtype=data.dtype)
    for i in range(len(y)):
        for k in range(indptr[i], indptr[i + 1]):
            y[i] += np.asarray(data[k] * x[indices[k]]).astype(data.dtype)
    return y


@q.mistake("""The last entry of each row is left out: indptr[i+1] is already the end, as in any
slice.""")
def row_ends_too_early(data, indices, indptr, x):
    y = np.zeros(len(indptr) - 1)
    for i in range(len(y)):
        for k in range(indptr[i], indptr[i + 1] - 1):
            y[i] += data[k] * x[indices[k]]
    return y


@q.mistake("""You multiply entry k by x[k]. The entry's column says which x it meets:
x[indices[k]].""")
def columns_ignored(data, indices, indptr, x):
    return np.bincount(rows_of(indptr), data * np.resize(x, len(data)), len(indptr) - 1)


@q.variant
def two_loops(data, indices, indptr, x):
    y = []
    for start, end in itertools.pairwise(indptr):
        y.append(sum((float(data[k]) * float(x[indices[k]]) for k in range(start, end)), 0.0))
    return y


@q.variant
def differences_of_a_running_sum(data, indices, indptr, x):
    total = np.concatenate([[0.0], np.cumsum(data * x[indices], dtype=float)])
    return total[indptr[1:]] - total[indptr[:-1]]


@q.variant
def add_at(data, indices, indptr, x):
    y = np.zeros(len(indptr) - 1)
    np.add.at(y, rows_of(indptr), data * x[indices])
    return y


q.hints(
    """What does your code give for a row without entries, and for two entries of one row?""",
    """data = [5.0], indices = [0], indptr = [0, 0, 1], x = [2.0]: the first row is empty, y = [0,
10].""",
    """np.repeat(np.arange(n), np.diff(indptr)) is the row of each entry. Then
np.bincount(rows, weights=data * x[indices], minlength=n).""",
)
q.why("""Three NumPy traps in one small question. `reduceat` with equal neighbours gives the
element, not the empty sum. `y[rows] += v` reads, adds and writes once for each *distinct* target.
And `zeros_like(data)` takes a dtype along that nobody wanted. `bincount` with weights has none of
them, but forgets rows at the end unless you pass minlength.

The running-sum variant is neat, and subtracts large totals: fine for a test, doubtful for 10⁹
entries, where the digits of the total are lost to the row.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. A convolution over time (4 points, 15 minutes)
#
# `x` [T, C] is a sequence with C channels, `w` [K, C, O] a kernel of K taps that maps C channels
# to O. Return `y` [T', O] as deep-learning libraries define it (the kernel is **not** flipped):
#
# $$y_{t,o}=\sum_{k=0}^{K-1}\sum_{c}x_{ts+kd-p,\;c}\;w_{k,c,o}$$
#
# with stride $s$ = `stride`, $d$ = `dilation`, $p$ = `padding`: p zeros on **both** ends, so x with
# an index outside 0 … T − 1 is 0. $T'$ is the number of positions at which the whole kernel fits
# into the padded sequence of length T + 2p; where it fits nowhere, y has shape (0, O).
#
# **Example.** x = [[1], [2], [4]], w = [[[1]], [[10]]]: y = [[21], [42]]. With padding 1: [[10],
# [21], [42], [4]]; with dilation 2: [[41]].


# %% nbgrader={"grade_id": "conv1d", "solution": true}
def conv1d(x, w, stride=1, padding=0, dilation=1):
    """One-dimensional convolution of deep learning (cross-correlation).

    Args:
        x: float array [T, C]. w: float array [K, C, O].
        stride, dilation: ints ≥ 1. padding: int ≥ 0, zeros on each end.

    Returns:
        float64 array [T', O].
    """
    ### BEGIN SOLUTION
    x = np.pad(x, ((padding, padding), (0, 0)))
    reach = dilation * (len(w) - 1) + 1  # inputs that the kernel spans
    starts = np.arange(0, len(x) - reach + 1, stride)  # (T',)
    windows = x[starts[:, None] + dilation * np.arange(len(w))]  # (T', K, C)
    return np.einsum("tkc,kco->to", windows, w)
    ### END SOLUTION


# %% nbgrader={"grade_id": "conv1d_slides_the_kernel", "grade": true}
"""The kernel slides as the formula says, at every stride, padding and dilation."""
q = Question(conv1d, points=4)
STEP_X, STEP_W = np.array([[1.0], [2.0], [4.0]]), np.array([[[1.0]], [[10.0]]])
q.case(STEP_X, STEP_W, gives=[[21.0], [42.0]], claim="the example: tap 0 meets the earlier input")
q.case(
    STEP_X, STEP_W, kwargs={"padding": 1}, gives=[[10.0], [21.0], [42.0], [4.0]],
    claim="zeros on both ends",
)  # fmt: skip
q.case(STEP_X, STEP_W, kwargs={"dilation": 2}, gives=[[41.0]], claim="dilation leaves inputs out")
q.case(STEP_X, STEP_W, kwargs={"stride": 2}, gives=[[21.0]], claim="stride leaves outputs out")
q.case(
    np.array([[1.0, 5.0], [2.0, 7.0]]), np.array([[[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]]),
    gives=[[1.0, 15.0, 7.0], [2.0, 21.0, 11.0]], claim="every output channel sums all inputs'",
)  # fmt: skip
### BEGIN HIDDEN TESTS
q.hidden()


def signal(T, C, K, outputs, seed):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((T, C)), rng.standard_normal((K, C, outputs))


q.case(*signal(11, 2, 3, 5, 0), claim="11 steps, 2 channels, 3 taps, 5 outputs")
q.case(*signal(13, 3, 5, 2, 1), kwargs={"stride": 3, "padding": 2}, claim="stride 3, padding 2")
q.case(*signal(17, 2, 3, 7, 2), kwargs={"dilation": 4, "padding": 3}, claim="dilation 4, padding 3")
q.case(
    *signal(19, 5, 2, 3, 3), kwargs={"dilation": 3, "stride": 2, "padding": 1},
    claim="stride, padding and dilation together",
)  # fmt: skip
q.case(*signal(7, 2, 1, 3, 4), kwargs={"stride": 5}, claim="one tap")
q.case(*signal(5, 2, 5, 3, 5), claim="the kernel fits once")
q.case(
    *signal(5, 2, 3, 3, 6), kwargs={"dilation": 3}, gives=np.zeros((0, 3)),
    claim="three taps three apart span 7 of 5 steps: nowhere",
)  # fmt: skip


@q.probe(gives="")
def the_shape_of_nothing(f):
    """Where the kernel fits nowhere, the output channels are still there: shape (0, 3)"""
    shape = np.shape(f(*signal(4, 2, 5, 3, 7)))
    return "" if shape == (0, 3) else f"the shape is {shape}"


@q.reference
def by_the_formula(x, w, stride=1, padding=0, dilation=1):
    T, K = len(x), len(w)
    y = []
    t = 0
    while t * stride + dilation * (K - 1) < T + 2 * padding:
        places = [(k, t * stride + k * dilation - padding) for k in range(K)]
        y.append(sum((x[i] @ w[k] for k, i in places if 0 <= i < T), np.zeros(w.shape[2])))
        t += 1
    return np.array(y).reshape(len(y), w.shape[2])


@q.mistake("""You flipped the kernel. That is the convolution of signal processing (np.convolve);
deep-learning libraries slide the kernel as it is. Tap 0 meets the earliest input.""")
def kernel_flipped(x, w, stride=1, padding=0, dilation=1):
    return by_the_formula(x, w[::-1], stride, padding, dilation)


@q.mistake("""Padding went to one end only, as causal convolutions do. Here both ends get it.""")
def padded_at_one_end(x, w, stride=1, padding=0, dilation=1):
    x = np.concatenate([np.zeros((2 * padding, x.shape[1])), x])
    return by_the_formula(x, w, stride, 0, dilation)


@q.mistake("""You padded by `padding` in total. Each end gets `padding` zeros, the sequence grows by
twice as many.""")
def half_the_padding(x, w, stride=1, padding=0, dilation=1):
    x = np.concatenate([np.zeros((padding, x.shape[1])), x])
    return by_the_formula(x, w, stride, 0, dilation)


@q.mistake("""The ends are filled with copies or with the other end of the sequence. `padding` means
zeros.""")
def padded_with_the_edge(x, w, stride=1, padding=0, dilation=1):
    x = np.pad(x, ((padding, padding), (0, 0)), mode="edge")
    return by_the_formula(x, w, stride, 0, dilation)


@q.mistake("""The output is too long: you counted positions for K taps side by side. With dilation
the kernel spans d(K − 1) + 1 inputs, so T' = ⌊(T + 2p − d(K − 1) − 1)/s⌋ + 1.""")
def span_without_dilation(x, w, stride=1, padding=0, dilation=1):
    T = len(x) + 2 * padding
    n = max((T - len(w)) // stride + 1, 0)
    padded = np.pad(x, ((padding, padding + dilation * len(w) + stride), (0, 0)))
    return by_the_formula(padded, w, stride, 0, dilation)[:n]


@q.mistake("""The last position is missing: a kernel that ends exactly at the end still fits. There
are ⌊(T + 2p − span)/s⌋ + 1 positions.""")
def last_position_missing(x, w, stride=1, padding=0, dilation=1):
    return by_the_formula(x, w, stride, padding, dilation)[:-1]


@q.mistake("""You took every `stride`-th input before convolving. Stride leaves out positions of the
kernel; the kernel itself sees every input.""")
def stride_on_the_input(x, w, stride=1, padding=0, dilation=1):
    x = np.pad(x, ((padding, padding), (0, 0)))[::stride]
    return by_the_formula(x, w, 1, 0, dilation)


@q.mistake("""Stride and dilation have changed places: stride moves the kernel from output to
output, dilation spreads its taps.""")
def stride_and_dilation_swapped(x, w, stride=1, padding=0, dilation=1):
    return by_the_formula(x, w, dilation, padding, stride)


@q.mistake("""Dilation is ignored: tap k meets the input k steps later. It must be k·d.""")
def dilation_ignored(x, w, stride=1, padding=0, dilation=1):
    n = len(by_the_formula(x, w, stride, padding, dilation))
    return by_the_formula(x, w, stride, padding, 1)[:n]


@q.mistake("""Only the first input channel is read. Every output channel sums over taps *and* all
input channels.""")
def first_channel_only(x, w, stride=1, padding=0, dilation=1):
    return by_the_formula(x[:, :1], w[:, :1], stride, padding, dilation)


@q.variant
def one_tap_at_a_time(x, w, stride=1, padding=0, dilation=1):
    K, C, outputs = w.shape
    padded = np.zeros((len(x) + 2 * padding, C))
    padded[padding : padding + len(x)] = x
    n = (len(padded) - dilation * (K - 1) - 1) // stride + 1
    y = np.zeros((max(n, 0), outputs))
    for k in range(K):
        y += padded[k * dilation :: stride][: len(y)] @ w[k]
    return y


@q.variant
def strided_view(x, w, stride=1, padding=0, dilation=1):
    x = np.pad(x, ((padding, padding), (0, 0)))
    span = dilation * (len(w) - 1) + 1
    if span > len(x):
        return np.zeros((0, w.shape[2]))
    views = np.lib.stride_tricks.sliding_window_view(x, span, axis=0)  # (positions, C, span)
    return np.tensordot(views[::stride, :, ::dilation], w, axes=([2, 1], [0, 1]))


@q.variant
def a_matrix_of_the_whole_thing(x, w, stride=1, padding=0, dilation=1):
    T, (K, C, outputs) = len(x), w.shape
    n = max((T + 2 * padding - dilation * (K - 1) - 1) // stride + 1, 0)
    M = np.zeros((n, T, C, outputs))
    for t in range(n):
        for k in range(K):
            i = t * stride + k * dilation - padding
            if 0 <= i < T:
                M[t, i] += w[k]
    return np.einsum("tico,ic->to", M, x)


q.hints(
    """Which input does tap k of output t meet? Put numbers into the formula's index.""",
    """T = 3, K = 2, d = 2: the taps meet inputs 0 and 2, and the kernel fits once. T' = (3 − 3)/1 +
1.""",
    """Pad, then for each tap k add padded[k*d::s][:T'] @ w[k] to y: [T', C] @ [C, O].""",
)
q.why("""Say the index aloud: output t, tap k reads input t·s + k·d − p. Everything else follows:
the span d(K − 1) + 1, the count ⌊(T + 2p − span)/s⌋ + 1, the shape (0, O) where it is negative. A
loop over taps is K matrix products of [T', C] @ [C, O], which is how it is computed when it must be
fast; a loop over outputs is T' small ones.

Libraries say "convolution" and compute cross-correlation; learned kernels do not care, ported
weights do.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. Rolling AUC (4 points, 20 minutes)
#
# A monitor watches a classifier: at each step t it wants the area under the ROC curve of the **last
# `window` examples, t included** (of all so far, while there are fewer). With P positives and N
# negatives among them, the AUC is the share of the P·N pairs in which the positive one has the
# higher score; a tie counts one half. Where P or N is 0 it is NaN: nobody knows.
#
# `scores` float [n], `labels` int [n] of 0 and 1, `window` ≥ 1. Return float64 [n]. n may be 0.
#
# **Example.** scores = [0.2, 0.7, 0.7, 0.1], labels = [0, 1, 0, 1], window = 3: [NaN, 1, 0.75,
# 0.25]. At t = 2 there is one positive (0.7) against 0.2 (won) and 0.7 (tie); at t = 3 the window
# holds 0.7, 0.7, 0.1 with the first and the last positive: a tie and a loss.


# %% nbgrader={"grade_id": "rolling_auc", "solution": true}
def rolling_auc(scores, labels, window):
    """AUC of the last `window` examples at each step.

    Args:
        scores: float array [n]. labels: int array [n] of 0 and 1. window: int ≥ 1.

    Returns:
        float64 array [n], NaN where only one class is present.
    """
    ### BEGIN SOLUTION
    result = np.full(len(scores), np.nan)
    for t in range(len(scores)):
        s = np.asarray(scores[max(0, t - window + 1) : t + 1])
        y = np.asarray(labels[max(0, t - window + 1) : t + 1])
        positive, negative = s[y == 1], np.sort(s[y == 0])
        if len(positive) and len(negative):
            below = np.searchsorted(negative, positive, side="left")
            not_above = np.searchsorted(negative, positive, side="right")
            wins = (below + not_above).sum() / 2  # a tie is in the second only
            result[t] = wins / (len(positive) * len(negative))
    return result
    ### END SOLUTION


# %% nbgrader={"grade_id": "rolling_auc_counts_ties_as_half", "grade": true}
"""Each step sees its own window, ties count one half, and one class alone gives NaN."""
q = Question(rolling_auc, points=4)
q.case(
    np.array([0.2, 0.7, 0.7, 0.1]), np.array([0, 1, 0, 1]), 3,
    gives=[np.nan, 1.0, 0.75, 0.25],
    claim="at t = 2 a win and a tie make 0.75, at t = 3 a tie and a loss 0.25",
)  # fmt: skip
q.case(
    np.array([0.9, 0.1, 0.8, 0.3]), np.array([1, 0, 0, 1]), 2,
    gives=[np.nan, 1.0, np.nan, 0.0], claim="two negatives alone have no AUC",
)  # fmt: skip
### BEGIN HIDDEN TESTS
q.hidden()


def stream(n, seed, levels=0):
    rng = np.random.default_rng(seed)
    labels = (rng.random(n) < 0.4).astype(int)
    scores = rng.standard_normal(n) + labels
    return (np.round(scores * levels) / levels if levels else scores), labels


q.case(*stream(37, 0), 11, claim="37 examples without ties")
q.case(*stream(41, 1, levels=2), 13, claim="a model that gives few different scores: many ties")
q.case(*stream(7, 2), 23, claim="a window longer than the stream holds all so far")
q.case(*stream(29, 3, levels=1), 5, claim="short windows, often of one class")
q.case(*stream(5, 4), 1, claim="one example is one class")
q.case(np.zeros(0), np.zeros(0, int), 3, gives=np.zeros(0), claim="nothing seen yet")


@q.reference
def all_pairs(scores, labels, window):
    result = []
    for t in range(len(scores)):
        seen = range(max(0, t + 1 - window), t + 1)
        pairs = [(scores[i], scores[j]) for i in seen for j in seen if labels[i] > labels[j]]
        won = sum((p > m) + 0.5 * (p == m) for p, m in pairs)
        result.append(won / len(pairs) if pairs else math.nan)
    return np.array(result)


def windowed(scores, labels, window, first, end, tie=0.5, alone=math.nan):
    """all_pairs with another window: indices from first(t) to before end(t)."""
    result = []
    for t in range(len(scores)):
        seen = range(max(0, first(t)), min(max(0, end(t)), len(scores)))
        pairs = [(scores[i], scores[j]) for i in seen for j in seen if labels[i] > labels[j]]
        won = sum((p > m) + tie * (p == m) for p, m in pairs)
        result.append(won / len(pairs) if pairs else alone)
    return np.array(result)


@q.mistake("""A tie counts as a win with you (≥). A model that gives everybody the same score would
get 1. A tie is half a win.""")
def ties_as_wins(scores, labels, window):
    return windowed(scores, labels, window, lambda t: t + 1 - window, lambda t: t + 1, tie=1.0)


@q.mistake("""A tie counts as a loss with you (>). A model that gives everybody the same score would
get 0. A tie is half a win.""")
def ties_as_losses(scores, labels, window):
    return windowed(scores, labels, window, lambda t: t + 1 - window, lambda t: t + 1, tie=0.0)


@q.mistake("""You sorted by score and counted ranks 1, 2, 3 … Equal scores then get different ranks,
by their place in the window. Give equal scores their mean rank.""")
def ranks_without_ties(scores, labels, window):
    result = []
    for t in range(len(scores)):
        s, y = (a[max(0, t + 1 - window) : t + 1] for a in (scores, labels))
        P = int(y.sum())
        N = len(y) - P
        ranks = np.empty(len(s))
        ranks[np.argsort(s, kind="stable")] = np.arange(1, len(s) + 1)
        total = ranks[y == 1].sum() - P * (P + 1) / 2
        result.append(total / (P * N) if P * N else math.nan)
    return np.array(result)


@q.mistake("""Your window ends before t. The example at t belongs to it.""")
def current_left_out(scores, labels, window):
    return windowed(scores, labels, window, lambda t: t - window, lambda t: t)


@q.mistake("""Your window holds one example more than `window`: from t − window to t are window + 1.
Start at t − window + 1.""")
def window_one_too_long(scores, labels, window):
    return windowed(scores, labels, window, lambda t: t - window, lambda t: t + 1)


@q.mistake("""You wait until the window is full. Before that, the examples so far are wanted.""")
def only_full_windows(scores, labels, window):
    right = all_pairs(scores, labels, window)
    right[: window - 1] = math.nan
    return right


@q.mistake("""While there are fewer than `window` examples, your slice begins at a negative index:
Python counts that from the end, and the slice is empty or another one. max(0, t − window + 1).""")
def negative_beginning(scores, labels, window):
    result = []
    for t in range(len(scores)):
        s, y = (a[t - window + 1 : t + 1] for a in (scores, labels))
        result.append(all_pairs(s, y, window)[-1] if len(s) else math.nan)
    return np.array(result)


@q.mistake("""All examples so far are in your window: old ones never leave, and a drop today
drowns in last month's good days.""")
def never_forgets(scores, labels, window):
    return windowed(scores, labels, window, lambda t: 0, lambda t: t + 1)


@q.mistake("""Where one class is missing you return 0.5. That says "as good as chance", and nothing
was measured. Return NaN, and let the chart have a gap.""")
def half_where_unknown(scores, labels, window):
    return np.nan_to_num(all_pairs(scores, labels, window), nan=0.5)


@q.mistake("""Where one class is missing you return 0. That says "always wrong" and wakes somebody
up; nothing was measured. Return NaN.""")
def zero_where_unknown(scores, labels, window):
    return np.nan_to_num(all_pairs(scores, labels, window), nan=0.0)


@q.mistake("""Your value is 1 − AUC: you count the pairs in which the negative one is higher.""")
def classes_swapped(scores, labels, window):
    return 1 - all_pairs(scores, labels, window)


@q.mistake("""The window of the last steps looks ahead: it is centred at t. At t the later examples
have no label yet.""")
def centred_window(scores, labels, window):
    half = window // 2
    return windowed(scores, labels, window, lambda t: t - half, lambda t: t - half + window)


@q.variant
def mean_ranks(scores, labels, window):
    result = np.full(len(scores), np.nan)
    for t in range(len(scores)):
        s, y = (a[max(0, t + 1 - window) : t + 1] for a in (scores, labels))
        values, where, counts = np.unique(s, return_inverse=True, return_counts=True)
        ranks = (np.cumsum(counts) - (counts - 1) / 2)[where]
        P, N = (y == 1).sum(), (y == 0).sum()
        if P and N:
            result[t] = (ranks[y == 1].sum() - P * (P + 1) / 2) / (P * N)
    return result


@q.variant
def a_table_of_comparisons(scores, labels, window):
    win = (np.sign(scores[:, None] - scores[None, :]) + 1) / 2
    pair = (labels[:, None] == 1) & (labels[None, :] == 0)
    result = []
    for t in range(len(scores)):
        part = slice(max(0, t - window + 1), t + 1)
        mask = pair[part, part]
        result.append(win[part, part][mask].mean() if mask.any() else float("nan"))
    return result


@q.variant
def one_comes_one_goes(scores, labels, window):
    held, won, result = [], 0.0, []

    def wins(score, label):
        signs = [(1 + (score > s) - (score < s)) / 2 for s, y in held if y != label]
        return sum(signs) if label else len(signs) - sum(signs)

    for score, label in zip(scores, labels):
        won += wins(score, label)
        held.append((score, label))
        if len(held) > window:
            old = held.pop(0)
            won -= wins(*old)
        P = sum(y for _, y in held)
        pairs = P * (len(held) - P)
        result.append(won / pairs if pairs else math.nan)
    return result


q.hints(
    """What does your code give where all scores are equal? And where all labels are?""",
    """scores = [0.5, 0.5], labels = [0, 1], window = 2: [NaN, 0.5].""",
    """Sort the window's negatives. For each positive, searchsorted with side="left" counts those
below, side="right" those not above; the mean of the two counts a tie as one half.""",
)
q.why("""AUC is a count of pairs, so a window can be updated: one example comes, one goes, each
against the other class in the window. With a sorted list a step costs log w plus the shift;
recomputing costs w log w. For a monitor that is evaluated once a minute, recomputing is right: say
so.

Ties are what separates this from toy code. Ranks by argsort give equal scores different ranks, so
the value depends on the order of arrival. And a window with one class has no AUC: 0.5 and 0 are
both false statements, the one reassuring, the other alarming.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. MinHash that repeats tomorrow (4 points, 20 minutes)
#
# The share of equal entries of two MinHash signatures estimates the sets' Jaccard similarity.
# `sets` is a list of n collections of strings (an item may occur twice; that changes nothing).
#
# - The **fingerprint** x of an item: `hashlib.blake2b(item.encode(), digest_size=8)`, its 8 bytes
#   read as one unsigned big-endian integer.
# - **Hash function i** of k: $h_i(x)=(a_i x+b_i)\bmod P$, exactly, with `a, b = hash_family(k,
#   seed)` from the cell above: one family for all sets.
# - Entry i of a set's **signature**: the smallest $h_i$ over its items; for an empty set, P.
#
# Return the signatures, ints [n, k]. The job runs in another process every night, and its output is
# joined with last night's.
#
# **Example.** The fingerprint of "a" is 4681665781835383343, and `minhash([["a"]], 2, 0)` is
# [[49612942011726561, 1326887010723849685]].


# %% nbgrader={"grade_id": "minhash", "solution": true}
def minhash(sets, k, seed):
    """MinHash signatures that are the same in each process.

    Args:
        sets: list of n lists of str. k: int ≥ 1. seed: int.

    Returns:
        ints [n, k], each at most P.
    """
    ### BEGIN SOLUTION
    a, b = hash_family(k, seed)
    signatures = []
    for items in sets:
        prints = {
            int.from_bytes(hashlib.blake2b(item.encode(), digest_size=8).digest(), "big")
            for item in items
        }
        signatures.append(
            [min(((a[i] * x + b[i]) % P for x in prints), default=P) for i in range(k)]
        )
    return signatures
    ### END SOLUTION


# %% nbgrader={"grade_id": "minhash_is_the_same_in_each_process", "grade": true}
"""Signatures are those of the statement, in each process, and estimate the similarity."""
q = Question(minhash, points=4)


def words(first, last):
    return [f"word {i}" for i in range(first, last)]


def signatures(f, sets, k, seed):
    """What f returns, as lists of Python ints."""
    return [[int(entry) for entry in row] for row in f(sets, k, seed)]


@q.probe(gives="")
def the_example(f):
    """The signature of ["a"] is the one in the statement"""
    got = signatures(f, [["a"]], 2, 0)
    if got == [[49612942011726561, 1326887010723849685]]:
        return ""
    return "yours is another: blake2b, big-endian, then (a x + b) mod P in Python's integers"


@q.probe(gives="")
def a_union_takes_the_smaller_entries(f):
    """The signature of a union holds, entry by entry, the smaller one of the parts' entries"""
    one, two, both = signatures(f, [words(0, 9), words(5, 20), words(0, 20)], 23, 1)
    for how, choose in (("", min), ("yours holds the larger", max)):
        if both == [choose(pair) for pair in zip(one, two)]:
            return how
    return "yours holds other numbers"


@q.probe(gives="")
def equal_entries_estimate_jaccard(f):
    """The share of equal entries estimates the Jaccard similarity, here 20/60"""
    one, two = signatures(f, [words(0, 40), words(20, 60)], 128, 2)
    share = sum(a == b for a, b in zip(one, two)) / 128
    # a binomial share: its standard error is 0.042; four of them are allowed
    return "" if abs(share - 1 / 3) < 0.17 else "that share is far off"


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe
def an_empty_text(f):
    """The empty text is an item like others, with the fingerprint that blake2b gives it."""
    return [str(entry) for entry in signatures(f, [[""]], 3, 5)[0]]


@q.probe
def an_empty_set(f):
    """An empty set has P in each entry."""
    return [str(entry) for entry in signatures(f, [[], []], 2, 3)[1]]


@q.probe(gives="")
def other_items(f):
    """Longer items, letters beyond ASCII and repeated items have the signature of the statement"""
    sets = [["straße", "naïve", "naïve"], ["東京", "straße"], ["x" * 300]]
    right = by_definition(sets, 7, 11)
    return "" if signatures(f, sets, 7, 11) == right else "yours is another"


@q.probe(gives="")
def order_does_not_matter(f):
    """A set has one signature, however its items are listed"""
    one, two = signatures(f, [words(0, 13), words(0, 13)[::-1] + ["word 3"]], 5, 4)
    return "" if one == two else "yours depends on order or repetition"


@q.reference
def by_definition(sets, k, seed):
    rows = []
    for items in sets:
        row = [P] * k
        for item in items:
            data = hashlib.blake2b(item.encode("utf-8"), digest_size=8).hexdigest()
            for i, (a, b) in enumerate(zip(*hash_family(k, seed))):
                row[i] = min(row[i], divmod(a * int(data, 16) + b, P)[1])
        rows.append(row)
    return rows


def blake(item):
    return int(hashlib.blake2b(item.encode(), digest_size=8).hexdigest(), 16)


def sketch(sets, k, seed, of=blake, pick=min, family=hash_family, none=P):
    a, b = family(k, seed)
    rows = []
    for items in sets:
        x = [of(item) for item in items]
        rows.append([pick([(a[i] * v + b[i]) % P for v in x]) if x else none for i in range(k)])
    return rows


@q.mistake("""hash() of a text is salted anew in every process (PYTHONHASHSEED): tomorrow's
signatures share nothing with today's, and within one run all looks well. Use the fingerprint of the
statement, by hashlib.""")
def minhash_python_hash(sets, k, seed):
    return sketch(sets, k, seed, of=hash)


@q.mistake("""a·x needs up to 125 bits. In NumPy's uint64 it wraps modulo 2⁶⁴ without a word, and
then mod P is something else. Python's integers do not wrap (nor do arrays of dtype object).""")
def products_wrapped(sets, k, seed):
    a, b = (np.array(c, dtype=np.uint64) for c in hash_family(k, seed))
    rows = []
    for items in sets:
        x = np.array([blake(item) for item in items], dtype=np.uint64)[:, None]
        h = (a * x + b) % np.uint64(P)
        rows.append([int(v) for v in h.min(axis=0)] if len(items) else [P] * k)
    return rows


@q.mistake("""You computed with floats: 53 bits of 125 are kept, so the remainder is rounding.
Use Python's integers.""")
def float_products(sets, k, seed):
    a, b = hash_family(k, seed)
    rows = []
    for items in sets:
        x = [float(blake(item)) for item in items]
        rows.append(
            [int(min((a[i] * v + b[i]) % float(P) for v in x)) if x else P for i in range(k)]
        )
    return rows


@q.mistake("""You take the largest value. That estimates the similarity as well, but it is not the
signature that last night's job wrote: the smallest is asked.""")
def largest_taken(sets, k, seed):
    return sketch(sets, k, seed, pick=max)


@q.mistake("""You took the k smallest values of one hash function. That is another sketch
(bottom-k), with another estimator; compared entry by entry it says little. Take the minimum of each
of k functions.""")
def k_smallest_of_one(sets, k, seed):
    a, b = hash_family(k, seed)
    rows = []
    for items in sets:
        values = sorted({(a[0] * blake(item) + b[0]) % P for item in items})[:k]
        rows.append(values + [P] * (k - len(values)))
    return rows


@q.mistake("""`seed` is not used: every seed gives the same signatures. Pass it on to
hash_family(k, seed).""")
def seed_ignored(sets, k, seed):
    return sketch(sets, k, 0)


@q.mistake("""Each set gets hash functions of its own. Then equal items have different values, and
no entry is ever equal. Call hash_family once, before the loop.""")
def new_family_for_each_set(sets, k, seed):
    return [sketch([items], k, seed + i)[0] for i, items in enumerate(sets)]


@q.mistake("""You hashed the set as one text. One item more, and everything changes: that finds
exact duplicates, not near ones. Hash each item and take the minimum.""")
def set_hashed_as_one(sets, k, seed):
    joined = [[" ".join(sorted(set(items)))] if items else [] for items in sets]
    return sketch(joined, k, seed)


@q.mistake("""An empty set has 0 in its signature with you: the smallest value there is, so a union
with it has the wrong minimum. The minimum of nothing is P.""")
def empty_set_is_zero(sets, k, seed):
    return sketch(sets, k, seed, none=0)


@q.mistake("""The 8 bytes are read from the wrong end: big-endian is asked, "big" for
int.from_bytes.""")
def bytes_read_backwards(sets, k, seed):
    def of(item):
        return int.from_bytes(hashlib.blake2b(item.encode(), digest_size=8).digest(), "little")

    return sketch(sets, k, seed, of=of)


@q.mistake("""The 8 bytes are read as a signed number: half of all fingerprints come out negative.
Unsigned is asked (and "a" is not one of those, so the example looks right).""")
def bytes_read_signed(sets, k, seed):
    def of(item):
        return (blake(item) ^ 2**63) - 2**63

    return sketch(sets, k, seed, of=of)


@q.mistake("""You cut 8 bytes out of the longer digest. BLAKE2b mixes the length into its start, so
digest_size=8 is another function, and not the beginning of the long one.""")
def digest_cut(sets, k, seed):
    def of(item):
        return int.from_bytes(hashlib.blake2b(item.encode()).digest()[:8], "big")

    return sketch(sets, k, seed, of=of)


@q.mistake("""The minima were right, and went through an array of floats: float64 keeps 53 bits, an
entry has 61. Fill with P as an integer, not with infinity.""")
def kept_as_floats(sets, k, seed):
    return [[int(float(entry)) for entry in row] for row in sketch(sets, k, seed)]


@q.variant
def object_arrays(sets, k, seed):
    a, b = (np.array(c, dtype=object) for c in hash_family(k, seed))
    rows = []
    for items in sets:
        x = np.array([blake(item) for item in items], dtype=object)
        values = (a[:, None] * x[None, :] + b[:, None]) % P
        rows.append([min(row, default=P) for row in values.tolist()])
    return np.array(rows, dtype=object)


@q.variant
def one_item_at_a_time(sets, k, seed):
    a, b = hash_family(k, seed)
    result = np.full((len(sets), k), P, dtype=np.int64)
    for row, items in zip(result, sets):
        for item in items:
            h = np.array([(c * blake(item) + d) % P for c, d in zip(a, b)])
            np.minimum(row, h, out=row)
    return result


q.hints(
    """Start Python twice and print hash("a"). Then compute the example by hand, with Python's
integers only.""",
    """minhash([["a"]], 1, 0): x = 4681665781835383343, a and b are hash_family(1, 0)[0][0] and
hash_family(1, 0)[1][0]; (a * x + b) % P is the only entry.""",
    """int.from_bytes(hashlib.blake2b(item.encode(), digest_size=8).digest(), "big") for each item;
for each i, min((a[i] * x + b[i]) % P for x in …, default=P).""",
)
q.why("""Within one process everything about hash() looks right: equal items agree, the estimate is
good. The fault is between processes, where no unit test looks. So put the definition of the hash,
bytes and all, into the contract, and one known value into the tests.

The second trap is silent as well: uint64 wraps, and "mod a prime near 2⁶¹" is no longer what is
computed. For speed choose a prime below 2³² and 32-bit fingerprints, so that products fit, and say
that you did. With k entries the standard error of the estimate is √(J(1 − J)/k).""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. A sample of a stream (3 points, 15 minutes)
#
# `read()` returns the next chunk of a stream, a list of items, and `None` when the stream has ended
# (it may be called again; it stays None). A chunk may be **empty**, which is not the end. The
# length is not known before, and you may hold no more than a chunk and k items.
#
# `reservoir(read, k, rng)` returns a list of k items, in any order, such that every k places of the
# stream are equally likely, wherever the chunks end. Of fewer than k items all are returned. Items
# may be equal: each place counts. Randomness comes from `rng` alone, in any way you like: tests
# look at the shares over many calls.
#
# **Example.** `read` gives ["a"], [], ["b", "c"], None: with k = 3, "a", "b" and "c" in any order;
# with k = 1 each of them in a third of all calls.


# %% nbgrader={"grade_id": "reservoir", "solution": true}
def reservoir(read, k, rng):
    """A uniform sample without replacement of a stream of unknown length.

    Args:
        read: function () → list of items, or None at the end.
        k: int ≥ 1.
        rng: np.random.Generator. The only source of randomness.

    Returns:
        list of at most k items.
    """
    ### BEGIN SOLUTION
    kept, seen = [], 0
    while (chunk := read()) is not None:
        for item in chunk:
            seen += 1
            if len(kept) < k:
                kept.append(item)
            elif (place := int(rng.integers(seen))) < k:  # this item is among the candidates
                kept[place] = item
    return kept
    ### END SOLUTION


# %% nbgrader={"grade_id": "reservoir_is_fair_to_late_items", "grade": true}
"""Every place of the stream has the same chance, wherever chunks end."""
q = Question(reservoir, points=3)


def reader(chunks):
    """A function that gives the chunks one by one, then None."""
    left = [list(chunk) for chunk in chunks]
    return lambda: left.pop(0) if left else None


def shares(f, chunks, k, calls, seed):
    """How often each of the items 0, 1, … of the chunks is in the sample."""
    rng = np.random.default_rng(seed)
    n = sum(map(len, chunks))
    counts = np.zeros(n)
    for _ in range(calls):
        for item in f(reader(chunks), k, rng):
            counts[int(item)] += 1
    return counts / calls


def unfair(share, k, calls, early):
    """Whether the first `early` items are chosen too often or too rarely, in words.

    How many of the first e of n items are in a fair sample is hypergeometric; over m calls its mean
    has a standard error of √(k · e/n · (1 − e/n) · (n − k)/(n − 1) / m); 4.5 of them are allowed.
    """
    n = len(share)
    part = early / n
    error = (share[:early].sum() - k * part) / np.sqrt(
        k * part * (1 - part) * (n - k) / (n - 1) / calls
    )
    if share.min() == 0 and calls * part / early * k > 20:
        return f"item {int(np.argmin(share))} is never chosen"
    if share.max() == 1:
        return f"item {int(np.argmax(share))} is always chosen"
    if abs(error) < 4.5:
        return ""
    return f"items at the beginning are chosen too {'often' if error > 0 else 'rarely'}"


@q.probe(gives=["a", "b", "c"])
def a_short_stream(f):
    """Of fewer than k items, all are returned; an empty chunk is not the end."""
    return sorted(
        str(item) for item in f(reader([["a"], [], ["b", "c"]]), 5, np.random.default_rng(0))
    )


@q.probe(gives="")
def three_items_two_places(f):
    """Each of 3 items is in a sample of 2 in 2/3 of all calls"""
    return unfair(shares(f, [range(3)], 2, 430, 1), 2, 430, early=2)


@q.probe(gives=[3, 3, 3])
def places_are_chosen_without_replacement(f):
    """A sample of 3 holds three different places."""
    rng = np.random.default_rng(2)
    return [len(set(f(reader([range(4), range(4, 6)]), 3, rng))) for _ in range(3)]


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives="")
def a_longer_stream(f):
    """Each of 20 items is in a sample of 2 equally often"""
    return unfair(shares(f, [range(20)], 2, 40, 3), 2, 40, early=5)


@q.probe(gives="")
def uneven_chunks(f):
    """An item alone in its chunk has the same chance as others"""
    return unfair(shares(f, [[0], [], range(1, 9)], 2, 80, 4), 2, 80, early=1)


@q.probe(gives="")
def many_small_chunks(f):
    """Chunks smaller than k make no difference"""
    return unfair(shares(f, [[i] for i in range(12)], 3, 40, 5), 3, 40, early=4)


@q.probe(gives=[1, 0])
def equal_items_and_none(f):
    """Equal items are different places; an empty stream gives an empty sample."""
    rng = np.random.default_rng(6)
    return [len(f(reader([[7, 7], [7, 7]]), 1, rng)), len(f(reader([[], []]), 2, rng))]


@q.probe(gives=5)
def ten_equal_items(f):
    """Ten equal items are ten places: a sample of 5 holds five."""
    return len(f(reader([[7] * 4, [7] * 6]), 5, np.random.default_rng(7)))


@q.probe(gives=["", ""])
def randomness_is_that_of_rng(f):
    """Two generators in one state give one sample; in other states, another one."""
    one, same, other = (
        sorted(map(int, f(reader([range(60)]), 9, np.random.default_rng(seed))))
        for seed in (8, 8, 9)
    )
    return [
        "" if one == same else "randomness comes from elsewhere, too",
        "" if one != other else "the generator's state changes nothing",
    ]


@q.probe(gives="")
def little_is_held(f):
    """A stream of 50 chunks takes no more memory than one of 10: one chunk and the sample"""

    def held(chunks):
        texts = ([f"{chunk} {i} " + "x" * 2000 for i in range(6)] for chunk in range(chunks))
        return peak_bytes(f, lambda: next(texts, None), 2, np.random.default_rng(10))

    few, many = held(10), held(50)
    return "" if many - few < 120_000 else "yours holds a large part of the stream"


@q.reference
def smallest_random_keys(read, k, rng):
    """Every item draws a key; the k smallest keys are a uniform sample."""
    kept = []
    for chunk in iter(read, None):
        kept += [(rng.random(), place, item) for place, item in enumerate(chunk)]
        kept = sorted(kept, key=lambda entry: entry[0])[:k]
    return [item for _, _, item in kept]


def one_by_one(read, k, enters):
    """`enters(seen)`: the place that the item number `seen` takes, or None."""
    kept, seen = [], 0
    for chunk in iter(read, None):
        for item in chunk:
            seen += 1
            if len(kept) < k:
                kept.append(item)
            elif (place := enters(seen)) is not None:
                kept[place] = item
    return kept


def below(k, place):
    return int(place) if place < k else None


@q.mistake("""You keep the first k items. Later ones have no chance at all: item number i must enter
with probability k/i.""")
def first_items_kept(read, k, rng):
    return one_by_one(read, k, lambda seen: None)


@q.mistake("""You keep the last k items. Early ones have no chance at all: a new item may enter,
with probability k/i, it must not enter always.""")
def last_items_kept(read, k, rng):
    items = [item for chunk in iter(read, None) for item in chunk]
    return items[-k:]


@q.mistake("""Off by one: item number i is drawn against the i − 1 before it and not against itself,
so it enters with k/(i − 1). The item after the first k enters always. Draw from i numbers,
rng.integers(i).""")
def drawn_among_those_before(read, k, rng):
    return one_by_one(read, k, lambda seen: below(k, rng.integers(seen - 1)))


@q.mistake("""Off by one: item number i enters with k/(i + 1), so late items are too rare and the
first ones stay too often. Draw from i numbers: rng.integers(i) if i counts from 1, rng.integers(i +
1) if it counts from 0.""")
def drawn_among_one_more(read, k, rng):
    return one_by_one(read, k, lambda seen: below(k, rng.integers(seen + 1)))


@q.mistake("""The sample is fair, and you held the whole stream for it. It may be larger than any
memory: keep k items, and decide on each new one when it comes.""")
def whole_stream_held(read, k, rng):
    items = [item for chunk in iter(read, None) for item in chunk]
    return [items[i] for i in rng.permutation(len(items))[:k]]


@q.mistake("""Randomness comes from elsewhere: np.random, random, or a generator made without a
seed. Nobody can repeat your sample then. Use `rng` alone.""")
def another_source(read, k, rng):
    return smallest_random_keys(read, k, np.random.default_rng())


@q.mistake("""You made a generator of your own with a fixed seed: every call draws the same places.
Use `rng`.""")
def own_generator(read, k, rng):
    rng = np.random.default_rng(0)
    return one_by_one(read, k, lambda seen: below(k, rng.integers(seen)))


@q.mistake("""Every new item replaces one of the kept: the beginning of a long stream is forgotten.
Item number i enters with probability k/i only.""")
def always_replaces(read, k, rng):
    return one_by_one(read, k, lambda seen: int(rng.integers(k)))


@q.mistake("""Item number i enters with probability 1/i. That is right for k = 1; with k places it
must be k/i.""")
def one_over_i(read, k, rng):
    return one_by_one(
        read, k, lambda seen: int(rng.integers(k)) if rng.random() < 1 / seen else None
    )


@q.mistake("""A new item enters with the right probability, and always takes the same place: the
others in the sample can never leave. Draw the place to replace as well.""")
def one_place_replaced(read, k, rng):
    return one_by_one(read, k, lambda seen: k - 1 if rng.random() < k / seen else None)


@q.mistake("""You drew places with replacement: an item can be in the sample twice.""")
def with_replacement(read, k, rng):
    items = [item for chunk in iter(read, None) for item in chunk]
    if len(items) <= k:
        return items
    return [items[i] for i in rng.integers(0, len(items), k)]


@q.mistake("""You stop at an empty chunk: `while chunk:` takes [] for the end. The end is None; ask
`is not None`.""")
def empty_chunk_ends(read, k, rng):
    kept, seen = [], 0
    while chunk := read():
        for item in chunk:
            seen += 1
            if len(kept) < k:
                kept.append(item)
            elif (place := int(rng.integers(seen))) < k:
                kept[place] = item
    return kept


@q.mistake("""You count items from 1 again in each chunk. The first item of a later chunk then
enters far too easily. Count over the whole stream.""")
def count_restarts(read, k, rng):
    kept = []
    for chunk in iter(read, None):
        for i, item in enumerate(chunk, 1):
            if len(kept) < k:
                kept.append(item)
            elif (place := int(rng.integers(i))) < k:
                kept[place] = item
    return kept


@q.mistake("""You sample each chunk and then sample the samples. An item alone in its chunk gets
past the first round for nothing. Chunks count by their sizes.""")
def sample_of_samples(read, k, rng):
    rounds = []
    for chunk in iter(read, None):
        rounds += [chunk[i] for i in rng.permutation(len(chunk))[:k]]
    return [rounds[i] for i in rng.permutation(len(rounds))[:k]]


@q.mistake("""Equal items are merged: you sample different values, not places. A stream with many
equal items would be represented by its rare ones.""")
def values_instead_of_places(read, k, rng):
    items = sorted({item for chunk in iter(read, None) for item in chunk})
    return [items[i] for i in rng.permutation(len(items))[:k]]


@q.variant
def a_heap_of_keys(read, k, rng):
    import heapq

    heap, number = [], 0
    while True:
        chunk = read()
        if chunk is None:
            return [item for _, _, item in heap]
        for item in chunk:
            number += 1
            entry = (-rng.random(), number, item)
            if len(heap) < k:
                heapq.heappush(heap, entry)
            else:
                heapq.heappushpop(heap, entry)


@q.variant
def with_a_coin_and_a_place(read, k, rng):
    return one_by_one(
        read, k, lambda seen: int(rng.integers(k)) if rng.random() < k / seen else None
    )


q.hints(
    """After i items, every one of them must be in the sample with probability k/i. With which
probability must item i enter, and whom may it replace?""",
    """k = 1 and three items: the second enters with 1/2, the third with 1/3, and each ends with
1/3. Chunks ["a"], [], ["b"]: two items.""",
    """Count `seen` over all chunks. Fill k places; then draw place = rng.integers(seen), and if
place < k, kept[place] = item. Stop when read() is None.""",
)
q.why("""Induction: after i − 1 items everybody is in with k/(i − 1). Item i enters with k/i and
pushes out a given one with 1/k, so the others stay with 1 − (k/i)(1/k) = (i − 1)/i, and
k/(i − 1) · (i − 1)/i = k/i. The off-by-one version is nearly fair on long streams, so test on short
ones: with 5 items and k = 2 it is wrong by 15 points.

Keys by rng.random() with the k smallest kept are the version that also merges: reservoirs of
shards combine by taking the k smallest keys of all. Sampling the samples does not.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 9. A weighted sample (2 points, 8 minutes)
#
# `weighted_sample(w, size, rng)` returns `size` independent draws, ints [size]: index i with
# probability $w_i/\sum_j w_j$. `w` [n] are weights ≥ 0, floats or integers of any scale, at least
# one of them positive; drawn indices may repeat. Work it out from uniform numbers (`rng.random`):
# `rng.choice` and `rng.multinomial` are the very thing that is asked.
#
# **Example.** w = [1, 0, 3]: index 0 in a quarter of the draws, 2 in three quarters, 1 never.


# %% nbgrader={"grade_id": "weighted_sample", "solution": true}
def weighted_sample(w, size, rng):
    """Independent draws of indices in proportion to weights.

    Args:
        w: array [n] of weights ≥ 0. size: int ≥ 0.
        rng: np.random.Generator. The only source of randomness.

    Returns:
        ints [size].
    """
    ### BEGIN SOLUTION
    heights = np.cumsum(np.asarray(w, dtype=float))
    return np.searchsorted(heights, rng.random(size) * heights[-1], side="right")
    ### END SOLUTION


# %% nbgrader={"grade_id": "weighted_sample_follows_the_weights", "grade": true}
"""Each index comes as often as its weight says, whatever the weights add up to."""
q = Question(weighted_sample, points=2)
SIZE = 8_000


def signs(f, w, seed):
    """For each index 0 if its share fits its weight, 1 if it is too large, −1 if too small.

    The standard error of a share p is √(p(1 − p)/8000); five of them are allowed.
    """
    draws = np.asarray(f(w, SIZE, np.random.default_rng(seed)))
    p = np.asarray(w, dtype=float) / np.sum(w)
    share = np.bincount(draws.astype(int), minlength=len(w))[: len(w)] / SIZE
    slack = 5 * np.sqrt(p * (1 - p) / SIZE)
    return (np.sign(share - p) * (np.abs(share - p) > slack)).astype(int).tolist()


@q.probe(gives=[0, 0, 0, 0])
def weights_above_one(f):
    """Weights 1, 0, 3, 6 give shares 0.1, 0, 0.3, 0.6 (1: too often, −1: too rarely)."""
    return signs(f, np.array([1, 0, 3, 6]), 0)


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives=[0, 0, 0])
def weights_below_one(f):
    """Weights 0.2, 0.2, 0.1 give shares 0.4, 0.4, 0.2 (1: too often, −1: too rarely)."""
    return signs(f, np.array([0.2, 0.2, 0.1]), 1)


@q.probe(gives=[0, 0, 0, 0, 0])
def nothing_at_the_ends(f):
    """Indices of weight 0 are never drawn, at the ends neither (1: too often, −1: too rarely)."""
    return signs(f, np.array([0.0, 2e9, 0.0, 5e9, 0.0]), 2)


@q.probe(gives="")
def draws_are_independent(f):
    """A draw says nothing about the next one"""
    draws = np.asarray(f(np.array([1.0, 1.0]), 4000, np.random.default_rng(3)))
    equal = np.mean(draws[1:] == draws[:-1])  # standard error 0.008
    return "" if abs(equal - 0.5) < 0.04 else "neighbours are equal too often or too rarely"


@q.probe(gives=[0, 1])
def few_draws(f):
    """No draw and one draw have that many indices."""
    return [len(f(np.array([3.0]), size, np.random.default_rng(4))) for size in (0, 1)]


@q.reference
def by_numpy(w, size, rng):
    return rng.choice(len(w), size=size, p=np.asarray(w, dtype=float) / np.sum(w))


@q.mistake("""All indices come equally often: the weights are not used.""")
def uniform_draws(w, size, rng):
    return rng.integers(0, len(w), size)


@q.mistake("""Your uniform numbers lie in [0, 1) and the cumulated weights go up to their sum.
Multiply the numbers by the sum, or divide the weights by it.""")
def weights_not_normalised(w, size, rng):
    return np.searchsorted(np.cumsum(w), rng.random(size), side="right")


@q.mistake("""You put the weights through a softmax. They are shares already, not logits: a weight
of 0 must never be drawn.""")
def softmax_of_weights(w, size, rng):
    w = np.asarray(w, dtype=float)
    e = np.exp(w - w.max())
    return by_numpy(e, size, rng)


@q.mistake("""You return the heaviest index each time. That is argmax, not a sample.""")
def heaviest_only(w, size, rng):
    return np.full(size, np.argmax(w))


@q.mistake("""The shares are right, and the draws come sorted: whoever takes the first ten gets only
small indices. Draw one by one, or shuffle.""")
def sorted_draws(w, size, rng):
    return np.sort(by_numpy(w, size, rng))


@q.mistake(
    """You drew one number and used it for all draws. rng.random(size) gives one for each."""
)
def one_number_for_all(w, size, rng):
    return np.repeat(by_numpy(w, 1, rng), size)


@q.mistake(
    """Your weights were rounded or converted to integers: small ones become 0. Keep floats."""
)
def weights_as_integers(w, size, rng):
    slots = np.repeat(np.arange(len(w)), np.ceil(np.minimum(w, 1e4)).astype(int))
    return slots[rng.integers(0, len(slots), size)]


@q.variant
def keys_of_exponentials(w, size, rng):
    w = np.asarray(w, dtype=float)
    with np.errstate(divide="ignore"):
        return (rng.exponential(size=(size, len(w))) / w).argmin(axis=1)


@q.variant
def bisect_in_a_loop(w, size, rng):
    from bisect import bisect_right

    heights = list(itertools.accumulate(float(v) for v in w))
    return [bisect_right(heights, rng.random() * heights[-1]) for _ in range(size)]


@q.variant
def accept_or_reject(w, size, rng):
    w, draws = np.asarray(w, dtype=float), []
    while len(draws) < size:
        i = rng.integers(0, len(w), 4 * size)
        draws += i[rng.random(4 * size) * w.max() < w[i]].tolist()
    return np.array(draws[:size], dtype=int)


q.hints(
    """Put the weights end to end on a line. Where does a uniform point fall?""",
    """w = [1, 0, 3]: the line is 4 long. Points from 0 to 1 belong to index 0, from 1 to 4 to index
2; none to index 1.""",
    """np.searchsorted(np.cumsum(w), rng.random(size) * np.sum(w), side="right").""",
)
q.why("""Inverse transform: cumulate, throw a point, find the interval by bisection: n once, log n a
draw. side="right" matters for a weight of 0 at a boundary: the point 0 belongs to the first index
with positive weight. For very many draws the alias method takes constant time each.

For draws *without* replacement take keys −log(u)/w and keep the smallest k: exponentials race, and
it works on streams (Efraimidis & Spirakis 2006).""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "two_reports", "task": true, "points": 4}
# ## 10. Two reports (4 points, graded by hand)
#
# In one morning you get two messages. **A**: "Our near-duplicate job keeps other documents each
# night, though the data are the same." **B**: "The nearest-neighbour service returns NaN for some
# queries since we switched to embeddings that are not centred."
#
# Write for both, in 200 words at most: what you suspect, the cheapest check that could prove you
# *wrong*, the repair, and the test that stays. Use what you measured here. Add a text cell below
# this one for it.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style does not count.
#
# - **0**: nothing, or causes that the messages exclude ("the data changed").
# - **1**: one cause is right, without mechanism or check.
# - **2**: both causes with their mechanism: hash() is salted per process (PYTHONHASHSEED), or set
#   order, or an unseeded generator; x² + y² − 2xy cancels, a slightly negative number gets a root.
# - **3**: as 2, with a check each that could acquit (the signature of one document in two
#   processes; the minimum of the squared distances before the root, and the distance of a vector to
#   itself with and without centring) and a repair (a hash with defined bytes; centre, then clip).
# - **4**: as 3, and says what the obvious repair leaves: PYTHONHASHSEED=0 fixes one machine's
#   symptom, not the contract; clipping hides lost digits, so near neighbours may be in the wrong
#   order without any NaN. Names the test that stays: one known signature value committed; distances
#   against float64 differences for points near 10⁷. Within 200 words.
# ### END MARK SCHEME
