"""A client of the simulated Graph."""

import pytest

from app.plugins.graph import graph_of


@pytest.fixture
def settings(settings, connected):
    """The connection is there before the application is built."""
    return settings


@pytest.fixture
def client(app, tenant):
    with graph_of(tenant) as found:
        yield found
