"""Scripts that run on devices. The more special shapes come first."""

from app.core import PolicyShape, PolicyType

SCRIPTS = (
    PolicyType(
        key="healthScript",
        label="Remediation scripts",
        graph_type="deviceHealthScript",
        endpoints=("deviceHealthScripts",),
        folders=("healthscripts", "proactiveremediations", "remediations", "devicehealthscripts"),
        shapes=(PolicyShape(("detectionScriptContent", "remediationScriptContent")),),
    ),
    PolicyType(
        key="complianceScript",
        label="Compliance scripts",
        graph_type="deviceComplianceScript",
        endpoints=("deviceComplianceScripts",),
        folders=("compliancescripts", "compliancepoliciesscripts", "devicecompliancescripts"),
        shapes=(PolicyShape(("detectionScriptContent",)),),
    ),
    PolicyType(
        key="customAttribute",
        label="Custom attributes",
        graph_type="deviceCustomAttributeShellScript",
        endpoints=("deviceCustomAttributeShellScripts",),
        folders=("customattributes", "maccustomattributes", "devicecustomattributeshellscripts"),
        shapes=(PolicyShape(("scriptContent", "customAttributeType")),),
    ),
    PolicyType(
        key="shellScript",
        label="Shell scripts",
        graph_type="deviceShellScript",
        endpoints=("deviceShellScripts",),
        folders=("shellscripts", "macscripts", "scriptsshell", "deviceshellscripts", "shell"),
        shapes=(PolicyShape(("scriptContent", "retryCount")),),
    ),
    PolicyType(
        key="psScript",
        label="PowerShell scripts",
        graph_type="deviceManagementScript",
        endpoints=("deviceManagementScripts",),
        folders=("powershellscripts", "powershell", "scriptspowershell", "devicemanagementscripts"),
        shapes=(PolicyShape(("scriptContent",)),),
    ),
)
