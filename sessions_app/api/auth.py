"""Signing in: tokens for API clients, and the form posts of our own pages.

The forms are native ones: the answer sets the HttpOnly cookie and sends the browser on (303). They are the only calls
that a cookie alone may make, so each checks that it comes from our own pages; everything else wants a bearer token.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from sessions_app.api.dependencies import (
    LOGIN_COOKIE,
    AddressDep,
    CallerDep,
    IdentitiesDep,
    PlatformDep,
    sign_in_turn,
)
from sessions_app.api.errors import refusals
from sessions_app.api.forms import destination, home_of, require_own_origin, safe_next, see, see_again
from sessions_app.api.schemas import Incoming, require_storable
from sessions_app.domain.errors import DomainError, InvalidInput, NotAllowed, Unauthenticated
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.zones import is_zone
from sessions_app.services import accounts, api_tokens
from sessions_app.services.accounts import KEPT_LOGIN, Login
from sessions_app.services.api_tokens import TokenPair
from sessions_app.settings import Settings

router = APIRouter(prefix="/api", tags=["sign-in"])


class Credentials(Incoming):
    """Who signs in."""

    email: str = Field(max_length=254)
    password: str = Field(max_length=1000)


class RefreshRequest(Incoming):
    """The refresh token to trade."""

    refresh_token: str = Field(max_length=200)


class Tokens(BaseModel):
    """An access token for the Authorization header, and the token to get the next one with."""

    access_token: str
    refresh_token: str
    token_type: str = "bearer"  # noqa: S105 - the kind of token, not one
    expires_in: int

    @classmethod
    def of(cls, pair: TokenPair) -> Tokens:
        """The pair as it is sent."""
        return cls(
            access_token=pair.access_token, refresh_token=pair.refresh_token, expires_in=pair.expires_in
        )


class Me(BaseModel):
    """The caller."""

    model_config = ConfigDict(json_schema_extra={"required": ["id", "email", "name", "role", "timezone"]})

    id: str
    email: str | None
    name: str
    role: Role
    timezone: str


IN_TURN = [Depends(sign_in_turn, scope="function")]


@router.post("/auth/token", responses=refusals(Unauthenticated), dependencies=IN_TURN)
def sign_in(
    credentials: Credentials, platform: PlatformDep, address: AddressDep, response: Response
) -> Tokens:
    """Sign in with email and password. Ten failures of one account in 15 minutes, or 100 of one address, are 429."""
    response.headers["Cache-Control"] = "no-store"
    return Tokens.of(
        api_tokens.sign_in(platform, email=credentials.email, password=credentials.password, address=address)
    )


@router.post("/auth/refresh", responses=refusals(Unauthenticated))
def refresh(request: RefreshRequest, platform: PlatformDep, response: Response) -> Tokens:
    """Trade a refresh token for new tokens. Each works once; using one twice ends its whole session."""
    response.headers["Cache-Control"] = "no-store"
    return Tokens.of(api_tokens.refresh(platform, refresh_token=request.refresh_token))


@router.get("/me", responses=refusals(Unauthenticated))
def me(caller: CallerDep) -> Me:
    """Who the access token belongs to."""
    return Me(
        id=caller.person_id, email=caller.email, name=caller.name, role=caller.role, timezone=caller.timezone
    )


# --- the forms of our own pages


def _own_page(request: Request, platform: PlatformDep) -> None:
    require_own_origin(request, platform.settings.own_origins)


forms = APIRouter(
    prefix="/auth",
    dependencies=[Depends(_own_page)],
    responses=refusals(NotAllowed),
    default_response_class=RedirectResponse,
    include_in_schema=False,
)

Text = Annotated[str, Form()]
_MAX_TEXT = 1000


@forms.post("/login", dependencies=IN_TURN)
def login(
    request: Request,
    *,
    platform: PlatformDep,
    address: AddressDep,
    email: Text = "",
    password: Text = "",
    keep: Text = "",
    next: Text = "",
) -> RedirectResponse:
    """Sign the browser in and go on; back to the form when that is refused."""
    next = destination(request, next)
    try:
        require_readable(email, password)
        made = accounts.sign_in(platform, email=email, password=password, address=address, keep=bool(keep))
    except DomainError as refused:
        return see_again("/login", refused, {"email": email, "next": safe_next(next, "")})
    return _signed_in(platform.settings, made, next=next, keep=bool(keep))


@forms.post("/logout")
def logout(request: Request, platform: PlatformDep, identities: IdentitiesDep) -> RedirectResponse:
    """End the login of this browser."""
    token = request.cookies.get(LOGIN_COOKIE, "")
    if token:
        platform.run(accounts.sign_out, Actor.anonymous(), token=token)
        identities.forget()
    answer = see("/")
    answer.delete_cookie(LOGIN_COOKIE, path="/", httponly=True, samesite="lax")
    return answer


@forms.post("/signup", dependencies=IN_TURN)
def sign_up(
    *,
    request: Request,
    platform: PlatformDep,
    name: Text = "",
    email: Text = "",
    password: Text = "",
    role: Text = Role.STUDENT.value,
    timezone: Text = "",
    next: Text = "",
) -> RedirectResponse:
    """Create an account, sign the browser in and go on; back to the form when that is refused."""
    next = destination(request, next)
    try:
        require_readable(name, email, password)
        identity = accounts.sign_up(
            platform,
            name=name,
            email=email,
            password=password,
            role=_role(role),
            timezone=timezone or _zone_of(request, platform.settings),
        )
    except DomainError as refused:
        entered = {"name": name, "email": email, "role": role, "next": safe_next(next, "")}
        return see_again("/signup", refused, entered)
    made = platform.run(accounts.start_login, identity.actor, identity=identity)
    return _signed_in(platform.settings, made, next=next, keep=True)


@forms.post("/forgot")
def forgot(platform: PlatformDep, address: AddressDep, email: Text = "") -> RedirectResponse:
    """Mail a link, if there is such an account; the answer is the same."""
    try:
        require_readable(email)
        accounts.request_password_reset(platform, email=email, address=address)
    except DomainError as refused:
        return see_again("/forgot-password", refused, {"email": email})
    return see("/forgot-password", sent="1")


@forms.post("/reset", dependencies=IN_TURN)
def reset(
    platform: PlatformDep, identities: IdentitiesDep, token: Text = "", password: Text = ""
) -> RedirectResponse:
    """Set a new password by a mailed token, and sign in with it next."""
    try:
        require_readable(password)
        accounts.reset_password(platform, token=token, password=password)
    except DomainError as refused:
        is_dead = refused.field == "token"
        return see_again("/forgot-password", refused, {} if is_dead else {"token": token})
    identities.forget()
    return see("/login", notice="password_changed")


router.include_router(forms)


def require_readable(*texts: str) -> None:
    """Raise InvalidInput for a text that cannot be stored, or that nobody types into a small field."""
    if any(len(text) > _MAX_TEXT for text in texts):
        raise InvalidInput("This is too long.")
    try:
        require_storable(list(texts))
    except ValueError as error:
        raise InvalidInput(f"{error}.") from None


def _signed_in(settings: Settings, login: Login, *, next: str, keep: bool) -> RedirectResponse:
    answer = see(safe_next(next, home_of(login.identity.role)))
    answer.set_cookie(
        LOGIN_COOKIE,
        login.token,
        max_age=int(KEPT_LOGIN.total_seconds()) if keep else None,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.public_url.startswith("https://"),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _role(word: str) -> Role:
    try:
        return Role(word)
    except ValueError:
        raise InvalidInput("Please choose what you are here for.", field="role") from None


def _zone_of(request: Request, settings: Settings) -> str:
    """The zone the browser reported (assets/tz.js), else the deployment's."""
    zone = request.cookies.get("tz", "")
    return zone if is_zone(zone) else settings.default_timezone
