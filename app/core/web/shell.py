"""What every page's frame needs: navigation, memberships, the bell."""

from collections.abc import MutableMapping
from functools import partial
from typing import Any

from flask import Flask, g, request, url_for
from flask.templating import Environment
from flask_login import current_user

from app import __version__
from app.core import clock
from app.core.access import current_role, may
from app.core.db import JsonObject
from app.core.diagnosis.watch import problem_count
from app.core.registry.catalog import current_catalog
from app.core.registry.contract import NavItem
from app.core.registry.faults import unless_broken
from app.core.registry.stages import Stage
from app.core.runs.workers import live_run_types
from app.core.tenants import Tenant
from app.core.users import Role
from app.core.web.assets import static_url
from app.core.web.bell import Bell, bell_of
from app.core.web.outcome_bar import outcome_bar_of

EXTENSION = "tenantatlas.nav"


class TemplateEnvironment(Environment):
    """Flask's, for applications whose words of the templates are all there before the first is rendered."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The words of a template as a plain mapping.

        Each rendered part and each import reads them all; Jinja's mapping, which would take words that come
        later, makes that a fifth of the time of a fragment.
        """
        return {**self.globals, **(d or {})}


def init_shell(app: Flask, nav: list[NavItem]) -> None:
    """Give every template the frame's values, and every URL of a tenant its slug.

    Args:
        app: the application.
        nav: entries that do not come from a plugin.
    """
    app.extensions[EXTENSION] = nav
    app.jinja_env.globals |= {
        "now": clock.now,
        "static_url": static_url,
        "outcome_bar_of": outcome_bar_of,
        "live_run_types": live_run_types,
    }

    @app.url_defaults
    def _add_tenant(endpoint: str, values: JsonObject) -> None:
        tenant = g.get("tenant")
        if (
            tenant is not None
            and "tenant" not in values
            and app.url_map.is_endpoint_expecting(endpoint, "tenant")
        ):
            values["tenant"] = tenant.slug

    @app.context_processor
    def _seen() -> JsonObject:
        tenant = g.get("tenant")
        seen = {"tenant": tenant, "role": current_role(), "may_start": may(Role.OPERATOR)}
        return seen if g.get("is_fragment") else seen | _frame(app, tenant)


def _frame(app: Flask, tenant: Tenant | None) -> JsonObject:
    """What is around a page and not in its fragments."""
    memberships = current_user.memberships if current_user.is_authenticated else []
    owned = [found.tenant for found in memberships if Role(found.role) is Role.OWNER]
    return {
        "app_version": __version__,
        "current_user": current_user,
        "may_make_tokens": may(Role.MANAGER),
        "memberships": memberships,
        "owns_a_tenant": bool(owned),
        "problem_count": problem_count(owned),
        "nav_items": _nav(app) if tenant is not None else [],
        "bell": bell_of(tenant, current_user.id) if tenant is not None else Bell(),
    }


def _nav(app: Flask) -> list[JsonObject]:
    """The entries, without those of plugins that cannot make theirs just now."""
    plugins = current_catalog().plugins.values()
    own: list[NavItem] = app.extensions[EXTENSION]
    items = [*own, *(item for plugin in plugins for item in plugin.nav)]
    shown = [_entry(item, items) for item in own]
    for plugin in plugins:
        for item in plugin.nav:
            entry = unless_broken(plugin.name, Stage.NAV, item.endpoint, partial(_entry, item, items))
            shown += [entry] if entry is not None else []
    return shown


def _entry(item: NavItem, items: list[NavItem]) -> JsonObject:
    blueprint = (request.endpoint or "").partition(".")[0]
    return {
        "label": item.label,
        "url": url_for(item.endpoint),
        "icon": item.icon,
        "is_active": request.endpoint == item.endpoint
        or (
            blueprint != "core"
            and blueprint == item.endpoint.partition(".")[0]
            and _only_one(items, blueprint)
        ),
    }


def _only_one(items: list[NavItem], blueprint: str) -> bool:
    return sum(item.endpoint.startswith(f"{blueprint}.") for item in items) == 1
