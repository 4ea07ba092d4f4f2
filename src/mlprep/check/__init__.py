"""What test cells use: a question is a list of probes, and the wrong answers that it knows by name.

    q = Question(softmax, points=3)
    q.case([[1.0, 2.0, 3.0]], gives=[[0.0900, 0.2447, 0.6652]], atol=5e-5)
    q.grade()

See mlprep.check.question; mlprep.check.cost counts what a call of the answer costs.
"""

from mlprep.check.cost import excess_growth, growth, peak_bytes, work
from mlprep.check.question import Question

__all__ = ["Question", "excess_growth", "growth", "peak_bytes", "work"]
