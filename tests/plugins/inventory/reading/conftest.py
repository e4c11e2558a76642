"""Small exports on disk."""

import json

import pytest

from app.core import SourceProblem
from app.plugins.inventory.reading.limits import DEFAULT_LIMITS
from tests.support.recognized import read_export


def policy(name="Fictional", **fields):
    return {"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": name, **fields}


@pytest.fixture
def make_policy():
    return policy


@pytest.fixture
def write(tmp_path):
    """Write files below the export folder: bytes as they are, anything else as JSON."""

    def write_files(files):
        for name, content in files.items():
            path = tmp_path / "export" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return tmp_path / "export"

    return write_files


@pytest.fixture
def read():
    """Read an export: its documents and its problems."""

    def read_all(path, limits=DEFAULT_LIMITS):
        found = list(read_export(path, limits=limits))
        problems = [one for one in found if isinstance(one, SourceProblem)]
        return [one for one in found if not isinstance(one, SourceProblem)], problems

    return read_all
