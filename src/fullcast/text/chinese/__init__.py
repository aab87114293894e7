"""People and speakers in Chinese prose."""
