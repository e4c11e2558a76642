"""Where policies lie in an export: as IntuneCD names them, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.plugins.backup_sets.layout import Layout

IOS = {"@odata.type": "#microsoft.graph.iosCompliancePolicy"}


def place(collection="compliancePolicy", policy_type="iosCompliancePolicy", name="A", document=IOS):
    layout = Layout()
    return layout.take(layout.place(collection, policy_type, name, document))


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, "Compliance Policies/Policies/A_iosCompliancePolicy.json"),
        (
            {"collection": "settingsCatalog", "document": {"technologies": "mdm,microsoftSense"}},
            "Settings Catalog/A_microsoftSense.json",
        ),
        ({"collection": "roleScopeTag", "document": {}}, "Scope Tags/A.json"),
        (
            {
                "collection": "enrollmentConfig",
                "policy_type": "windows10EnrollmentCompletionPageConfiguration",
                "document": {
                    "@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration"
                },
            },
            "Enrollment Profiles/Windows/ESP/A_windows10EnrollmentCompletionPageConfiguration.json",
        ),
        ({"collection": "fancyThing", "document": {}}, "fancyThing/A.json"),
        ({"name": "a/b:c?", "document": {}}, "Compliance Policies/Policies/a_b_c_.json"),
        ({"name": "../../etc/passwd", "document": {}}, "Compliance Policies/Policies/.._.._etc_passwd.json"),
        ({"name": "..", "document": {}}, "Compliance Policies/Policies/unnamed.json"),
        ({"name": "", "document": {}}, "Compliance Policies/Policies/unnamed.json"),
    ],
)
def test_a_policy_lies_where_intunecd_would_put_it(given, path):
    assert place(**given) == path


def test_names_that_differ_in_case_alone_do_not_overwrite_each_other():
    layout = Layout()

    paths = [
        layout.take(layout.place("roleScopeTag", "roleScopeTag", name, {})) for name in ("Tag", "TAG", "tag")
    ]

    assert paths == ["Scope Tags/Tag.json", "Scope Tags/TAG~2.json", "Scope Tags/tag~3.json"]


def test_earlier_versions_lie_apart_by_their_sync():
    layout = Layout()
    named = layout.place("roleScopeTag", "roleScopeTag", "Tag", {})

    assert layout.take(named, sync_run_id=7) == "__archive__/versions/sync-7/Scope Tags/Tag.json"


@given(st.text(), st.text(), st.text())
def test_no_name_leads_out_of_its_folder(collection, name, declared):
    path = place(collection=collection, name=name, document={"@odata.type": f"a.b.{declared}"})

    parts = path.split("/")
    assert all(part.strip(". ") for part in parts)
    assert len(parts) == 2 or parts[0] == "Compliance Policies"
    assert path.isprintable() or not any(ord(one) < 32 for one in path)
    path.encode()
