"""The font of the screens: one of the machine's own that has every Vietnamese letter, served by this program."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pipeline.errors import refuse
from pipeline.forms.fonts import FOLDERS

Weight = Literal["regular", "bold"]
DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
FILES: dict[Weight, tuple[Path, ...]] = {
    "regular": (*(f / "LiberationSans-Regular.ttf" for f in FOLDERS), DEJAVU / "DejaVuSans.ttf"),
    "bold": (*(f / "LiberationSans-Bold.ttf" for f in FOLDERS), DEJAVU / "DejaVuSans-Bold.ttf"),
}


def screen_font(weight: Weight) -> Path:
    """The first that is installed; refused (``font-missing``) where none is."""
    for path in FILES[weight]:
        if path.is_file():
            return path
    raise refuse(
        "font-missing",
        FILES[weight][0].name,
        "no font with all Vietnamese letters was found; install the package fonts-liberation2",
    )
