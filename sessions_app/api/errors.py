"""Every refusal in the one shape of contract.md: ``{"error": {"code", "message", "field", "details"}}``.

What is not a refusal is our fault: it is logged with a reference, and the answer carries the reference alone.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic.alias_generators import to_snake
from starlette.exceptions import HTTPException
from starlette.routing import Match

from sessions_app.domain.errors import (
    DomainError,
    InvalidInput,
    NotFound,
    RateLimited,
    TemporarilyUnavailable,
    TooLarge,
    UnsupportedMediaType,
)
from sessions_app.services import idempotency

_logger = logging.getLogger(__name__)


class ErrorFacts(BaseModel):
    """What was refused and why: ``code`` for programs, ``message`` for people."""

    code: str
    message: str
    field: str | None = None
    details: dict[str, Any] = {}


class ErrorBody(BaseModel):
    """The body of every answer that is not a success."""

    error: ErrorFacts


class MethodNotAllowed(DomainError):
    """The path exists, the method does not."""

    code, status, default_message = "method_not_allowed", 405, "This address does not do that."


class UnreadableBody(InvalidInput):
    """The body is not the JSON it claims to be."""

    status, default_message = 400, "The body is not valid JSON."


class InternalError(DomainError):
    """Something broke on our side; ``details.reference`` finds it in the log."""

    code, status = "internal_error", 500
    default_message = "Something went wrong on our side. Please try again."


def refusals(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI ``responses`` of an operation that can raise these errors."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = by_status.setdefault(error.status, {"model": ErrorBody, "description": ""})
        known = {line for line in entry["description"].split("; ") if line}
        entry["description"] = "; ".join(sorted(known | {f"`{error.code}`"}))
    return by_status


EVERYWHERE = refusals(
    UnreadableBody, TooLarge, UnsupportedMediaType, InvalidInput, RateLimited, TemporarilyUnavailable
)
"""What every operation may answer."""


def response_to(error: DomainError) -> JSONResponse:
    """The refusal as an HTTP answer."""
    answer = idempotency.refusal(error)
    headers = {}
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(error.details.get("retry_after", 60))
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(answer.body, status_code=answer.status, headers=headers)


def unexpected(error: Exception) -> JSONResponse:
    """Log what broke under a fresh reference, without what the caller sent, and answer with the reference."""
    reference = secrets.token_hex(6)
    _logger.error("Unexpected error %s", reference, exc_info=error)
    return response_to(InternalError(reference=reference))


def install(api: FastAPI) -> None:
    """Have ``api`` answer every error in the one shape."""
    api.add_exception_handler(DomainError, _domain_error)
    api.add_exception_handler(RequestValidationError, _validation_error)
    api.add_exception_handler(HTTPException, _http_error)


def _domain_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DomainError)
    return response_to(error)


def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    location = [str(part) for part in first["loc"]]
    if first["type"] == "json_invalid":
        return response_to(UnreadableBody())
    if location == ["body"] and not _is_json(request):
        return response_to(UnsupportedMediaType())
    # Whatever the caller's spelling: fields have one name in answers.
    names = location[1:] if location[0] == "header" else [to_snake(part) for part in location[1:]]
    field = ".".join(names) or None
    return response_to(InvalidInput(_sentence(first["msg"], field), field=field))


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return response_to(NotFound("There is no such address."))
    if error.status_code == 405:
        answer = response_to(MethodNotAllowed())
        told = (error.headers or {}).get("Allow", (error.headers or {}).get("allow", ""))
        answer.headers["Allow"] = ", ".join(sorted({*_methods_of(request), *told.split(", ")} - {""}))
        return answer
    if error.status_code == 400:
        # FastAPI turns whatever goes wrong while it reads a body into a 400; a refusal of ours keeps its own.
        cause = error.__cause__
        return response_to(cause if isinstance(cause, DomainError) else UnreadableBody())
    return unexpected(error)


def _methods_of(request: Request) -> set[str]:
    """Every method that some route takes on this path; Starlette names those of the first route alone."""
    routes = (route for router in request.app.state.routers for route in router.routes)
    on_path = (route for route in routes if route.matches(request.scope)[0] is Match.PARTIAL)
    return {method for route in on_path for method in getattr(route, "methods", ())}


def _is_json(request: Request) -> bool:
    if request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers:
        return True  # no body at all: what is missing is a field, not another media type
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _sentence(message: str, field: str | None) -> str:
    text = message.removeprefix("Value error, ").strip()
    return f"{field}: {text}." if field and not text.endswith(".") else text
