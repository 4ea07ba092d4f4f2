"""The linter for stories: what it flags, how often it errs on good stories, what it never says."""

import pytest

from mlprep.career import (
    follow_ups,
    lint_bank,
    lint_story,
    read_stories,
    report_stories,
    sample_stories,
)
from mlprep.career.stories import BANK_FLAGS, FLAGS, PROBES, count_words

UNSEEN = """
id: printer
year: 2025
S: I maintain the quality model of a plant that prints circuit boards. Operators scrap what it
rejects.
T: A new line ran with twice the scrap of the old one, and the plant manager wanted the model off.
A: I went to the line for two shifts before I touched anything. Operators showed me that they
wiped the lens at noon, and my logs showed rejects falling at noon. I asked for one camera to be
cleaned every hour for three days, and for another to be left alone. I could have retrained on
dirty images, and I had them ready, but that would have hidden a fault that also blinds people. I
told the manager that the model was right about the picture and wrong about the board, which he
found too subtle. So I brought forty scrapped boards to his office and let him look. I wrote a
check that measures sharpness on a printed cross in the corner of each board, and stops the line
with the words "clean lens 2". I agreed with the shift leaders who may override it. I deleted my
retrained model, so that nobody would ship it by mistake.
R: Scrap fell from 6.1 % to 2.8 %, below the old line. The manager ordered the crosses for the two
other plants. I wish that I had walked down on the first day: I spent eleven days on plots.

id: merge
year: 2024
S: Two research groups at a hospital each had a segmentation model for the same scans.
T: The board wanted one of them by summer. I led the smaller group, with three people.
A: I proposed a test that either side could lose, and wrote it down before anybody ran it: 60 scans
from a third hospital, contoured by people who had worked with neither group. I gave the other
group the choice of the metric. They took the surface distance, where theirs was stronger. I said
yes, because radiologists plan with the surface. We lost by 0.4 mm. My colleagues asked for a second
metric, and I refused, since I had signed the first. I spent a week with their code, and found that
ours was better on metal implants only, in 7 of the 60. I offered these cases and our augmentation
for them rather than our model. I moved two of my people over for a quarter, and I told the third,
who had written most of our model, myself, and before the meeting. It was the worst hour of my year.
R: The joint model is in use in both hospitals, at 1.1 mm over all and 1.6 mm on implants. The third
person left two months afterwards. I would let the authors of both models write the test together,
and I have told the board so.

id: tokens
year: 2026
S: I work on the data of a 3-billion-parameter model for translation of patents.
T: Our loss stopped improving at a third of the run, with 400,000 dollars of compute to go. I was
the one on call, and the run was not mine.
A: I paused it after an hour, though the owner was asleep and could not be reached, because a paused
run can be continued and a spoiled one cannot. I compared shards by loss, and found one source at
half the loss of the others. I read 200 of its documents: claims that repeat a paragraph forty
times, which our filter on repeated lines had let through, since the paragraphs were numbered. I
weighed dropping the source against repairing it. Dropping took ten minutes, and cost us chemistry.
I wrote a filter that strips numbering before it compares, ran it over the shard, and looked at what
was lost in 300 samples: 4 were wrong. In the morning the owner was angry about the pause. I showed
her the two curves, and I asked what I should have done by her lights. She wanted a call, three
times, then a pause. I added this to the run book under her name.
R: Loss moved again within 2,000 steps, and the finished model gained 0.9 points on chemistry. I
asked for the phone numbers of owners to be in every run's config, where they have been used twice.

id: offers
year: 2025
S: At a delivery firm I own the model that says how long an order takes.
T: Sales promised restaurants a number that I could not hold: no more than 3 % of orders late.
A: I first found out what the promise was worth, by reading all 31 contracts; only 4 had a penalty.
I drew the curve of lateness against the promised time, restaurant by restaurant. I could have
padded every promise by six minutes and been done. I tried that in a replay, and orders fell by 2 %,
which costs more than the penalties. I took the curve to the head of sales and asked her to choose
the point, instead of me. She chose 5 %, and she was uneasy about the 4 contracts. I suggested that
these four get their own padding, and I built it as a table that her people edit, with the price of
each minute beside it. My team lead disliked a table in the hands of sales; I agreed to log every
change, and to take it back after a month if anything broke. I rang two of the restaurants myself.
R: Late orders went from 8.3 % to 4.9 %; no penalty has been paid in nine months. Sales changed the
table eleven times, once by mistake. I would add a second pair of eyes for edits from the start; I
added it after that mistake.

id: labels
year: 2025
S: I am the only data scientist in a team that moderates a forum for parents.
T: Moderators called my classifier unfair to posts in dialect. I was asked for a statement.
A: I asked for two weeks to find out instead. I took 500 removed posts, and asked six moderators to
judge each without the score. I was in favour of the classifier, so I asked our legal colleague to
draw the sample and to keep the key. Posts in dialect were removed wrongly twice as often: 14 % and
7 %. I looked for the cause in my features and found none; then I checked the labels, and they had
the same gap. I had learned their habit. I had to choose between a correction in the model, which I
could ship alone, and new labels, which cost moderators 90 hours. I chose the labels, for I did not
want to hide in code what people do. I presented it as my gap and theirs, in that order. Two
moderators were offended. I sat with each of them and went through ten posts, and in two I was the
one who had misread the dialect. I changed the guide with them.
R: After relabelling the rates were 7 % and 6 %, on 500 new posts. The guide has a page on dialect.
What I'd change is the first message: I wrote "unfair labels", and it took a week to repair.
"""
BASE = {
    "S": "Twenty shops ordered fish by my forecast.",
    "T": "I had to explain why much of it was thrown away in November of that year.",
    "A": "I rolled it back and I compared shops. " * 20,
    "R": "Waste fell from 11 % to 7 %. I would show a strange plot earlier to the buyers.",
    "year": 2025,
}
BAD = {
    "part_missing": {"T": ""},
    "action_short": {
        "A": "I rolled it back. " * 4,
        "R": "It fell by 7 %. I would do it now. " * 20,
    },
    "situation_long": {"S": "Twenty shops ordered fish by my forecast. " * 7},
    "we_action": {"A": "We rolled it back and compared. I agreed and we went on as before. " * 13},
    "no_outcome": {"R": "Everybody was very happy with it. I would show the plot earlier."},
    "too_short": {"A": "I rolled it back and I compared shops. " * 17},
    "too_long": {"A": "I rolled it back and I compared shops. " * 30},
    "old": {"year": 2022},
    "no_change": {"R": "Waste fell from 11 % to 7 %, and the buyers were happy with it."},
}


def names(story, this_year=2026):
    return [flag.name for flag in lint_story(story, this_year)]


@pytest.fixture
def unseen(tmp_path):
    path = tmp_path / "unseen.txt"
    path.write_text(UNSEEN, encoding="utf-8")
    return read_stories(path)


def test_the_samples_that_the_rules_were_written_with_have_no_flags():
    stories = sample_stories()
    assert [story["id"] for story in stories] == list("ABCDEFGH")
    assert {story["id"]: names(story) for story in stories} == {s["id"]: [] for s in stories}


def test_false_alarms_on_good_stories_that_the_rules_had_not_seen(unseen):
    """Measured: 3 of 5 stories, all for want of a line on what would be done differently, which
    they had in words that the first rule did not know. It was mended; so these five prove nothing
    of it any more, and the endings below measure it."""
    assert {story["id"]: names(story) for story in unseen} == {s["id"]: [] for s in unseen}
    assert len(unseen) == 5


ENDINGS = {  # written after the rule was mended, and not changed for them
    "Mistakes fell to 3 %. If I did it again, the first call would go to the warehouse.": True,
    "Mistakes fell to 3 %. My error was to ask for data before I asked who decides.": True,
    "Mistakes fell to 3 %. I'd cut the pilot to one week.": True,
    "Mistakes fell to 3 %. Since then I have put the price on page one.": True,
    "Mistakes fell to 3 %. I would leave the dashboard out altogether.": True,
    "Mistakes fell to 3 %. What I took from it: a freeze needs a date, and mine have one.": True,
    "Mistakes fell to 3 %. Looking back, the second model was vanity.": True,
    "Mistakes fell to 3 %. The template that I use today begins with the rejected option.": True,
    "Mistakes fell to 3 %. Doing it over, I would warn the night shift myself.": True,
    "Mistakes fell to 3 %. I ought to have asked Legal in May, as I did the year after.": True,
    "Mistakes fell to 3 %, and everybody was content.": False,
    "Mistakes fell to 3 %. It taught me that communication is important.": False,
}


def test_false_alarms_for_want_of_a_change():
    """Measured: 6 of 10 endings that have one are flagged. It is the weakest of the flags."""
    flagged = [text for text, has in ENDINGS.items() if has and names(BASE | {"R": text})]
    assert len(flagged) == WRONG, flagged
    assert all(names(BASE | {"R": text}) for text, has in ENDINGS.items() if not has)


WRONG = 6


@pytest.mark.parametrize("flag", BAD)
def test_each_flag_has_a_story_that_gets_it_alone(flag):
    assert names(BASE) == []
    assert names(BASE | BAD[flag]) == [flag]


def test_every_flag_is_tried_and_has_a_reason():
    assert list(BAD) == list(FLAGS)
    for flag, change in BAD.items():
        assert lint_story(BASE | change, 2026)[0].reason == FLAGS[flag]


def test_the_limits_themselves_are_fine():
    def of(action, rest):  # words in all: action + rest
        return BASE | {
            "S": "w",
            "T": "w",
            "A": "I " * action,
            "R": "7 should have " + "w " * (rest - 5),
        }

    assert [names(of(90, 90)), names(of(130, 130))] == [[], []]
    assert [names(of(90, 89)), names(of(131, 130))] == [["too_short"], ["too_long"]]
    assert names(of(99, 100)) == ["action_short"]
    assert names(BASE | {"year": 2023}) == [] and names(BASE | {"year": None}) == ["old"]


def test_what_others_said_counts_neither_as_i_nor_as_we():
    quote = ' The manager said "we, we and we, and we again, we will, we do, we can, we are".' * 6
    assert names(BASE | {"A": "I rolled it back and I compared shops. " * 12 + quote}) == []


def test_a_year_in_the_result_is_no_measured_result():
    late = BASE | {"R": "In 2024 everybody was happy, on 3 May too. I would show the plot earlier."}
    assert names(late) == ["no_outcome"]
    decided = BASE | {"R": "The board adopted it. I would show the plot earlier to the buyers."}
    assert names(decided) == []


def test_words_are_tokens_that_are_spoken():
    assert count_words("Waste fell — from 11.2 % to 7 %, I'd say.") == 8


def test_a_bank_is_flagged_for_what_all_stories_lack():
    ideal = [
        {"themes": ["failure", "conflict"]},
        {"themes": ["failure", "learning"]},
        {"themes": ["ambiguous_data", "ownership"]},
        {"themes": ["ambiguous_data", "learning"]},
        {"themes": ["conflict", "ownership"]},
    ]
    assert lint_bank(ideal) == [] and lint_bank([]) == []
    assert [f.name for f in lint_bank([{"themes": ["learning"]}])] == list(BANK_FLAGS)
    assert all(flag.reason for flag in lint_bank([{}]))


def test_follow_ups_are_five_and_grow_harder_with_what_is_told():
    bare = {"S": "x", "T": "x", "A": "x", "R": "x"}
    plain, harder = follow_ups(bare).splitlines(), follow_ups(sample_stories()[3]).splitlines()
    assert plain == [f"{n}. {probe[2]}" for n, probe in enumerate(PROBES, start=1)]
    assert harder == [f"{n}. {probe[1]}" for n, probe in enumerate(PROBES, start=1)]
    assert len(plain) == 5


def test_a_report_and_the_follow_ups_quote_nothing():
    secret = {"S": "Zanzibaria", "T": "Quuxotron", "A": "Blefuscu 73", "R": "Xylophonix", "id": "Q"}
    text = report_stories([secret, secret], 2026) + follow_ups(secret)
    assert "story 2: " in text and "too_short" in text
    for word in ("Zanzibaria", "Quuxotron", "Blefuscu", "73", "Xylophonix"):
        assert word not in text


def test_own_stories_are_read_part_by_part_or_not_at_all(tmp_path):
    path = tmp_path / "stories.txt"
    assert read_stories(path) == [] and "nothing" in report_stories([], 2026)
    path.write_text(
        "lost\n# mine\nid: fish\nyear: 2025\nthemes: failure, learn,\nA: I did\n  more.\n\nR: 7 %\n"
        "id: two\nyear: soon\n",
        encoding="utf-8",
    )
    first, second = read_stories(path)
    assert first == {
        "id": "fish",
        "S": "",
        "T": "",
        "A": "I did more.",
        "R": "7 %",
        "themes": ["failure", "learn"],
        "year": 2025,
    }
    assert second["year"] is None and sorted(tmp_path.iterdir()) == [path]
