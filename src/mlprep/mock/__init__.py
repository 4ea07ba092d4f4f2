"""Mock interviews: a round is drawn, asked step by step under a clock, marked and kept.

    rounds      the five rounds: their units, minutes and rubrics, as data
    material    a unit's opening questions and follow-ups, read out of its lesson
    draw        which unit and which questions, by a seed and by what the learner missed
    talk        the conversation in a terminal
    sheet       the same on paper: a page for the candidate, one for the interviewer
    log         what was held, kept as it happens beside the attempts
    trend       the log as tables, CSV or JSON
    verbs       `mlprep mock`: from arguments to what is printed

Time, input and output come in from outside everywhere below the command line.
"""
