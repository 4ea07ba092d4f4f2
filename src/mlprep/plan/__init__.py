"""The plan to the interview: what to do this week, what is due again, how far one is.

    overview(course, state, today)     all of it as plain data, for a page or the command line

    stages      what curriculum.toml and the units say: stages in order, their minutes and topics
    state       what the learner chose, in work/attempts.db
    journal     what happens (a mock, a sitting in the plain editor), a row each, in that file too
    record      what the attempts say: how far each unit is, the diagnostic, mistakes due again
    schedule    hours by stage and week
    overview    all of it together; text, picture, calendar and export show it

Time comes in as `today` everywhere below the command line.
"""

from mlprep.plan.overview import overview
from mlprep.plan.state import Settings, State, chosen

__all__ = ["Settings", "State", "chosen", "overview"]
