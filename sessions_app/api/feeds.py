"""``/api/feeds/{token}.ics``: a person's sessions for calendar programs that subscribe to them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response

from sessions_app.api.dependencies import PlatformDep
from sessions_app.api.errors import refusals
from sessions_app.api.sessions import CalendarFile
from sessions_app.domain.errors import NotFound
from sessions_app.domain.permissions import Actor
from sessions_app.services import feeds

router = APIRouter(prefix="/api", tags=["calendar"])

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "An iCalendar file (RFC 5545).", "content": {"text/calendar": {}}},
    304: {"description": "The file is still the one whose ETag was sent."},
    **refusals(NotFound),
}


@router.get("/feeds/{token}.ics", response_class=Response, responses=_ANSWERS)
def feed(
    token: Annotated[str, Path(min_length=1, max_length=100, description="The secret of the address.")],
    platform: PlatformDep,
    if_none_match: Annotated[str | None, Header(description="The ETag of the file the caller has.")] = None,
) -> Response:
    """Somebody's sessions of the last 90 days and all to come. Whoever has the address may read it.

    The address is made, renewed and removed in the person's settings.
    """
    found = platform.read(feeds.calendar, Actor.anonymous(), token=token)
    headers = {"ETag": found.etag, "Cache-Control": "private, no-cache"}
    known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    if known & {found.etag, "*"}:
        return Response(status_code=304, headers=headers)
    return CalendarFile(found.content, headers=headers)
