"""Where the H22 data set's best-known places lie, which its files do not say. WGS84, to about a hundred metres.

Only places that everybody finds on a map; the others stay without a position rather than with a wrong one.
"""

from __future__ import annotations

POSITIONS = {
    "Dunkers kulturhus": (56.048, 12.689),
    "Helsingborg C": (56.0437, 12.6945),
    "Slottshagen": (56.0479, 12.6974),
    "Palais des Nations, Genève": (46.2266, 6.1405),
    "UN Headquarters, New York": (40.7489, -73.968),
    "København": (55.676, 12.5695),
}
# Where a venue stands in another city than the conference that uses it.
CITIES = {"København": ("København", "Europe/Copenhagen")}
