"""Mock interviews: a round is drawn, asked step by step under a clock, marked and kept.

    rounds      the five rounds: their units, minutes and rubrics, as data
    material    a unit's opening questions and follow-ups, read out of its lesson
    draw        which unit and which questions, by a seed and by what the learner missed
    talk        the conversation in a terminal
    desk        the same in steps, each a call of its own, for a notebook
    magic       `%mock` in a notebook: what is typed, what is shown
    page        the notebook that a learner holds mocks in
    sheet       the same on paper: a page for the candidate, one for the interviewer
    log         what was held, kept as it happens beside the attempts
    trend       the log as tables, CSV or JSON
    summary     the log in short, for the start page and `mlprep progress`
    verbs       `mlprep mock`: from arguments to what is printed

Time, input and output come in from outside everywhere below the command line.
"""
