# %% [markdown]
# # {{title}}: the assignment
#
# Eight questions and one explanation, about {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** Arrays are NumPy float64; their shapes are in brackets. `n` is
# the number of rows, `d` the number of features. No argument may be changed in place. NumPy,
# SciPy's linear algebra and PyTorch are allowed; what you return may be arrays or tensors. Each
# question says whether its loss is a **sum** or a **mean**, and what λ multiplies: half of all
# mistakes with penalties are made there.

# %% nbgrader={"grade_id": "imports", "locked": true}
import numpy as np

from mlprep.check import Question

# %% [markdown]
# ## 1. Least squares at any rank (3 points, 10 minutes)
#
# Minimise the **sum** of squares $\lVert y - Xw - b\rVert^2$ over $w$ and the intercept $b$.
#
# - Often there are many minimisers: repeated columns, a constant column, more features than rows.
#   Return the one with the smallest $\lVert w\rVert$. The intercept does **not** count in that
#   length.
# - Two columns may agree to seven digits. The weights must still be right to four decimals.
# - $n \ge 1$, $d \ge 1$, in any proportion.
#
# **Example.** With $y=(1,3,5)$ and one column $(0,1,2)$, $w=(2)$ and $b=1$. With that column twice,
# $w=(1,1)$ and $b=1$. With that column and a column of ones, $w=(2,0)$ and $b=1$.


# %% nbgrader={"grade_id": "least_squares", "solution": true}
def least_squares(X, y):
    """Least squares with an intercept; of all minimisers the one with the shortest w.

    Args:
        X: float array [n, d]. Features, of any rank.
        y: float array [n]. Targets.

    Returns:
        (w, b): float array [d] and float.
    """
    ### BEGIN SOLUTION
    x_mean, y_mean = X.mean(axis=0), y.mean()
    w = np.linalg.lstsq(X - x_mean, y - y_mean, rcond=None)[0]  # shortest, from the SVD of X
    return w, y_mean - x_mean @ w
    ### END SOLUTION


# %% nbgrader={"grade_id": "least_squares_finds_the_shortest_fit", "grade": true}
"""The fit is right and the shortest, whatever the rank of X."""
q = Question(least_squares, points=3)
q.case(
    np.array([[0.0], [1.0], [2.0]]),
    np.array([1.0, 3.0, 5.0]),
    gives=([2.0], 1.0),
    claim="A line through (0, 1), (1, 3) and (2, 5) has slope 2 and intercept 1",
)
q.case(
    np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]),
    np.array([1.0, 3.0, 5.0]),
    gives=([1.0, 1.0], 1.0),
    claim="Of all ways to share a slope of 2 between equal columns, (1, 1) is the shortest",
)
q.case(
    np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]]),
    np.array([1.0, 3.0, 5.0]),
    gives=([2.0, 0.0], 1.0),
    claim="A constant column can do nothing that b cannot do for free: its weight is 0",
)


@q.probe(gives="")
def columns_that_agree_to_seven_digits(f):
    """Two columns agree to seven digits; y = 2·first − second has no noise."""
    rng = np.random.default_rng(0)
    first = rng.standard_normal(17)
    first -= first.mean()
    X = np.column_stack([first, first + 1e-7 * rng.standard_normal(17)])
    w, _ = f(X, X @ np.array([2.0, -1.0]))
    first, second = float(w[0]), float(w[1])
    if abs(first - 2.0) < 1e-4:
        return ""
    if abs(first - second) < 0.1:
        return "your two weights are nearly equal"
    return "your weights are off in the first four decimals"


### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    np.random.default_rng(1).standard_normal((13, 3)) + np.array([5.0, 0.0, -2.0]),
    np.random.default_rng(2).standard_normal(13) + 7.0,
    claim="With 13 rows and 3 columns there is one minimiser",
)


@q.probe(gives="")
def more_features_than_rows(f):
    """With 5 rows and 7 features, of all exact fits the shortest w is wanted."""
    rng = np.random.default_rng(3)
    X, y = rng.standard_normal((5, 7)), 4.0 + rng.standard_normal(5)
    want, b = through_the_svd(X, y)
    w, b = f(X.copy(), y.copy())
    w = np.asarray(w, dtype=float).reshape(-1)
    if w.size != 7:
        return f"your w has {w.size} entries"
    return "" if np.abs(w - want).max() < 1e-6 else "yours is another w"


@q.probe(gives={"w": [0.0, 0.0], "b": 3.0}, atol=1e-9)
def one_row(f):
    """One row (x = (1, 2), y = 3) says nothing about slopes: w = 0, and b does the work."""
    w, b = f(np.array([[1.0, 2.0]]), np.array([3.0]))
    return {"w": w, "b": b}


@q.reference
def through_the_svd(X, y):
    import torch

    Xc = torch.from_numpy(X - X.mean(axis=0))
    U, s, Vt = torch.linalg.svd(Xc, full_matrices=False)
    kept = s > 1e-12 * max(float(s.max()), 1.0)
    w = Vt[kept].T @ ((U[:, kept].T @ torch.from_numpy(y - y.mean())) / s[kept])
    return w.numpy(), float(y.mean() - X.mean(axis=0) @ w.numpy())


def split(coefficients):
    return coefficients[:-1], coefficients[-1]


def with_ones(X):
    return np.column_stack([X, np.ones(len(X))])


@q.mistake("""You solved the normal equations with XᵀX. It has no inverse when columns depend on
each other, and where they nearly do, it squares the condition number: 1e7 becomes 1e14, and the
weights lose all but two digits. Work on X itself: np.linalg.lstsq or pinv of the centred X.""")
def inv_not_solve(X, y):
    A = with_ones(X)
    return split(np.linalg.inv(A.T @ A) @ (A.T @ y))


@q.mistake("""You took the pseudo-inverse of XᵀX. That finds the shortest fit, but forming XᵀX
has squared the condition number already, so columns that nearly agree lose their digits. Take
np.linalg.pinv or lstsq of the centred X itself.""")
def pinv_of_the_gram_matrix(X, y):
    Xc = X - X.mean(axis=0)
    w = np.linalg.pinv(Xc.T @ Xc) @ (Xc.T @ (y - y.mean()))
    return w, y.mean() - X.mean(axis=0) @ w


@q.mistake("""You made XᵀX invertible by a small penalty (or by cutting its small eigenvalues).
Where two columns nearly agree, even 1e-8 outweighs what the data know of their difference, and
both get the same weight. Take np.linalg.lstsq of the centred X: it needs neither.""")
def small_ridge_added(X, y):
    Xc = X - X.mean(axis=0)
    w = np.linalg.solve(Xc.T @ Xc + 1e-8 * np.eye(X.shape[1]), Xc.T @ (y - y.mean()))
    return w, y.mean() - X.mean(axis=0) @ w


@q.mistake("""You appended a column of ones and took the shortest (w, b), so b counts in the
length and leaks into w. Only ‖w‖ is to be small: centre X and y, solve for w, then b = mean(y)
− mean(x)·w.""")
def intercept_in_the_norm(X, y):
    return split(np.linalg.lstsq(with_ones(X), y, rcond=None)[0])


@q.mistake("""The intercept is missing: your fit goes through the origin. Centre X and y, solve
for w, then b = mean(y) − mean(x)·w.""")
def no_intercept(X, y):
    return np.linalg.lstsq(X, y, rcond=None)[0], 0.0


@q.mistake("""Your b is the mean of y. That is the intercept of the *centred* problem; in the
units of X it is mean(y) − mean(x)·w.""")
def b_is_the_mean_of_y(X, y):
    return np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)[0], y.mean()


@q.mistake("""You centred y but not X. Then w must also explain why X has a mean. Centre both.""")
def only_y_centred(X, y):
    w = np.linalg.lstsq(X, y - y.mean(), rcond=None)[0]
    return w, y.mean() - X.mean(axis=0) @ w


@q.variant
def pseudo_inverse_of_centred_x(X, y):
    w = np.linalg.pinv(X - X.mean(axis=0), rcond=1e-12) @ y  # centring X is enough
    return list(w), float(np.mean(y - X @ w))


@q.variant
def in_torch(X, y):
    import torch

    X, y = torch.from_numpy(X), torch.from_numpy(y)
    w = torch.linalg.lstsq(X - X.mean(0), (y - y.mean())[:, None], driver="gelsd").solution[:, 0]
    return w, y.mean() - X.mean(0) @ w


@q.variant
def complete_orthogonal_factors(X, y):
    from scipy import linalg

    w = linalg.lstsq(X - X.mean(0), y - y.mean(), lapack_driver="gelsy", cond=1e-12)[0]
    return w, (y - X @ w).mean()


q.hints(
    """Two properties: which of many minimisers you return, and how many digits survive when two
columns nearly agree. Both are decided by the matrix that you decompose.""",
    """X = [[0, 1], [1, 1], [2, 1]], y = [1, 3, 5]: the column of ones competes with b. The
shortest w is (2, 0). A solver that sees [X, 1] as one matrix splits the 1 into 0.5 and 0.5.""",
    """Subtract the column means from X and the mean from y. Give the centred X, not XᵀX, to
np.linalg.lstsq. Then b = mean(y) − mean(x)·w.""",
)
q.why("""For given w the best b is mean(y) − mean(x)·w. Put that in, and what is left is least
squares of centred y on centred X **without** intercept: exact for any rank, and the length
that `lstsq` makes small is then that of w alone. A column of ones gives the same fit, but not
the same choice among fits.

The textbook formula (XᵀX)⁻¹Xᵀy is right on paper. In floating point the error of the weights
grows with the square of the condition number κ of X, and `lstsq`'s with κ itself (for small
residuals). Seven digits of agreement are κ ≈ 1e7: κ² = 1e14 leaves two of sixteen digits. "Use
solve, not inv" does not help here: the digits are gone once XᵀX is formed.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Ridge, with and without standardising (5 points, 15 minutes)
#
# Minimise $\lVert y-Xw-b\rVert^2+\lambda\lVert w\rVert^2$: a **sum** over rows plus λ times the sum
# of squared weights. $\lambda>0$. The intercept $b$ is not penalised.
#
# With `standardise=True` the penalty is $\lambda\lVert u\rVert^2$ instead, where $u_j=s_jw_j$ is
# the weight of the standardised column $(x_j-\bar x_j)/s_j$, and $s_j$ is the population standard
# deviation (`np.std`, ddof = 0) of column $j$. What you return are $w$ and $b$ for the **raw** `X`
# in both cases: predictions are `X @ w + b`. No column is constant then.
#
# **Example.** One column $(0,2,4)$, $y=(1,3,5)$, so $\bar x=2$, $s=\sqrt{8/3}$ and
# $\sum(x-\bar x)(y-\bar y)=8$. With $\lambda=8$: $w=8/(8+8)=0.5$, $b=3-0.5\cdot2=2$. With
# `standardise=True` the penalty on $w$ is $8s^2=64/3$, so $w=8/(8+64/3)=3/11$.


# %% nbgrader={"grade_id": "ridge", "solution": true}
def ridge(X, y, lam, standardise=False):
    """Ridge regression with a free intercept, in the units of X.

    Args:
        X: float array [n, d]. Features.
        y: float array [n]. Targets.
        lam: float > 0. Multiplies the sum of squared weights; the loss is a sum over rows.
        standardise: bool. Penalise the weights of the standardised columns instead.

    Returns:
        (w, b): float array [d] and float, for raw X.

    Source: Hoerl & Kennard (1970).
    """
    ### BEGIN SOLUTION
    x_mean, y_mean = X.mean(axis=0), y.mean()
    scale = X.std(axis=0) if standardise else np.ones(X.shape[1])
    Z = (X - x_mean) / scale
    u = np.linalg.solve(Z.T @ Z + lam * np.eye(Z.shape[1]), Z.T @ (y - y_mean))
    w = u / scale
    return w, y_mean - x_mean @ w
    ### END SOLUTION


# %% nbgrader={"grade_id": "ridge_shrinks_weights_not_the_intercept", "grade": true}
"""Weights shrink by the amount that λ says; the intercept does not."""
q = Question(ridge, points=5)
q.case(
    np.array([[0.0], [2.0], [4.0]]),
    np.array([1.0, 3.0, 5.0]),
    8.0,
    gives=([0.5], 2.0),
    claim="A sum of squares of 8 against λ = 8 halves the slope; the line still meets the means",
)
q.case(
    np.array([[0.0], [2.0], [4.0]]),
    np.array([1.0, 3.0, 5.0]),
    8.0,
    kwargs={"standardise": True},
    gives=([3 / 11], 3 - 6 / 11),
    claim="With standardise=True the penalty is 8·s²·w² with s² = 8/3, and w is for raw X",
)


@q.probe(gives={"w": [0.0, 0.0], "b": 10.0}, atol=1e-3)
def a_huge_penalty_leaves_the_mean(f):
    """λ = 1e8 takes all slopes away, and what is left is the mean of y, 10."""
    X = np.array([[1.0, 4.0], [2.0, 1.0], [3.0, 3.0], [6.0, 0.0]])
    w, b = f(X, np.array([9.0, 11.0, 10.5, 9.5]), 1e8)
    return {"w": w, "b": b}


### BEGIN HIDDEN TESTS
q.hidden()


def table(n=13, d=3, seed=4):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) * np.geomspace(0.2, 9.0, d) + np.arange(d) - 3.0
    return X, X @ np.linspace(2.0, -0.5, d) + 6.0 + rng.standard_normal(n)


q.case(*table(), 2.5, claim="Three columns of different size, 13 rows, λ = 2.5")
q.case(
    *table(),
    2.5,
    kwargs={"standardise": True},
    claim="With standardise=True each column is penalised as if its standard deviation were 1",
)


@q.probe(gives="")
def more_features_than_rows(f):
    """With λ > 0 there is one minimiser, also for 5 rows of 7 features."""
    X, y = table(5, 7, 5)
    want, got = as_extra_rows(X, y, 0.7)[0], f(X.copy(), y.copy(), 0.7)[0]
    got = np.asarray(got, dtype=float).reshape(-1)
    return "" if got.shape == (7,) and np.allclose(got, want, rtol=1e-6) else "yours is another w"


@q.probe
def change_of_units(f):
    """With standardise=True, metres or millimetres in a column give the same predictions."""
    X, y = table(11, 2, 6)
    both = []
    for unit in (1.0, 1000.0):
        scaled = X * np.array([unit, 1.0])
        w, b = f(scaled, y.copy(), 3.0, standardise=True)
        both.append(scaled @ np.asarray(w, dtype=float).reshape(2) + float(b))
    return np.array(both)


@q.reference
def as_extra_rows(X, y, lam, standardise=False):
    n, d = X.shape
    scale = ((X**2).mean(0) - X.mean(0) ** 2) ** 0.5 if standardise else np.ones(d)
    top = np.column_stack([X, np.ones(n)])
    bottom = np.column_stack([np.diag(lam**0.5 * scale), np.zeros(d)])  # d rows with target 0
    both = np.linalg.lstsq(np.vstack([top, bottom]), np.append(y, np.zeros(d)), rcond=None)[0]
    return both[:-1], both[-1]


def solved(X, y, penalty):
    """Right but for the penalty: w minimises ‖yc − Xc w‖² + Σ penalty_j w_j²."""
    Xc = X - X.mean(0)
    gram = Xc.T @ Xc + np.diag(np.broadcast_to(penalty, X.shape[1]))
    w = np.linalg.lstsq(gram, Xc.T @ (y - y.mean()), rcond=None)[0]
    return w, y.mean() - X.mean(0) @ w


def units(X, standardise):
    return X.std(0) ** 2 if standardise else np.ones(X.shape[1])


@q.mistake("""The intercept was shrunk with the weights: with a large λ your predictions go to 0
instead of the mean of y. Leave b out of the penalty: centre X and y first, or put a 0 at its
place on the diagonal.""")
def penalise_bias(X, y, lam, standardise=False):
    scale = units(X, standardise) ** 0.5
    Z = (X - X.mean(0)) / scale if standardise else X
    A = np.column_stack([Z, np.ones(len(X))])
    both = np.linalg.solve(A.T @ A + lam * np.eye(A.shape[1]), A.T @ y)
    w = both[:-1] / scale
    return w, both[-1] - (X.mean(0) @ w if standardise else 0.0)


@q.mistake("""Your λ is n times too strong: that is the right weight for a *mean* of squares.
Here the loss is a sum over rows, so λ goes onto the diagonal of XᵀX as it is.""")
def lambda_not_scaled_by_n(X, y, lam, standardise=False):
    return solved(X, y, len(X) * lam * units(X, standardise))


@q.mistake("""Your λ is n times too weak: you divided the penalty, but not the loss, by n. Both
are sums here: λ goes onto the diagonal of XᵀX as it is.""")
def lambda_divided_by_n(X, y, lam, standardise=False):
    return solved(X, y, lam / len(X) * units(X, standardise))


@q.mistake("""Your λ counts twice. Setting the derivative of ‖y − Xw‖² + λ‖w‖² to zero gives a
factor 2 in *both* terms, and it cancels: XᵀX + λI, not XᵀX + 2λI.""")
def factor_two_kept(X, y, lam, standardise=False):
    return solved(X, y, 2 * lam * units(X, standardise))


@q.mistake("""Your λ is half as strong as asked: that is the solution for (λ/2)‖w‖² beside a
sum of squares without ½. Add λ, not λ/2, to the diagonal.""")
def penalty_halved(X, y, lam, standardise=False):
    return solved(X, y, lam / 2 * units(X, standardise))


@q.mistake("""You added λ to *every* entry of XᵀX: `A + lam` broadcasts. That penalises (Σw)²,
not Σw², so opposite weights are free. Only the diagonal gets λ: `A + lam * np.eye(d)`.""")
def lambda_added_to_every_entry(X, y, lam, standardise=False):
    scale = units(X, standardise) ** 0.5
    Xc = X - X.mean(0)
    gram = Xc.T @ Xc + lam * np.outer(scale, scale)
    w = np.linalg.lstsq(gram, Xc.T @ (y - y.mean()), rcond=None)[0]
    return w, y.mean() - X.mean(0) @ w


@q.mistake("""You fitted w without centring and set b afterwards. Then w has already been bent
to explain the means. Centre X and y first; b follows.""")
def intercept_after_the_fit(X, y, lam, standardise=False):
    penalty = np.diag(lam * units(X, standardise))
    w = np.linalg.solve(X.T @ X + penalty, X.T @ y)
    return w, np.mean(y - X @ w)


@q.mistake("""There is no intercept: b is 0 and X was not centred. Centre X and y, solve for w,
then b = mean(y) − mean(x)·w.""")
def no_intercept(X, y, lam, standardise=False):
    penalty = np.diag(lam * units(X, standardise))
    return np.linalg.solve(X.T @ X + penalty, X.T @ y), 0.0


@q.mistake("""You standardise always. Without standardise=True the penalty is on the raw
weights.""")
def standardises_always(X, y, lam, standardise=False):
    return solved(X, y, lam * X.std(0) ** 2)


@q.mistake("""The penalty is λ‖w‖, not squared. It pulls with the same force however short w
is, and sets all weights to zero at once. Ridge is λ‖w‖²: add λ to the diagonal of XᵀX.""")
def l2_not_squared(X, y, lam, standardise=False):
    scale = units(X, standardise) ** 0.5
    w, b = solved(X, y, 0.0)
    for _ in range(200):
        length = max(float(np.linalg.norm(scale * w)), 1e-12)
        w, b = solved(X, y, lam / (2 * length) * scale**2)
    return w, b


@q.mistake("""`standardise` makes no difference in your answer: you penalised raw weights, so a
feature in millimetres is penalised a million times less than the same feature in metres. Divide
the columns by their standard deviations before the penalty, and the weights afterwards.""")
def no_standardise_before_penalty(X, y, lam, standardise=False):
    return solved(X, y, lam)


@q.mistake("""You returned the weights of the standardised columns. A prediction is made from
raw X: divide each weight by its column's standard deviation, then compute b.""")
def weights_in_standard_units(X, y, lam, standardise=False):
    scale = units(X, standardise) ** 0.5
    w = solved(X, y, lam * scale**2)[0] * scale
    return w, y.mean() - (X.mean(0) / scale) @ w


@q.mistake("""You multiplied by the standard deviations where you must divide. Predictions are
u·(x − mean)/s, so w = u/s: a feature in larger units gets a smaller weight.""")
def scaled_the_wrong_way(X, y, lam, standardise=False):
    scale = units(X, standardise) ** 0.5
    w = solved(X, y, lam * scale**2)[0] * scale**2
    return w, y.mean() - X.mean(0) @ w


@q.mistake("""With standardise=True you returned weights *and* intercept of the standardised
columns. For raw X divide each weight by its column's standard deviation, and subtract
mean(x)·w from the mean of y.""")
def coefficients_in_standard_units(X, y, lam, standardise=False):
    scale = units(X, standardise) ** 0.5
    w, b = solved(X, y, lam * scale**2)
    return w * scale, y.mean() if standardise else b


@q.mistake("""You standardised with ddof = 1. The statement asks for the population standard
deviation (np.std's default); torch.std and pandas divide by n − 1.""")
def sample_standard_deviation(X, y, lam, standardise=False):
    factor = len(X) / (len(X) - 1) if standardise else 1.0
    return solved(X, y, lam * factor * units(X, standardise))


@q.mistake("""Your b is the mean of y, the intercept for centred columns. For raw X it is
mean(y) − mean(x)·w.""")
def b_is_the_mean_of_y(X, y, lam, standardise=False):
    return solved(X, y, lam * units(X, standardise))[0], y.mean()


@q.variant
def shrunken_singular_values(X, y, lam, standardise=False):
    scale = X.std(0) if standardise else 1.0
    U, d, Vt = np.linalg.svd((X - X.mean(0)) / scale, full_matrices=False)
    w = Vt.T @ (d / (d**2 + lam) * (U.T @ y)) / scale
    return w, y.mean() - X.mean(0) @ w


@q.variant
def zero_on_the_diagonal(X, y, lam, standardise=False):
    import torch

    A = torch.from_numpy(np.column_stack([X, np.ones(len(X))]))
    penalty = lam * torch.ones(A.shape[1], dtype=torch.float64)
    if standardise:
        penalty[:-1] *= torch.from_numpy(X).var(dim=0, correction=0)
    penalty[-1] = 0.0
    both = torch.linalg.solve(A.T @ A + torch.diag(penalty), A.T @ torch.from_numpy(y))
    return both[:-1], both[-1]


@q.variant
def through_the_kernel(X, y, lam, standardise=False):
    scale = np.std(X, axis=0) if standardise else np.ones(X.shape[1])
    Z = (X - X.mean(0)) / scale
    dual = np.linalg.solve(Z @ Z.T + lam * np.eye(len(X)), y - y.mean())
    w = Z.T @ dual / scale
    return w, np.mean(y - X @ w)


q.hints(
    """Three properties: b is free, λ multiplies a sum beside a sum, and with standardise=True
the predictions do not depend on the units of the columns.""",
    """X = [[0], [2], [4]], y = [1, 3, 5], λ = 8. Around the means: Σ(x−2)² = 8, Σ(x−2)(y−3) =
8. The slope is 8 / (8 + λ).""",
    """Centre X and y; divide by s if standardise; solve (ZᵀZ + λI)u = Zᵀy; w = u / s; b =
mean(y) − mean(x)·w.""",
)
q.why("""Centring removes b from the problem, so it cannot be shrunk by accident. That matters:
add 100 to all targets, and predictions must rise by 100. With a penalised intercept they do
not.

λ has a unit: that of the loss divided by that of w². Beside a *mean* of squares the same
shrinkage needs λ/n, and beside a feature in millimetres instead of metres λ/1e6 of it. So a λ
without its objective and its feature scaling says nothing, which is why code that is moved
between libraries (scikit-learn's Ridge: a sum; its Lasso: a mean with ½; weight_decay: λ/2)
changes its results without an error. Standardising fixes the second dependence: u = s·w has
the unit of y.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Which penalty pulls harder? (3 points, 10 minutes)
#
# With orthonormal columns each weight is its own problem. Let `z` be the least-squares weights and
# minimise, for each entry,
#
# | | objective |
# |---|---|
# | `l1` | $\tfrac12(w-z)^2+\lambda\lvert w\rvert$ |
# | `l2` | $\tfrac12(w-z)^2+\tfrac\lambda2 w^2$ |
#
# Return both minimisers, and for each entry who **pulls harder**: `"l1"` or `"l2"`, whichever takes
# more away from $\lvert z\rvert$, and `"same"` where they take away the same to within $10^{-9}$.
# `lam` is 0 or more.
#
# **Example.** `shrink(np.array([3.0, -0.5]), 1.0)`: `l1` gives (2, 0), `l2` gives (1.5, −0.25). So
# the first entry is pulled harder by `"l2"` (1.5 against 1), the second by `"l1"`.


# %% nbgrader={"grade_id": "shrink", "solution": true}
def shrink(z, lam):
    """What an L1 and an L2 penalty make of a weight, and which of them takes more away.

    Args:
        z: float array [d]. Unpenalised weights.
        lam: float ≥ 0.

    Returns:
        (l1, l2, harder): float arrays [d], [d], and a list of d strings "l1", "l2" or "same".
    """
    ### BEGIN SOLUTION
    l1 = np.sign(z) * np.maximum(np.abs(z) - lam, 0.0)
    l2 = z / (1 + lam)
    more = np.abs(l2) - np.abs(l1)  # > 0: less is left by l1
    harder = ["same" if abs(m) <= 1e-9 else "l1" if m > 0 else "l2" for m in more]
    return l1, l2, harder
    ### END SOLUTION


# %% nbgrader={"grade_id": "shrink_tells_l1_from_l2", "grade": true}
"""L1 subtracts, L2 divides; large weights lose more to L2."""
q = Question(shrink, points=3)
q.case(
    np.array([3.0, -0.5]),
    1.0,
    gives=([2.0, 0.0], [1.5, -0.25], ["l2", "l1"]),
    claim="L1 takes λ = 1 from 3 and all of −0.5; L2 takes half of both",
)
q.case(
    np.array([-4.0, 0.2, 2.0]),
    1.0,
    gives=([-3.0, 0.0, 1.0], [-2.0, 0.1, 1.0], ["l2", "l1", "same"]),
    claim="Signs are kept, and at |z| = 1 + λ both leave the same",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    np.array([-2.6, -0.7, 0.3, 0.9, 5.1]),
    0.5,
    claim="Both penalties are symmetric: −z gives the negative of what z gives",
)
q.case(np.array([0.0, 1.0, -7.0]), 0.0, claim="Without a penalty nothing is taken away")
q.case(np.array([0.0, 3.0, -9.0, 4.0]), 3.0, claim="At |z| = λ the L1 weight is exactly 0")


@q.probe(gives=["l2", "l2", "l1", "l1", "l2"])
def large_weights_lose_more_to_l2(f):
    """L1 takes at most λ, L2 takes the share λ/(1+λ): beyond |z| = 1+λ that is more."""
    return f(np.array([10.0, -3.1, 2.9, 0.01, 100.0]), 2.0)[2]


@q.reference
def by_three_candidates(z, lam):
    import torch

    l1, l2, harder = [], [], []
    for value in z.tolist():
        allowed = [w for w in (value - lam, 0.0) if w >= 0] + [min(value + lam, 0.0)]
        l1.append(min(allowed, key=lambda w: 0.5 * (w - value) ** 2 + lam * abs(w)))
        w = torch.zeros((), dtype=torch.float64, requires_grad=True)
        (0.5 * (w - value) ** 2 + 0.5 * lam * w**2).backward()
        l2.append(-float(w.grad) / (1 + lam))  # one Newton step solves a quadratic
        taken = [abs(value) - abs(part[-1]) for part in (l1, l2)]
        names = "l1" if taken[0] > taken[1] else "l2"
        harder.append("same" if abs(taken[0] - taken[1]) <= 1e-9 else names)
    return l1, l2, harder


def soft(z, lam):
    return np.sign(z) * np.maximum(np.abs(z) - lam, 0.0)


def verdicts(z, l1, l2):
    taken1, taken2 = np.abs(z) - np.abs(l1), np.abs(z) - np.abs(l2)
    same = np.abs(taken1 - taken2) <= 1e-9
    return ["same" if s else "l1" if a > b else "l2" for s, a, b in zip(same, taken1, taken2)]


def right(z, lam):
    return soft(z, lam), z / (1 + lam)


@q.mistake("""You say that L1 always pulls harder. It does not: it takes at most λ from any
weight, and L2 takes the share λ/(1+λ), which is more for every |z| > 1+λ. L1 is sparse because
its pull does not fade near 0, not because it is stronger.""")
def l1_because_shrinks_more(z, lam):
    l1, l2 = right(z, lam)
    return l1, l2, ["l1" if v and lam else "same" for v in z]


@q.mistake("""Your soft threshold works on positive weights only: −3 with λ = 1 must give −2,
and you give 0. Shrink toward zero from both sides: sign(z) · max(|z| − λ, 0).""")
def lasso_one_sided(z, lam):
    l1, l2 = np.maximum(z - lam, 0.0), z / (1 + lam)
    return l1, l2, verdicts(z, l1, l2)


@q.mistake("""You let weights cross zero: z − λ·sign(z) turns 0.5 into −0.5 at λ = 1. The
minimum is at 0 as soon as |z| ≤ λ: sign(z) · max(|z| − λ, 0).""")
def crosses_zero(z, lam):
    l1, l2 = z - lam * np.sign(z), z / (1 + lam)
    return l1, l2, verdicts(z, l1, l2)


@q.mistake("""That is hard thresholding: large weights are kept as they are. An L1 penalty also
takes λ from the weights that survive. (Keeping them is what a penalty on the *number* of
weights does.)""")
def hard_threshold(z, lam):
    l1, l2 = np.where(np.abs(z) > lam, z, 0.0), z / (1 + lam)
    return l1, l2, verdicts(z, l1, l2)


@q.mistake("""Negative weights were moved away from zero: you subtract λ from −4 and get −5.
Shrinking means toward zero on both sides: sign(z) · max(|z| − λ, 0).""")
def negatives_pushed_outward(z, lam):
    l1, l2 = np.where(np.abs(z) <= lam, 0.0, z - lam), z / (1 + lam)
    return l1, l2, verdicts(z, l1, l2)


@q.mistake("""The sign is lost: negative weights came back positive. Multiply by sign(z).""")
def sign_lost(z, lam):
    l1, l2 = np.maximum(np.abs(z) - lam, 0.0), z / (1 + lam)
    return l1, l2, verdicts(z, l1, l2)


@q.mistake("""You returned what L1 takes away (z clipped to ±λ), not what is left: subtract it
from z.""")
def clipped_to_lambda(z, lam):
    l1, l2 = np.clip(z, -lam, lam), z / (1 + lam)
    return l1, l2, verdicts(z, l1, l2)


@q.mistake("""You drew the line at |z| = λ, where L1's weight becomes 0. Both take the same at
|z| = 1 + λ: solve λ = λ|z|/(1 + λ).""")
def line_drawn_at_lambda(z, lam):
    return *right(z, lam), ["l2" if abs(v) > lam else "l1" for v in z]


@q.mistake("""Your L1 threshold is λ/2. That belongs to (w − z)² without the ½; here the ½
cancels the 2 of the derivative, and the threshold is λ.""")
def l1_threshold_halved(z, lam):
    l1, l2 = soft(z, lam / 2), z / (1 + lam)
    return l1, l2, verdicts(z, l1, l2)


@q.mistake("""Your L2 weight is z(1 − λ): one gradient step, not the minimum, and past λ = 1 it
turns the sign. Set the derivative to zero: (w − z) + λw = 0.""")
def one_gradient_step_of_l2(z, lam):
    l1, l2 = soft(z, lam), z * (1 - lam)
    return l1, l2, verdicts(z, l1, l2)


@q.mistake("""Your L2 weight is z/(1+2λ): the penalty here is (λ/2)w², whose derivative is λw.
That gives z/(1+λ).""")
def l2_without_the_half(z, lam):
    l1, l2 = soft(z, lam), z / (1 + 2 * lam)
    return l1, l2, verdicts(z, l1, l2)


@q.mistake("""You named the penalty that leaves more. Asked for is the one that takes more away.""")
def names_reversed(z, lam):
    l1, l2 = right(z, lam)
    other = {"l1": "l2", "l2": "l1", "same": "same"}
    return l1, l2, [other[name] for name in verdicts(z, l1, l2)]


@q.mistake(
    """You never say "same". At z = 0 nothing can be taken, and at |z| = 1 + λ both take λ."""
)
def ties_not_seen(z, lam):
    l1, l2 = right(z, lam)
    return l1, l2, ["l1" if name == "same" else name for name in verdicts(z, l1, l2)]


@q.variant
def by_the_crossing_point(z, lam):
    l1 = [v - lam if v > lam else v + lam if v < -lam else 0.0 for v in z]
    names = []
    for v in np.abs(z):
        if lam == 0 or v == 0 or abs(v - 1 - lam) <= 1e-9:
            names.append("same")
        else:
            names.append("l1" if v < 1 + lam else "l2")
    return l1, [v / (1 + lam) for v in z], names


@q.variant
def in_torch(z, lam):
    import torch

    z = torch.from_numpy(z)
    l1, l2 = torch.nn.functional.softshrink(z, lam), z / (1 + lam)
    gap = (l2.abs() - l1.abs()).tolist()
    return l1, l2, ["same" if abs(g) <= 1e-9 else ("l2", "l1")[g > 0] for g in gap]


@q.variant
def difference_of_hinges(z, lam):
    l1 = np.maximum(z - lam, 0) - np.maximum(-z - lam, 0)
    l2 = z - z * lam / (1 + lam)
    choice = np.select(
        [np.isclose(abs(l1), abs(l2), rtol=0, atol=1e-9), abs(l1) < abs(l2)], ["same", "l1"], "l2"
    )
    return l1, l2, choice


q.hints(
    """Differentiate both objectives for w > 0. How does the pull of each penalty change as w
goes to 0, and as w grows?""",
    """λ = 1. z = 0.5: at w = 0 the loss pulls with 0.5, L1 holds with up to 1: w stays 0. z =
4: L1 takes 1, L2 takes 2.""",
    """l1 = sign(z)·max(|z| − λ, 0). l2 = z/(1 + λ). Then compare |l1| with |l2|: less left
means harder pulled.""",
)
q.why("""L1's derivative is ±λ wherever w ≠ 0, however small w is; at 0 it may be anything
between, so 0 is the minimum for a whole interval |z| ≤ λ. L2's derivative is λw: it vanishes
with w, so only z = 0 gives 0. Sparsity comes from the *kink at zero*.

The usual wrong answer, "L1 shrinks more", is wrong for exactly the weights that matter: from a
large z L1 takes λ and L2 takes λ|z|/(1+λ). That is why one tunes them apart, why lasso is less
biased on large effects, and why comparing them "at the same λ" means nothing.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Lasso by coordinate descent (5 points, 20 minutes)
#
# Minimise, without an intercept, half the **mean** of squares plus λ times the sum of absolute
# weights:
#
# $$\tfrac1{2n}\lVert y-Xw\rVert^2+\lambda\lVert w\rVert_1$$
#
# Start from $w=0$. One **sweep** visits the columns $j=0,1,\dots,d-1$ in this order and replaces
# $w_j$ by the exact minimiser over $w_j$ with all other weights at their *current* values. Return
# $w$ after exactly `iters` sweeps. `lam` ≥ 0, `iters` ≥ 0. The columns need not have the same
# length; a column of zeros keeps weight 0. Weights that are 0 must be exactly 0.0.
#
# **Example.** `X = [[1, 0], [1, 2]]`, `y = [2, 4]`, λ = 1. Column 0: mean of $x^2$ is 1, mean of
# $xy$ is 3, so $w_0=3-1=2$. The residual is (0, 2). Column 1: mean of $x^2$ is 2, of $x$ times the
# residual 2, so $w_1=(2-1)/2=0.5$. After one sweep $w=(2, 0.5)$; after two, $(1.5, 0.75)$.


# %% nbgrader={"grade_id": "lasso_cd", "solution": true}
def lasso_cd(X, y, lam, iters):
    """Lasso weights after a number of coordinate-descent sweeps from zero.

    Args:
        X: float array [n, d].
        y: float array [n].
        lam: float ≥ 0. Multiplies the sum of |w|; the loss is half the mean of squares.
        iters: int ≥ 0. Sweeps over all columns.

    Returns:
        float array [d].

    Source: Friedman, Hastie & Tibshirani (2010), section 2.
    """
    ### BEGIN SOLUTION
    n, d = X.shape
    w, residual = np.zeros(d), y.astype(float)
    curvature = (X**2).mean(axis=0)  # (d,)
    for _ in range(iters):
        for j in range(d):
            if curvature[j] == 0:
                continue
            rho = X[:, j] @ residual / n + curvature[j] * w[j]  # as if w_j were 0
            new = np.sign(rho) * max(abs(rho) - lam, 0.0) / curvature[j]
            residual = residual - X[:, j] * (new - w[j])
            w[j] = new
    return w
    ### END SOLUTION


# %% nbgrader={"grade_id": "lasso_cd_minimises_one_weight_at_a_time", "grade": true}
"""Each step is an exact minimum over one weight, and zeros are exact."""
q = Question(lasso_cd, points=5)
q.case(
    np.array([[1.0, 0.0], [1.0, 2.0]]),
    np.array([2.0, 4.0]),
    1.0,
    1,
    gives=[2.0, 0.5],
    claim="One sweep: 3 − 1 = 2 for column 0, then (2 − 1) / 2 for column 1",
)
q.case(
    np.array([[1.0, 0.0], [1.0, 2.0]]),
    np.array([2.0, 4.0]),
    1.0,
    2,
    gives=[1.5, 0.75],
    claim="The second sweep starts from (2, 0.5): without column 0's own part its mean is 2.5",
)


def sparse_truth(n=23, d=5, seed=7):
    """Columns of different length; two true weights are not 0."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) * np.geomspace(0.5, 3.0, d)
    w = np.zeros(d)
    w[1], w[-1] = 2.0, -1.0
    return X, X @ w + 0.3 * rng.standard_normal(n)


@q.probe(gives="")
def zeros_are_exact(f):
    """After 60 sweeps, three of these five weights are exactly 0.0, and two are not."""
    X, y = sparse_truth()
    w = np.asarray(f(X, y, 0.4, 60), dtype=float).reshape(-1)
    if w.size != 5:
        return f"you returned {w.size} weights"
    small = [j for j in (0, 2, 3) if 0 < abs(w[j]) < 0.1]
    if small:
        return f"weight {small[0]} is small instead"
    wrong = [j for j in range(5) if (w[j] != 0) != (j in (1, 4))]
    return f"weight {wrong[0]} is {'not 0' if w[wrong[0]] else '0'}" if wrong else ""


### BEGIN HIDDEN TESTS
q.hidden()
q.case(*sparse_truth(11, 3, 8), 0.2, 1, claim="One sweep with columns of different length")
q.case(*sparse_truth(7, 13, 9), 0.15, 3, claim="More columns than rows, after 3 sweeps")
q.case(*sparse_truth(11, 3, 10), 0.0, 120, claim="With λ = 0 the sweeps end at least squares")
q.case(*sparse_truth(11, 3, 11), 0.3, 0, claim="After 0 sweeps all weights are 0", gives=[0.0] * 3)
q.case(
    np.array([[0.0, 1.0, 2.0], [0.0, -1.0, 1.0]]),
    np.array([1.0, -2.0]),
    0.1,
    4,
    claim="A column of zeros keeps weight 0 and disturbs no other",
)
q.case(
    np.array([[1.0, 1.1], [2.0, 1.9], [3.0, 3.2]]),
    np.array([-1.0, -2.0, -3.5]),
    0.5,
    6,
    claim="Weights may be negative; two nearly equal columns need current values at every step",
)
q.case(
    *sparse_truth(11, 3, 12),
    50.0,
    5,
    gives=[0.0] * 3,
    claim="Beyond λ = max |xᵀy| / n nothing is worth its price",
)


@q.reference
def best_of_three(X, y, lam, iters):
    """For each weight: the stationary points left and right of 0, and 0; the lowest wins."""
    n, d = X.shape
    w = np.zeros(d)
    for _ in range(iters):
        for j in range(d):
            x = X[:, j]
            if not x.any():
                continue
            rest = y - np.delete(X, j, axis=1) @ np.delete(w, j)
            slope, curve = float(np.mean(x * rest)), float(np.mean(x * x))
            points = [0.0, max((slope - lam) / curve, 0.0), min((slope + lam) / curve, 0.0)]
            w[j] = min(points, key=lambda v: np.mean((rest - x * v) ** 2) / 2 + lam * abs(v))
    return w


def descend(X, y, iters, step):
    """Sweeps in which step(x, residual without j, w_j) gives the new weight of each column."""
    n, d = X.shape
    w = np.zeros(d)
    for _ in range(iters):
        for j in range(d):
            if X[:, j].any():
                w[j] = step(X[:, j], y - X @ w + X[:, j] * w[j], w[j])
    return w


def soft_value(value, t):
    return float(np.sign(value) * max(abs(value) - t, 0.0))


@q.mistake("""Your λ is n times too weak: you took the sum ½‖y − Xw‖², but the loss here is
divided by n. Divide xᵀr and xᵀx by n (or multiply λ by n), both or neither.""")
def lambda_not_scaled_by_n(X, y, lam, iters):
    return descend(X, y, iters, lambda x, r, _: soft_value(x @ r, lam) / (x @ x))


@q.mistake("""You divided xᵀr by n, but not xᵀx (or the reverse), so every weight is off by a
factor n. Both are means.""")
def mean_sum_mix(X, y, lam, iters):
    return descend(X, y, iters, lambda x, r, _: soft_value(np.mean(x * r), lam) / (x @ x))


@q.mistake("""You took (sub)gradient steps with λ·sign(w). They hop around 0 and never land on
it, so nothing is sparse. Minimise over one weight exactly: the soft threshold gives the zeros.""")
def lasso_sign_at_zero(X, y, lam, iters):
    w = np.zeros(X.shape[1])
    rate = 1 / max(np.linalg.eigvalsh(X.T @ X / len(y))[-1], 1e-12)
    for _ in range(iters):
        w = w - rate * (X.T @ (X @ w - y) / len(y) + lam * np.sign(w))
    return w


@q.mistake("""You took the sign of the *old* w_j for the derivative of |w_j|. At 0 that is 0,
so the first step is not shrunk, and later steps cross zero. The sign that counts is that of
the minimiser: sign(ρ) · max(|ρ| − λ, 0).""")
def sign_of_the_old_weight(X, y, lam, iters):
    return descend(
        X, y, iters, lambda x, r, w: (np.mean(x * r) - lam * np.sign(w)) / np.mean(x * x)
    )


@q.mistake("""You forgot to add w_j's own part back: the threshold was applied to the mean of x
times the *full* residual. From the second sweep on, that is the change that w_j wants, not its
value. Add mean(x²)·w_j first.""")
def own_part_not_added_back(X, y, lam, iters):
    n, d = X.shape
    w = np.zeros(d)
    for _ in range(iters):
        for j in range(d):
            x = X[:, j]
            if x.any():
                w[j] = soft_value(np.mean(x * (y - X @ w)), lam) / np.mean(x * x)
    return w


@q.mistake("""You updated all weights from the same old residual (Jacobi instead of
Gauss–Seidel). With correlated columns they all claim the same part of y, and the sweeps may
diverge. Use the new w_j at once.""")
def all_at_once(X, y, lam, iters):
    n, d = X.shape
    w = np.zeros(d)
    for _ in range(iters):
        residual, new = y - X @ w, w.copy()
        for j in range(d):
            x = X[:, j]
            if x.any():
                new[j] = soft_value(np.mean(x * residual) + np.mean(x * x) * w[j], lam)
                new[j] /= np.mean(x * x)
        w = new
    return w


@q.mistake("""You did not divide by mean(x²): that step is for columns scaled to mean square 1.
These columns have different lengths.""")
def unit_columns_assumed(X, y, lam, iters):
    return descend(
        X, y, iters, lambda x, r, w: soft_value(np.mean(x * r) + (1 - np.mean(x * x)) * w, lam)
    )


@q.mistake("""You divided before you thresholded, so λ was compared with a weight instead of
with a mean of x·r. Threshold first: soft(mean(x·r), λ) / mean(x²).""")
def threshold_after_division(X, y, lam, iters):
    return descend(X, y, iters, lambda x, r, _: soft_value(np.mean(x * r) / np.mean(x * x), lam))


@q.mistake("""Your threshold is λ/2: that belongs to a mean of squares *without* the ½. Here
the ½ cancels the 2 of the derivative, and the threshold is λ.""")
def threshold_halved(X, y, lam, iters):
    return descend(
        X, y, iters, lambda x, r, _: soft_value(np.mean(x * r), lam / 2) / np.mean(x * x)
    )


@q.mistake("""That is the ridge step: mean(x·r) / (mean(x²) + λ). It shrinks every weight by a
factor and makes none of them 0. For L1 subtract λ and stop at 0.""")
def ridge_step(X, y, lam, iters):
    return descend(X, y, iters, lambda x, r, _: np.mean(x * r) / (np.mean(x * x) + lam))


@q.mistake("""Your threshold knows no negative weights: a column that should get −2 gets 0.
Shrink toward zero from both sides: sign(ρ) · max(|ρ| − λ, 0).""")
def lasso_one_sided(X, y, lam, iters):
    return descend(X, y, iters, lambda x, r, _: max(np.mean(x * r) - lam, 0.0) / np.mean(x * x))


@q.mistake("""You centred X and y. This objective has no intercept: residuals are y − Xw as they
are. (In practice one would centre first, and then call this.)""")
def centred_first(X, y, lam, iters):
    return best_of_three(X - X.mean(0), y - y.mean(), lam, iters)


@q.mistake("""You moved all weights at once by a gradient step and a soft threshold (proximal
gradient, ISTA). It has exact zeros and the same end, but it is another algorithm: here each
sweep minimises exactly over one weight after the other.""")
def proximal_gradient(X, y, lam, iters):
    n, d = X.shape
    w, steepest = np.zeros(d), max(np.linalg.eigvalsh(X.T @ X / n)[-1], 1e-12)
    for _ in range(iters):
        v = w - X.T @ (X @ w - y) / (n * steepest)
        w = np.sign(v) * np.maximum(np.abs(v) - lam / steepest, 0)
    return w


@q.mistake("""You updated one column in each of the `iters` rounds. A sweep visits all d
columns.""")
def one_column_a_sweep(X, y, lam, iters):
    w = np.zeros(X.shape[1])
    for step in range(iters):
        x = X[:, step % len(w)]
        if x.any():
            rho = np.mean(x * (y - X @ w)) + np.mean(x * x) * w[step % len(w)]
            w[step % len(w)] = soft_value(rho, lam) / np.mean(x * x)
    return w


@q.mistake("""You started from the least-squares weights. The end is the same, but the
statement says from 0: that needs no solver, and works with more columns than rows.""")
def started_from_least_squares(X, y, lam, iters):
    start = np.linalg.lstsq(X, y, rcond=None)[0]
    moved = y - X @ start
    w = start.copy()
    for _ in range(iters):
        for j in range(len(w)):
            x = X[:, j]
            if x.any():
                rho = np.mean(x * (moved - X @ (w - start))) + np.mean(x * x) * w[j]
                w[j] = soft_value(rho, lam) / np.mean(x * x)
    return w


@q.mistake("""You scaled the columns to mean square 1 before the sweeps. That is another
problem: it charges λ for a weight in other units. Minimise over the weights of X as it is.""")
def columns_scaled_first(X, y, lam, iters):
    lengths = np.sqrt(np.mean(X**2, axis=0))
    return best_of_three(X / np.where(lengths > 0, lengths, 1.0), y, lam, iters)


@q.mistake("""You visited the columns from last to first. The statement fixes the order 0, 1,
…, d − 1; after a finite number of sweeps it matters.""")
def last_column_first(X, y, lam, iters):
    return best_of_three(X[:, ::-1], y, lam, iters)[::-1]


@q.mistake("""You soft-thresholded the least-squares weights. That is the lasso only if the
columns are orthogonal; else a weight that is set to 0 hands its work to the others. Sweep.""")
def thresholded_least_squares(X, y, lam, iters):
    if iters == 0:
        return np.zeros(X.shape[1])
    w = np.linalg.lstsq(X, y, rcond=None)[0]
    return np.array([soft_value(v, lam) for v in w])


@q.variant
def gram_matrix(X, y, lam, iters):
    n, d = X.shape
    gram, target, w = X.T @ X / n, X.T @ y / n, np.zeros(d)
    for _ in range(iters):
        for j in range(d):
            if gram[j, j] > 0:
                rho = target[j] - gram[j] @ w + gram[j, j] * w[j]
                w[j] = np.sign(rho) * np.maximum(np.abs(rho) - lam, 0) / gram[j, j]
    return w


@q.variant
def sums_with_n_lambda(X, y, lam, iters):
    w = [0.0] * X.shape[1]
    for _ in range(iters):
        for j, x in enumerate(X.T):
            w[j] = 0.0
            rho, t = float(x @ (y - X @ np.array(w))), len(y) * lam
            if abs(rho) > t:
                w[j] = (rho - t if rho > 0 else rho + t) / float(x @ x)
    return w


@q.variant
def in_torch(X, y, lam, iters):
    import torch

    X, r = torch.from_numpy(X), torch.from_numpy(y).clone()
    w = torch.zeros(X.shape[1], dtype=X.dtype)
    for _ in range(iters):
        for j in range(X.shape[1]):
            x = X[:, j]
            c = x.square().mean()
            if c > 0:
                r += x * w[j]
                w[j] = torch.nn.functional.softshrink((x * r).mean(), lam) / c
                r -= x * w[j]
    return w


q.hints(
    """Fix all weights but one. The objective is then a parabola in w_j plus λ|w_j|: you solved
that in the question before. What is its z, and what is its curvature?""",
    """X = [[1], [1]], y = [2, 4], λ = 1: mean(x·y) = 3, mean(x²) = 1, w = 2. A second sweep
must leave it at 2: if yours moves, the own part was not added back.""",
    """r = y − Xw + x_j w_j (without column j). ρ = mean(x_j · r). w_j = soft(ρ, λ) /
mean(x_j²). Use the new w_j for column j + 1 at once.""",
)
q.why("""Over one weight the objective is ½·mean(x²)·w² − ρ·w + λ|w|, with ρ the mean of x
times the residual **without** w's own part. Its minimum is soft(ρ, λ)/mean(x²): threshold
first, divide then, because λ competes with ρ (the pull at 0), not with a weight.

Each step lands on 0 exactly whenever |ρ| ≤ λ. A subgradient step −η·λ·sign(w) cannot: near 0
it has the size ηλ, and overshoots. That is why L1 "regularisation" inside SGD or Adam gives
small weights, not zeros, unless a proximal step is added. The rest is bookkeeping of n:
scikit-learn's Lasso and glmnet use this objective, with 1/(2n).""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. How collinear is each column? (2 points, 8 minutes)
#
# The **variance inflation factor** of column $j$ is $1/(1-R_j^2)$, where $R_j^2$ is that of the
# least-squares regression of column $j$ on **all other columns and an intercept**: one minus the
# residual sum of squares over the sum of squares around the column's mean. The variance of $w_j$ in
# least squares is that many times larger than if column $j$ were uncorrelated with the others.
#
# Where the others explain column $j$ exactly ($1-R_j^2\le10^{-10}$), return `inf`. $d\ge2$, $n>d$,
# no column is constant.
#
# **Example.** Two columns with correlation 0.6: both have $R^2=0.36$ and VIF $1/0.64=1.5625$.


# %% nbgrader={"grade_id": "vif", "solution": true}
def vif(X):
    """Variance inflation factor of each column.

    Args:
        X: float array [n, d].

    Returns:
        float array [d], each at least 1; inf where the other columns explain a column exactly.
    """
    ### BEGIN SOLUTION
    Xc, factors = X - X.mean(axis=0), []
    for j in range(X.shape[1]):
        x, others = Xc[:, j], np.delete(Xc, j, axis=1)
        residual = x - others @ np.linalg.lstsq(others, x, rcond=None)[0]
        unexplained = (residual @ residual) / (x @ x)  # 1 - R²
        factors.append(np.inf if unexplained <= 1e-10 else 1 / unexplained)
    return np.array(factors)
    ### END SOLUTION


# %% nbgrader={"grade_id": "vif_sees_all_other_columns", "grade": true}
"""Inflation counts what all other columns explain together."""
q = Question(vif, points=2)
q.case(
    np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 50.0], [4.0, 40.0], [5.0, 30.0]]),
    gives=[1.5625, 1.5625],
    claim="Two columns with correlation 0.6 have VIF 1/(1 − 0.36) = 1.5625",
)


def all_infinite(factors):
    """What is wrong with factors that must all be inf: a clause, or ""."""
    got = np.asarray(factors, dtype=float)
    if got.shape != (3,):
        return f"the shape of yours is {got.shape}"
    return "" if np.isposinf(got).all() else "yours is finite"


@q.probe(gives="")
def third_column_is_the_sum_of_the_others(f):
    """Of columns a, b and a + b each is explained exactly by the other two, so the VIF is inf."""
    first, second = np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([0.0, 1.0, 0.0, 2.0, 1.0])
    return all_infinite(f(np.column_stack([first, second, first + second])))


### BEGIN HIDDEN TESTS
q.hidden()


def correlated(n, d, seed):
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((n, 1))
    return 100.0 + (common + rng.standard_normal((n, d))) * np.geomspace(0.1, 5.0, d)


q.case(correlated(17, 3, 20), claim="A mean of 100 and the units of a column change nothing")
q.case(correlated(29, 5, 21), claim="All other columns explain a column together")


@q.probe(gives="")
def one_dummy_too_many(f):
    """Dummies that sum to 1 explain each other through the intercept: inf for all of them."""
    level = np.array([0, 1, 2, 0, 1, 2, 1])
    other = np.array([0.5, 2.0, -1.0, 3.0, 0.0, 1.0, 4.0])
    return all_infinite(np.asarray(f(np.column_stack([np.eye(3)[level], other])))[:3])


@q.reference
def from_the_drop_in_distance(X):
    """Squared distance of a column from its mean, over that from the span of the others and 1."""
    ones, factors = np.ones((len(X), 1)), []
    for j in range(X.shape[1]):
        x, others = X[:, j], np.delete(X, j, axis=1)
        basis = np.linalg.svd(np.hstack([ones, others]), full_matrices=False)
        U = basis[0][:, basis[1] > 1e-10 * basis[1][0]]
        around_mean, around_fit = ((x - x.mean()) ** 2).sum(), ((x - U @ (U.T @ x)) ** 2).sum()
        exact = around_fit <= 1e-10 * around_mean
        factors.append(np.inf if exact else around_mean / around_fit)
    return np.array(factors)


def unexplained(X, j, others):
    """1 − R² of column j on the given columns, centred."""
    x = X[:, j] - X[:, j].mean()
    A = X[:, others] - X[:, others].mean(0)
    r = x - A @ np.linalg.lstsq(A, x, rcond=None)[0]
    return float(r @ r / (x @ x))


def inverted(share):
    return np.inf if share <= 1e-10 else 1 / share


def others_of(X, j):
    return [i for i in range(X.shape[1]) if i != j]


@q.mistake("""You left the intercept out of the regressions, so a mean far from 0 counts as
collinearity: all columns "explain" each other's mean. Centre the columns first.""")
def no_intercept(X):
    found = []
    for j in range(X.shape[1]):
        x, A = X[:, j], X[:, others_of(X, j)]
        r = x - A @ np.linalg.lstsq(A, x, rcond=None)[0]
        found.append(inverted(float(r @ r / (x @ x))))
    return np.array(found)


@q.mistake("""You returned R². The factor is 1/(1 − R²): 1 means no collinearity, and there is
no upper limit.""")
def r_squared_returned(X):
    return np.array([1 - unexplained(X, j, others_of(X, j)) for j in range(X.shape[1])])


@q.mistake("""You returned 1 − R², the tolerance. The factor is its inverse.""")
def tolerance_returned(X):
    return np.array([unexplained(X, j, others_of(X, j)) for j in range(X.shape[1])])


@q.mistake("""You looked at pairs only. A column can have small correlations with each other
column and still be their sum. Regress it on all others together.""")
def largest_pairwise_correlation(X):
    return np.array(
        [inverted(min(unexplained(X, j, [i]) for i in others_of(X, j))) for j in range(X.shape[1])]
    )


@q.mistake("""Where columns are exactly collinear you return a huge finite number, which is
rounding error (so is what diag(inv(correlation matrix)) gives there). Return inf where 1 − R²
≤ 1e-10.""")
def finite_where_exact(X):
    shares = [unexplained(X, j, others_of(X, j)) for j in range(X.shape[1])]
    return np.array([1 / max(share, 1e-16) for share in shares])


@q.mistake("""You returned the diagonal of the inverse of XᵀX (centred). That still has the
columns' units in it: multiply by each column's sum of squares around its mean, or standardise
first.""")
def inverse_gram_with_units(X):
    shares = np.array([unexplained(X, j, others_of(X, j)) for j in range(X.shape[1])])
    return 1 / np.maximum(shares, 1e-16) / ((X - X.mean(0)) ** 2).sum(0)


@q.mistake("""You took the root: the factor by which the *standard error* grows. The VIF is the
factor of the variance.""")
def inflation_of_the_standard_error(X):
    return (
        np.array([inverted(unexplained(X, j, others_of(X, j))) for j in range(X.shape[1])]) ** 0.5
    )


@q.mistake("""You used (1 − R) instead of (1 − R²): R is a correlation, and only its square is
a share of variance.""")
def correlation_not_squared(X):
    shares = [unexplained(X, j, others_of(X, j)) for j in range(X.shape[1])]
    return np.array([inverted(1 - max(1 - s, 0.0) ** 0.5) for s in shares])


@q.variant
def loops_with_ones(X):
    found = []
    for j in range(X.shape[1]):
        A = np.column_stack([np.ones(len(X)), X[:, :j], X[:, j + 1 :]])
        fit = A @ np.linalg.pinv(A) @ X[:, j]
        r2 = 1 - np.sum((X[:, j] - fit) ** 2) / np.sum((X[:, j] - X[:, j].mean()) ** 2)
        found.append(1 / (1 - r2) if 1 - r2 > 1e-10 else float("inf"))
    return found


@q.variant
def from_r_factors(X):
    import torch

    Z = torch.from_numpy(X) - torch.from_numpy(X).mean(0)
    shares = []
    for j in range(Z.shape[1]):
        order = [i for i in range(Z.shape[1]) if i != j]
        A = Z[:, order]
        w = torch.linalg.lstsq(A, Z[:, j : j + 1], driver="gelsd").solution
        shares.append(((Z[:, j : j + 1] - A @ w) ** 2).sum() / (Z[:, j] ** 2).sum())
    shares = torch.stack(shares)
    return torch.where(shares <= 1e-10, torch.inf, 1 / shares)


q.hints(
    """How much of a column is new? Compare its spread around its mean with its spread around
its fit by all other columns.""",
    """Columns a, b and a + b: no pair is strongly correlated, and yet each is explained
exactly by the other two: inf for all three.""",
    """Centre all columns. For each j: residual of the least-squares fit on the others, then
(x·x)/(residual·residual), or inf where that share is below 1e-10.""",
)
q.why("""Var(w_j) = σ²/(n·var(x_j)) · VIF_j: what least squares knows of w_j comes only from
the part of x_j that the other columns do not have. A correlation matrix cannot show that,
because it looks at pairs.

The shortcut diag(inv(correlation matrix)) is the same number while the inverse exists; with
exact collinearity it raises or gives ±1e16, depending on rounding. Regressing does not care. A
large VIF is a statement about *coefficients*: predictions along the data may be fine, which is
why it is a reason for ridge if you interpret weights, and often no reason at all if you only
predict.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. Logistic regression at both tails (5 points, 15 minutes)
#
# With $z=Xw+b$, $p=1/(1+e^{-z})$ and labels $y\in\{0,1\}$ the loss is a **mean** over rows plus
# half the penalty; $b$ is free:
#
# $$L=-\frac1n\sum_i\big[y_i\log p_i+(1-y_i)\log(1-p_i)\big]+\frac\lambda2\lVert w\rVert^2$$
#
# Return $L$ and its gradient. No result may be infinite or NaN for $|z|$ up to 1000, and the loss
# of a confident mistake must be right there too: $|z|$ for a row with $|z|=1000$ on the wrong side.
#
# **Example.** One row $x=(2)$, $y=1$, $w=(0)$, $b=0$, $\lambda=1$: $p=½$, $L=\log 2=0.6931$,
# $\partial L/\partial w=(½-1)\cdot2=-1$, $\partial L/\partial b=-½$. With $b=-1000$ instead:
# $L=1000$, and the gradients are $-2$ and $-1$.


# %% nbgrader={"grade_id": "logreg_grad", "solution": true}
def logreg_grad(X, y, w, b, lam):
    """Loss and gradient of penalised logistic regression, for logits of any size.

    Args:
        X: float array [n, d].
        y: float array [n] of 0.0 and 1.0.
        w: float array [d].
        b: float.
        lam: float ≥ 0. Half of it multiplies ‖w‖².

    Returns:
        (loss, gw, gb): float, float array [d], float.
    """
    ### BEGIN SOLUTION
    z = X @ w + b
    small = np.exp(-np.abs(z))  # in (0, 1]: cannot overflow
    p = np.where(z >= 0, 1.0, small) / (1 + small)
    softplus = np.maximum(z, 0) + np.log1p(small)  # log(1 + e^z)
    loss = np.mean(softplus - y * z) + lam / 2 * (w @ w)
    return loss, X.T @ (p - y) / len(y) + lam * w, np.mean(p - y)
    ### END SOLUTION


# %% nbgrader={"grade_id": "logreg_grad_is_right_at_both_tails", "grade": true}
"""Loss and gradient agree, from logit −1000 to 1000."""
q = Question(logreg_grad, points=5)
parts = "loss", "gw", "gb"
q.case(
    np.array([[2.0]]),
    np.array([1.0]),
    np.array([0.0]),
    0.0,
    1.0,
    gives=(0.6931472, [-1.0], -0.5),
    rtol=1e-6,
    claim="At p = ½ the loss is log 2, and the slope of the logit is p − y = −½",
)
q.case(
    np.array([[2.0]]),
    np.array([1.0]),
    np.array([0.0]),
    -1000.0,
    1.0,
    gives=(1000.0, [-2.0], -1.0),
    claim="A logit of −1000 for a 1 costs 1000 (clipping would cap it), and gb is p − y = −1",
)
q.case(
    np.array([[2.0]]),
    np.array([0.0]),
    np.array([0.0]),
    1000.0,
    1.0,
    gives=(1000.0, [2.0], 1.0),
    claim="A logit of 1000 for a 0 costs 1000 as well: exp(1000) must not appear",
)
q.case(
    np.array([[1.0, 0.0], [3.0, 1.0], [0.0, 2.0]]),
    np.array([1.0, 0.0, 1.0]),
    np.array([0.5, -1.0]),
    0.25,
    0.6,
    gives=(1.5196554, [0.8722383, -0.9415756], -0.1645318),
    rtol=1e-5,
    claim="Three rows, λ = 0.6: the data part is a mean, the penalty's slope is λw, b is free",
)
### BEGIN HIDDEN TESTS
q.hidden()


def rows(n, d, seed, scale=1.0):
    """Arguments of logreg_grad with logits of order `scale`."""
    rng = np.random.default_rng(seed)
    X = scale * rng.standard_normal((n, d))
    return X, (rng.random(n) < 0.4) * 1.0, rng.standard_normal(d), 0.7


q.case(*rows(13, 3, 30), 0.0, claim="Without a penalty: a mean over 13 rows of 3 features")
q.case(*rows(7, 5, 31), 1.7, claim="The penalty adds λ/2·‖w‖² to the loss and λw to gw, not to gb")
q.case(
    np.array([[1.0], [-1.0], [1.0], [-1.0]]),
    np.array([1.0, 0.0, 0.0, 1.0]),
    np.array([1000.0]),
    0.0,
    0.0,
    claim="Logits of ±1000: right ones cost 0, wrong ones 1000 each",
)
q.case(
    np.array([[30.0], [-30.0]]),
    np.array([0.0, 1.0]),
    np.array([2.0]),
    0.0,
    0.0,
    claim="A confident mistake at |z| = 60 costs 60: clipped probabilities stop near 30",
)


@q.probe
def gradient_is_the_slope_of_the_loss(f):
    """gw and gb are the slopes of the loss that is returned, by central differences."""
    X, y, w, b = rows(5, 2, 32)
    loss, gw, gb = f(X.copy(), y.copy(), w.copy(), b, 0.9)
    step, slopes = 1e-5, []
    for direction in np.eye(3):
        up, down = (
            float(f(X.copy(), y.copy(), w + s * direction[:2], b + s * direction[2], 0.9)[0])
            for s in (step, -step)
        )
        slopes.append((up - down) / (2 * step))
    got = np.append(np.asarray(gw, dtype=float).reshape(-1), float(gb))
    return bool(got.shape == (3,) and np.allclose(got, slopes, rtol=1e-5, atol=1e-7))


@q.reference
def by_autograd(X, y, w, b, lam):
    import torch

    w, b = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (w, b))
    z, labels = torch.tensor(X) @ w + b, torch.tensor(y)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z, labels)
    loss = loss + lam / 2 * w.square().sum()
    loss.backward()
    return float(loss.detach()), w.grad.numpy(), float(b.grad)


def data_parts(X, y, w, b):
    """Mean loss, p − y, without the penalty; right at both tails."""
    z = X @ w + b
    return np.mean(np.logaddexp(0, z) - y * z), np.exp(-np.logaddexp(0, -z)) - y


def assembled(X, y, w, b, lam, error):
    loss = data_parts(X, y, w, b)[0] + lam / 2 * (w @ w)
    return loss, X.T @ error / len(y) + lam * w, np.mean(error)


@q.mistake("""Your sigmoid is exp(z)/(1 + exp(z)): at z = 1000 that is inf/inf = NaN, and NaN
spreads to all weights in one step. Use exp only on −|z|; or 1/(1 + exp(−z)), which overflows to
the right value 0.""")
def sigmoid_overflow(X, y, w, b, lam):
    z = X @ w + b
    p = np.exp(z) / (1 + np.exp(z))
    return assembled(X, y, w, b, lam, p - y)


@q.mistake("""You took the log of a probability that has rounded to 0 or 1: the loss is inf, or
0·inf = NaN. Compute it from the logit: log(1 + e^z) − y·z, with log(1 + e^z) = max(z, 0) +
log1p(e^−|z|).""")
def log_of_zero(X, y, w, b, lam):
    p = data_parts(X, y, w, b)[1] + y
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + lam / 2 * (w @ w)
    return loss, X.T @ (p - y) / len(y) + lam * w, np.mean(p - y)


@q.mistake("""Two faults at the tails: exp(z)/(1 + exp(z)) is inf/inf = NaN at z = 1000, and
the log of p is −inf at z = −1000. Compute the loss from the logit, log(1 + e^z) − y·z, and use
exp on −|z| only.""")
def overflow_and_log_of_zero(X, y, w, b, lam):
    p = np.exp(X @ w + b) / (1 + np.exp(X @ w + b))
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + lam / 2 * (w @ w)
    return loss, X.T @ (p - y) / len(y) + lam * w, np.mean(p - y)


@q.mistake("""Your log(1 + exp(z)) overflows at z = 710, where the answer is simply z. Take
np.logaddexp(0, z), or max(z, 0) + log1p(exp(−|z|)).""")
def softplus_overflow(X, y, w, b, lam):
    z = X @ w + b
    error = data_parts(X, y, w, b)[1]
    loss = np.mean(np.log(1 + np.exp(z)) - y * z) + lam / 2 * (w @ w)
    return loss, X.T @ error / len(y) + lam * w, error.mean()


@q.mistake("""You took the squared error of p as the loss. Its gradient has a factor p(1 − p),
so a surely wrong row learns nothing. Asked for is the log loss.""")
def squared_error_of_p(X, y, w, b, lam):
    error = data_parts(X, y, w, b)[1]
    slope = 2 * error * (error + y) * (1 - error - y)
    return np.mean(error**2) + lam / 2 * (w @ w), X.T @ slope / len(y) + lam * w, slope.mean()


@q.mistake("""You clipped the probabilities (at 1e-12), so no mistake can cost more than 27.6,
and the loss no longer fits its own gradient. Compute the loss from the logit instead; nothing
needs clipping then.""")
def clipped_probabilities(X, y, w, b, lam):
    p = data_parts(X, y, w, b)[1] + y
    q_ = np.clip(p, 1e-12, 1 - 1e-12)
    loss = -np.mean(y * np.log(q_) + (1 - y) * np.log(1 - q_)) + lam / 2 * (w @ w)
    return loss, X.T @ (p - y) / len(y) + lam * w, np.mean(p - y)


@q.mistake("""You clipped the probabilities (at 1e-15), so no mistake can cost more than 34.5,
and the loss no longer fits its own gradient. Compute the loss from the logit instead; nothing
needs clipping then.""")
def clipped_at_machine_precision(X, y, w, b, lam):
    p = data_parts(X, y, w, b)[1] + y
    q_ = np.clip(p, 1e-15, 1 - 1e-15)
    loss = -np.mean(y * np.log(q_) + (1 - y) * np.log(1 - q_)) + lam / 2 * (w @ w)
    return loss, X.T @ (p - y) / len(y) + lam * w, np.mean(p - y)


@q.mistake("""Your gradient has an extra p(1 − p). That is the gradient of a *squared* error of
p: it vanishes when the model is surely wrong. In log loss the factor cancels: the slope of the
logit is p − y.""")
def logit_grad_times_p_one_minus_p(X, y, w, b, lam):
    error = data_parts(X, y, w, b)[1]
    p = error + y
    return assembled(X, y, w, b, lam, error * p * (1 - p))


@q.mistake("""You used the formula for labels −1 and +1, log(1 + exp(−yz)). With y = 0 it is
log 2 whatever z is, so half of the rows teach nothing. Here labels are 0 and 1.""")
def labels_taken_for_plus_minus_one(X, y, w, b, lam):
    z = X @ w + b
    slope = -y * np.exp(-np.logaddexp(0, y * z))
    loss = np.logaddexp(0, -y * z).mean() + lam / 2 * (w @ w)
    return loss, X.T @ slope / len(y) + lam * w, slope.mean()


@q.mistake("""Your loss is a mean over rows and your gradient a sum (n times too large beside
the penalty). Divide Xᵀ(p − y) and Σ(p − y) by n.""")
def mean_sum_mix(X, y, w, b, lam):
    loss, error = data_parts(X, y, w, b)
    return loss + lam / 2 * (w @ w), X.T @ error + lam * w, error.sum()


@q.mistake("""Loss and gradient are sums over rows. Asked for is a mean: divide the data part,
but not the penalty, by n.""")
def sum_for_mean(X, y, w, b, lam):
    loss, error = data_parts(X, y, w, b)
    return len(y) * loss + lam / 2 * (w @ w), X.T @ error + lam * w, error.sum()


@q.mistake("""You penalised the intercept: λb stands in gb. Then the base rate is pulled toward
½. Leave b out.""")
def penalise_bias(X, y, w, b, lam):
    loss, gw, gb = assembled(X, y, w, b, lam, data_parts(X, y, w, b)[1])
    return loss + lam / 2 * b * b, gw, gb + lam * b


@q.mistake("""gb is a sum over rows, beside a loss and a gw that are means. Divide it by n:
mean(p − y).""")
def gb_is_a_sum(X, y, w, b, lam):
    loss, gw, gb = assembled(X, y, w, b, lam, data_parts(X, y, w, b)[1])
    return loss, gw, gb * len(y)


@q.mistake("""The penalty is in gw, but not in the loss. Add (λ/2)‖w‖².""")
def penalty_missing_from_the_loss(X, y, w, b, lam):
    loss, gw, gb = assembled(X, y, w, b, lam, data_parts(X, y, w, b)[1])
    return loss - lam / 2 * (w @ w), gw, gb


@q.mistake("""The penalty is in the loss, but not in gw. Add λw.""")
def penalty_without_gradient(X, y, w, b, lam):
    loss, gw, gb = assembled(X, y, w, b, lam, data_parts(X, y, w, b)[1])
    return loss, gw - lam * w, gb


@q.mistake("""Your penalty is λ‖w‖² (slope 2λw). Here it is (λ/2)‖w‖², so that its slope is λw.""")
def half_forgotten(X, y, w, b, lam):
    loss, gw, gb = assembled(X, y, w, b, lam, data_parts(X, y, w, b)[1])
    return loss + lam / 2 * (w @ w), gw + lam * w, gb


@q.mistake(
    """You divided the penalty by n with the data. Only the data part is a mean: λ is not
divided."""
)
def penalty_divided_by_n(X, y, w, b, lam):
    return assembled(X, y, w, b, lam / len(y), data_parts(X, y, w, b)[1])


@q.mistake("""The sign of the gradient is reversed: y − p points downhill. The gradient of the
loss has p − y; the minus sign comes in the update.""")
def gradient_reversed(X, y, w, b, lam):
    loss, error = data_parts(X, y, w, b)
    return loss + lam / 2 * (w @ w), -X.T @ error / len(y) + lam * w, -error.mean()


@q.variant
def two_branches_in_a_loop(X, y, w, b, lam):
    import math

    n, d = X.shape
    loss, gw, gb = 0.0, [lam * float(v) for v in w], 0.0
    for i in range(n):
        z = sum(float(X[i, j]) * float(w[j]) for j in range(d)) + b
        if z >= 0:
            p, cost = 1 / (1 + math.exp(-z)), math.log1p(math.exp(-z)) + (1 - y[i]) * z
        else:
            p, cost = math.exp(z) / (1 + math.exp(z)), math.log1p(math.exp(z)) - y[i] * z
        loss += cost / n
        gb += (p - y[i]) / n
        for j in range(d):
            gw[j] += (p - y[i]) * X[i, j] / n
    return loss + lam / 2 * sum(v * v for v in w), gw, gb


@q.variant
def logaddexp_and_naive_sigmoid(X, y, w, b, lam):
    z = X @ w + b
    signed = np.where(y == 1, -z, z)
    error = 1 / (1 + np.exp(-z)) - y  # exp overflows to inf, and 1/inf = 0 is right
    loss = np.logaddexp(0, signed).mean() + 0.5 * lam * np.sum(w**2)
    return loss, error @ X / len(z) + lam * w, error.mean()


@q.variant
def scipy_special(X, y, w, b, lam):
    from scipy import special

    z = X @ w + b
    loss = -np.mean(y * special.log_expit(z) + (1 - y) * special.log_expit(-z))
    error = special.expit(z) - y
    return loss + lam * (w @ w) / 2, X.T @ error / len(y) + lam * w, error.sum() / len(y)


q.hints(
    """Where does each exp in your code overflow, and where does each log see a 0? Then: which
parts are means, and which are not?""",
    """z = −1000, y = 1. p is 0.0 in any format, so −log p is inf. From the logit: log(1 +
e^−1000) + 1000 = 1000. The gradient is p − y = −1.""",
    """loss = mean(max(z, 0) + log1p(exp(−|z|)) − y·z) + λ/2·‖w‖². error = sigmoid(z) − y. gw =
Xᵀerror/n + λw, gb = mean(error).""",
)
q.why("""The log and the exponential cancel, and one must let them: −log p = log(1 + e^−z), a
straight line for very negative z. Who computes p first has thrown away everything below 1e-16
of 1, and all above e^709 of the odds. Clipping hides the inf and caps the price of being wrong
at 27.6 (for 1e-12).

In the gradient the factor p(1 − p) of the sigmoid's slope cancels against 1/(p(1 − p)) of the
log's. That cancellation is the reason for log loss: the slope p − y is largest where the model
is most wrong. With a squared error of p the factor stays, and a surely wrong row learns
nothing. A note on 1/(1 + exp(−z)): at z = −1000 exp overflows to inf and the result 0 is
right; NumPy only warns. exp(z)/(1 + exp(z)) is the form that breaks.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. Dropout (3 points, 10 minutes)
#
# **Inverted** dropout. In training each entry is dropped (set to 0) with probability `p`,
# independently of all others, and what is kept is scaled so that the *expected* output equals the
# input. Outside of training `x` comes back as it is. All randomness comes from `rng`, which keeps
# running: two calls with the same `rng` give different masks. $0\le p<1$. `x` has any shape and is
# not changed.
#
# **Example.** `dropout(np.ones(4), 0.5, rng, True)` has zeros and twos, two of each on average;
# `dropout(np.ones(4), 0.5, rng, False)` is `[1, 1, 1, 1]`.


# %% nbgrader={"grade_id": "dropout", "solution": true}
def dropout(x, p, rng, train):
    """Inverted dropout: the expected output is the input, in training and out of it.

    Args:
        x: float array of any shape.
        p: float in [0, 1). Probability that an entry is dropped.
        rng: np.random.Generator. The only source of randomness.
        train: bool.

    Returns:
        float array of the shape of x.

    Source: Srivastava et al. (2014).
    """
    ### BEGIN SOLUTION
    if not train:
        return x
    keep = rng.random(x.shape) >= p
    return x * keep / (1 - p)
    ### END SOLUTION


# %% nbgrader={"grade_id": "dropout_keeps_the_mean", "grade": true}
"""The expected output is the input, with and without training."""
q = Question(dropout, points=3)


def dropped_ones(f, p, shape=(101, 103), seed=1):
    """What f makes of ones in training: a float array."""
    return np.asarray(f(np.ones(shape), p, np.random.default_rng(seed), True), dtype=float)


@q.probe(gives={"values": [0.0, 1.25], "mean": 1.0}, rtol=1e-6)
def kept_entries_are_scaled_up(f):
    """At p = 0.2, ones become 0 or 1/0.8 = 1.25, and their mean stays 1 (to one decimal)."""
    out = dropped_ones(f, 0.2)  # 10403 entries: the mean's standard error is 0.005
    return {"values": sorted(set(out.round(6).flat))[:5], "mean": round(float(out.mean()), 1)}


q.case(
    np.array([[1.0, -2.0, 3.0]]),
    0.4,
    q.rng(2),
    False,
    gives=[[1.0, -2.0, 3.0]],
    claim="Outside of training x comes back as it is",
)
### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives="")
def share_dropped(f):
    """At p = 0.7, seven of ten entries are dropped."""
    share = np.mean(dropped_ones(f, 0.7) == 0)
    if abs(share - 0.7) < 0.03:  # more than six standard errors
        return ""
    return "you drop about three of ten" if abs(share - 0.3) < 0.03 else "you drop another share"


@q.probe(gives={"mixed rows": True, "mixed columns": True, "number kept varies": True})
def entries_are_independent(f):
    """Every entry is dropped by itself: rows and columns are mixed, and their numbers vary."""
    kept = dropped_ones(f, 0.5, (37, 41)) != 0
    counts = [int((dropped_ones(f, 0.5, (97,), seed) != 0).sum()) for seed in range(8)]
    return {
        "mixed rows": bool((kept.any(1) & ~kept.all(1)).all()),
        "mixed columns": bool((kept.any(0) & ~kept.all(0)).all()),
        "number kept varies": len(set(counts)) > 1,
    }


@q.probe(gives={"same seed": True, "next call": True})
def rng_keeps_running(f):
    """One seed gives one mask, and a second call with the same rng another one."""
    rng = np.random.default_rng(5)
    first, second = (np.array(f(np.ones((3, 29)), 0.5, rng, True), dtype=float) for _ in range(2))
    again = dropped_ones(f, 0.5, (3, 29), 5)
    return {
        "same seed": bool(np.array_equal(first, again)),
        "next call": not np.array_equal(first, second),
    }


@q.probe(gives="")
def values_survive(f):
    """What is kept is x/(1 − p), sign included, in the shape of x."""
    x = np.linspace(-3.0, 5.0, 2 * 3 * 7).reshape(2, 3, 7)
    out = np.asarray(f(x.copy(), 0.6, np.random.default_rng(6), True), dtype=float)
    if out.shape != x.shape:
        return f"the shape is {out.shape}"
    kept = out != 0
    return "" if np.allclose(out[kept], x[kept] / 0.4) else "yours is not"


q.case(
    np.array([1.5, -2.5]),
    0.0,
    q.rng(7),
    True,
    gives=[1.5, -2.5],
    claim="With p = 0 nothing is dropped or scaled",
)


@q.reference
def one_entry_at_a_time(x, p, rng, train):
    flat = [float(v) for v in x.flat]
    if train:
        flat = [v / (1.0 - p) if rng.uniform() < 1.0 - p else 0.0 for v in flat]
    return np.array(flat).reshape(x.shape)


def mask(shape, keep, rng):
    return rng.random(shape) < keep


@q.mistake("""You did not scale what is kept, so in training the next layer sees a smaller mean
than outside of it. Divide the kept entries by 1 − p.""")
def dropout_not_rescaled(x, p, rng, train):
    return x * mask(x.shape, 1 - p, rng) if train else x.copy()


@q.mistake("""You drop outside of training too: predictions become random, and worse. Return x
when train is False.""")
def dropout_at_eval(x, p, rng, train):
    return x * mask(x.shape, 1 - p, rng) / (1 - p)


@q.mistake("""You took p for the probability of *keeping*. Here (as in torch.nn.Dropout) p is
the probability of dropping; in the paper of 2014 it is that of keeping. Keep with 1 − p,
divide by 1 − p.""")
def p_is_keep(x, p, rng, train):
    if not train or p == 0:
        return x.copy()
    return x * mask(x.shape, p, rng) / p


@q.mistake("""Your mask keeps with probability p, but the scale is 1/(1 − p): the mean is wrong
unless p is ½. Keep where rng.random(x.shape) >= p.""")
def mask_reversed(x, p, rng, train):
    return x * mask(x.shape, p, rng) / (1 - p) if train else x.copy()


@q.mistake("""That is dropout as in the paper: nothing scaled in training, x·(1 − p) outside of
it. Here it is inverted: divide by 1 − p in training, and return x untouched outside.""")
def scaled_at_eval_instead(x, p, rng, train):
    return x * mask(x.shape, 1 - p, rng) if train else x * (1 - p)


@q.mistake("""You scale twice: up by 1/(1 − p) in training, which is right, and down by 1 − p
outside of it. Outside of training return x.""")
def scaled_twice(x, p, rng, train):
    return x * mask(x.shape, 1 - p, rng) / (1 - p) if train else x * (1 - p)


@q.mistake(
    """One mask is used for all rows: you drew it for the last axis only. Draw
rng.random(x.shape)."""
)
def one_mask_for_all_rows(x, p, rng, train):
    return x * mask(x.shape[-1:], 1 - p, rng) / (1 - p) if train else x.copy()


@q.mistake("""You drop whole rows: one decision for each entry of the first axis. Draw one for
each entry: rng.random(x.shape).""")
def whole_rows_dropped(x, p, rng, train):
    shape = (x.shape[0],) + (1,) * (x.ndim - 1)
    return x * mask(shape, 1 - p, rng) / (1 - p) if train else x.copy()


@q.mistake("""You drop with probability p, but divide by p. What is kept has probability 1 − p:
divide by 1 − p.""")
def divided_by_p(x, p, rng, train):
    if not train:
        return x.copy()
    return np.where(mask(x.shape, 1 - p, rng), np.divide(x, p), 0.0)


@q.mistake("""Training and prediction are swapped: you drop when train is False.""")
def train_flag_reversed(x, p, rng, train):
    return x.copy() if train else x * mask(x.shape, 1 - p, rng) / (1 - p)


@q.mistake("""You drop an exact number of entries. Then entries are not independent: if one
stays, another must go. Draw each entry by itself.""")
def exact_number_dropped(x, p, rng, train):
    if not train:
        return x.copy()
    keep = np.ones(x.size)
    keep[rng.permutation(x.size)[: round(p * x.size)]] = 0
    return x * keep.reshape(x.shape) / (1 - p)


@q.mistake("""The mask does not come from rng: it stays the same whatever rng is (a new
generator or a fixed seed inside, or np.random's global one). Then the same units are dropped
in every step, and the network is merely smaller. Draw from rng.""")
def same_mask_every_call(x, p, rng, train):
    return x * mask(x.shape, 1 - p, np.random.default_rng(5)) / (1 - p) if train else x.copy()


@q.variant
def binomial_mask(x, p, rng, train):
    return np.where(train, x * rng.binomial(1, 1 - p, size=np.shape(x)) / (1 - p), x)


@q.variant
def copy_and_index(x, p, rng, train):
    out = np.array(x)
    if train:
        out /= 1 - p
        out[rng.random(out.shape) < p] = 0
    return out


@q.variant
def tensor_out(x, p, rng, train):
    import torch

    out = torch.from_numpy(x.copy())
    if train and p:
        out = out.masked_fill(torch.from_numpy(rng.random(x.shape) < p), 0.0).mul(1 / (1 - p))
    return out


q.hints(
    """What must the mean of the output be, in training and outside of it? Who corrects it, and
when?""",
    """x = 1, p = 0.2. It is kept with probability 0.8. For a mean of 1 the kept value must be
1/0.8 = 1.25.""",
    """Outside of training return x. In training keep where rng.random(x.shape) >= p, and
divide by 1 − p.""",
)
q.why("""A kept entry must be worth 1/(1 − p), because it stands in for those that were
dropped: then the next layer's input has the same mean with and without dropout, and the code
that serves the model has nothing to do. The paper did it the other way round (p keeps, weights
are scaled at test time), and both conventions live on in code: three of the wrong answers here
are mixtures of the two.

The mean is all that is matched. The variance is not: it grows by x²·p/(1 − p), and any
nonlinearity after it, or a batch norm that records running variances, sees the difference
between training and test.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. Smooth labels (2 points, 6 minutes)
#
# Turn integer classes into smoothed targets: with share ε the label is replaced by one drawn
# uniformly from **all** $k$ classes, the true one included. So a row of class $c$ has the target
#
# $$t_j=(1-\varepsilon)\,[j=c]+\varepsilon/k$$
#
# `y` [n] has classes 0 … k − 1; n may be 0 (return shape (0, k)); $0\le\varepsilon\le1$.
#
# **Example.** `label_smooth([2], 4, 0.2)` → `[[0.05, 0.05, 0.85, 0.05]]`.


# %% nbgrader={"grade_id": "label_smooth", "solution": true}
def label_smooth(y, k, eps):
    """Smoothed targets: one-hot labels mixed with the uniform distribution over all classes.

    Args:
        y: int array [n], classes 0 … k − 1.
        k: int ≥ 2. Number of classes.
        eps: float in [0, 1]. Share of the uniform distribution.

    Returns:
        float array [n, k]; rows sum to 1.

    Source: Szegedy et al. (2016), section 7.
    """
    ### BEGIN SOLUTION
    return (1 - eps) * np.eye(k)[np.asarray(y, dtype=int)] + eps / k
    ### END SOLUTION


# %% nbgrader={"grade_id": "label_smooth_rows_sum_to_one", "grade": true}
"""Rows are distributions, and the true class gets its share of the smoothing too."""
q = Question(label_smooth, points=2)
q.case(
    np.array([2]),
    4,
    0.2,
    gives=[[0.05, 0.05, 0.85, 0.05]],
    claim="With k = 4 and ε = 0.2 every class gets 0.05, and the true one 0.8 more",
)
q.case(
    np.array([0, 1, 0]),
    2,
    0.5,
    gives=[[0.75, 0.25], [0.25, 0.75], [0.75, 0.25]],
    claim="Half of the label is drawn from two classes, so the true one gets 0.5 + 0.25",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(np.array([4, 0, 2, 6, 1]), 7, 0.1, claim="Five rows of seven classes")
q.case(np.array([1, 2]), 3, 0.0, claim="ε = 0 gives the one-hot labels")
q.case(np.array([1, 2]), 3, 1.0, claim="ε = 1 gives the uniform distribution")
q.case(np.array([], dtype=int), 5, 0.3, claim="No labels give no rows: shape (0, 5)")


@q.reference
def row_by_row(y, k, eps):
    rows = [[(1 - eps if j == c else 0.0) + eps / k for j in range(k)] for c in y.tolist()]
    return np.array(rows).reshape(len(rows), k)


def one_hot(y, k):
    return (np.asarray(y)[:, None] == np.arange(k)) * 1.0


@q.mistake("""You gave ε to the k − 1 wrong classes only, so the true one has 1 − ε. In this
convention the uniform part covers all k classes: the true one has 1 − ε + ε/k. (Both are in
use; PyTorch's is this one.)""")
def spread_over_the_others(y, k, eps):
    hot = one_hot(y, k)
    return hot * (1 - eps) + (1 - hot) * eps / (k - 1)


@q.mistake("""Your rows sum to less than 1: the true class lost ε, and the others got ε/k each.
The true class gets its ε/k as well.""")
def rows_sum_to_less_than_one(y, k, eps):
    hot = one_hot(y, k)
    return hot * (1 - eps) + (1 - hot) * eps / k


@q.mistake("""Your rows sum to 1 + ε: you added ε/k to the one-hot labels without taking ε from
them. Multiply the one-hot part by 1 − ε.""")
def nothing_taken_from_the_label(y, k, eps):
    return one_hot(y, k) + eps / k


@q.mistake("""You took ε for the share of the label. It is the share of the uniform part: (1 −
ε)·one-hot + ε/k.""")
def eps_is_the_labels_share(y, k, eps):
    return eps * one_hot(y, k) + (1 - eps) / k


@q.mistake("""You mixed with ε in every class instead of ε/k, so rows do not sum to 1. The
uniform distribution has 1/k for each.""")
def eps_in_every_class(y, k, eps):
    return (1 - eps) * one_hot(y, k) + eps


@q.mistake("""Each wrong class got ε, so rows sum to more than 1. ε is shared by all k classes:
ε/k for each, the true one included.""")
def eps_for_each_wrong_class(y, k, eps):
    hot = one_hot(y, k)
    return hot * (1 - eps) + (1 - hot) * eps


@q.mistake("""You spread ε over all classes, but divided it by k − 1: rows sum to more than 1.
All k classes share it, so divide by k.""")
def divided_by_k_minus_one(y, k, eps):
    return (1 - eps) * one_hot(y, k) + eps / (k - 1)


@q.mistake("""These are the plain one-hot labels: ε is not used.""")
def not_smoothed(y, k, eps):
    return one_hot(y, k)


@q.mistake("""You counted classes from 1. They run from 0 to k − 1.""")
def classes_from_one(y, k, eps):
    return (1 - eps) * one_hot(np.asarray(y) - 1, k) + eps / k


@q.variant
def fill_and_index(y, k, eps):
    out = np.full((len(y), k), eps / k)
    out[np.arange(len(y)), y] += 1 - eps
    return out


@q.variant
def in_torch(y, k, eps):
    import torch

    hot = torch.nn.functional.one_hot(torch.from_numpy(y), k).double()
    return torch.lerp(hot, torch.full_like(hot, 1 / k), eps)


@q.variant
def lists(y, k, eps):
    rest = eps / k
    return [[1 - eps + rest if j == int(c) else rest for j in range(k)] for c in y]


q.hints(
    """Do your rows sum to 1, for every ε and k? And at ε = 1, is anything left of the label?""",
    """k = 2, ε = 1: nothing of the label is left, so the row is (0.5, 0.5).""",
    """(1 − ε) times the one-hot matrix of shape (n, k), plus ε/k everywhere.""",
)
q.why("""A mixture: with probability 1 − ε the label, with probability ε a uniform draw, which
hits the true class once in k times. So the true class has 1 − ε + ε/k, and at ε = 1 nothing is
known.

What it does: the loss is least where softmax equals the target, so the gap between the true
logit and the others wants to be log((1 − ε + ε/k)/(ε/k)), a *finite* number (6.8 for ε = 0.1,
k = 100), where one-hot labels want infinity. And the smallest reachable loss is the target's
entropy, not 0: do not compare a smoothed training loss with a plain validation loss.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "explain_in_90_seconds", "task": true, "points": 4}
# ## 9. Say it in 90 seconds (4 points, graded by hand)
#
# An interviewer asks: **"Our logistic regression has 400 features, many of them nearly copies of
# each other. A colleague added an L1 penalty 'because L1 shrinks more', got 30 non-zero weights,
# and calls them the important features. After retraining on next month's data 14 of the 30 are
# different. The loss is the same. What happened, and what do you do?"**
#
# Write what you would say, 150 to 220 words, in the cell below this one. Use what you computed in
# this assignment: at least two of your own numbers, and what they show. Read it aloud with a clock
# before you hand it in.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or wrong on the main point (the selected features *are* the important ones; or
#   more shrinkage is what makes L1 sparse).
# - **1**: says that collinear features make the selection arbitrary, as a slogan, without cause or
#   number.
# - **2**: right cause: among near copies any split of the weight predicts the same, the penalty
#   decides, and L1 is (nearly) indifferent between splits, so noise picks one. Corrects "shrinks
#   more": L1 is sparse because of the kink at 0. Names a remedy (elastic net or ridge, grouping,
#   stability over resamples).
# - **3**: as 2, and argued from own numbers: for instance VIF = inf for three columns of which
#   one is the sum of the others; least squares sharing (1, 1) between two equal columns; L2 taking
#   1.5 from a weight of 3 where L1 takes 1. Separates prediction (stable) from attribution
#   (unstable). Asks whether the features were standardised.
# - **4**: as 3, and decides by an experiment that could prove it wrong: refit on bootstrap
#   resamples of *one* month; if the selection changes there too, it is collinearity, if not, the
#   data drifted. Says what will be reported instead of "important features" (groups, selection
#   frequencies), and what it costs. At most about 220 words.
#
# A level-4 answer: "Same loss and different features means that the data cannot tell those models
# apart. Near copies can share a weight in many ways with the same predictions. In my assignment two
# equal columns could split a slope of 2 in any way; only the norm rule made it 1 and 1. L1 has no
# such preference: every split of one sign costs the same, so noise decides. And L1 is not sparse
# because it shrinks more: from a weight of 3 it takes 1, ridge takes 1.5. It is sparse because its
# pull does not fade near zero, so 0.5 becomes exactly zero. Correlation pairs may not even show the
# problem: a column that was the sum of two others had infinite VIF. First I check that features
# were standardised, else units choose. Then I refit on twenty bootstrap samples of this month
# alone. If 14 of 30 change there too, it is collinearity; if they are stable, the data drifted, and
# that is another talk. For prediction, either model may ship. For attribution I cluster the copies,
# use one per cluster or an elastic net, and report how often each cluster is selected, not a list
# of winners."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
