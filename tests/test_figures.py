"""Figures of the lessons: small, labelled, legible without colour, the same bytes each time."""

import io
from itertools import pairwise

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.colors import to_rgb

from mlprep import figures


@pytest.fixture(autouse=True)
def style():
    """The course's style during a test, matplotlib's own after it."""
    figures.use_style()
    yield
    plt.close("all")
    plt.rcdefaults()


def lightness(colour):
    """CIE L* (0 black, 100 white): what is left of a colour on a grey print."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    y = linear @ [0.2126, 0.7152, 0.0722]
    return 116 * np.cbrt(y) - 16 if y > 0.008856 else 903.3 * y


def png():
    """The bytes of one figure, drawn from scratch."""
    (ax,) = figures.panels("A line", xlabel="x (s)", ylabel="y (m)")
    ax.plot([0, 1, 2], [1, 3, 2], label="data")
    ax.legend()
    buffer = io.BytesIO()
    ax.figure.savefig(buffer, format="png")
    return buffer.getvalue()


def test_lines_can_be_told_apart_on_a_grey_print():
    """Neighbouring colours differ by 12 L* at least, none is too pale, no dash comes twice."""
    levels = [lightness(colour) for colour in figures.COLOURS]
    assert all(b - a >= 12 for a, b in pairwise(levels)), levels
    assert levels[-1] < 80, "the lightest line drowns in the white page"
    assert len(set(figures.DASHES)) == len(figures.COLOURS) >= 4


def test_the_style_replaces_what_was_set_before():
    """A figure does not depend on the reader's own matplotlib settings."""
    plt.rcParams["axes.facecolor"] = "black"
    figures.use_style()
    assert plt.rcParams["axes.facecolor"] == "white"
    assert plt.rcParams["axes.grid"] is True


def test_a_figure_is_the_same_bytes_each_time_and_small():
    """Otherwise notebooks drift in git though nothing changed."""
    first = png()
    figures.use_style()
    assert first == png()
    assert len(first) < 40_000


def test_every_panel_is_labelled():
    """Titles and labels land on their own panels."""
    left, right = figures.panels("L", "R", xlabel=("t (s)", "n"), ylabel="error")
    assert [ax.get_title(loc="left") for ax in (left, right)] == ["L", "R"]
    assert [ax.get_xlabel() for ax in (left, right)] == ["t (s)", "n"]
    assert [ax.get_ylabel() for ax in (left, right)] == ["error", "error"]


def test_a_shared_axis_is_labelled_once():
    """The y label stands at the left edge only."""
    left, right = figures.panels("L", "R", xlabel="x", ylabel="error", sharey=True)
    assert (left.get_ylabel(), right.get_ylabel()) == ("error", "")


def test_ticks_of_a_log_axis_are_plain_numbers():
    """A reader sees 0.5, 8 and 640, and nothing between them."""
    (ax,) = figures.panels("T", xlabel="width", ylabel="error", log="x")
    ax.plot([0.5, 640], [1, 2])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")
    figures.plain_ticks(ax.xaxis, (0.5, 8, 640))
    ax.figure.canvas.draw()
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0.5", "8", "640"]
    assert not len(ax.get_xticklabels(minor=True))


@pytest.mark.parametrize(
    ("titles", "options", "says"),
    [
        (("T",), {"size": (7.0, 3.0)}, "at most 6.0 by 3.5 in"),
        (("T",), {"size": (6.0, 4.0)}, "at most 6.0 by 3.5 in"),
        (("L", "R"), {"xlabel": ("x",)}, "1 x labels"),
        ((), {}, "0 titles"),
        (("T",), {"log": "z"}, "log must be '', 'x', 'y' or 'xy'. Got 'z'"),
    ],
)
def test_a_wrong_call_says_what_must_hold(titles, options, says):
    """Name, rule, got."""
    with pytest.raises(ValueError, match=says):
        figures.panels(*titles, **{"xlabel": "x", "ylabel": "y", **options})
