"""Backup sets: chosen policies, kept in versions that can be proven."""

from app.core import NavItem, Plugin
from app.plugins.backup_sets import add_policies, verify
from app.plugins.backup_sets.cli import backup_sets
from app.plugins.backup_sets.examples import make_sets
from app.plugins.backup_sets.models import BackupModel
from app.plugins.backup_sets.views import pages

plugin = Plugin(
    name="backup_sets",
    version="1.0.0",
    requires=("inventory", "graph"),
    operations=(add_policies.operation, verify.operation),
    blueprints=(pages,),
    models=BackupModel,
    migrations="app.plugins.backup_sets.migrations",
    cli=(backup_sets,),
    before_examples=make_sets,
    nav=(NavItem("Backup sets", "backup_sets.index", "archive"),),
)

__all__ = ["plugin"]
