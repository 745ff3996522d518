"""Calling the API as somebody, and reading what it refuses."""

from __future__ import annotations

from typing import Any

from httpx import Response
from starlette.testclient import TestClient

from sessions_app.models import Person
from sessions_app.services import api_tokens
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from tests.services.world import acting


class Caller:
    """One person's client: a token of their own, and short ways to ask."""

    def __init__(self, api: TestClient, platform: Platform, person: Person) -> None:
        self._api = api
        self._platform = platform
        self.person = person
        self.id = person.id

    def _headers(self, key: str | None) -> dict[str, str]:
        def issue(work: UnitOfWork) -> str:
            # A fresh one for each call: tests turn the clock, and passwords take their time.
            return api_tokens._begin(work, person_id=self.id).access_token

        token = self._platform.run(issue, acting(self.person))
        return {"Authorization": f"Bearer {token}"} | ({} if key is None else {"Idempotency-Key": key})

    def get(self, path: str, **query: Any) -> Response:
        return self._api.get(path, params=query or None, headers=self._headers(None))

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Response:
        return self._api.post(path, json=body, headers=self._headers(key))

    def send(self, method: str, path: str, body: bytes, *, media_type: str = "application/json") -> Response:
        headers = self._headers(None) | {"Content-Type": media_type}
        return self._api.request(method, path, content=body, headers=headers)

    def patch(self, path: str, body: Any) -> Response:
        return self._api.patch(path, json=body, headers=self._headers(None))


def refusal(answer: Response) -> tuple[int, str]:
    """Status and code of an answer that must be a refusal in the contract's shape."""
    body = answer.json()
    assert set(body) == {"error"}, body
    assert set(body["error"]) == {"code", "message", "field", "details"}
    return answer.status_code, body["error"]["code"]


def field(answer: Response) -> str | None:
    """The field that a 422 is about."""
    assert refusal(answer) == (422, "invalid_input")
    named: str | None = answer.json()["error"]["field"]
    return named


def details(answer: Response) -> dict[str, Any]:
    """The facts of a refusal."""
    refusal(answer)
    facts: dict[str, Any] = answer.json()["error"]["details"]
    return facts
