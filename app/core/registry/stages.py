"""Where a plugin can fail: while it is loaded, while it works, and in the database."""

from enum import StrEnum


class Stage(StrEnum):
    """A station in a plugin's life; what fails at one is shown with its name."""

    LOCATE = "locate"
    IMPORT = "import"
    COMPATIBILITY = "compatibility"
    VALIDATE = "validate"
    REQUIRES = "requires"
    MODELS = "models"
    ROUTES = "routes"
    CLI = "cli"
    NAV = "nav"
    CARDS = "cards"
    API = "api"
    LINKS = "links"
    EXECUTE = "execute"
    MIGRATE = "migrate"


_ADVICE: dict[str, str] = {
    Stage.LOCATE: "Its entry point leads nowhere: install it again, or uninstall it.",
    Stage.IMPORT: "Its code stops while it is imported: see the log; a library may be missing.",
    Stage.COMPATIBILITY: "It was written for another version of TenantAtlas: install the one that fits.",
    Stage.VALIDATE: "Its declaration cannot be used: tell its author.",
    Stage.REQUIRES: "Repair or install what it stands on.",
    Stage.MODELS: "Its tables cannot be used beside the others: tell its author.",
    Stage.ROUTES: "Its pages cannot be shown: see the log, and tell its author.",
    Stage.CLI: "Its commands cannot be added: tell its author.",
    Stage.NAV: "Its entry is left out of the navigation: see the log, and tell its author.",
    Stage.CARDS: "Its card is left out of the start page: see the log, and tell its author.",
    Stage.API: "Its part of the API answers with errors: see the log, and tell its author.",
    Stage.LINKS: "Its runs ended without links to what they made: see the worker's log, and tell its author.",
    Stage.EXECUTE: "Its operation met what nobody foresaw: see the worker's log, and tell its author.",
    Stage.MIGRATE: "Its tables and its code do not fit: stop, back up, and run `flask db upgrade`.",
}


def advice_for(stage: str) -> str:
    """What to do about a failure at a stage, in one sentence; empty for a stage nobody knows."""
    return _ADVICE.get(stage, "")
