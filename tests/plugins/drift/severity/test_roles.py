def role(*allowed, denied=()):
    actions = {"allowedResourceActions": list(allowed), "notAllowedResourceActions": list(denied)}
    return {"displayName": "Help desk", "rolePermissions": [{"resourceActions": [actions]}]}


def test_a_role_that_allows_more_is_critical(told):
    assert told("roleDefinition", role("Device_Read"), role("Device_Read", "Device_Wipe")) == (
        "critical",
        "role.widened",
    )


def test_a_role_that_denies_less_is_critical(told):
    before, after = role("Device_Read", denied=("Device_Wipe",)), role("Device_Read")

    assert told("roleDefinition", before, after) == ("critical", "role.widened")


def test_a_role_that_allows_less_is_an_ordinary_change(told):
    before, after = role("Device_Read", "Device_Wipe"), role("Device_Read")

    assert told("roleDefinition", before, after) == ("medium", "setting.changed")


def test_a_role_that_denies_more_is_an_ordinary_change(told):
    before, after = role("Device_Read"), role("Device_Read", denied=("Device_Wipe",))

    assert told("roleDefinition", before, after) == ("medium", "setting.changed")
