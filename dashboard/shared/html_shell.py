"""HTML head of all our documents, and the page not found."""

from functools import cache

from markupsafe import escape

from dashboard.shared.texts import t

OURS = (
    '<link rel="preload" href="./inter.woff2" as="font" type="font/woff2" crossorigin>'
    '<link rel="stylesheet" href="./style.css">'
)


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
