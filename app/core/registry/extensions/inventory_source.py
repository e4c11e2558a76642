"""Where inventory reads policies from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from pydantic import BaseModel

from app.core.registry.extensions.base import Extension
from app.core.registry.wrong_fields import wrong_fields

if TYPE_CHECKING:
    from app.core.db import JsonObject
    from app.core.tenants import Tenant

Options = TypeVar("Options", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document as a source holds it, read like a file of an export: a policy, a list, or a page of them.

    Attributes:
        path: where it lies in the source, with "/" between folders; the same at the next reading.
        body: a JSON object, or the bytes of a JSON text.
    """

    path: str
    body: "JsonObject | bytes"


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """One remark about one document of a source.

    Attributes:
        path: where it lies in the source; "#2" for the second policy of one document.
        reason_code: a stable code.
        reason: a short sentence that quotes no content of the document, so it may be stored and shown.
        collection: key of the policy type that is incomplete because of it, where that is known.
        is_failure: whether something was not read; else it is a note.
    """

    path: str
    reason_code: str
    reason: str
    collection: str | None = None
    is_failure: bool = True


Found: TypeAlias = SourceDocument | SourceProblem


@dataclass(frozen=True, kw_only=True)
class InventorySource(Extension, Generic[Options]):
    """A place from which `inventory.sync` can read.

    Attributes:
        description: one sentence on the page that starts a sync.
        options: pydantic model of what to read there; its fields are parameters of the run beside `source`.
        read: yields everything there is, in a stable order, and names what it could not read. Raises
            `RunFailedError` when nothing can be believed.
        origin: a short name of what is read, for people; default: the label.
        start_endpoint: the plugin's own start page instead of the generated form.
    """

    kind = "inventory source"
    field = "inventory_sources"

    description: str
    options: type[Options]
    read: "Callable[[Tenant, Options], Iterable[Found]]"
    origin: Callable[[Options], str] | None = None
    start_endpoint: str | None = None

    def problems(self) -> list[str]:
        callbacks = ("read",) if self.origin is None else ("read", "origin")
        found, model = super().problems() + self._uncallable(*callbacks), self._model()
        if model is None:
            found.append("`options` is no pydantic model")
        else:
            found += [f"options: {problem}" for problem in wrong_fields(model)]
            if "source" in model.model_fields:
                found.append("an option cannot be called 'source'")
        return found

    def _model(self) -> type[BaseModel] | None:
        said: object = self.options
        return said if isinstance(said, type) and issubclass(said, BaseModel) else None
