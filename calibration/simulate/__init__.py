"""What the print-scan simulator is called: the version stands in every truth it writes.

The set that it makes judges the reader. It is written by people who do not see the reader and is frozen before
the reader is tuned: a change to pens, strokes, stamps or damage needs a new version.
"""

from __future__ import annotations

SIMULATOR = "sim-1"
