"""`create_app`: the one place that knows everybody."""

import logging

from flask import Flask
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app import monitoring, plugins, sample, scaffold
from app.api import init_api
from app.config import Settings, load_settings, variables
from app.core import queue
from app.core.cli import migrations
from app.core.cli.channels import channels
from app.core.cli.plugins import plugins as plugins_cli
from app.core.cli.runs import runs
from app.core.cli.schedules import schedules
from app.core.cli.tenants import tenants
from app.core.cli.tokens import tokens
from app.core.cli.users import users
from app.core.cli.worker import CHORES, HOOKS, ServeHooks, serve, worker
from app.core.cli.workers import workers
from app.core.db import db, prepare_engine
from app.core.delivery.sending import deliver_due
from app.core.diagnosis import watch
from app.core.errors import PluginError
from app.core.keys import derive_key
from app.core.registry import candidates, faults, lineages
from app.core.registry.catalog import EXTENSION, Catalog
from app.core.registry.discovery import load_catalog
from app.core.registry.rehearsal import attach
from app.core.retention import operation as retention
from app.core.retention.nightly import ensure_nightly_retention
from app.core.runs.execute import execute_run
from app.core.schedules.tick import tick
from app.core.web.channel_pages import channel_pages
from app.core.web.errors import init_errors
from app.core.web.headers import init_headers
from app.core.web.pages import core_pages
from app.core.web.patterns import pattern_pages
from app.core.web.plugin_pages import plugin_pages
from app.core.web.retry_pages import retry_pages
from app.core.web.schedule_pages import NAV as SCHEDULES
from app.core.web.schedule_pages import schedule_pages
from app.core.web.session import init_login
from app.core.web.shell import TemplateEnvironment, init_shell
from app.core.web.token_pages import token_pages
from app.core.web.transactions import init_transactions

MEGABYTE = 1024 * 1024

logger = logging.getLogger(__name__)


def create_app(settings: Settings | None = None) -> Flask:
    """The application, complete: data, queue, plugins, pages, commands.

    Args:
        settings: what `load_settings` gives; read from the environment when missing.

    Raises:
        ConfigurationError: a setting cannot be used.
        PluginError: a plugin failed and `PLUGINS_STRICT` is set.
    """
    settings = settings or load_settings()
    app = Flask("app", static_folder="core/static", template_folder="core/web/templates")
    app.jinja_environment = TemplateEnvironment
    _configure(app, settings)
    _open_data(app, settings)
    _build_shell(app, settings)
    _add_commands(app)
    catalog = _load_plugins(settings)
    app.extensions |= {
        EXTENSION: catalog,
        candidates.PACKAGE: plugins,
        faults.EXTENSION: faults.FaultLog(),
        watch.EXTENSION: watch.Watch(),
    }
    _attach_plugins(app, catalog, strict=settings.plugins_strict)
    # A thread of their own: core's chores wait for no plugin.
    app.extensions[CHORES].append([chore for plugin in catalog.plugins.values() for chore in plugin.chores])
    queue.init_queue(app, settings.queue_url, settings.queue_prefix, settings.secret_key, execute_run)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.from_mapping(
        SECRET_KEY=derive_key(settings.secret_key, "session").hex(),
        KEY_MATERIAL=settings.secret_key,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.session_cookie_secure,
        SESSION_COOKIE_NAME="tenantatlas",
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=settings.max_upload_mb * MEGABYTE,
        LEASE_SECONDS=settings.lease_seconds,
        SAFE_MODE=settings.safe_mode,
        PUBLIC_URL=settings.public_url,
        DATA_DIR=settings.data_dir,
        ALLOW_WRITES=settings.allow_writes,
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask documents replacing it so
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )


def _open_data(app: Flask, settings: Settings) -> None:
    # No bound on connections: threads bound them, and one that waits for another's would stop both.
    options = {"hide_parameters": True, "max_overflow": -1}
    app.config.update(SQLALCHEMY_DATABASE_URI=settings.database_url, SQLALCHEMY_ENGINE_OPTIONS=options)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    Migrate(app, db, directory=str(lineages.SCRIPTS)).configure(lineages.configure)


def _build_shell(app: Flask, settings: Settings) -> None:
    init_transactions(app)
    init_login(app)
    csrf = CSRFProtect(app)
    init_headers(app)
    if settings.debug:
        app.register_blueprint(pattern_pages)
    else:
        init_errors(app)
    init_shell(app, [monitoring.NAV, SCHEDULES])
    app.register_blueprint(core_pages)
    app.register_blueprint(retry_pages)
    app.register_blueprint(schedule_pages)
    app.register_blueprint(channel_pages)
    app.register_blueprint(plugin_pages)
    app.register_blueprint(token_pages)
    for blueprint in monitoring.BLUEPRINTS:
        app.register_blueprint(blueprint)
    init_api(app, csrf)


def _load_plugins(settings: Settings) -> Catalog:
    catalog = Catalog(reserved=variables())
    catalog.add(retention.plugin)  # core's own: also in safe mode, and nobody else takes its names
    if settings.safe_mode:
        return catalog
    if settings.plugins_dir:
        plugins.also_in(settings.plugins_dir)
    return load_catalog(
        plugins, disabled=settings.plugins_disabled, strict=settings.plugins_strict, catalog=catalog
    )


def _attach_plugins(app: Flask, catalog: Catalog, *, strict: bool) -> None:
    """Register pages and commands; a plugin whose pages cannot be registered is dropped as a whole."""
    for plugin in list(catalog.plugins.values()):
        try:
            attach(plugin, app, catalog)
        except PluginError as error:
            if strict:
                raise
            logger.error("%s", error)  # noqa: TRY400 - the reason is in the text; the trace says no more
            catalog.drop(error)


_COMMANDS = (
    tenants,
    users,
    tokens,
    runs,
    schedules,
    channels,
    plugins_cli,
    worker,
    workers,
    serve,
    sample.sample,
)


def _add_commands(app: Flask) -> None:
    migrations.install()
    plugins_cli.add_command(scaffold.new)
    for command in _COMMANDS:
        app.cli.add_command(command)
    app.extensions[CHORES] = [[ensure_nightly_retention, tick], [deliver_due]]
    app.extensions[HOOKS] = ServeHooks(notices=[sample.sign_in_notice], background=[sample.take_snapshots])
