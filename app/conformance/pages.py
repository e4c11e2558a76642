"""The pages on which a plugin can be seen: those of its runs, and its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import BuildError, Rule

from app.conformance.browser import Browser
from app.conformance.deployment import Deployment
from app.conformance.people import OTHER_SLUG, SLUG
from app.conformance.verdict import require
from app.core.registry.contract import Plugin

HUB = f"/t/{SLUG}/monitoring/operations"
SHOWING = {200, 302}


@dataclass(frozen=True)
class Address:
    """Where one of a plugin's own views is: `is_whole` when it needs nothing but the tenant."""

    path: str
    methods: frozenset[str]
    is_whole: bool


def run_page(run_id: int) -> str:
    """The address of a run's page."""
    return f"{HUB}/{run_id}"


def pages_of_run(run_id: int) -> list[str]:
    """Every page of core that shows a run."""
    return [HUB, f"{HUB}/list", run_page(run_id), f"{run_page(run_id)}/panel", f"/t/{SLUG}/notifications"]


def addresses_of(app: Flask, plugin: Plugin) -> Iterator[Address]:
    """A plugin's own views; what an address needs beside the tenant is taken to be 1."""
    names = {blueprint.name for blueprint in plugin.blueprints}
    urls = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in names and "tenant" in rule.arguments:
            try:
                path = urls.build(rule.endpoint, _values(rule))
            except BuildError:
                continue
            yield Address(path, frozenset(rule.methods or ()), rule.arguments == {"tenant"})


def own_pages(deployment: Deployment, plugin: Plugin) -> list[str]:
    """The pages of a plugin that need nothing but the tenant."""
    found = addresses_of(deployment.app, plugin)
    return [address.path for address in found if address.is_whole and "GET" in address.methods]


def read(browser: Browser, paths: Iterable[str]) -> dict[str, str]:
    """Path -> what is shown there; a check fails where that is an error."""
    texts = {}
    for path in paths:
        answer = browser.get(path)
        require(
            answer.status_code in SHOWING,
            f"GET {path} answers {answer.status_code}. A page must work in every tenant, whatever is in it; "
            "the captured log has the reason.",
        )
        texts[path] = answer.text
    return texts


def look(browser: Browser, paths: Iterable[str]) -> dict[str, str]:
    """Path -> what is shown there, errors too."""
    return {path: browser.get(path).text for path in paths}


def look_at_pages(browser: Browser, paths: Iterable[str]) -> dict[str, str]:
    """The same without files that a browser keeps: what is in them is shown by something else."""
    answers = {path: browser.get(path) for path in paths}
    return {
        path: answer.text
        for path, answer in answers.items()
        if not answer.headers.get("Content-Disposition", "").startswith("attachment")
    }


def elsewhere(path: str) -> str:
    """The same address in a tenant where the members have no role."""
    return path.replace(f"/t/{SLUG}/", f"/t/{OTHER_SLUG}/", 1)


def _values(rule: Rule) -> dict[str, object]:
    return {name: SLUG if name == "tenant" else 1 for name in rule.arguments}
