"""One address of the API: who may ask, what is validated, what is answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from flask import Response, request
from pydantic import BaseModel, ValidationError

from app.api.bearer import caller_in
from app.api.problem import ProblemError
from app.api.schemas import NoQuery
from app.core.registry.parameters import messages_of
from app.core.tokens import TokenScope

LARGEST_BODY = 4 * 1024 * 1024  # bytes; fifty thousand long identifiers
JSON = "application/json"

Answer: TypeAlias = BaseModel | Response


@dataclass(frozen=True)
class Endpoint:
    """One address.

    Attributes:
        path: below `/api/v1`, in Flask's spelling; it begins with the tenant.
        view: called with the caller, the rest of the path, and the query or the body.
        scope: what it asks of a token.
        answers: what it answers with.
        status: with which status.
        query: what may stand in the query.
        body: what must be in the body; none: nothing is read.
        headers: request headers it knows; name -> what it is for.
        refusals: statuses it may answer with instead, beside those that every address has.
        called: its name in the document, where that is not the view's.
        said: what it is in a sentence, where the view does not say it.
    """

    method: str
    path: str
    view: Callable[..., Answer]
    scope: TokenScope
    answers: type[BaseModel]
    status: int = 200
    query: type[BaseModel] = NoQuery
    body: type[BaseModel] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    refusals: Sequence[int] = ()
    called: str = ""
    said: str = ""

    @property
    def name(self) -> str:
        """What it is called in addresses made from it, and in the OpenAPI document."""
        return self.called or self.view.__name__

    def __call__(self, tenant: str, **place: object) -> Response:
        """Answer the request: first who asks, then what."""
        caller = caller_in(tenant, self.scope)
        query = _checked(partial(self.query.model_validate, request.args.to_dict()))
        given = query if self.body is None else self._read(self.body)
        answer = self.view(caller, given, **place)
        return answer if isinstance(answer, Response) else answered(answer, self.status)

    def _read(self, model: type[BaseModel]) -> BaseModel:
        if request.mimetype != JSON:
            raise ProblemError(415, f"Send the body as {JSON}.")
        request.max_content_length = LARGEST_BODY
        return _checked(partial(model.model_validate_json, request.get_data()))


def answered(document: BaseModel, status: int) -> Response:
    """A document as the answer."""
    return Response(document.model_dump_json(), status, mimetype=JSON)


def _checked(read: Callable[[], BaseModel]) -> BaseModel:
    try:
        return read()
    except ValidationError as error:
        if any(problem["type"] == "json_invalid" for problem in error.errors(include_input=False)):
            raise ProblemError(400, "The body is no JSON.") from None
        errors = messages_of(error)
        said = "; ".join(f"{field}: {text}" for field, text in errors.items())
        raise ProblemError(422, said, errors=errors) from None
