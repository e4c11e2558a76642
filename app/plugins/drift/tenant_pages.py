"""The page that compares two tenants; whoever is no member of both sees neither."""

from flask import render_template, request
from sqlalchemy import select

from app.core import (
    InvalidInputError,
    JsonObject,
    Role,
    Tenant,
    current_tenant,
    db,
    fellow_tenant,
    signed_in_user,
    tenant_required,
    tenants_seen_by,
)
from app.plugins.drift.across.comparison import Comparison
from app.plugins.drift.across.page import SHOWS, page_of
from app.plugins.drift.across.side import side_of
from app.plugins.drift.blueprints import drift_pages
from app.plugins.inventory import latest_sync

SHOW_LABELS = {
    "differences": "All differences",
    "only_a": "Only here",
    "only_b": "Only there",
    "different": "Different in both",
    "all": "Everything",
}


@drift_pages.get("/tenants")
@tenant_required(Role.READONLY)
def tenants() -> str:
    """Choose another tenant, and see what differs."""
    tenant, slug = current_tenant(), request.args.get("with", "").strip()
    others = _others(tenant)
    shown = _comparison(tenant, slug) if slug else {}
    return render_template("drift/tenants.html", others=others, shows=SHOW_LABELS, **shown)


def _others(tenant: Tenant) -> dict[str, str]:
    """Slug -> name of the other tenants of the viewer, by name."""
    seen = Tenant.id.in_(tenants_seen_by(signed_in_user()))
    query = select(Tenant).where(seen, Tenant.id != tenant.id).order_by(Tenant.name)
    return {other.slug: other.name for other in db.session.scalars(query)}


def _comparison(tenant: Tenant, slug: str) -> JsonObject:
    other = fellow_tenant(slug)
    if other.id == tenant.id:
        raise InvalidInputError("with: choose another tenant than this one")
    show = request.args.get("show", "").strip() or "differences"
    if show not in SHOWS:
        raise InvalidInputError(f"show: {show[:40]!r} is none of {', '.join(SHOWS)}")
    collection = request.args.get("type", "").strip() or None
    numbers = (_number("here"), _number("there"))
    if lacking := [one.name for one in (tenant, other) if latest_sync(one) is None]:
        return {"lacking": lacking, "query": {"with": slug}}
    sides = (side_of(tenant, numbers[0]), side_of(other, numbers[1]))
    comparison = Comparison(*sides, collection)
    query = {"with": slug, "here": sides[0].sync.id, "there": sides[1].sync.id, "type": collection}
    return {
        "comparison": comparison,
        "collections": sorted({*sides[0].states, *sides[1].states}),
        "page": page_of(comparison, show, _number("from") or 0),
        "show": show,
        "query": {name: value for name, value in query.items() if value} | {"show": show},
    }


def _number(name: str) -> int | None:
    value = request.args.get(name, "").strip()
    if value and not (value.isascii() and value.isdecimal()):
        raise InvalidInputError(f"{name}: {value[:40]!r} is no number")
    return min(int(value[:10]), 2**31 - 1) if value else None
