"""The eighteen patterns of coding rounds: the one place where they are named.

PATTERNS["sliding window"].cue        the words of a statement that point to it
PATTERNS["sliding window"].asks       the question whose "yes" makes it right
of_question(unit, name)               the pattern of a graded question, or ""
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pattern:
    """One pattern.

    unit: which unit practises it. cue: what a statement says. asks: the question to ask before it
    is used; if the answer is no, it is wrong. cost: usual time for n items.
    """

    unit: str
    cue: str
    asks: str
    cost: str


SEQUENCES, TREES, TABLES = "coding_sequences", "coding_trees", "coding_tables"
PATTERNS = {
    "hashing": Pattern(
        SEQUENCES,
        "seen before, count, group, pair in an unsorted list, a sum of exactly t with any signs",
        "Which key would make two items that belong together equal?",
        "n",
    ),
    "two pointers": Pattern(
        SEQUENCES,
        "sorted, pair, merge, from both ends, in place",
        "Which end can never be part of a better answer, and may be dropped?",
        "n",
    ),
    "sliding window": Pattern(
        SEQUENCES,
        "longest or shortest contiguous run within a limit",
        "If a window breaks the limit, does every longer one with the same start break it too?",
        "n",
    ),
    "stack": Pattern(
        SEQUENCES,
        "nested, matching, next greater or smaller, undo",
        "Which waiting items does the new one settle, so that they are never asked again?",
        "n",
    ),
    "binary search": Pattern(
        SEQUENCES,
        "sorted, first that, smallest size for which, largest that still fits",
        "Is the answer no, …, no, yes, …, yes along the axis?",
        "log n",
    ),
    "linked list": Pattern(
        SEQUENCES,
        "constant-time move or removal, least recently used, order of use, next references",
        "Which references change, and is the last holder of a node still known?",
        "1 a move",
    ),
    "trees": Pattern(
        TREES,
        "parent, child, depth, ancestor, split",
        "What must a subtree tell its parent so that nothing else is needed of it?",
        "n",
    ),
    "tries": Pattern(
        TREES,
        "prefix, longest match in a vocabulary, many words at once",
        "Do the words share beginnings, and does the query read from its start?",
        "length",
    ),
    "heap": Pattern(
        TREES,
        "k largest of a stream, merge k lists, always the cheapest next",
        "Is only the extreme needed, again and again, while items come and go?",
        "n log k",
    ),
    "backtracking": Pattern(
        TREES,
        "list all, every combination, any arrangement under constraints",
        "Can a partial choice be seen to be hopeless before it is complete?",
        "output or 2^n",
    ),
    "graphs": Pattern(
        TREES,
        "depends on, reachable, connected, fewest steps, cycle, order of tasks",
        "What is a node, what is an edge, and when is a node marked as seen?",
        "n + m",
    ),
    "advanced graphs": Pattern(
        TREES,
        "cheapest route with costs, connect all at least cost",
        "Are all costs at least 0, so that the nearest open node is final?",
        "m log n",
    ),
    "1-D DP": Pattern(
        TABLES,
        "count the ways, best total along a line, cut a sequence at least cost",
        "What of the first i items must be known to go on, and nothing else?",
        "n to n²",
    ),
    "2-D DP": Pattern(
        TABLES,
        "two sequences against each other, items and a budget",
        "Is the state a pair of prefixes (or a prefix and what is left)?",
        "n m",
    ),
    "greedy": Pattern(
        TABLES,
        "fewest or most, in the given order, take while it fits",
        "Can the first step of any best answer be exchanged for mine at no loss?",
        "n, or n log n to sort",
    ),
    "intervals": Pattern(
        TABLES,
        "start and end, overlap, merge, calendar, busy",
        "Sorted by start, does the new one touch the last kept one?",
        "n log n",
    ),
    "maths and geometry": Pattern(
        TABLES,
        "rotate, overlap of boxes, digits, divisors",
        "Is there a formula for where one item goes?",
        "n, or 1",
    ),
    "bits": Pattern(
        TABLES,
        "flags, subsets of few items, parity, each appears twice, binary codes",
        "Which operation on all bits at once does what the loop would do?",
        "words",
    ),
}
NAMES = tuple(PATTERNS)
QUESTIONS = {  # the graded questions of each unit, two a pattern; practice does not name them
    SEQUENCES: {
        "duplicate_groups": "hashing",
        "merge_top_k": "two pointers",
        "admitted": "sliding window",
        "first_unmatched": "stack",
        "largest_batch": "binary search",
        "rowcache": "linked list",
        "steps_until_worse": "stack",
        "leaked_tokens": "hashing",
        "resume_loop": "linked list",
        "best_pair": "two pointers",
        "highest_threshold": "binary search",
        "longest_calm": "sliding window",
    },
    TREES: {
        "dead_nodes": "trees",
        "tokenize": "tries",
        "hardest": "heap",
        "allowed_configs": "backtracking",
        "run_order": "graphs",
        "cheapest_route": "advanced graphs",
        "pruned_leaves": "trees",
        "redact": "tries",
        "window_medians": "heap",
        "place_models": "backtracking",
        "spread_labels": "graphs",
        "cheapest_cover": "advanced graphs",
    },
    TABLES: {
        "place_checkpoints": "1-D DP",
        "align_words": "2-D DP",
        "pair_windows": "greedy",
        "merge_outages": "intervals",
        "turn_boxes": "maths and geometry",
        "near_pairs": "bits",
        "snapshot_minutes": "greedy",
        "cheapest_pieces": "1-D DP",
        "gpu_calendar": "intervals",
        "bloom_filter": "bits",
        "aligned_distance": "2-D DP",
        "covered_area": "maths and geometry",
    },
}


def of_question(unit: str, name: str) -> str:
    """The pattern of a graded question of the coding units, or ""."""
    return QUESTIONS.get(unit, {}).get(name, "")
