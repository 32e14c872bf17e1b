"""`make bench`: what a node costs, beside peers in the same run. Ratios count; absolute figures are this machine's."""
