"""What is not calibrated, and which rates lie outside the band, each with its reason."""

from __future__ import annotations

# <folder>/<audit> → why it has no world
SAME = "the file of an audit of texts that is run on halves, over other records: what is said of that one holds here"
UNCALIBRATED: dict[str, str] = {
    "instruction/output_compression": SAME,
    "instruction/output_detector": SAME,
    "instruction/output_distinct_ngrams": SAME,
    "instruction/output_duplicates": SAME,
    "instruction/output_self_repetition": SAME,
    "simulation/turn_compression": SAME,
    "simulation/turn_distinct_ngrams": SAME,
    "simulation/turn_duplicates": SAME,
    "simulation/turn_self_repetition": SAME,
}

# (<folder>/<audit>, metric or "", world or "") → why its rate may lie outside 0.02–0.07; "" stands for any
EXCEPTIONS: dict[tuple[str, str, str], str] = {
    (
        "label/minority_match",
        "minority_match",
        "unequal",
    ): "the interval covers 0.88: the share is 0.08 of 60 items, and of so few a bootstrap makes too short an interval",
}
