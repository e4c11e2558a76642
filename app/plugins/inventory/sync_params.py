"""The parameters of `inventory.sync`: a source, and beside it that source's own options."""

import logging
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from app.core import InvalidInputError, JsonObject
from app.plugins.inventory.files_source import files
from app.plugins.inventory.sources import origin_of, source_named

logger = logging.getLogger(__name__)


class SyncParams(BaseModel):
    """What to read. Every field but `source` is an option of the source, checked by its own model."""

    model_config = ConfigDict(extra="allow")

    source: str = Field(default=files.key, title="Source", description="Where policies are read from.")
    # An option of `files`, named here so that generated forms ask for it.
    path: str | None = Field(
        default=None,
        title="Export",
        description="Folder, zip or JSON file on the worker's machine; for exported files only.",
    )

    @model_validator(mode="before")
    @classmethod
    def _fit_the_source(cls, values: object) -> object:
        if not isinstance(values, Mapping):
            return values
        key = str(values.get("source", files.key))
        given = {name: value for name, value in values.items() if name != "source" and value is not None}
        try:
            options = source_named(key).what.options.model_validate(given)
            return {"source": key, **options.model_dump(mode="json")}
        except ValidationError:
            raise
        except InvalidInputError as error:
            raise _wrong_source(str(error), key) from None
        except Exception as error:
            logger.exception("inventory source %s cannot check its options", key)
            message = f"the source {key!r} could not check its options ({type(error).__name__})"
            raise _wrong_source(message, key) from error

    @property
    def options(self) -> JsonObject:
        """The source's options, as JSON values."""
        return self.model_dump(mode="json", exclude={"source"}, exclude_none=True)

    @property
    def origin(self) -> str:
        """What people call what is read."""
        found = source_named(self.source)
        return origin_of(found, found.what.options.model_validate(self.options))


def _wrong_source(message: str, key: str) -> ValidationError:
    kind = PydanticCustomError("wrong_source", "{message}", {"message": message})
    detail = InitErrorDetails(type=kind, loc=("source",), input=key)
    return ValidationError.from_exception_data(SyncParams.__name__, [detail])
