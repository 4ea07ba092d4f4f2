"""What research units are made of: invented papers, linters for one's own notes, questions and
briefs, and the research rubric.

A linter says what is absent or can be measured. Whether a critique is right is for people.
"""

from mlprep.reading.papers import Paper, paper, papers
from mlprep.reading.rubric import RESEARCH, Rubric
from mlprep.reading.schemas import BRIEF, NOTE, QUESTION, Schema

__all__ = ["BRIEF", "NOTE", "QUESTION", "RESEARCH", "Paper", "Rubric", "Schema", "paper", "papers"]
