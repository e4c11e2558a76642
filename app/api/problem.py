"""What went wrong, as `application/problem+json` (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response
from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """Why a request was not answered as asked."""

    type: str = Field(
        default="about:blank", description="Names the kind of problem; blank: the status says all."
    )
    title: str = Field(description="What the status means.")
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="What is wrong with this request.")
    errors: dict[str, str] = Field(
        default_factory=dict, description="Sentences by field, where single fields are wrong."
    )


class ProblemError(Exception):
    """A request that cannot be answered as asked; raised anywhere below a view of the API."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what the answer says."""
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.errors, self.headers = dict(errors or {}), dict(headers or {})

    @property
    def answer(self) -> Response:
        """The answer to the request."""
        title = HTTPStatus(self.status).phrase
        told = Problem(title=title, status=self.status, detail=self.detail, errors=self.errors)
        answer = Response(told.model_dump_json(), self.status, mimetype=MEDIA_TYPE)
        answer.headers.extend(self.headers)
        return answer
