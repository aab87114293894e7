"""Files: what is read from and written to disk."""
