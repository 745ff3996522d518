"""``/api/docs``: the OpenAPI document as one page a person can read.

Written by us and rendered here, so that it needs no script and no other host, and stands under the strict content
security policy of every other page.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment

router = APIRouter(include_in_schema=False)

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 6rem; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
h2 { margin-top: 3rem; } h2::first-letter { text-transform: uppercase; }
details { border-top: 1px solid var(--line); padding: .75rem 0; }
summary { cursor: pointer; display: flex; gap: .75rem; flex-wrap: wrap; align-items: baseline; min-height: 1.75rem; }
summary b { min-width: 4.5rem; } .method { background: var(--soft); border-radius: 4px; padding: 0 .4rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
caption { text-align: left; font-weight: 600; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-top: 1px solid var(--line); }
.wide { overflow-x: auto; }
"""

_PAGE = Environment(autoescape=True).from_string(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ info.title }}</title><style>{{ style | safe }}</style></head><body><main>
<h1>{{ info.title }} <small>{{ info.version }}</small></h1>
<p>JSON in and out. Send <code>Authorization: Bearer &lt;access_token&gt;</code>; tokens come from
<code>POST /api/auth/token</code>. Every refusal is
<code>{"error": {"code", "message", "field", "details"}}</code>.
The same as a document: <a href="/api/openapi.json">/api/openapi.json</a>.</p>
{% for tag, operations in groups %}<section><h2>{{ tag }}</h2>
{% for operation in operations %}<details><summary><b><code class="method">{{ operation.method }}</code></b>
<code>{{ operation.path }}</code> <span>{{ operation.summary }}</span></summary>
{% if operation.description %}<p>{{ operation.description }}</p>{% endif %}
{% for table in operation.tables %}<div class="wide" tabindex="0"><table><caption>{{ table.caption }}</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>
{% for row in table.rows %}<tr><td><code>{{ row.name }}</code>{% if row.required %} (required){% endif %}</td>
<td>{{ row.type }}</td><td>{{ row.meaning }}</td></tr>{% endfor %}</tbody></table></div>{% endfor %}
</details>{% endfor %}</section>{% endfor %}
</main></body></html>"""
)


@router.get("/api/docs")
def reference(request: Request) -> HTMLResponse:
    """The reference page, made from the OpenAPI document."""
    document = request.app.openapi()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", ["other"])[0]
            groups.setdefault(tag, []).append(_operation(document, path, method, operation))
    return HTMLResponse(_PAGE.render(info=document["info"], style=_STYLE, groups=groups.items()))


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    tables = []
    parameters = [
        _row(parameter["name"], parameter.get("schema", {}), parameter.get("required", False), parameter)
        for parameter in operation.get("parameters", [])
    ]
    if parameters:
        tables.append({"caption": "Parameters", "rows": parameters})
    if body := _members(document, operation.get("requestBody", {})):
        tables.append({"caption": "Body", "rows": body})
    for status, response in operation.get("responses", {}).items():
        if status.startswith("2") and (members := _members(document, response)):
            tables.append({"caption": f"Answer {status}", "rows": members})
    refusals = [
        {"name": status, "type": "", "meaning": response.get("description", ""), "required": False}
        for status, response in sorted(operation.get("responses", {}).items())
        if not status.startswith("2")
    ]
    tables.append({"caption": "Refusals", "rows": refusals})
    first, _, rest = operation.get("description", "").partition(". ")
    return {
        "path": path,
        "method": method.upper(),
        "summary": f"{first.rstrip('.')}." if first else operation.get("summary", ""),
        "description": rest,
        "tables": tables,
    }


def _members(document: dict[str, Any], holder: dict[str, Any]) -> list[dict[str, Any]]:
    schema = _resolved(document, holder.get("content", {}).get("application/json", {}).get("schema", {}))
    required = schema.get("required", [])
    return [
        _row(name, member, name in required, member) for name, member in schema.get("properties", {}).items()
    ]


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    resolved: dict[str, Any] = document["components"]["schemas"][name] if name else schema
    return resolved


def _row(name: str, schema: dict[str, Any], required: bool, described: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "type": _type(schema),
        "required": required,
        "meaning": described.get("description", ""),
    }


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(choice) for choice in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or schema.get("const") or "")
