"""Tokens: made by managers, kept as a hash, taken until they expire or are revoked."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from app.core import clock
from app.core.audit import AuditLog
from app.core.db import db
from app.core.errors import InvalidInputError, InvalidParametersError, PermissionDeniedError
from app.core.redaction import redact
from app.core.runs.new_run import Initiator
from app.core.tokens import (
    TokenScope,
    TokenState,
    create_token,
    find_token,
    list_tokens,
    revoke_token,
    token_of,
)
from app.core.users import Role
from tests.support.databases import on_both_databases

WANTED = {"name": " Nightly ", "scope": "read", "days": 30}


@pytest.fixture
def manager(make_user, tenant):
    return make_user(tenant=tenant, role=Role.MANAGER)


@pytest.fixture
def issued(tenant, manager):
    return create_token(tenant, manager, WANTED, Initiator.of(manager))


@on_both_databases
def test_a_token_is_found_by_its_secret_which_is_stored_nowhere(issued, tenant, manager):
    found = token_of(issued.secret)

    assert (found.id, found.name, found.maker.email) == (issued.token.id, "Nightly", manager.email)
    assert found.expires_at - found.created_at == timedelta(days=30)
    for rows in ("SELECT * FROM api_tokens", "SELECT * FROM audit_logs"):
        assert issued.secret not in repr(db.session.execute(text(rows)).all())
    assert issued.secret not in repr(issued)


def test_a_secret_is_long_and_its_own_and_redaction_knows_it(tenant, manager):
    secrets = {create_token(tenant, manager, WANTED, Initiator()).secret for _ in range(5)}

    assert len(secrets) == 5
    for secret in secrets:
        assert len(secret) >= 45
        assert secret not in redact(f"curl with {secret} failed")


def test_an_unknown_secret_finds_nothing(issued):
    assert token_of("") is None
    assert token_of(issued.secret[:-1]) is None
    assert token_of(issued.token.token_hash) is None


def test_it_expires_to_the_second(issued):
    with time_machine.travel(issued.token.expires_at - timedelta(seconds=1), tick=False):
        assert token_of(issued.secret) is not None
    with time_machine.travel(issued.token.expires_at, tick=False):
        assert token_of(issued.secret) is None
        assert issued.token.state is TokenState.EXPIRED


def test_revoking_is_audited_once_and_stays(issued, tenant, manager):
    for _ in range(2):
        revoke_token(tenant, issued.token.id, Initiator.of(manager))

    assert token_of(issued.secret) is None
    assert find_token(tenant, issued.token.id).state is TokenState.REVOKED
    entries = db.session.scalars(select(AuditLog).where(AuditLog.action.startswith("token."))).all()
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("token.created", manager.email),
        ("token.revoked", manager.email),
    ]
    assert entries[0].details["acts_as"] == manager.email


def test_another_tenants_token_is_neither_listed_nor_revoked(issued, make_tenant):
    other = make_tenant("elsewhere")

    assert list_tokens(other) == []
    with pytest.raises(InvalidInputError):
        revoke_token(other, issued.token.id, Initiator())
    assert token_of(issued.secret) is not None


@pytest.mark.parametrize("role", [Role.OPERATOR, None])
def test_only_a_manager_can_be_its_maker(make_user, tenant, role):
    user = make_user(tenant=tenant, role=role) if role else make_user()

    with pytest.raises(PermissionDeniedError):
        create_token(tenant, user, WANTED, Initiator())
    assert list_tokens(tenant) == []


def test_what_cannot_be_is_refused_by_field(tenant, manager):
    for field, value in [("name", " "), ("name", "x" * 81), ("scope", "all"), ("days", 0), ("days", 366)]:
        with pytest.raises(InvalidParametersError) as refused:
            create_token(tenant, manager, WANTED | {field: value}, Initiator())
        assert list(refused.value.errors) == [field]
    assert list_tokens(tenant) == []


def test_starting_includes_reading_and_not_the_other_way_round():
    assert TokenScope.START.includes(TokenScope.READ)
    assert not TokenScope.READ.includes(TokenScope.START)


def test_it_goes_with_its_maker(issued, manager):
    db.session.delete(manager)
    db.session.commit()

    assert token_of(issued.secret) is None


def test_a_year_is_the_longest(tenant, manager):
    issued = create_token(tenant, manager, WANTED | {"days": 365}, Initiator())

    assert issued.token.expires_at <= clock.now() + timedelta(days=365)
