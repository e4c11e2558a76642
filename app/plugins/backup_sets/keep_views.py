"""The page on which policies that another page shows are taken into a set."""

from collections import defaultdict

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core import (
    ChosenPolicy,
    InvalidInputError,
    JsonObject,
    PolicyChoice,
    Role,
    current_catalog,
    current_tenant,
    signed_in_user,
    start_operation,
    tenant_required,
)
from app.plugins.backup_sets.adding import audited_refusal
from app.plugins.backup_sets.models import BackupSet
from app.plugins.backup_sets.sets import list_sets, visible_set

EARLIER = "earlier"  # the version that a page compares with; else the one of the latest sync
MOST_SYNCS = 20  # runs started at once: one for each sync

keep_pages = Blueprint("keep", __name__, url_prefix="/keep")


@keep_pages.get("")
@tenant_required(Role.OPERATOR)
def choose() -> ResponseReturnValue:
    """Which set, and which version of each policy; without a choice there is nothing to ask."""
    if "choice" not in request.args:
        return redirect(url_for("backup_sets.index"))
    return render_template("backup_sets/keep.html", **_offered())


@keep_pages.post("")
@tenant_required(Role.OPERATOR)
def start() -> ResponseReturnValue:
    """Queue adding the policies to the chosen set: a run for each sync whose versions are kept."""
    tenant, number = current_tenant(), request.form.get("set", "")
    try:
        if not number.isdecimal() or len(number) > 9:
            raise InvalidInputError("Choose a backup set.")  # noqa: TRY301 - shown on the form, as what follows
        backup_set = visible_set(tenant, int(number))
        by_sync = _by_sync(_chosen(), request.form.get("version", ""))
        started = [_started(backup_set, sync_id, ids) for sync_id, ids in by_sync.items()]
    except InvalidInputError as error:
        return render_template("backup_sets/keep.html", **_offered(), error=str(error)), 422
    then = "queued" if any(is_new for _, is_new in started) else "active"
    return redirect(
        url_for("backup_sets.show", backup_set_id=backup_set.id, started=started[-1][0], then=then)
    )


def _offered() -> JsonObject:
    chosen = _chosen()
    return {
        "label": _choice().label,
        "policies": {one.policy_id for one in chosen},
        "earlier": {one.policy_id for one in chosen if one.earlier_sync_id is not None},
        "sets": [one for one in list_sets(current_tenant()) if one.backup_set.imported_from is None],
    }


def _choice() -> PolicyChoice:
    """The kind of choice that the address names.

    Raises:
        InvalidInputError: no loaded plugin has it.
    """
    key = request.args.get("choice", "")
    found = current_catalog().declared(PolicyChoice).get(key)
    if found is None:
        raise InvalidInputError(f"choice: no loaded plugin offers {key[:40]!r}")
    return found.what


def _chosen() -> list[ChosenPolicy]:
    return list(_choice().choose(current_tenant(), request.args))


def _by_sync(chosen: list[ChosenPolicy], version: str) -> dict[int | None, list[str]]:
    """Policies by the sync whose versions are kept; none: the latest of each.

    Raises:
        InvalidInputError: there are none, or of too many syncs.
    """
    by_sync: defaultdict[int | None, list[str]] = defaultdict(list)
    for one in chosen:
        if version != EARLIER:
            by_sync[None].append(one.policy_id)
        elif one.earlier_sync_id is not None:
            by_sync[one.earlier_sync_id].append(one.policy_id)
    if not by_sync:
        raise InvalidInputError("There is no policy to keep.")
    if len(by_sync) > MOST_SYNCS:
        raise InvalidInputError(f"These policies are of {len(by_sync)} syncs: narrow the choice.")
    return by_sync


def _started(backup_set: BackupSet, sync_run_id: int | None, policy_ids: list[str]) -> tuple[int, bool]:
    """The number of the run, and whether it is new."""
    tenant, user = current_tenant(), signed_in_user()
    params = {"backup_set_id": backup_set.id, "policy_ids": policy_ids, "sync_run_id": sync_run_id}
    with audited_refusal(tenant, backup_set, user):
        run = start_operation(current_catalog(), tenant, "backup_set.add_policies", params, user)
    return run.run_id, run.created
