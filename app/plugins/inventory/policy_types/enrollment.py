"""How devices come in."""

from app.core import PolicyShape, PolicyType

ENROLLMENT = (
    PolicyType(
        key="autopilotProfile",
        label="Autopilot profiles",
        graph_type="windowsAutopilotDeploymentProfile",
        members=r"\w+AutopilotDeploymentProfile",
        endpoints=("windowsAutopilotDeploymentProfiles",),
        folders=(
            "autopilot",
            "autopilotprofiles",
            "windowsautopilotdeploymentprofiles",
            "enrollmentprofileswindows",
        ),
        shapes=(
            PolicyShape(("outOfBoxExperienceSetting",)),
            PolicyShape(("outOfBoxExperienceSettings",)),
        ),
    ),
    PolicyType(
        key="enrollmentConfig",
        label="Enrollment configurations",
        graph_type="deviceEnrollmentConfiguration",
        members=r"deviceEnrollment\w+|windows10EnrollmentCompletionPageConfiguration"
        r"|deviceComanagementAuthorityConfiguration|windowsRestoreDeviceEnrollmentConfiguration",
        endpoints=("deviceEnrollmentConfigurations",),
        folders=(
            "enrollmentconfigurations",
            "enrollmentrestrictions",
            "enrollmentstatuspage",
            "comanagementsettings",
            "deviceenrollmentconfigurations",
            "windowsesp",
            "esp",
        ),
    ),
)
