"""`make bench-runs`: what a tracked run costs beside a bare Huey task and a bare ledger, on each backend."""

import argparse
import tempfile
from pathlib import Path
from statistics import median

from bench.runs import latency
from bench.runs.deployment import KINDS, Deployment, deployed
from bench.runs.items import bare_seconds, tracked_seconds
from bench.runs.peers import PEERS


def main() -> None:
    """Measure every kind of deployment in one go and print figures and ratios."""
    parser = argparse.ArgumentParser(prog="make bench-runs", description=__doc__)
    parser.add_argument("--items", type=int, default=10_000, help="items of one run")
    parser.add_argument("--runs", type=int, default=200, help="no-op runs for each figure")
    parser.add_argument("--kinds", nargs="*", default=KINDS, choices=KINDS)
    wanted = parser.parse_args()
    for kind in wanted.kinds:
        with tempfile.TemporaryDirectory() as folder, deployed(kind, Path(folder)) as deployment:
            print(f"\n{kind}")
            _items(deployment, wanted.items)
            _runs(deployment, wanted.runs)
    _peers(wanted.runs)


def _items(deployment: Deployment, count: int) -> None:
    pairs = [
        (tracked_seconds(deployment, count, mark), bare_seconds(deployment, count, mark)) for mark in range(5)
    ]
    tracked, bare = (median(side) for side in zip(*pairs, strict=True))
    ratio = median(one / other for one, other in pairs)
    print(f"  {count:,} no-op items  {tracked:6.2f} s   bare ledger {bare:6.2f} s   {ratio:4.2f} x")


def _runs(deployment: Deployment, count: int) -> None:
    with latency.working(deployment, "tracked") as worker:
        share = latency.idle_share(worker)
        middle, late = latency.pick_up(deployment, count)
        alone, at_once = latency.tracked_alone(deployment, count), latency.tracked_at_once(deployment, count)
    huey, nothing = latency.open_bare(deployment)
    with latency.working(deployment, "bare"):
        bare_alone = latency.bare_alone(huey, nothing, count)
        bare_at_once = latency.bare_at_once(huey, nothing, count)
    huey.storage.flush_all()
    print(f"  idle worker        {share:6.1%} of a core")
    print(f"  start to claim     {middle:6.1f} ms median, {late:.1f} ms at the 95th percentile")
    _beside("one no-op at a time", alone, bare_alone)
    _beside(f"{count} no-ops at once", at_once, bare_at_once)


def _peers(count: int) -> None:
    print("\nothers on redis")
    for peer in PEERS:
        with peer.working():
            alone, at_once = latency.peer_alone(peer, count), latency.peer_at_once(peer, count)
        print(
            f"  {peer.name:<10} one no-op at a time {alone:6.1f} ms   {count} at once {at_once:6.1f} ms each"
        )


def _beside(label: str, tracked: float, bare: float) -> None:
    print(f"  {label:<18} {tracked:6.1f} ms   bare Huey {bare:6.1f} ms   {tracked / bare:4.2f} x")


if __name__ == "__main__":
    main()
