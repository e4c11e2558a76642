"""Writing an export to disk as it comes: no more of it is in memory than one document."""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import orjson

from app.core import clock
from app.plugins.backup_sets.layout import MANIFEST, Layout
from app.plugins.backup_sets.manifest import Origin, closing, entry_of, opening
from app.plugins.backup_sets.models import BackupSetItem

BLOCK = 1024 * 1024  # bytes read at a time


class Written(NamedTuple):
    """A finished file."""

    size: int  # bytes
    sha256: str


class ExportZip:
    """A zip of kept versions, open for writing."""

    def __init__(self, archive: zipfile.ZipFile, manifest: IO[str]) -> None:
        """Write into an archive, and beside it into its manifest."""
        self._archive, self._manifest, self._layout = archive, manifest, Layout()
        self._moment = clock.now().timetuple()[:6]
        self.versions = self.secret_count = 0
        self.policies: set[str] = set()

    def add(self, item: BackupSetItem, body: bytes, *, is_newest: bool) -> None:
        """Write a version and what proves it.

        Args:
            item: what is kept.
            body: its stored document.
            is_newest: whether no later version of the policy is kept.
        """
        document = orjson.loads(body)
        place = self._layout.place(item.collection, item.policy_type, item.display_name, document)
        path = self._layout.take(place, sync_run_id=None if is_newest else item.sync_run_id)
        text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        self._archive.writestr(self._entry(path), text)
        said = entry_of(item, path, hashlib.sha256(text).hexdigest()).model_dump_json()
        self._manifest.write(f",\n{said}" if self.versions else said)
        self.versions += 1
        self.secret_count += item.secret_count
        self.policies.add(item.policy_id)

    def close(self) -> None:
        """Write the manifest into the archive."""
        self._manifest.write(closing(self.secret_count))
        self._manifest.seek(0)
        # As it is: packed, its size would depend on the moments that it names.
        with self._archive.open(self._entry(MANIFEST, zipfile.ZIP_STORED), "w") as entry:
            while block := self._manifest.read(BLOCK):
                entry.write(block.encode())

    def _entry(self, path: str, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(path, self._moment)
        entry.compress_type, entry.external_attr = method, 0o644 << 16
        return entry


@contextmanager
def export_zip(path: Path, origin: Origin) -> Iterator[ExportZip]:
    """A zip at a path that is complete when the block ends; the caller removes it if the block fails."""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", dir=path.parent) as manifest,
        zipfile.ZipFile(path, "w") as archive,
    ):
        manifest.writelines(opening(origin))
        writing = ExportZip(archive, manifest)
        yield writing
        writing.close()


def written(path: Path) -> Written:
    """Size and digest of a file, read a block at a time."""
    with path.open("rb") as file:
        return Written(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
