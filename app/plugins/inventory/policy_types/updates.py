"""Updates of Windows."""

from app.core import PolicyShape, PolicyType

UPDATES = (
    PolicyType(
        key="featureUpdate",
        label="Feature updates",
        graph_type="windowsFeatureUpdateProfile",
        endpoints=("windowsFeatureUpdateProfiles",),
        folders=("featureupdates", "windowsfeatureupdates", "windowsfeatureupdateprofiles"),
        shapes=(PolicyShape(("featureUpdateVersion",)),),
    ),
    PolicyType(
        key="qualityUpdate",
        label="Quality updates",
        graph_type="windowsQualityUpdateProfile",
        endpoints=("windowsQualityUpdateProfiles",),
        folders=("qualityupdates", "windowsqualityupdates", "windowsqualityupdateprofiles"),
        shapes=(PolicyShape(("expeditedUpdateSettings",)),),
    ),
    PolicyType(
        key="driverUpdate",
        label="Driver updates",
        graph_type="windowsDriverUpdateProfile",
        endpoints=("windowsDriverUpdateProfiles",),
        folders=(
            "driverupdates",
            "driverupdateprofiles",
            "windowsdriverupdates",
            "windowsdriverupdateprofiles",
        ),
        shapes=(PolicyShape(("approvalType", "deploymentDeferralInDays")),),
    ),
)
