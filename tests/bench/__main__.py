"""The figures, one after the other, or those named: python -m tests.bench [pages] [scan] [feeds] [search] [booking] [badges] [live] [clashes] [impact] [polling]"""

from __future__ import annotations

import subprocess
import sys

FIGURES = ("pages", "feeds", "scan", "search", "booking", "badges", "live", "polling", "clashes", "impact")

for name in sys.argv[1:] or FIGURES:
    if name not in FIGURES:
        sys.exit(f"There is no figure {name!r}; there are {', '.join(FIGURES)}.")
    # A process each: what one keeps in memory must not help the next.
    print(f"\n== {name} ==", flush=True)
    subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=True)
