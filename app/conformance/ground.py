"""What a check stands on: a migrated database with people, and what the plugin's examples presuppose."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.conformance.databases import Databases
from app.conformance.deployment import Deployment, deployed
from app.conformance.people import settle_people
from app.conformance.subjects import Subject, cases_of, standing_on, stands_on
from app.core.registry.lineages import upgrade_all

PEOPLED = "with people"


class Ground:
    """Deployments, each as if it were the first: runs count from 1, those of the plugins below come first."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        """Take databases to copy, and a folder for everything else of a deployment."""
        self._databases, self._folder = databases, folder
        self._number = 0
        self._idle: defaultdict[str, list[Deployment]] = defaultdict(list)
        self._built = ExitStack()

    @contextmanager
    def deployment(self, plugin: str) -> Iterator[Deployment]:
        """A deployment to check a plugin in, as new; built once and used again, as building takes longest."""
        template, idle = self._prepared(plugin), self._idle[plugin]
        if idle:
            deployment = idle.pop()
            self._databases.renew(deployment.url, template)
        else:
            deployment = self._built.enter_context(
                deployed(self._databases.copy(template), self._next_folder())
            )
        try:
            yield deployment
        finally:
            deployment.forget()
            idle.append(deployment)

    @contextmanager
    def without(self, deployment: Deployment, plugin: str) -> Iterator[Deployment]:
        """Another deployment on the same database, which loads neither a plugin nor those that require it."""
        names = tuple(standing_on(deployment.catalog, plugin))
        with deployed(deployment.url, self._next_folder(), disabled=names) as bare:
            yield bare

    def close(self) -> None:
        """Close every deployment and drop the databases."""
        self._built.close()
        self._databases.close()

    def _prepared(self, plugin: str) -> str:
        peopled = self._databases.template(PEOPLED, self._settle)
        return self._databases.template(plugin, lambda url: self._run_below(url, plugin), base=peopled)

    def _settle(self, url: str) -> None:
        with deployed(url, self._next_folder()) as deployment:
            with deployment.app.app_context():
                # What cannot be migrated fails the checks of the plugin whose it is, with its reason.
                for _ in upgrade_all():
                    pass
            settle_people(deployment.app)

    def _run_below(self, url: str, plugin: str) -> None:
        with deployed(url, self._next_folder()) as deployment:
            for name in stands_on(deployment.catalog, plugin):
                deployment.prepare(name)
                for case in cases_of(deployment.catalog, [Subject(name)]):
                    deployment.finished(case.run_type, case.params)
            deployment.prepare(plugin)

    def _next_folder(self) -> Path:
        self._number += 1
        return self._folder / str(self._number)
