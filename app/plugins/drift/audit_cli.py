"""`flask drift import-audit`."""

from pathlib import Path

import click

from app.core import cli_errors, report_run, start_and_wait, tenant_by_slug


@click.command("import-audit")
@click.argument("slug")
@click.argument("path", type=click.Path(exists=True, readable=True, path_type=Path))
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON document.")
@cli_errors
def import_audit(slug: str, path: Path, *, inline: bool, as_json: bool) -> None:
    """Read audit events of tenant SLUG from PATH (a folder, a zip or one file) and wait for the end."""
    params = {"path": str(path.resolve())}
    run = start_and_wait(tenant_by_slug(slug), "audit_events.import", params, inline=inline)
    report_run(run, as_json=as_json, events=run.summary.get("events", 0))
