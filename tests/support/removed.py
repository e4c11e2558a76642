"""The product with a plugin's package taken from its disk, beside the data that the plugin has made.

As a program, `python -m tests.support.removed EMAIL PATH...` looks at pages of the application on its path,
executes what is queued, lets the clock's part act two days ahead, looks again, and prints what it saw.
"""

import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from app.core import clock, queue
from app.core.registry.catalog import current_catalog
from app.core.schedules.tick import start_due
from app.factory import create_app
from tests.support.browsing import Browser, alone
from tests.support.processes import ROOT, environment


class RemovedTree:
    """A copy of the product without one plugin, run in processes of its own."""

    def __init__(self, folder: Path, plugin: str, settings: object) -> None:
        self.folder = folder
        for name in ("app", "migrations"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "wsgi.py", folder)
        shutil.rmtree(folder / "app" / "plugins" / plugin)
        self._environment = environment(settings, python_path=[folder])

    def flask(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """`flask ...` of the copy."""
        return self._python("-m", "flask", *arguments)

    def look(self, email: str, *paths: str) -> dict[str, dict[str, list[object]]]:
        """Path -> [status, text], `before` and `after` the queue and the clock were attended to."""
        seen = self._python("-m", "tests.support.removed", email, *paths)
        assert seen.returncode == 0, seen.stderr
        return json.loads(seen.stdout)

    def _python(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )


def main(email: str, *paths: str) -> None:
    """What a process of its own sees."""
    app = create_app()
    app.test_client_class = Browser
    browser = app.test_client()
    browser.sign_in(email)
    seen = {"before": _pages(browser, paths)}
    while alone(queue.run_one, app):
        pass
    with app.app_context():
        start_due(current_catalog(), clock.now() + timedelta(days=2))
    print(json.dumps({**seen, "after": _pages(browser, paths)}))  # noqa: T201 - the parent reads it


def _pages(browser: Browser, paths: tuple[str, ...]) -> dict[str, tuple[int, str]]:
    answers = {path: browser.get(path) for path in paths}
    return {path: (answer.status_code, answer.text) for path, answer in answers.items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
