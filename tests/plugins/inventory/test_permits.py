"""Which exports a program may name: those of its own tenant, wherever links lead."""

from pathlib import Path

import pytest

from app.core.errors import InvalidParametersError
from app.core.runs.parameters import permit
from app.plugins.inventory.operation import operation


@pytest.fixture
def data(app):
    return Path(app.config["DATA_DIR"])


def asked(tenant, path):
    permit(operation, tenant, {"source": "files", "path": str(path)})


def test_what_was_laid_in_or_uploaded_is_a_tenants_own(data, tenant):
    asked(tenant, data / "imports" / tenant.slug / "october")
    asked(tenant, data / "uploads" / str(tenant.id) / "one" / "october.zip")


def test_any_other_path_is_refused_at_its_field(data, tenant, make_tenant):
    other, mine = make_tenant("elsewhere"), data / "imports" / tenant.slug
    mine.mkdir(parents=True)
    (mine / "link").symlink_to(data)

    for path in (
        "/etc",
        "october",
        data / "imports",
        data / "imports" / other.slug / "october",
        data / "uploads" / str(other.id) / "october.zip",
        data / "imports" / f"{tenant.slug}-2",
        mine / ".." / other.slug,
        mine / "link" / "imports" / other.slug,
    ):
        with pytest.raises(InvalidParametersError) as refused:
            asked(tenant, path)
        assert list(refused.value.errors) == ["path"], path


def test_an_operation_without_such_limits_permits_everything(tenant, offer):
    permit(offer(lambda _run: None), tenant, {})
