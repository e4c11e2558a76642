"""A plugin without operations: it lets a test keep claimed runs of one type from going on.

While the data folder holds `brake/<run type>`, a worker that has claimed such a run does not begin with it.
"""

import threading
from pathlib import Path

from flask import current_app

from app.core import Plugin
from app.core.runs import execute
from app.core.runs.parameters import validated

LOOK_SECONDS = 0.02
PATIENCE = 3000  # looks: one minute


def brake_of(data_dir: Path, run_type: str) -> Path:
    """The file that holds runs of a type."""
    return data_dir / "brake" / run_type


def _held(operation, params):
    brake, pause = brake_of(current_app.config["DATA_DIR"], operation.run_type), threading.Event()
    for _ in range(PATIENCE):
        if not brake.exists():
            break
        pause.wait(LOOK_SECONDS)
    return validated(operation, params)


execute.validated = _held
plugin = Plugin(name="brake", version="1.0.0")
