"""Conditional Access and what its policies refer to."""

from app.core import PolicyShape, PolicyType

CONDITIONAL_ACCESS = (
    PolicyType(
        key="conditionalAccessPolicy",
        label="Conditional Access policies",
        graph_type="conditionalAccessPolicy",
        endpoints=("conditionalAccess/policies",),
        folders=("conditionalaccess", "conditionalaccesspolicies"),
        shapes=(
            PolicyShape(("conditions", "grantControls")),
            PolicyShape(("conditions", "sessionControls")),
            PolicyShape(("conditions", "state")),
        ),
    ),
    PolicyType(
        key="namedLocation",
        label="Named locations",
        graph_type="namedLocation",
        members=r"\w+NamedLocation",
        endpoints=("namedLocations",),
        folders=("namedlocations",),
        shapes=(
            PolicyShape(("ipRanges",), graph_type="ipNamedLocation"),
            PolicyShape(("countriesAndRegions",), graph_type="countryNamedLocation"),
        ),
    ),
    PolicyType(
        key="authStrength",
        label="Authentication strengths",
        graph_type="authenticationStrengthPolicy",
        endpoints=("authenticationStrength/policies",),
        folders=("authenticationstrengths", "authenticationstrength"),
        shapes=(PolicyShape(("allowedCombinations",)),),
    ),
)
