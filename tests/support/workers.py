"""Real `flask worker` processes that a test may kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.support.processes import GRACE, ROOT, environment
from tests.support.waiting import wait_until


def is_alive(pid: int) -> bool:
    """Whether a process executes or could: one that ended and is not reaped yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def wait_gone(pids: Sequence[int], deadline: float = GRACE) -> None:
    """Wait until none of the processes is alive."""
    wait_until(lambda: not any(map(is_alive, pids)), f"processes {pids} do not end", deadline)


class WorkerProcess:
    """A worker and its children, in a process group of their own; its output is in `log`."""

    def __init__(self, settings, *, log: Path, python_path, arguments: Sequence[object], **changes: object):
        self.log = log
        with log.open("w", encoding="utf-8") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flask", "worker", *map(str, arguments)],
                cwd=ROOT,
                env=environment(settings, python_path=python_path, **changes),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process that was started; with `--processes` the parent."""
        return self._process.pid

    @property
    def output(self) -> str:
        """What it has said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def children(self) -> list[int]:
        """Processes it forked, alive ones."""
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [pid for pid in map(int, path.read_text(encoding="ascii").split()) if is_alive(pid)]

    @property
    def has_ended(self) -> bool:
        """Whether the process that was started has ended."""
        return self._process.poll() is not None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process that was started."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL it, and wait until it is gone; its children are left alone."""
        self._process.kill()
        self._process.wait(timeout=GRACE)

    def freeze(self) -> None:
        """Stop the clock of the process: SIGSTOP, and wait until it stands."""
        self.send(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOWAIT)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        self.send(signal.SIGCONT)

    def wait(self, timeout: float = GRACE) -> int:
        """Wait for its end; answers with the exit status."""
        return self._process.wait(timeout=timeout)

    def clean_up(self) -> None:
        """Kill the whole group, as the test ends."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait(timeout=GRACE)
