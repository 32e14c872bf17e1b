"""The nouns. No I/O, no clock, no setting: values that are valid once they exist."""
