"""Every part of the pages in every state, looked at in one visit."""

import shutil

import pytest
from playwright.sync_api import expect

from app.config import load_settings
from app.core import queue
from app.core.db import db
from app.factory import create_app
from tests.browser.axe import COLOURS, violations
from tests.support.databases import SECRET_KEY

ADDRESS = "https://patterns.example"
NARROW = {"width": 360, "height": 740}
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


@pytest.fixture
def debugging(tmp_path, migrated_sqlite_file):
    """Answers of an application in debug, as a browser's route takes them: no server is needed for them."""
    shutil.copyfile(migrated_sqlite_file, tmp_path / "tenantatlas.db")
    app = create_app(load_settings(data_dir=tmp_path, secret_key=SECRET_KEY, debug=True))

    def answer(route):
        path = route.request.url.removeprefix(ADDRESS)
        with app.test_client().get(path) as got:
            route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.data)

    yield answer
    queue.close_queue(app)
    with app.app_context():
        db.engine.dispose()


def test_every_part_is_sound_in_light_in_dark_and_at_360_pixels(browse, debugging, witness):
    page = browse(color_scheme="light")
    page.route(f"{ADDRESS}/**", debugging)
    assert page.goto(f"{ADDRESS}/_patterns").status == 200

    for theme, rules in (("light", None), ("dark", COLOURS)):
        page.emulate_media(color_scheme=theme)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        with witness.looking_away():
            assert violations(page, rules) == [], theme
    page.set_viewport_size(NARROW)
    scrolled, visible = page.evaluate(WIDTHS)
    assert scrolled <= visible
