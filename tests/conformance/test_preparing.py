"""What examples presuppose is made by the plugin, and said when it cannot be."""

import pytest

from app.conformance.deployment import Deployment
from app.conformance.people import SLUG
from app.core.tenants import create_tenant

HELLO = """
from app.core import Plugin

def prepare(tenant):
    raise LookupError(f"no berth for {tenant.slug}")

plugin = Plugin(name="hello", version="1", before_examples=prepare)
"""


def test_a_plugin_that_cannot_prepare_its_examples_is_named_with_the_reason(drop_in, make_app):
    drop_in("hello", HELLO)
    deployment = Deployment(make_app(), "")
    with deployment.app.app_context():
        create_tenant(SLUG)

    with pytest.raises(pytest.fail.Exception, match=rf"hello: .*LookupError: no berth for {SLUG}"):
        deployment.prepare("hello")
