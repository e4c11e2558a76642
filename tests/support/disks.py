"""A small disk of one test, which can be filled."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

MEGABYTES = 16


class SmallDisk:
    """A disk of 16 MB."""

    def __init__(self, folder: Path):
        """Take the folder where it is mounted."""
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no room for one more block."""
        handle = os.open(self._ballast, os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(handle, b"\0" * 4096)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        finally:
            os.close(handle)

    def free(self) -> None:
        """Make room again."""
        self._ballast.unlink()


@pytest.fixture
def small_disk(tmp_path) -> Iterator[SmallDisk]:
    """A disk of 16 MB; skips where we may not mount one."""
    folder = tmp_path / "small-disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    tried = subprocess.run(mount, capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"no small disk can be mounted (that takes root): {tried.stderr.strip()[:120]}")
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
