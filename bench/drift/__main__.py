"""`make bench-drift`: drift at a constant number of changes, over inventories of many sizes."""

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.drift.generation import generate
from bench.drift.seed import seed
from bench.runs.deployment import Deployment, deployed
from bench.took import Took, measured

KINDS = {"sqlite": "sqlite", "postgresql": "postgresql alone"}


class Case(NamedTuple):
    """An inventory of so many policies, so many of which differ between its two syncs."""

    policies: int
    changed: int


SHARE = Case(100_000, 2_000)  # 2 % changed


def main() -> None:
    """Print a table for each database: sizes with the same number of changes, then 2 % of 100,000."""
    parser = argparse.ArgumentParser(prog="make bench-drift", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 500_000])
    parser.add_argument("--changed", type=int, default=1_000, help="policies that differ, whatever the size")
    parser.add_argument("--times", type=int, default=7, help="measurements of each case")
    parser.add_argument("--kinds", nargs="*", default=[*KINDS], choices=[*KINDS])
    wanted = parser.parse_args()
    cases = [*(Case(size, wanted.changed) for size in wanted.sizes), SHARE]
    for kind in wanted.kinds:
        with _seeded(kind, cases) as deployments:
            _report(kind, cases, deployments, wanted.times)


@contextmanager
def _seeded(kind: str, cases: Sequence[Case]) -> Iterator[list[Deployment]]:
    """A deployment for each case, all at once, so that they can be measured in turns."""
    with ExitStack() as stack:
        deployments = []
        for case in cases:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            deployment = stack.enter_context(deployed(KINDS[kind], folder, without=()))
            seed(deployment.tenant, *case)
            deployments.append(deployment)
        yield deployments


def _report(kind: str, cases: Sequence[Case], deployments: Sequence[Deployment], times: int) -> None:
    print(
        f"\n{kind}: one generation, medians of {times} in turns; the first has to insert every finding\n"
        "  policies  changed     first   again  changes/s  processors  changes/s"
    )
    # In turns, so that what else the machine does touches all of them.
    turns = [[_took(*pair) for pair in zip(deployments, cases, strict=True)] for _ in range(times + 1)]
    for case, (first, *again) in zip(cases, zip(*turns, strict=True), strict=True):
        seconds, processor = (median(side) for side in zip(*again, strict=True))
        print(
            f"{case.policies:>10,} {case.changed:>8,} {first.seconds:>7.2f} s {seconds:>5.2f} s"
            f" {case.changed / seconds:>10,.0f} {processor:>9.2f} s {case.changed / processor:>10,.0f}"
        )
    sizes = [(turn[-2], turn[0]) for turn in turns[1:]]
    ratios = [median(most[side] / fewest[side] for most, fewest in sizes) for side in range(2)]
    print(
        f"  {cases[-2].policies:,} to {cases[0].policies:,} policies: {ratios[0]:.2f} x the time,"
        f" {ratios[1]:.2f} x of processors; load of the machine {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def _took(deployment: Deployment, case: Case) -> Took:
    with deployment.app.app_context():
        return measured(lambda: generate(deployment.tenant, case.changed))


if __name__ == "__main__":
    main()
