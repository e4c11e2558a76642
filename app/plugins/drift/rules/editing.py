"""Making, changing, switching and removing ignore rules; each is in the audit log with its reason."""

from dataclasses import replace

from sqlalchemy import delete, update

from app.core import (
    InvalidInputError,
    JsonObject,
    PermissionDeniedError,
    Tenant,
    User,
    clock,
    db,
    owners_of,
    record_audit,
    safe_reason,
    upsert,
)
from app.plugins.drift.models import Finding
from app.plugins.drift.rules.rows import DriftIgnoreRule, DriftRuleSwitch
from app.plugins.drift.rules.rule import PEOPLE, Rule, as_ignore_rule, key_of
from app.plugins.drift.rules.ruleset import find_rule
from app.plugins.drift.rules.wish import RuleWish

SYSTEM = "system"


def add_rule(tenant: Tenant, wish: RuleWish, user: User | None = None) -> DriftIgnoreRule:
    """Make a rule; it hides from the next look on; audited; commits.

    Raises:
        InvalidInputError: it would hide everything, or its path begins with neither `/` nor `**`.
        PermissionDeniedError: it is for all tenants of somebody who is no owner here.
    """
    row = DriftIgnoreRule(owner=user.email if user else SYSTEM, owner_id=user.id if user else None, version=0)
    row.is_enabled = True
    _apply(tenant, row, wish, user)
    db.session.add(row)
    db.session.flush()
    _record(tenant, "added", key_of(row), user, wish.model_dump(mode="json"))
    db.session.commit()
    return row


def change_rule(tenant: Tenant, key: str, wish: RuleWish, user: User | None = None) -> DriftIgnoreRule:
    """Change a rule that people made: its next version; what it hid comes back until the next look; commits.

    Raises:
        InvalidInputError: there is no such rule here, a plugin declares it, or it cannot be so.
        PermissionDeniedError: it is another person's, about all of their tenants.
    """
    row = own_row(tenant, key, user)
    _apply(tenant, row, wish, user)
    _bring_back(key)
    _record(tenant, "changed", key, user, wish.model_dump(mode="json") | {"version": row.version})
    db.session.commit()
    return row


def remove_rule(tenant: Tenant, key: str, user: User | None = None, *, reason: str = "") -> None:
    """Remove a rule that people made; what it hid comes back at once; audited; commits.

    Raises:
        InvalidInputError: there is no such rule here, or a plugin declares it.
        PermissionDeniedError: it is another person's, about all of their tenants.
    """
    row = own_row(tenant, key, user)
    db.session.delete(row)
    db.session.execute(delete(DriftRuleSwitch).where(DriftRuleSwitch.rule_key == key))
    _bring_back(key)
    _record(tenant, "removed", key, user, {"label": row.label, "reason": safe_reason(reason)})
    db.session.commit()


def switch_rule_off(tenant: Tenant, key: str, user: User | None = None, *, reason: str = "") -> None:
    """Let any rule count no more in this tenant; what it hid here comes back at once; audited; commits.

    Raises:
        InvalidInputError: there is no such rule here.
    """
    rule = _existing(tenant, key)
    values = {"reason": safe_reason(reason), "switched_by": user.email if user else SYSTEM}
    values_at = values | {"switched_at": clock.now()}
    new = upsert(DriftRuleSwitch).values(tenant_id=tenant.id, rule_key=key, **values_at)
    db.session.execute(new.on_conflict_do_update(index_elements=["tenant_id", "rule_key"], set_=values_at))
    _bring_back(key, tenant)
    _record(tenant, "switched_off", key, user, {"label": rule.what.label, "reason": values["reason"]})
    db.session.commit()


def switch_rule_on(tenant: Tenant, key: str, user: User | None = None, *, reason: str = "") -> None:
    """Let a rule count again in this tenant, from the next look on; audited; commits.

    Raises:
        InvalidInputError: there is no such rule here.
    """
    rule = _existing(tenant, key)
    off = delete(DriftRuleSwitch).where(
        DriftRuleSwitch.tenant_id == tenant.id, DriftRuleSwitch.rule_key == key
    )
    db.session.execute(off)
    _record(tenant, "switched_on", key, user, {"label": rule.what.label, "reason": safe_reason(reason)})
    db.session.commit()


def own_row(tenant: Tenant, key: str, user: User | None = None) -> DriftIgnoreRule:
    """A rule that people made, for whoever may change it.

    Raises:
        InvalidInputError: there is no such rule here, or a plugin declares it.
        PermissionDeniedError: it is another person's, about all of their tenants.
    """
    rule = _existing(tenant, key)
    if rule.row is None:
        raise InvalidInputError(f"the rule {key[:60]!r} comes with a plugin: it can only be switched off")
    if rule.is_of_owner and user is not None and rule.row.owner_id != user.id:
        raise PermissionDeniedError("this rule is about all tenants of another person")
    return rule.row


def _existing(tenant: Tenant, key: str) -> Rule:
    rule = find_rule(tenant, key)
    if rule is None:
        db.session.rollback()
        raise InvalidInputError(f"tenant {tenant.slug!r} has no ignore rule {key[:60]!r}")
    return rule


def _apply(tenant: Tenant, row: DriftIgnoreRule, wish: RuleWish, user: User | None) -> None:
    if wish.everywhere and (user is None or user.id not in {owner.id for owner in owners_of(tenant)}):
        raise PermissionDeniedError("only an owner makes rules for all tenants")
    row.tenant_id = None if wish.everywhere else tenant.id
    row.label, row.collection = safe_reason(wish.label, 120), wish.collection
    row.path, row.name, row.reason = wish.path, wish.name, safe_reason(wish.reason, 400)
    row.expires_at, row.updated_at = wish.expires_at, clock.now()
    row.version += 1
    # Keys of people's rules are none that a plugin could declare.
    if problems := replace(as_ignore_rule(row), key=PEOPLE).problems():
        db.session.rollback()
        raise InvalidInputError("; ".join(problems))


def _bring_back(key: str, tenant: Tenant | None = None) -> None:
    """What a rule hid is shown; the next look tells it as new, unless another rule hides it."""
    back = update(Finding).where(Finding.hidden_by == key)
    if tenant is not None:
        back = back.where(Finding.tenant_id == tenant.id)
    db.session.execute(back.values(hidden_by=None), execution_options={"synchronize_session": False})


def _record(tenant: Tenant, what: str, key: str, user: User | None, details: JsonObject) -> None:
    record_audit(
        tenant.id,
        f"drift_rule.{what}",
        f"drift_rule:{key}",
        user_id=user.id if user else None,
        actor=user.email if user else SYSTEM,
        details=details,
    )
