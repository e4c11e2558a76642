"""What is in the export of a backup set."""

import json
import zipfile

SCRIPT = {
    "@odata.type": "#microsoft.graph.deviceManagementScript",
    "displayName": "Fictional script",
    "scriptContent": "V3JpdGUtSG9zdCAnZmljdGlvbmFsJw==",
}


def unpacked(path):
    """(manifest, {path: document}) of a zip."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        documents = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    return documents.pop("manifest.json"), documents
