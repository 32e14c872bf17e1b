"""Where tests find things."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("OUREYES_DATA", ROOT.parent / "shared" / "data"))
