"""Subjects that stand for what is not known: a site, a computer, an accelerator."""

UNKNOWN_SITE = "class/server-unknown"
DESK = "class/desk"
DESKS = ("machine/desktop", "machine/workstation", "machine/laptop")
AI_SERVER, WORKSTATION = "machine/ai-server", "machine/workstation"
ANY_CARD = "gpu/any"
DESK_CARD = "gpu/rtx-4090"  # the accelerator that a model runs on at a desk


def machine_at(host: str | None) -> str:
    """The default kind of computer with accelerators at a site."""
    return WORKSTATION if host == DESK else AI_SERVER
