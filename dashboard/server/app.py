"""The server of the screens: Streamlit's ASGI app, with our HTML shell, our routes, and our guard around it."""

import gc
import logging
import re
import tomllib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib import resources
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from streamlit.web import bootstrap

from dashboard.comparison import document_routes
from dashboard.register import routes as register_routes
from dashboard.register import run_tables
from dashboard.server.html_shell import page
from dashboard.server.security import Guard, PackedAssets
from dashboard.server.write_access import LINK, Access, open_link
from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.html_shell import not_found_page
from dashboard.shared.screens import SCREENS
from dashboard.shared.texts import LANGUAGES, lang_of, t
from dashboard.summary import routes as summary_routes
from dashboard.summary.estimator_gateway import explanation
from estimator.assessment.explanation import NumberUnknown
from estimator.core.errors import SobriaError

FILES = {
    "/style.css": "text/css",
    "/streamlit.js": "text/javascript",
    "/parts.js": "text/javascript",
    "/inter.woff2": "font/woff2",
    "/favicon.ico": "image/png",
    "/modele-declaration.csv": "text/csv; charset=utf-8",
    "/modele-sieges.csv": "text/csv; charset=utf-8",
    "/registre-schema.json": "application/json",
}
DASHBOARD = Path(__file__).parents[1]
FIRST_NUMBER = "total.energy"
FOR_A_DAY = "public, max-age=86400"


def create_app(hosts: Sequence[str], access: Access) -> st.App:
    """The app, for uvicorn. `hosts`: accepted host names, besides this machine's own; `access`: write permissions."""
    settings = tomllib.loads((resources.files(__package__) / "streamlit.toml").read_text("utf-8"))
    bootstrap.load_config_options(
        {f"{table}.{name}": v for table, values in settings.items() for name, v in values.items()}
    )
    routes = [
        *ROUTES,
        Route(LINK, partial(open_link, access=access)),
        *(Route("/" + screen.path, _page) for screen in SCREENS),
        Route("/{name}", _not_found),
    ]
    script = DASHBOARD / "pages" / "frame.py"
    guard = [Middleware(Guard, access=access, hosts=tuple(hosts)), Middleware(PackedAssets)]
    return st.App(script, routes=routes, middleware=guard, lifespan=_lifespan, on_script_error=show_error)


@asynccontextmanager
async def _lifespan(app: st.App) -> AsyncIterator[None]:
    """Preload the modules of the pages before the first visitor, and exclude them from later garbage collections."""
    import babel.dates  # noqa: F401
    import numpy  # noqa: F401

    from dashboard.shared import svg_charts  # noqa: F401

    gc.collect()
    gc.freeze()
    yield


def show_error(error: Exception) -> bool:
    """Error text of a page: the estimator's own message, or a reference to the log."""
    lang = lang_of(st.query_params)
    if isinstance(error, SobriaError):
        st.html(html_parts.head(t("state.refused_title", lang), error.message(lang)))
    else:
        logging.getLogger("dashboard").error("page failed", exc_info=error)
        said = [t(f"state.error_{part}", lang) for part in ("title", "answer", "next")]
        st.html(html_parts.head(*said))
    return True


async def _page(request: Request) -> Response:
    return HTMLResponse(page(lang_of(request.query_params)), headers={"Cache-Control": "no-cache"})


async def _not_found(request: Request) -> Response:
    return HTMLResponse(not_found_page(lang_of(request.query_params)), status_code=404)


def _health(request: Request) -> Response:
    """Health check, with the id of the current build."""
    build = estimator_gateway.current()
    return JSONResponse({"status": "ok", "build": build.id if build else None})


def _explanation(request: Request) -> Response:
    """The explanation of a figure, as a file that SobrIA can replay to the same digits."""
    lang, number = lang_of(request.query_params), request.query_params.get("id", FIRST_NUMBER)
    if estimator_gateway.current() is None or not number:
        said = {lang: t("server.wrong_id", lang) for lang in LANGUAGES}
        return JSONResponse({"code": "wrong_id", **said}, status_code=404)
    try:
        body = explanation(number).as_dict()
    except NumberUnknown as refusal:
        return JSONResponse(refusal.as_dict(), status_code=404, headers={"Content-Language": lang})
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", number)[:80]
    return JSONResponse(body, headers={"Content-Disposition": f'attachment; filename="sobria-{name}.json"'})


async def _file(request: Request, path: str) -> Response:
    return FileResponse(f"{DASHBOARD}/static{path}", media_type=FILES[path], headers={"Cache-Control": FOR_A_DAY})


ROUTES = [
    Route("/sante", _health),
    Route("/explication.json", _explanation),
    *register_routes.ROUTES,
    *run_tables.ROUTES,
    *document_routes.ROUTES,
    *summary_routes.ROUTES,
    *(Route(path, partial(_file, path=path)) for path in FILES),
]
