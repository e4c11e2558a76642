"""An export of a set as it comes back: a zip from anywhere, of which nothing is believed unproven."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from app.core import ItemFailedError, RunFailedError, SourceProblem, Tenant
from app.plugins.backup_sets.layout import MANIFEST
from app.plugins.backup_sets.manifest import Entry, Manifest
from app.plugins.inventory import NORMALIZER_VERSION, KeptDocument, files_of_archive, kept_form


class Proven(NamedTuple):
    """A document of an export that says what its manifest says."""

    entry: Entry
    document: KeptDocument


class Refused(NamedTuple):
    """A version of the manifest that cannot be imported."""

    entry: Entry
    failure: ItemFailedError


class Unlisted(NamedTuple):
    """A file that the manifest does not name, or that cannot be one."""

    path: str
    reason_code: str
    reason: str


def read_manifest(path: Path) -> Manifest:
    """The manifest of an export.

    Raises:
        RunFailedError: the zip cannot be read, has none, or it cannot be used; the reason says what is wrong.
    """
    found = next(files_of_archive(path, wanted=lambda name: name == MANIFEST), None)
    if found is None:
        raise RunFailedError(
            "not_an_export", f"{path.name} has no {MANIFEST}: it is no export of a backup set."
        )
    if isinstance(found, SourceProblem):
        raise RunFailedError("manifest_unusable", found.reason)
    try:
        manifest = Manifest.model_validate_json(found[1])
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or MANIFEST
        raise RunFailedError("manifest_unusable", f"{MANIFEST}: {place}: {first['msg']}") from None
    _require_distinct(manifest)
    return manifest


def documents_in(
    path: Path, tenant: Tenant, entries: Mapping[str, Entry]
) -> Iterator[Proven | Refused | Unlisted]:
    """What an export holds, one document in memory at a time.

    Args:
        path: of the zip.
        tenant: who imports it.
        entries: what the manifest promises, by path.

    Returns:
        Each promised document that is there, proven or with what is wrong with it, and files nobody promised.
    """
    for found in files_of_archive(path, wanted=lambda name: name != MANIFEST):
        name = found.path if isinstance(found, SourceProblem) else found[0]
        entry = entries.get(name)
        if isinstance(found, SourceProblem):
            code, said = found.reason_code, found.reason
            yield Refused(entry, ItemFailedError(code, said)) if entry else Unlisted(name, code, said)
        elif entry is None:
            yield Unlisted(name, "not_in_manifest", f"{name} is not in the manifest and was left out.")
        else:
            yield _proven(tenant, entry, found[1])


def _require_distinct(manifest: Manifest) -> None:
    paths = Counter(entry.path for entry in manifest.items)
    versions = Counter(
        (one.scope, one.collection, one.policy_type, one.external_id, one.twin, one.sync_run)
        for one in manifest.items
    )
    if (paths.total(), versions.total()) != (len(paths), len(versions)):
        raise RunFailedError("manifest_unusable", f"{MANIFEST} names a file or a version twice.")


def _proven(tenant: Tenant, entry: Entry, raw: bytes) -> Proven | Refused:
    """A document, if its content hash proves it; of an earlier normal form, the hash of its bytes."""
    said = f"{entry.display_name or entry.path}: it does not say what the manifest says it said."
    refused = Refused(entry, ItemFailedError("document_altered", said))
    kept = kept_form(tenant, entry.collection, raw)
    if kept is None:
        return refused
    if entry.normal_form == NORMALIZER_VERSION:
        is_proven = kept.content_hash == entry.content_hash
    else:
        is_proven = hashlib.sha256(raw).hexdigest() == entry.sha256
    return Proven(entry, kept) if is_proven else refused
