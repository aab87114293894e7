"""Models that help to make a book without being heard in it."""
