"""The HTML shell of every page: Streamlit's own document, in the reader's language, with our style."""

import json
import re
from functools import cache
from pathlib import Path

import streamlit
from markupsafe import escape

from dashboard.shared.html_shell import OURS
from dashboard.shared.texts import t, words

STREAMLIT = "en"  # the language that it speaks
MODULES = '<script type="module"'  # what is ours comes before: it waits for none of them
STYLES = r'<link rel="stylesheet"[^>]*>'
LOADING = (  # how the first sentence stands, before any style is there
    "<style>.loading{position:fixed;inset:24px 0 auto;z-index:1;margin:0;text-align:center;"
    'font:16px/24px "SobrIA Sans",system-ui,sans-serif;color:#1b1f24}</style>'
)
UNWANTED = (
    r"<!--.*?-->",  # comments for developers
    r"<script>.*?</script>",  # a flag for web crawlers; without it the policy needs no exception
    r'<link[^>]*rel="service-desc"[^>]*>',  # a disabled interface
    r'<link[^>]*rel="preload"[^>]*as="font"[^>]*>',  # an unused font
    r'<link[^>]*rel="shortcut icon"[^>]*>',
)


@cache
def page(lang: str) -> str:
    """The document of a page, before its content arrives."""
    text = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    for pattern in UNWANTED:
        text = re.sub(pattern, "", text, flags=re.DOTALL)
    text = text.replace('<html lang="en">', f'<html lang="{lang}">')
    text = re.sub(r"<title>.*?</title>", f"<title>{escape(t('app.name', lang))}</title>", text)
    icon = '<link rel="icon" type="image/png" href="./favicon.ico">'
    noscript = f"<noscript>{escape(t('app.noscript', lang))}</noscript>"
    text = re.sub(r"<noscript>.*?</noscript>", noscript, text, flags=re.DOTALL)
    told = " ".join(f'data-{name}="{t(f"app.{name}", lang)}"' for name in ("computing", "expected"))
    said = f'<p class="loading" role="status" {told}>{t("app.loading", lang)}</p>'
    text = text.replace(MODULES, f"{icon}{LOADING}{OURS}{_noscript(lang)}{MODULES}", 1)
    styles = "".join(re.findall(STYLES, text))  # after the sentence, which would wait for them
    text = re.sub(STYLES, "", text).replace("<body>", f"<body>{said}{styles}")
    return re.sub(r"\n\s*\n+", "\n", text)


def _noscript(lang: str) -> str:
    """Our noscript message in place of Streamlit's, and the script that fixes its markup."""
    pairs = [[said, t(f"streamlit.{key}", lang)] for key, said in words(STREAMLIT)["streamlit"].items()]
    data = json.dumps(pairs if lang != STREAMLIT else [], ensure_ascii=False).replace("<", "\\u003c")
    ours = "".join(f'<script defer src="./{name}.js"></script>' for name in ("streamlit", "parts"))
    return f'<script type="application/json" id="words">{data}</script>{ours}'
