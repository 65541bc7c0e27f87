"""Print the table of docs/sensitivity.md: ``python -m tests.sensitivity [studies]``."""

from __future__ import annotations

import sys

from tests.sensitivity.grids import GRIDS
from tests.sensitivity.test_between import simulate


def main(studies: int) -> None:
    """Simulate every grid, and print a row as it is done."""
    print("| prompts | covers a new prompt | its width | covers τ | p ≤ 0.05 | all variants hold | spread holds |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, grid in GRIDS.items():
        found = simulate(grid, studies, seed=2)
        tau = f"{found.tau:.3f}" if len(grid.shape) == 1 else ""
        rates = [f"{rate:.3f}" for rate in (found.p, found.tried, found.spread)]
        shown = [f"{found.new:.3f}", f"{found.width:.2f}", tau, *rates]
        print(f"| {name} | {' | '.join(shown)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
