"""Random misfortunes: workers killed, stopped and frozen, servers restarted, Redis without its data."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable

from tools.servers import Server
from tools.soak.deployment import LEASE_SECONDS, Deployment

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 3.0  # seconds of peace between two misfortunes
LONGEST_OUTAGE = 5.0  # seconds a server is away
LONGEST_FREEZE = 2.5 * LEASE_SECONDS


class Chaos:
    """Does one harm after the other, in an order that the seed decides."""

    def __init__(self, deployment: Deployment, seed: int) -> None:
        """Take what is to be harmed."""
        self.done: Counter[str] = Counter()
        self._deployment, self._chance = deployment, random.Random(seed)  # noqa: S311 - no secret
        self._kinds: dict[str, tuple[int, Callable[[], None]]] = {
            "workers killed": (6, self._kill),
            "workers stopped": (3, self._stop),
            "workers frozen": (2, self._freeze),
            "children killed": (2, self._kill_child),
            "PostgreSQL restarts": (1, lambda: self._restart(deployment.postgres)),
            "Redis restarts": (2, lambda: self._restart(deployment.redis)),
        }

    def reign(self, end: float) -> None:
        """Do harm until a moment of `time.monotonic`."""
        names = list(self._kinds)
        weights = [weight for weight, _ in self._kinds.values()]
        while time.monotonic() < end:
            time.sleep(self._chance.uniform(SHORTEST_PAUSE, LONGEST_PAUSE))
            [name] = self._chance.choices(names, weights)
            self._kinds[name][1]()
            self.done[name] += 1
            self._deployment.keep_up()

    def _kill(self) -> None:
        self._deployment.workers[self._any()].kill()

    def _stop(self) -> None:
        self._deployment.dismiss(self._any())

    def _freeze(self) -> None:
        worker = self._deployment.workers[self._any()]
        worker.send_signal(signal.SIGSTOP)
        time.sleep(self._chance.uniform(0, LONGEST_FREEZE))
        worker.send_signal(signal.SIGCONT)

    def _kill_child(self) -> None:
        """Kill a process worker's child, if there is one just now."""
        for worker in self._deployment.workers:
            children = _children(worker.pid)
            if children:
                os.kill(self._chance.choice(children), signal.SIGKILL)
                return

    def _restart(self, server: Server) -> None:
        server.stop()
        time.sleep(self._chance.uniform(0, LONGEST_OUTAGE))
        server.start()

    def _any(self) -> int:
        return self._chance.randrange(len(self._deployment.workers))


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:  # noqa: PTH123 - not a file
            return [int(child) for child in children.read().split()]
    except FileNotFoundError:
        return []
