"""The command line: `mlprep VERB …`.

Exit codes: 0 all is well, 1 a check failed or a file must be mended, 2 the command is wrong.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import mlprep
from mlprep.course import Course, Unit
from mlprep.errors import MlprepError
from mlprep.imports import skip_iri_grammar


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; an error that mlprep raised on purpose becomes one line on stderr."""
    skip_iri_grammar()
    args = parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):  # a console that knows no ✔ gets a ?
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        return args.run(args)
    except MlprepError as error:
        print(f"mlprep {args.verb}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"mlprep {args.verb}: stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The verbs and their arguments."""
    top = argparse.ArgumentParser(prog="mlprep", description=mlprep.__doc__)
    top.add_argument("--version", action="version", version=f"mlprep {mlprep.__version__}")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    for name, run, what in (
        ("study", run_study, "open the course in JupyterLab"),
        ("teach", run_teach, "open the instructor's view, nbgrader's Formgrader"),
    ):
        verb = verbs.add_parser(name, help=what)
        verb.add_argument("--no-browser", action="store_true", help="print the address only")
        verb.add_argument("--port", type=int, help="the port to listen on (default: a free one)")
        verb.set_defaults(run=run)

    verb = verbs.add_parser("check", help="grade your own work and say what to mend")
    verb.add_argument("unit", help="the unit's name, such as bias_variance")
    verb.add_argument("question", nargs="?", default="", help="show this question only")
    verb.add_argument("--notebook", type=Path, help="the file (default: your copy in work/)")
    verb.add_argument("--hint", action="store_true", help="give the question's next hint")
    verb.add_argument("--solution", action="store_true", help="show its worked solution")
    verb.add_argument("--json", action="store_true", help="print the report as JSON")
    verb.add_argument("--live", action="store_true", help=argparse.SUPPRESS)
    verb.set_defaults(run=run_check)

    verb = verbs.add_parser("plan", help="what to do until the interview, week by week")
    verb.add_argument("--track", help="engineering or research")
    when = verb.add_mutually_exclusive_group()
    when.add_argument("--interview", metavar="DATE", help="the day of it, such as 2027-01-15")
    when.add_argument("--weeks", metavar="N", help="or how many weeks from today it is")
    verb.add_argument("--hours", metavar="H", help="the hours a week that you have")
    verb.add_argument("--calendar", type=Path, metavar="FILE.ics", help="write it for a calendar")
    verb.add_argument("--json", action="store_true", help="print everything as JSON")
    verb.set_defaults(run=run_plan)

    verb = verbs.add_parser("progress", help="how far you are, by area and unit")
    verb.add_argument("--export", type=Path, metavar="FILE", help="write the record: .json or .csv")
    verb.add_argument("--picture", type=Path, metavar="FILE.svg", help="write a picture of it")
    verb.add_argument("--json", action="store_true", help="print everything as JSON")
    verb.set_defaults(run=run_progress)

    verb = verbs.add_parser("mock", help="hold a mock interview: asked, timed, marked, kept")
    verb.add_argument("--round", help="coding, design, fundamentals, behavioural or research")
    verb.add_argument("--unit", help="on this unit (default: drawn, by what you missed)")
    verb.add_argument("--seed", metavar="N", help="the same number draws the same round")
    verb.add_argument("--minutes", metavar="M", help="how long (default: 45, or 30)")
    verb.add_argument("--peer", metavar="NAME", help="somebody else marks too")
    how = verb.add_mutually_exclusive_group()
    how.add_argument(
        "--sheet",
        nargs="?",
        const="both",
        metavar="PAGE",
        help="print it as Markdown for a call: candidate, interviewer or both",
    )
    how.add_argument("--score", action="store_true", help="enter marks of the last, or of a sheet")
    how.add_argument("--log", action="store_true", help="what was held, and the trend")
    how.add_argument("--notebook", action="store_true", help="make a notebook to hold them in")
    verb.add_argument("--json", action="store_true", help="with --log: print it as JSON")
    verb.add_argument("--export", type=Path, metavar="FILE", help="with --log: .json or .csv")
    verb.set_defaults(run=run_mock)

    verb = verbs.add_parser("plain", help="one question in a plain editor; one first run")
    verb.add_argument(
        "words",
        nargs="*",
        metavar="UNIT QUESTION",
        help="begin it; or: mark [STEP], listen, run [UNIT QUESTION], log",
    )
    verb.add_argument("--no-clock", action="store_true", help="the file only, as for a whiteboard")
    verb.add_argument("--json", action="store_true", help="with log: print it as JSON")
    verb.set_defaults(run=run_plain)

    verb = verbs.add_parser("grade", help="grade what a cohort submitted, sandboxed")
    verb.add_argument("unit", help="the unit's name, such as bias_variance")
    verb.add_argument("--student", action="append", default=[], metavar="NAME", help="only this")
    verb.add_argument("--force", action="store_true", help="grade again what is unchanged")
    verb.add_argument("--jobs", type=int, metavar="N", help="at a time (default: processors)")
    verb.add_argument("--scheduler", default="", metavar="ADDRESS", help="a Dask scheduler's")
    verb.add_argument("--unsafe", action="store_true", help="without a sandbox; stamped so")
    verb.add_argument("--json", action="store_true", help="print the summary as JSON")
    verb.set_defaults(run=run_grade)

    verb = verbs.add_parser("build", help="make notebooks and release from source/")
    verb.add_argument("units", nargs="*", metavar="UNIT", help="only these (default: all)")
    verb.add_argument("--check", action="store_true", help="write nothing; fail on drift")
    verb.set_defaults(run=run_build)

    verb = verbs.add_parser("new", help="start a unit from a template that passes the tests")
    verb.add_argument("unit", help="its name: lower case, digits, underscores")
    verb.set_defaults(run=run_new)
    return top


def run_study(args: argparse.Namespace) -> int:
    from mlprep.study import study

    return study(Course.find(), open_browser=not args.no_browser, port=args.port)


def run_teach(args: argparse.Namespace) -> int:
    from mlprep.study import teach

    return teach(Course.find(), open_browser=not args.no_browser, port=args.port)


def run_check(args: argparse.Namespace) -> int:
    from mlprep import checking

    unit = Course.find().unit(args.unit)
    if args.hint or args.solution:
        if not args.question:
            raise checking.UsageError("name the question: mlprep check UNIT QUESTION --hint")
        print(_help_text(unit, args))
        return 0
    live = json.load(sys.stdin) if args.live else None
    report = checking.check(unit, args.notebook, live)
    known = [result.question for result in report.results]
    if args.question and args.question not in known:
        raise checking.UsageError(
            f"{args.question}: no such question in {unit.name}. It has {', '.join(known)}."
        )
    text = checking.report_text(report, args.question)
    print(json.dumps(report.to_dict()) if args.json else text)
    chosen = [r for r in report.automatic if args.question in ("", r.question)]
    return 0 if all(result.status == "right" for result in chosen) else 1


def _help_text(unit: Unit, args: argparse.Namespace) -> str:
    """The next hint or the worked solution; as JSON for a page that shows it."""
    from mlprep import checking

    if args.hint and args.json:
        hints, count = checking.next_hints(unit, args.question)
        return json.dumps({"hints": hints, "of": count})
    show = checking.next_hint if args.hint else checking.worked_solution
    text = show(unit, args.question)
    return json.dumps({"text": text}) if args.json else text


def run_plan(args: argparse.Namespace) -> int:
    from mlprep.plan.verbs import plan

    return plan(Course.find(), args)


def run_progress(args: argparse.Namespace) -> int:
    from mlprep.plan.verbs import progress

    return progress(Course.find(), args)


def run_mock(args: argparse.Namespace) -> int:
    from mlprep.mock.verbs import mock

    return mock(Course.find(), args)


def run_plain(args: argparse.Namespace) -> int:
    from mlprep.plain.verbs import plain

    return plain(Course.find(), args)


def run_grade(args: argparse.Namespace) -> int:
    from mlprep.cohort import Options, Summary, grade

    unit = Course.find().unit(args.unit)
    options = Options(args.student, args.force, args.jobs, args.scheduler, args.unsafe)
    summary = Summary(unit.name)
    try:
        grade(unit, options, summary=summary)
    except KeyboardInterrupt:
        print("Stopped. What was graded is kept: run the command again to go on.", file=sys.stderr)
        return 130
    finally:  # stopped or not: what it says was stored
        if summary.seconds:
            print(json.dumps(summary.to_dict()) if args.json else summary.text())
    return summary.exit_code


def run_build(args: argparse.Namespace) -> int:
    from mlprep.build import build

    written = build(Course.find(), args.units or None, check=args.check)
    for path in written:
        print(f"wrote {path}")
    if not written:
        print("Everything is up to date.")
    return 0


def run_new(args: argparse.Namespace) -> int:
    from mlprep.scaffold import new_unit

    folder = new_unit(Course.find(), args.unit)
    print(f"Wrote {folder}. Edit it, then run `mlprep build {args.unit}`.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
