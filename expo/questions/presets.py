"""What questions about access and food start with, in the words of those who ask for it; organisers change the list.

Food: the groups that caterers label by (EU regulation 1169/2011 annex II for allergens).
"""

from __future__ import annotations

from typing import Any

from .models import Kind

_OPTIONS: dict[Kind, tuple[tuple[str, str, str], ...]] = {
    Kind.ACCESS: (
        ("step-free", "Stegfri väg och plats för rullstol", "Step-free way and a wheelchair place"),
        ("hearing-loop", "Hörslinga", "Hearing loop"),
        ("sign-language", "Teckenspråkstolkning", "Sign language interpretation"),
        ("captions", "Textning i realtid", "Live captions"),
        ("large-print", "Material i stor stil eller digitalt", "Material in large print or as a file"),
        ("companion", "Plats för en ledsagare", "A place for a companion"),
        ("assistance-dog", "Plats för en assistanshund", "A place for an assistance dog"),
        ("quiet", "Ett rum att vila i", "A quiet room"),
    ),
    Kind.DIET: (
        ("vegetarian", "Vegetariskt", "Vegetarian"),
        ("vegan", "Veganskt", "Vegan"),
        ("halal", "Halal", "Halal"),
        ("kosher", "Kosher", "Kosher"),
        ("gluten-free", "Utan gluten", "Without gluten"),
        ("lactose-free", "Utan laktos", "Without lactose"),
        ("nut-free", "Utan nötter", "Without nuts"),
        ("shellfish-free", "Utan skaldjur", "Without shellfish"),
    ),
}


def options_of(kind: Kind) -> list[dict[str, Any]]:
    """The options that a question of this kind starts with; none for most."""
    return [{"key": key, "labels": {"sv": sv, "en": en}} for key, sv, en in _OPTIONS.get(kind, ())]
