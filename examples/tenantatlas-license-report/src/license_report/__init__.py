"""License report: which Microsoft license each policy of a tenant needs."""

from importlib.metadata import version

from app.core import NavItem, Plugin
from license_report.models import Base
from license_report.operation import operation
from license_report.overview import needed_licenses
from license_report.pages import pages

plugin = Plugin(
    name="license_report",
    version=version("tenantatlas-license-report"),
    requires_api=(1, 1),
    requires=("inventory",),
    operations=(operation,),
    blueprints=(pages,),
    models=Base,
    migrations="license_report.migrations",
    nav=(NavItem("Licenses", "license_report.index", "patch-check"),),
    overview_cards=(needed_licenses,),
)

__all__ = ["plugin"]
