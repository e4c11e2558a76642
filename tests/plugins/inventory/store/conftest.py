"""A snapshot store."""

import pytest

from tests.support.stored import Store


@pytest.fixture
def store(tenant):
    """A store of one tenant: `store.take([policy("A"), ...])` reads a snapshot and answers with its sync."""
    return Store(tenant)
