"""A real server and a real Chromium; every test that opens a page also checks the console and the CSP."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from app.core.db import db
from app.core.tenants import create_tenant
from app.core.users import Role, create_user, find_user, set_membership
from tests.browser.gallery import build_gallery
from tests.browser.signing_in import session_of
from tests.browser.site import running_site
from tests.browser.witness import Witness
from tests.support.browsing import PASSWORD

# Read here: the tests' own processes run without a deployment's settings.
CHROMIUM = os.environ.get("TENANTATLAS_CHROMIUM") or "/usr/bin/chromium"
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
PATIENCE = 20_000  # ms; a poll is due every 2 s, and the machine may be busy
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Whatever lies in this folder drives a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """The browser; each test opens windows of its own in it."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no Chromium at {CHROMIUM}: install it, or name one with TENANTATLAS_CHROMIUM")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory, migrated_sqlite_file):
    """A running server of this pytest process, empty at first."""
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite_file) as running:
        yield running


@pytest.fixture
def app(site):
    """The server's data in this process: `make_tenant`, `make_run` and their like build what pages show."""
    with site.app.app_context():
        yield site.app
        db.session.rollback()


@pytest.fixture
def make_tenant(site, app):
    """Add a tenant that no other test of this server sees: `make_tenant()`."""

    def make(slug=None, name=None):
        return create_tenant(slug or f"fictional-{next(site.numbers)}", name)

    return make


@pytest.fixture
def member(app):
    """An address that is a member of a tenant: `member(tenant, Role.READONLY)`."""

    def add(tenant, role=Role.OPERATOR) -> str:
        email = f"{role.value}@example.com"
        user = find_user(email) or create_user(email, PASSWORD)
        set_membership(user, tenant, role)
        return email

    return add


@pytest.fixture
def gallery(site, app, make_tenant, member, make_run):
    """Numbers and names to fill into `PAGES`; the tenants behind them are built once per server."""
    if "gallery" not in site.notes:
        site.notes["gallery"] = build_gallery(make_tenant, member, make_run)
    return site.notes["gallery"]


@pytest.fixture
def witness():
    """What the test's browser did; a complaint that nobody expected fails the test."""
    notes = Witness()
    yield notes
    assert notes.troubles == []


@pytest.fixture
def browse(chromium, site, witness):
    """Open a window, signed in as an address or not at all: `browse(email).goto("/t/fabled/drift")`.

    Options are those of a browser context: `viewport`, `color_scheme`, `java_script_enabled`.
    """
    opened = []

    def open_window(email=None, **options):
        state = session_of(chromium, site, email) if email else None
        context = chromium.new_context(
            base_url=site.url,
            storage_state=state,
            **{"reduced_motion": "reduce", "locale": "en-GB"} | options,
        )
        context.set_default_timeout(PATIENCE)
        witness.watch(context)
        opened.append(context)
        return context.new_page()

    yield open_window
    for context in opened:
        context.close()
