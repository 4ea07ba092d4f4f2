# %% [markdown]
# # {{title}}: the assignment
#
# Eight questions and one explanation, about {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** `dy` is $\partial L/\partial y$, with the shape of y; the answer
# is the gradient of the same scalar L, with the shape of what it belongs to. Arguments are NumPy
# float64 arrays (ids: int, masks: bool); you may compute and return NumPy or torch. Every size is 1
# or more unless a question says otherwise. No argument may be changed in place. **Autograd**: a
# backward pass that calls `backward()` gets right numbers, and no test refuses it; but deriving is
# what you are here for, and what you will be asked to do at a whiteboard. Use autograd to check.

# %% nbgrader={"grade_id": "imports", "locked": true}
import numpy as np
import torch

from mlprep.check import Question


def normal(seed, *shapes):
    """One standard normal array for each shape, from one seed."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) for shape in shapes]


def autograd(forward, upstream, *inputs):
    """The gradients of sum(forward(*inputs) * upstream), one array for each input."""
    leaves = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in inputs]
    total = (forward(*leaves) * torch.tensor(upstream, dtype=torch.float64)).sum()
    return [grad.numpy() for grad in torch.autograd.grad(total, leaves)]


def numeric(forward, upstream, x, eps=1e-5):
    """The same for one array, by central differences: no calculus in it."""
    slopes = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        for sign in (1, -1):
            moved = x.copy()
            moved[i] += sign * eps
            slopes[i] += sign * np.sum(forward(moved) * upstream) / (2 * eps)
    return slopes


def named(name, value):
    """{what it is: value}; the shape is part of the name, so that it is told first."""
    if value is None:
        return {f"{name} is None (is a `return` missing?)": 0.0}
    return {f"{name} of shape {tuple(np.shape(value))}": value}


def line(lines, name, *quantities):
    """What one line gives, by name; or that it is not written yet."""
    try:
        return named(name, getattr(lines(), name)(*quantities))
    except Exception as error:
        if "NotImplementedError" in (type(error).__name__, *getattr(error, "kinds", ())):
            return {f"{name} is not written yet": 0.0}
        raise


# %% [markdown]
# ## 1. Layer norm, line by line (6 points, 25 minutes)
#
# For x [B, D] (B rows, D features), gain g [D], bias b [D], ε > 0; means run over the features of
# a row, and divide by **D**. Forward, one operation a line:
#
# $$\mu=\tfrac1D\textstyle\sum_j x_j\;[B,1],\quad c=x-\mu,\quad v=\tfrac1D\sum_j c_j^2\;[B,1],\quad
# r=(v+\varepsilon)^{-1/2},\quad \hat x=c\,r,\quad y=\hat x\,g+b$$
#
# Write the backward pass as eight methods, one operation each. A method gets quantities of earlier
# lines **as arguments, and they are right** (so that a slip in one line costs that line only); they
# are arbitrary arrays, so use nothing but the method's arguments and its own operation. $d\_q$ is
# the gradient in q through everything that comes after q.
#
# | line | method | belongs to | gives |
# |---|---|---|---|
# | 1 | `d_b(dy)` | y = x̂ g + b | [D] |
# | 2 | `d_g(dy, x_hat)` | the same | [D] |
# | 3 | `d_x_hat(dy, g)` | the same | [B, D] |
# | 4 | `d_r(d_x_hat, c)` | x̂ = c r | [B, 1] |
# | 5 | `d_v(d_r, r)` | r = (v + ε)^(−1/2) | [B, 1] |
# | 6 | `d_c(d_x_hat, r, d_v, c)` | x̂ = c r **and** v = mean c² | [B, D] |
# | 7 | `d_mu(d_c)` | c = x − μ | [B, 1] |
# | 8 | `d_x(d_c, d_mu)` | c = x − μ **and** μ = mean x | [B, D] |
#
# **Example.** dy = [[1, 2, 3], [4, 5, 6]]: `d_b` gives [5, 7, 9]. d_mu = [[3]], d_c = [[1, 2, 3]]:
# `d_x` gives [[2, 3, 4]].

# %% nbgrader={"grade_id": "layer_norm_lines", "solution": true}
class LayerNormLines:
    """The backward pass of layer norm, one operation a method. B rows, D features."""

    def d_b(self, dy):
        """Line 1: [B, D] -> [D]."""
        ### BEGIN SOLUTION
        return dy.sum(axis=0)
        ### END SOLUTION

    def d_g(self, dy, x_hat):
        """Line 2: [B, D], [B, D] -> [D]."""
        ### BEGIN SOLUTION
        return (dy * x_hat).sum(axis=0)
        ### END SOLUTION

    def d_x_hat(self, dy, g):
        """Line 3: [B, D], [D] -> [B, D]."""
        ### BEGIN SOLUTION
        return dy * g
        ### END SOLUTION

    def d_r(self, d_x_hat, c):
        """Line 4: [B, D], [B, D] -> [B, 1]."""
        ### BEGIN SOLUTION
        return (d_x_hat * c).sum(axis=1, keepdims=True)
        ### END SOLUTION

    def d_v(self, d_r, r):
        """Line 5: [B, 1], [B, 1] -> [B, 1]."""
        ### BEGIN SOLUTION
        return -0.5 * d_r * r**3
        ### END SOLUTION

    def d_c(self, d_x_hat, r, d_v, c):
        """Line 6: [B, D], [B, 1], [B, 1], [B, D] -> [B, D]."""
        ### BEGIN SOLUTION
        return d_x_hat * r + d_v * 2 * c / c.shape[1]
        ### END SOLUTION

    def d_mu(self, d_c):
        """Line 7: [B, D] -> [B, 1]."""
        ### BEGIN SOLUTION
        return -d_c.sum(axis=1, keepdims=True)
        ### END SOLUTION

    def d_x(self, d_c, d_mu):
        """Line 8: [B, D], [B, 1] -> [B, D]."""
        ### BEGIN SOLUTION
        return d_c + d_mu / d_c.shape[1]
        ### END SOLUTION


# %% nbgrader={"grade_id": "layer_norm_lines_are_each_right", "grade": true}
"""Each line is the derivative of its own operation."""
q = Question(LayerNormLines, points=6, name="layer_norm_lines")
x_hat, dy, c, d_x_hat, d_c = normal(1, *[(2, 3)] * 5)  # B = 2, D = 3
g, r, d_r, d_v, d_mu = (a for a in normal(2, 3, *[(2, 1)] * 4))
r = np.abs(r) + 0.5


@q.probe(gives=named("d_b", autograd(lambda b: torch.zeros(2, 3) + b, dy, np.ones(3))[0]))
def line_1_d_b(lines):
    """Line 1, d_b: all rows share one b, and what is shared is summed over who shares it"""
    return named("d_b", lines().d_b(dy))


@q.probe(gives=named("d_g", autograd(lambda g: torch.tensor(x_hat) * g, dy, g)[0]))
def line_2_d_g(lines):
    """Line 2, d_g: each row multiplies the shared g by its own x̂"""
    return line(lines, "d_g", dy, x_hat)


@q.probe(gives=named("d_x_hat", autograd(lambda h: h * torch.tensor(g), dy, x_hat)[0]))
def line_3_d_x_hat(lines):
    """Line 3, d_x_hat: what reaches x̂ has passed the gain"""
    return line(lines, "d_x_hat", dy, g)


@q.probe(gives=named("d_r", autograd(lambda r: torch.tensor(c) * r, d_x_hat, r)[0]))
def line_4_d_r(lines):
    """Line 4, d_r: the D features of a row share one r"""
    return line(lines, "d_r", d_x_hat, c)


@q.probe(gives=named("d_v", autograd(lambda v: v**-0.5, d_r, r**-2.0)[0]))
def line_5_d_v(lines):
    """Line 5, d_v: the slope of (v + ε)^(−1/2), written in r"""
    return line(lines, "d_v", d_r, r)


def to_c(c):  # both ways out of c, each with its own upstream gradient
    return c * torch.tensor(r * d_x_hat) + (c**2).mean(1, keepdim=True) * torch.tensor(d_v) / 3


@q.probe(gives=named("d_c", autograd(to_c, np.ones((2, 3)), c)[0]))
def line_6_d_c(lines):
    """Line 6, d_c: c leaves by two ways, straight through x̂ and through v, and the two add up"""
    return line(lines, "d_c", d_x_hat, r, d_v, c)


@q.probe(gives=named("d_mu", autograd(lambda mu: torch.tensor(c) - mu, d_c, d_mu)[0]))
def line_7_d_mu(lines):
    """Line 7, d_mu: μ is subtracted from each of a row's features"""
    return line(lines, "d_mu", d_c)


def to_x(x):
    return x * torch.tensor(d_c) + x.mean(1, keepdim=True) * torch.tensor(d_mu) / 3


@q.probe(gives=named("d_x", autograd(to_x, np.ones((2, 3)), c)[0]))
def line_8_d_x(lines):
    """Line 8, d_x: x leaves by two ways as well, straight through c and through its mean"""
    return line(lines, "d_x", d_c, d_mu)


### BEGIN HIDDEN TESTS
q.hidden()

ORDER = {
    "d_b": "summed over rows, not averaged",
    "d_g": "summed over rows",
    "d_x_hat": "each feature with its own gain",
    "d_r": "one number a row, from D products",
    "d_v": "one number a row",
    "d_c": "two ways add up, and the mean of squares carries 1/D",
    "d_mu": "one number a row",
    "d_x": "two ways add up, and the mean carries 1/D",
}


def quantities(B, D, seed):
    """The arguments of each line."""
    dy, x_hat, c, d_x_hat, d_c = normal(seed, *[(B, D)] * 5)
    g, r, d_r, d_v, d_mu = normal(seed + 1, D, *[(B, 1)] * 4)
    r = np.abs(r) + 0.3
    return {
        "d_b": (dy,), "d_g": (dy, x_hat), "d_x_hat": (dy, g), "d_r": (d_x_hat, c),
        "d_v": (d_r, r), "d_c": (d_x_hat, r, d_v, c), "d_mu": (d_c,), "d_x": (d_c, d_mu),
    }


for number, (method, rule) in enumerate(ORDER.items(), 1):
    for B, D in ((5, 7), (1, 1)):

        def of_other_sizes(lines, method=method, B=B, D=D):
            return line(lines, method, *quantities(B, D, 10 * B)[method])

        where = "5 rows and 7 features" if B > 1 else "one row and one feature"
        of_other_sizes.__doc__ = f"Line {number}, {method}, with {where}: {rule}"
        of_other_sizes.__name__ = f"line_{number}_{method}_{B}_{D}"
        q.probe(of_other_sizes)


@q.reference
class by_autograd_of_each_operation:
    def d_b(self, dy):
        return autograd(lambda b: b.expand(*dy.shape), dy, np.ones(dy.shape[1]))[0]

    def d_g(self, dy, x_hat):
        return autograd(lambda g: torch.tensor(x_hat) * g, dy, np.ones(dy.shape[1]))[0]

    def d_x_hat(self, dy, g):
        return autograd(lambda h: h * torch.tensor(g), dy, np.ones(dy.shape))[0]

    def d_r(self, d_x_hat, c):
        return autograd(lambda r: torch.tensor(c) * r, d_x_hat, np.ones((len(c), 1)))[0]

    def d_v(self, d_r, r):
        return autograd(lambda v: torch.rsqrt(v), d_r, r**-2.0)[0]

    def d_c(self, d_x_hat, r, d_v, c):
        straight = autograd(lambda c: c * torch.tensor(r), d_x_hat, c)[0]
        return straight + autograd(lambda c: (c**2).mean(1, keepdim=True), d_v, c)[0]

    def d_mu(self, d_c):
        return autograd(lambda mu: -mu.expand(*d_c.shape), d_c, np.ones((len(d_c), 1)))[0]

    def d_x(self, d_c, d_mu):
        return d_c + autograd(lambda x: x.mean(1, keepdim=True), d_mu, np.ones(d_c.shape))[0]


class Right:
    """The eight lines; each wrong answer below replaces one (or a habit in several)."""

    def d_b(self, dy):
        return dy.sum(0)

    def d_g(self, dy, x_hat):
        return (dy * x_hat).sum(0)

    def d_x_hat(self, dy, g):
        return dy * g

    def d_r(self, d_x_hat, c):
        return (d_x_hat * c).sum(1, keepdims=True)

    def d_v(self, d_r, r):
        return -0.5 * d_r * r**3

    def d_c(self, d_x_hat, r, d_v, c):
        return d_x_hat * r + 2 * c * d_v / c.shape[1]

    def d_mu(self, d_c):
        return -d_c.sum(1, keepdims=True)

    def d_x(self, d_c, d_mu):
        return d_c + d_mu / d_c.shape[1]


@q.mistake("""Lines 1 and 2 average over the rows. The loss may be a mean, but then its 1/B is in dy
already: what is shared is summed.""")
class parameters_averaged_over_rows(Right):
    def d_b(self, dy):
        return dy.mean(0)

    def d_g(self, dy, x_hat):
        return (dy * x_hat).mean(0)


@q.mistake("""Line 1 averages over the rows. All rows add the same b: its gradient is the sum.""")
class d_b_averaged_over_rows(Right):
    def d_b(self, dy):
        return dy.mean(0)


@q.mistake("""Line 2 leaves out the sum over rows: one g serves them all, so d_g has the shape
[D].""")
class d_g_not_summed(Right):
    def d_g(self, dy, x_hat):
        return dy * x_hat


@q.mistake("""Line 2 sums dy alone: that is line 1. In y = x̂ g + b the slope in g is x̂.""")
class d_g_without_x_hat(Right):
    def d_g(self, dy, x_hat):
        return dy.sum(0)


@q.mistake("""Line 3 passes dy on as it is. In y = x̂ g + b the slope in x̂ is g: with a gain that
is not 1 every later line would be wrong.""")
class gain_forgotten(Right):
    def d_x_hat(self, dy, g):
        return dy * np.ones_like(g)


@q.mistake("""Line 4 is not summed: it has one entry a feature. One r serves a whole row, so its
gradient is the sum over the row's features, [B, 1].""")
class d_r_not_summed(Right):
    def d_r(self, d_x_hat, c):
        return d_x_hat * c


@q.mistake("""Line 4 takes the mean over features. r is used D times: the sum. (A 1/D belongs only
to lines where the forward pass has a mean.)""")
class d_r_averaged(Right):
    def d_r(self, d_x_hat, c):
        return (d_x_hat * c).mean(1, keepdims=True)


@q.mistake("""Line 5 lacks the minus: a larger variance makes r smaller.""")
class d_v_sign_lost(Right):
    def d_v(self, d_r, r):
        return 0.5 * d_r * r**3


@q.mistake("""Line 5 lacks the factor ½: (v + ε)^(−1/2) differentiates to −½ (v + ε)^(−3/2).""")
class d_v_half_lost(Right):
    def d_v(self, d_r, r):
        return -d_r * r**3


@q.mistake("""Line 5 has the wrong power: −½ (v + ε)^(−3/2) is −½ r³, because r is already the
inverse root.""")
class d_v_wrong_power(Right):
    def d_v(self, d_r, r):
        return -0.5 * d_r * r**2


@q.mistake("""Line 5 uses r^(−3/2). The −3/2 is the power of v + ε; in terms of r = (v + ε)^(−1/2)
it is the power 3.""")
class d_v_power_of_r_for_that_of_v(Right):
    def d_v(self, d_r, r):
        return -0.5 * d_r * r**-1.5


@q.mistake("""Line 6 has only the straight way, d_x̂ · r: it treats the variance as a constant. c
also moves v, and through it r. Add d_v times the slope of mean c².""")
class variance_as_a_constant(Right):
    def d_c(self, d_x_hat, r, d_v, c):
        return d_x_hat * r


@q.mistake("""Line 6 lacks the factor 2 of the square in v = mean c².""")
class factor_2_of_the_square_lost(Right):
    def d_c(self, d_x_hat, r, d_v, c):
        return d_x_hat * r + c * d_v / c.shape[1]


@q.mistake("""Line 6 lacks 1/D: v is the *mean* of c², not its sum.""")
class mean_of_squares_as_a_sum(Right):
    def d_c(self, d_x_hat, r, d_v, c):
        return d_x_hat * r + 2 * c * d_v


@q.mistake("""Line 6 divides by D − 1. The variance inside a norm is that of these D numbers, not an
estimate of another: it divides by D, forward and backward.""")
class ddof_1_inside(Right):
    def d_c(self, d_x_hat, r, d_v, c):
        with np.errstate(all="ignore"):
            return d_x_hat * r + 2 * c * d_v / np.float64(c.shape[1] - 1)


@q.mistake("""Line 7 lacks the minus: c = x − μ falls when μ rises.""")
class d_mu_sign_lost(Right):
    def d_mu(self, d_c):
        return d_c.sum(1, keepdims=True)


@q.mistake("""Line 7 takes the mean. μ is subtracted D times, so its gradient is minus the *sum*;
the 1/D comes in line 8, where μ is a mean.""")
class d_mu_averaged(Right):
    def d_mu(self, d_c):
        return -d_c.mean(1, keepdims=True)


@q.mistake("""Line 8 passes d_c on: it treats the mean as a constant. Each x also moves μ, by
1/D.""")
class mean_as_a_constant(Right):
    def d_x(self, d_c, d_mu):
        return np.array(d_c)


@q.mistake("""Line 8 adds d_mu without 1/D: one x moves the mean of D numbers by 1/D.""")
class mean_as_a_sum(Right):
    def d_x(self, d_c, d_mu):
        return d_c + d_mu


@q.mistake("""Line 8 subtracts d_mu / D. The minus of c = x − μ is in d_mu already (line 7); μ =
mean x has a plus.""")
class minus_taken_twice(Right):
    def d_x(self, d_c, d_mu):
        return d_c - d_mu / d_c.shape[1]


@q.variant
class with_einsum(Right):
    def d_b(self, dy):
        return np.einsum("bd->d", dy)

    def d_g(self, dy, x_hat):
        return np.einsum("bd,bd->d", dy, x_hat)

    def d_r(self, d_x_hat, c):
        return np.einsum("bd,bd->b", d_x_hat, c)[:, None]

    def d_v(self, d_r, r):
        return -(d_r * r) * (r * r) / 2

    def d_mu(self, d_c):
        return np.einsum("bd->b", -d_c).reshape(-1, 1)


@q.variant
class row_by_row(Right):
    def d_g(self, dy, x_hat):
        return [sum(dy[i, j] * x_hat[i, j] for i in range(len(dy))) for j in range(dy.shape[1])]

    def d_c(self, d_x_hat, r, d_v, c):
        out = np.empty(c.shape)
        for i in range(len(c)):
            out[i] = d_x_hat[i] * r[i, 0] + d_v[i, 0] * (c[i] + c[i]) / len(c[i])
        return out

    def d_x(self, d_c, d_mu):
        return [[value + m[0] / len(row) for value in row] for row, m in zip(d_c, d_mu)]


@q.variant
class in_torch_float32:
    def __getattr__(self, name):
        method = getattr(Right(), name)

        def call(*args):
            result = method(*(np.asarray(a, dtype=np.float32) for a in args))
            return torch.tensor(result, dtype=torch.float32)

        return call


q.hints(
    """Only two rules: multiply what arrives by the slope of your own operation, and sum over
everything that shared the quantity (the shape that is asked for tells you what to sum).""",
    """One row, D = 3, c = (1, 2, 3), d_x̂ = 0, d_v = 1: then d_c is the slope of mean c², that is
(2/3, 4/3, 2). And with d_v = 0 it is d_x̂ · r.""",
    """Lines 1, 2: sum over rows. 4, 7: sum over features, keepdims. 5: −½ r³. 6 and 8: two terms
each, the second with 1/D, because the forward pass has a mean there.""",
)
q.why("""Two bookkeeping rules make every line. *A quantity that is used twice gets two terms* (c in
x̂ and v; x in c and μ); *a quantity that is shared gets a sum* (b and g over rows, r and μ over
features). Layer norm goes wrong where people stop after the first term: that is "the statistics are
constants".

Put 4, 5 and 6 together: d_v · 2c/D = −r³ c · mean(d_x̂ c) = −r x̂ · mean(d_x̂ x̂), if c r = x̂. And
7 and 8: subtract the mean of d_c over features; the second term of d_c has mean 0, since x̂ has. So

dx = r · (d_x̂ − mean(d_x̂) − x̂ · mean(d_x̂ · x̂)),

which is question 2. Write the eight lines first when you are asked at a whiteboard: you cannot
misremember what you derive.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Both norms, all in one go (5 points, 20 minutes)
#
# Now in one expression, without a cache. For x [B, D], gain g [D], and means over the D features:
#
# $$\text{"layer":}\quad y=\frac{x-\mathrm{mean}(x)}{\sqrt{\mathrm{mean}\big((x-\mathrm{mean}\,x)^2
# \big)+\varepsilon}}\;g\qquad\qquad
# \text{"rms":}\quad y=\frac{x}{\sqrt{\mathrm{mean}(x^2)+\varepsilon}}\;g$$
#
# Return `(dx, dg)`, of shapes [B, D] and [D]. ε ≥ 0 is **inside** the root; it may be as large as
# the variance, and your gradient must be exact then too. A row may be constant or 0 if ε > 0.
#
# **Example.** x = [[1, 3]], g = (1, 1), dy = [[1, 0]], ε = 0. "layer": dx = [[0, 0]] and
# dg = (−1, 0): the output of a row of two is always (−1, 1), whatever x is. "rms": dx =
# [[0.4025, −0.1342]], dg = (0.4472, 0).

# %% nbgrader={"grade_id": "norm_backward", "solution": true}
def norm_backward(x, g, dy, eps, kind):
    """The gradients of layer norm or RMS norm in its input and its gain.

    Args:
        x: float array [B, D]. g: float array [D]. dy: float array [B, D].
        eps: float ≥ 0, added inside the root.
        kind: "layer" or "rms".

    Returns:
        (dx, dg): float arrays [B, D] and [D].
    """
    ### BEGIN SOLUTION
    c = x - x.mean(axis=1, keepdims=True) if kind == "layer" else x
    r = 1 / np.sqrt((c**2).mean(axis=1, keepdims=True) + eps)  # (B, 1)
    x_hat, d_x_hat = c * r, dy * g  # (B, D)
    dx = d_x_hat - x_hat * (d_x_hat * x_hat).mean(axis=1, keepdims=True)
    if kind == "layer":
        dx = dx - d_x_hat.mean(axis=1, keepdims=True)
    return r * dx, (dy * x_hat).sum(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "norm_backward_moves_the_statistics_too", "grade": true}
"""Mean and variance are functions of x, and the gradient knows it."""
q = Question(norm_backward, points=5)
two = np.array([[1.0, 3.0]]), np.ones(2), np.array([[1.0, 0.0]]), 0.0
q.case(*two, "layer", gives=([[0, 0]], [-1, 0]), claim="A row of two is always normed to (−1, 1)")
q.case(
    *two, "rms", gives=([[0.402492, -0.134164]], [0.447214, 0]), rtol=1e-5, atol=1e-6,
    claim="RMS norm divides by √5 here, and has one correction term",
)
x, dy, g = normal(3, (3, 5), (3, 5), 5)


def layer_norm(x, eps=0.3):  # forward only
    c = x - x.mean(axis=1, keepdims=True)
    return c / np.sqrt((c**2).mean(axis=1, keepdims=True) + eps) * g


def rms_norm(x, eps=0.3):
    return x / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps) * g


@q.probe(gives=numeric(layer_norm, dy, x), rtol=1e-5, atol=1e-8)
def layer_norm_by_differences(f):
    """dx of layer norm is what central differences of the forward pass say, at ε = 0.3"""
    return f(x, g, dy, 0.3, "layer")[0]


@q.probe(gives=numeric(rms_norm, dy, x), rtol=1e-5, atol=1e-8)
def rms_norm_by_differences(f):
    """dx of RMS norm is what central differences of the forward pass say, at ε = 0.3"""
    return f(x, g, dy, 0.3, "rms")[0]


### BEGIN HIDDEN TESTS
q.hidden()


def layer_input(seed, B=5, D=7):
    return normal(seed, (B, D), D, (B, D))


@q.probe(gives=np.zeros(5), atol=1e-5)
def a_shift_of_a_row_has_no_slope(f):
    """Layer norm does not see x → x + c, so the entries of dx sum to 0 in each row"""
    return np.asarray(f(*layer_input(4), 0.1, "layer")[0]).sum(axis=1)


@q.probe(gives=np.zeros(5), atol=1e-5)
def a_stretch_of_a_row_has_no_slope(f):
    """RMS norm at ε = 0 does not see x → 2x, so dx is orthogonal to x in each row"""
    x, g, dy = layer_input(5)
    return (np.asarray(f(x, g, dy, 0.0, "rms")[0]) * x).sum(axis=1)


for number, which in enumerate(("layer", "rms")):
    q.case(*layer_input(6 + number), 1e-5, which, claim=f"{which} norm of 5 rows with 7 features")
    q.case(
        *layer_input(8 + number, 3, 2), 2.0, which, claim=f"{which} norm with ε above the variance"
    )
    q.case(
        np.array([[3.0] * 3, [0.0] * 3]), np.ones(3), np.array([[1.0, 2.0, 4.0]] * 2), 0.25, which,
        claim=f"{which} norm of a constant row and a zero row is smooth, as ε > 0",
    )
    q.case(*layer_input(12, 2, 1), 0.5, which, claim=f"{which} norm of a single feature")


@q.reference
def torchs_own(x, g, dy, eps, kind):
    def forward(x, g):
        if kind == "layer":
            return torch.nn.functional.layer_norm(x, (x.shape[1],), g, eps=eps)
        return torch.nn.functional.rms_norm(x, (x.shape[1],), g, eps=eps)

    return tuple(autograd(forward, dy, x, g))


def norm(x, g, dy, eps, kind, ddof=0, terms=(1, 1), root=None, axis=1, **change):
    """The right answer, or with one of its parts replaced."""
    mean_of = {"axis": axis, "keepdims": True}
    c = x - x.mean(**mean_of) if kind == "layer" else x
    D = x.shape[axis] - ddof
    root = root or (lambda v: 1 / np.sqrt(v + eps))
    with np.errstate(all="ignore"):
        r = root((c**2).sum(**mean_of) / np.float64(D))
        x_hat, h = c * r, change.get("h", dy * g)
        dx = h - terms[1] * x_hat * (h * x_hat).mean(**mean_of)
        dx = dx - terms[0] * (kind == "layer") * h.mean(**mean_of)
        return r * dx, (dy * change.get("seen", x_hat)).sum(0)


@q.mistake("""You treat the statistics as constants: dx = r · dy · g. Mean and variance depend on
every x of the row. Two correction terms are missing for layer norm, one for RMS norm.""")
def norm_bwd_treats_stats_as_constants(*args):
    return norm(*args, terms=(0, 0))


@q.mistake("""Only the term of the mean is there. The variance moves with x as well: subtract
x̂ · mean(d_x̂ · x̂), for RMS norm too.""")
def only_mean_term(*args):
    return norm(*args, terms=(1, 0))


@q.mistake("""Only the term of the variance is there. The mean moves with x as well: for layer norm
subtract mean(d_x̂).""")
def only_variance_term(*args):
    return norm(*args, terms=(0, 1))


@q.mistake("""Your variance divides by D − 1. A norm rescales these D numbers and estimates nothing:
divide by D. (np.var does; torch.var does not unless correction=0.)""")
def ddof_1_inside(*args):
    x, g, dy, eps, kind = args
    return norm(*args, ddof=1) if kind == "layer" else norm(*args)


@q.mistake("""ε is missing in your root. At ε near the variance r is far too large, and a constant
row gives NaN.""")
def eps_dropped(x, g, dy, eps, kind):
    return norm(x, g, dy, 0.0, kind)


@q.mistake("""Your ε is outside the root: 1 / (σ + ε). Inside it is added to a variance, outside to
a standard deviation: ε = 1e-5 inside acts like 0.003 outside on a row that hardly varies.""")
def eps_outside(x, g, dy, eps, kind):
    return norm(x, g, dy, eps, kind, root=lambda v: 1 / (np.sqrt(v) + eps))


@q.mistake("""ε is in your x̂, but your correction term assumes mean(x̂²) = 1 (for instance by
dividing by mean(x̂²), or by projecting on x̂ / |x̂|). With ε it is v / (v + ε): keep x̂ as it
is.""")
def projection_with_unit_length(x, g, dy, eps, kind):
    c = x - x.mean(1, keepdims=True) if kind == "layer" else x
    power = (c**2).mean(1, keepdims=True)
    r, h = 1 / np.sqrt(power + eps), dy * g
    with np.errstate(all="ignore"):
        dx = h - c * (h * c).mean(1, keepdims=True) / power
    return r * (dx - (kind == "layer") * h.mean(1, keepdims=True)), (dy * c * r).sum(0)


@q.mistake("""The gain is missing in dx: what reaches x̂ is dy · g, and the means are of that.""")
def gain_forgotten(x, g, dy, eps, kind):
    return norm(x, g, dy, eps, kind, h=dy)


@q.mistake("""You multiplied by the gain at the end. g differs from feature to feature, so it does
not pass through a mean over features: form dy · g first, then the means.""")
def gain_after_the_means(x, g, dy, eps, kind):
    dx, dg = norm(x, g, dy, eps, kind, h=dy)
    return dx * g, dg


@q.mistake("""Your means run over the rows of the batch. That is batch norm. Here each row is normed
by itself: axis 1.""")
def means_over_the_batch(*args):
    return norm(*args, axis=0)


@q.mistake("""dg uses x in place of x̂. In y = x̂ g the slope in g is x̂, the normed input.""")
def dg_from_raw_x(x, g, dy, eps, kind):
    return norm(x, g, dy, eps, kind, seen=x)


@q.mistake("""dg is averaged over the rows. All rows share g: sum. (If L is a mean, its 1/B is in dy
already.)""")
def dg_averaged(x, g, dy, eps, kind):
    dx, dg = norm(x, g, dy, eps, kind)
    return dx, dg / len(x)


@q.mistake("""The factor r in front is missing: dx is as if the row had variance 1. The gradient
scales like 1/σ; that is why norms tame large activations.""")
def factor_r_missing(x, g, dy, eps, kind):
    dx, dg = norm(x, g, dy, eps, kind)
    c = x - x.mean(1, keepdims=True) if kind == "layer" else x
    return dx * np.sqrt((c**2).mean(1, keepdims=True) + eps), dg


@q.mistake("""Your "rms" subtracts mean(d_x̂) too. RMS norm subtracts no mean going forward, so
there is nothing to correct for: one term only.""")
def rms_with_a_mean_term(x, g, dy, eps, kind):
    if kind == "layer":
        return norm(x, g, dy, eps, kind)
    r = 1 / np.sqrt((x**2).mean(1, keepdims=True) + eps)
    dx, dg = norm(x, g, dy, eps, kind)
    return dx - r * (dy * g).mean(1, keepdims=True), dg


@q.mistake("""`kind` is not used: you compute layer norm for "rms" as well. RMS norm does not
subtract the mean.""")
def rms_as_layer_norm(x, g, dy, eps, kind):
    return norm(x, g, dy, eps, "layer")


@q.mistake("""The last term uses x · r where x̂ belongs: for layer norm x̂ = (x − mean) · r. With a
mean in it, you remove the wrong direction.""")
def x_hat_not_centred(x, g, dy, eps, kind):
    dx, dg = norm(x, g, dy, eps, kind, terms=(1, 0))
    c = x - x.mean(1, keepdims=True) if kind == "layer" else x
    r = 1 / np.sqrt((c**2).mean(1, keepdims=True) + eps)
    return dx - r * x * r * (dy * g * x * r).mean(1, keepdims=True), dg


@q.mistake("""Your correction terms are sums over the features, where means belong: the forward pass
has means, so each term carries 1/D.""")
def sums_for_means(*args):
    return norm(*args, terms=(args[0].shape[1],) * 2)


@q.mistake("""The plus and minus of the variance term are mixed up: it is subtracted. A larger
variance makes the output smaller.""")
def variance_term_added(*args):
    return norm(*args, terms=(1, -1))


@q.variant
def with_the_eight_lines(x, g, dy, eps, kind):
    D = x.shape[1]
    c = x - x.mean(1, keepdims=True) if kind == "layer" else x
    r = ((c * c).mean(1, keepdims=True) + eps) ** -0.5
    h = dy * g
    d_v = -0.5 * (h * c).sum(1, keepdims=True) * r**3
    d_c = h * r + d_v * 2 * c / D
    return d_c - (d_c.sum(1, keepdims=True) / D if kind == "layer" else 0), (dy * c * r).sum(0)


@q.variant
def with_a_jacobian_for_each_row(x, g, dy, eps, kind):
    dx, dg = [], np.zeros(len(g))
    for row, up in zip(x, dy):
        D = len(row)
        P = np.eye(D) - (1 / D if kind == "layer" else 0)
        c = P @ row
        s = np.sqrt(c @ c / D + eps)
        J = np.diag(g) @ (P / s - np.outer(c, c) / (D * s**3))
        dx.append(J.T @ up)
        dg += up * c / s
    return dx, dg


@q.variant
def in_torch_float32(x, g, dy, eps, kind):
    x, g, dy = (torch.tensor(a, dtype=torch.float32) for a in (x, g, dy))
    c = x - x.mean(-1, keepdim=True) if kind == "layer" else x
    r = torch.rsqrt(c.square().mean(-1, keepdim=True) + eps)
    n, h = c * r, dy * g
    dx = r * (h - n * (h * n).mean(-1, keepdim=True))
    return dx - (r * h.mean(-1, keepdim=True) if kind == "layer" else 0), (dy * n).sum(0)


q.hints(
    """Shift a row by a constant: layer norm's output stays. So what must the entries of dx sum to?
Stretch it (ε = 0): what must dx · x be?""",
    """x = [[1, 3]], layer, ε = 0: the output is (−1, 1) for all x with x₁ < x₂, so dx is exactly 0.
If yours is (1, 0), both corrections are missing; if (0.5, −0.5), the variance's.""",
    """With h = dy · g: dx = r · (h − mean(h) − x̂ · mean(h · x̂)); leave out mean(h) for "rms". dg
=
the sum over rows of dy · x̂. ε is in r, nowhere else.""",
)
q.why("""Read the expression as geometry. At ε = 0, layer norm ignores a shift and a stretch of
each row: moving x along (1, …, 1) or along x̂ changes nothing. The gradient has to vanish in those
directions, so the backward pass *removes the components along 1 and x̂*, and scales by r. RMS norm
ignores the stretch only: one term.

With ε > 0 the stretch is seen a little, and mean(x̂²) = v/(v + ε) < 1: the formula keeps that by
itself, a projection on the unit vector along x̂ does not.

Finite differences are the witness here, because they know nothing of means or variances. Invariance
(sums to 0, orthogonal to x) is the test to keep when there is no second implementation; but it is
blind to the factor r and to the gain, as a gradient check is not.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Batch norm: two modes and a memory (6 points, 25 minutes)
#
# `BatchNorm(g, b, eps, momentum)` for C channels (the question is called `batch_norm`). Means and
# variances are per channel, over the N rows of x [N, C].
#
# - `forward(x, train)`: y = g · (x − m) / √(v + ε) + b. In training (`train=True`) m and v are this
#   batch's mean and variance (divided by **N**); then the running statistics move,
#
# $$\text{running}\leftarrow(1-\text{momentum})\cdot\text{running}
# +\text{momentum}\cdot\text{batch}$$
#
#   where the batch variance that goes **into `running_var`** divides by **N − 1**. (PyTorch's two
#   conventions; others differ.) With `train=False` m and v are the running ones, and nothing moves.
# - `running_mean` and `running_var`: attributes, arrays [C], at first 0 and 1.
# - `backward(dy)`: `(dx, dg, db)` for the **latest** forward call, in the mode of that call.
# - N = 1 in training raises ValueError (there is no variance); with `train=False` it is fine.
#
# **Example.** g = 1, b = 0, ε = 0, momentum = 0.1, x = [[1], [3]]: training gives y = [[−1], [1]],
# running_mean = 0.2, running_var = 0.9 · 1 + 0.1 · **2** = 1.1. With `train=False` the input
# [[0.2]] then gives 0.


# %% nbgrader={"grade_id": "batch_norm", "solution": true}
class BatchNorm:
    """Batch norm over rows, with running statistics and its backward pass.

    Args:
        g, b: float arrays [C]. Gain and bias.
        eps: float ≥ 0, inside the root.
        momentum: float in (0, 1], the weight of the new batch.
    """

    def __init__(self, g, b, eps=1e-5, momentum=0.1):
        ### BEGIN SOLUTION
        self.g, self.b, self.eps, self.momentum = g, b, eps, momentum
        self.running_mean, self.running_var = np.zeros(len(g)), np.ones(len(g))
        ### END SOLUTION

    def forward(self, x, train):
        """The normed batch; moves the running statistics if train.

        Args:
            x: float array [N, C].
            train: bool.

        Returns:
            float array [N, C].

        Raises:
            ValueError: train, and N is 1.
        """
        ### BEGIN SOLUTION
        if train and len(x) == 1:
            raise ValueError(f"forward: training needs 2 rows or more. Got {len(x)}.")
        mean, var = self.running_mean, self.running_var
        if train:
            mean, var = x.mean(axis=0), x.var(axis=0)
            unbiased = x.var(axis=0, ddof=1)
            new, old = self.momentum, 1 - self.momentum
            self.running_mean = old * self.running_mean + new * mean
            self.running_var = old * self.running_var + new * unbiased
        r = 1 / np.sqrt(var + self.eps)
        self.cache = (x - mean) * r, r, train
        return self.g * self.cache[0] + self.b
        ### END SOLUTION

    def backward(self, dy):
        """Gradients of the latest forward call.

        Args:
            dy: float array [N, C].

        Returns:
            (dx, dg, db): float arrays [N, C], [C] and [C].
        """
        ### BEGIN SOLUTION
        x_hat, r, train = self.cache
        d_x_hat = dy * self.g
        dx = d_x_hat
        if train:
            dx = dx - d_x_hat.mean(axis=0) - x_hat * (d_x_hat * x_hat).mean(axis=0)
        return dx * r, (dy * x_hat).sum(axis=0), dy.sum(axis=0)
        ### END SOLUTION


# %% nbgrader={"grade_id": "batch_norm_knows_its_mode", "grade": true}
"""Training uses and remembers the batch; evaluation uses the memory; backward follows suit."""
q = Question(BatchNorm, points=6, name="batch_norm")


def made(cls, C=1, eps=0.0, momentum=0.1, seed=None):
    g, b = (np.ones(C), np.zeros(C)) if seed is None else normal(seed, C, C)
    return cls(g, b, eps, momentum)


@q.probe(gives={"y": [[-1.0], [1.0]], "running_mean": [0.2]})
def the_example_in_training(cls):
    """x = 1, 3 has mean 2 and is normed to −1, 1; the running mean moves a tenth of the way to 2"""
    layer = made(cls)
    y = layer.forward(np.array([[1.0], [3.0]]), True)
    return {"y": y, "running_mean": layer.running_mean}


@q.probe(gives=[1.1])
def the_running_variance(cls):
    """The running variance goes from 1 a tenth of the way to 2, the variance with N − 1"""
    layer = made(cls)
    layer.forward(np.array([[1.0], [3.0]]), True)
    return layer.running_var


@q.probe(gives=[[0.0], [2.0]])
def evaluation_uses_the_running_statistics(cls):
    """With running mean 0.2 and variance 1.1, 0.2 gives 0, and 0.2 + 2 √1.1 gives 2"""
    layer = made(cls)
    layer.forward(np.array([[1.0], [3.0]]), True)
    return layer.forward(np.array([[0.2], [0.2 + 2 * 1.1**0.5]]), False)


x, dy = normal(20, (3, 2), (3, 2))
g, b = normal(21, 2, 2)


def batch_norm(x, eps=0.3):  # forward in training
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) * g + b


@q.probe(gives=numeric(batch_norm, dy, x), rtol=1e-5, atol=1e-8)
def backward_in_training(cls):
    """In training dx is what central differences of the forward pass say (N = 3, C = 2, ε = 0.3)"""
    layer = made(cls, 2, 0.3, 0.1, seed=21)
    layer.forward(x, True)
    return layer.backward(dy)[0]


@q.probe(gives=(dy * g / (1 + 0.3) ** 0.5, (dy * x).sum(0) / 1.3**0.5, dy.sum(0)))
def backward_in_evaluation(cls):
    """Of a fresh layer, evaluation is y = g x / √(1 + ε) + b: its gradient is a constant factor"""
    layer = made(cls, 2, 0.3, 0.1, seed=21)
    layer.forward(x, False)
    return layer.backward(dy)


### BEGIN HIDDEN TESTS
q.hidden()


def batches(seed, *rows, C=3):
    return normal(seed, *[(N, C) for N in rows])


@q.probe
def three_batches_then_evaluation(cls):
    """Three batches of different sizes leave their running statistics, each weighted in turn"""
    layer = made(cls, 3, 1e-5, 0.3, seed=30)
    for x in batches(31, 5, 2, 7):
        layer.forward(2 * x + 1, True)
    return {
        "running_mean": layer.running_mean, "running_var": layer.running_var,
        "y": layer.forward(batches(32, 5)[0], False),
    }


@q.probe
def all_gradients_in_training(cls):
    """With 7 rows and 3 channels dx, dg and db are those of the whole forward pass"""
    layer = made(cls, 3, 0.5, 0.3, seed=33)
    layer.forward(batches(34, 7)[0], True)
    return layer.backward(batches(35, 7)[0])


@q.probe
def training_output_at_large_eps(cls):
    """In training the variance divides by N, and ε is added inside the root"""
    return made(cls, 3, 0.5, 0.3, seed=33).forward(batches(34, 5)[0], True)


@q.probe
def all_gradients_in_evaluation(cls):
    """After training, a forward call in evaluation has statistics that do not depend on its x"""
    layer = made(cls, 3, 0.5, 0.3, seed=36)
    first, second, dy = batches(37, 7, 5, 5)
    layer.forward(first, True)
    layer.forward(second, False)
    return layer.backward(dy)


@q.probe
def backward_is_of_the_latest_forward(cls):
    """backward belongs to the latest forward call: mode, batch and statistics of that call"""
    layer = made(cls, 3, 0.5, 0.3, seed=38)
    first, second, dy = batches(39, 5, 7, 7)
    layer.forward(first, False)
    layer.forward(second, True)
    return layer.backward(dy)


@q.probe(gives={"running_mean": [0.0] * 3, "running_var": [1.0] * 3})
def evaluation_moves_nothing(cls):
    """Evaluation leaves the running statistics as they are"""
    layer = made(cls, 3, 0.5, 0.3, seed=40)
    layer.forward(batches(41, 5)[0], False)
    return {"running_mean": layer.running_mean, "running_var": layer.running_var}


@q.probe(gives=[[0.0, 0.0], [1.0, 1.0]])
def two_layers_share_nothing(cls):
    """Two layers have running statistics of their own"""
    one, other = made(cls, 2), made(cls, 2)
    one.forward(np.array([[1.0, 2.0], [3.0, 5.0]]), True)
    return [other.running_mean, other.running_var]


@q.probe
def a_single_row_in_evaluation(cls):
    """A single row is fine in evaluation"""
    return made(cls, 3, 0.5, 0.3, seed=42).forward(batches(43, 1)[0], False)


@q.probe(gives="")
def a_single_row_in_training(cls):
    """A single row in training raises ValueError: one number has no variance"""
    layer = made(cls, 2)
    try:
        layer.forward(np.ones((1, 2)), True)
    except Exception as error:
        kinds = (type(error).__name__, *getattr(error, "kinds", ()))
        return "" if "ValueError" in kinds else f"yours raises {kinds[-1]}"
    return "yours returns something"


@q.reference
class torchs_own:
    def __init__(self, g, b, eps=1e-5, momentum=0.1):
        self.layer = torch.nn.BatchNorm1d(len(g), max(eps, 1e-99), momentum).double()
        self.layer.weight.data, self.layer.bias.data = torch.tensor(g), torch.tensor(b)

    running_mean = property(lambda self: self.layer.running_mean)
    running_var = property(lambda self: self.layer.running_var)

    def forward(self, x, train):
        self.x = torch.tensor(x, requires_grad=True)
        self.y = self.layer.train(train)(self.x)
        return self.y.detach()

    def backward(self, dy):
        inputs = self.x, self.layer.weight, self.layer.bias
        return torch.autograd.grad(self.y, inputs, torch.tensor(dy), retain_graph=True)


class Right:
    """The right layer in parts that the wrong answers below replace."""

    ddof, running_ddof, eval_learns, terms = 0, 1, False, 1

    def __init__(self, g, b, eps=1e-5, momentum=0.1):
        self.g, self.b, self.eps, self.momentum = g, b, eps, momentum
        self.running_mean, self.running_var = np.zeros(len(g)), np.ones(len(g))

    def moved(self, old, new):
        return (1 - self.momentum) * old + self.momentum * new

    def root(self, var):
        return 1 / np.sqrt(var + self.eps)

    def statistics(self, x, train):
        return (x.mean(0), x.var(0, ddof=self.ddof)) if train else self.running()

    def running(self):
        return self.running_mean, self.running_var

    def learn(self, x):
        self.running_mean = self.moved(self.running_mean, x.mean(0))
        self.running_var = self.moved(self.running_var, x.var(0, ddof=self.running_ddof))

    def refuse(self, x, train):
        if train and len(x) == 1:
            raise ValueError("one row")

    def forward(self, x, train):
        self.refuse(x, train)
        mean, var = self.statistics(x, train)
        if train or self.eval_learns:
            with np.errstate(all="ignore"):
                self.learn(x)
        self.r = self.root(var)
        self.x_hat, self.train = (x - mean) * self.r, train
        return self.g * self.x_hat + self.b

    def backward(self, dy):
        dx = h = dy * self.g
        if self.corrects():
            dx = h - h.mean(0) - self.terms * self.x_hat * (h * self.x_hat).mean(0)
        return dx * self.r, (dy * self.x_hat).sum(0), dy.sum(0)

    def corrects(self):
        return self.train


@q.mistake("""In evaluation you use the statistics of the batch that comes in. Then a prediction
depends on its neighbours in the batch. With train=False use running_mean and running_var.""")
class bn_uses_batch_stats_at_eval(Right):
    def statistics(self, x, train):
        return x.mean(0), x.var(0)


@q.mistake("""In training you norm with the running statistics (perhaps after moving them). Then
there is nothing to differentiate through, and the first batches are normed with 0 and 1. Use the
batch's own.""")
class running_stats_in_training(Right):
    def statistics(self, x, train):
        return self.running()


@q.mistake("""Your momentum is upside down: you keep `momentum` of the old and take 1 − momentum of
the new. That is the convention of Keras (0.99); here, as in PyTorch, it is the weight of the
*new* batch (0.1).""")
class momentum_convention_flipped(Right):
    def moved(self, old, new):
        return self.momentum * old + (1 - self.momentum) * new


@q.mistake("""running_var averages variances that divide by N. It estimates the variance of future
data, so it takes the one with N − 1 (in PyTorch too): only the batch's own norming uses N.""")
class running_var_biased(Right):
    running_ddof = 0


@q.mistake("""You norm the batch with the variance that divides by N − 1. That one is for
running_var only: the batch itself is normed with the variance that divides by N.""")
class ddof_1_inside(Right):
    ddof = 1


@q.mistake("""Your running statistics move in evaluation too: the test set leaks into the model.
Only train=True moves them.""")
class evaluation_moves_the_memory(Right):
    eval_learns = True


@q.mistake("""Your running statistics are those of the latest batch alone. Move them by `momentum`
of the way.""")
class only_the_latest_batch(Right):
    def moved(self, old, new):
        return new


@q.mistake("""You start the running statistics with the first batch. They start at 0 and 1, and the
first batch has the weight `momentum` as any other.""")
class first_batch_as_the_start(Right):
    begun = False

    def learn(self, x):
        super().learn(x)
        if not self.begun:
            self.running_mean, self.running_var = x.mean(0), x.var(0, ddof=1)
        self.begun = True


@q.mistake("""running_var holds standard deviations mixed in. Average variances; the root comes when
they are used.""")
class running_deviation(Right):
    def learn(self, x):
        self.running_mean = self.moved(self.running_mean, x.mean(0))
        self.running_var = self.moved(self.running_var, x.std(0, ddof=1))


@q.mistake("""Your training backward treats the batch's statistics as constants: dx = r · g · dy.
Every row moves the mean and the variance of its channel: two correction terms are missing.""")
class norm_bwd_treats_stats_as_constants(Right):
    def corrects(self):
        return False


@q.mistake("""Your training backward corrects for the mean only. The variance of the channel moves
too: subtract x̂ · mean(d_x̂ · x̂).""")
class only_mean_term(Right):
    terms = 0


@q.mistake("""Your backward uses the training formula after an evaluation forward as well. There the
statistics are constants (the running ones): dx = r · g · dy. This is the usual case when a network
is fine-tuned with frozen batch norm.""")
class training_backward_in_evaluation(Right):
    def corrects(self):
        return True


@q.mistake("""Your training backward multiplies by the r of the *running* variance. The forward call
normed with the batch's: keep r (or the variance) of that call.""")
class backward_with_the_running_r(Right):
    def backward(self, dy):
        dx, dg, db = super().backward(dy)
        return (dx / self.r * self.root(self.running_var) if self.train else dx), dg, db


@q.mistake("""ε is missing under the root.""")
class eps_dropped(Right):
    def root(self, var):
        return 1 / np.sqrt(var)


@q.mistake("""ε is outside the root, 1 / (σ + ε). It belongs to the variance: 1 / √(v + ε).""")
class eps_outside(Right):
    def root(self, var):
        return 1 / (np.sqrt(var) + self.eps)


@q.mistake("""A single row in training is not refused. Its variance is 0, so the output is b
whatever the input, and with N − 1 = 0 running_var becomes NaN. Raise ValueError.""")
class single_row_not_refused(Right):
    def refuse(self, x, train):
        pass


@q.mistake("""You refuse a single row in evaluation too. There the statistics come from the memory:
one row is the normal case in production.""")
class single_row_refused_always(Right):
    def refuse(self, x, train):
        super().refuse(x, True)


@q.mistake("""You average dg and db over the rows. All rows share g and b: sum.""")
class parameters_averaged(Right):
    def backward(self, dy):
        dx, dg, db = super().backward(dy)
        return dx, dg / len(dy), db / len(dy)


@q.variant
class in_torch(Right):
    def __init__(self, g, b, eps=1e-5, momentum=0.1):
        self.g, self.b, self.eps, self.momentum = torch.tensor(g), torch.tensor(b), eps, momentum
        self.running_mean = torch.zeros(len(g), dtype=torch.float64)
        self.running_var = torch.ones(len(g), dtype=torch.float64)

    def forward(self, x, train):
        if train and x.shape[0] < 2:
            raise ValueError("batch norm cannot train on one row")
        x = torch.tensor(x)
        if train:
            self.mean, self.var = x.mean(0), x.var(0, correction=0)
            self.running_mean.lerp_(self.mean, self.momentum)
            self.running_var.lerp_(x.var(0), self.momentum)
        else:
            self.mean, self.var = self.running_mean.clone(), self.running_var.clone()
        self.x, self.train = x, train
        return (x - self.mean) / (self.var + self.eps).sqrt() * self.g + self.b

    def backward(self, dy):
        dy, N = torch.tensor(dy), len(dy)
        c, s = self.x - self.mean, (self.var + self.eps).sqrt()
        h = dy * self.g
        dx = h / s
        if self.train:
            d_var = (h * c).sum(0) * -0.5 / s**3
            d_mean = -(h / s).sum(0)
            dx = dx + d_var * 2 * c / N + d_mean / N
        return dx, (dy * c / s).sum(0), dy.sum(0)


@q.variant
class channel_by_channel(Right):
    def backward(self, dy):
        dx = np.empty(dy.shape)
        for k in range(dy.shape[1]):
            h, n = dy[:, k] * self.g[k], self.x_hat[:, k]
            if self.train:
                N = len(h)
                J = (np.eye(N) - 1 / N - np.outer(n, n) / N) * self.r[k]
                dx[:, k] = J @ h
            else:
                dx[:, k] = h * self.r[k]
        return dx, np.einsum("nc,nc->c", dy, self.x_hat), np.einsum("nc->c", dy)


q.hints(
    """Three variances: which divides by N, which by N − 1, and which is a constant for backward?
Write down for each mode where m and v come from, and whether x moves them.""",
    """x = [[1], [3]]: variance 1 for norming (y = ∓1), 2 for the memory (running_var = 1.1). A
fresh layer in evaluation has m = 0, v = 1: backward is dy · g / √(1 + ε).""",
    """forward: choose (m, v) by mode; in training also move both memories, with ddof=1 for the
variance. Store x̂, r and the mode. backward: r · (h − mean h − x̂ · mean(h x̂)) over axis 0 in
training, r · h in evaluation.""",
)
q.why("""Batch norm is two functions under one name. In training it couples the rows: dx of one row
depends on all others, which is layer norm's backward pass along the other axis. In evaluation it is
an affine map with constants. Every bug here comes from mixing the two: batch statistics in
evaluation (predictions depend on neighbours), memory that moves in evaluation (leak), the training
backward after an evaluation forward (frozen layers get wrong gradients).

The two denominators are no inconsistency. Norming rescales *these* N numbers; the memory estimates
the variance of *others*. At N = 2 they differ by a factor of 2.

And "momentum" is the weight of the new batch in PyTorch and of the old memory in Keras. Carry a
0.99 from one to the other, and the memory is the last batch.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Attention, line by line (5 points, 20 minutes)
#
# One head: q [T, d], k [S, d], v [S, e]. Forward, and P = `p` is given as it is:
#
# $$Z=\frac{qk^\top}{\sqrt d}\;[T,S],\qquad P=\mathrm{softmax}(Z)\text{ over keys},\qquad
# O=Pv\;[T,e]$$
#
# Seven methods, as in question 1: each gets right quantities of earlier lines, and uses nothing but
# its arguments. Masked positions are simply entries P = 0.
#
# | line | method | gives |
# |---|---|---|
# | 1 | `d_v(p, d_out)` | gradient in v, [S, e] |
# | 2 | `d_p(d_out, v)` | gradient in P, as if its entries were free, [T, S] |
# | 3 | `row_dot(p, d_p)` | $\sum_s P_{ts}\,dP_{ts}$ for each query, [T, 1] |
# | 4 | `row_dot_from_output(out, d_out)` | **the same number**, from O and dO alone, [T, 1] |
# | 5 | `d_z(p, d_p, row_dot)` | gradient in Z, through the softmax, [T, S] |
# | 6 | `d_q(d_z, k)` | gradient in q, [T, d] |
# | 7 | `d_k(d_z, q)` | gradient in k, [S, d] |
#
# **Example.** p = [[¼, ¾]], d_p = [[4, 8]]: `row_dot` gives [[7]], and with it `d_z` gives
# [[−0.75, 0.75]]. d_z = [[−0.75, 0.75]], k = [[4, 0, 0, 0], [8, 0, 0, 0]] (d = 4): `d_q` gives
# [[1.5, 0, 0, 0]].

# %% nbgrader={"grade_id": "attention_lines", "solution": true}
class AttentionLines:
    """The backward pass of one attention head. T queries, S keys, widths d and e."""

    def d_v(self, p, d_out):
        """Line 1: [T, S], [T, e] -> [S, e]."""
        ### BEGIN SOLUTION
        return p.T @ d_out
        ### END SOLUTION

    def d_p(self, d_out, v):
        """Line 2: [T, e], [S, e] -> [T, S]."""
        ### BEGIN SOLUTION
        return d_out @ v.T
        ### END SOLUTION

    def row_dot(self, p, d_p):
        """Line 3: [T, S], [T, S] -> [T, 1]."""
        ### BEGIN SOLUTION
        return (p * d_p).sum(axis=1, keepdims=True)
        ### END SOLUTION

    def row_dot_from_output(self, out, d_out):
        """Line 4: [T, e], [T, e] -> [T, 1]."""
        ### BEGIN SOLUTION
        return (out * d_out).sum(axis=1, keepdims=True)
        ### END SOLUTION

    def d_z(self, p, d_p, row_dot):
        """Line 5: [T, S], [T, S], [T, 1] -> [T, S]."""
        ### BEGIN SOLUTION
        return p * (d_p - row_dot)
        ### END SOLUTION

    def d_q(self, d_z, k):
        """Line 6: [T, S], [S, d] -> [T, d]."""
        ### BEGIN SOLUTION
        return d_z @ k / np.sqrt(k.shape[1])
        ### END SOLUTION

    def d_k(self, d_z, q):
        """Line 7: [T, S], [T, d] -> [S, d]."""
        ### BEGIN SOLUTION
        return d_z.T @ q / np.sqrt(q.shape[1])
        ### END SOLUTION


# %% nbgrader={"grade_id": "attention_lines_are_each_right", "grade": true}
"""Each line is the derivative of its own operation."""
q = Question(AttentionLines, points=5, name="attention_lines")
T, S, d, e = 2, 3, 4, 5
queries, keys, values, d_out, scores = normal(50, (T, d), (S, d), (S, e), (T, e), (T, S))
p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
d_p = normal(51, (T, S))[0]
d_z = normal(52, (T, S))[0]


def product(left, right, scale=1.0):
    return (torch.as_tensor(left) @ torch.as_tensor(right).mT) * scale


@q.probe(gives=named("d_v", autograd(lambda v: torch.tensor(p) @ v, d_out, values)[0]))
def line_1_d_v(lines):
    """Line 1, d_v: a value reaches each query with that query's weight"""
    return named("d_v", lines().d_v(p, d_out))


@q.probe(gives=named("d_p", autograd(lambda p: p @ torch.tensor(values), d_out, p)[0]))
def line_2_d_p(lines):
    """Line 2, d_p: a weight matters as much as its value points along d_out"""
    return line(lines, "d_p", d_out, values)


@q.probe(gives=named("row_dot", [[7.0]]))
def line_3_row_dot(lines):
    """Line 3, row_dot: ¼ · 4 + ¾ · 8 = 7, one number a query"""
    return line(lines, "row_dot", np.array([[0.25, 0.75]]), np.array([[4.0, 8.0]]))


@q.probe(gives=named("row_dot_from_output", (p * (d_out @ values.T)).sum(1, keepdims=True)))
def line_4_row_dot_from_output(lines):
    """Line 4, row_dot_from_output: the same number as line 3, where O = P v and dP = dO vᵀ"""
    return line(lines, "row_dot_from_output", p @ values, d_out)


@q.probe(gives=named("d_z", autograd(lambda z: z.softmax(1), d_p, scores)[0]))
def line_5_d_z(lines):
    """Line 5, d_z: raising one score lowers all other weights of its row"""
    return line(lines, "d_z", p, d_p, (p * d_p).sum(1, keepdims=True))


@q.probe(gives=named("d_q", autograd(lambda q: product(q, keys, 0.5), d_z, queries)[0]))
def line_6_d_q(lines):
    """Line 6, d_q: the score is q kᵀ / √d, here √4"""
    return line(lines, "d_q", d_z, keys)


@q.probe(gives=named("d_k", autograd(lambda k: product(queries, k, 0.5), d_z, keys)[0]))
def line_7_d_k(lines):
    """Line 7, d_k: a key is compared with every query, and each comparison is divided by √d"""
    return line(lines, "d_k", d_z, queries)


### BEGIN HIDDEN TESTS
q.hidden()

ORDER = {
    "d_v": "summed over queries",
    "d_p": "one product of a value and an upstream gradient for each pair",
    "row_dot": "summed over keys",
    "row_dot_from_output": "summed over the width of a value",
    "d_z": "0 where P is 0, and each row sums to 0",
    "d_q": "divided by the root of the width of a key",
    "d_k": "divided by the root of the width of a query",
}


def quantities(T, S, d, e, seed):
    q, k, v, d_out, z, d_p, d_z = normal(
        seed, (T, d), (S, d), (S, e), (T, e), (T, S), (T, S), (T, S)
    )
    p = np.exp(np.where(np.tri(T, S, S - T) > 0, z, -np.inf))
    p /= p.sum(1, keepdims=True)
    return {
        "d_v": (p, d_out), "d_p": (d_out, v), "row_dot": (p, d_p),
        "row_dot_from_output": (p @ v, d_out),
        "d_z": (p, d_p, (p * d_p).sum(1, keepdims=True)), "d_q": (d_z, k), "d_k": (d_z, q),
    }


for number, (method, rule) in enumerate(ORDER.items(), 1):
    for sizes in ((3, 5, 7, 11), (1, 1, 3, 2)):

        def of_other_sizes(lines, method=method, sizes=sizes):
            return line(lines, method, *quantities(*sizes, 60)[method])

        where = "T = {}, S = {}, d = {}, e = {}".format(*sizes)
        of_other_sizes.__doc__ = f"Line {number}, {method}, with {where}: {rule}"
        of_other_sizes.__name__ = f"line_{number}_{method}_T_{sizes[0]}"
        q.probe(of_other_sizes)


@q.reference
class by_autograd_of_each_operation:
    def d_v(self, p, d_out):
        start = np.ones((p.shape[1], d_out.shape[1]))
        return autograd(lambda v: torch.tensor(p) @ v, d_out, start)[0]

    def d_p(self, d_out, v):
        return autograd(lambda p: p @ torch.tensor(v), d_out, np.ones((len(d_out), len(v))))[0]

    def row_dot(self, p, d_p):
        return np.array([[weights @ slopes] for weights, slopes in zip(p, d_p)])

    def row_dot_from_output(self, out, d_out):
        return np.array([[a @ b] for a, b in zip(out, d_out)])

    def d_z(self, p, d_p, row_dot):
        with np.errstate(divide="ignore"):
            return autograd(lambda z: z.softmax(1), d_p, np.log(p))[0]

    def d_q(self, d_z, k):
        start = np.ones((len(d_z), k.shape[1]))
        return autograd(lambda q: product(q, k, k.shape[1] ** -0.5), d_z, start)[0]

    def d_k(self, d_z, q):
        start = np.ones((d_z.shape[1], q.shape[1]))
        return autograd(lambda k: product(q, k, q.shape[1] ** -0.5), d_z, start)[0]


class Right:
    """The seven lines; each wrong answer below replaces one (or a habit in several)."""

    def d_v(self, p, d_out):
        return p.T @ d_out

    def d_p(self, d_out, v):
        return d_out @ v.T

    def row_dot(self, p, d_p):
        return (p * d_p).sum(1, keepdims=True)

    def row_dot_from_output(self, out, d_out):
        return (out * d_out).sum(1, keepdims=True)

    def d_z(self, p, d_p, row_dot):
        return p * (d_p - row_dot)

    def d_q(self, d_z, k):
        return d_z @ k / k.shape[1] ** 0.5

    def d_k(self, d_z, q):
        return d_z.T @ q / q.shape[1] ** 0.5


@q.mistake("""Lines 6 and 7 lack 1/√d. It stands in the forward pass between q kᵀ and Z, so the
gradients in q and in k both pass it.""")
class attn_bwd_no_one_over_sqrt_d(Right):
    def d_q(self, d_z, k):
        return d_z @ k

    def d_k(self, d_z, q):
        return d_z.T @ q


@q.mistake("""Line 7 lacks 1/√d (line 6 has it). Both factors of the product get it.""")
class only_d_q_is_scaled(Right):
    def d_k(self, d_z, q):
        return d_z.T @ q


@q.mistake("""Line 6 lacks 1/√d (line 7 has it). Both factors of the product get it.""")
class only_d_k_is_scaled(Right):
    def d_q(self, d_z, k):
        return d_z @ k


@q.mistake("""Lines 6 and 7 divide by d. The forward pass divides by √d, once; so does the backward
pass.""")
class divided_by_d(Right):
    def d_q(self, d_z, k):
        return d_z @ k / k.shape[1]

    def d_k(self, d_z, q):
        return d_z.T @ q / q.shape[1]


@q.mistake("""Line 3 sums over queries: you have one number a key. The softmax ran over keys, and
that is the row which its correction sums over: axis 1.""")
class ds_sum_over_queries(Right):
    def row_dot(self, p, d_p):
        return (p * d_p).sum(0, keepdims=True)


@q.mistake("""Line 3 takes the mean. Σ P dP is a mean already, weighted by P: sum it.""")
class row_dot_averaged(Right):
    def row_dot(self, p, d_p):
        return (p * d_p).mean(1, keepdims=True)


@q.mistake("""Line 3 sums dP without the weights P. The correction is the mean of dP *under P*.""")
class row_dot_without_weights(Right):
    def row_dot(self, p, d_p):
        return d_p.sum(1, keepdims=True)


@q.mistake("""Line 4 takes the mean over the width of the values. Σ_s P dP = Σ_s P_s (dO · v_s) =
dO · (Σ_s P_s v_s) = dO · O: a plain dot product.""")
class output_dot_averaged(Right):
    def row_dot_from_output(self, out, d_out):
        return (out * d_out).mean(1, keepdims=True)


@q.mistake("""Line 5 is P · dP − row_dot: the bracket is missing. P multiplies both; as it is,
masked positions get −row_dot, a gradient through what was not seen.""")
class masked_grad_nonzero(Right):
    def d_z(self, p, d_p, row_dot):
        return p * d_p - row_dot


@q.mistake("""Line 5 uses only the diagonal of the softmax's Jacobian, P (1 − P) dP. Raising one
score lowers all the other weights: P · (dP − row_dot).""")
class diag_only_softmax_jacobian(Right):
    def d_z(self, p, d_p, row_dot):
        return p * (1 - p) * d_p


@q.mistake("""Line 5 is P · dP: it treats the softmax's denominator as a constant. Subtract row_dot
from dP first.""")
class denominator_as_a_constant(Right):
    def d_z(self, p, d_p, row_dot):
        return p * d_p


@q.mistake("""Line 5 subtracts the plain mean of dP. The average that counts is the one under P:
row_dot, which you are given.""")
class plain_average_subtracted(Right):
    def d_z(self, p, d_p, row_dot):
        return p * (d_p - d_p.mean(1, keepdims=True))


@q.mistake("""Line 5 lacks the factor P: it is dP − row_dot. A score moves its weight in proportion
to the weight.""")
class d_z_without_p(Right):
    def d_z(self, p, d_p, row_dot):
        return d_p - row_dot


@q.mistake("""Line 5 has the sign turned: P · (row_dot − dP). A score should rise where dP is above
the row's average.""")
class d_z_sign_turned(Right):
    def d_z(self, p, d_p, row_dot):
        return p * (row_dot - d_p)


@q.variant
class with_einsum(Right):
    def d_v(self, p, d_out):
        return np.einsum("ts,te->se", p, d_out)

    def d_p(self, d_out, v):
        return np.einsum("te,se->ts", d_out, v)

    def row_dot(self, p, d_p):
        return np.einsum("ts,ts->t", p, d_p)[:, None]

    def d_k(self, d_z, q):
        return np.einsum("ts,td->sd", d_z, q / np.sqrt(q.shape[-1]))


@q.variant
class with_the_jacobian(Right):
    def d_z(self, p, d_p, row_dot):
        return [(np.diag(row) - np.outer(row, row)) @ up for row, up in zip(p, d_p)]


@q.variant
class in_torch_float32:
    def __getattr__(self, name):
        method = getattr(Right(), name)

        def call(*args):
            result = method(*(np.asarray(a, dtype=np.float32) for a in args))
            return torch.tensor(result, dtype=torch.float32)

        return call


q.hints(
    """For O = P v, no other order of factors fits the shapes: d_v = Pᵀ dO, d_p = dO vᵀ. What a
row's softmax gives sums to 1, so each row of d_z must sum to 0.""",
    """p = (¼, ¾), d_p = (4, 8): the mean of d_p under p is 7; d_z = (¼ · (4 − 7), ¾ · (8 − 7)) =
(−¾, ¾).""",
    """row_dot: sum of p · d_p over axis 1, keepdims. d_z: p · (d_p − row_dot). d_q = d_z k / √d,
d_k =
d_zᵀ q / √d. Line 4: sum of out · d_out over axis 1.""",
)
q.why("""Line 5 is the Jacobian of the softmax, diag(P) − P Pᵀ, applied to a row without ever being
built: P · (dP − ⟨P, dP⟩). It compares dP with its own average under P; where nothing is better than
the average, nothing moves.

Line 4 is the small identity on which fused kernels rest. Σ_s P_ts (dO_t · v_s) = dO_t · O_t: the
row sum over S keys needs only two vectors of width e, which are at hand, so that the backward pass
can go through the table tile by tile and never needs a whole row of it.

Masked entries need no mask in backward: P = 0 is a factor of d_z. That holds only if P stands in
front of the *bracket*.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Attention, all in one go (5 points, 20 minutes)
#
# Several heads h, and a mask; nothing is given but the inputs:
#
# $$O=\mathrm{softmax}\Big(\frac{qk^\top}{\sqrt d}\Big)v\qquad\text{for each head, over the keys
# that the mask allows}$$
#
# Return `(dq, dk, dv)`. `mask` is None or a bool array [T, S] for all heads, **True = may attend**.
# A query that may attend to nothing has the output 0, whatever q, k and v are. Scores may be as
# large as ±2000 and everything stays finite.
#
# **Example.** One head, T = 1, S = 2, d = 4, e = 1: q = (2, 0, 0, 0), the keys' first numbers are
# log 1 and log 3 (the others 0), v = (4, 8), dO = 1. Then P = (¼, ¾), dP = (4, 8), dZ = (−¾, ¾); dv
# = (¼, ¾); the first number of dq is ¾ · log 3 / 2 = 0.4120; those of dk are (−¾, ¾).

# %% nbgrader={"grade_id": "attention_backward", "solution": true}
def attention_backward(q, k, v, mask, d_out):
    """The gradients of masked scaled dot-product attention.

    Args:
        q: float array [h, T, d]. k: float array [h, S, d]. v: float array [h, S, e].
        mask: bool array [T, S], True = may attend; None = all may.
        d_out: float array [h, T, e].

    Returns:
        (dq, dk, dv): float arrays with the shapes of q, k and v.
    """
    ### BEGIN SOLUTION
    scale = 1 / np.sqrt(q.shape[-1])
    z = q @ k.swapaxes(1, 2) * scale  # (h, T, S)
    if mask is not None:
        z = np.where(mask, z, -np.inf)
    top = z.max(axis=2, keepdims=True)
    p = np.exp(z - np.where(np.isfinite(top), top, 0))
    total = p.sum(axis=2, keepdims=True)
    p = p / np.where(total > 0, total, 1)
    dp = d_out @ v.swapaxes(1, 2)
    dz = p * (dp - (p * dp).sum(axis=2, keepdims=True)) * scale
    return dz @ k, dz.swapaxes(1, 2) @ q, p.swapaxes(1, 2) @ d_out
    ### END SOLUTION


# %% nbgrader={"grade_id": "attention_backward_sees_what_forward_saw", "grade": true}
"""What was not seen gets no gradient; what was seen gets that of the whole forward pass."""
q = Question(attention_backward, points=5)
keys = np.zeros((1, 2, 4))
keys[0, :, 0] = np.log([1.0, 3.0])
example = np.array([[[2.0, 0, 0, 0]]]), keys, np.array([[[4.0], [8.0]]])


@q.probe(gives=([[[0.411980, 0, 0, 0]]], [[-0.75, 0.75]], [[[0.25], [0.75]]]), atol=1e-6)
def the_example(f):
    """With P = (¼, ¾) and dP = (4, 8), dZ is (−¾, ¾): the statement's example"""
    dq, dk, dv = f(*example, None, np.ones((1, 1, 1)))
    return dq, np.asarray(dk)[:, :, 0], dv


qkv, up = normal(70, (2, 3, 5), (2, 7, 5), (2, 7, 4)), normal(71, (2, 3, 4))[0]
causal = np.tri(3, 7, 4) > 0


def attend(q, k, v, mask=causal):
    z = (q @ k.mT / q.shape[-1] ** 0.5).masked_fill(~torch.tensor(mask), -torch.inf)
    return z.softmax(-1) @ v


@q.probe(gives=tuple(autograd(attend, up, *qkv)))
def a_causal_mask(f):
    """2 heads, 3 queries, 7 keys, causal: the gradients of the whole forward pass"""
    return tuple(f(*qkv, causal, up))


@q.probe(gives={"dk": np.zeros((2, 2, 5)), "dv": np.zeros((2, 2, 4))})
def what_nobody_sees(f):
    """Keys and values that no query may see get the gradient 0"""
    _, dk, dv = f(*qkv, np.tri(3, 7, 2) > 0, up)
    return {"dk": np.asarray(dk)[:, 5:], "dv": np.asarray(dv)[:, 5:]}


### BEGIN HIDDEN TESTS
q.hidden()


def inputs(seed, h=2, T=5, S=3, d=7, e=11):
    return normal(seed, (h, T, d), (h, S, d), (h, S, e), (h, T, e))


def with_mask(seed, mask, **sizes):
    q, k, v, up = inputs(seed, **sizes)
    return q, k, v, mask, up


q.case(*with_mask(72, None), claim="Without a mask: 2 heads, 5 queries, 3 keys, widths 7 and 11")
q.case(
    *with_mask(73, np.random.default_rng(0).random((5, 3)) < 0.7 * np.ones((5, 1))),
    claim="With a mask in which each query sees other keys",
)
EMPTY = np.array([[1, 1, 0], [0, 0, 0], [0, 1, 1], [1, 1, 1], [1, 0, 0]]) > 0


@q.probe
def a_query_that_sees_nothing(f):
    """A query that sees nothing has a constant output, 0: it sends no gradient to anybody"""
    return tuple(f(*with_mask(74, EMPTY)))


@q.probe(gives=np.zeros((2, 7)))
def dq_of_a_query_that_sees_nothing(f):
    """dq of a query that sees nothing is 0"""
    return np.asarray(f(*with_mask(74, EMPTY))[0])[:, 1]


@q.probe
def large_scores(f):
    """Scores near ±2000 in some rows overflow nothing: only differences within a row matter"""
    q, k, v, up = inputs(75)
    q[:, :, 0], k[:, :, 0] = 70.0 * np.array([1, -1, 1, -1, 0]), 70.0
    return tuple(f(q, k, v, None, up))


@q.probe(gives=np.zeros((2, 5)), atol=1e-5)
def a_shift_of_all_keys_has_no_slope(f):
    """Adding one vector to all keys shifts each row's scores alike, so dk sums to 0 over keys"""
    q, k, v, mask, up = with_mask(76, None, d=5)
    return np.asarray(f(q, k, v, mask, up)[1]).sum(axis=1)


@q.reference
def torchs_own(q, k, v, mask, d_out):
    def forward(q, k, v):
        if mask is None:
            return torch.nn.functional.scaled_dot_product_attention(q, k, v)
        seen = torch.tensor(mask)
        empty = ~seen.any(1, keepdim=True)
        out = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=seen | empty)
        return out.masked_fill(empty, 0.0)

    return tuple(autograd(forward, d_out, q, k, v))


def weights(z, keep, axis=2):
    """The right softmax, 0 where nothing may be seen."""
    z = np.where(keep, z, -np.inf)
    top = z.max(axis, keepdims=True)
    p = np.exp(z - np.where(np.isfinite(top), top, 0))
    total = p.sum(axis, keepdims=True)
    return p / np.where(total > 0, total, 1)


def attention(q, k, v, mask, d_out, probs=weights, to_z=None, scales=(1, 1), inner=0.5, late=None):
    """The right answer, or with one of its parts replaced."""
    z = q @ k.swapaxes(1, 2) / q.shape[-1] ** inner
    p = probs(z, np.broadcast_to(True if mask is None else mask, z.shape))
    back = p if late is None else late(z, p)
    dp = d_out @ v.swapaxes(1, 2)
    with np.errstate(all="ignore"):
        dz = to_z(back, dp) if to_z else back * (dp - (back * dp).sum(2, keepdims=True))
    dz = dz / q.shape[-1] ** 0.5
    return dz @ k * scales[0], dz.swapaxes(1, 2) @ q * scales[1], p.swapaxes(1, 2) @ d_out


@q.mistake("""dq and dk lack 1/√d: your result is √d times autograd's everywhere. The forward pass
divides the scores by √d, so the backward pass does too.""")
def attn_bwd_no_one_over_sqrt_d(q, k, v, mask, d_out):
    root = q.shape[-1] ** 0.5
    return attention(q, k, v, mask, d_out, scales=(root, root))


@q.mistake("""1/√d is there twice: on dZ, and again on dq and dk.""")
def one_over_sqrt_d_twice(q, k, v, mask, d_out):
    root = q.shape[-1] ** -0.5
    return attention(q, k, v, mask, d_out, scales=(root, root))


@q.mistake("""dk lacks 1/√d, dq has it. q and k enter the score in the same way.""")
def only_dq_scaled(q, k, v, mask, d_out):
    return attention(q, k, v, mask, d_out, scales=(1, q.shape[-1] ** 0.5))


@q.mistake("""The scores are recomputed without 1/√d, so that your P is not the P of the forward
pass.""")
def forward_not_scaled(*args):
    return attention(*args, inner=0)


@q.mistake("""The correction sums over queries. The softmax of each query ran over keys: sum P dP
over the last axis, one number a query.""")
def ds_sum_over_queries(*args):
    return attention(*args, to_z=lambda p, dp: p * (dp - (p * dp).sum(1, keepdims=True)))


@q.mistake("""Masked positions get a gradient: your dZ = P dP − Σ P dP is not 0 where P = 0. P
stands in front of the whole bracket.""")
def masked_grad_nonzero(*args):
    return attention(*args, to_z=lambda p, dp: p * dp - (p * dp).sum(2, keepdims=True))


@q.mistake("""The mask is in your dv but not in dZ: you recomputed P without it for the softmax's
backward pass. Keys that were not seen get a gradient. One P, the masked one, everywhere.""")
def mask_forgotten_in_backward(*args):
    return attention(*args, late=lambda z, p: weights(z, True))


@q.mistake("""You masked dZ, but not P: dv and the average Σ P dP still count keys that may not be
seen. Mask the scores; then dZ needs no mask.""")
def mask_on_dz_only(q, k, v, mask, d_out):
    def to_z(p, dp):
        return p * (dp - (p * dp).sum(2, keepdims=True)) * (True if mask is None else mask)

    return attention(q, k, v, mask, d_out, probs=lambda z, keep: weights(z, True), to_z=to_z)


@q.mistake("""The mask is not used: your P gives weight to keys that may not be seen.""")
def mask_ignored(*args):
    return attention(*args, probs=lambda z, keep: weights(z, True))


@q.mistake("""The mask is upside down. Here True means "may attend".""")
def mask_inverted(q, k, v, mask, d_out):
    return attention(q, k, v, mask if mask is None else ~mask, d_out)


@q.mistake("""You deleted masked entries of P after the softmax without dividing by what is left:
rows of P sum to less than 1.""")
def mask_after_softmax_no_renorm(*args):
    return attention(*args, probs=lambda z, keep: weights(z, True) * keep)


@q.mistake("""Right, but for a query that sees nothing: −1e9 in the whole row makes P uniform there,
so it sends gradient to keys and values that are masked. Set such rows of P to 0.""")
def empty_row_uniform(*args):
    return attention(*args, probs=lambda z, keep: weights(np.where(keep, z, -1e9), True))


@q.mistake("""Right, but for a query that sees nothing: −inf − (−inf) is NaN there, and through Pᵀ
dO it reaches every key and value. Set such rows of P to 0 before anything is multiplied.""")
def empty_row_nan(*args):
    def probs(z, keep):
        p = weights(z, keep)
        return np.where(keep.any(2, keepdims=True), p, np.nan)

    return attention(*args, probs=probs)


@q.mistake("""exp overflows at 709: subtract the largest score of each row first.""")
def no_max_subtraction(*args):
    def probs(z, keep):
        with np.errstate(all="ignore"):
            p = np.where(keep, np.exp(z), 0)
            total = p.sum(2, keepdims=True)
            return np.where(total == 0, 0 if not keep.all() else np.nan, p / total)

    return attention(*args, probs=probs)


@q.mistake("""You kept the diagonal of the softmax's Jacobian only, P (1 − P) dP. Raising one score
lowers the other weights: P (dP − Σ P dP).""")
def diag_only_softmax_jacobian(*args):
    return attention(*args, to_z=lambda p, dp: p * (1 - p) * dp)


@q.mistake("""dZ = P dP treats the softmax's denominator as a constant. Subtract Σ P dP, the average
of dP under P, from dP.""")
def denominator_as_a_constant(*args):
    return attention(*args, to_z=lambda p, dp: p * dp)


@q.variant
def with_the_output_dot(q, k, v, mask, d_out):
    keep = True if mask is None else mask[None]
    scaled = q * q.shape[-1] ** -0.5
    p = weights(np.einsum("htd,hsd->hts", scaled, k), keep)
    out = np.einsum("hts,hse->hte", p, v)
    D = np.einsum("hte,hte->ht", out, d_out)[:, :, None]
    dz = p * (np.einsum("hte,hse->hts", d_out, v) - D)
    dq = np.einsum("hts,hsd->htd", dz, k) * q.shape[-1] ** -0.5
    return dq, np.einsum("hts,htd->hsd", dz, scaled), np.einsum("hts,hte->hse", p, d_out)


@q.variant
def loops_over_queries(q, k, v, mask, d_out):
    dq, dk, dv = (np.zeros(a.shape) for a in (q, k, v))
    for i, t in np.ndindex(q.shape[:2]):
        seen = np.arange(k.shape[1]) if mask is None else np.flatnonzero(mask[t])
        if len(seen) == 0:
            continue
        z = k[i, seen] @ q[i, t] / np.sqrt(q.shape[2])
        p = np.exp(z - z.max())
        p /= p.sum()
        J = np.diag(p) - np.outer(p, p)
        dz = J @ (v[i, seen] @ d_out[i, t]) / np.sqrt(q.shape[2])
        dq[i, t] = dz @ k[i, seen]
        dk[i, seen] += np.outer(dz, q[i, t])
        dv[i, seen] += np.outer(p, d_out[i, t])
    return dq, dk, dv


@q.variant
def in_torch(q, k, v, mask, d_out):
    q, k, v, d_out = map(torch.tensor, (q, k, v, d_out))
    z = q @ k.transpose(1, 2) / q.shape[-1] ** 0.5
    if mask is not None:
        z = z.masked_fill(~torch.tensor(mask), float("-inf"))
    p = torch.nan_to_num(torch.softmax(z, -1))
    dp = d_out @ v.transpose(1, 2)
    dz = p * (dp - (p * dp).sum(-1, keepdim=True)) / q.shape[-1] ** 0.5
    return dz @ k, dz.transpose(1, 2) @ q, p.transpose(1, 2) @ d_out


q.hints(
    """First get P right (rows of allowed keys sum to 1, empty rows are 0); then every masked entry
of dZ is 0 by itself. Is it?""",
    """The statement's example, number by number: P = (¼, ¾), dP = (4, 8), average 7, dZ = (−¾, ¾),
then divide by √4 for dq and dk.""",
    """The seven lines of question 4 with `swapaxes(1, 2)` for the transposes. An empty row:
subtract 0 in place of −inf as its maximum, and divide by 1 in place of the sum 0.""",
)
q.why("""One P serves three places: dv, the average, and dZ. Recomputing it (as fused kernels do) is
fine as long as it is the *same* P, mask and scale included.

The scale belongs to Z, so it is taken once: on dZ, and then dq = dZ k and dk = dZᵀ q.

Empty rows are where the NaNs of real trainings come from: 0/0 going forward, then NaN times 0
coming back. A row of P that is 0 sends nothing: no mask is needed in the backward pass at all.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. Convolution (5 points, 25 minutes)
#
# A convolution layer as frameworks have it (the kernel is *not* flipped going forward), with stride
# s and zero padding `pad` on all four sides; H, W are x's height and width, m, n the kernel's:
#
# $$y_{b,o,i,j}=\text{bias}_o+\sum_{c,u,v}w_{o,c,u,v}\;\bar x_{b,c,\;si+u,\;sj+v},\qquad
# H'=\Big\lfloor\frac{H+2\,\text{pad}-m}{s}\Big\rfloor+1$$
#
# ($\bar x$ is the padded input; W′ likewise.) Return `(dx, dw, db)`, of the shapes of x, w and the
# bias [O]. If the stride does not divide, the last rows or columns are not used by any output.
#
# **Example.** One image, one channel, stride 1, pad 0: x is 3 × 3, w = [[1, 2], [3, 4]], dy = [[1,
# 0], [0, 0]]. The upper left output saw the upper left 2 × 2 of x, so dx = [[1, 2, 0], [3, 4, 0],
# [0, 0, 0]], dw is that part of x, and db = 1.

# %% nbgrader={"grade_id": "conv_backward", "solution": true}
def conv_backward(x, w, dy, stride, pad):
    """The gradients of a 2-d convolution layer.

    Args:
        x: float array [B, C, H, W].
        w: float array [O, C, m, n].
        dy: float array [B, O, H', W'].
        stride: int ≥ 1. pad: int ≥ 0.

    Returns:
        (dx, dw, db): float arrays [B, C, H, W], [O, C, m, n] and [O].
    """
    ### BEGIN SOLUTION
    H, W = x.shape[2:]
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    dx, dw = np.zeros(padded.shape), np.zeros(w.shape)
    high, wide = dy.shape[2:]
    for u, v in np.ndindex(w.shape[2:]):  # the input that met w[u, v], for all outputs at once
        rows = slice(u, u + stride * (high - 1) + 1, stride)
        cols = slice(v, v + stride * (wide - 1) + 1, stride)
        dw[:, :, u, v] = np.einsum("boij,bcij->oc", dy, padded[:, :, rows, cols])
        dx[:, :, rows, cols] += np.einsum("boij,oc->bcij", dy, w[:, :, u, v])
    return dx[:, :, pad : pad + H, pad : pad + W], dw, dy.sum(axis=(0, 2, 3))
    ### END SOLUTION


# %% nbgrader={"grade_id": "conv_backward_returns_along_each_path", "grade": true}
"""Each output hands its gradient back to what it saw, through the weight that it used."""
q = Question(conv_backward, points=5)


def image(*rows):
    return np.array([[rows]], dtype=float)


q.case(
    image([1, 2, 3], [4, 5, 6], [7, 8, 9]), image([1, 2], [3, 4]), image([1, 0], [0, 0]), 1, 0,
    gives=(image([1, 2, 0], [3, 4, 0], [0, 0, 0]), image([1, 2], [4, 5]), [1]),
    claim="One output at the upper left hands w back to where it looked",
)
q.case(
    image([1, 2, 3, 4]), image([10, 1]), image([1, 1]), 2, 0,
    gives=(image([10, 1, 10, 1]), image([4, 6]), [2]),
    claim="With stride 2 the windows (1, 2) and (3, 4) do not overlap",
)
q.case(
    image([1, 2, 3]), image([1]), np.ones((1, 1, 3, 5)), 1, 1,
    gives=(image([1, 1, 1]), image([6]), [15]),
    claim="With pad 1 a 1 × 1 kernel sees 3 × 5 places, of which only the middle three are x",
)
x, w = normal(80, (2, 3, 7, 5), (2, 3, 3, 2))
up = normal(81, (2, 2, 4, 3))[0]


def convolve(x, w, bias):
    return torch.nn.functional.conv2d(x, w, bias, stride=2, padding=1)


@q.probe(gives=tuple(autograd(convolve, up, x, w, np.ones(2))))
def of_the_whole_forward_pass(f):
    """2 images, 3 channels, 7 × 5, kernel 3 × 2, stride 2, pad 1: as autograd has it"""
    return tuple(f(x, w, up, 2, 1))


### BEGIN HIDDEN TESTS
q.hidden()


def layer(seed, B, C, K, H, W, m, n, stride, pad):
    high, wide = (H + 2 * pad - m) // stride + 1, (W + 2 * pad - n) // stride + 1
    x, w, up = normal(seed, (B, C, H, W), (K, C, m, n), (B, K, high, wide))
    return x, w, up, stride, pad


q.case(*layer(82, 3, 2, 5, 7, 11, 3, 2, 1, 0), claim="Stride 1, no padding: 3 × 2 kernel")
q.case(*layer(83, 2, 3, 5, 11, 7, 2, 3, 3, 0), claim="Stride 3 leaves rows or columns unused: dx 0")
q.case(*layer(84, 2, 3, 2, 5, 7, 5, 3, 2, 2), claim="Stride 2, pad 2, kernel 5 × 3")
q.case(*layer(85, 1, 1, 1, 3, 3, 3, 3, 1, 0), claim="The kernel as large as the image: one output")
q.case(*layer(86, 2, 3, 5, 5, 7, 1, 1, 2, 0), claim="A 1 × 1 kernel with stride 2 skips inputs")
q.case(*layer(87, 2, 1, 1, 5, 5, 3, 3, 1, 1), claim="Square image, square kernel, one channel")


@q.reference
def torchs_own(x, w, dy, stride, pad):
    def forward(x, w, bias):
        return torch.nn.functional.conv2d(x, w, bias, stride=stride, padding=pad)

    return tuple(autograd(forward, dy, x, w, np.zeros(len(w))))


def convolution(x, w, dy, stride, pad, back=1, step=None, see=None, add=True, crop=None):
    """The right answer, or with one of its parts replaced."""
    H, W = x.shape[2:]
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    dx, dw = np.zeros(padded.shape), np.zeros(w.shape)

    def places(u, v, step):
        high, wide = dy.shape[2:]
        return np.ix_(range(len(x)), range(x.shape[1]), u + step * np.arange(high),
                      v + step * np.arange(wide))

    for u, v in np.ndindex(w.shape[2:]):
        dw[:, :, u, v] = np.einsum("boij,bcij->oc", dy, padded[places(u, v, see or stride)])
        part = np.einsum("boij,oc->bcij", dy, w[:, :, ::back, ::back][:, :, u, v])
        at = places(u, v, step or stride)
        dx[at] = dx[at] * add + part
    start = pad if crop is None else crop
    return dx[:, :, start : start + H, start : start + W], dw, dy.sum((0, 2, 3))


@q.mistake("""dx uses the kernel upside down. Output (i, j) met input (si + u, sj + v) through w[u,
v], so that is the weight which takes its gradient back there. Written as a scatter (each output
adds to what it saw) nothing is flipped; written as a convolution over dy, the kernel *must* be
flipped, as u runs the other way.""")
def conv_no_kernel_flip_in_dx(*args):
    return convolution(*args, back=-1)


@q.mistake("""dx ignores the stride: neighbouring outputs hand back to neighbouring inputs, but
their windows start s apart. Add at si + u, or put s − 1 zeros between the entries of dy first.""")
def stride_ignored_in_dx(*args):
    return convolution(*args, step=1)


@q.mistake("""dw ignores the stride: output i met input si + u, not i + u.""")
def stride_ignored_in_dw(*args):
    return convolution(*args, see=1)


@q.mistake("""The stride is ignored in dx and dw: output i looked at inputs si + u.""")
def stride_ignored(*args):
    return convolution(*args, see=1, step=1)


@q.mistake("""Windows overlap, and where they do you overwrite what earlier outputs handed back. Add
(+=).""")
def overlaps_overwritten(*args):
    return convolution(*args, add=False)


@q.mistake("""The padding is cut off on one side only: dx is shifted by `pad`. Entry (0, 0) of x
stands at (pad, pad) of the padded image.""")
def padding_cut_off_at_one_side(*args):
    return convolution(*args, crop=0)


@q.mistake("""You return dx of the padded image. The zeros around x are constants: cut them off.""")
def padding_not_cut_off(x, w, dy, stride, pad):
    H, W = x.shape[2:]
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    return convolution(padded, w, dy, stride, 0)


@q.mistake("""dw is turned by 180°. Going forward frameworks do not flip the kernel, so w[u, v]
meets the input at si + u, sj + v.""")
def dw_flipped(*args):
    dx, dw, db = convolution(*args)
    return dx, dw[:, :, ::-1, ::-1], db


@q.mistake("""dw is averaged over the images. All images share w: sum. (The mean's 1/B, if there is
one, is in dy.)""")
def dw_averaged_over_images(*args):
    dx, dw, db = convolution(*args)
    return dx, dw / len(args[0]), db


@q.mistake("""db sums over the images only, or over the places only. One bias serves all images and
all places: sum over axes 0, 2 and 3.""")
def db_not_summed_over_images(*args):
    dx, dw, _ = convolution(*args)
    return dx, dw, args[2].sum((2, 3))


@q.mistake("""Right, but with pad = 0 your dx is empty: `[pad:-pad]` is then `[0:-0]`, which is
`[0:0]`. Cut with `[pad : pad + H]`.""")
def cut_to_nothing_without_padding(x, w, dy, stride, pad):
    dx, dw, db = convolution(x, w, dy, stride, pad)
    return (dx if pad else dx[:, :, :0, :0]), dw, db


@q.mistake("""db is one number. Each output channel has its own bias: keep axis 1.""")
def db_summed_over_channels_too(*args):
    dx, dw, _ = convolution(*args)
    return dx, dw, args[2].sum()


@q.mistake("""db is a mean over places. The bias is added at every place: sum.""")
def db_averaged_over_places(*args):
    dx, dw, _ = convolution(*args)
    return dx, dw, args[2].mean((2, 3)).sum(0)


@q.mistake("""dx hands every output back to the middle of its window only (w summed up). Each input
gets the weight that it met.""")
def dx_through_the_summed_kernel(x, w, dy, stride, pad):
    total = np.broadcast_to(w.mean((2, 3), keepdims=True), w.shape)
    dx, _, _ = convolution(x, total, dy, stride, pad)
    _, dw, db = convolution(x, w, dy, stride, pad)
    return dx, dw, db


@q.variant
def one_output_at_a_time(x, w, dy, stride, pad):
    B, C, H, W = x.shape
    m, n = w.shape[2:]
    padded = np.zeros((B, C, H + 2 * pad, W + 2 * pad))
    padded[:, :, pad : pad + H, pad : pad + W] = x
    dx, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(len(w))
    for b, o, i, j in np.ndindex(dy.shape):
        at = slice(i * stride, i * stride + m), slice(j * stride, j * stride + n)
        dx[b][(slice(None), *at)] += dy[b, o, i, j] * w[o]
        dw[o] += dy[b, o, i, j] * padded[b][(slice(None), *at)]
        db[o] += dy[b, o, i, j]
    return dx[:, :, pad : pad + H, pad : pad + W], dw, db


@q.variant
def with_zeros_between_and_a_flipped_kernel(x, w, dy, stride, pad):
    (B, _, H, W), (K, _, m, n), (high, wide) = x.shape, w.shape, dy.shape[2:]
    spread = np.zeros((B, K, H + 2 * pad + m - 1, W + 2 * pad + n - 1))
    rows = m - 1 + stride * np.arange(high)
    cols = n - 1 + stride * np.arange(wide)
    spread[:, :, rows[:, None], cols] = dy
    flipped = torch.tensor(w[:, :, ::-1, ::-1].swapaxes(0, 1).copy())
    dx = torch.nn.functional.conv2d(torch.tensor(spread), flipped)
    padded = torch.nn.functional.pad(torch.tensor(x), (pad,) * 4)
    seen = padded.unfold(2, m, stride).unfold(3, n, stride)  # (B, C, H', W', m, n)
    dw = torch.einsum("boij,bcijuv->ocuv", torch.tensor(dy), seen)
    return dx[:, :, pad : pad + H, pad : pad + W], dw, dy.sum((0, 2, 3))


@q.variant
def with_columns(x, w, dy, stride, pad):
    m, n = w.shape[2:]
    padded = torch.nn.functional.pad(torch.tensor(x), (pad,) * 4)
    up = torch.tensor(dy).flatten(2)  # (B, O, places)
    fold = {"kernel_size": (m, n), "stride": stride}
    columns = torch.nn.functional.unfold(padded, **fold)
    dw = torch.einsum("bop,bkp->ok", up, columns).reshape(w.shape)
    back = torch.einsum("ok,bop->bkp", torch.tensor(w).flatten(1), up)
    dx = torch.nn.functional.fold(back, padded.shape[2:], **fold)
    return dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, up.sum((0, 2))


q.hints(
    """Take one output with dy = 1 and all others 0. Which inputs did it see, each through which
weight? dx holds that weight at each of them, and dw the inputs.""",
    """One row: x = (1, 2, 3, 4), w = (10, 1), stride 2, dy = (1, 1): output 0 saw 1 and 2, output 1
saw 3 and 4. dx = (10, 1, 10, 1), dw = (1 + 3, 2 + 4).""",
    """For each (u, v): the inputs that met w[u, v] are padded[:, :, u::stride, v::stride], cut to
H′ × W′. dw[:, :, u, v] sums dy times them; the padded dx gets dy times w[:, :, u, v] *added* there.
Cut the padding at the end.""",
)
q.why("""Every rule for convolution backward passes ("flip the kernel", "put s − 1 zeros between",
"pad with m − 1 − p") is the answer to one question, asked backwards: *which outputs did this input
go to?* Asked forwards, *what did this output see?*, there is nothing to remember: add w back to
where the output looked. That is the scatter form, and it is the transpose of the forward map, hence
"transposed convolution".

Both forms are variants here and agree. Square images with one channel, stride 1 and symmetric
kernels hide almost every mistake: test with sizes that all differ, a stride that does not divide,
and a kernel without symmetry.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. Embedding (3 points, 10 minutes)
#
# The forward pass of an embedding is a look-up: `y = E[ids]`, with E [V, D], ids an int array of
# any shape, and y of shape `ids.shape + (D,)`. Return dE [V, D].
#
# - The same id may occur many times, and some ids not at all. `ids` may be empty.
# - `padding_id` is None, or an id whose row of E is held fixed: its gradient is 0.
#
# **Example.** ids = [2, 0, 2], dy = [[1], [10], [100]], V = 4: dE = [[10], [0], [101], [0]]. With
# `padding_id=0` it is [[0], [0], [101], [0]].

# %% nbgrader={"grade_id": "embedding_backward", "solution": true}
def embedding_backward(ids, dy, V, padding_id=None):
    """The gradient of the table of an embedding.

    Args:
        ids: int array of any shape, entries 0 to V − 1.
        dy: float array, ids.shape + (D,).
        V: int. Rows of the table.
        padding_id: int or None. A row that gets no gradient.

    Returns:
        float array [V, D].
    """
    ### BEGIN SOLUTION
    dE = np.zeros((V, dy.shape[-1]))
    np.add.at(dE, ids, dy)  # dE[ids] += dy would add each id once only
    if padding_id is not None:
        dE[padding_id] = 0
    return dE
    ### END SOLUTION


# %% nbgrader={"grade_id": "embedding_backward_adds_up_repeats", "grade": true}
"""An id that was looked up three times gets three gradients."""
q = Question(embedding_backward, points=3)
ids, dy = np.array([2, 0, 2]), np.array([[1.0], [10.0], [100.0]])
q.case(
    ids, dy, 4, gives=[[10], [0], [101], [0]],
    claim="Id 2 was used twice, so it gets 1 + 100; ids 1 and 3 were not used",
)
q.case(
    ids, dy, 4, 0, gives=[[0], [0], [101], [0]],
    claim="The padding row, 0 here, gets no gradient; the others do not notice",
)
q.case(
    np.array([[1, 1], [1, 0]]), np.array([[[1.0, 2], [3, 4]], [[5, 6], [7, 8]]]), 2,
    gives=[[7, 8], [9, 12]],
    claim="ids of shape [2, 2]: id 1 gets (1, 2) + (3, 4) + (5, 6)",
)

### BEGIN HIDDEN TESTS
q.hidden()


def looked_up(seed, *shape, V=7, D=5):
    rng = np.random.default_rng(seed)
    return rng.integers(V - 1, size=shape), rng.standard_normal((*shape, D)), V


q.case(*looked_up(90, 2, 11), claim="2 × 11 ids out of 7, the last of which never occurs")
q.case(*looked_up(91, 3, 2, 5), 2, claim="ids with three axes, and padding id 2")
q.case(*looked_up(92, 0), claim="No ids: every row is 0")
q.case(
    np.array([5]), np.ones((1, 3)), 6, 5, claim="The padding id may be the last row, and may be all"
)


@q.reference
def torchs_own(ids, dy, V, padding_id=None):
    def forward(table):
        return torch.nn.functional.embedding(torch.tensor(ids), table, padding_idx=padding_id)

    return autograd(forward, dy, np.zeros((V, dy.shape[-1])))[0]


def table(ids, dy, V, padding_id):
    dE = np.zeros((V, dy.shape[-1]))
    np.add.at(dE, ids, dy)
    if padding_id is not None:
        dE[padding_id] = 0
    return dE


@q.mistake("""An id that occurs several times keeps only its last gradient. `dE[ids] = dy`
overwrites, and so does `dE[ids] += dy`: NumPy reads all rows first, then writes each once. Use
np.add.at, np.bincount, a one-hot product, or torch's index_add_.""")
def embedding_overwrite(ids, dy, V, padding_id=None):
    dE = np.zeros((V, dy.shape[-1]))
    dE[ids] += dy
    if padding_id is not None:
        dE[padding_id] = 0
    return dE


@q.mistake("""An id that occurs several times keeps only its first gradient (np.unique, or "if not
seen yet"). Every use of a row adds to its gradient.""")
def first_use_only(ids, dy, V, padding_id=None):
    dE, flat = np.zeros((V, dy.shape[-1])), np.ravel(ids)
    seen, first = np.unique(flat, return_index=True)
    dE[seen] = dy.reshape(-1, dy.shape[-1])[first]
    if padding_id is not None:
        dE[padding_id] = 0
    return dE


@q.mistake("""You divide by how often an id occurs. That is another optimiser (torch has it as
scale_grad_by_freq), not the gradient: the uses add up.""")
def averaged_by_count(ids, dy, V, padding_id=None):
    count = np.bincount(np.ravel(ids), minlength=V)[:, None]
    return table(ids, dy, V, padding_id) / np.maximum(count, 1)


@q.mistake("""You divide by the number of ids. If the loss is a mean over tokens, its 1/n is in dy
already: add up.""")
def averaged_over_all_ids(ids, dy, V, padding_id=None):
    return table(ids, dy, V, padding_id) / max(ids.size, 1)


@q.mistake("""Your loop runs over the first axis of ids only, so that `dE[row of ids] += …` meets
several ids at once, and adds a repeated one once. Flatten ids, and dy with it.""")
def loop_over_the_first_axis(ids, dy, V, padding_id=None):
    dE = np.zeros((V, dy.shape[-1]))
    for some, rows in zip(ids, dy):
        dE[some] += rows
    if padding_id is not None:
        dE[padding_id] = 0
    return dE


@q.mistake("""`padding_id` is ignored: the row of the padding gets a gradient, drifts, and is no
padding any more.""")
def padding_ignored(ids, dy, V, padding_id=None):
    return table(ids, dy, V, None)


@q.mistake("""Row 0 never gets a gradient: `if padding_id:` or a fixed padding id 0. None means that
no row is padding, and 0 is an id like others (test `is not None`).""")
def row_0_is_always_padding(ids, dy, V, padding_id=None):
    return table(ids, dy, V, padding_id) * (np.arange(V)[:, None] > 0)


@q.mistake("""Padding id 0 is not recognised: `if padding_id:` is False for 0. Test `is not
None`.""")
def padding_0_taken_for_none(ids, dy, V, padding_id=None):
    return table(ids, dy, V, padding_id or None)


@q.mistake("""Your table has as many rows as the largest id that occurs, plus one. It has V: ids
that do not occur get the gradient 0.""")
def rows_up_to_the_largest_id(ids, dy, V, padding_id=None):
    return table(ids, dy, V, padding_id)[: np.max(ids, initial=-1) + 1]


@q.mistake("""Your one-hot matrix is applied the wrong way round, or dE is transposed: it must be
[V, D].""")
def table_transposed(ids, dy, V, padding_id=None):
    return table(ids, dy, V, padding_id).T


@q.variant
def with_a_one_hot_product(ids, dy, V, padding_id=None):
    one_hot = np.ravel(ids)[:, None] == np.arange(V)
    if padding_id is not None:
        one_hot[:, padding_id] = False
    return one_hot.T.astype(float) @ dy.reshape(-1, dy.shape[-1])


@q.variant
def in_torch_float32(ids, dy, V, padding_id=None):
    flat = torch.tensor(ids).reshape(-1)
    rows = torch.tensor(dy, dtype=torch.float32).reshape(len(flat), dy.shape[-1])
    dE = torch.zeros(V, dy.shape[-1]).index_add_(0, flat, rows)
    if padding_id is not None:
        dE[padding_id].zero_()
    return dE


@q.variant
def one_by_one(ids, dy, V, padding_id=None):
    dE = [[0.0] * dy.shape[-1] for _ in range(V)]
    for place in np.ndindex(ids.shape):
        if ids[place] != padding_id:
            for j, value in enumerate(dy[place]):
                dE[ids[place]][j] += value
    return dE


q.hints(
    """Sum all of dy, and all of your dE (no padding): a look-up loses nothing on the way back, so
the two sums are equal. Are yours?""",
    """ids = [2, 0, 2], dy = 1, 10, 100: row 2 gets 101. If yours has 100, the second write replaced
the first.""",
    """np.add.at(dE, ids, dy) adds without buffering. For the padding: dE[padding_id] = 0 at the
end, if padding_id is not None.""",
)
q.why("""A look-up is a product with a one-hot matrix, so its backward pass is the product with the
transpose: a *sum* over all places where the id stood. "What is shared is summed", once more.

`dE[ids] += dy` looks like that sum and is not: it is `dE[ids] = dE[ids] + dy`, with each row
written once. No error, and the loss still falls, more slowly for exactly the frequent tokens. On a
GPU the atomic adds that this needs are also a classic source of runs that do not repeat bit by
bit.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. Dropout on a residual branch (5 points, 20 minutes)
#
# `ResidualDropout(p)` (the question is called `residual_dropout`) is the layer
#
# $$y=x+m\odot(xW),\qquad x\,[N,D],\;W\,[D,D],\qquad
# m_{ij}=\begin{cases}0&\text{with probability }p\\1/(1-p)&\text{else}\end{cases}$$
#
# - `forward(x, W, rng, train)`: y. In training each entry of m is drawn on its own, from the
#   generator `rng`, anew in each call. With `train=False` m is 1 everywhere, and rng is not used.
# - `backward(dy)`: `(dx, dW)` for the **latest** forward call. It may be called several times, and
#   gives the same each time.
# - 0 ≤ p < 1. Any entry of x W may be 0.
#
# **Example.** p = 0: y = x + xW. With x = [[1, 2]], W = [[0, 1], [0, 0]], dy = [[1, 10]]: y = [[1,
# 3]], dx = [[11, 10]], dW = [[1, 10], [2, 20]].


# %% nbgrader={"grade_id": "residual_dropout", "solution": true}
class ResidualDropout:
    """y = x + dropout(x W).

    Args:
        p: float in [0, 1). Probability that an entry of the branch is dropped.
    """

    def __init__(self, p):
        ### BEGIN SOLUTION
        self.p = p
        ### END SOLUTION

    def forward(self, x, W, rng, train):
        """The stream plus its branch.

        Args:
            x: float array [N, D]. W: float array [D, D].
            rng: np.random.Generator.
            train: bool.

        Returns:
            float array [N, D].
        """
        ### BEGIN SOLUTION
        self.x, self.W, self.m = x, W, np.ones(x.shape)
        if train:
            self.m = (rng.random(x.shape) >= self.p) / (1 - self.p)
        return x + self.m * (x @ W)
        ### END SOLUTION

    def backward(self, dy):
        """Gradients of the latest forward call.

        Args:
            dy: float array [N, D].

        Returns:
            (dx, dW): float arrays [N, D] and [D, D].
        """
        ### BEGIN SOLUTION
        d_branch = dy * self.m
        return dy + d_branch @ self.W.T, self.x.T @ d_branch
        ### END SOLUTION


# %% nbgrader={"grade_id": "residual_dropout_drops_the_same_twice", "grade": true}
"""What was dropped going forward is dropped coming back, and the stream passes untouched."""
q = Question(ResidualDropout, points=5, name="residual_dropout")


def generator(seed=0):
    return np.random.default_rng(seed)


@q.probe(gives=([[1, 3]], [[11, 10]], [[1, 10], [2, 20]]))
def the_example(cls):
    """Without dropout both ways add up: dx = dy + dy Wᵀ, and dW = xᵀ dy"""
    layer = cls(0.0)
    y = layer.forward(np.array([[1.0, 2.0]]), np.array([[0.0, 1.0], [0.0, 0.0]]), generator(), True)
    return (y, *layer.backward(np.array([[1.0, 10.0]])))


def scales(cls, p, train, D=23):
    """m as forward used it, m as backward used it (x is the unit matrix), and what is in dx."""
    layer, W = cls(p), normal(100, (D, D))[0]
    dy = normal(101, (D, D))[0]
    y = layer.forward(np.eye(D), W, generator(1), train)
    dx, dW = layer.backward(dy)
    m, back = (np.asarray(y) - np.eye(D)) / W, np.asarray(dW) / dy
    through = np.asarray(dx) - (back * dy) @ W.T
    return m, back, "dy" if np.allclose(through, dy, rtol=1e-3, atol=1e-3) else "something else"


@q.probe(gives={"scales": "0 and 1.25", "backward as forward": True, "dx minus the branch": "dy"})
def the_same_mask_comes_back(cls):
    """At p = 0.2 kept entries are scaled by 1.25 and dropped ones by 0, the same ones both ways"""
    m, back, rest = scales(cls, 0.2, True)
    found = sorted(set(back.ravel().round(3).tolist()))
    return {
        "scales": " and ".join(f"{abs(scale):g}" for scale in found[:3]),
        "backward as forward": bool(np.allclose(m, back, rtol=1e-3, atol=1e-3)),
        "dx minus the branch": rest,
    }


@q.probe(
    gives={"m in forward": [1.0, 1.0], "m in backward": [1.0, 1.0], "dx minus the branch": "dy"},
    rtol=1e-3,
)
def evaluation_drops_nothing(cls):
    """In evaluation m is 1 (its smallest and its largest entry), forward and backward, at any p"""
    m, back, rest = scales(cls, 0.5, False)
    ends = [[float(a.min()), float(a.max())] for a in (m, back)]
    return {"m in forward": ends[0], "m in backward": ends[1], "dx minus the branch": rest}


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives="")
def the_share_that_is_kept(cls):
    """At p = 0.2 about 80 % of the entries are kept, each with the scale 1.25"""
    m = scales(cls, 0.2, True, 41)[0]  # 1681 entries: standard error 1 %
    kept = m[abs(m) > 1e-3]
    if not 0.75 < kept.size / m.size < 0.85:
        return f"yours keeps a share of about {kept.size / m.size:.1f}"
    return "" if np.allclose(kept, 1.25, rtol=1e-3) else f"your scale is {kept.mean():.2f}"


@q.probe(gives="")
def each_entry_is_drawn_on_its_own(cls):
    """Each entry is drawn on its own: rows differ, and columns differ"""
    kept = scales(cls, 0.5, True)[0] > 1e-3
    if (kept == kept[0]).all():
        return "your rows are all alike"
    return "your columns are all alike" if (kept == kept[:, :1]).all() else ""


@q.probe(gives="")
def every_call_draws_anew(cls):
    """Each forward call draws a new mask, from the rng that it is given"""
    layer, x, W = cls(0.5), np.eye(11), np.ones((11, 11))
    rng = generator(2)
    first, second = (np.array(layer.forward(x, W, rng, True)) for _ in range(2))
    if np.allclose(first, second):
        return "two calls of yours draw the same"
    again = np.array(cls(0.5).forward(x, W, generator(2), True))
    return "" if np.allclose(first, again) else "the same seed gives you another mask"


@q.probe(gives="")
def backward_repeats_itself(cls):
    """backward gives the same when it is called again"""
    layer = cls(0.5)
    x, W, dy = normal(102, (5, 7), (7, 7), (5, 7))
    layer.forward(x, W, generator(3), True)
    first = [np.array(a) for a in layer.backward(dy)]
    same = [np.allclose(a, np.asarray(b)) for a, b in zip(first, layer.backward(dy))]
    return "" if all(same) else "your second call gives something else"


@q.probe(gives={"dx": True, "columns of dW that are 0": 0})
def a_branch_that_starts_at_zero(cls):
    """A branch with W = 0 gives 0 whatever is dropped, and still has to learn: dW is not 0"""
    layer = cls(0.5)
    x, dy = normal(103, (31, 5), (31, 5))
    layer.forward(x, np.zeros((5, 5)), generator(4), True)
    dx, dW = map(np.asarray, layer.backward(dy))
    return {
        "dx": bool(np.allclose(dx, dy, rtol=1e-3, atol=1e-4)),
        "columns of dW that are 0": int((abs(dW) < 1e-9).all(axis=0).sum()),
    }


@q.probe(gives={"dx": True, "dW": True})
def backward_is_of_the_latest_forward(cls):
    """backward belongs to the latest call: an evaluation after training has m = 1"""
    layer = cls(0.5)
    x, W, dy = normal(104, (5, 7), (7, 7), (5, 7))
    layer.forward(-x, W + 1, generator(5), True)
    layer.forward(x, W, generator(5), False)
    dx, dW = layer.backward(dy)
    close = {"rtol": 1e-3, "atol": 1e-4}
    return {
        "dx": bool(np.allclose(np.asarray(dx), dy + dy @ W.T, **close)),
        "dW": bool(np.allclose(np.asarray(dW), x.T @ dy, **close)),
    }


@q.reference
class through_autograd:
    def __init__(self, p):
        self.p = p

    def forward(self, x, W, rng, train):
        m = rng.binomial(1, 1 - self.p, x.shape) / (1 - self.p) if train else np.ones(x.shape)
        self.leaves = [torch.tensor(a, requires_grad=True) for a in (x, W)]
        x, W = self.leaves
        self.y = x + torch.tensor(m) * (x @ W)
        return self.y.detach()

    def backward(self, dy):
        return torch.autograd.grad(self.y, self.leaves, torch.tensor(dy), retain_graph=True)


class Right:
    """The right layer in parts that the wrong answers below replace."""

    def __init__(self, p):
        self.p = p

    def draw(self, shape, rng):
        return (rng.random(shape) >= self.p) / (1 - self.p)

    def forward(self, x, W, rng, train):
        self.x, self.W, self.rng, self.train = x, W, rng, train
        self.m = self.draw(x.shape, rng) if train else np.ones(x.shape)
        return x + self.m * (x @ W)

    def mask(self):
        return self.m

    def backward(self, dy):
        d_branch = dy * self.mask()
        return dy + d_branch @ self.W.T, self.x.T @ d_branch


@q.mistake("""backward draws a new mask. The gradient then goes through units that gave nothing, and
misses those that did: it belongs to no function at all. Keep the mask of forward.""")
class same_mask_not_reused(Right):
    def mask(self):
        return self.draw(self.x.shape, self.rng) if self.train else self.m


@q.mistake("""backward does not know of the dropout: it passes everything. m multiplies the branch
going forward, so it multiplies its gradient too.""")
class mask_missing_in_backward(Right):
    def mask(self):
        return np.ones(self.x.shape)


@q.mistake("""backward drops the right entries, but does not scale the others by 1/(1 − p). The
scale is part of m.""")
class scale_missing_in_backward(Right):
    def mask(self):
        return (self.m > 0).astype(float)


@q.mistake("""backward scales twice: 1/(1 − p) is in the stored mask, and you divide again.""")
class scaled_twice_in_backward(Right):
    def mask(self):
        return self.m / (1 - self.p) if self.train else self.m


@q.mistake("""Kept entries are not scaled by 1/(1 − p): in training the branch is smaller than in
evaluation, by 1 − p.""")
class never_scaled(Right):
    def draw(self, shape, rng):
        return (rng.random(shape) >= self.p).astype(float)


@q.mistake("""p is the probability to *drop*. You keep with probability p.""")
class p_as_keep_probability(Right):
    def draw(self, shape, rng):
        return (rng.random(shape) < self.p) / self.p if self.p else np.ones(shape)


@q.mistake("""dx lacks the stream: y = x + branch, so dy itself is a part of dx. Without it the
gradient of a deep network dies in its branches.""")
class skip_lost(Right):
    def backward(self, dy):
        dx, dW = super().backward(dy)
        return dx - dy, dW


@q.mistake("""dx is dy alone: x also goes into the branch. Add (dy · m) Wᵀ.""")
class branch_lost(Right):
    def backward(self, dy):
        return np.array(dy), super().backward(dy)[1]


@q.mistake("""The mask multiplies the stream's gradient too. Only the branch was dropped: dx = dy +
(dy · m) Wᵀ.""")
class stream_masked_in_backward(Right):
    def backward(self, dy):
        dx, dW = super().backward(dy)
        return dx - dy + dy * self.m, dW


@q.mistake("""dW uses dy without m: a dropped entry of the branch teaches W nothing.""")
class d_w_without_the_mask(Right):
    def backward(self, dy):
        return super().backward(dy)[0], self.x.T @ dy


@q.mistake("""dW is transposed: row i of W belongs to input i, so dW = xᵀ (dy · m). W is square
here, so the shapes do not tell.""")
class d_w_transposed(Right):
    def backward(self, dy):
        dx, dW = super().backward(dy)
        return dx, dW.T


@q.mistake("""dx counts the stream twice: dy once, plus (dy · m) Wᵀ.""")
class skip_counted_twice(Right):
    def backward(self, dy):
        dx, dW = super().backward(dy)
        return dx + dy, dW


@q.mistake("""W is not transposed on the way back: dx = dy + (dy · m) Wᵀ. W is square here, so the
shapes do not tell.""")
class w_not_transposed(Right):
    def backward(self, dy):
        return dy + (dy * self.m) @ self.W, self.x.T @ (dy * self.m)


@q.mistake("""You read the mask off the output (where the branch is 0 it was dropped). A branch may
be 0 by itself: one that starts at W = 0 would never learn. Keep the mask.""")
class mask_read_off_the_output(Right):
    def mask(self):
        scale = 1 / (1 - self.p) if self.train else 1.0
        return (self.m * (self.x @ self.W) != 0) * scale


@q.mistake("""In evaluation entries are dropped too. With train=False m is 1 everywhere.""")
class dropout_in_evaluation(Right):
    def forward(self, x, W, rng, train):
        return super().forward(x, W, rng, True)


@q.mistake("""After an evaluation call backward still uses the mask of an earlier training call.
backward belongs to the latest forward call.""")
class old_mask_after_evaluation(Right):
    old = None

    def forward(self, x, W, rng, train):
        y = super().forward(x, W, rng, train)
        self.old = self.m if train or self.old is None else self.old
        return y

    def mask(self):
        return self.old


@q.mistake("""All rows share one mask [D]. Draw [N, D]: each example drops entries of its own.""")
class one_mask_for_all_rows(Right):
    def draw(self, shape, rng):
        return np.tile(super().draw(shape[1:], rng), (shape[0], 1))


@q.mistake("""The randomness does not come from `rng`: two runs with the same seed differ.""")
class rng_ignored(Right):
    def draw(self, shape, rng):
        return super().draw(shape, np.random.default_rng())


@q.mistake("""You make a generator with a fixed seed, so every call drops the same entries.""")
class own_fixed_seed(Right):
    def draw(self, shape, rng):
        return super().draw(shape, np.random.default_rng(7))


@q.variant
class in_torch_with_a_bool_mask:
    def __init__(self, p):
        self.scale, self.p = 1 / (1 - p), p

    def forward(self, x, W, rng, train):
        self.x, self.W, self.train = torch.tensor(x), torch.tensor(W), train
        branch = self.x @ self.W
        if train:
            self.drop = torch.tensor(rng.random(x.shape) < self.p)
            branch = branch.masked_fill(self.drop, 0.0) * self.scale
        return self.x + branch

    def backward(self, dy):
        up = branch = torch.tensor(dy)
        if self.train:
            branch = branch.masked_fill(self.drop, 0.0) * self.scale
        return up + branch @ self.W.T, self.x.T @ branch


@q.variant
class with_einsum(Right):
    def draw(self, shape, rng):
        return rng.choice([0.0, 1 / (1 - self.p)], size=shape, p=[self.p, 1 - self.p])

    def backward(self, dy):
        through = np.einsum("nj,nj,ij->ni", dy, self.m, self.W)
        return through + dy, np.einsum("ni,nj,nj->ij", self.x, self.m, dy)


q.hints(
    """x is used twice, so dx has two terms. m is a constant once it is drawn: what is its slope in
the branch?""",
    """p = 0, x = [[1, 2]], W = [[0, 1], [0, 0]], dy = [[1, 10]]: the branch takes x₁ to the second
output, so dx₁ = 1 + 10. With x the unit matrix, dW / dy shows which m your backward uses.""",
    """forward: m = (rng.random(x.shape) >= p) / (1 − p) in training, else ones; store x, W and m.
backward: d = dy · m; dx = dy + d Wᵀ; dW = xᵀ d.""",
)
q.why("""Dropout's backward pass is dropout with the *same* mask. A new mask in backward is the
nicest bug of all: shapes, averages and loss curves look right, since the expected gradient even has
the right size; but it is the gradient of no function that was ever evaluated, and its noise no
longer matches. Frameworks that recompute activations (checkpointing) must therefore store the state
of the generator.

The residual: a sum of two ways, so a sum of two gradients. dy passes on as it is, which is what
keeps the first layers of deep networks alive.

A square W hides a missing transpose; only numbers show it.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "batch_norm_on_eight_gpus", "task": true, "points": 4}
# ## 9. Batch norm at batch size 1, or over 8 GPUs (4 points, graded by hand, 15 minutes)
#
# A colleague has a classifier with batch norm on its pooled features (vectors, one row an image).
# They move it from 1 GPU with 32 images to **8 GPUs with 2 images each**, and later serve it with
# **one image a request**. They report: "training loss is fine, validation is much worse than
# before; in the demo one image works; and fine-tuning with 1 image a step (our framework does not
# refuse it) predicts the same for every image."
#
# Write what you would say, 150 to 220 words, in the cell below this one: what each of the three
# observations tells, which statistics are used where, what synchronised batch norm has to send, in
# forward **and in backward**, and what you would do. Use at least one number of question 3 or of
# the lesson.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or wrong on the mechanism (batch norm averages gradients; evaluation uses the
#   batch).
# - **1**: "batch norm is bad with small batches", without which statistics are used when.
# - **2**: training norms with the statistics of the 2 images on *each* GPU, evaluation with the
#   running ones; serving one image is fine for that reason. With 1 row x̂ is 0 and the output is b,
#   so nothing is learned from the input (dx = 0). Names a remedy (synchronise, another norm,
#   freeze).
# - **3**: as 2, and tells apart noise and bias: at N = 2 the batch variance fluctuates by a factor,
#   the running variance is right on average only with N − 1 (1 against 2 in the example: a factor
#   of 2), and the *normed* values differ between training and evaluation. Says that synchronising
#   forward means sending sums (Σx, Σx², count), not an average of standard deviations; and that
#   backward needs two more sums per channel, Σ d_x̂ and Σ d_x̂ x̂, over **all** GPUs.
# - **4**: as 3, with the consequences: checks the guess by an experiment that could refute it
#   (evaluate in training mode with batches of 32; or recompute the running statistics from training
#   data with the weights frozen: if validation recovers, it was the memory); weighs remedies by
#   cost (synchronised: a message per layer each way; group or layer norm: no batch coupling at all;
#   frozen statistics for fine-tuning, with the *evaluation* backward pass); says what is not cured
#   (the model was trained with another amount of noise; learning rate).
#
# A level-4 answer: "In training, each GPU norms with its own 2 images; the memory averages those.
# So training loss says nothing about the memory, and validation uses only the memory: my first
# test is to recompute the running statistics with frozen weights over a thousand training images.
# If validation recovers, they were bad; if not, the model itself relies on normed pairs. One image
# in the demo works because evaluation has no batch. Fine-tuning on one image norms each channel
# over one number: x̂ = 0, the output is b, dx = 0; PyTorch raises there. Even at N = 2 x̂ is ±1
# whatever comes in: only an order is left. For the 8 GPUs I would synchronise: forward sends Σx,
# Σx² and the count per channel, never averaged standard deviations; backward sends Σ d_x̂ and
# Σ d_x̂ x̂, because an image on GPU 1 moves the mean for GPU 8. Without the second message the loss
# looks right and the gradient is wrong: by a third in the lesson. That is two small messages a
# layer. If the latency hurts, layer norm couples no images, but must be retrained. For fine-tuning
# on single images: freeze the statistics and use the evaluation backward, dy · g · r. What stays:
# pairs were noisier, so rate and augmentation want another look."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
