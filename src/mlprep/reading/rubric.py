"""The research rubric: six rows, four levels. A brief is marked by it, a critique, and a
conversation about either.
"""

from mlprep.rubric import Rubric

RESEARCH = Rubric(
    {
        "problem": (
            "restates", "motivates", "sharpens to a decision",
            "reframes so that others would work on it",
        ),
        "evidence": (
            "trusts the table", "checks baselines", "quantifies noise and cost",
            "designs the decisive test",
        ),
        "failure": ("none", "generic", "specific, with a trigger", "predicts and bounds"),
        "mathematics": ("symbols", "follows", "derives", "simplifies"),
        "honesty": (
            "overclaims", "hedges", "states limits unasked", "says what would refute it",
        ),
        "dialogue": (
            "defends", "answers", "builds on pushback", "improves the interviewer's idea",
        ),
    }
)  # fmt: skip
