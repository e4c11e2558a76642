"""Backup sets: chosen policies, kept in versions that can be proven."""

from app.core import NavItem, Plugin
from app.plugins.backup_sets import add_policies, expiry, export, fill, importing, verify
from app.plugins.backup_sets.cli import backup_sets
from app.plugins.backup_sets.examples import make_sets
from app.plugins.backup_sets.models import BackupModel
from app.plugins.backup_sets.restore.operation import operation as restore
from app.plugins.backup_sets.settings import BackupSettings
from app.plugins.backup_sets.views import pages

plugin = Plugin(
    name="backup_sets",
    version="1.0.0",
    requires=("inventory", "graph"),
    operations=(
        add_policies.operation,
        verify.operation,
        export.operation,
        importing.operation,
        expiry.operation,
        fill.operation,
        restore,
    ),
    settings=BackupSettings,
    blueprints=(pages,),
    models=BackupModel,
    migrations="app.plugins.backup_sets.migrations",
    cli=(backup_sets,),
    before_examples=make_sets,
    nav=(NavItem("Backup sets", "backup_sets.index", "archive"),),
)

__all__ = ["plugin"]
