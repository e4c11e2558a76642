"""`make bench`: import, re-import and drift over many policies, beside DeepDiff over the same pairs."""

import argparse
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from deepdiff import DeepDiff

from bench.policies import Mix, pairs, write_exports


def main() -> None:
    """Measure each step in its own process and print the figures with the ratios asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--policies", type=int, default=20_000, help="policies in each export")
    parser.add_argument("--peer-pairs", type=int, default=300, help="pairs that DeepDiff really compares")
    parser.add_argument("--folder", type=Path, help="where exports and data go; default: the system's place")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=wanted.folder) as folder:
        _report(Path(folder), wanted.policies, wanted.peer_pairs)


def _report(folder: Path, count: int, peer_pairs: int) -> None:
    mix = Mix()
    before, after = write_exports(folder, count, mix)
    sizes = [path.stat().st_size for path in before.rglob("*.json")]
    print(f"{len(sizes):,} policies of {sum(sizes) / len(sizes):,.0f} bytes a side, {mix}")
    data = folder / "data"
    _stage("prepare", data)
    first = _stage("import", data, str(before))
    _imported("first import", len(sizes), first)
    _imported("unchanged re-import", len(sizes), _stage("import", data, str(before)))
    changed = _stage("import", data, str(after))
    _imported("changed import", len(sizes), changed)
    drift = _stage("drift", data, str(first["run"]), str(changed["run"]))
    print(_line("drift.generate", drift), drift["summary"]["findings"])
    peer = _peer_seconds(count, mix, peer_pairs)
    print(f"DeepDiff             {peer:8.2f} s   extrapolated from {peer_pairs} of {count:,} pairs")
    print(f"drift.generate is {peer / drift['seconds']:,.0f} x faster")


def _stage(step: str, data: Path, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.stage", step, str(data), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return orjson.loads(done.stdout) if done.stdout else {}


def _imported(label: str, count: int, measured: dict[str, Any]) -> None:
    print(_line(label, measured), f"{count / measured['seconds']:,.0f} policies/s")


def _line(label: str, measured: dict[str, Any]) -> str:
    return f"{label:<20} {measured['seconds']:8.2f} s   peak {measured['peak_mb']:4.0f} MB  "


def _peer_seconds(count: int, mix: Mix, wanted: int) -> float:
    """What DeepDiff with `ignore_order` needs for all pairs, judged by an even sample of them."""
    sample = list(islice(pairs(count, mix), 0, count, max(count // wanted, 1)))
    began = time.perf_counter()
    for old, new in sample:
        DeepDiff(old or {}, new or {}, ignore_order=True)
    return (time.perf_counter() - began) / len(sample) * count


if __name__ == "__main__":
    main()
