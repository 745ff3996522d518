"""Native form posts of our own pages: where they may come from, and where they may lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse

from sessions_app.domain.errors import DomainError, InvalidInput, NotAllowed
from sessions_app.domain.permissions import Role

_MAX_KEPT = 2000
_HOMES = {Role.INSTRUCTOR: "/instructor", Role.ASSISTANT: "/assistant", Role.ADMIN: "/assistant"}


def require_own_origin(request: Request, own_origins: Iterable[str]) -> None:
    """Refuse a form that another site sent in our visitor's name. Raises NotAllowed.

    Browsers name the origin of every POST; the Referer is the fallback of old ones. A post that names neither is
    refused too: nothing that carries our cookie sends one.
    """
    origin = request.headers.get("origin")
    if origin is None:
        parts = urlsplit(request.headers.get("referer", ""))
        origin = f"{parts.scheme}://{parts.netloc}"
    if origin not in own_origins:
        raise NotAllowed("This form did not come from our own pages.")


def safe_next(value: str, default: str) -> str:
    """``value`` when it is a path of ours, else ``default``: nobody is led to another site by our sign-in page."""
    is_path = value.startswith("/") and not value.startswith("//") and len(value) <= 2000
    if not is_path or "\\" in value or any(not "\x20" < character < "\x7f" for character in value):
        return default
    return value


def destination(request: Request, value: str) -> str:
    """Where the form leads: its ``next``, or that of the page it stands on.

    Somebody quick, or a browser without scripts, sends the form before the page has filled in its ``next``.
    """
    if value:
        return value
    query = parse_qs(urlsplit(request.headers.get("referer", "")).query)
    return query.get("next", [""])[0]


def home_of(role: Role) -> str:
    """The first page of a signed-in person."""
    return _HOMES.get(role, "/dashboard")


def see(path: str, **query: str) -> RedirectResponse:
    """Have the browser open a page of ours; ``query`` members that are empty are left out."""
    filled = {name: value for name, value in query.items() if value}
    return RedirectResponse(f"{path}?{urlencode(filled)}" if filled else path, status_code=303)


def see_again(path: str, error: DomainError, entered: Mapping[str, str]) -> RedirectResponse:
    """Back to the form, with a stable word for what was wrong and what was entered (never a password)."""
    kept = {name: value[:_MAX_KEPT] for name, value in entered.items()}
    answer = see(path, **kept, error=error_word(error))
    if "retry_after" in error.details:
        answer.headers["Retry-After"] = str(error.details["retry_after"])
    return answer


def error_word(error: DomainError) -> str:
    """A stable word for a page: ``email_invalid``, ``email_taken``, ``unauthenticated``, ``rate_limited`` …"""
    if "reason" in error.details:
        return str(error.details["reason"])
    if isinstance(error, InvalidInput) and error.field:
        return f"{error.field}_invalid"
    return error.code
