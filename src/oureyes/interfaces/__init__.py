"""Ways into a node. They translate, and never decide."""
