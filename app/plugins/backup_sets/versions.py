"""Which version of a policy is new to a set: decided by its sync and content, without a database."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class KeptVersion(NamedTuple):
    """What a set holds of one policy, from one sync."""

    sync_run_id: int
    content_hash: str


class Addition(StrEnum):
    """What adding a version to a set means."""

    NEW = "new"  # the set holds nothing of the policy
    NEWER_VERSION = "newer_version"  # other content than what was kept before it
    OLDER_VERSION = "older_version"  # the same, from a sync before all that were kept


def addition_of(version: KeptVersion, kept: Sequence[KeptVersion]) -> Addition | None:
    """What it means to add a version; nothing: it is present already.

    A version is present if the one kept next to it, before or after, has the same content: the policy was
    not seen to be anything else between the two. A policy that changed and changed back has three versions.

    Args:
        version: the sync it comes from, and its content.
        kept: the versions of that policy in the set, in any order.
    """
    if version in kept:
        return None
    before = max((one for one in kept if one.sync_run_id <= version.sync_run_id), default=None)
    after = min((one for one in kept if one.sync_run_id > version.sync_run_id), default=None)
    if version.content_hash in {one.content_hash for one in (before, after) if one is not None}:
        return None
    if before is not None:
        return Addition.NEWER_VERSION
    return Addition.NEW if after is None else Addition.OLDER_VERSION
