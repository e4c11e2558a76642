"""Apps, their protection and their configuration."""

from app.core import PolicyShape, PolicyType

APPS = (
    PolicyType(
        key="appConfig",
        label="App configuration",
        graph_type="targetedManagedAppConfiguration",
        members=r"\w*(?:MobileAppConfiguration|ManagedAppConfiguration|managedDeviceMobileAppConfiguration"
        r"|ManagedStoreAppConfiguration)",
        endpoints=("targetedManagedAppConfigurations", "mobileAppConfigurations"),
        folders=(
            "appconfiguration",
            "appconfigurations",
            "appconfigurationmanagedapp",
            "appconfigurationmanageddevice",
            "targetedmanagedappconfigurations",
            "mobileappconfigurations",
        ),
        shapes=(PolicyShape(("customSettings", "displayName")),),
    ),
    PolicyType(
        key="appProtection",
        label="App protection",
        graph_type="managedAppPolicy",
        members=r"\w*(?:ManagedAppProtection|InformationProtectionPolicy)",
        endpoints=("managedAppPolicies",),
        folders=("appprotection", "appprotectionpolicies", "managedapppolicies"),
        shapes=(
            PolicyShape(
                ("periodOfflineBeforeAccessCheck", "encryptAppData"), graph_type="androidManagedAppProtection"
            ),
            PolicyShape(
                ("periodOfflineBeforeAccessCheck", "faceIdBlocked"), graph_type="iosManagedAppProtection"
            ),
        ),
    ),
    PolicyType(
        key="mobileApp",
        label="Apps",
        graph_type="mobileApp",
        members=r"(?:android|ios|mac|windows|win32|office|web|managed|microsoftStore)\w*"
        r"(?:App|AppX|App[Bb]undle|MSI|WebClip|MicrosoftEdgeApp|OfficeSuiteApp|DmgApp|PkgApp|Catalog)",
        endpoints=("mobileApps",),
        folders=("applications", "mobileapps"),
    ),
)
