"""Third-party static files: fetched from npm, kept unmodified, listed with their hashes.

`make vendor` runs this script. To move to another version, change it in `PACKAGES` and run it again.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "app/core/static/vendor"
FOR_TESTS = ROOT / "tests/browser/vendor"
MANIFEST = "MANIFEST.json"


@dataclass(frozen=True)
class Package:
    """One npm package and the files we keep of it: path in the package -> name in our folder."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


@dataclass(frozen=True)
class VendoredFile:
    """One entry of a manifest; `file` is relative to the manifest's folder."""

    name: str
    version: str
    file: str
    sha256: str
    licence: str


PACKAGES: dict[Path, tuple[Package, ...]] = {
    SHIPPED: (
        Package(
            "htmx.org",
            "4.0.1",
            "0BSD",
            {
                "dist/htmx.min.js": "htmx/htmx.min.js",
                "dist/ext/hx-ptag.min.js": "htmx/hx-ptag.min.js",
                "LICENSE": "htmx/LICENSE",
            },
        ),
        Package(
            "bootstrap",
            "5.3.9",
            "MIT",
            {"dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css", "LICENSE": "bootstrap/LICENSE"},
        ),
        Package(
            "bootstrap-icons",
            "1.13.2",
            "MIT",
            {
                "bootstrap-icons.svg": "bootstrap-icons/bootstrap-icons.svg",
                "LICENSE": "bootstrap-icons/LICENSE",
            },
        ),
    ),
    FOR_TESTS: (
        Package(
            "axe-core",
            "4.14.1",
            "MPL-2.0",
            {
                "axe.min.js": "axe-core/axe.min.js",
                "LICENSE": "axe-core/LICENSE",
                "LICENSE-3RD-PARTY.txt": "axe-core/LICENSE-3RD-PARTY.txt",
            },
        ),
    ),
}


def manifest_of(folder: Path) -> list[VendoredFile]:
    """The entries of `folder`'s manifest, in its order."""
    return [VendoredFile(**entry) for entry in json.loads((folder / MANIFEST).read_text(encoding="utf-8"))]


def problems_in(folder: Path) -> list[str]:
    """What in `folder` is not as its manifest says, one sentence per file; empty when all is well."""
    listed = {entry.file: entry for entry in manifest_of(folder)}
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {
        MANIFEST
    }
    return [
        *(f"{file}: missing" for file in sorted(listed.keys() - present)),
        *(f"{file}: not in the manifest" for file in sorted(present - listed.keys())),
        *(
            f"{file}: not as {listed[file].name} {listed[file].version} has it"
            for file in sorted(present & listed.keys())
            if sha256_of(folder / file) != listed[file].sha256
        ),
    ]


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refresh(folder: Path, packages: tuple[Package, ...]) -> None:
    """Fetch `packages` by the npm client and replace what `folder` holds."""
    with tempfile.TemporaryDirectory() as scratch:
        unpacked = [(package, fetch(package, Path(scratch))) for package in packages]
        shutil.rmtree(folder, ignore_errors=True)
        entries = [entry for package, source in unpacked for entry in place(package, source, folder)]
    lines = json.dumps([vars(entry) for entry in entries], indent=2)
    (folder / MANIFEST).write_text(lines + "\n", encoding="utf-8")


def fetch(package: Package, scratch: Path) -> Path:
    """Download and unpack one package; npm checks its integrity. Returns the unpacked folder."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("make vendor needs npm, the Node package manager, on the path.")
    spec = f"{package.name}@{package.version}"
    packed = subprocess.run([npm, "pack", "--silent", spec], cwd=scratch, check=True, capture_output=True)
    target = scratch / package.name
    with tarfile.open(scratch / packed.stdout.decode().strip()) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def place(package: Package, source: Path, folder: Path) -> list[VendoredFile]:
    """Copy the files we keep, byte for byte, and describe them."""
    entries = []
    for original, kept in package.files.items():
        target = folder / kept
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((source / original).read_bytes())
        entries.append(VendoredFile(package.name, package.version, kept, sha256_of(target), package.licence))
    return entries


if __name__ == "__main__":
    for destination, wanted in PACKAGES.items():
        refresh(destination, wanted)
        print(f"{destination.relative_to(ROOT)}: {len(manifest_of(destination))} files")
