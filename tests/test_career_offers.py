"""The linters for replies and e-mails about money: what they flag, and what they never say."""

import pytest

from mlprep.career.offers import EMAIL_FLAGS, REPLY_FLAGS, lint_email, lint_reply, report

GOOD_REPLIES = (
    "I'd rather settle first whether I fit the level that you have in mind. Which one is it?",
    "Happy to talk about pay once the scope is clear. Could you share the band for this role?",
    "For now I care most about the team and the problem. What is budgeted for the position?",
)
GOOD_EMAIL = """Thank you for the offer, and for the day with the team. I would like to join. Could
the sign-on be raised by the bonus that I leave behind, because it is paid in March? If I know by
Friday, I can sign on Monday."""


@pytest.mark.parametrize("text", GOOD_REPLIES)
def test_good_replies_have_no_flags(text):
    assert lint_reply(text) == {}


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("I make 180k now.", {"amount", "current_pay", "no_fit", "no_question"}),
        ("High two hundreds for this level, is that in the band?", {"amount"}),
        ("What level? In euros, please.", {"currency"}),
        ("Something north of the band for my level. What is it?", {"range"}),
        ("Let us talk about that later.", {"no_fit", "no_question"}),
        ("", set()),
    ],
)
def test_replies_are_flagged(text, flags):
    assert set(lint_reply(text)) == flags


def test_a_good_email_has_no_flags():
    assert lint_email(GOOD_EMAIL) == {}


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        (lambda t: t + " and more" * 100, "too_long"),
        (lambda t: t.replace("Could", "Should").replace("?", ".").replace("would", "do"), "no_ask"),
        (lambda t: t + " And a desk?", "many_asks"),
        (lambda t: t.replace("because it is", "which is"), "no_reason"),
        (lambda t: t.replace("Thank you for", "I have"), "no_thanks"),
        (lambda t: t.replace("Friday", "then").replace("Monday", "sight"), "no_date"),
    ],
)
def test_emails_are_flagged(change, flag):
    assert list(lint_email(change(GOOD_EMAIL))) == [flag]


def test_every_flag_has_a_reason_and_a_report_quotes_nothing(tmp_path):
    own = tmp_path / "own.txt"
    own.write_text("I earn 123456 zlotys.\n---\n" + GOOD_REPLIES[0])
    text = report(own, lint_reply)
    assert "123456" not in text and "zlotys" not in text
    assert "text 1: 4 to look at" in text and "text 2: no flags" in text
    assert REPLY_FLAGS["amount"] in text and len(EMAIL_FLAGS) == 6
    assert report(tmp_path / "none.txt", lint_email) == "No file: nothing to say."
