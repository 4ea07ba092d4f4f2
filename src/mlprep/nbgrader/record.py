"""What nbgrader's own SaveAutoGrades does not store: points that no machine knows, and flags."""

from __future__ import annotations

from nbgrader.preprocessors import NbGraderPreprocessor


class Record(NbGraderPreprocessor):
    """Comes after SaveAutoGrades.

    A test that the grader failed at keeps no points: it waits for a person, as a written answer
    does ("needs manual grade"), so that neither the learner's 0 nor an earlier score is exported
    unseen. A submission that was refused has 0 points for now, and waits as well. A submission
    with flags gets nbgrader's own flag, which Formgrader's lists show.
    """

    def preprocess(self, nb, resources):
        found, place = nb.metadata["mlprep"], resources["nbgrader"]
        unknown = set(found.get("unknown", ()))
        if not (unknown or found["flags"]):
            return nb, resources
        where = place["notebook"], place["assignment"], place["student"]
        with self.parent.batch.gradebook() as book:
            row = book.find_submission_notebook(*where)
            row.flagged = row.flagged or bool(found["flags"])
            for grade in row.grades:
                if grade.name in unknown:
                    grade.auto_score, grade.needs_manual_grade = None, True
                elif found["refused"]:
                    grade.auto_score, grade.needs_manual_grade = 0.0, True
            book.db.commit()
        return nb, resources
