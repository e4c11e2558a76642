from hypothesis import given, settings
from hypothesis import strategies as st

from app.plugins.drift.compare import ChangeKind, changes_between
from app.plugins.drift.severity import RULES, Severity, Subject, severity_of
from app.plugins.inventory.policies import lists

COLLECTIONS = st.sampled_from(
    """
    conditionalAccessPolicy namedLocation compliancePolicy settingsCatalog deviceConfiguration roleDefinition
    endpointSecurityIntent appProtection psScript enrollmentConfig mobileApp assignmentFilter unheardOf
    """.split()  # noqa: SIM905 - a paragraph of words reads better than one name a line
)
NAMES = st.sampled_from(
    """
    assignments target @odata.type groupId conditions users includeUsers excludeUsers grantControls state
    builtInControls settings omaSettings settingInstance settingDefinitionId value valueJson templateReference
    scheduledActionsForRule scheduledActionConfigurations actionType allowedResourceActions limit apps
    minimumPinLength maximumPinRetries osMinimumVersion defenderX firewallX displayName $secret
    """.split()  # noqa: SIM905 - the same
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text(max_size=8)
    | st.sampled_from(
        ["All", "enabled", "device_vendor_msft_bitlocker_x", "vendor_msft_firewall_x_1", "P1D", "1.2"]
    )
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=6)


@given(COLLECTIONS, DOCUMENTS, DOCUMENTS, st.sampled_from(ChangeKind))
@settings(max_examples=200)
def test_every_document_gets_a_verdict_of_a_known_rule(collection, before, after, kind):
    changes = changes_between(before, after, lists)

    verdict = severity_of(Subject(collection, "anyType"), kind, changes, before, after)

    assert verdict.rule_id in {rule.id for rule in RULES} | {"nothing.visible"}
    assert verdict.severity in Severity


@given(COLLECTIONS, DOCUMENTS)
def test_a_policy_that_came_or_went_needs_no_changes_to_be_judged(collection, document):
    subject = Subject(collection, "anyType")
    leaves = changes_between(document, {}, lists)

    with_leaves = severity_of(subject, ChangeKind.REMOVED, leaves, document, None)

    assert severity_of(subject, ChangeKind.REMOVED, (), document, None) == with_leaves
