"""A plugin tried where nobody works: doctor, then the conformance kit, in processes of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from app.scaffold.draft import Draft

# Fewer kills than by default: somebody waits, and what was written has few commits.
KIT = ("-q", "-p", "app.conformance.plugin", "-p", "no:cacheprovider", "--plugin-conformance-kills=8")
SECONDS = 600


@dataclass(frozen=True)
class Found:
    """What one step of the trial came to."""

    step: str
    is_good: bool
    said: str


def tried(
    draft: Draft, folder: Path, *, sources: Path | None = None, tests: Path | None = None
) -> Iterator[Found]:
    """Try a plugin that was written.

    Args:
        draft: the plugin.
        folder: an empty one, for data and everything else of the trial.
        sources: where it is imported from; none: it lies below `app.plugins` and is found by itself.
        tests: its own ones, when it has some.
    """
    path = [] if sources is None else [str(_as_installed(draft, folder)), str(sources)]
    environment = _environment(folder, path)
    upgraded = _ran(["flask", "--app", "wsgi", "db", "upgrade"], folder, environment)
    if upgraded.returncode:
        yield Found("db upgrade", is_good=False, said=upgraded.stdout + upgraded.stderr)
        return
    doctor = _ran(["flask", "--app", "wsgi", "plugins", "doctor"], folder, environment)
    yield Found("doctor", not doctor.returncode, doctor.stdout + (doctor.stderr if doctor.returncode else ""))
    if find_spec("pytest") is None:
        yield Found("conformance", is_good=True, said="not tried: pytest is not installed")
        return
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    wanted = [f"--plugin-conformance={draft.name}", *([str(tests)] if tests else [])]
    kit = _ran(["pytest", *KIT, *wanted], folder, environment)
    said = kit.stdout + kit.stderr if kit.returncode else kit.stdout.strip().splitlines()[-1]
    yield Found("conformance", not kit.returncode, said)


def _as_installed(draft: Draft, folder: Path) -> Path:
    """Lay down what an installation would, so that the entry point is found without one."""
    normalized = draft.distribution.replace("-", "_")
    info = folder / "site" / f"{normalized}-{draft.version}.dist-info"
    info.mkdir(parents=True)
    metadata = f"Metadata-Version: 2.1\nName: {draft.distribution}\nVersion: {draft.version}\n"
    (info / "METADATA").write_text(f"{metadata}Requires-Dist: tenantatlas\n", encoding="utf-8")
    entries = f"[tenantatlas.plugins]\n{draft.name} = {draft.name}:plugin\n"
    (info / "entry_points.txt").write_text(entries, encoding="utf-8")
    return info.parent


def _environment(folder: Path, python_path: Sequence[str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TENANTATLAS_")}
    return kept | {
        "TENANTATLAS_DATA_DIR": str(folder / "data"),
        "PYTHONPATH": os.pathsep.join([*python_path, *filter(None, sys.path)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "FLASK_SKIP_DOTENV": "1",
    }


def _ran(
    arguments: Sequence[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - this very interpreter and modules of ours
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
