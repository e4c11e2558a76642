"""Reading and writing reports, always through a tenant. Who writes commits."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select

from app.core import JsonObject, Tenant, clock, db, upsert
from license_report.models import LicensedPolicy, Report

SHOWN = 500


def report_of_run(tenant: Tenant, run_id: int) -> Report | None:
    """The report that a run writes or wrote, finished or not."""
    return db.session.scalar(select(Report).where(Report.tenant_id == tenant.id, Report.run_id == run_id))


def begin_report(tenant: Tenant, run_id: int, sync_run_id: int) -> Report:
    """A report that nobody sees yet."""
    report = Report(tenant_id=tenant.id, run_id=run_id, sync_run_id=sync_run_id)
    db.session.add(report)
    return report


def add_policies(report: Report, rows: Iterable[JsonObject]) -> None:
    """Note what policies need; noted twice it is as if once.

    Args:
        report: where.
        rows: `policy_id`, `policy_type`, `name` and `license` of each; a few hundred.
    """
    keys = {"report_id": report.id, "tenant_id": report.tenant_id}
    complete = [{**row, **keys} for row in rows]
    if complete:
        db.session.execute(upsert(LicensedPolicy).on_conflict_do_nothing(), complete)


def finish_report(report: Report) -> None:
    """Show a report in place of earlier ones of its sync; what runs that are gone left undone goes too."""
    superseded = and_(Report.sync_run_id == report.sync_run_id, Report.finished_at.is_not(None))
    left_over = and_(Report.run_id.is_(None), Report.finished_at.is_(None))
    others = (Report.tenant_id == report.tenant_id, Report.id != report.id)
    db.session.execute(delete(Report).where(*others, or_(superseded, left_over)))
    report.finished_at = clock.now()


def finished_reports(tenant: Tenant, *, limit: int = 20) -> Sequence[Report]:
    """What may be shown, newest first: one report a sync."""
    return db.session.scalars(_finished(tenant).limit(limit)).all()


def report_of_sync(tenant: Tenant, sync_run_id: int) -> Report | None:
    """The finished report about a sync, or nothing."""
    return db.session.scalar(_finished(tenant).where(Report.sync_run_id == sync_run_id))


def counts_of(report: Report) -> dict[str, int]:
    """How many policies need each license; what most of them need comes first."""
    counted = func.count()
    query = select(LicensedPolicy.license, counted).where(*_of(report)).group_by(LicensedPolicy.license)
    in_order = query.order_by(counted.desc(), LicensedPolicy.license)
    return dict(db.session.execute(in_order).all())


def policies_of(report: Report, license_key: str | None = None) -> Sequence[LicensedPolicy]:
    """The policies of a report, or those that need one license, by name; 500 at most."""
    query = select(LicensedPolicy).where(*_of(report))
    if license_key is not None:
        query = query.where(LicensedPolicy.license == license_key)
    in_order = query.order_by(LicensedPolicy.license, LicensedPolicy.name, LicensedPolicy.policy_id)
    return db.session.scalars(in_order.limit(SHOWN)).all()


def _finished(tenant: Tenant) -> Select[Report]:
    query = select(Report).where(Report.tenant_id == tenant.id, Report.finished_at.is_not(None))
    return query.order_by(Report.id.desc())


def _of(report: Report) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return LicensedPolicy.tenant_id == report.tenant_id, LicensedPolicy.report_id == report.id
