"""The grading core: a learner's notebook in, points and sentences out.

The tests of a unit run here, in the judge; the learner's cells run in another process, and only
data crosses. Read merge (what is run), judge (how it is judged), remote and submission (the two
ends of the channel), wire (the channel) in this order.
"""

from mlprep.imports import skip_iri_grammar

skip_iri_grammar()  # its processes are many, and each would pay for it
