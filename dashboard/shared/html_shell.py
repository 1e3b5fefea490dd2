"""HTML head of all our documents, and the page not found."""

import re
from collections.abc import Callable
from functools import cache, partial

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboard.shared.html_parts import refusal_text
from dashboard.shared.screens import SCREENS
from dashboard.shared.templates import render
from dashboard.shared.texts import lang_of, t
from estimator.core.errors import SobriaError
from estimator.reporting.documents.document import Document
from estimator.reporting.documents.rendering import rendered

OURS = (
    '<link rel="preload" href="./inter.woff2" as="font" type="font/woff2" crossorigin>'
    '<link rel="stylesheet" href="./style.css">'
)
TYPES = {"html": "text/html", "md": "text/markdown", "txt": "text/plain", "csv": "text/csv", "json": "application/json"}


def document_page(body: str, lang: str, back: str) -> str:
    """A document as a page of the dashboard: a way to its content, back to a page and to the map, and a button that
    prints it; none on paper."""
    name = next(s.name for s in SCREENS if s.path == back.partition("?")[0])
    page = partial(render, "document_ways", lang, back=back, page=name)
    return re.sub("(?s)<main.*</main>", lambda found: page(main=Markup(found[0])), body)


def document_response(document: Document, name: str, format: str, back: str) -> Response:
    """A document as a page with a way back, or as a file in another format."""
    body = rendered(document, format)
    return file_response(document_page(body, document.lang, back) if format == "html" else body, name, format)


def file_response(body: str, name: str, format: str) -> Response:
    """A page, or a file in another format."""
    headers = {} if format == "html" else {"Content-Disposition": f'attachment; filename="{name}.{format}"'}
    return Response(body, media_type=TYPES[format], headers=headers)


def or_refusal(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """An answer, or why there is no such document, in one sentence."""

    def answered(request: Request) -> Response:
        try:
            return answer(request)
        except SobriaError as refusal:
            lang = lang_of(request.query_params)
            said = alone_page(t("state.refused_title", lang), refusal_text(refusal, lang), lang)
            return HTMLResponse(said, status_code=400)

    return answered


@cache
def not_found_page(lang: str) -> str:
    """The page not found."""
    return alone_page(t("state.not_found_title", lang), t("state.not_found_answer", lang), lang)


def alone_page(title: str, answer: str, lang: str) -> str:
    """A page with a single message, a link back, and the foot of every page."""
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{escape(title)} – SobrIA</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{OURS.replace("./", "/")}</head>'
        f"{render('alone', lang, title=title, answer=answer)}</html>"
    )
