# %% [markdown]
# # {{title}}: the assignment
#
# Five questions and one letter, about {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Question 4 is the diagnostic**: your plan weighs your hours by it (`mlprep plan`). Answer it
# before you read on in the course, without looking anything up. Points are not the aim there.

# %% nbgrader={"grade_id": "imports", "locked": true}
import math

from mlprep.check import Question

# %% [markdown]
# ## 1. Sixteen adverts (4 points, 20 minutes)
#
# Below are 16 job adverts. All are invented; the ways in which they mislead are not.
# `parts(advert)` takes one apart: `title`, `about`, `asked`, and `duties`, a list of (percent of
# the week, text).
#
# Label each role by **what its days are made of**:
#
# - a duty is *engineering* if it ends in a system that others rely on: a service, a pipeline, a
#   platform, a dashboard, its cost, its speed, its being up at night;
# - a duty is *research* if it ends in knowledge: a question answered, a hypothesis tested, a method
#   or proof, a paper or talk;
# - the role is `"E"` if engineering duties take **70 percent or more** of the week, `"R"` if
#   research duties do, else `"mixed"`.
#
# Write `role_of(advert)`. Rules over words, a table of duties that you judged yourself, anything
# goes: you may err on one advert of the first eight and on two of the last eight. The tests use
# these 16 and the example below; they also put another title, `about` or `asked` into the adverts,
# and the label must not move.
#
# **Example.** 60 percent "Keep the ranking service up" and 40 percent "Write papers on ranking" is
# `"mixed"`.

# %% nbgrader={"grade_id": "given_adverts", "locked": true}
ADVERTS = [
    """Title: Machine Learning Engineer
About: We deliver groceries to four million homes.
Duties: 60% Ship ranking models into the search service within its latency budget; 25% Take your
turn on call for the model servers; 15% Keep the feature pipelines fresh
Asked: Python, SQL, three years with models in production""",
    """Title: Research Scientist
About: A laboratory for learning systems.
Duties: 50% Pose and test hypotheses about how networks generalise; 30% Publish papers at the large
conferences; 20% Supervise interns on questions of their own
Asked: PhD or the like, first-author papers""",
    """Title: Machine Learning Researcher
About: Research is in our name. Our founders' papers have 90 000 citations.
Duties: 45% Cut the serving cost of the recommendation service; 30% Migrate the feature pipelines to
the new platform; 25% Answer incidents of the scoring service at night
Asked: PhD preferred, a love of papers""",
    """Title: Software Engineer, Foundations
About: We build tools for developers.
Duties: 55% Find out why large training runs diverge, one hypothesis at a time; 25% Write up the
findings as papers; 20% Maintain the scheduler of the shared cluster
Asked: C++, five years as a software engineer""",
    """Title: Applied Scientist
About: We run a marketplace for used cars.
Duties: 40% Invent and compare methods for pricing under uncertainty; 35% Build the pipeline that
retrains the pricing models; 25% Watch the pricing service on dashboards and mend what breaks
Asked: MSc or PhD, statistics, Python""",
    """Title: Member of Technical Staff
About: We train large models.
Duties: 50% Design ablations that decide between two explanations of a result; 50% Build the data
pipeline that feeds the training cluster
Asked: Depth in one thing, taste in others""",
    """Title: AI Research Engineer
About: Where research meets engineering.
Duties: 70% Write kernels and keep training jobs fast and alive on a thousand accelerators; 30% Run
ablations to answer the team's questions about scaling
Asked: CUDA, distributed systems""",
    """Title: PhD Intern, Learning Platform
About: An internship for doctoral students in machine learning.
Duties: 80% Add canary releases to the model deployment platform; 20% Write the runbooks of the
deployment service
Asked: Enrolled in a PhD, publications are a plus""",
    """Title: Data Scientist
About: We advise hospitals.
Duties: 60% Test hypotheses about which treatments work, from records; 20% Present the findings at
seminars and in papers; 20% Keep the reporting pipeline running
Asked: SQL, dashboards, good communication""",
    """Title: Principal Engineer, Learning Theory
About: An engineering company of forty years.
Duties: 75% Prove bounds for the methods that the group proposes; 25% Maintain the service for
internal benchmarks
Asked: An engineering degree, ten years in industry""",
    """Title: Research Scientist, Ads
About: We match advertisers and readers.
Duties: 65% Own the click prediction service, its latency and its rollouts; 35% Study why
calibration decays, and publish what can be published
Asked: PhD, papers on ranking""",
    """Title: Machine Learning Engineer
About: Research first. Every Friday we discuss papers, and we publish when we can.
Duties: 90% Build and operate the question answering service for our customers; 10% Keep the
experiment platform for A/B tests in shape
Asked: Curiosity about research""",
    """Title: Quantitative Researcher
About: We trade electricity.
Duties: 40% Test hypotheses about price formation; 60% Build and run the forecasting service and its
pipelines
Asked: A research degree in mathematics or physics""",
    """Title: Machine Learning Engineer, Alignment
About: We want models to do what is meant.
Duties: 70% Devise experiments that could show a safety method to fail, and write papers on them;
30% Keep the evaluation service running
Asked: Strong software engineering, systems, on-call experience""",
    """Title: Head of AI Research
About: An insurer with a new research department.
Duties: 75% Choose vendors and run the dashboards and pipelines for claims scoring; 25% Read papers
and report what they mean for insurers
Asked: A record of publications, a doctorate""",
    """Title: Scientist
About: We make hearing aids.
Duties: 10% Ask new questions about speech in noise; 10% Publish one paper a year; 10% Talk at
seminars; 70% Bring the noise model onto the device, within its memory and latency budget
Asked: PhD in signal processing or machine learning""",
]


def parts(advert):
    """An advert's title, about and asked (text), and its duties: a list of (percent, text)."""
    fields, name = {}, ""
    for line in advert.splitlines():
        start, colon, rest = line.partition(": ")
        if colon and start in ("Title", "About", "Duties", "Asked"):
            name, line = start.lower(), rest
        fields[name] = f"{fields.get(name, '')} {line}".strip()
    shares = [duty.strip().partition("% ") for duty in fields["duties"].split(";")]
    return fields | {"duties": [(float(share), text) for share, _, text in shares]}


def changed(advert, **fields):
    """The advert with another title, about or asked."""
    now = parts(advert) | fields
    duties = "; ".join(f"{share:g}% {text}" for share, text in now["duties"])
    return f"Title: {now['title']}\nAbout: {now['about']}\nDuties: {duties}\nAsked: {now['asked']}"


# %% nbgrader={"grade_id": "role_of", "solution": true}
def role_of(advert):
    """The role behind a job advert, judged by its duties.

    Args:
        advert: str. One of ADVERTS, perhaps with another title, about or asked; or the example.

    Returns:
        "E", "R" or "mixed".
    """
    ### BEGIN SOLUTION
    runs = ("service", "pipeline", "platform", "dashboard", "on call", "cluster", "scheduler")
    runs += ("kernels", "runbooks", "latency", "on the device")
    learns = ("hypothes", "paper", "publish", "question", "method", "ablation", "prove", "bounds")
    learns += ("seminar", "experiments that", "find out why", "study why")
    share = {"E": 0.0, "R": 0.0}
    for percent, text in parts(advert)["duties"]:
        text = text.lower()
        built = any(word in text for word in runs) and "find out why" not in text
        studied = any(word in text for word in learns)
        share["R" if studied and not built else "E"] += percent
    return next((role for role, percent in share.items() if percent >= 70), "mixed")
    ### END SOLUTION


# %% nbgrader={"grade_id": "role_of_goes_by_the_duties", "grade": true}
"""A role is what its days are made of."""
q = Question(role_of, points=4)


def misjudged(f, first, labels, allowed):
    """Which adverts from number `first` on f labels wrongly, if more than `allowed`: a clause."""
    got = {n: f(ADVERTS[n - 1]) for n in range(first, first + len(labels))}
    wrong = [f"{n} as {got[n]!r}" for n, label in zip(got, labels) if got[n] != label]
    return f"yours has {', '.join(wrong)}" if len(wrong) > allowed else ""


q.case(
    "Title: Any\nAbout: Any\nDuties: 60% Keep the ranking service up; 40% Write papers on ranking\n"
    "Asked: Any",
    gives="mixed",
    claim="60 percent of one kind is less than 70: mixed",
    weight=0.5,
)


@q.probe(gives="", weight=3.0)
def the_first_eight(f):
    """Of adverts 1 to 8 at least seven are labelled by what their duties end in."""
    return misjudged(f, 1, ["E", "R", "E", "R", "mixed", "mixed", "E", "E"], 1)


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives="", weight=5.0)
def the_last_eight(f):
    """Of adverts 9 to 16 at least six are labelled by what their duties end in."""
    return misjudged(f, 9, ["R", "R", "mixed", "E", "mixed", "R", "E", "E"], 2)


def moved(f, **fields):
    labels = [(n, f(advert), f(changed(advert, **fields))) for n, advert in enumerate(ADVERTS, 1)]
    found = [f"number {n} goes from {a!r} to {b!r}" for n, a, b in labels if a != b]
    return f"with yours {', '.join(found)}" if found else ""


@q.probe(gives="")
def another_title(f):
    """A title is a marketing decision: with another one the label stays."""
    return moved(f, title="Research Scientist") or moved(f, title="Software Engineer")


@q.probe(gives="")
def another_employer(f):
    """What the employer says of itself is no duty: with another `about` the label stays."""
    first, second = "We publish papers and do research.", "We run services and pipelines."
    return moved(f, about=first) or moved(f, about=second)


@q.probe(gives="")
def other_requirements(f):
    """What is asked for describes the applicants, not the days: the label stays."""
    return moved(f, asked="PhD, papers") or moved(f, asked="On-call experience, services")


KINDS = ("EEE", "RRR", "EEE", "RRE", "REE", "RE", "ER", "EE")
KINDS += ("RRE", "RE", "ER", "EE", "RE", "RE", "ER", "RRRE")


def kinds_of(advert):
    """The kinds of the duties, from a table over the duties' texts."""
    table = {}
    for known, kinds in zip(ADVERTS, KINDS):
        table |= {text: kind for (_, text), kind in zip(parts(known)["duties"], kinds)}
    table |= {"Keep the ranking service up": "E", "Write papers on ranking": "R"}
    return [(share, table[text]) for share, text in parts(advert)["duties"]]


def label(share_of_engineering, least=0.7):
    if share_of_engineering >= least - 1e-9:
        return "E"
    return "R" if share_of_engineering <= 1 - least + 1e-9 else "mixed"


@q.reference
def by_a_table_of_duties(advert):
    return label(sum(share for share, kind in kinds_of(advert) if kind == "E") / 100)


def sounds(text):
    text = text.lower()
    research = any(word in text for word in ("research", "scientist", "phd", "paper", "publi"))
    return "R" if research else "E"


@q.mistake("""You sorted by the title. Titles are chosen by recruiters: the same work is called
engineer in one company and scientist in the next. Read what the week is made of.""")
def title_trap(advert):
    return sounds(parts(advert)["title"])


@q.mistake("""You sorted by what is asked for. "PhD preferred" says whom they hope to attract, not
what the person will do. Read the duties and their shares.""")
def requirements_trap(advert):
    return sounds(parts(advert)["asked"])


@q.mistake("""You searched the whole advert for words such as "research" and "paper". Most of them
stand in what the employer says of itself. Look at the duties only.""")
def words_anywhere(advert):
    return sounds(advert)


@q.mistake("""You counted the duties. Three lines of ten percent are less than one of seventy: add
up the shares.""")
def duties_counted_not_weighed(advert):
    kinds = [kind for _, kind in kinds_of(advert)]
    return label(kinds.count("E") / len(kinds))


@q.mistake("""You took the larger half. A role with 60 percent of one kind is "mixed" here: it will
be interviewed for both. Only 70 percent or more make it one of them.""")
def majority_wins(advert):
    share = sum(share for share, kind in kinds_of(advert) if kind == "E") / 100
    return "E" if share >= 0.5 else "R"


@q.mistake("""You labelled the role by its largest duty alone. The others take time too: add up the
shares of each kind, and compare with 70 percent.""")
def largest_duty_decides(advert):
    return max(kinds_of(advert))[1]


@q.mistake("""The roles are told apart, but by other names. The labels are "E", "R" and "mixed",
exactly so.""")
def other_names_for_the_labels(advert):
    names = {"E": "engineering", "R": "research", "mixed": "mixed"}
    return names[by_a_table_of_duties(advert)]


@q.variant
def through_sets_of_words(advert):
    words = {"paper", "papers", "publish", "hypotheses", "hypothesis", "questions", "prove"}
    words |= {"methods", "ablations", "seminars", "findings"}
    engineering = 0
    for share, text in parts(advert)["duties"]:
        tokens = set(text.lower().replace(",", " ").replace(".", " ").split())
        engineering += 0 if tokens & words or "could show" in text else share
    return "E" if engineering >= 70 else "mixed" if engineering > 30 else "R"


@q.variant
def judged_by_hand(advert):
    builds = ("Ship", "Take", "Keep", "Cut", "Migrate", "Answer", "Maintain", "Build", "Watch")
    builds += ("Write kernels", "Write the", "Add", "Own", "Choose", "Bring")
    duties = parts(advert)["duties"]
    engineering = sum(share for share, text in duties if text.startswith(builds))
    return "mixed" if 30 < engineering < 70 else "ER"[engineering <= 30]


q.hints(
    """The label depends on the duties and their shares alone. Does yours change when only the
title, `about` or `asked` does?""",
    """Advert 16: three research duties of 10 percent and one engineering duty of 70 percent. It is
"E", though three of four lines are research.""",
    """For share, text in parts(advert)["duties"]: decide whether the text ends in a system or in
knowledge, add up the shares, and compare both sums with 70.""",
)
q.why("""Interviewers are chosen by duties: whoever will work beside you writes the loop. A
"researcher" who cuts serving cost meets a design round about serving; a "software engineer" who
studies divergence meets a derivation. So the title decides nothing that you prepare for. The share
matters because most roles have a little of both: with 10 percent of papers nobody spends a round on
them; with 40 percent somebody will.

The usual wrong answers look at what is printed large (title, requirements, the employer's view of
itself), or count lines. If an advert gives no shares, ask the recruiter for them: "what did the
last person in this role do in a typical month?" is a question that they like.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. What is an hour worth? (3 points, 10 minutes)
#
# A loop has several rounds, and you need to pass **all** of them. Suppose, for this question, that
# they are independent; `passes[i]` is your chance in round i. A weekend on round i alone would lift
# it by `gains[i]`, but never above 1.
#
# Write `offer_gain(passes, gains)`: for each round, by how much that weekend would lift the chance
# of passing **all** rounds. Lists in, a list of floats out, of the same length; no rounds give
# `[]`.
#
# **Example.** `offer_gain([0.5, 0.8], [0.1, 0.1])` is `[0.08, 0.05]`: 0.6 · 0.8 − 0.4 and
# 0.5 · 0.9 − 0.4.

# %% nbgrader={"grade_id": "offer_gain", "solution": true}
def offer_gain(passes, gains):
    """What a weekend on each round adds to the chance of passing all of them.

    Args:
        passes: list of k floats in [0, 1]. Chance to pass each round.
        gains: list of k floats ≥ 0. By how much a weekend lifts it, up to 1.

    Returns:
        list of k floats.
    """
    ### BEGIN SOLUTION
    gained = []
    for i, (p, gain) in enumerate(zip(passes, gains)):
        others = math.prod(passes[:i]) * math.prod(passes[i + 1 :])
        gained.append((min(p + gain, 1.0) - p) * others)
    return gained
    ### END SOLUTION


# %% nbgrader={"grade_id": "offer_gain_is_that_of_the_whole_loop", "grade": true}
"""A weekend is worth what it does to the whole loop."""
q = Question(offer_gain, points=3)
q.case([0.5, 0.8], [0.1, 0.1], gives=[0.08, 0.05], claim="The example: 0.08 and 0.05")
q.case([0.4], [0.2], gives=[0.2], claim="With one round the gain is the gain")
q.case(
    [0.5, 0.9, 0.8],
    [0.05, 0.3, 0.1],
    gives=[0.036, 0.04, 0.045],
    claim="A round never goes above 1: from 0.9 it can gain 0.1 at most",
)


### BEGIN HIDDEN TESTS
q.hidden()
q.case([0.9, 0.0, 0.7], [0.1, 0.2, 0.1], claim="With a round at 0 only that round is worth an hour")
q.case([], [], gives=[], claim="No rounds, nothing to gain")
q.case([1.0, 0.6, 0.7, 0.8, 0.9], [0.2, 0.1, 0.15, 0.1, 0.3], claim="Five rounds, one at 1 already")
q.case([0.25, 0.5, 0.75], [0.1, 0.0, 0.1], claim="No gain in a round, none in the loop")


@q.probe(gives=True)
def equal_gains_favour_the_weakest(f):
    """With equal gains the weakest round is worth most: the others multiply it."""
    worth = list(f([0.6, 0.4, 0.9], [0.05, 0.05, 0.05]))
    return worth.index(max(worth)) == 1


@q.reference
def by_brute_force(passes, gains):
    now = math.prod(passes)
    after = []
    for i, gain in enumerate(gains):
        trained = list(passes)
        trained[i] = 1.0 if trained[i] + gain > 1 else trained[i] + gain
        after.append(math.prod(trained) - now)
    return after


@q.mistake("""You returned the gain of the round itself. In a loop it counts only as often as you
pass all the others: multiply by their chances.""")
def gain_of_the_round_alone(passes, gains):
    return [min(p + gain, 1.0) - p for p, gain in zip(passes, gains)]


@q.mistake("""You averaged the rounds. No committee hires on the average of a pass and a fail here:
the loop is a product. Multiply the chances.""")
def average_of_the_rounds(passes, gains):
    return [(min(p + gain, 1.0) - p) / len(passes) for p, gain in zip(passes, gains)]


@q.mistake("""A round went above certainty. Cap it at 1 before you multiply: a round that you nearly
always pass is worth little more work.""")
def not_capped_at_one(passes, gains):
    now = math.prod(passes)
    return [
        math.prod(p + gains[i] * (i == j) for j, p in enumerate(passes)) - now
        for i in range(len(passes))
    ]


@q.mistake("""You returned the chance after the weekend, not what the weekend adds. Subtract the
chance that you have now.""")
def chance_after_not_gain(passes, gains):
    return [worth + math.prod(passes) for worth in by_brute_force(passes, gains)]


@q.mistake("""You returned the relative gain, per unit of what you have. The order is right, the
size is not: times the chance of the whole loop it would be.""")
def relative_gain(passes, gains):
    return [(min(p + gain, 1.0) - p) / p if p else 0.0 for p, gain in zip(passes, gains)]


@q.mistake("""You multiplied by all chances, that round's own too. Only the *other* rounds multiply
the gain; leave its own chance out.""")
def own_chance_multiplied_too(passes, gains):
    now = math.prod(passes)
    return [(min(p + gain, 1.0) - p) * now for p, gain in zip(passes, gains)]


@q.mistake("""You gave the gain to the weakest round and nothing to the others. Every round is worth
something; which one is worth most follows from the numbers, so compute them all.""")
def weakest_round_only(passes, gains):
    weakest = passes.index(min(passes))
    return [gain if i == weakest else 0.0 for i, gain in enumerate(gains)]


@q.variant
def in_numpy(passes, gains):
    import numpy as np

    p, better = np.array(passes, float), np.minimum(np.array(passes) + np.array(gains), 1.0)
    loops = np.where(np.eye(len(p), dtype=bool), better, p)
    return loops.prod(axis=1) - p.prod() if len(p) else []


@q.variant
def by_logarithms_where_possible(passes, gains):
    worth = []
    for i, p in enumerate(passes):
        rest = [other for j, other in enumerate(passes) if j != i]
        others = 0.0 if 0.0 in rest else math.exp(sum(math.log(other) for other in rest))
        worth.append(others * (min(1.0, p + gains[i]) - p))
    return tuple(worth)


q.hints(
    """What changes is a product of all rounds. Is yours zero for the second round of
passes = [0, 0.5]?""",
    """offer_gain([0.5, 0.8], [0.1, 0.1]): before 0.4; after a weekend on the first round
0.6 · 0.8 = 0.48; the gain is 0.08.""",
    """For round i: (min(passes[i] + gains[i], 1) - passes[i]) times the product of the other
rounds. math.prod of an empty list is 1.""",
)
q.why("""The derivative of a product with respect to one factor is the product of the others. So an
hour is worth its gain divided by the chance that you already have, up to a common factor: of equal
gains the weakest round wins, and a hard round that moves slowly may lose to an easy one that moves
fast. That is why "train your weakness" is half of a rule: the other half is what an hour *moves*.

Two things are idealised. Rounds are not independent (the lesson shows what that does), and a strong
result in one may excuse a weak one in another, if the company hires on averages and not on
floors.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Plan the weeks (5 points, 25 minutes)
#
# Write `plan_hours(track, weeks, hours_per_week, scores)`: a list with one dict a week, from stage
# to hours. A stage that is missing in a dict has 0 hours that week.
#
# | track | stages, in order | beside them |
# |---|---|---|
# | `"engineering"` | `design`, `fundamentals`, `coding` | `mocks` |
# | `"research"` | `depth`, `experiment` | `reading`, `mocks` |
#
# `scores` has a number from 0 (all new) to 1 (all known) for each stage in order. `weeks` is 1 to
# 26, `hours_per_week` more than 0. Any plan is right of which all of this holds:
#
# 1. **Hours.** Each week's hours sum to `hours_per_week`; none is negative.
# 2. **Design first** (engineering). At least 80 percent of the first two weeks together (of the
#    first week, if there is only one), and at least 35 percent of all hours.
# 3. **Order.** A stage begins in no earlier week than the one in which the stage before it ends.
# 4. **Mocks.** None before week four; from then on 5 to 25 percent of every week.
# 5. **Reading** (research). At least 20 percent of every week, from the first on.
# 6. **Nothing is left out.** From 6 weeks on each stage in order has at least 5 percent of all
#    hours.
# 7. **Gaps count.** From 8 weeks on: if one score falls from 1 to 0.5 or from 0.5 to 0 and the
#    others stay, that stage's total grows by at least 2 percent of all hours.
#
# **Example.** `plan_hours("engineering", 1, 5.0, {"design": 0.5, "fundamentals": 0.5, "coding":
# 0.5})` may be `[{"design": 4.0, "fundamentals": 0.6, "coding": 0.4}]`.

# %% nbgrader={"grade_id": "given_stages", "locked": true}
IN_ORDER = {
    "engineering": ["design", "fundamentals", "coding"],
    "research": ["depth", "experiment"],
}
BESIDE = {"engineering": ["mocks"], "research": ["reading", "mocks"]}


# %% nbgrader={"grade_id": "plan_hours", "solution": true}
def plan_hours(track, weeks, hours_per_week, scores):
    """The hours of each stage in each week.

    Args:
        track: "engineering" or "research".
        weeks: int, 1 to 26.
        hours_per_week: float > 0.
        scores: dict from each stage in IN_ORDER[track] to a float in [0, 1].

    Returns:
        list of `weeks` dicts from stage to hours.
    """
    ### BEGIN SOLUTION
    plan = []
    for week in range(1, weeks + 1):
        plan.append({"mocks": 0.1 * hours_per_week if week >= 4 else 0.0})
        if track == "research":
            plan[-1]["reading"] = 0.2 * hours_per_week
    free = [hours_per_week - sum(week.values()) for week in plan]
    left = dict.fromkeys(IN_ORDER[track], 0.0)
    if track == "engineering":
        left["design"] = max(0.36 * weeks, 1.6, 0.8 * weeks if weeks < 3 else 0) * hours_per_week
        left["design"] = min(left["design"], 0.8 * weeks * hours_per_week)
    shared = sum(free) - sum(left.values())
    weights = {stage: 1.5 - scores[stage] for stage in left}
    for stage, weight in weights.items():
        left[stage] += shared * weight / sum(weights.values())
    for week, hours in zip(plan, free):
        for stage in left:
            spent = min(hours, left[stage])
            week[stage] = spent
            left[stage] -= spent
            hours -= spent
        week[stage] += hours  # what rounding left over
    return plan
    ### END SOLUTION


# %% nbgrader={"grade_id": "plan_hours_keeps_the_order_and_the_hours", "grade": true}
"""A plan has the hours that there are, in the order that the interview asks for."""
q = Question(plan_hours, points=5)
HALF = {"design": 0.5, "fundamentals": 0.5, "coding": 0.5, "depth": 0.5, "experiment": 0.5}


def planned(f, track, weeks, hours, **scores):
    """The plan as a list of dicts of floats with all stages of the track; or what is wrong."""
    given = {stage: (HALF | scores)[stage] for stage in IN_ORDER[track]}
    plan = f(track, weeks, hours, dict(given))
    if isinstance(plan, dict) or not all(isinstance(week, dict) for week in plan):
        return "yours is no list of one dict a week"
    stages = IN_ORDER[track] + BESIDE[track]
    strange = sorted({str(stage) for week in plan for stage in week} - set(stages))
    if len(plan) != weeks or strange:
        what = f"a stage {strange[0]!r}" if strange else f"{len(plan)} dicts"
        return f"yours has {what}"
    return [{stage: float(week.get(stage, 0.0)) for stage in stages} for week in plan]


def first_false(f, calls, broken):
    """What `broken` says of the first plan of which it says something."""
    for track, weeks, hours in calls:
        plan = planned(f, track, weeks, hours)
        said = plan if isinstance(plan, str) else broken(plan, track, weeks, hours)
        if said:
            return f"with {track}, {weeks} weeks, {hours:g} hours {said}"
    return ""


def hours_off(plan, track, weeks, hours):
    for number, week in enumerate(plan, 1):
        if min(week.values()) < -1e-9:
            return f"week {number} of yours has negative hours"
        if abs(sum(week.values()) - hours) > 1e-6 * hours:
            return f"week {number} of yours has {sum(week.values()):g}"
    return ""


def design_late(plan, track, weeks, hours):
    first = plan[:2]
    part = sum(week["design"] for week in first) / (hours * len(first))
    if part < 0.8 - 1e-9:
        return f"yours gives it {part:.0%} of the first two weeks"
    whole = sum(week["design"] for week in plan) / (hours * weeks)
    return f"yours gives it {whole:.0%} of all hours" if whole < 0.35 - 1e-9 else ""


def out_of_order(plan, track, weeks, hours):
    tiny = 1e-7 * hours
    for before, after in zip(IN_ORDER[track], IN_ORDER[track][1:]):
        ends = max((n for n, week in enumerate(plan, 1) if week[before] > tiny), default=0)
        begins = min((n for n, week in enumerate(plan, 1) if week[after] > tiny), default=weeks)
        if begins < ends:
            return f"{after} begins in week {begins} of yours and {before} ends in week {ends}"
    return ""


def mocks_wrong(plan, track, weeks, hours):
    if weeks >= 4 and max(week["mocks"] for week in plan) < 1e-9 * hours:
        return "yours has none at all"
    for number, week in enumerate(plan, 1):
        part = week["mocks"] / hours
        if number < 4 and part > 1e-9 or number >= 4 and not 0.05 - 1e-9 <= part <= 0.25 + 1e-9:
            return f"week {number} of yours has {part:.0%} mocks"
    return ""


@q.probe(gives="")
def week_sums(f):
    """Every week has exactly the hours that you have."""
    return first_false(f, [("engineering", 10, 8.0), ("research", 10, 8.0)], hours_off)


@q.probe(gives="")
def design_first(f):
    """Design has 80 percent of the first two weeks and 35 percent of all."""
    return first_false(f, [("engineering", 10, 8.0)], design_late)


@q.probe(gives="")
def in_order(f):
    """A stage begins when the one before it ends."""
    return first_false(f, [("engineering", 10, 8.0), ("research", 10, 8.0)], out_of_order)


@q.probe(gives="")
def mocks_from_week_four(f):
    """Mocks have 5 to 25 percent of every week from week four on, and nothing before."""
    return first_false(f, [("engineering", 10, 8.0)], mocks_wrong)


### BEGIN HIDDEN TESTS
q.hidden()
LENGTHS = [(1, 5.0), (2, 9.0), (3, 2.5), (4, 40.0), (5, 7.0), (6, 10.0), (9, 3.0), (26, 6.5)]
BOTH = [(track, *length) for track in IN_ORDER for length in LENGTHS]
ENGINEERING = BOTH[: len(LENGTHS)]


@q.probe(gives="")
def week_sums_for_any_length(f):
    """Short or long, every week has exactly the hours that you have."""
    return first_false(f, BOTH, hours_off)


@q.probe(gives="")
def design_first_for_any_length(f):
    """Design comes first however short the time is: 80 percent of the first two weeks."""
    return first_false(f, ENGINEERING, design_late)


@q.probe(gives="")
def in_order_for_any_length(f):
    """A stage begins when the one before it ends, in plans of any length."""
    return first_false(f, BOTH, out_of_order)


@q.probe(gives="")
def mocks_for_any_length(f):
    """No mock before week four, and some in every week from then on, in both tracks."""
    return first_false(f, BOTH, mocks_wrong)


@q.probe(gives="")
def reading_from_day_one(f):
    """For a research role reading has 20 percent of every week, from the first on."""

    def broken(plan, track, weeks, hours):
        for number, week in enumerate(plan, 1):
            if week["reading"] < 0.2 * hours - 1e-9:
                return f"week {number} of yours has {week['reading'] / hours:.0%}"
        return ""

    return first_false(f, BOTH[len(LENGTHS) :], broken)


def totals(plan):
    if isinstance(plan, str):
        return dict.fromkeys(sum(IN_ORDER.values(), []), 0.0)  # the probes above say what it is
    hours = sum(sum(week.values()) for week in plan)
    return {stage: sum(week[stage] for week in plan) / hours for stage in plan[0]}


@q.probe(gives="")
def nothing_is_left_out(f):
    """From six weeks on each stage has at least 5 percent, whatever the scores."""
    for track, stages in IN_ORDER.items():
        for known in stages:
            found = totals(planned(f, track, 6, 10.0, **dict.fromkeys(stages, 0.0) | {known: 1.0}))
            for stage in stages:
                if found[stage] < 0.05 - 1e-9:
                    return f"yours gives {stage} {found[stage]:.1%} where {known} is all known"
    return ""


@q.probe(gives="")
def gaps_count(f):
    """What the diagnostic found missing gets more hours."""
    for track, stages in IN_ORDER.items():
        for stage in stages:
            for high in (1.0, 0.5):
                before = totals(planned(f, track, 12, 10.0, **{stage: high}))[stage]
                after = totals(planned(f, track, 12, 10.0, **{stage: high - 0.5}))[stage]
                if after < before + 0.02 - 1e-9:
                    moved = f"{before:.1%} of all hours before and {after:.1%} after"
                    return f"{stage} has {moved} its score falls from {high:g} to {high - 0.5:g}"
    return ""


def filled(track, weeks, hours, left, mocks=0.1, reading=0.25, first=4, later=False):
    """A plan: what runs beside has its part of each week, the rest goes in the order of `left`."""
    plan = []
    for week in range(1, weeks + 1):
        row = {"mocks": mocks * hours if week >= first else 0.0}
        if track == "research" and (week > 3 or not later):
            row["reading"] = reading * hours
        free = hours - sum(row.values())
        for stage in left:
            row[stage] = min(free, left[stage])
            free, left[stage] = free - row[stage], left[stage] - row[stage]
        row[stage] += free
        plan.append(row)
    return plan


def needed(track, weeks, hours, scores, low=0.35, fortnight=1.6, bend=lambda s: 1.5 - s, mocks=0.1):
    """Hours of each stage in order: floors for design, the rest by what is missing."""
    floor = min(max(low * weeks, fortnight), 0.8 * weeks) * hours
    floors = {stage: floor if stage == "design" else 0.0 for stage in IN_ORDER[track]}
    beside = mocks * max(weeks - 3, 0) + (0.25 * weeks if track == "research" else 0)
    rest = (weeks - beside) * hours - sum(floors.values())
    weights = {stage: bend(scores[stage]) for stage in floors}
    return {s: floors[s] + rest * weights[s] / sum(weights.values()) for s in floors}


@q.reference
def floors_then_gaps(track, weeks, hours_per_week, scores):
    left = needed(track, weeks, hours_per_week, scores)
    return filled(track, weeks, hours_per_week, left)


@q.mistake("""You begin with coding problems. They filter, but design sets the level, and it takes
longest to learn: it goes first while you have the most weeks. Coding comes last, when it stays
fresh.""")
def plan_leetcode_first(track, weeks, hours_per_week, scores):
    left = needed(track, weeks, hours_per_week, scores)
    return filled(track, weeks, hours_per_week, dict(reversed(left.items())))


@q.mistake("""You put mocks on top of full weeks: from week four on there are more hours than you
have. A plan that is over 100 percent is a wish. Take the mocks' hours from the other stages.""")
def plan_overbooked(track, weeks, hours_per_week, scores):
    left = needed(track, weeks, hours_per_week, scores, mocks=0)
    plan = filled(track, weeks, hours_per_week, left, mocks=0)
    return [week | {"mocks": 0.1 * hours_per_week * (n >= 3)} for n, week in enumerate(plan)]


@q.mistake("""There is no mock in your plan. One hour with somebody who interrupts shows what ten
hours alone hide. Give mocks 5 to 25 percent of each week from week four on.""")
def plan_no_mocks(track, weeks, hours_per_week, scores):
    left = needed(track, weeks, hours_per_week, scores, mocks=0)
    return filled(track, weeks, hours_per_week, left, mocks=0)


@q.mistake("""Every week has a little of everything. That feels safe and finishes nothing: design is
not yet usable when the first screens come. One stage after another, mocks beside them.""")
def plan_even_split(track, weeks, hours_per_week, scores):
    stages = IN_ORDER[track]
    rows = filled(track, weeks, hours_per_week, dict.fromkeys(stages, 0.0))
    free = [sum(row[stage] for stage in stages) for row in rows]
    weights = {stage: 1.5 - scores[stage] for stage in stages}
    return [
        row | {s: hours * weights[s] / sum(weights.values()) for s in stages}
        for row, hours in zip(rows, free)
    ]


@q.mistake("""Fundamentals come first in your plan, design after them. It sounds orderly, but design
shows you which fundamentals you lack, and it needs the weeks. Design has the first two weeks.""")
def basics_before_design(track, weeks, hours_per_week, scores):
    left = needed(track, weeks, hours_per_week, scores)
    if track == "engineering":
        left = {stage: left[stage] for stage in ("fundamentals", "design", "coding")}
    return filled(track, weeks, hours_per_week, left)


@q.mistake("""The scores change nothing in your plan. Then the diagnostic was for nothing: weigh
each stage by what is missing, 1 − score, plus a little for what is known.""")
def plan_ignores_gaps(track, weeks, hours_per_week, scores):
    left = needed(track, weeks, hours_per_week, scores, bend=lambda score: 1.0)
    return filled(track, weeks, hours_per_week, left)


@q.mistake("""More hours go to what you know best. It is pleasant and teaches little. A score of 1
means known: weigh by what is missing, 1.5 − score for instance.""")
def gaps_upside_down(track, weeks, hours_per_week, scores):
    left = needed(track, weeks, hours_per_week, scores, bend=lambda score: 0.5 + score)
    return filled(track, weeks, hours_per_week, left)


@q.mistake("""What is known gets nothing in your plan. A stage that is not repeated until the
interview is not known on the day: leave each at least 5 percent from six weeks on.""")
def nothing_for_what_is_known(track, weeks, hours_per_week, scores):
    left = needed(track, weeks, hours_per_week, scores, bend=lambda score: 1.0 - score + 1e-12)
    return filled(track, weeks, hours_per_week, left)


@q.mistake("""Your mocks begin in week five: with range(weeks) the fourth week has the index 3.
Count weeks from 1, or compare the index with 3.""")
def mocks_from_week_five(track, weeks, hours_per_week, scores):
    left = needed(track, weeks, hours_per_week, scores)
    return filled(track, weeks, hours_per_week, left, first=5)


@q.mistake("""In a short plan design gets too little: 35 percent of all hours are less than 80
percent of the first two weeks when there are only a few. Take the larger of the two floors.""")
def no_floor_for_the_first_two_weeks(track, weeks, hours_per_week, scores):
    left = needed(track, weeks, hours_per_week, scores, fortnight=0.0)
    return filled(track, weeks, hours_per_week, left)


@q.mistake("""You returned the totals of the stages. A total does not say when: return a list with
one dict for each week.""")
def totals_for_weeks(track, weeks, hours_per_week, scores):
    return needed(track, weeks, hours_per_week, scores)


@q.mistake("""Reading begins only when weeks have gone by. The papers of a team take time to sink
in, and your questions about them are what the talk is about: 20 percent of every week, from day
one.""")
def reading_postponed(track, weeks, hours_per_week, scores):
    left = needed(track, weeks, hours_per_week, scores)
    return filled(track, weeks, hours_per_week, left, later=True)


@q.variant
def day_by_day(track, weeks, hours_per_week, scores):
    left = needed(track, weeks, 1.0, scores, low=0.4, bend=lambda s: 2 - s, mocks=0.2)
    plan = [{"mocks": 0.2 if n >= 3 else 0.0} for n in range(weeks)]
    for day in range(7 * weeks):
        week = plan[day // 7]
        if track == "research":
            week["reading"] = week.get("reading", 0.0) + 0.25 / 7
        free = (1 - week["mocks"] - (0.25 if track == "research" else 0)) / 7
        for stage in left:
            spent = min(free, left[stage])
            week[stage] = week.get(stage, 0.0) + spent
            left[stage], free = left[stage] - spent, free - spent
        week[stage] += free
    return [{stage: hours_per_week * part for stage, part in week.items()} for week in plan]


@q.variant
def with_cumulative_hours(track, weeks, hours_per_week, scores):
    import numpy as np

    beside = {"mocks": np.where(np.arange(weeks) >= 3, 0.05, 0.0)}
    if track == "research":
        beside["reading"] = np.full(weeks, 0.25)
    free = 1 - sum(beside.values())
    left = needed(track, weeks, 1.0, scores, mocks=0.05)
    ends = np.cumsum(list(left.values()))
    ends[-1] = free.sum()
    begins = np.concatenate([[0.0], ends[:-1]])
    late = np.cumsum(free)
    early = late - free
    rows = {
        stage: np.clip(np.minimum(late, end) - np.maximum(early, begin), 0, None)
        for stage, begin, end in zip(left, begins, ends)
    }
    return [
        {stage: hours_per_week * part[n] for stage, part in (beside | rows).items()}
        for n in range(weeks)
    ]


q.hints(
    """Do the hours of each week sum to hours_per_week, mocks and reading included? Set those aside
first; what is left of each week goes to the stages in order.""",
    """weeks = 2, hours_per_week = 9: design needs 14.4 of the 18 hours. 35 percent of all would be
6.3, too little: take the larger floor.""",
    """Total of a stage = its floor + (free hours − floors) · (1.5 − score) / sum of those. Then
walk through the weeks: give min(what is free, what the stage still needs) and go to the next
stage.""", )
q.why("""Set aside what runs beside (reading, mocks), give design the larger of its two floors,
share the rest by what is missing, and fill the weeks in order. Every rule is then true by
construction, and the sum as well, because each hour is given out once.

The usual wrong plans are not arithmetic slips, they are comfortable: problems first because they
give quick success, a little of everything because nothing is then left out on paper, mocks when
one feels ready. The order here is a judgement (design takes longest to learn, coding fades
fastest), not a measurement. Keep the rules that you can defend, but write them down as rules, so
that the plan can tell you what it cuts.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. The diagnostic (5 points, 20 minutes)
#
# Twenty items, one a topic of the course. Run the next cell to read them. Return your answers as a
# dict from topic to letter, `"a"` to `"d"`, or `"?"` **if you would be guessing**. Do not look
# anything up: a right answer by luck hides a gap, and the plan then skips what you need.
#
# The visible test only looks at the form: all 20 topics, one letter or `"?"` each. **Check my
# work** marks the items, and your first complete attempt is what the plan goes by. Change nothing
# afterwards to please it. An item that was wrong says what it is about; its unit has the rest.

# %% nbgrader={"grade_id": "given_items", "locked": true}
ITEMS = {
    "design_estimation": """100 million people use a service each day, 12 requests each; the
peak is three times the average. Requests a second at the peak?
a) 14 000
b) 42 000
c) 1.2 million
d) 3.6 million""",
    "feature_store": """A training row for a click at noon takes the user's "clicks in the
last hour" from the table as it stands at midnight. What is wrong?
a) nothing, it is the same column
b) the value is not normalised
c) it knows what came after noon
d) midnight is too long after noon: an average over the day is needed""",
    "training_pipeline": """7 billion parameters, Adam, mixed precision (weights and
gradients of 2 bytes, a master copy and two moments of 4 bytes each). Memory for these?
a) 14 GB
b) 28 GB
c) 56 GB
d) 112 GB""",
    "inference_api": """One server, random arrivals, service times of 20 ms on average
(exponential). The load goes from 80 to 95 percent. The mean time in the system goes
a) from 100 to 400 ms
b) from 100 to 119 ms
c) from 25 to 30 ms
d) nowhere: it is below 100 percent""",
    "experiments": """Two equal variants. You look at the p-value on ten days and stop at the
first one below 0.05. How often do you find a difference?
a) 5 percent
b) 0.5 percent
c) about 19 percent
d) about 40 percent""",
    "drift": """The joint distribution of all inputs is what it was in training; the error
has doubled.
a) the inputs have drifted
b) the relation of labels to inputs has changed
c) the model overfits
d) that is impossible""",
    "splits_metrics": """1 percent of cases are positive. The classifier finds 90 percent of
them and flags 5 percent of the negatives. Of what it flags, how much is positive?
a) 90 percent
b) 95 percent
c) about 50 percent
d) about 15 percent""",
    "bias_variance": """Training error 20 percent, validation 21, people 3. What helps most?
a) more data of the same kind
b) more regularisation
c) a richer model or better inputs
d) stopping earlier""",
    "regularization": """Adam with an L2 penalty in the loss, against AdamW with the same
strength. A weight whose gradients are large is
a) pulled to zero alike by both
b) pulled less by the penalty in the loss
c) pulled more by the penalty in the loss
d) never pulled by AdamW""",
    "gradient_descent": """A quadratic bowl has curvatures 1 and 100. Gradient descent
converges for step sizes below
a) 0.02
b) 0.01
c) 1
d) 2""",
    "backprop": """Y = X W with X [B, i] and W [i, o]; the loss has the gradient dY [B, o].
The gradient of W is
a) dY Wᵀ
b) Xᵀ dY
c) Xᵀ dY / B
d) dYᵀ X""",
    "attention": """The context doubles. Memory of the keys and values kept for decoding, and
arithmetic of all scores in one pass over the prompt, grow
a) 2 and 4 times
b) 4 and 4 times
c) 2 and 2 times
d) not at all and 4 times""",
    "language_models": """At temperature 1 one token is four times as likely as another. At
temperature 0.5 it is
a) twice as likely
b) four times
c) sixteen times
d) eight times""",
    "matrix_calculus": """The gradient of log det A with respect to an invertible A (not
symmetric) is
a) 1 / det A
b) the inverse of A
c) det A times the inverse
d) the inverse, transposed""",
    "numerics": """You add 100 million ones, one after another, in float32. The sum is
a) 100 000 000
b) 100 000 000, give or take 10
c) infinite
d) 16 777 216""",
    "training_stability": """You add up the mean gradients of 4 micro-batches and forget to
divide by 4. With Adam and no clipping the steps become
a) 4 times as large
b) 16 times as large
c) nearly the same
d) 4 times as small""",
    "reproducibility": """A scores 81.2 percent and B 81.6, one seed each. Over seeds the
standard deviation is 0.5 points. You may say:
a) nothing yet: the difference has a standard error of 0.7
b) B is better, if the test set is large
c) B is better
d) they are equal""",
    "reading_papers": """A paper's optimiser beats AdamW on five tasks. Which question first?
a) were more tasks tried?
b) did both get the same tuning?
c) is the code public?
d) were t-tests used?""",
    "coding": """The longest stretch of n non-negative numbers with a sum of at most S. The
best possible time is
a) n
b) n log n
c) n²
d) n · S""",
    "interview_loop": """Four independent rounds; you pass three with 0.9 and one with 0.5. A
weekend lifts any one of them by 0.05. Best spent on
a) any: the gain is the same
b) the round at 0.5
c) one at 0.9
d) that cannot be known""",
}
for number, (topic, item) in enumerate(ITEMS.items(), 1):
    print(f"{number}. {topic}\n{item}\n")


# %% nbgrader={"grade_id": "diagnostic", "solution": true}
def diagnostic():
    """Your answers to ITEMS.

    Returns:
        dict from each topic in ITEMS to "a", "b", "c", "d", or "?" where you would be guessing.
    """
    ### BEGIN SOLUTION
    letters = "bcdacbdcbabacddcabab"
    return dict(zip(ITEMS, letters, strict=True))
    ### END SOLUTION


# %% nbgrader={"grade_id": "diagnostic_is_answered", "grade": true}
"""Every topic has an answer, or an honest question mark."""
q = Question(diagnostic, points=5)


@q.probe(gives="")
def is_complete(f):
    """All 20 topics have one letter each, or "?"."""
    answers = f()
    if not isinstance(answers, dict):
        return "yours is no dict from topic to letter"
    missing = [topic for topic in ITEMS if topic not in answers]
    strange = [key for key in answers if key not in ITEMS]
    if missing or strange:
        return f"yours has no {missing[0]}" if missing else f"yours has {strange[0]!r}"
    bad = [topic for topic in ITEMS if str(answers[topic]).lower() not in tuple("abcd?")]
    return f"yours has {answers[bad[0]]!r} for {bad[0]}" if bad else ""


### BEGIN HIDDEN TESTS
q.hidden()


def chosen(f, topic):
    answers = f()
    return str(answers.get(topic, "")).lower() if isinstance(answers, dict) else ""


@q.probe
def item_design_estimation(f):
    """Item 1: a day has 86 400 seconds, and the peak is asked for"""
    return chosen(f, "design_estimation")


@q.probe
def item_feature_store(f):
    """Item 2: a training row may only know what was known at its own time"""
    return chosen(f, "feature_store")


@q.probe
def item_training_pipeline(f):
    """Item 3: add up the bytes of every state that training keeps for one parameter"""
    return chosen(f, "training_pipeline")


@q.probe
def item_inference_api(f):
    """Item 4: waiting grows like 1 / (1 − load), not like the load"""
    return chosen(f, "inference_api")


@q.probe
def item_experiments(f):
    """Item 5: every look is another chance to be wrong, but looks at one sum are correlated"""
    return chosen(f, "experiments")


@q.probe
def item_drift(f):
    """Item 6: a joint distribution has two factors, inputs and labels given inputs"""
    return chosen(f, "drift")


@q.probe
def item_splits_metrics(f):
    """Item 7: with few positives, a small part of the many negatives outweighs them"""
    return chosen(f, "splits_metrics")


@q.probe
def item_bias_variance(f):
    """Item 8: a small gap and a high floor are bias, which more rows leave as it is"""
    return chosen(f, "bias_variance")


@q.probe
def item_regularization(f):
    """Item 9: Adam divides a penalty's gradient by the same root as the loss's"""
    return chosen(f, "regularization")


@q.probe
def item_gradient_descent(f):
    """Item 10: each direction is multiplied by 1 − step · curvature; its size must stay below 1"""
    return chosen(f, "gradient_descent")


@q.probe
def item_backprop(f):
    """Item 11: shapes decide, and dY carries whatever the loss divides by"""
    return chosen(f, "backprop")


@q.probe
def item_attention(f):
    """Item 12: one key and one value a position are kept; scores are pairs of positions"""
    return chosen(f, "attention")


@q.probe
def item_language_models(f):
    """Item 13: dividing logits by T raises odds to the power 1 / T"""
    return chosen(f, "language_models")


@q.probe
def item_matrix_calculus(f):
    """Item 14: try A = [[1, 2], [0, 1]] by finite differences"""
    return chosen(f, "matrix_calculus")


@q.probe
def item_numerics(f):
    """Item 15: float32 has 24 bits of precision, then adding 1 changes nothing"""
    return chosen(f, "numerics")


@q.probe
def item_training_stability(f):
    """Item 16: Adam divides by the root mean square of the same gradients"""
    return chosen(f, "training_stability")


@q.probe
def item_reproducibility(f):
    """Item 17: a difference of two runs has the noise of both"""
    return chosen(f, "reproducibility")


@q.probe
def item_reading_papers(f):
    """Item 18: a comparison is as good as the effort spent on the loser"""
    return chosen(f, "reading_papers")


@q.probe
def item_coding(f):
    """Item 19: both ends of the stretch only move forward"""
    return chosen(f, "coding")


@q.probe
def item_interview_loop(f):
    """Item 20: in a product, an equal gain is worth most on the smallest factor"""
    return chosen(f, "interview_loop")


def nearest(choices, value):
    """The letter of the choice next to a computed value."""
    return min(zip("abcd", choices), key=lambda pair: abs(math.log(pair[1] / value)))[0]


def ones_in_float32():
    import numpy as np

    total = np.float32(2**24)  # up to here every whole number is exact
    return float(total + np.float32(1))


def looks(days=10, sims=4000):
    """How often some of ten looks at an A/A test is below 0.05."""
    import numpy as np

    steps = np.random.default_rng(0).standard_normal((sims, days)).cumsum(axis=1)
    return np.mean((abs(steps / np.arange(1, days + 1) ** 0.5) > 1.959964).any(axis=1))


@q.reference
def by_computing():
    flagged = 0.01 * 0.9 / (0.01 * 0.9 + 0.99 * 0.05)
    return {
        "design_estimation": nearest((14e3, 42e3, 1.2e6, 3.6e6), 1e8 * 12 / 86_400 * 3),
        "feature_store": "c",
        "training_pipeline": nearest((14, 28, 56, 112), 7 * (2 + 2 + 4 + 4 + 4)),
        "inference_api": nearest((4.0, 1.19, 1.2, 1.0), (1 - 0.8) / (1 - 0.95)),
        "experiments": nearest((0.05, 0.005, 0.19, 0.40), looks()),
        "drift": "b",
        "splits_metrics": nearest((0.9, 0.95, 0.5, 0.15), flagged),
        "bias_variance": "c",
        "regularization": "b",
        "gradient_descent": nearest((0.02, 0.01, 1, 2), 2 / 100),
        "backprop": "b",
        "attention": "a",
        "language_models": nearest((2, 4, 16, 8), 4 ** (1 / 0.5)),
        "matrix_calculus": "d",
        "numerics": nearest((1e8, 1e8 + 10, 1e300, 16_777_216), ones_in_float32()),
        "training_stability": "c",
        "reproducibility": "a",
        "reading_papers": "b",
        "coding": "a",
        "interview_loop": "b",
    }


POPULAR = dict(zip(ITEMS, "aabbaaaaabcbdbaaccba"))


@q.mistake("""These are the answers that people give in a hurry, item by item: the average for the
peak, 5 percent for ten looks, twice the cost for twice the load. That is useful to know: your plan
now counts all of them as gaps. Leave it as it is, and read the units.""")
def popular_beliefs():
    return dict(POPULAR)


@q.mistake("""All answers are the same letter. Then the plan learns nothing about you. Answer what
you know, and write "?" for the rest: nobody but you sees it.""")
def one_letter_for_all():
    return dict.fromkeys(ITEMS, "a")


@q.mistake("""Everything is "?". If that is so, the plan will treat all topics as new, which is
fine; if you only wanted to get on, take the twenty minutes: they decide where your hours go.""")
def nothing_but_question_marks():
    return dict.fromkeys(ITEMS, "?")


@q.mistake("""Your keys are the items' numbers. Use the topics as keys: "bias_variance": "c".""")
def numbers_for_topics():
    return dict(enumerate(by_computing().values(), 1))


@q.mistake("""Your answers are numbers. Write the letter of the choice: "a" to "d", or "?".""")
def positions_for_letters():
    return {topic: "abcd".index(letter) for topic, letter in by_computing().items()}


@q.mistake("""Your answers are letters in a row. Give a dict, so that nothing shifts when one is
left out: {"design_estimation": …, "feature_store": …}.""")
def letters_in_a_row():
    return list(by_computing().values())


@q.variant
def in_capitals():
    return {topic: letter.upper() for topic, letter in by_computing().items()}


@q.variant
def in_another_order():
    return dict(sorted(by_computing().items()))


q.hints(
    """There are no hints to the items: they are there to find out what you know. The visible test
wants every topic of ITEMS as a key.""",
    """{"design_estimation": "?", "feature_store": "?", …} is complete: twenty question marks.""",
    """Write what you know, "?" for the rest, press *Check my work* once, and leave it at that.""",
)
q.why("""What each item turns on: 1 divide by 86 400, then times the peak. 2 join as of the event's
time. 3 sixteen bytes a parameter. 4 time in an M/M/1 queue is service / (1 − load). 5 ten looks at
one running sum: about 0.19, less than the 0.40 of ten independent tests. 6 what is left is
p(label | input). 7 0.009 against 0.0495. 8 the floor is bias. 9 the penalty's gradient is divided
by Adam's large root; AdamW's is not. 10 2 / largest curvature. 11 any 1/B is already in dY. 12 the
cache is linear, scores are pairs. 13 odds to the power 1 / T. 14 the differential is
tr(A⁻¹ dA). 15 2²⁴ + 1 is not a float32. 16 the factor cancels between the moments, but for ε.
17 0.5 · √2. 18 the tuning of the baseline. 19 two pointers. 20 0.05 / 0.5 beats 0.05 / 0.9.

A right answer counts as known and a wrong one as missing; one item a topic is coarse, so the plan
only shifts hours by it. It never drops a stage.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Gaps, the most dangerous first (3 points, 10 minutes)
#
# With four choices, a quarter of blind guesses are right. So a right answer that you were not sure
# of is a gap too. Write `gaps(answers, key, sure)`: the topics to work on, in this order:
#
# 1. wrong, and you were **sure** (you would have said it in an interview);
# 2. wrong, and you were not sure;
# 3. `"?"`, or no answer at all;
# 4. right, and you were not sure.
#
# Within each group topics stand in the order of `key`. `key` has the right letter of each topic,
# `answers` a letter or `"?"` (topics may be missing), `sure` is the set of topics of which you were
# sure (a `"?"` stays in group 3 even there). A topic in `answers` that `key` does not have is left
# out.
#
# **Example.** With key a, b, c, d for `"w"`, `"x"`, `"y"`, `"z"`, answers `{"w": "a", "x": "c",
# "y": "?", "z": "a"}` and `sure = {"w", "z"}` it is `["z", "x", "y"]`.

# %% nbgrader={"grade_id": "gaps", "solution": true}
def gaps(answers, key, sure):
    """The topics to work on, the most dangerous first.

    Args:
        answers: dict from topic to letter or "?"; topics may be missing.
        key: dict from topic to the right letter.
        sure: set of topics.

    Returns:
        list of topics.
    """
    ### BEGIN SOLUTION
    groups = [[], [], [], []]
    for topic, right in key.items():
        answer = answers.get(topic, "?")
        if answer == "?":
            groups[2].append(topic)
        elif answer != right:
            groups[0 if topic in sure else 1].append(topic)
        elif topic not in sure:
            groups[3].append(topic)
    return sum(groups, [])
    ### END SOLUTION


# %% nbgrader={"grade_id": "gaps_come_in_the_order_of_danger", "grade": true}
"""What you were sure of and had wrong comes first; what you only guessed right comes last."""
q = Question(gaps, points=3)
FOUR = {"w": "a", "x": "b", "y": "c", "z": "d"}
q.case(
    {"w": "a", "x": "c", "y": "?", "z": "a"}, FOUR, {"w", "z"},
    gives=["z", "x", "y"],
    claim="Wrong and sure, wrong and unsure, then the question mark",
)
q.case(
    {"w": "a", "x": "b", "y": "c", "z": "d"}, FOUR, {"w", "x", "z"},
    gives=["y"],
    claim="Right without being sure is a gap: a quarter of all guesses are right",
)
q.case({}, FOUR, set(), gives=["w", "x", "y", "z"], claim="What was not answered is not known")


### BEGIN HIDDEN TESTS
q.hidden()
NINE = dict(zip(["tau", "pi", "mu", "rho", "phi", "eta", "nu", "xi", "psi"], "abcdabcda"))
q.case(
    {"tau": "b", "pi": "b", "mu": "?", "rho": "a", "phi": "a", "eta": "d", "nu": "c", "psi": "d"},
    NINE, {"rho", "pi", "psi", "phi"},
    claim="Nine topics, in the order of danger and within it of the key",
)
q.case(
    {"psi": "a", "xi": "d", "nu": "a", "eta": "?", "phi": "b", "rho": "d", "mu": "c", "pi": "c"},
    NINE, {"phi", "pi", "tau", "eta"},
    claim="The order is that of the key, not that of the answers",
)
q.case({"w": "?", "x": "?"}, FOUR, {"w", "x"}, claim="A question mark is no answer")
q.case(
    {"w": "b", "new": "a", "x": "b", "y": "c", "z": "d"}, FOUR, {"w", "x", "y", "z", "new"},
    claim="A topic without a key is left out",
)
q.case({"a": "b"}, {}, {"a"}, gives=[], claim="No key, no gaps")
q.case(dict(NINE), NINE, set(NINE), gives=[], claim="All right and all sure: no gaps")


def danger(topic, answers, key, sure):
    answer = answers.get(topic, "?")
    if answer == "?":
        return 2
    if answer == key[topic]:
        return 4 if topic in sure else 3
    return 0 if topic in sure else 1


def ranked(answers, key, sure, rank=danger, order=None):
    ranks = {topic: rank(topic, answers, key, sure) for topic in order or key}
    return sorted((t for t in ranks if ranks[t] < 4), key=ranks.get)


@q.reference
def by_a_stable_sort(answers, key, sure):
    return ranked(answers, key, sure)


@q.mistake("""Right answers that you were not sure of are missing. With four choices a quarter of
all blind guesses are right: a guess that hit is still a gap. It comes last, but it comes.""")
def lucky_guess_is_known(answers, key, sure):
    return [t for t in ranked(answers, key, sure) if answers.get(t) != key[t]]


@q.mistake("""These are the topics that are not right, in the order of the key. Two things are
missing: right answers that you were not sure of are gaps too, and the confident errors come first.
Make four groups.""")
def only_what_is_not_right(answers, key, sure):
    return [topic for topic in key if answers.get(topic) != key[topic]]


@q.mistake("""Topics without an answer are missing. Leaving an item out says the same as "?": not
known. Go through the key, not through the answers.""")
def unanswered_is_known(answers, key, sure):
    return [topic for topic in ranked(answers, key, sure) if topic in answers]


@q.mistake("""You put what you did not know before what you knew wrongly. A "?" costs a pause in an
interview; a confident error costs the round, and you would not even look it up. Sure and wrong goes
first.""")
def question_marks_first(answers, key, sure):
    return ranked(answers, key, sure, lambda *args: {2: -1}.get(danger(*args), danger(*args)))


@q.mistake("""Sure or not makes no difference among your wrong answers. What you would have said
with conviction is the more dangerous one: it goes first.""")
def sureness_ignored(answers, key, sure):
    return ranked(answers, key, sure, lambda *args: {0: 1}.get(danger(*args), danger(*args)))


@q.mistake("""Within a group your topics are sorted by name. Their order is that of the key: the
order in which the course takes them.""")
def sorted_by_name(answers, key, sure):
    return ranked(answers, key, sure, order=sorted(key))


@q.mistake("""Within a group your topics stand in the order of the answers. Go through the key: its
order is that of the course.""")
def order_of_the_answers(answers, key, sure):
    order = dict.fromkeys([*(topic for topic in answers if topic in key), *key])
    return ranked(answers, key, sure, order=order)


@q.mistake("""A "?" of which you were "sure" is among the confident errors. It is no answer: it
stays in the third group.""")
def question_mark_as_a_confident_error(answers, key, sure):
    def rank(topic, answers, key, sure):
        found = danger(topic, answers, key, sure)
        return 0 if answers.get(topic) == "?" and topic in sure else found

    return ranked(answers, key, sure, rank)


@q.variant
def four_lists(answers, key, sure):
    wrong = [t for t in key if answers.get(t, "?") not in ("?", key[t])]
    return (
        [t for t in wrong if t in sure]
        + [t for t in wrong if t not in sure]
        + [t for t in key if answers.get(t, "?") == "?"]
        + [t for t in key if answers.get(t) == key[t] and t not in sure]
    )


@q.variant
def sorted_by_pairs(answers, key, sure):
    places = {topic: place for place, topic in enumerate(key)}
    found = {(danger(topic, answers, key, sure), places[topic], topic) for topic in key}
    return tuple(topic for group, _, topic in sorted(found) if group != 4)


q.hints(
    """Every topic of the key is in one of five groups: your four, or "right and sure", which is
left out. Is each of the five cases decided?""",
    """answers = {}, key = {"w": "a"}, sure = set(): nothing was answered, so "w" is a gap.""",
    """Loop over key; answer = answers.get(topic, "?"); test for "?" first, then for wrong, then for
right but not sure; append to one of four lists and join them.""",
)
q.why("""Go through the key once and decide each topic: no answer, wrong, or right; then sure or
not. The order is about what happens in an interview. A confident error is said aloud, defended, and
remembered by the other side. It is also the most rewarding to correct: errors made with high
confidence are corrected more often after feedback than timid ones (Butterfield & Metcalfe 2001),
yet they are also the ones that come back when the correction is forgotten (Butler, Fazio & Marsh
2011). So correct them first, and repeat them.

A lucky guess is a gap by Bayes: if you know a topic with probability ½ and guess else, one right
answer in five is luck. "Sure" is what tells the two apart.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "gap_letter", "task": true, "points": 4}
# ## 6. A letter to yourself (4 points, graded by hand)
#
# Write, in the cell below this one, 150 to 220 words to yourself in four weeks:
#
# - your **target** in three lines: the role by its duties (not its title), the kind of team, the
#   level, and by when;
# - the **gap** that would stop you today: name items of your diagnostic and one piece of evidence
#   from your own past work;
# - one **bridge artefact** that you will have made by then, and why it would convince somebody who
#   doubts you: coming from a university, show work under constraints (latency, cost, users); coming
#   from software, show curiosity that lasted (a question pursued to an answer);
# - what you will **not** do, and what would make you change the plan.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or a list of topics to learn with no target.
# - **1**: a target by title and company only ("ML engineer at a large company"), gaps in general
#   words ("more maths"), no artefact.
# - **2**: the target says duties, level and date; gaps name items of the diagnostic; an artefact is
#   named, but it shows what the writer can do already, or nobody outside could judge it.
# - **3**: as 2, and the artefact fits the doubt: constraints with numbers for somebody from a
#   university, a question with an answer for somebody from software; it fits the hours of the plan;
#   something is left out on purpose.
# - **4**: as 3, and evidence against oneself is used (a confident error, a failed round, feedback
#   from somebody), and there is a test with a date that could show the plan to be wrong ("if in the
#   mock of week five I still need hints for the estimate, reading stops for a week").
#
# A level-4 answer: "By March I want a role in which I own a ranking service: 70 percent building,
# 30 percent finding out why a metric moved; mid-level, a team of five to ten. Today I would fail on
# waiting times and on memory of training: I was sure that 95 percent load is a fifth worse than 80.
# My thesis had three users; nobody will believe that I can hold a budget. So by week four I serve
# my thesis model behind a queue on a rented machine: p99 at three loads, cost per thousand
# requests, and one page on what broke. A stranger can run it with one command. That is 12 of my 40
# hours. I will not do more than four coding problems before week eight, and no new papers. In the
# mock of week four somebody times my estimate: if I need more than five minutes or a hint, I
# repeat the unit on estimation and drop the second design. If two recruiters in a row tell me that
# such teams want on-call experience, I change the target, not the letter."
# ### END MARK SCHEME

# %% [markdown]
# *Your letter: write it here, in place of this line.*
