"""What keeps it lawful: an audit log nobody can mend unseen, retention, correction, and figures for the public."""
