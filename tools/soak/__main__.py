"""`make soak MINUTES=10`: prints what happened; fails if anything was lost, doubled or stuck."""

import argparse
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tools.servers import PostgresServer, RedisServer
from tools.soak import figures
from tools.soak.chaos import Chaos
from tools.soak.deployment import Deployment

LONGEST_DRAIN = 300.0  # seconds; a ring lost several times in a row is repeated after some minutes
GRACE = 60  # seconds the starter may take to end
SHOWN = 24  # width of a figure's name


def soak(minutes: float, seed: int) -> bool:
    """Start runs and do harm, then let everything end; whether nothing was wrong."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tenantatlas-soak-")))
        postgres, redis = stack.enter_context(PostgresServer()), stack.enter_context(RedisServer())
        deployment = Deployment(folder, postgres, redis)
        stack.callback(deployment.close)
        starter = deployment.start_starter(seed)
        stack.callback(starter.kill)
        chaos = Chaos(deployment, seed)
        chaos.reign(time.monotonic() + 60 * minutes)
        twins, refused = _stop(starter, folder)
        drained = _drain(deployment)
        _show("harm done", chaos.done)
        with deployment.context():
            _show("runs", {**figures.story(), "starts of what was active": twins, "starts refused": refused})
            wrong = figures.faults(folder)
        wrong["defects in the logs"] = deployment.log_lines("defect:")
        _show(f"wrong, after {drained:.0f} s to drain", wrong)
        return not any(wrong.values())


def _stop(starter: subprocess.Popen[bytes], folder: Path) -> tuple[int, int]:
    """End the starter; its own two figures.

    Raises:
        RuntimeError: it had ended before.
    """
    output, _ = starter.communicate(timeout=GRACE)
    if starter.returncode:
        raise RuntimeError((folder / "starter.log").read_text(encoding="utf-8")[-1000:])
    twins, refused = map(int, output.split())
    return twins, refused


def _drain(deployment: Deployment) -> float:
    """Wait until every run has ended, but not for ever; how long it took, in seconds."""
    began = time.monotonic()
    with deployment.context():
        while figures.active_count() and time.monotonic() - began < LONGEST_DRAIN:
            deployment.keep_up()
            time.sleep(0.5)
    return time.monotonic() - began


def _show(title: str, counted: dict[str, int]) -> None:
    print(f"\n{title}")
    for name, count in counted.items():
        print(f"  {name:<{SHOWN}} {count:>8,}")


def main() -> None:
    """What `python -m tools.soak` does."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    arguments = parser.parse_args()
    print(f"soak of {arguments.minutes:g} minutes; again with --seed {arguments.seed}", flush=True)
    if not soak(arguments.minutes, arguments.seed):
        sys.exit("the soak found something wrong")


if __name__ == "__main__":
    main()
