"""Subjects that stand for what is not known: a site, a computer, an accelerator."""

UNKNOWN_SITE, FLEET = "class/server-unknown", "class/hyperscale"
DESK = "class/desk"
DESKS = ("machine/desktop", "machine/workstation", "machine/laptop")
AI_SERVER, RACK, WORKSTATION = "machine/ai-server", "machine/rack-server", "machine/workstation"
ANY_CARD = "gpu/any"
DESK_CARD = "gpu/rtx-4090"  # the accelerator that a model runs on at a desk
ANY_NETWORK, ANY_STORAGE = "network/fixed-fra", "storage/any"  # where nobody says which
NOT_DECLARED = "mode/not_declared"  # of an electricity that nobody stated


def machine_at(host: str | None) -> str:
    """The default kind of computer with accelerators at a site."""
    return WORKSTATION if host == DESK else AI_SERVER


# Virtual machines on an unknown host: an hour of one of them is that of a thread, or of a card.
THREAD_MACHINES = ("machine/vm-any", "machine/vm-cloud", "machine/vm-onprem")
CARD_MACHINE = "machine/vm-ai"
