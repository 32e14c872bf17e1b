"""A state records intelligence: bytes in, STIX out and back."""
