"""A plugin of which each operation but the first breaks one promise: the conformance kit must name it."""

import logging
from uuid import uuid4

from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import select

from app.core import (
    ItemFailedError,
    NoParams,
    OperationType,
    Plugin,
    ReasonCode,
    RelatedLink,
    RunContext,
    TenantAtlasError,
    db,
    plugin_settings,
)

ITEMS = ("bow", "keel", "mast")
logger = logging.getLogger(__name__)


class Words(BaseModel):
    """What somebody typed."""

    text: str = Field(default="ahoy", description="A word.")
    unstored: int = Field(default=0, description="Left out of what is stored.", exclude=True)


class Settings(BaseModel):
    """What an administrator may choose."""

    api_key: SecretStr = SecretStr("none")


def work(run: RunContext[BaseModel]) -> None:
    """Work on every item, as one should."""
    for item in run.items:
        with run.item(item):
            run.report("worn", "It is worn.", item_id=item)


def fail_undeclared(run: RunContext[NoParams]) -> None:
    """Fail with a code nobody has explained."""
    for item in run.items:
        with run.item(item):
            raise ItemFailedError("sunk", "It sank.")


def leave_open(run: RunContext[NoParams]) -> None:
    """Read, and keep every other writer waiting."""
    work(run)
    db.session.execute(select(1))


def bear_crashes(run: RunContext[NoParams]) -> None:
    """Call a crash a success."""
    try:
        work(run)
    except RuntimeError:
        logger.info("never mind")


def bear_exits(run: RunContext[NoParams]) -> None:
    """Call an exit a success."""
    try:
        work(run)
    except SystemExit:
        logger.info("never mind")


def bear_stops(run: RunContext[NoParams]) -> None:
    """Go on when core says that it is over."""
    try:
        work(run)
    except TenantAtlasError:
        logger.info("never mind")


def forget(run: RunContext[NoParams]) -> None:
    """Count what this call has done, not what the run has."""
    done = 0
    for item in run.items:
        with run.item(item):
            done += 1
    run.summarize(done=done)


def tell(run: RunContext[Words]) -> None:
    """Keep what was typed where it is shown."""
    work(run)
    run.summarize(said=run.params.text)


def log(run: RunContext[Words]) -> None:
    """Log what was typed."""
    work(run)
    logger.warning("somebody said %s", run.params.text)


def tell_settings(run: RunContext[NoParams]) -> None:
    """Keep a setting where it is shown."""
    work(run)
    run.summarize(key=plugin_settings(Settings).api_key.get_secret_value())


def operation(action, execute=work, **declared):
    """A sound operation but for what is given."""
    sound = {
        "label": action.capitalize(),
        "description": "Looks after a ship.",
        "items": lambda _tenant, _params: ITEMS,
        "reason_codes": {"worn": ReasonCode("Worn")},
        "resumable": True,
        "idempotent_items": True,
        "examples": ({},),
    }
    return OperationType(run_type=f"careless.{action}", execute=execute, **(sound | declared))


plugin = Plugin(
    name="careless",
    version="1.0",
    settings=Settings,
    operations=(
        operation("sound", params=Words, related_links=lambda _run: [RelatedLink("Home", "/t/conformance/")]),
        operation("unexplained", description=""),
        operation(
            "unnamed_reason", reason_codes={"worn": ReasonCode("Worn"), "Not A Code": ReasonCode("What")}
        ),
        operation("without_example", examples=()),
        operation("random_key", idempotency_key=lambda _tenant, _params: uuid4().hex),
        operation("unordered_items", items=lambda _tenant, _params: list({*"abcdefghijklmnop"})),
        operation("empty_item", items=lambda _tenant, _params: ["bow", "bow"]),
        operation("unstored_field", params=Words, examples=({"unstored": 1},)),
        operation("undeclared_failure", fail_undeclared),
        operation("open_transaction", leave_open),
        operation("borne_crash", bear_crashes),
        operation("borne_exit", bear_exits),
        operation("borne_stop", bear_stops),
        operation("forgetful", forget),
        operation("telling", tell, params=Words),
        operation("telling_settings", tell_settings),
        operation("logging", log, params=Words),
        operation("link_elsewhere", related_links=lambda _run: [RelatedLink("Away", "https://example.com/")]),
        operation("link_nowhere", related_links=lambda _run: [RelatedLink("Gone", "/t/conformance/gone")]),
        operation("link_broken", related_links=lambda run: [RelatedLink("Sum", run.summary["missing"])]),
    ),
)
