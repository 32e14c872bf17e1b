"""The ways in and out of a node: they translate, and never decide."""
