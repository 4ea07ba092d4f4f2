"""The invented papers: every place has a name, and their numbers agree except where a fault is."""

import math

import pytest

from mlprep.reading import paper, papers


def number(name, place):
    return float(paper(name).places[place].split(" ± ")[0])


def possible(printed, total):
    """Whether a count out of `total` may be printed as this per cent, with one decimal."""
    near = round(printed * total / 100)
    return any(abs(100 * k / total - printed) <= 0.05 + 1e-9 for k in range(near - 1, near + 2))


def test_every_sentence_and_cell_has_a_place_and_is_printed():
    assert list(papers()) == list("ABCDE")
    for name, one in papers().items():
        sentences = [place for place in one.places if "/" not in place]
        assert sentences == [f"{name}{i}" for i in range(1, len(sentences) + 1)]
        assert sentences == [place for _, names in one.sections for place in names]
        assert len(sentences) >= 11 and len(one.places) > len(sentences)
        assert max(map(len, one.text().splitlines())) <= 92
        text = " ".join(one.text().split())
        for place in sentences:
            assert f"[{place}] {one.places[place]}" in text
        assert all(cell in text for cell in one.places.values())


def test_sections_are_found_by_a_part_of_their_heading():
    assert paper("A").sentences("Limits") == ["A19", "A20", "A21"]
    assert paper("B").sentences("Abstract") == ["B1", "B2", "B3"]
    assert paper("B").sentences("Nowhere") == []
    with pytest.raises(ValueError, match="A, B, C, D, E. Got 'Z'"):
        paper("Z")


def test_the_numbers_of_paper_a_agree():
    assert 3 * 3000 == 9000 == 7200 + 900 + 900 and 3 * 120 == 360 == 0.04 * 9000
    gain = number("A", "T1/NS/AP") - number("A", "T1/plain/AP")
    assert gain == pytest.approx(7.5) == pytest.approx((6.3 + 8.7) / 2)
    sd = 1.2 / 2.776 * math.sqrt(5)  # of the differences, from the interval
    assert abs(0.9 - 0.8) - 0.1 < sd < 0.9 + 0.8
    for row in ("plain", "LS", "NS"):  # 36 cracked frames, five seeds
        assert possible(number("A", f"T2/{row}/recall at 5 % false alarms"), 5 * 36)


def test_the_numbers_of_paper_b_agree():
    low, high = number("B", "T1/LW/perplexity"), number("B", "T1/LIN/perplexity")
    assert round(100 * (high - low) / high, 1) == 6.1 and 2**6 / 64 == 1
    assert 6 * 1.2e8 * 2.4e9 / (9 * 3600) < 1e14  # a run in 9 hours is possible
    assert 1.4 <= high - low <= 1.6 and 25.2 - 23.8 == pytest.approx(1.4)


def test_the_numbers_of_paper_c_agree_and_hide_a_loss_on_rare_queries():
    assert 48_000 * 3 / 30 == 4800 and 0.32 * 6 == pytest.approx(1.92)
    share = 1250 / 4800
    rare = {}
    for row in ("TT", "RH"):
        whole, frequent = (number("C", f"T1/{row}/{part}") for part in ("all", "frequent"))
        steps = [(i, j) for i in (-0.05, 0.05) for j in (-0.05, 0.05)]
        ends = [(whole + i - (1 - share) * (frequent + j)) / share for i, j in steps]
        rare[row] = min(ends), max(ends)
    assert rare["RH"][1] < rare["TT"][0]  # whatever the rounding
    assert sum(rare["RH"]) / 2 == pytest.approx(34.8, abs=0.06)
    assert sum(rare["TT"]) / 2 == pytest.approx(35.8, abs=0.06)
    gains = (
        number("C", "T1/RH/frequent") - number("C", "T1/TT/frequent"),
        number("C", "T2/RH/recall@100, rare") - number("C", "T2/TT/recall@100, rare"),
    )
    assert gains == (pytest.approx(2.1), pytest.approx(9.4))


def test_the_numbers_of_paper_d_agree_but_for_the_chosen_seeds():
    scores = {
        row: [number("D", f"T1/{row}/seed {i}") for i in range(1, 6)] for row in ("baseline", "RWF")
    }
    mean = {row: sum(x) / 5 for row, x in scores.items()}
    assert round(mean["baseline"], 1) == number("D", "T1/baseline/mean")
    sd = math.sqrt(sum((x - mean["baseline"]) ** 2 for x in scores["baseline"]) / 4)
    assert round(sd, 1) == 0.4
    assert round(mean["RWF"], 1) == 91.7
    assert round(sum(sorted(scores["RWF"])[2:]) / 3, 1) == number("D", "T1/RWF/mean")
    assert 30 * 0.6 + 45 == 63 and 1280 + 160 + 160 == 1600
    frequent = [(5 * mean[row] - rare) / 4 for row, rare in (("baseline", 83.4), ("RWF", 86.0))]
    assert round(frequent[0] - frequent[1], 1) == 0.2  # D17; with 92.1 they would gain


def test_the_numbers_of_paper_e_agree_but_for_one_impossible_cell():
    tables = ("heart", "wine", "soil", "loans")
    for method in ("MLP", "trees", "ER"):
        cells = [number("E", f"T1/{row}/{method}") for row in tables]
        assert round(sum(cells) / 4, 1) == pytest.approx(
            number("E", f"T1/mean/{method}"), abs=0.051
        )
        for row, cell in zip(tables, cells, strict=True):
            rows = int(number("E", f"T1/{row}/test rows"))
            assert possible(cell, 3 * rows) is ((row, method) != ("heart", "ER"))
        for seed in (1, 2, 3):
            assert possible(number("E", f"T2/{method}/seed {seed}"), 400)
    cut = (84.9 - 80.9) / (100 - 80.9)
    assert round(100 * cut) == 21 and round((0.9 / 0.04) ** (1 / 0.3), -3) == 32_000
