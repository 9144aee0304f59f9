"""Made-up labelled readings, whose true risk is known because it is chosen here."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
