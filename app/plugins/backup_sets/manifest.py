"""What an export says of itself: the set, where each version came from, and what proves it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from app.plugins.backup_sets.models import DESCRIPTION_LENGTH, NAME_LENGTH, BackupSetItem
from app.plugins.backup_sets.versions import Addition

FORMAT = "tenantatlas.backup-set"
MOST_VERSIONS = 200_000
NUMBER = Field(ge=0, lt=2**31)

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[int, NUMBER]


def _text(length: int, least: int = 0) -> StringConstraints:
    return StringConstraints(min_length=least, max_length=length, pattern=r"^[^\x00]*$")


Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]\w{0,119}$")]
Name = Annotated[str, _text(600)]
Person = Annotated[str, _text(255, 1)]


class Origin(BaseModel):
    """Where an exported set was, and what made the export."""

    model_config = ConfigDict(extra="ignore")

    tenant: Annotated[str, _text(200)]
    name: Annotated[str, _text(NAME_LENGTH, 1)]  # of the set
    description: Annotated[str, _text(DESCRIPTION_LENGTH)] = ""
    exported_by: Person
    exported_at: AwareDatetime


class Entry(BaseModel):
    """One version in an export; names are those of the items of a set."""

    model_config = ConfigDict(extra="ignore")

    path: Annotated[str, _text(1000, 1)]
    sha256: Sha256  # of the file's bytes
    content_hash: Digest
    normal_form: Number  # what the content hash was computed with
    secrets_not_exported: Number
    collection: Word
    policy_type: Word
    external_id: Annotated[str, _text(600, 1)]
    twin: Name = ""
    display_name: Name
    scope: Digest
    sync_run: Number
    synced_at: AwareDatetime
    added_as: Addition
    added_by: Person
    added_at: AwareDatetime

    @field_validator("synced_at", "added_at")
    @classmethod
    def _in_utc(cls, moment: datetime) -> datetime:
        return moment.astimezone(UTC)


class Manifest(BaseModel):
    """The whole of it, as it is read."""

    model_config = ConfigDict(extra="ignore")

    format: Literal["tenantatlas.backup-set"]
    format_version: Literal[1]
    origin: Origin
    items: list[Entry] = Field(max_length=MOST_VERSIONS)


def entry_of(item: BackupSetItem, path: str, sha256: str) -> Entry:
    """What a manifest says of a kept version."""
    return Entry(
        path=path,
        sha256=sha256,
        content_hash=item.content_hash,
        normal_form=item.normalizer_version,
        secrets_not_exported=item.secret_count,
        collection=item.collection,
        policy_type=item.policy_type,
        external_id=item.external_id,
        twin=item.twin,
        display_name=item.display_name,
        scope=item.scope_key,
        sync_run=item.sync_run_id,
        synced_at=item.synced_at,
        added_as=Addition(item.added_as),
        added_by=item.added_by,
        added_at=item.added_at,
    )


def opening(origin: Origin) -> Iterator[str]:
    """The manifest's text up to its items, which follow as `Entry` texts between commas."""
    notes = (
        "Secret values are not in this export: a keyed fingerprint stands in place of each. "
        "content_hash is the blake2b of the document's normal form, sha256 is of the bytes of the file."
    )
    yield f'{{"format": "{FORMAT}", "format_version": 1,\n"notes": "{notes}",\n'
    yield f'"origin": {origin.model_dump_json()},\n"items": [\n'


def closing(secret_count: int) -> str:
    """Its text behind the items."""
    return f'\n],\n"secrets_not_exported": {secret_count}}}\n'
