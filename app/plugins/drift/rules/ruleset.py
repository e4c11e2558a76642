"""The ignore rules of one tenant: those of plugins and those of people."""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, func, or_, select

from app.core import Declared, IgnoreRule, Tenant, current_catalog, db, owners_of
from app.plugins.drift.models import Finding
from app.plugins.drift.rules.rows import DriftIgnoreRule, DriftRuleSwitch
from app.plugins.drift.rules.rule import Rule, as_ignore_rule, key_of


def rules_of(tenant: Tenant) -> list[Rule]:
    """Every rule of a tenant, those of plugins first, in the order in which they count."""
    switches = _switches(tenant)
    declared = current_catalog().declared(IgnoreRule)
    return [
        *(_of_plugin(found, switches) for found in declared.values()),
        *(_of_people(row, switches) for row in _rows(tenant)),
    ]


def rules_that_count(tenant: Tenant) -> list[Declared[IgnoreRule]]:
    """Those that are neither switched off nor over."""
    return [rule.declared for rule in rules_of(tenant) if rule.is_on]


def find_rule(tenant: Tenant, key: str) -> Rule | None:
    """One rule of a tenant, or nothing."""
    return next((rule for rule in rules_of(tenant) if rule.key == key), None)


def count_hidden(tenant: Tenant) -> Mapping[str, int]:
    """Key of a rule -> how many open findings it hides."""
    query = (
        select(Finding.hidden_by, func.count())
        .where(Finding.tenant_id == tenant.id, Finding.hidden_by.is_not(None), Finding.resolved_at.is_(None))
        .group_by(Finding.hidden_by)
    )
    return {str(key): count for key, count in db.session.execute(query)}


def _rows(tenant: Tenant) -> Sequence[DriftIgnoreRule]:
    """Those made here, and those that an owner of this tenant has made for all tenants."""
    owners = [user.id for user in owners_of(tenant)]
    query = select(DriftIgnoreRule).where(
        or_(
            DriftIgnoreRule.tenant_id == tenant.id,
            and_(DriftIgnoreRule.tenant_id.is_(None), DriftIgnoreRule.owner_id.in_(owners)),
        )
    )
    return db.session.scalars(query.order_by(DriftIgnoreRule.id)).all()


def _switches(tenant: Tenant) -> dict[str, str]:
    query = select(DriftRuleSwitch.rule_key, DriftRuleSwitch.reason)
    return dict(db.session.execute(query.where(DriftRuleSwitch.tenant_id == tenant.id)).all())


def _of_plugin(found: Declared[IgnoreRule], switches: Mapping[str, str]) -> Rule:
    key, plugin = found.what.key, current_catalog().plugins[found.plugin]
    return Rule(
        key=key,
        what=found.what,
        origin=found.plugin,
        version=plugin.version,
        name=found.what.name,
        is_on=key not in switches,
        switched_off=switches.get(key),
    )


def _of_people(row: DriftIgnoreRule, switches: Mapping[str, str]) -> Rule:
    key = key_of(row)
    rule = Rule(
        key=key,
        what=as_ignore_rule(row),
        origin=row.owner,
        version=str(row.version),
        name=row.name,
        is_on=row.is_enabled and key not in switches,
        row=row,
        switched_off=switches.get(key),
    )
    return rule if not rule.is_over else _off(rule)


def _off(rule: Rule) -> Rule:
    return Rule(**{**rule.__dict__, "is_on": False})
