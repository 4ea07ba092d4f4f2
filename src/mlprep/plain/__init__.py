"""A coding question in a plain editor: a file without completion, a clock, one first run.

patterns    the eighteen patterns, how each is recognised, which question has which: as data
talk        the eight marks of a round, read from a log or from a file's comments
rate        the first-run pass rate with its interval
page        the plain file: the statement as comments, the signature, nothing else
runs        a file graded with its question's real tests
log         what was begun, marked and run, kept as it happens beside the attempts
shown       a run and the log as text
verbs       `mlprep plain`: from arguments to what is printed
magic       `%plain` in a notebook
"""
