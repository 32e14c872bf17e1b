"""What arrives meets what is held: candidates by key, compared by their matcher, ranked, and told to whom it concerns."""

from __future__ import annotations
