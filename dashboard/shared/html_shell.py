"""HTML head of all our documents, and the page not found."""

from collections.abc import Callable
from functools import cache

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboard.shared.texts import lang_of, t
from estimator.core.errors import SobriaError

OURS = (
    '<link rel="preload" href="./inter.woff2" as="font" type="font/woff2" crossorigin>'
    '<link rel="stylesheet" href="./style.css">'
)


TYPES = {"html": "text/html", "md": "text/markdown", "txt": "text/plain", "csv": "text/csv", "json": "application/json"}


def document_response(body: str, name: str, format: str) -> Response:
    """A document as a page, or as a file in another format."""
    headers = {} if format == "html" else {"Content-Disposition": f'attachment; filename="{name}.{format}"'}
    return Response(body, media_type=TYPES[format], headers=headers)


def or_refusal(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """An answer, or why there is no such document, in one sentence."""

    def answered(request: Request) -> Response:
        try:
            return answer(request)
        except SobriaError as refusal:
            lang = lang_of(request.query_params)
            said = alone_page(t("state.refused_title", lang), refusal.message(lang), lang)
            return HTMLResponse(said, status_code=400)

    return answered


@cache
def not_found_page(lang: str) -> str:
    """The page not found."""
    return alone_page(t("state.not_found_title", lang), t("state.not_found_answer", lang), lang)


def alone_page(title: str, answer: str, lang: str) -> str:
    """A page with a single message, and a link back."""
    home = t("state.home", lang)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{escape(title)} – SobrIA</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{OURS.replace("./", "/")}</head>'
        f'<body class="alone"><main><h1>{escape(title)}</h1><p>{escape(answer)}</p>'
        f'<p><a href="/?lang={lang}">{escape(home)}</a></p></main></body></html>'
    )
