"""What analysts do with what is held: search it, walk its links, put it in time, see its trends."""
