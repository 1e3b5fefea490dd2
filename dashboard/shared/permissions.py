"""Write permission of the current visitor."""

import time

import streamlit as st

WRITER = "x-sobria-writer"  # write expiry header, set by the guard only: client values are dropped


def may_write() -> bool:
    """Whether the current visitor may write to this home, checked here only."""
    return float(st.context.headers.get(WRITER, 0)) > time.monotonic()
