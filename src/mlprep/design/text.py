"""What every design worksheet says in the same words; a placeholder each.

{{how_it_goes}}    what is done and what is graded
{{framework}}      the steps of the conversation
{{rubric}}         the seven axes
{{place_them}}     how the exemplars are marked
{{sheet_form}}     the six parts of a worksheet
{{in_words}}       the task in prose
{{how_marked}}     how its mark scheme begins
{{mark_yourself}}  how one's own marks are compared
"""

from mlprep.design.rubric import DESIGN, steps_table

HOW_IT_GOES = """\
First you mark three answers of other people, then you write your own. What you assume is up to you;
what you derive must follow from it. No word earns or costs a point: your prose is marked by people,
with the rubric below."""

PLACE_THEM = """\
Mark A, B and C on each axis, 0 to 3, by what is *said*, not by what you would add. Return
`{"A": {axis: mark, …}, "B": …, "C": …}`; a list of seven marks in the order of the rubric will do.

Graded: each mark within one level of ours, and the three levels (median axes) in the right order.
The test below shows our marks for one of them: cover them until you have yours.

**Example of the form.** `{"A": [1, 0, 2, 1, 1, 0, 3], "B": …, "C": …}`."""

SHEET_FORM = """\
Return a dict of six parts. A quantity is a text such as `"200 ms"` or a pair such as
`(rate, "1/s")`; a plain number has the unit `"1"`. What is counted may be named or left out: `3`,
`"5e7 users"`, `"2 requests/user/day"`. GB is 1000³ bytes, GiB 1024³, both are fine; so are bits, if
you say Gbit.

```python
{
    "assumptions": {...},  # the names in SHEET below, each with a number and a unit
    "derived": {...},      # what follows from them; 5 % of rounding is fine
    "stages": {"model": "60 ms", ...},  # budgets, two or more; their sum is within the deadline
    "steps": {"clarify": "...", ...},   # the eight steps, a sentence each (5 words or more)
    "choices": [{"chosen": "...", "because": "...",
                 "rejected": [{"option": "...", "cost": "..."}]}],  # two rejected or more in all
    "failures": [{"failure": "...", "detection": "...", "fallback": "..."}],
}
```"""

IN_WORDS = """\
Write what you would say in ten minutes at the board, 300 to 450 words, along the eight steps, in
the cell below this one. Use your own numbers. Then mark it: seven axes, 0 to 3, next to A, B and
C."""

HOW_MARKED = """\
Mark each of the seven axes 0 to 3 by the rubric at the top of this worksheet, by what is said. The
points are the **median** axis: 0 below bar, 1 mid, 2 senior, 3 staff. Neither names of products nor
length count."""

MARK_YOURSELF = """\
Put your marks for your own answer into `mine`. When a peer or an instructor has marked it too, put
theirs beside them: `gap` shows on which axes you differ."""

TEXTS = {
    "how_it_goes": HOW_IT_GOES,
    "framework": steps_table(),
    "rubric": DESIGN.table(),
    "place_them": PLACE_THEM,
    "sheet_form": SHEET_FORM,
    "in_words": IN_WORDS,
    "how_marked": HOW_MARKED,
    "mark_yourself": MARK_YOURSELF,
}
