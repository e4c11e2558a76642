"""Pages that start a sync: of exported files, and of any other source by the form made from its options."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core import (
    Declared,
    InvalidInputError,
    InvalidParametersError,
    Role,
    current_catalog,
    current_tenant,
    fields_of,
    signed_in_user,
    start_operation,
    tenant_required,
    values_from,
)
from app.plugins.inventory.exports import choices_of, chosen_export
from app.plugins.inventory.files_source import files
from app.plugins.inventory.sources import AnySource, all_sources, source_named


def add_start_pages(pages: Blueprint) -> None:
    """Put the pages below a tenant's inventory."""
    pages.add_url_rule("/new", view_func=new, methods=["GET"])
    pages.add_url_rule("/new", view_func=start, methods=["POST"])
    pages.add_url_rule("/new/<source>", view_func=new_of, methods=["GET"])
    pages.add_url_rule("/new/<source>", view_func=start_of, methods=["POST"])


@tenant_required(Role.OPERATOR)
def new() -> str:
    """Choose what to import."""
    return _files_form(None)


@tenant_required(Role.OPERATOR)
def start() -> ResponseReturnValue:
    """Start a sync of an uploaded or laid-in export."""
    try:
        path = chosen_export(current_tenant(), request.form.get("export", ""), request.files.get("file"))
    except InvalidInputError as error:
        return _files_form(str(error)), 422
    return _started(files.key, {"path": str(path)})


@tenant_required(Role.OPERATOR)
def new_of(source: str) -> ResponseReturnValue:
    """The form made from a source's options, or its own page."""
    found = source_named(source)
    if found.what.start_endpoint:
        return redirect(url_for(found.what.start_endpoint))
    return _form(found, {}, {})


@tenant_required(Role.OPERATOR)
def start_of(source: str) -> ResponseReturnValue:
    """Start a sync of a source, or show the form again with what is wrong at each field."""
    found = source_named(source)
    if found.what.start_endpoint:
        raise InvalidInputError(f"{found.what.label} is started on its own page")
    values = values_from(found.what.options, request.form)
    try:
        return _started(source, values)
    except InvalidParametersError as error:
        return _form(found, values, error.errors), 422


def _started(source: str, options: Mapping[str, object]) -> ResponseReturnValue:
    params = {"source": source, **options}
    started = start_operation(current_catalog(), current_tenant(), "inventory.sync", params, signed_in_user())
    if not started.created:
        flash("An inventory sync of this scope is already running; this one was not started.", "warning")
    return redirect(url_for("monitoring.show", run_id=started.run_id))


def _files_form(error: str | None) -> str:
    return render_template(
        "inventory/new.html",
        sources=_offered(),
        chosen=files.key,
        exports=choices_of(current_tenant()),
        error=error,
    )


def _form(found: Declared[AnySource], values: Mapping[str, object], errors: dict[str, str]) -> str:
    fields = fields_of(found.what.options, values, errors)
    return render_template(
        "inventory/new_of.html",
        sources=_offered(),
        chosen=found.what.key,
        source=found.what,
        fields=fields,
        errors=errors,
    )


def _offered() -> list[AnySource]:
    return [found.what for found in all_sources().values()]
