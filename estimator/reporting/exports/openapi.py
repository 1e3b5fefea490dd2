"""The OpenAPI document of the read-only API: its addresses, and rows with the columns of the table of results."""

from collections.abc import Mapping
from typing import Any

from estimator.core.errors import say
from estimator.core.language import LANGUAGES, OF_PROGRAMS
from estimator.reporting.exports.api import ADDRESSES, API, ReadAddress
from estimator.results.schema import SCHEMA

REFUSED = {400: "api_query", 401: "no_reader", 404: "nothing_built", 503: "build_locked"}
_TYPES = {"string": "string", "int32": "integer", "double": "number"}  # of a column -> of JSON
_TEXT, _COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
_ABOUT: dict[str, Any] = {
    "build": _TEXT,
    "made_at": _TEXT,
    "sample": {"type": "boolean"},
    "withheld": {"type": "boolean"},
    "lacks_rows": {"type": "boolean", "description": say("api", "lacks_rows", OF_PROGRAMS)},
}
_ROWS = {"rows": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}}
_BODIES: Mapping[str, dict[str, Any]] = {  # what each address adds to what all say of their build
    "version": dict.fromkeys(("api", "sobria", "results", "factors_version", "method_version"), _TEXT),
    "totals": _ROWS,
    "results": _ROWS | dict.fromkeys(("total", "offset", "limit"), _COUNT),
    "explain": {"explanation": {"type": "object"}},
    "factors": {"factors": {"type": "array", "items": {"type": "object"}}},
}


def openapi() -> dict[str, Any]:
    """The document, in English."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "SobrIA", "version": API, "description": say("api", "what", OF_PROGRAMS)},
        "security": [{"token": []}],
        "paths": {path: {"get": _operation(address)} for path, address in ADDRESSES.items()},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Row": _row(), "Refusal": _object(dict.fromkeys(("code", *LANGUAGES), _TEXT))},
        },
    }


def _operation(address: ReadAddress) -> dict[str, Any]:
    """The parameters of an address, its body, its refusals."""
    asked = address.asked.model_json_schema()
    needed = asked.get("required", ())
    parameters = [
        {"name": name, "in": "query", "required": name in needed, "schema": _said(shape)}
        | {"description": say("api", f"asked_{name}", OF_PROGRAMS)}
        for name, shape in asked["properties"].items()
    ]
    refusal = {"$ref": "#/components/schemas/Refusal"}
    answers = {"200": _response("ok", _object(_ABOUT | _BODIES[address.key]))}
    answers |= {str(status): _response(f"refused_{status}", refusal) for status in REFUSED}
    summary = say("api", address.key, OF_PROGRAMS)
    return {"operationId": address.key, "summary": summary, "parameters": parameters, "responses": answers}


def _said(shape: Mapping[str, Any]) -> Mapping[str, Any]:
    """The shape of a parameter that is there: one that is not is left out, and never null."""
    kinds = [kind for kind in shape.get("anyOf", [shape]) if kind.get("type") != "null"]
    return {name: value for name, value in kinds[0].items() if name not in ("title", "default")}


def _response(key: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": say("api", key, OF_PROGRAMS), "content": {"application/json": {"schema": schema}}}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": [*properties], "properties": properties}


def _row() -> dict[str, Any]:
    """A row of results, its proof by share, why it has no value, and the runs that it leaves out."""
    columns: dict[str, Any] = {}
    for field in SCHEMA:
        kind = _TYPES[str(field.type)]
        told = say("result_columns", field.name, OF_PROGRAMS)
        columns[field.name] = {"type": [kind, "null"] if field.nullable else kind, "description": told}
    added = {"proof_shares": "object", "reason": "object", "unknown_runs": "integer"}
    added |= dict.fromkeys(("rounded", "covers_roughly"), "boolean")
    for name, kind in added.items():
        columns[name] = {"type": [kind, "null"], "description": say("api", name, OF_PROGRAMS)}
    return _object(columns)
