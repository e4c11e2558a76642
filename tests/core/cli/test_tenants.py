from app.core.tenants import tenant_by_slug


def test_a_tenant_is_created_and_listed(flask_cli, run_json):
    created = flask_cli("tenants", "create", "fabled-harbour", "--name", "Fabled Harbour Ltd")

    assert (created.exit_code, created.stdout) == (0, "Tenant fabled-harbour created.\n")
    status, listed = run_json("tenants", "list")
    assert status == 0
    assert listed == [
        {"id": tenant_by_slug("fabled-harbour").id, "slug": "fabled-harbour", "name": "Fabled Harbour Ltd"}
    ]


def test_without_tenants_the_list_is_empty_json(run_json):
    assert run_json("tenants", "list") == (0, [])


def test_a_slug_that_cannot_be_used_or_is_taken_is_a_wrong_call(flask_cli, tenant):
    for slug in ("Not A Slug", tenant.slug):
        result = flask_cli("tenants", "create", slug)

        assert result.exit_code == 2
        assert repr(slug) in result.stderr
        assert result.stdout == ""


def test_people_read_the_list_without_json(flask_cli, tenant):
    result = flask_cli("tenants", "list")

    assert (result.exit_code, result.stdout.split()) == (0, ["fictional", "Fictional", "Ltd"])
