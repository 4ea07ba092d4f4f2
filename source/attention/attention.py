# %% [markdown]
# # {{title}}: the assignment
#
# Seven questions and one explanation, about {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** B batch, T queries, S keys, h heads, D model width, d width of
# one head. Arguments are NumPy float64 arrays (masks: bool); you may compute and return NumPy or
# torch. Tokens are rows: a projection is `x @ W`, without bias. In a mask **True = may attend**.
# Every size is 1 or more. No argument may be changed in place. Questions build on each other: a
# later answer may call an earlier one, or torch's `scaled_dot_product_attention` (but not in
# question 1, where the point is to write it).

# %% nbgrader={"grade_id": "imports", "locked": true}
import numpy as np
import torch

from mlprep.check import Question

# %% [markdown]
# ## 1. Scaled dot-product attention (5 points, 20 minutes)
#
# $$\mathrm{sdpa}(Q,K,V)=\mathrm{softmax}\!\Big(\frac{QK^\top}{\sqrt d}\Big)V$$
#
# for every batch entry and head. The softmax runs over keys.
#
# - `mask` is None (all may attend) or a bool array that **broadcasts** to [B, h, T, S]: for
#   instance [T, S] for all heads, or [B, 1, 1, S] for padding.
# - A key that is masked for a query has no influence on that query's output.
# - A query whose keys are **all** masked has the output 0, not NaN.
# - Scores may be as large as ±2000; the result is finite.
#
# **Example.** d = 4, one query `q = (2, 0, 0, 0)`, two keys whose first numbers are log 1 and log 3
# (the others 0), values 4 and 8. The scores are log 1 and log 3 after the division by 2, so the
# weights are ¼ and ¾, and the output is 7.

# %% nbgrader={"grade_id": "sdpa", "solution": true}
def sdpa(Q, K, V, mask=None):
    """Scaled dot-product attention for a batch of heads.

    Args:
        Q: float array [B, h, T, d]. Queries.
        K: float array [B, h, S, d]. Keys.
        V: float array [B, h, S, e]. Values; e may differ from d.
        mask: bool array that broadcasts to [B, h, T, S], True = may attend; None = all may.

    Returns:
        float array [B, h, T, e].
    """
    ### BEGIN SOLUTION
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])  # (B, h, T, S)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores - np.where(np.isfinite(top), top, 0.0))  # no -inf - (-inf)
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total > 0, total, 1.0) @ V  # nobody to attend to: 0, not 0/0
    ### END SOLUTION


# %% nbgrader={"grade_id": "sdpa_averages_what_may_be_seen", "grade": true}
"""Each query averages the values that it may see, by scaled scores."""
q = Question(sdpa, points=5)
logs = np.zeros((1, 1, 3, 4))
logs[0, 0, :, 0] = np.log([1.0, 3.0, 5.0])  # keys
twos = np.zeros((1, 1, 2, 4))
twos[..., 0] = 2.0  # two equal queries
values = np.array([[[[4.0], [8.0], [16.0]]]])

q.case(
    twos[:, :, :1], logs[:, :, :2], values[:, :, :2],
    gives=[[[[7.0]]]],
    claim="Scores log 1 and log 3 after the scaling give the weights ¼ and ¾",
)
q.case(
    twos, logs, values, np.array([[True, False, True], [True, True, False]]),
    gives=[[[[14.0], [7.0]]]],
    claim="Over keys 1 and 3 the weights are 1/6 and 5/6; over keys 1 and 2 they are ¼ and ¾",
)


@q.probe(gives=np.ones((2, 3, 5, 1)))
def weights_sum_to_one(f):
    """The weights of a query over its keys sum to 1: values that are all 1 come out as 1."""
    rng = np.random.default_rng(0)
    Q, K = rng.standard_normal((2, 3, 5, 11)), rng.standard_normal((2, 3, 7, 11))
    return f(Q, K, np.ones((2, 3, 7, 1)), np.arange(7) < 4)


@q.probe(gives=[0.0, 0.0])
def nobody_to_attend_to(f):
    """A query that may attend to nothing has the output 0."""
    out = f(twos, logs, np.tile(values, 2), np.array([[True, True, True], [False, False, False]]))
    return out[0, 0, 1]


### BEGIN HIDDEN TESTS
q.hidden()


def four_axes(seed, B=2, h=3, T=5, S=7, d=11, e=13):
    """Q, K, V with entries of order 1: scaled scores of order 1, axes of different length."""
    rng = np.random.default_rng(seed)
    shapes = (B, h, T, d), (B, h, S, d), (B, h, S, e)
    return [rng.standard_normal(shape) for shape in shapes]


q.case(*four_axes(1), rtol=1e-5, atol=1e-7, claim="Without a mask every query sees all keys")
q.case(
    *four_axes(2), np.random.default_rng(3).random((5, 7)) < 0.6,
    rtol=1e-5, atol=1e-7, claim="Each query is normalised over the keys that it may see",
)


@q.probe(gives="")
def hidden_keys_have_no_influence(f):
    """What is masked has no influence: other keys and values there leave the output as it is."""
    Q, K, V = four_axes(4)
    mask = np.tri(5, 7, 2, dtype=bool)
    before = np.array(f(Q, K, V, mask))[:, :, 0]
    K[:, :, 3:], V[:, :, 3:] = -2 * K[:, :, 3:], 5.0
    after = np.array(f(Q, K, V, mask))[:, :, 0]  # query 0 sees keys 0, 1 and 2
    return "" if np.allclose(before, after, rtol=1e-4, atol=1e-5) else "yours changes"


@q.probe(gives="")
def large_scores(f):
    """Large scores are no obstacle, in any mixture: only differences within a row matter."""
    Q, K, V = four_axes(5, d=2)
    sign = np.array([1.0, -1.0, 1.0, -1.0, 1.0])  # of each query's scores
    Q[..., 0], K[..., 0], Q[..., 1], K[..., 1] = 50.0 * sign, 50.0, 1.0, np.arange(7) / 4
    lifted = np.array(f(Q, K, V))
    K[..., 0] = 0.0  # the same scores, each without its ±50 · 50 / √2
    wrong = ~np.isclose(lifted, np.array(f(Q, K, V)), rtol=1e-2, atol=1e-2)
    for side, name in ((1, "+1768"), (-1, "−1768")):
        if wrong[:, :, sign == side].any():
            return f"yours is wrong where all scores of a row are near {name}"
    return ""


q.case(
    *four_axes(6), (np.arange(7) < np.array([[4], [2]]))[:, None, None, :],
    rtol=1e-5, atol=1e-7, claim="A padding mask [B, 1, 1, S] broadcasts over heads and queries",
)
q.case(
    *four_axes(7), np.arange(35).reshape(5, 7) % 5 * (np.arange(5) != 2)[:, None] > 0,
    rtol=1e-5, atol=1e-7, claim="Query 2 sees nothing and gets 0; the other queries do not notice",
)
q.case(
    *four_axes(8, B=1, h=2, T=3, S=3, d=5, e=2),
    rtol=1e-5, atol=1e-7, claim="As many queries as keys: rows are still queries, columns keys",
)


@q.reference
def torchs_own(Q, K, V, mask=None):
    Q, K, V = (torch.from_numpy(np.asarray(a)) for a in (Q, K, V))
    if mask is not None:
        mask = torch.from_numpy(np.array(np.broadcast_to(mask, (*Q.shape[:3], K.shape[2]))))
    return torch.nn.functional.scaled_dot_product_attention(Q, K, V, attn_mask=mask)


def scored(Q, K):
    return Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5


def kept(mask, scores):
    return np.broadcast_to(True if mask is None else mask, scores.shape)


def softmax(scores, keep, axis=-1):
    """The right softmax over `axis`, 0 where nothing is kept."""
    scores = np.where(keep, scores, -np.inf)
    top = scores.max(axis=axis, keepdims=True)
    weights = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = weights.sum(axis=axis, keepdims=True)
    return weights / np.where(total > 0, total, 1)


@q.mistake("""The scores are not divided by √d. A dot product of d terms has variance d, so for wide
heads the softmax is nearly one-hot. Divide the scores by √d before the softmax.""")
def no_sqrt_d(Q, K, V, mask=None):
    scores = Q @ K.swapaxes(-1, -2)
    return softmax(scores, kept(mask, scores)) @ V


@q.mistake("""You divided by d. The standard deviation of a dot product grows with √d, not with d:
dividing by d leaves scores of size 1/√d, and the weights are nearly uniform. Divide by √d.""")
def divided_by_d(Q, K, V, mask=None):
    scores = Q @ K.swapaxes(-1, -2) / Q.shape[-1]
    return softmax(scores, kept(mask, scores)) @ V


@q.mistake("""You divided by the root of the values' width. The scores are sums over the width of
queries and keys: use √(Q.shape[-1]).""")
def root_of_the_wrong_width(Q, K, V, mask=None):
    scores = Q @ K.swapaxes(-1, -2) / V.shape[-1] ** 0.5
    return softmax(scores, kept(mask, scores)) @ V


@q.mistake("""You divided by √d after the softmax. That only shrinks the output; the softmax has
already seen scores of variance d. Divide the scores, before the softmax.""")
def scaled_after_softmax(Q, K, V, mask=None):
    scores = Q @ K.swapaxes(-1, -2)
    return softmax(scores, kept(mask, scores)) / Q.shape[-1] ** 0.5 @ V


@q.mistake("""You multiplied by √d where you must divide: the scores get wider, not narrower.""")
def multiplied_by_sqrt_d(Q, K, V, mask=None):
    scores = Q @ K.swapaxes(-1, -2) * Q.shape[-1] ** 0.5
    return softmax(scores, kept(mask, scores)) @ V


@q.mistake("""You normalised over queries. Each query needs weights over keys that sum to 1: take
the softmax over the last axis of the scores [B, h, T, S].""")
def softmax_over_queries(Q, K, V, mask=None):
    scores = scored(Q, K)
    return softmax(scores, kept(mask, scores), axis=-2) @ V


@q.mistake("""You normalised over heads (axis 1). Heads know nothing of each other before they are
merged: take the softmax over keys, the last axis.""")
def softmax_over_heads(Q, K, V, mask=None):
    scores = scored(Q, K)
    return softmax(scores, kept(mask, scores), axis=1) @ V


@q.mistake("""One softmax runs over queries and keys at once, so all T·S weights of a head sum to 1.
Each query has weights of its own: normalise along the last axis only.""")
def softmax_over_the_whole_table(Q, K, V, mask=None):
    scores = scored(Q, K)
    return softmax(scores, kept(mask, scores), axis=(-1, -2)) @ V


@q.mistake("""Masked rows sum to less than 1: the weight of the hidden keys was deleted, not
redistributed. Mask the scores with −inf before the softmax (or divide by the sum afterwards).""")
def mask_after_softmax_no_renorm(Q, K, V, mask=None):
    scores = scored(Q, K)
    return softmax(scores, kept(None, scores)) * kept(mask, scores) @ V


@q.mistake("""You set masked scores to 0. A score of 0 is not "no attention": exp(0) = 1, so hidden
keys still get weight. Use −inf, for exp(−inf) = 0.""")
def mask_with_0(Q, K, V, mask=None):
    scores = scored(Q, K)
    return softmax(np.where(kept(mask, scores), scores, 0.0), kept(None, scores)) @ V


@q.mistake("""You added the bool mask to the scores: True counts as 1 and False as 0, so everybody
stays visible. Adding works with a float mask of 0 and −inf; a bool mask selects (np.where).""")
def bool_mask_added(Q, K, V, mask=None):
    scores = scored(Q, K)
    return softmax(scores + (0 if mask is None else mask), kept(None, scores)) @ V


@q.mistake("""The mask is upside down: you hid what is True. Here True means "may attend". (Other
libraries have it the other way round: read their statement each time.)""")
def mask_inverted(Q, K, V, mask=None):
    scores = scored(Q, K)
    return softmax(scores, kept(None if mask is None else ~np.asarray(mask), scores)) @ V


@q.mistake("""The mask is not used: every query sees every key.""")
def mask_ignored(Q, K, V, mask=None):
    scores = scored(Q, K)
    return softmax(scores, kept(None, scores)) @ V


@q.mistake("""Right, but for a query that may attend to nothing: −inf − (−inf), or 0/0, is NaN
there, and one such row spreads to every weight in the next backward pass. Give it the output 0.""")
def all_masked_row_nan(Q, K, V, mask=None):
    scores = np.where(kept(mask, scored(Q, K)), scored(Q, K), -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ V


@q.mistake("""Right, but for a query that may attend to nothing. A large negative fill such as −1e9
is the same in the whole row, so the softmax is uniform: the query gets the mean of exactly those
values that it must not see. Set such rows to 0 yourself.""")
def all_masked_row_uniform(Q, K, V, mask=None):
    scores = np.where(kept(mask, scored(Q, K)), scored(Q, K), -1e9)
    return softmax(scores, kept(None, scores)) @ V


@q.mistake("""You index the scores with the mask (scores[..., ~mask]), which needs a mask of exactly
the last axes' shape. The mask broadcasts: use np.where(mask, scores, -np.inf), or broadcast it
first.""")
def mask_as_an_index(Q, K, V, mask=None):
    scores = scored(Q, K)
    if mask is not None:
        scores[..., ~mask] = -np.inf
    return softmax(scores, kept(None, scores)) @ V


@q.mistake("""exp overflows: in float64 at 709. Subtract the largest score of each row before exp;
the quotient does not change.""")
def no_max_subtraction(Q, K, V, mask=None):
    scores = scored(Q, K)
    weights = np.where(kept(mask, scores), np.exp(scores), 0.0)
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total == 0, 1, total) @ V


@q.mistake("""You subtract one maximum for the whole array. In rows that lie 800 below it every exp
is 0, and the row is 0/0. Take the maximum of each row (axis=-1, keepdims=True).""")
def global_max(Q, K, V, mask=None):
    scores = scored(Q, K)
    weights = np.where(kept(mask, scores), np.exp(scores - scores.max()), 0.0)
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total == 0, 1, total) @ V


@q.mistake("""Queries and keys are swapped: your scores are [S, T], one row a key. Rows must be
queries: Q @ Kᵀ is [T, S], and the softmax runs along a row.""")
def q_k_swapped(Q, K, V, mask=None):
    scores = scored(K, Q)
    return softmax(scores, kept(mask, scores)) @ V


@q.variant
def loops_over_queries(Q, K, V, mask=None):
    import math

    B, h, T, d = Q.shape
    S, e = V.shape[-2:]
    keep = np.broadcast_to(True if mask is None else mask, (B, h, T, S))
    out = np.zeros((B, h, T, e))
    for b, j, t in np.ndindex(B, h, T):
        seen = [s for s in range(S) if keep[b, j, t, s]]
        scores = [float(Q[b, j, t] @ K[b, j, s]) / math.sqrt(d) for s in seen]
        weights = [math.exp(score - max(scores)) for score in scores]
        for s, weight in zip(seen, weights):
            out[b, j, t] += weight / sum(weights) * V[b, j, s]
    return out


@q.variant
def masked_after_and_renormalised(Q, K, V, mask=None):
    scores = np.einsum("bhtd,bhsd->bhts", Q / np.sqrt(Q.shape[-1]), K)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights = weights * (1.0 if mask is None else mask)
    total = weights.sum(-1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0) @ V


@q.variant
def torch_float32_masked_fill(Q, K, V, mask=None):
    Q, K, V = (torch.tensor(a, dtype=torch.float32) for a in (Q, K, V))
    scores = Q @ K.transpose(-2, -1) / K.size(-1) ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~torch.from_numpy(np.array(mask)), float("-inf"))
    return torch.nan_to_num(torch.softmax(scores, dim=-1)) @ V


@q.variant
def finite_fill_then_zero(Q, K, V, mask=None):
    keep = torch.ones(1, dtype=torch.bool) if mask is None else torch.tensor(mask)
    scores = torch.einsum("bhtd,bhsd->bhts", torch.tensor(Q), torch.tensor(K)) * Q.shape[-1] ** -0.5
    weights = torch.softmax(torch.where(keep, scores, torch.finfo(scores.dtype).min), -1)
    return torch.where(keep, weights, torch.zeros(())) @ torch.tensor(V)


q.hints(
    """Look at the table of weights [T, S] of one head before it meets V. Which of these fails: rows
sum to 1 over visible keys, hidden keys have weight exactly 0, a row without keys is 0?""",
    """Scores (log 1, log 3), d = 4, mask (True, False): the weights must be (1, 0). With the mask
(False, False) they must be (0, 0), while a softmax of two equal numbers gives (½, ½) or NaN.""",
    """scores = Q @ Kᵀ / √d; np.where(mask, scores, -np.inf); subtract the row maximum (0 where it
is −inf), exp, divide by the row sum (1 where it is 0), times V.""",
)
q.why("""Everything happens in one table [T, S] per head: a row is a query, and a row must be a
probability over the keys that it may see.

- *√d*: a sum of d independent products has variance d. Dividing by √d brings the scores back to
  order 1 whatever the width; dividing by d would send them to 0, and the softmax to uniform.
- *The mask goes before the softmax*, as −inf. Afterwards it deletes weight instead of moving it,
  unless you renormalise, which is the same thing. A 0 is a perfectly good score.
- *An empty row* has no right answer, so the statement fixes one: 0. −inf everywhere gives NaN; −1e9
  everywhere gives the plain mean of all hidden values, which is a leak that nobody sees. torch's
  own function returns 0 as well.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. The causal mask when T ≠ S (2 points, 8 minutes)
#
# The T queries are the **last** T of the S positions: the others are already in the cache. So query
# i stands at position $i + S - T$, and may attend to key j if $j \le i + S - T$. With T > S the
# first queries stand before all keys, and may attend to nothing.
#
# **Example.** `causal_mask(2, 5)` is
#
# ```
# [[True, True, True, True, False],
#  [True, True, True, True, True ]]
# ```

# %% nbgrader={"grade_id": "causal_mask", "solution": true}
def causal_mask(T, S):
    """Who may attend to whom, if the queries are the last T of S positions.

    Args:
        T, S: ints ≥ 1. Numbers of queries and of keys.

    Returns:
        bool array [T, S], True = may attend.
    """
    ### BEGIN SOLUTION
    return np.arange(S) <= np.arange(T)[:, None] + S - T
    ### END SOLUTION


# %% nbgrader={"grade_id": "causal_mask_hides_the_future", "grade": true}
"""Position t sees itself and the past, and the last query sees all keys."""
q = Question(causal_mask, points=2)
q.case(
    2, 5,
    gives=np.array([[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]], bool),
    claim="Two new tokens after three cached ones: the first stands at position 3",
)
q.case(
    3, 3,
    gives=np.array([[1, 0, 0], [1, 1, 0], [1, 1, 1]], bool),
    claim="With T = S every token sees itself and the past",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(1, 7, gives=np.ones((1, 7), bool), claim="One decoding step: the new token sees all keys")
q.case(5, 2, claim="With more queries than keys the first T − S queries see nothing")
q.case(5, 11, claim="The last query sees all keys, and each query one key more than the one before")
q.case(1, 1, gives=np.ones((1, 1), bool), claim="A single token sees itself")


@q.reference
def torchs_lower_right(T, S):
    return torch.tril(torch.ones(T, S, dtype=torch.bool), diagonal=S - T)


@q.mistake("""The triangle starts at the top left: you took query i for position i. After S − T
cached keys it stands at i + S − T. Shift the diagonal by S − T (np.tri(T, S, S - T)).""")
def mask_no_offset(T, S):
    return np.tri(T, S, dtype=bool)


@q.mistake("""The offset has the wrong sign: the first query would stand before the first key. The
diagonal moves to the right by S − T.""")
def offset_reversed(T, S):
    return np.tri(T, S, T - S, dtype=bool)


@q.mistake("""Right for S ≥ T. With more queries than keys the offset S − T is negative, and the
first queries see nothing: do not cut it off at 0.""")
def offset_cut_at_0(T, S):
    return np.tri(T, S, max(S - T, 0), dtype=bool)


@q.mistake("""The diagonal is masked: no token may attend to itself, and token 0 to nothing at all
(a row of NaN, in most softmaxes). A causal mask keeps the diagonal: j ≤ i + S − T.""")
def diag_masked(T, S):
    return np.tri(T, S, S - T - 1, dtype=bool)


@q.mistake("""The mask is upside down: yours is True for the future. True means "may attend".""")
def mask_inverted(T, S):
    return ~np.tri(T, S, S - T, dtype=bool)


@q.mistake("""You kept the upper triangle: each token sees itself and the future. Keep the lower one
(np.tri, np.tril).""")
def upper_triangle(T, S):
    return np.triu(np.ones((T, S), bool), S - T)


@q.mistake("""That is the mask of many tutorials: True marks what is to be filled with −inf, and the
triangle starts at the top left. Here True means "may attend", and query i stands at i + S − T.""")
def true_for_the_future_top_left(T, S):
    return np.triu(np.ones((T, S), bool), 1)


@q.mistake("""That is an additive mask (0 and −inf). Both forms are in use, and mixing them up fails
silently. Wanted is a bool array, True = may attend.""")
def additive_mask(T, S):
    return np.where(np.tri(T, S, S - T, dtype=bool), 0.0, -np.inf)


@q.mistake("""You masked S queries instead of T: the mask is square. Only the last T rows belong to
queries that you have.""")
def square_mask(T, S):
    return np.tri(S, dtype=bool)


@q.variant
def double_loop(T, S):
    return [[j <= i + S - T for j in range(S)] for i in range(T)]


@q.variant
def last_rows_of_the_square(T, S):
    n = max(T, S)
    return np.tri(n, dtype=bool)[n - T :, n - S :]


@q.variant
def counted_from_the_end(T, S):
    queries, keys = torch.arange(T, 0, -1), torch.arange(S, 0, -1)  # 1 is the newest
    return keys[None, :] >= queries[:, None]


q.hints(
    """How many keys does the last query see, and how many fewer the one before?""",
    """T = 1, S = 7, one decoding step: the mask is seven times True. np.tri(1, 7) has one True.""",
    """np.tri(T, S, k) keeps j ≤ i + k. Which k puts the last query, i = T − 1, on key j = S −
1?""",
)
q.why("""For T = S all conventions agree, which is why tests on squares prove nothing. With a cache,
query i stands at position i + S − T, so the triangle is anchored at the *lower right* corner:
`np.tri(T, S, S - T)`. Anchored at the top left, a decoding step (T = 1) would see the first token
only. Libraries differ: in torch `is_causal=True` is anchored at the top left, and the lower-right
form has a name of its own (`torch.nn.attention.bias.causal_lower_right`).""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Multi-head attention (4 points, 15 minutes)
#
# Project x to queries, keys and values with three matrices [D, D]; cut each into h heads of width
# d = D / h, where **head j owns columns j·d to (j+1)·d − 1**; attend within each head (scores
# divided by √d); put the heads' outputs side by side again, in order; multiply by `Wo`.
#
# - `mask` [T, T] or None, the same for all sequences and heads; each query sees a key at least.
# - h divides D.
#
# **Example.** D = 4, h = 2, all four matrices the identity, one sequence of two tokens
# (2, 0, 0, 0) and (0, 0, 2, 0). In head 0 token 0 scores (4, 0) / √2, so its weights are 0.944 and
# 0.056, and its output (1.889, 0); token 1 scores (0, 0) and gets (1, 0). In head 1 the two change
# places. Result: (1.889, 0, 1, 0) and (1, 0, 1.889, 0).

# %% nbgrader={"grade_id": "mha", "solution": true}
def mha(x, Wq, Wk, Wv, Wo, h, mask=None):
    """Multi-head self-attention.

    Args:
        x: float array [B, T, D]. Tokens.
        Wq, Wk, Wv, Wo: float arrays [D, D], used as x @ W.
        h: int ≥ 1. Heads; divides D.
        mask: bool array [T, T], True = may attend; None = all may.

    Returns:
        float array [B, T, D].
    """
    ### BEGIN SOLUTION
    B, T, D = x.shape

    def heads(W):
        return (x @ W).reshape(B, T, h, D // h).swapaxes(1, 2)  # (B, h, T, d)

    out = sdpa(heads(Wq), heads(Wk), heads(Wv), mask)
    return out.swapaxes(1, 2).reshape(B, T, D) @ Wo
    ### END SOLUTION


# %% nbgrader={"grade_id": "mha_keeps_tokens_and_heads_apart", "grade": true}
"""Heads attend apart, within each sequence, and meet again only in Wo."""
q = Question(mha, points=4)
two_tokens = np.array([[[2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0]]])
high = 2 / (1 + np.exp(-(8**0.5)))  # 1.889: weight 0.944 on the value 2

q.case(
    two_tokens, np.eye(4), np.eye(4), np.eye(4), np.eye(4), 2,
    gives=[[[high, 0.0, 1.0, 0.0], [1.0, 0.0, high, 0.0]]],
    claim="Identity matrices, two heads: head 0 sees columns 0 and 1 only, head 1 columns 2 and 3",
    rtol=1e-4,
)
q.case(
    two_tokens, np.eye(4), np.eye(4), np.eye(4), np.diag([1.0, 2.0, 3.0, 4.0]), 2,
    np.eye(2, dtype=bool),
    gives=[[[2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 6.0, 0.0]]],
    claim="With a mask that lets each token see itself only, the result is x @ Wv @ Wo",
    rtol=1e-4,
)


@q.probe(gives="")
def order_of_tokens(f):
    """Without a mask attention knows no order: reversing the tokens reverses the outputs."""
    rng = np.random.default_rng(0)
    x, W = rng.standard_normal((2, 5, 6)), rng.standard_normal((4, 6, 6)) / 2
    ahead, back = f(x, *W, 3), f(x[:, ::-1].copy(), *W, 3)
    same = np.allclose(np.array(ahead), np.array(back)[:, ::-1], rtol=1e-3, atol=1e-4)
    return "" if same else "yours come out different: tokens got mixed up"


### BEGIN HIDDEN TESTS
q.hidden()


def tokens_and_weights(seed, B=2, T=5, D=21):
    """x of order 1, and matrices that keep it there."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((B, T, D)), *(rng.standard_normal((4, D, D)) * (1.4 / D) ** 0.5)


near = {"rtol": 1e-5, "atol": 1e-7}

@q.probe(gives="")
def a_head_reads_its_own_columns(f):
    """Head 0 owns the first d columns: with Wo reading only these, Wq's other columns are idle."""
    x, Wq, Wk, Wv, Wo = tokens_and_weights(5)
    Wo[7:] = 0
    before = np.array(f(x, Wq, Wk, Wv, Wo, 3))
    Wq[:, 7:] += 1.0
    after = np.array(f(x, Wq, Wk, Wv, Wo, 3))
    return "" if np.allclose(before, after, rtol=1e-3, atol=1e-5) else "they change yours"


@q.probe(gives="")
def sequences_are_strangers(f):
    """Sequences of a batch do not see each other: alone or in company, the output is the same."""
    x, *W = tokens_and_weights(6)
    together, alone = np.array(f(x, *W, 3))[1:], np.array(f(x[1:].copy(), *W, 3))
    return "" if np.allclose(together, alone, rtol=1e-3, atol=1e-4) else "yours differs"


q.case(*tokens_and_weights(1), 3, **near, claim="Three heads of width 7, five tokens")
q.case(
    *tokens_and_weights(2), 7, np.tri(5, dtype=bool), **near,
    claim="Seven heads of width 3 under a causal mask",
)
q.case(*tokens_and_weights(3, D=11), 1, **near, claim="One head: the whole width")
q.case(*tokens_and_weights(4, D=5, T=3), 5, **near, claim="As many heads as columns: width 1")


@q.reference
def torchs_module(x, Wq, Wk, Wv, Wo, h, mask=None):
    D = x.shape[-1]
    module = torch.nn.MultiheadAttention(D, h, bias=False, batch_first=True, dtype=torch.float64)
    x, *W = (torch.from_numpy(np.ascontiguousarray(a)) for a in (x, Wq, Wk, Wv, Wo))
    with torch.no_grad():
        module.in_proj_weight.copy_(torch.cat([w.T for w in W[:3]]))
        module.out_proj.weight.copy_(W[3].T)
        hide = None if mask is None else ~torch.from_numpy(mask)
        return module(x, x, x, attn_mask=hide, need_weights=False)[0]


def split(y, h):
    B, T, D = y.shape
    return y.reshape(B, T, h, D // h).transpose(0, 2, 1, 3)


def merge(out):
    B, h, T, d = out.shape
    return out.transpose(0, 2, 1, 3).reshape(B, T, h * d)


def attend(Q, K, V, mask, width=None):
    scores = Q @ K.swapaxes(-1, -2) / (width or Q.shape[-1]) ** 0.5
    scores = np.where(True if mask is None else mask, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ V


@q.mistake("""You reshaped [B, T, D] straight to [B, h, T, d], and back in the same way. That does
not cut columns into heads: it deals whole tokens out to heads, so each "head" holds pieces of
different tokens. Reshape to [B, T, h, d], then swap axes 1 and 2 (and back).""")
def heads_reshape_no_transpose(x, Wq, Wk, Wv, Wo, h, mask=None):
    B, T, D = x.shape
    parts = [(x @ W).reshape(B, h, T, D // h) for W in (Wq, Wk, Wv)]
    return attend(*parts, mask).reshape(B, T, D) @ Wo


@q.mistake("""The way back is right, the way there is not: a reshape from [B, T, D] straight to
[B, h, T, d] deals tokens out to heads. Reshape to [B, T, h, d], then swap axes 1 and 2.""")
def split_without_transpose(x, Wq, Wk, Wv, Wo, h, mask=None):
    B, T, D = x.shape
    parts = [(x @ W).reshape(B, h, T, D // h) for W in (Wq, Wk, Wv)]
    return merge(attend(*parts, mask)) @ Wo


@q.mistake("""You merged with a reshape alone. The heads' outputs are [B, h, T, d]: read off in that
order, a row of your result holds one head at several tokens. Swap axes 1 and 2 back first.""")
def merge_without_transpose_back(x, Wq, Wk, Wv, Wo, h, mask=None):
    parts = [split(x @ W, h) for W in (Wq, Wk, Wv)]
    return attend(*parts, mask).reshape(x.shape) @ Wo


@q.mistake("""Each head took every h-th column (a reshape to [B, T, d, h]). Head j owns d columns in
a row, j·d to (j+1)·d − 1: reshape to [B, T, h, d]. A trained model's weights fit one order
only.""")
def heads_interleaved(x, Wq, Wk, Wv, Wo, h, mask=None):
    B, T, D = x.shape
    parts = [(x @ W).reshape(B, T, D // h, h).transpose(0, 3, 1, 2) for W in (Wq, Wk, Wv)]
    return attend(*parts, mask).transpose(0, 2, 3, 1).reshape(B, T, D) @ Wo


@q.mistake("""The output projection is missing. Without Wo the heads stay side by side and nothing
mixes them: multiply the merged heads by Wo.""")
def wo_missing(x, Wq, Wk, Wv, Wo, h, mask=None):
    return merge(attend(*(split(x @ W, h) for W in (Wq, Wk, Wv)), mask))


@q.mistake("""You attended without bringing heads in front of tokens: on [B, T, h, d] the scores are
[h, h], so each token mixes its own heads and sees no other token. Swap axes 1 and 2 first.""")
def attends_over_heads(x, Wq, Wk, Wv, Wo, h, mask=None):
    B, T, D = x.shape
    parts = [(x @ W).reshape(B, T, h, D // h) for W in (Wq, Wk, Wv)]
    return attend(*parts, mask).reshape(B, T, D) @ Wo


@q.mistake("""The scores are divided by √d twice: once by you, and once more inside the attention
function that you call.""")
def scaled_twice(x, Wq, Wk, Wv, Wo, h, mask=None):
    parts = [split(x @ W, h) for W in (Wq, Wk, Wv)]
    return merge(attend(*parts, mask, width=(x.shape[-1] // h) ** 2)) @ Wo


@q.mistake("""You averaged the heads and repeated the average. Their outputs stand side by side:
head j fills columns j·d to (j+1)·d − 1 of what Wo reads.""")
def heads_averaged(x, Wq, Wk, Wv, Wo, h, mask=None):
    out = attend(*(split(x @ W, h) for W in (Wq, Wk, Wv)), mask)
    return merge(np.repeat(out.mean(axis=1, keepdims=True), h, axis=1)) @ Wo


@q.mistake("""You added x. The residual belongs to the block, not to attention: return what the
heads wrote, times Wo.""")
def residual_added(x, Wq, Wk, Wv, Wo, h, mask=None):
    return x + merge(attend(*(split(x @ W, h) for W in (Wq, Wk, Wv)), mask)) @ Wo


@q.mistake("""You divided by √D, the model's width. A head's scores are sums over its own d = D / h
columns: divide by √d. (Only with one head is that the same.)""")
def divided_by_sqrt_d_model(x, Wq, Wk, Wv, Wo, h, mask=None):
    parts = [split(x @ W, h) for W in (Wq, Wk, Wv)]
    return merge(attend(*parts, mask, width=x.shape[-1])) @ Wo


@q.mistake("""The scores are not divided by √d.""")
def no_sqrt_d(x, Wq, Wk, Wv, Wo, h, mask=None):
    return merge(attend(*(split(x @ W, h) for W in (Wq, Wk, Wv)), mask, width=1)) @ Wo


@q.mistake("""That is one head of width D, whatever h is. Cut queries, keys and values into h heads
first: each has weights of its own.""")
def h_ignored(x, Wq, Wk, Wv, Wo, h, mask=None):
    return merge(attend(*(split(x @ W, 1) for W in (Wq, Wk, Wv)), mask)) @ Wo


@q.mistake("""Your matrices are transposed: tokens are rows here, so a projection is x @ W.
(torch.nn.Linear stores Wᵀ and computes x @ W.T; square matrices hide the difference.)""")
def weights_transposed(x, Wq, Wk, Wv, Wo, h, mask=None):
    return merge(attend(*(split(x @ W.T, h) for W in (Wq, Wk, Wv)), mask)) @ Wo.T


@q.mistake("""Queries and keys are swapped: the token that asks must be projected with Wq, and the
tokens that it looks at with Wk. Without a mask your table of scores is transposed.""")
def q_k_swapped(x, Wq, Wk, Wv, Wo, h, mask=None):
    return merge(attend(*(split(x @ W, h) for W in (Wk, Wq, Wv)), mask)) @ Wo


@q.mistake("""The values are not projected: you averaged x itself. Use x @ Wv.""")
def values_not_projected(x, Wq, Wk, Wv, Wo, h, mask=None):
    return merge(attend(*(split(y, h) for y in (x @ Wq, x @ Wk, x)), mask)) @ Wo


@q.mistake("""The mask is not used.""")
def mask_ignored(x, Wq, Wk, Wv, Wo, h, mask=None):
    return merge(attend(*(split(x @ W, h) for W in (Wq, Wk, Wv)), None)) @ Wo


@q.mistake("""The mask is upside down: True means "may attend". (torch.nn.MultiheadAttention has it
the other way round, torch's scaled_dot_product_attention has it as here.)""")
def mask_inverted(x, Wq, Wk, Wv, Wo, h, mask=None):
    parts = [split(x @ W, h) for W in (Wq, Wk, Wv)]
    with np.errstate(invalid="ignore"):
        return merge(attend(*parts, None if mask is None else ~mask)) @ Wo


@q.variant
def one_head_at_a_time(x, Wq, Wk, Wv, Wo, h, mask=None):
    D = x.shape[-1]
    total = 0  # concatenating and multiplying by Wo = adding what each head writes
    for columns in np.split(np.arange(D), h):
        Q, K, V = (x @ W[:, columns] for W in (Wq, Wk, Wv))
        total = total + attend(Q, K, V, mask) @ Wo[columns]
    return total


@q.variant
def in_torch_float32(x, Wq, Wk, Wv, Wo, h, mask=None):
    x, Wq, Wk, Wv, Wo = (torch.tensor(a, dtype=torch.float32) for a in (x, Wq, Wk, Wv, Wo))
    qkv = (x @ torch.cat([Wq, Wk, Wv], dim=1)).unflatten(-1, (3, h, -1))
    Q, K, V = qkv.permute(2, 0, 3, 1, 4)
    keep = None if mask is None else torch.tensor(mask)
    out = torch.nn.functional.scaled_dot_product_attention(Q, K, V, attn_mask=keep)
    return out.transpose(1, 2).flatten(2) @ Wo


@q.variant
def einsum_with_named_axes(x, Wq, Wk, Wv, Wo, h, mask=None):
    D = x.shape[-1]
    Q, K, V = (np.einsum("btD,Dhd->bhtd", x, W.reshape(D, h, D // h)) for W in (Wq, Wk, Wv))
    return np.einsum("bhtd,hdD->btD", attend(Q, K, V, mask), Wo.reshape(h, D // h, D))


q.hints(
    """After the split, write down which token and which column `heads[b, j, t, i]` holds. It must
be token t and column j·d + i, and the merge must undo exactly that.""",
    """D = 4, h = 2, T = 2, `np.arange(8).reshape(1, 2, 4)`: head 0 must be [[0, 1], [4, 5]]. A
reshape straight to (1, 2, 2, 2) gives [[0, 1], [2, 3]], both rows from token 0.""",
    """y.reshape(B, T, h, d).swapaxes(1, 2) gives [B, h, T, d]; out.swapaxes(1, 2).reshape(B, T, D)
undoes it. Scores over √d with d = D // h, then @ Wo.""",
)
q.why("""A reshape never moves numbers: it only reads them in the same order under other names. In
x @ Wq that order is token, then column, so the only reshape that cuts columns into heads is
[B, T, h, d]. The swap of axes afterwards is what brings heads in front of tokens. Reshaping
straight to [B, h, T, d] gives the right *shape*. Done one way only, it lets tokens see the future
through a causal mask. Done both ways it leaks nothing, and even trains: but each head then holds
its own stretch of the sequence, in pieces, and most of the past is out of sight. So test both: what
must not move an output, and what must.

Wo reads [D] = h·d columns; row block j says where head j writes. Concatenating and multiplying is
the same as adding up what each head writes (variant `one_head_at_a_time`), which is why heads can
be split over devices with one sum at the end.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Sinusoidal positions (2 points, 8 minutes)
#
# Position t, from 0; pair i of columns, from 0; D is even:
#
# $$P_{t,2i}=\sin\frac{t}{10000^{2i/D}},\qquad P_{t,2i+1}=\cos\frac{t}{10000^{2i/D}}$$
#
# So sines stand in even columns and cosines in odd ones, and the two columns of a pair share a
# frequency.
#
# **Example.** `sinusoid(2, 4)` is (0, 1, 0, 1) for position 0 and (sin 1, cos 1, sin 0.01, cos
# 0.01) for position 1.

# %% nbgrader={"grade_id": "sinusoid", "solution": true}
def sinusoid(T, D):
    """Sinusoidal position encodings.

    Args:
        T: int ≥ 1. Positions 0 to T − 1.
        D: even int ≥ 2. Width.

    Returns:
        float array [T, D].

    Source: Vaswani et al. 2017, section 3.5.
    """
    ### BEGIN SOLUTION
    angle = np.arange(T)[:, None] / 10000 ** (np.arange(0, D, 2) / D)  # (T, D/2)
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(T, D)
    ### END SOLUTION


# %% nbgrader={"grade_id": "sinusoid_turns_each_pair", "grade": true}
"""Each pair of columns is a point on a circle, and pairs turn at their own speeds."""
q = Question(sinusoid, points=2)
q.case(
    2, 4,
    gives=[[0.0, 1.0, 0.0, 1.0], [0.841470985, 0.540302306, 0.00999983333, 0.9999500004]],
    claim="Even columns are sines, odd ones cosines; at position 1 the angles are 1 and 0.01",
    rtol=1e-5,
)
q.case(
    3, 2,
    gives=[[0.0, 1.0], [0.841470985, 0.540302306], [0.909297427, -0.416146837]],
    claim="One pair: its angle is the position itself",
    rtol=1e-5,
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(11, 14, rtol=1e-4, atol=1e-6, claim="Pair i has the frequency 10000^(−2i/D)")
q.case(1, 6, rtol=1e-4, atol=1e-6, claim="Position 0 is 0, 1, 0, 1, …")


@q.probe(gives="")
def products_depend_on_the_distance(f):
    """The product of two positions depends on their distance only, and it does depend on it."""
    P = np.array(f(29, 10))
    near, far = (np.sum(P[:-step] * P[step:], axis=1) for step in (2, 7))
    if np.ptp(near) > 1e-3 or np.ptp(far) > 1e-3:
        return "yours depends on where they stand"
    return "" if abs(near[0] - far[0]) > 0.1 else "yours is the same at distances 2 and 7"


@q.reference
def complex_exponentials(T, D):
    out = np.empty((T, D))
    for i in range(D // 2):
        step = np.exp(1j * np.exp(-2 * i / D * np.log(10000.0)))
        turned = np.array([step**t for t in range(T)])
        out[:, 2 * i], out[:, 2 * i + 1] = turned.imag, turned.real
    return out


def interleaved(angle):
    """sin and cos of angle [T, D/2], column by column."""
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(len(angle), -1)


def angles(T, D, power):
    return np.arange(T)[:, None] / 10000 ** np.asarray(power, float)


@q.mistake("""Each column got a frequency of its own: the exponent must be 2⌊column/2⌋ / D, the same
for both columns of a pair. Otherwise sine and cosine are not a point on one circle, and a shift
by k is no rotation.""")
def exponent_i_not_2_floor_i_2(T, D):
    column = np.arange(D)
    angle = angles(T, D, column / D)
    return np.where(column % 2 == 0, np.sin(angle), np.cos(angle))


@q.mistake("""Your exponent is i / D for pair i; it must be 2i / D. The slowest pair would turn once
in 600 positions instead of tens of thousands.""")
def exponent_halved(T, D):
    return interleaved(angles(T, D, np.arange(D // 2) / D))


@q.mistake("""Your exponent is doubled: you looped over the even columns 0, 2, 4, … and multiplied
by 2 again. For column 2i the exponent is 2i / D.""")
def exponent_doubled(T, D):
    return interleaved(angles(T, D, np.arange(0, D, 2) * 2 / D))


@q.mistake("""You spread the exponents from 0 to 1 with both ends (a divisor of D − 2). Here the
last one is (D − 2) / D. Some code bases do it your way, so check before you load their weights.""")
def exponents_reach_1(T, D):
    return interleaved(angles(T, D, np.linspace(0, 1, D // 2)))


@q.mistake("""You multiplied by 10000^(2i/D). Frequencies must fall from pair to pair: divide.""")
def frequencies_rise(T, D):
    return interleaved(angles(T, D, -np.arange(0, D, 2) / D))


@q.mistake("""All sines stand left and all cosines right. That carries the same information, and
some models do it, but here they alternate: sine in even columns, cosine in odd ones.""")
def halves_side_by_side(T, D):
    angle = angles(T, D, np.arange(0, D, 2) / D)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)


@q.mistake("""Sine and cosine are swapped: even columns are sines, so position 0 is 0, 1, 0, 1,
….""")
def sin_cos_swapped(T, D):
    angle = angles(T, D, np.arange(0, D, 2) / D)
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1).reshape(T, D)


@q.mistake("""Your positions start at 1. The first position is 0.""")
def positions_from_1(T, D):
    return interleaved(angles(T + 1, D, np.arange(0, D, 2) / D)[1:])


@q.variant
def loops_with_math(T, D):
    import math

    trig = math.sin, math.cos
    return [[trig[c % 2](t / 10000 ** ((c - c % 2) / D)) for c in range(D)] for t in range(T)]


@q.variant
def torch_slices_float32(T, D):
    P = torch.zeros(T, D)
    rate = torch.exp(torch.arange(0, D, 2) * (-np.log(10000.0) / D))
    P[:, 0::2] = torch.sin(torch.arange(T)[:, None] * rate)
    P[:, 1::2] = torch.cos(torch.arange(T)[:, None] * rate)
    return P


q.hints(
    """Look at one pair of columns over all positions: sin² + cos² must be 1 at each position. And
which pair turns fastest?""",
    """D = 4: the angles of position 1 are 1 and 0.01. Position 0 is (0, 1, 0, 1).""",
    """angle = t / 10000 ** (np.arange(0, D, 2) / D), shape [T, D/2]; sines into P[:, 0::2], cosines
into P[:, 1::2].""",
)
q.why("""A pair (sin ωt, cos ωt) is a hand of a clock. Moving on by k turns it by ωk, wherever it
stands: so P at t + k is a fixed rotation of P at t, and the product of two positions is
Σ cos(ω·distance). All of that needs both columns of a pair to share ω, which the exponent
2⌊c/2⌋ / D does and c / D does not. Rotary positions keep this clock, and turn queries and keys
instead of adding it to the tokens.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. The pre-norm block (4 points, 18 minutes)
#
# Two branches, each of which reads a *normalised copy* of the stream and adds to the stream itself:
#
# $$y = x + \mathrm{mha}(\mathrm{LN}_1(x)),\qquad z = y +
# \mathrm{ReLU}(\mathrm{LN}_2(y)\,W_1)\,W_2$$
#
# - Attention is **causal**, with h heads, as in question 3.
# - $\mathrm{LN}(x)=\dfrac{x-\mu}{\sqrt{v+10^{-5}}}\circ g$, for each token by itself: $\mu$ and $v$
#   are the mean and the variance (divided by D) of its D numbers; $g$ [D] is a gain. No biases
#   anywhere.
# - `p` is a dict of arrays: `g1`, `g2` [D]; `Wq`, `Wk`, `Wv`, `Wo` [D, D]; `W1` [D, F]; `W2` [F,
#   D].
#
# **Example.** D = 2, one token (3, 1), gains 1. LN gives (1, −1), nearly. With Wo = 0 and W1 = W2 =
# identity, ReLU gives (1, 0) and the block returns (4, 1), up to 10⁻⁵.

# %% nbgrader={"grade_id": "given_random_params", "locked": true}
def random_params(D, F, seed):
    """Parameters of a block whose branches have outputs of order 1; gains differ from 1."""
    rng = np.random.default_rng(seed)
    p = {name: rng.standard_normal((D, D)) / D**0.5 for name in ("Wq", "Wk", "Wv", "Wo")}
    p["g1"], p["g2"] = rng.uniform(0.5, 2.0, (2, D))
    p["W1"] = rng.standard_normal((D, F)) / D**0.5
    p["W2"] = rng.standard_normal((F, D)) / F**0.5
    return p


# %% nbgrader={"grade_id": "block", "solution": true}
def block(x, p, h):
    """One pre-norm transformer block with causal attention.

    Args:
        x: float array [B, T, D]. The stream.
        p: dict of float arrays g1, g2 [D], Wq, Wk, Wv, Wo [D, D], W1 [D, F], W2 [F, D].
        h: int ≥ 1. Heads; divides D.

    Returns:
        float array [B, T, D].
    """
    ### BEGIN SOLUTION
    def norm(x, gain):
        centred = x - x.mean(axis=-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * gain

    T = x.shape[1]
    x = x + mha(norm(x, p["g1"]), p["Wq"], p["Wk"], p["Wv"], p["Wo"], h, causal_mask(T, T))
    return x + np.maximum(norm(x, p["g2"]) @ p["W1"], 0) @ p["W2"]
    ### END SOLUTION


# %% nbgrader={"grade_id": "block_adds_two_branches", "grade": true}
"""Two branches read a normalised copy and add to the stream."""
q = Question(block, points=4)
token = np.array([[[3.0, 1.0]]])
still = {"g1": np.ones(2), "g2": np.ones(2), "W1": np.zeros((2, 2)), "W2": np.zeros((2, 2))}
still |= {name: np.zeros((2, 2)) for name in ("Wq", "Wk", "Wv", "Wo")}
one = 1 / (1 + 1e-5) ** 0.5  # (3, 1) normalised is (one, -one)

q.case(
    token, {**still, "W1": np.eye(2), "W2": np.eye(2)}, 1,
    gives=[[[3 + one, 1.0]]],
    claim="Attention silent: the stream (3, 1) itself, plus ReLU(1, −1), is (4, 1)",
    rtol=1e-6,
)
q.case(
    token, {**still, "Wv": np.eye(2), "Wo": np.eye(2), "g1": np.array([1.0, 10.0])}, 1,
    gives=[[[3 + one, 1 - 10 * one]]],
    claim="MLP silent: a single token attends to itself, so LN of (3, 1) times g1 is added to it",
    rtol=1e-6,
)
q.case(
    token,
    {**still, **dict.fromkeys(("Wv", "Wo", "W1", "W2"), np.eye(2)), "g1": np.array([1.0, -10.0])},
    1,
    gives=[[[3 + one, 2 + 10 * one]]],
    claim="Attention makes (4, 11) of (3, 1); the MLP reads LN of that, (−1, 1), and adds (0, 1)",
    rtol=1e-5,
)


@q.probe(gives="")
def the_past_does_not_see_the_future(f):
    """Position t never sees the future: another last token leaves the outputs before it alone."""
    x = np.random.default_rng(0).standard_normal((1, 4, 6))
    before = np.array(f(x.copy(), random_params(6, 5, 0), 2))[:, :3]
    x[:, 3] = -x[:, 3]
    after = np.array(f(x, random_params(6, 5, 0), 2))[:, :3]
    return "" if np.allclose(before, after, rtol=1e-3, atol=1e-4) else "yours change"


### BEGIN HIDDEN TESTS
q.hidden()


def stream(seed, B=2, T=5, D=21, scale=2.0):
    return 1.0 + scale * np.random.default_rng(seed).standard_normal((B, T, D))


near = {"rtol": 1e-5, "atol": 1e-7}

@q.probe(gives="")
def the_stream_is_never_normalised(f):
    """A block with silent branches passes any stream unchanged."""
    p = random_params(6, 5, 5) | {"Wo": np.zeros((6, 6)), "W2": np.zeros((5, 6))}
    x = stream(6, D=6)
    same = np.allclose(np.array(f(x.copy(), p, 3)), x, rtol=1e-4, atol=1e-4)
    return "" if same else "yours changes it"


@q.probe(gives="")
def branches_do_not_see_the_scale(f):
    """A branch reads a normalised copy: 100 times the stream, and what is added stays the same."""
    p = random_params(6, 5, 7) | {"W2": np.zeros((5, 6))}
    x = stream(7, T=3, D=6)
    added = [np.array(f(c * x, p, 2)) - c * x for c in (1.0, 100.0)]
    return "" if np.allclose(*added, rtol=2e-2, atol=2e-2) else "what yours adds changes"


q.case(stream(1), random_params(21, 13, 1), 3, **near, claim="Five tokens, three heads, F = 13")
q.case(
    stream(2, B=1, T=3, D=10), random_params(10, 17, 2), 5, **near,
    claim="Three tokens, five heads, F = 17",
)
q.case(
    stream(3, T=2, D=6, scale=0.002), random_params(6, 5, 3), 2, rtol=1e-3, atol=1e-5,
    claim="Where a token hardly varies, 10⁻⁵ is added to its variance, inside the root",
)
q.case(
    np.full((1, 2, 6), 4.0), random_params(6, 5, 4), 2, **near,
    claim="A token of equal numbers is normalised to 0, so it passes unchanged",
)


@q.reference
def torchs_layer(x, p, h):
    x = torch.from_numpy(np.asarray(x))
    p = {name: torch.from_numpy(np.asarray(a)) for name, a in p.items()}
    layer = torch.nn.TransformerEncoderLayer(
        *(x.shape[-1], h, p["W1"].shape[1], 0.0), layer_norm_eps=1e-5, batch_first=True,
        norm_first=True, bias=False, dtype=torch.float64,
    )
    with torch.no_grad():
        layer.self_attn.in_proj_weight.copy_(torch.cat([p["Wq"].T, p["Wk"].T, p["Wv"].T]))
        layer.self_attn.out_proj.weight.copy_(p["Wo"].T)
        layer.linear1.weight.copy_(p["W1"].T), layer.linear2.weight.copy_(p["W2"].T)
        layer.norm1.weight.copy_(p["g1"]), layer.norm2.weight.copy_(p["g2"])
        T = x.shape[1]
        return layer(x, src_mask=torch.ones(T, T, dtype=torch.bool).triu(1))


def norm(x, gain, axis=-1, ddof=0, eps=1e-5, outside=0.0, centre=True):
    shift = x.mean(axis=axis, keepdims=True) if centre else 0.0
    var = ((x - shift) ** 2).mean(axis=axis, keepdims=True)
    if ddof:
        var = var * x.shape[-1] / (x.shape[-1] - ddof)
    with np.errstate(all="ignore"):
        return (x - shift) / (np.sqrt(var + eps) + outside) * gain


def attention(x, p, h, causal=True):
    B, T, D = x.shape
    Q, K, V = ((x @ p[w]).reshape(B, T, h, -1).swapaxes(1, 2) for w in ("Wq", "Wk", "Wv"))
    scores = Q @ K.swapaxes(-1, -2) / (D // h) ** 0.5
    scores = np.where(np.tri(T, dtype=bool) | (not causal), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return (weights @ V).swapaxes(1, 2).reshape(B, T, D) @ p["Wo"]


def mlp(x, p):
    return np.maximum(x @ p["W1"], 0) @ p["W2"]


def with_norm(x, p, h, **options):
    y = x + attention(norm(x, p["g1"], **options), p, h)
    return y + mlp(norm(y, p["g2"], **options), p)


@q.mistake("""That is a post-norm block: you normalised after each addition, so the stream itself is
normalised, and no path through the network is left untouched. Pre-norm: the branch reads LN(x)
and adds to x.""")
def post_norm_for_pre(x, p, h):
    y = norm(x + attention(x, p, h), p["g1"])
    return norm(y + mlp(y, p), p["g2"])


@q.mistake("""The residual is lost: your result holds only what the branches computed. Add each
branch's output to what it was computed from: x + branch(LN(x)).""")
def residual_lost(x, p, h):
    return mlp(norm(attention(norm(x, p["g1"]), p, h), p["g2"]), p)


@q.mistake("""The first residual is lost: attention's output replaces the stream. Add it to x.""")
def attention_residual_lost(x, p, h):
    y = attention(norm(x, p["g1"]), p, h)
    return y + mlp(norm(y, p["g2"]), p)


@q.mistake("""The second residual is lost: the MLP's output replaces the stream. Add it to y.""")
def mlp_residual_lost(x, p, h):
    y = x + attention(norm(x, p["g1"]), p, h)
    return mlp(norm(y, p["g2"]), p)


@q.mistake("""You overwrote x with LN(x) and then added to that, so the normalised copy became the
stream. Keep x: x + branch(LN(x)), not LN(x) + branch(LN(x)).""")
def added_to_the_normalised_copy(x, p, h):
    x = norm(x, p["g1"])
    y = norm(x + attention(x, p, h), p["g2"])
    return y + mlp(y, p)


@q.mistake("""Both branches read the same x (a parallel block). Here the MLP reads y, the stream
with attention's output added.""")
def parallel_branches(x, p, h):
    return x + attention(norm(x, p["g1"]), p, h) + mlp(norm(x, p["g2"]), p)


@q.mistake("""The MLP reads a norm of attention's normalised input, so it never learns what
attention found. It reads LN(y), where y is the stream after attention has added to it.""")
def mlp_reads_the_first_copy(x, p, h):
    copy = norm(x, p["g1"])
    return x + attention(copy, p, h) + mlp(norm(copy, p["g2"]), p)


@q.mistake("""You normalised what the branches write. Pre-norm normalises what they read: x +
branch(LN(x)), not x + LN(branch(x)).""")
def norm_after_the_branch(x, p, h):
    y = x + norm(attention(x, p, h), p["g1"])
    return y + norm(mlp(y, p), p["g2"])


@q.mistake("""You normalised the result. In a pre-norm network only the very last block is followed
by a norm; the block itself returns the raw stream.""")
def normalised_at_the_end(x, p, h):
    y = with_norm(x, p, h)
    return norm(y, 1.0)


@q.mistake("""The values are right, but x += … changed the caller's array. Write x = x + …, which
makes a new one.""")
def added_in_place(x, p, h):
    x += attention(norm(x, p["g1"]), p, h)
    x += mlp(norm(x, p["g2"]), p)
    return x


@q.mistake("""The first normalisation is missing: attention reads the raw stream, whose scale grows
from block to block, and so do its scores.""")
def attention_reads_the_raw_stream(x, p, h):
    y = x + attention(x, p, h)
    return y + mlp(norm(y, p["g2"]), p)


@q.mistake("""The second normalisation is missing: the MLP reads the raw stream. Use LN with g2.""")
def mlp_reads_the_raw_stream(x, p, h):
    y = x + attention(norm(x, p["g1"]), p, h)
    return y + mlp(y, p)


@q.mistake("""You normalised over time: each column by its mean over tokens. That lets a token see
the later ones. Layer norm runs over the D numbers of one token (the last axis).""")
def norm_over_time(x, p, h):
    return with_norm(x, p, h, axis=-2)


@q.mistake("""Your mean and variance run over tokens and columns together, so a token's output
depends on later tokens. Layer norm treats each token by itself: the last axis only.""")
def norm_over_tokens_and_columns(x, p, h):
    return with_norm(x, p, h, axis=(-1, -2))


@q.mistake("""Your variance divides by D − 1 (torch's `std` and `var` do that unless told
otherwise). Layer norm divides by D.""")
def variance_over_d_minus_1(x, p, h):
    return with_norm(x, p, h, ddof=1)


@q.mistake("""You added 10⁻⁵ outside the root. It belongs to the variance: √(v + 10⁻⁵).""")
def eps_outside_the_root(x, p, h):
    return with_norm(x, p, h, eps=0.0, outside=1e-5)


@q.mistake("""The 10⁻⁵ is missing: a token of equal numbers has variance 0, and 0/0 is NaN.""")
def eps_missing(x, p, h):
    return with_norm(x, p, h, eps=0.0)


@q.mistake("""That is RMS norm: the mean is not subtracted. Layer norm centres first.""")
def not_centred(x, p, h):
    return with_norm(x, p, h, centre=False)


@q.mistake("""Attention is not causal: early tokens see later ones. Pass the causal mask to it.""")
def not_causal(x, p, h):
    y = x + attention(norm(x, p["g1"]), p, h, causal=False)
    return y + mlp(norm(y, p["g2"]), p)


@q.mistake("""The gains are not used. Multiply the normalised token by g1, or g2, column by
column.""")
def gains_ignored(x, p, h):
    y = x + attention(norm(x, 1.0), p, h)
    return y + mlp(norm(y, 1.0), p)


@q.mistake("""Both norms use g1. Each has a gain of its own: the second one is g2.""")
def one_gain_for_both(x, p, h):
    y = x + attention(norm(x, p["g1"]), p, h)
    return y + mlp(norm(y, p["g1"]), p)


@q.mistake("""The ReLU is missing: W1 @ W2 is then one linear map, and the MLP adds nothing that a
single matrix could not.""")
def no_nonlinearity(x, p, h):
    y = x + attention(norm(x, p["g1"]), p, h)
    return y + norm(y, p["g2"]) @ p["W1"] @ p["W2"]


@q.mistake("""You used GELU. Many models do; this block's statement says ReLU, max(0, ·).""")
def gelu_for_relu(x, p, h):
    y = x + attention(norm(x, p["g1"]), p, h)
    hidden = torch.nn.functional.gelu(torch.from_numpy(norm(y, p["g2"]) @ p["W1"])).numpy()
    return y + hidden @ p["W2"]


@q.mistake("""The ReLU stands after W2, so the MLP can only ever add positive numbers to the stream.
It belongs between W1 and W2.""")
def relu_at_the_end(x, p, h):
    y = x + attention(norm(x, p["g1"]), p, h)
    return y + np.maximum(norm(y, p["g2"]) @ p["W1"] @ p["W2"], 0)


@q.variant
def in_torch_with_its_layer_norm(x, p, h):
    from torch.nn import functional as F

    x = torch.from_numpy(x)
    p = {name: torch.from_numpy(a) for name, a in p.items()}
    D = x.shape[-1]
    a = F.layer_norm(x, (D,), p["g1"], eps=1e-5)
    Q, K, V = ((a @ p[w]).unflatten(-1, (h, -1)).transpose(1, 2) for w in ("Wq", "Wk", "Wv"))
    out = F.scaled_dot_product_attention(Q, K, V, is_causal=True).transpose(1, 2).flatten(2)
    x = x + out @ p["Wo"]
    return x + F.layer_norm(x, (D,), p["g2"], eps=1e-5).matmul(p["W1"]).relu() @ p["W2"]


@q.variant
def one_token_at_a_time(x, p, h):
    def norm(token, gain):
        return (token - token.mean()) / np.sqrt(token.var() + 1e-5) * gain

    z = np.empty_like(x)
    width = x.shape[-1] // h
    for b, t in np.ndindex(x.shape[:2]):
        seen = np.stack([norm(token, p["g1"]) for token in x[b, : t + 1]])
        y = x[b, t].copy()
        for j in range(h):
            own = slice(j * width, (j + 1) * width)
            scores = seen @ p["Wk"][:, own] @ (p["Wq"][:, own].T @ seen[-1]) / width**0.5
            weights = np.exp(scores - scores.max())
            y += weights @ (seen @ p["Wv"][:, own]) / weights.sum() @ p["Wo"][own]
        z[b, t] = y + np.maximum(norm(y, p["g2"]) @ p["W1"], 0) @ p["W2"]
    return z


q.hints(
    """Which lines of yours touch the stream? Only two may: x + attention branch, y + MLP branch.
Both branches read a normalised copy, and neither norm is applied to the stream itself.""",
    """x = (3, 1), all matrices 0: the block must return (3, 1). With Wv = Wo = 1: (3, 1) + (1, −1).
A post-norm block returns (1, −1).""",
    """y = x + mha(LN(x, g1), …, causal mask); z = y + max(LN(y, g2) @ W1, 0) @ W2. LN over axis −1
with keepdims, variance divided by D, 1e-5 inside the root.""",
)
q.why("""In a pre-norm block the stream is only ever *added to*: from the last block to the
embedding there is a path on which the gradient is multiplied by 1. Post-norm puts a normalisation
on that path at each step, which at the start of training makes gradients large near the output
(Xiong et al. 2020) and warm-up necessary. The price of pre-norm: the stream grows with depth, later
branches add relatively less, and one more norm is needed at the very end.

The usual slips all come from one line, `x = norm(x)`: it throws the stream away. Give the copy a
name of its own. A test with silent branches (Wo = 0, W2 = 0) must give back x, and takes a minute
to write.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. What a block costs (3 points, 12 minutes)
#
# For one block as in question 5 (no biases, two gains), one **forward** pass over B sequences of T
# tokens. Count matrix products only, with one multiplication and one addition = **2 FLOPs**: a
# product [a, b] @ [b, c] costs 2abc. Count the whole T × T table: do not halve it for causality.
# Return a dict:
#
# | key | what |
# |---|---|
# | `params` | numbers in `p`: the matrices and the two gains |
# | `projection_flops` | x @ Wq, x @ Wk, x @ Wv and the product with Wo |
# | `attention_flops` | Q Kᵀ and weights @ V, all heads together |
# | `mlp_flops` | the two products of the MLP |
# | `score_bytes` | the scores of **all** heads and sequences, stored at once |
#
# **Example.** `block_costs(B=1, T=2, D=3, F=5, h=1, number_bytes=2)` gives params 72,
# projection_flops 144, attention_flops 48, mlp_flops 120, score_bytes 8.

# %% nbgrader={"grade_id": "block_costs", "solution": true}
def block_costs(B, T, D, F, h, number_bytes):
    """Parameters, forward FLOPs and score memory of one block.

    Args:
        B, T, D, F, h: ints ≥ 1. Batch, tokens, model width, MLP width, heads (h divides D).
        number_bytes: int ≥ 1. Size of one stored score, in bytes.

    Returns:
        dict with the keys params, projection_flops, attention_flops, mlp_flops, score_bytes.
    """
    ### BEGIN SOLUTION
    return {
        "params": 4 * D * D + 2 * D * F + 2 * D,
        "projection_flops": 2 * B * T * D * D * 4,
        "attention_flops": 2 * (2 * B * T * T * D),  # h heads of width D/h: h cancels
        "mlp_flops": 2 * (2 * B * T * D * F),
        "score_bytes": B * h * T * T * number_bytes,
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "block_costs_tell_the_two_squares_apart", "grade": true}
"""Projections are quadratic in D, attention in T; heads cost no FLOPs, but memory."""
q = Question(block_costs, points=3)
keys = "params", "projection_flops", "attention_flops", "mlp_flops", "score_bytes"
q.case(
    1, 2, 3, 5, 1, 2,
    gives=dict(zip(keys, (72, 144, 48, 120, 8))),
    claim="In the worked example a projection is [2, 3] @ [3, 3]: 36 FLOPs; Q Kᵀ is [2, 3] @ "
    "[3, 2] and weights @ V [2, 2] @ [2, 3]: 24 each; the MLP [2, 3] @ [3, 5] and back: 60 "
    "each; there are 4 scores of 2 bytes",
)


@q.probe(gives={"projection_flops": 2, "attention_flops": 4, "mlp_flops": 2, "score_bytes": 4})
def twice_the_context(f):
    """Twice the tokens: attention and its scores cost 4 times as much, all the rest twice."""
    short, long = f(2, 5, 6, 7, 3, 4), f(2, 10, 6, 7, 3, 4)
    return {key: round(float(long[key] / short[key]), 6) for key in keys[1:]}


### BEGIN HIDDEN TESTS
q.hidden()


def only(f, key, *args):
    return {key: f(*args)[key]}


@q.probe(gives={"params": 5 * 128 * 128 + 2 * 128})
def count_of_parameters(f):
    """Four matrices [D, D], two of D · F numbers and two gains of D, whatever B, T and h are."""
    return only(f, "params", 3, 17, 128, 64, 8, 2)


@q.probe(gives={"projection_flops": 4 * 2 * 3 * 17 * 30 * 30})
def four_projections(f):
    """Four products of B·T tokens with a matrix [D, D], 2 FLOPs a multiply-add."""
    return only(f, "projection_flops", 3, 17, 30, 77, 5, 2)


@q.probe(gives={"attention_flops": 2 * (2 * 3 * 17 * 17 * 30)})
def two_products_of_the_table(f):
    """QKᵀ and weights @ V cost 2·T·T·d each, for h heads of width d = D / h in B sequences."""
    return only(f, "attention_flops", 3, 17, 30, 77, 5, 2)


@q.probe(gives={"mlp_flops": 2 * (2 * 3 * 17 * 30 * 77)})
def two_products_of_the_mlp(f):
    """The MLP is two products with D · F numbers each."""
    return only(f, "mlp_flops", 3, 17, 30, 77, 5, 2)


@q.probe(gives={"score_bytes": 3 * 5 * 17 * 17 * 4})
def one_table_a_head(f):
    """Each head of each sequence has a table of T · T scores."""
    return only(f, "score_bytes", 3, 17, 30, 77, 5, 4)


q.case(2, 8192, 4096, 11008, 32, 2, claim="A large block: 2 · 8192 tokens, D = 4096, 32 heads")


@q.reference
def shapes_of_each_product(B, T, D, F, h, number_bytes):
    d, N = D // h, B * T
    products = {
        "projection_flops": [(N, D, D)] * 4,
        "attention_flops": [(T, d, T), (T, T, d)] * (B * h),
        "mlp_flops": [(N, D, F), (N, F, D)],
    }
    costs = {key: sum(2 * a * b * c for a, b, c in shapes) for key, shapes in products.items()}
    shapes = [(D, D)] * 4 + [(D, F), (F, D), (1, D), (1, D)]
    scores = np.broadcast_to(np.int8(0), (B, h, T, T))
    return costs | {
        "params": sum(a * b for a, b in shapes), "score_bytes": scores.size * number_bytes
    }


def costs(B, T, D, F, h, number_bytes):
    return shapes_of_each_product(B, T, D, F, h, number_bytes)


@q.mistake("""Your attention cost is quadratic in D: that is what projections cost. Q Kᵀ multiplies
[T, d] by [d, T], so the table costs 2·T·T·d a head: quadratic in T, linear in D.""")
def quadratic_in_d(B, T, D, F, h, number_bytes):
    return costs(B, T, D, F, h, number_bytes) | {"attention_flops": 4 * B * T * D * D}


@q.mistake("""You counted multiply-adds. A product [a, b] @ [b, c] has abc of them and costs 2abc
FLOPs. Factors of 2 between papers usually come from here.""")
def macs_as_flops(B, T, D, F, h, number_bytes):
    right = costs(B, T, D, F, h, number_bytes)
    return {key: n // 2 if key.endswith("flops") else n for key, n in right.items()}


@q.mistake("""Your attention cost is half of what it is. Either one of the two products is missing
(Q Kᵀ makes the table, weights @ V uses it: the same cost again), or you halved it for causality;
here the whole T × T table is counted.""")
def weights_times_v_forgotten(B, T, D, F, h, number_bytes):
    return costs(B, T, D, F, h, number_bytes) | {"attention_flops": 2 * B * T * T * D}


@q.mistake("""You multiplied attention's FLOPs by h with the full width D. Each head is only D / h
wide, so h cancels: more heads cost no more FLOPs.""")
def heads_multiply_flops(B, T, D, F, h, number_bytes):
    return costs(B, T, D, F, h, number_bytes) | {"attention_flops": 4 * B * T * T * D * h}


@q.mistake("""The FLOPs of attention are those of one head, D / h wide. There are h of them.""")
def flops_of_one_head(B, T, D, F, h, number_bytes):
    return costs(B, T, D, F, h, number_bytes) | {"attention_flops": 4 * B * T * T * D // h}


@q.mistake("""The scores of one head are counted. Each head has a table of its own, so memory grows
with h, though FLOPs do not.""")
def heads_share_one_table(B, T, D, F, h, number_bytes):
    return costs(B, T, D, F, h, number_bytes) | {"score_bytes": B * T * T * number_bytes}


@q.mistake("""The scores are counted, not their bytes. Multiply by number_bytes.""")
def numbers_for_bytes(B, T, D, F, h, number_bytes):
    return costs(B, T, D, F, h, number_bytes) | {"score_bytes": B * h * T * T}


@q.mistake("""The batch is missing: FLOPs and scores are those of one sequence. Multiply by B (but
not the parameters).""")
def batch_forgotten(B, T, D, F, h, number_bytes):
    return costs(1, T, D, F, h, number_bytes)


@q.mistake("""Wo is missing: D² parameters and 2·B·T·D² FLOPs. There are four projections.""")
def wo_forgotten(B, T, D, F, h, number_bytes):
    right = costs(B, T, D, F, h, number_bytes)
    return right | {
        "params": right["params"] - D * D, "projection_flops": 6 * B * T * D * D
    }


@q.mistake("""The parameters of attention are multiplied by h. Heads share out the D columns: all of
them together have 4·D² parameters, however many there are.""")
def params_times_heads(B, T, D, F, h, number_bytes):
    right = costs(B, T, D, F, h, number_bytes)
    return right | {"params": right["params"] + 4 * D * D * (h - 1)}


@q.mistake("""The two gains are missing in `params`: D numbers each.""")
def gains_forgotten(B, T, D, F, h, number_bytes):
    right = costs(B, T, D, F, h, number_bytes)
    return right | {"params": right["params"] - 2 * D}


@q.mistake("""You counted biases, or a shift in each norm. This block has none: six matrices and two
gains.""")
def shifts_counted(B, T, D, F, h, number_bytes):
    right = costs(B, T, D, F, h, number_bytes)
    return right | {"params": right["params"] + 2 * D}


@q.mistake("""You added the backward pass (three times the forward one). Asked is the forward
pass.""")
def backward_counted(B, T, D, F, h, number_bytes):
    right = costs(B, T, D, F, h, number_bytes)
    return {key: 3 * n if key.endswith("flops") else n for key, n in right.items()}


@q.mistake("""You took F = 4·D. The MLP's width is an argument.""")
def f_is_four_d(B, T, D, F, h, number_bytes):
    return costs(B, T, D, 4 * D, h, number_bytes)


@q.variant
def through_macs_per_token(B, T, D, F, h, number_bytes):
    def flops(macs_per_token):
        return 2.0 * macs_per_token * B * T

    return {
        "score_bytes": (T * T) * (B * h) * number_bytes,
        "mlp_flops": flops(2 * D * F),
        "attention_flops": flops(2 * T * D),
        "projection_flops": flops(4 * D * D),
        "params": 2 * D * (2 * D + F + 1),
    }


@q.variant
def from_the_sizes_of_meta_tensors(B, T, D, F, h, number_bytes):
    def empty(*shape):
        return torch.empty(*shape, device="meta")  # shapes without memory

    def product(left, right):  # the result, and 2 FLOPs for each of its numbers and inner terms
        return left @ right, 2 * (left @ right).numel() * left.shape[-1]

    x, square, wide, narrow = empty(B, T, D), empty(D, D), empty(D, F), empty(F, D)
    Q = empty(B, h, T, D // h)
    scores, first = product(Q, Q.mT)
    second = product(scores, Q)[1]
    hidden, up = product(x, wide)
    return {
        "params": sum(W.numel() for W in (*[square] * 4, wide, narrow, *empty(2, D))),
        "projection_flops": 4 * product(x, square)[1],
        "attention_flops": first + second,
        "mlp_flops": up + product(hidden, narrow)[1],
        "score_bytes": number_bytes * scores.numel(),
    }


q.hints(
    """Write the shapes of each product first, then the rule 2abc. Which products contain T twice,
and which contain D twice?""",
    """T = 2, D = 3, one head: Q Kᵀ is [2, 3] @ [3, 2], 24 FLOPs; weights @ V is [2, 2] @ [2, 3], 24
more. A projection is [2, 3] @ [3, 3]: 36.""",
    """projections 4 · 2BTD²; attention 2 · 2BT²D (h heads of width D/h: h cancels); MLP 2 · 2BTDF;
scores B·h·T² numbers; parameters 4D² + 2DF + 2D.""",
)
q.why("""Two squares in one layer, and they are not the same: projections and MLP are T·D², the
table T²·D. With F = 4D the first are 24·B·T·D² together and the second 4·B·T²·D, equal at T = 6·D:
for D = 4096 that is 24 576 tokens. Below, most FLOPs are in ordinary matrix products, and
"attention is quadratic" is not what you pay for.

Heads are free in FLOPs, because each is narrower; in memory they are not, because each has its own
T × T table: 8.6 GB in the last test case, for one block. That is why kernels that never store the
table (FlashAttention) were needed long before its FLOPs mattered.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. Measure why √d (3 points, 12 minutes)
#
# Repeat n times: draw **one query** [d] and **S keys** [S, d], all entries independent standard
# normal, and take the S raw scores $q\cdot k_s$. Return a dict of three floats:
#
# | key | what |
# |---|---|
# | `variance` | variance of all n · S **raw** scores |
# | `entropy_raw` | entropy of softmax(raw scores) over the S keys, averaged over the n repetitions
# |
# | `entropy_scaled` | the same for softmax(raw scores / √d) |
#
# Entropy is $-\sum_s p_s\ln p_s$, in nats, with $0\ln 0=0$. All randomness comes from `rng`, in any
# order. Dividing by the number of scores or by one less is the same to us. d may be 200 000.
#
# **Example.** `score_statistics(64, 17, 400, rng)` is near variance 64, entropy_raw 0.42 and
# entropy_scaled 2.42. The most that 17 keys can have is ln 17 = 2.83.

# %% nbgrader={"grade_id": "score_statistics", "solution": true}
def score_statistics(d, S, n, rng):
    """Variance of dot products, and what a softmax makes of them with and without scaling.

    Args:
        d: int ≥ 1. Width of queries and keys.
        S: int ≥ 2. Keys a query.
        n: int ≥ 2. Repetitions.
        rng: np.random.Generator. The only source of randomness.

    Returns:
        dict with the keys variance, entropy_raw, entropy_scaled: floats.
    """
    ### BEGIN SOLUTION
    def entropy(scores):
        p = np.exp(scores - scores.max(axis=-1, keepdims=True))
        p /= p.sum(axis=-1, keepdims=True)
        return -np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=-1).mean()

    raw = np.empty((n, S))
    for r in range(n):
        raw[r] = rng.standard_normal((S, d)) @ rng.standard_normal(d)
    return {
        "variance": raw.var(),
        "entropy_raw": entropy(raw),
        "entropy_scaled": entropy(raw / np.sqrt(d)),
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "score_statistics_shows_why_sqrt_d", "grade": true}
"""Raw scores have variance d; dividing by √d keeps the softmax soft at any width."""
q = Question(score_statistics, points=3)


def jumps(f, S, n):
    """Whether the variance at d = 2 depends on the seed: with few vectors their lengths show."""
    found = [f(2, S, n, np.random.default_rng(seed))["variance"] for seed in range(10)]
    spread = np.std([float(variance) for variance in found])
    if not np.isfinite(spread):
        return "yours is not finite"
    return "" if spread < 0.65 else "yours jumps from seed to seed"


@q.probe(gives="")
def every_repetition_has_its_own_query(f):
    """Each repetition draws its own query: with many keys the variance hardly depends on luck."""
    return jumps(f, 19, 60)  # right: a spread of 0.3; one query for all: 2


@q.probe(gives="")
def every_repetition_has_its_own_keys(f):
    """Each repetition draws its own keys: with two keys the variance hardly depends on luck."""
    return jumps(f, 2, 200)  # right: a spread of 0.3; one pair of keys for all: 1.4


# Standard errors at 800 repetitions: 0.9 (variance), 0.015 and 0.007 (entropies).
@q.probe(
    gives={"variance": 64.0, "entropy_raw": 0.419, "entropy_scaled": 2.416}, rtol=0.08, atol=0.06
)
def width_64(f):
    """At d = 64 and 17 keys: variance 64, entropy 0.42 without and 2.42 with the scaling."""
    return f(64, 17, 800, np.random.default_rng(0))


### BEGIN HIDDEN TESTS
q.hidden()


# Standard errors at 2000 repetitions: 0.1 (variance), 0.012 and 0.006.
@q.probe(
    gives={"variance": 5.0, "entropy_raw": 1.380, "entropy_scaled": 2.032}, rtol=0.06, atol=0.1
)
def width_5(f):
    """At d = 5 and 11 keys: variance 5, entropy 1.38 without and 2.03 with the scaling."""
    return f(5, 11, 2000, np.random.default_rng(1))


@q.probe(gives="")
def a_wide_head(f):
    """At d = 200 000 many raw weights are exactly 0, and 0 ln 0 counts as 0."""
    result = f(200_000, 5, 2, np.random.default_rng(2))
    finite = np.isfinite([float(result[key]) for key in ("entropy_raw", "entropy_scaled")])
    return "" if finite.all() else "an entropy of yours is not finite"


@q.probe(gives={"same seed, same result": True, "other seed, other result": True})
def all_randomness_comes_from_rng(f):
    """All randomness comes from rng: its seed decides the result."""
    first, again, other = (
        float(f(3, 5, 4, np.random.default_rng(seed))["variance"]) for seed in (3, 3, 4)
    )
    return {
        "same seed, same result": first == again, "other seed, other result": first != other
    }


def raw_scores(d, S, n, rng):
    return np.einsum("nd,nsd->ns", rng.standard_normal((n, d)), rng.standard_normal((n, S, d)))


def softmax(scores):
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def entropies(p):
    return -np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=-1)


def statistics(raw, d, entropy=lambda scores: entropies(softmax(scores)).mean(), **other):
    """The right three numbers from raw scores [n, S], or with some of them replaced."""
    found = {"entropy_raw": entropy(raw), "entropy_scaled": entropy(raw / d**0.5)}
    return {"variance": raw.var(), **found, **other}


@q.reference
def by_torchs_distributions(d, S, n, rng):
    raw = torch.from_numpy(raw_scores(d, S, n, rng))
    soft, sharp = (torch.distributions.Categorical(logits=z) for z in (raw / d**0.5, raw))
    return {
        "variance": torch.mean(raw**2) - torch.mean(raw) ** 2,
        "entropy_raw": sharp.entropy().mean(),
        "entropy_scaled": soft.entropy().mean(),
    }


@q.mistake("""`variance` is that of the scaled scores, 1 at any width. Asked is the raw one, before
the division: it shows what the division is for.""")
def variance_after_scaling(d, S, n, rng):
    raw = raw_scores(d, S, n, rng)
    return statistics(raw, d, variance=(raw / d**0.5).var())


@q.mistake("""You returned a standard deviation: √d. The variance is d, and dividing by its root is
what brings it to 1.""")
def deviation_for_variance(d, S, n, rng):
    raw = raw_scores(d, S, n, rng)
    return statistics(raw, d, variance=raw.std())


@q.mistake("""Your entropy is in bits (log2). Nats use the natural logarithm.""")
def entropy_in_bits(d, S, n, rng):
    def entropy(scores):
        return entropies(softmax(scores)).mean() / np.log(2)

    return statistics(raw_scores(d, S, n, rng), d, entropy)


@q.mistake("""The two entropies are swapped: entropy_raw is that of the softmax without scaling, the
small one.""")
def entropies_swapped(d, S, n, rng):
    right = statistics(raw_scores(d, S, n, rng), d)
    return right | {
        "entropy_raw": right["entropy_scaled"], "entropy_scaled": right["entropy_raw"]
    }


@q.mistake("""You averaged the weights over repetitions and took the entropy of the average.
Different queries prefer different keys, so the average is flat even where each is one-hot. Take the
entropy of each row, then the mean.""")
def entropy_of_the_average(d, S, n, rng):
    def entropy(scores):
        return entropies(softmax(scores).mean(axis=0))

    return statistics(raw_scores(d, S, n, rng), d, entropy)


@q.mistake("""The entropies are added up, not averaged over the n repetitions.""")
def entropy_summed(d, S, n, rng):
    def entropy(scores):
        return entropies(softmax(scores)).sum()

    return statistics(raw_scores(d, S, n, rng), d, entropy)


@q.mistake("""Your entropies are negative: the sum of p ln p needs a minus in front.""")
def minus_forgotten(d, S, n, rng):
    def entropy(scores):
        return -entropies(softmax(scores)).mean()

    return statistics(raw_scores(d, S, n, rng), d, entropy)


@q.mistake("""Your entropies are NaN for wide heads. Either exp overflowed (subtract each row's
largest score first), or a weight is exactly 0 and you computed 0 · ln 0 = 0 · (−∞) (leave such
weights out, or take the logarithm through log-softmax).""")
def nan_from_zero_times_log(d, S, n, rng):
    def entropy(scores):
        p = softmax(scores)
        with np.errstate(all="ignore"):
            return -np.sum(p * np.log(p), axis=-1).mean()

    return statistics(raw_scores(d, S, n, rng), d, entropy)


@q.mistake("""You divided by d, not by √d: scores shrink to nothing as d grows, and the softmax is
uniform, with an entropy of nearly ln S.""")
def divided_by_d(d, S, n, rng):
    raw = raw_scores(d, S, n, rng)
    return statistics(raw, d, entropy_scaled=entropies(softmax(raw / d)).mean())


@q.mistake("""Your softmax runs over the repetitions. Each query has weights over its own S
keys.""")
def softmax_over_repetitions(d, S, n, rng):
    def entropy(scores):
        return entropies(softmax(scores.T)).mean()

    return statistics(raw_scores(d, S, n, rng), d, entropy)


@q.mistake("""The softmax runs over all n · S scores at once. Each query has weights over its own S
keys: normalise each row.""")
def softmax_over_everything(d, S, n, rng):
    def entropy(scores):
        return entropies(softmax(scores.reshape(1, -1))).mean()

    return statistics(raw_scores(d, S, n, rng), d, entropy)


@q.mistake("""Your entries are uniform on [0, 1) (rng.random). They have mean ½ and variance 1/12,
so scores do not have variance d. Use rng.standard_normal.""")
def uniform_entries(d, S, n, rng):
    raw = np.einsum("nd,nsd->ns", rng.random((n, d)), rng.random((n, S, d)))
    return statistics(raw, d)


@q.mistake("""One query serves all repetitions, so your variance is |q|² of that query: it is d on
average, but jumps with the seed. Draw a new query each time.""")
def one_query_for_all(d, S, n, rng):
    query = rng.standard_normal(d)
    return statistics(rng.standard_normal((n, S, d)) @ query, d)


@q.mistake("""One set of keys serves all repetitions, so your variance is the mean |k|² of these S
keys: d on average, but with few keys it jumps with the seed. Draw S new keys for each query.""")
def one_set_of_keys_for_all(d, S, n, rng):
    keys = rng.standard_normal((S, d))
    return statistics(rng.standard_normal((n, d)) @ keys.T, d)


@q.mistake("""The randomness does not come from `rng`: the same seed gives another result, so nobody
can repeat your measurement. Draw everything with rng's methods.""")
def rng_ignored(d, S, n, rng):
    return statistics(raw_scores(d, S, n, np.random.default_rng()), d)


@q.mistake("""You made a generator with a fixed seed of your own, so another `rng` changes nothing.
Draw everything with rng's methods.""")
def own_fixed_seed(d, S, n, rng):
    return statistics(raw_scores(d, S, n, np.random.default_rng(0)), d)


@q.variant
def one_repetition_at_a_time(d, S, n, rng):
    import math

    scores, sums = [], [0.0, 0.0]
    for _ in range(n):
        query = rng.normal(size=d)
        row = [float(query @ rng.normal(size=d)) for _ in range(S)]
        scores += row
        for i, scale in enumerate((1.0, math.sqrt(d))):
            z = [score / scale for score in row]
            weights = [math.exp(value - max(z)) for value in z]
            p = [w / sum(weights) for w in weights]
            sums[i] -= sum(w * math.log(w) for w in p if w > 0) / n
    return {
        "variance": float(np.var(scores, ddof=1)), "entropy_raw": sums[0], "entropy_scaled": sums[1]
    }


@q.variant
def entropy_from_log_sum_exp(d, S, n, rng):
    from scipy.special import entr, softmax

    keys, queries = rng.standard_normal((n, S, d)), rng.standard_normal((n, d, 1))
    raw = (keys @ queries)[..., 0]
    scaled = raw * d**-0.5
    H = [entr(softmax(z, axis=1)).sum(axis=1).mean() for z in (raw, scaled)]
    return {"variance": np.var(raw), "entropy_raw": H[0], "entropy_scaled": H[1]}


@q.variant
def torch_float32(d, S, n, rng):
    Q, K = (torch.tensor(rng.standard_normal(shape), dtype=torch.float32) for shape in
            ((n, 1, d), (n, d, S)))
    raw = (Q @ K)[:, 0]

    def entropy(z):
        return -(z.softmax(-1) * z.log_softmax(-1)).sum(-1).mean()

    return {
        "variance": raw.var(), "entropy_raw": entropy(raw), "entropy_scaled": entropy(raw / d**0.5)
    }


q.hints(
    """Which array holds one row a repetition and one column a key? The variance is over all of it;
a softmax and an entropy belong to one row.""",
    """d = 1, S = 2, scores (0, 0): weights (½, ½), entropy ln 2 = 0.693. Scores (800, 0): weights
(1, 0), entropy 0, not NaN.""",
    """raw [n, S] with a new query in each row; raw.var(); p = softmax of each row (maximum
subtracted); mean over rows of −Σ p·ln p where p > 0; the same for raw / √d.""",
)
q.why("""A product of two independent standard normals has mean 0 and variance 1; a dot product adds
d of them. So raw scores spread like √d, and the softmax sees differences of 8 at d = 64: it hands
nearly everything to one key, and its gradient p(1 − p) nearly vanishes. Divided by √d the spread is
1 at any width, which is a statement about *initialisation*: queries and keys that have been trained
are not independent, and their scores can grow again.

The mean of entropies is not the entropy of the mean: averaged over queries, one-hot rows look
perfectly flat. Read attention maps row by row.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "explain_to_a_backend_engineer", "task": true, "points": 4}
# ## 8. Explain it to a backend engineer (4 points, graded by hand, 10 minutes)
#
# A colleague who knows hash maps, SQL and caches, but no machine learning, asks: **"What does
# attention do, and why did our latency and memory explode when product doubled the context?"**
#
# Answer in **five sentences**, in the cell below this one: what a query, a key and a value are;
# what the softmax does; what the mask is for; what doubled and what quadrupled; what you would do
# about it. Use at least one number that your `block_costs` computes, and say for which sizes.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or wrong on the mechanism (keys are averaged; attention picks exactly one key).
# - **1**: a slogan ("it looks at the important words", "attention is quadratic") without mechanism
#   or number.
# - **2**: right mechanism: a soft look-up; each query is compared with all keys, and gets the
#   average of the values, weighted by a softmax of the matches; a causal mask hides later tokens.
#   Says that the table has T² entries. No number, or one without its sizes.
# - **3**: as 2, and tells apart what doubles (projections, MLP, cached keys and values) and what
#   quadruples (the table's FLOPs, and its bytes if it is stored), with a number from `block_costs`
#   and its sizes. For instance: D = 4096, F = 16 384, h = 32, 2 bytes: one block's scores go from
#   4.3 GB at 8192 tokens to 17.2 GB at 16 384, while table FLOPs go from a third of the rest to two
#   thirds.
# - **4**: as 3, and draws the consequence: which of the two binds here (below T = 6·D most FLOPs
#   are not attention's, so exploding memory points to a stored table), the remedy that fits (a
#   fused kernel that never stores the table; then grouped heads for the cache, a window, or less
#   context), and what it does not fix (the FLOPs stay T²). Five sentences that the colleague
#   understands: every term is tied to something that they know, and where the picture fails is said
#   (a hash map returns one value, attention a mixture).
#
# A level-4 answer: "Attention is a look-up in which nothing matches exactly: each token sends a
# query, compares it with the key of every earlier token, turns the matches into shares that add up
# to 1, and gets back the mixture of their values in those shares, never a single row as from a hash
# map. The mask is a filter that removes later tokens before shares are handed out, else training
# could read the answer. With twice the tokens, everything that is done per token doubles, cached
# keys and values included, but the table of matches quadruples: for width 4096, 32 heads and 2
# bytes, one block's table goes from 4.3 GB at 8192 tokens to 17.2 GB at 16 384. In FLOPs the table
# is still only two thirds of the rest at that length, since the two meet at six times the width, so
# if memory is what exploded we are storing a table that nobody needs. I would switch to a fused
# kernel that works through the table in tiles and never stores it, then share keys and values
# between heads to shrink the cache; the quadratic work remains, so beyond that we need a window or
# a shorter context."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
