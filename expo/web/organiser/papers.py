"""What badges are printed on, in words."""

from __future__ import annotations

from expo.printing import queries
from expo.printing.models import Paper
from expo.web.texts import _l

PAPERS: dict[Paper, str] = {
    Paper.A6: _l("A6, folded: A5 sheets, both faces of the badge"),
    Paper.A4: _l("A4 sheets: four badges to cut"),
    Paper.LABEL: _l("Labels of 62 mm"),
}
SHORT: dict[Paper, str] = {Paper.A6: _l("A6, folded"), Paper.A4: _l("A4 sheets"), Paper.LABEL: _l("Label")}
_AT_A_DESK = (Paper.A6, Paper.LABEL)


def papers_for(conference_id: int) -> list[tuple[Paper, str]]:
    """What a desk prints a single badge on: first what the conference uses."""
    usual = queries.paper_for(conference_id)
    return sorted(((one, SHORT[one]) for one in _AT_A_DESK), key=lambda pair: pair[0] is not usual)
