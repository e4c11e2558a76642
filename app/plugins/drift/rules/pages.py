"""Pages of the ignore rules of a tenant."""

from typing import NoReturn

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from app.core import (
    InvalidInputError,
    Role,
    current_tenant,
    db,
    fields_of,
    may,
    record_audit,
    signed_in_user,
    tenant_required,
    values_from,
)
from app.plugins.drift.rules.editing import (
    add_rule,
    change_rule,
    remove_rule,
    switch_rule_off,
    switch_rule_on,
)
from app.plugins.drift.rules.preview import Preview, preview_of
from app.plugins.drift.rules.rule import Rule
from app.plugins.drift.rules.ruleset import count_hidden, find_rule, rules_of
from app.plugins.drift.rules.wish import RuleWish, wished_before

SWITCHES = {"off": switch_rule_off, "on": switch_rule_on, "remove": remove_rule}
DONE = {
    "off": "The rule is switched off here; what it hid is shown again.",
    "on": "The rule counts again, from the next look on.",
    "remove": "The rule is removed; what it hid is shown again.",
}

rule_pages = Blueprint(
    "drift_rules", __name__, url_prefix="/t/<tenant>/drift/rules", template_folder="../templates"
)


@rule_pages.get("")
@tenant_required(Role.READONLY)
def index() -> str:
    """Every rule with how much it hides."""
    tenant = current_tenant()
    return render_template(
        "drift_rules/index.html",
        rules=rules_of(tenant),
        hidden=count_hidden(tenant),
        may_manage=may(Role.MANAGER),
    )


@rule_pages.get("/new")
@tenant_required(Role.MANAGER)
def new() -> str:
    """An empty form."""
    return _form(None, {"path": "**"}, {}, None)


@rule_pages.post("/new")
@tenant_required(Role.MANAGER)
def create() -> ResponseReturnValue:
    """Preview a rule, or make it."""
    return _sent(None)


@rule_pages.get("/<key>/edit")
@tenant_required(Role.MANAGER)
def edit(key: str) -> str:
    """A rule that somebody made, to be changed."""
    rule = _found(key)
    if rule.row is None:
        _refuse(key)
    return _form(rule, wished_before(rule.row), {}, None)


@rule_pages.post("/<key>/edit")
@tenant_required(Role.MANAGER)
def change(key: str) -> ResponseReturnValue:
    """Preview a change, or make it."""
    return _sent(_found(key))


@rule_pages.post("/<key>/switch")
@tenant_required(Role.MANAGER)
def switch(key: str) -> ResponseReturnValue:
    """Switch a rule off or on in this tenant, or remove it."""
    rule, what = _found(key), request.form.get("do", "")
    if what not in SWITCHES:
        raise InvalidInputError(f"do: {what[:40]!r} is none of {', '.join(SWITCHES)}")
    SWITCHES[what](current_tenant(), rule.key, signed_in_user(), reason=request.form.get("reason", ""))
    flash(DONE[what], "info")
    return redirect(url_for("drift_rules.index"))


def _sent(rule: Rule | None) -> ResponseReturnValue:
    tenant, values = current_tenant(), values_from(RuleWish, request.form)
    try:
        wish = RuleWish.model_validate(values)
        if request.form.get("do") == "preview":
            return _form(rule, values, {}, preview_of(tenant, wish))
        if rule is None:
            add_rule(tenant, wish, signed_in_user())
        else:
            change_rule(tenant, rule.key, wish, signed_in_user())
    except ValidationError as error:
        errors = {str(one["loc"][0]): one["msg"] for one in error.errors()}
        return _form(rule, values, errors, None), 422
    except InvalidInputError as error:
        return _form(rule, values, {"path": str(error)}, None), 422
    flash("The rule is saved and hides from the next look on.", "info")
    return redirect(url_for("drift_rules.index"))


def _form(
    rule: Rule | None, values: dict[str, object], errors: dict[str, str], preview: Preview | None
) -> str:
    fields = fields_of(RuleWish, values, errors)
    if not may(Role.OWNER):
        fields = [field for field in fields if field.name != "everywhere"]
    return render_template("drift_rules/form.html", rule=rule, fields=fields, errors=errors, preview=preview)


def _found(key: str) -> Rule:
    rule = find_rule(current_tenant(), key)
    if rule is None:
        _refuse(key)
    return rule


def _refuse(key: str) -> NoReturn:
    """No such rule here, and another tenant's: alike, and noted where somebody tried to act."""
    if request.method == "POST":
        user = signed_in_user()
        record_audit(
            current_tenant().id,
            "drift_rule.refused",
            f"drift_rule:{key[:60]}",
            user_id=user.id,
            actor=user.email,
        )
        db.session.commit()
    abort(403)
