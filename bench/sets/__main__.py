"""`make bench-sets`: adding policies to a set, beside a bare loop; exported sets, as IntuneCD reads them."""

import argparse
import os
import tempfile
from pathlib import Path
from statistics import median

from bench.policies import Mix, write_exports
from bench.runs.deployment import Deployment, deployed
from bench.sets.adding import bare, import_policies, tracked
from bench.sets.intunecd import differences
from bench.took import Took

KINDS = {"sqlite": "sqlite", "postgresql": "postgresql alone"}
SAME = Mix(changed=0, added=0, removed=0)


def main() -> None:
    """Measure both databases in one go and print a table."""
    parser = argparse.ArgumentParser(prog="make bench-sets", description=__doc__)
    parser.add_argument("--policies", type=int, default=10_000, help="policies added at once")
    parser.add_argument("--times", type=int, default=5, help="measurements, each into a new set")
    parser.add_argument("--kinds", nargs="*", default=[*KINDS], choices=[*KINDS])
    wanted = parser.parse_args()
    for kind in wanted.kinds:
        with tempfile.TemporaryDirectory() as folder:
            export, _ = write_exports(Path(folder), wanted.policies, SAME)
            with deployed(KINDS[kind], Path(folder), without=()) as deployment:
                sync_run_id = import_policies(deployment, str(export))
                print(f"\n{kind}: {wanted.policies:,} policies, medians of {wanted.times}")
                _report(deployment, sync_run_id, wanted.policies, wanted.times)
    print("\nIntuneCD-startcompare over each backup and the export of a set of all its policies")
    for name, said in differences():
        print(f"  {name:<16} {said}", flush=True)


def _report(deployment: Deployment, sync_run_id: int, count: int, times: int) -> None:
    # In turns, so that what else the machine does touches both.
    pairs = [
        (tracked(deployment, sync_run_id, f"tracked {turn}"), bare(deployment, sync_run_id, f"bare {turn}"))
        for turn in range(times)
    ]
    tracked_all, bare_all = zip(*pairs, strict=True)
    _line("backup_set.add_policies", tracked_all, count)
    _line("bare rows in batches", bare_all, count)
    ratio = median(one.seconds / other.seconds for one, other in pairs)
    print(
        f"  {ratio:.2f} x the time of the bare rows; load of the machine {os.getloadavg()[0]:.1f}", flush=True
    )


def _line(label: str, measured: tuple[Took, ...], count: int) -> None:
    seconds, processor = (median(side) for side in zip(*measured, strict=True))
    fastest = min(one.seconds for one in measured)
    print(
        f"  {label:<24} {seconds:6.2f} s {count / seconds:8,.0f} items/s, best {count / fastest:8,.0f}; "
        f"processors {processor:5.2f} s {count / processor:8,.0f} items/s"
    )


if __name__ == "__main__":
    main()
