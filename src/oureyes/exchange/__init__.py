"""What is released travels: statements, signed and sealed, on append-only logs; no I/O, so a simulator can drive it."""
