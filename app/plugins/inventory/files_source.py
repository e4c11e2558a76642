"""The source `files`: exports on the worker's machine."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from app.core import InventorySource, SourceDocument, SourceProblem, Tenant
from app.plugins.inventory.reading.files import files_of, shown_name


class FilesOptions(BaseModel):
    """Which export."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(
        min_length=1,
        max_length=4000,
        title="Export",
        description="Folder, zip or JSON file on the worker's machine.",
    )


def _read(_tenant: Tenant, options: FilesOptions) -> Iterator[SourceDocument | SourceProblem]:
    for found in files_of(Path(options.path)):
        yield found if isinstance(found, SourceProblem) else SourceDocument(*found)


files = InventorySource(
    key="files",
    label="Exported files",
    description="A folder, a zip or one JSON file that another tool has exported.",
    options=FilesOptions,
    read=_read,
    origin=lambda options: shown_name(Path(options.path)),
    start_endpoint="inventory.new",
)
