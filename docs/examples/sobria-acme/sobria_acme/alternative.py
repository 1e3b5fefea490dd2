"""A program without AI: Acme's guided form, its electricity in the tables beside, and the tasks it is proposed for."""

from pathlib import Path

FORM = {
    "contract": 1,
    "tables": Path(__file__).with_name("tables"),
    "proposals": [
        {
            "task": "task/classify",
            "alternative": "alternative/acme-form",
            "acts": 1,
            "minutes": None,
            "source": "acme_notice",
            "locator": "page 3 : un parcours par demande",
            "review_by": "2027-06-30",
            "note": "Inventé. La personne choisit elle-même sa rubrique.",
        }
    ],
}
