# %% [markdown]
# # {{title}}
#
# > "Ten sampled models give a test set the log-likelihoods −801, −804 and so on. You want the
# > average likelihood. What do you compute?"
#
# The likelihoods themselves are too small for a float. This lesson averages them all the same.

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
from decimal import Decimal

import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(0)

# %% [markdown]
# ## What is wanted
#
# There are $n$ log-likelihoods $x \in \mathbb{R}^n$, one for each model. The average likelihood is
# $\frac1n\sum_i e^{x_i}$, and we want its logarithm:
#
# $$\operatorname{lme}(x) = \log\Big(\frac1n\sum_{i=1}^n e^{x_i}\Big)$$
#
# The formula can be typed as it stands.


# %%
def naive(x):  # x (n,) -> scalar
    return np.log(np.mean(np.exp(x)))


x = np.log([0.2, 0.4, 0.9])  # (3,)
print(f"naive: {naive(x):.6f}")
print(f"log of the mean of 0.2, 0.4 and 0.9: {np.log(0.5):.6f}")

# %% [markdown]
# The formula is right for numbers of order one. Real log-likelihoods are sums over thousands of
# tokens or pixels, and lie far from zero.

# %% [markdown]
# ### Predict first
#
# What does `naive` give for $x = (-801, -804, -810)$? Choose before you run the cell: about $-802$,
# $-805$, $-\infty$, or an error?

# %%
x = np.array([-801.0, -804.0, -810.0])  # (3,)
with np.errstate(divide="ignore"):
    print("naive:", naive(x))
print("exp(x):", np.exp(x))
smallest, largest = np.nextafter(0, 1), np.finfo(float).max
print(f"floats above 0 lie between exp({np.log(smallest):.1f}) and exp({np.log(largest):.1f})")

# %% [markdown]
# Every exponential was rounded to zero, and the logarithm of zero is $-\infty$. Nothing raised an
# error. Large $x$ fail the other way, with $+\infty$.

# %% [markdown]
# ## Shift by the maximum
#
# For any constant $c$, $e^{x_i} = e^{c}\,e^{x_i - c}$. Take $e^c$ out of the sum, and out of the
# logarithm:
#
# $$\operatorname{lme}(x) = c + \log\Big(\frac1n\sum_i e^{x_i-c}\Big)$$
#
# With $c = \max_i x_i$ the largest exponential is $e^0 = 1$: nothing overflows, and the mean is at
# least $1/n$, so the logarithm is safe.


# %%
def shifted(x):  # x (n,) -> scalar
    c = np.max(x)
    return c + np.log(np.mean(np.exp(x - c)))


print(f"shifted: {shifted(x):.6f}")

# %% [markdown]
# Is it right, or only finite? Decimal arithmetic has room for $e^{-801}$, and knows nothing of the
# shift. It is slow, and a good judge.


# %%
def exact(x):  # x (n,) -> scalar
    total = sum(Decimal(float(v)).exp() for v in x)
    return float((total / len(x)).ln())


print(f"exact: {exact(x):.6f}, difference: {abs(exact(x) - shifted(x)):.1e}")

# %% [markdown]
# ## The mean of logarithms is another number
#
# It is tempting to average $x$ itself. The logarithm is concave, so by Jensen's inequality
# $\frac1n\sum_i x_i \le \operatorname{lme}(x)$. How large is the gap?

# %%
spreads = np.linspace(0, 6, 25)
noise = rng.standard_normal((25, 4000))  # (25, n)
gaps = [shifted(s * z) - np.mean(s * z) for s, z in zip(spreads, noise, strict=True)]

fig, ax = plt.subplots(figsize=(6, 3.2))
ax.plot(spreads, gaps, "k.-", label="measured, n = 4000")
ax.plot(spreads, spreads**2 / 2, "k--", label="normal x, n to infinity: s²/2")
ax.set(xlabel="standard deviation s of x [nats]", ylabel="lme(x) − mean(x) [nats]")
ax.grid(alpha=0.3)
ax.legend()
plt.show()

# %% [markdown]
# Both curves start at zero and rise together up to a spread of about 3. From there on the measured
# gap falls behind: a few of the largest samples carry the whole sum, and 4000 draws do not hold the
# rarer ones that the limit counts on.

# %% [markdown]
# ## Where it breaks
#
# A model may give a test set probability zero. What if all of them do?

# %%
impossible = np.full(3, -np.inf)
with np.errstate(invalid="ignore"):
    print("one impossible:", shifted(np.array([-801.0, -np.inf])))
    print("all impossible:", shifted(impossible))

# %% [markdown]
# The maximum is $-\infty$, and $-\infty - (-\infty)$ is not a number. The right answer is
# $-\infty$: the average of zeros is zero. Shift by zero where the maximum is infinite.


# %%
def log_mean_exp(x):  # x (n,) -> scalar
    c = np.max(x)
    c = c if np.isfinite(c) else 0.0
    with np.errstate(divide="ignore"):
        return c + np.log(np.mean(np.exp(x - c)))


print("all impossible:", log_mean_exp(impossible))

# %% [markdown]
# ## Say it in 60 seconds
#
# The average likelihood is a log-mean-exp. Exponentials of large negative numbers are rounded to
# zero, so I subtract the maximum first and add it back outside: that is exact algebra, and the
# largest term becomes one. I do not average the logarithms. By Jensen that is smaller, by half the
# variance if they are normal. If all are minus infinity, the shift itself must be finite.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>Why the maximum, and not the mean?</summary>
# Any shift is right on paper. With the mean, a single large entry can still overflow.
# </details>
#
# <details><summary>Terms far below the maximum are rounded to zero. Does it matter?</summary>
# Not unless there are very many: one such term is less than the rounding of the sum itself.
# </details>
#
# <details><summary>What is the gradient?</summary>
# The softmax of x: the weight of each model in the average.
# </details>
#
# <details><summary>The likelihoods arrive one by one. Can it be done in one pass?</summary>
# Yes: keep the running maximum and the sum relative to it, and rescale the sum when the maximum
# rises.
# </details>
#
# <details><summary>How good is the estimate of the average from n samples?</summary>
# Poor when the spread is large: few samples carry the sum. Its logarithm is also biased downwards.
# </details>

# %% [markdown]
# ## References
#
# {{references}}
