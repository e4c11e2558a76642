"""Saved views: members keep filters of the list under names, rename and remove them; nobody else sees any."""

from urllib.parse import parse_qsl

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.core import InvalidParametersError, Role, current_tenant, signed_in_user, tenant_required
from app.core.saved_views import (
    NAME_LENGTH,
    SavedView,
    find_view,
    list_views,
    remove_view,
    rename_view,
    save_view,
)
from app.core.web.forms import FormField
from app.monitoring.blueprints import views
from app.monitoring.filters import RANGE_LABELS, HubFilter, read_filter


@views.get("")
@tenant_required(Role.READONLY)
def index() -> str:
    """The viewer's own views of this tenant."""
    found = [(view, filters_of(view)) for view in list_views(current_tenant(), signed_in_user())]
    return render_template("monitoring/views/index.html", views=found, ranges=RANGE_LABELS)


@views.get("/new")
@tenant_required(Role.READONLY)
def new() -> str:
    """The form that gives the filters of this address a name."""
    return _form(_valid_filters())


@views.post("/new")
@tenant_required(Role.READONLY)
def create() -> ResponseReturnValue:
    """Keep them."""
    chosen, name = _valid_filters(), request.form.get("name", "")
    try:
        view = save_view(current_tenant(), signed_in_user(), name, chosen.query_string)
    except InvalidParametersError as error:
        return _form(chosen, name, error.errors), 422
    flash(f"{view.name}: saved.", "success")
    return redirect(url_for("monitoring.index", **chosen.query))


@views.get("/<int:view_id>/edit")
@tenant_required(Role.READONLY)
def edit(view_id: int) -> str:
    """The form of another name."""
    view = _own(view_id)
    return _form(filters_of(view), view.name, view_id=view_id)


@views.post("/<int:view_id>/edit")
@tenant_required(Role.READONLY)
def rename(view_id: int) -> ResponseReturnValue:
    """Call it so from now on."""
    view, name = _own(view_id), request.form.get("name", "")
    chosen = filters_of(view)
    try:
        rename_view(view, name)
    except InvalidParametersError as error:
        return _form(chosen, name, error.errors, view_id), 422
    return _told(f"{view.name}: renamed.")


@views.post("/<int:view_id>/remove")
@tenant_required(Role.READONLY)
def remove(view_id: int) -> Response:
    """Forget it; no run goes with it."""
    view = _own(view_id)
    name = view.name
    remove_view(view)
    return _told(f"{name}: removed.")


def filters_of(view: SavedView) -> HubFilter:
    """What a view was saved with."""
    return read_filter(dict(parse_qsl(view.query)))


def _valid_filters() -> HubFilter:
    """The filters of this address; what makes no sense is refused before it has a name."""
    chosen = read_filter(request.args)
    chosen.as_run_filter()
    return chosen


def _own(view_id: int) -> SavedView:
    view = find_view(current_tenant(), signed_in_user(), view_id)
    if view is None:
        abort(403)
    return view


def _form(
    chosen: HubFilter, name: str = "", errors: dict[str, str] | None = None, view_id: int | None = None
) -> str:
    said = (errors or {}).get("name")
    attributes = {"maxlength": NAME_LENGTH, "autocomplete": "off"}
    field = FormField("name", "Name", "", "text", name, (), said, required=True, attributes=attributes)
    return render_template(
        "monitoring/views/form.html",
        chosen=chosen,
        ranges=RANGE_LABELS,
        fields=[field],
        errors=errors or {},
        view_id=view_id,
    )


def _told(said: str) -> Response:
    flash(said, "success")
    return redirect(url_for("saved_views.index"))
