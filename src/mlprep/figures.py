"""How figures look in the lessons: small, labelled, legible without colour.

    figures.use_style()                                     once, in the import cell
    left, right = figures.panels("Fit", "Error", xlabel="x", ylabel=("y", "MSE"))
    plt.show()

Lines differ in lightness *and* in dash, so that a grey print can be read.
"""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

MAX_INCHES = (6.0, 3.5)
INK, BLUE, ORANGE, SAND = "#16162e", "#2b6cb0", "#dd7a3b", "#d3b15f"
COLOURS = (INK, BLUE, ORANGE, SAND)  # dark to light
DASHES = ("-", (0, (5, 1.6)), (0, (1, 1.3)), (0, (6, 1.5, 1, 1.5)))
STYLE = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelsize": 8.5,
    "axes.prop_cycle": cycler(color=COLOURS) + cycler(linestyle=DASHES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9,
    "figure.constrained_layout.use": True,
    "figure.dpi": 110,
    "figure.figsize": (6.0, 3.2),
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same glyphs everywhere
    "font.size": 8.5,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "lines.linewidth": 1.6,
    "lines.markersize": 4,
    "savefig.dpi": 110,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}


def use_style() -> None:
    """Every figure made from here on has the course's look, whatever was set before."""
    plt.rcdefaults()
    plt.rcParams.update(STYLE)


def panels(
    *titles: str,
    xlabel: str | tuple[str, ...],
    ylabel: str | tuple[str, ...],
    size: tuple[float, float] = (6.0, 3.0),
    log: str = "",
    **share: bool,
) -> list[Axes]:
    """A row of axes, one a title, none without labels.

    Args:
        titles: one for each panel; what the panel shows, in a few words.
        xlabel: quantity and unit; one string for all panels, or one a panel.
        ylabel: the same; with `sharey=True` only the first panel shows it.
        size: width and height in inches, at most MAX_INCHES.
        log: which axes are logarithmic: "", "x", "y" or "xy".
        share: `sharex`, `sharey`, as in `plt.subplots`.

    Raises:
        ValueError: the figure is too large for a page, labels are missing, or `log` is unknown.
    """
    if log not in ("", "x", "y", "xy"):
        raise ValueError(f"panels: log must be '', 'x', 'y' or 'xy'. Got {log!r}.")
    if size[0] > MAX_INCHES[0] or size[1] > MAX_INCHES[1]:
        raise ValueError(
            f"panels: a figure is at most {MAX_INCHES[0]} by {MAX_INCHES[1]} in. Got {size}."
        )
    xlabels, ylabels = (
        (label,) * len(titles) if isinstance(label, str) else tuple(label)
        for label in (xlabel, ylabel)
    )
    if not titles or {len(xlabels), len(ylabels)} != {len(titles)}:
        raise ValueError(
            f"panels: every panel needs a title and two labels. Got {len(titles)} titles, "
            f"{len(xlabels)} x labels, {len(ylabels)} y labels."
        )
    _, grid = plt.subplots(1, len(titles), figsize=size, squeeze=False, **share)
    axes = list(grid[0])
    for i, (ax, title) in enumerate(zip(axes, titles, strict=True)):
        ax.set(title=title, xlabel=xlabels[i], **{f"{axis}scale": "log" for axis in log})
        if i == 0 or not share.get("sharey"):
            ax.set_ylabel(ylabels[i])
    return axes


def plain_ticks(axis: Axis, values: Sequence[float]) -> None:
    """Ticks at `values` only, written as plain numbers: 80, not 8×10¹, on a log axis too.

    Call it after the scale is set; setting a scale resets the ticks.
    """
    axis.set_major_locator(FixedLocator(list(values)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_locator(NullLocator())
