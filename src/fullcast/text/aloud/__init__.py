"""Numbers, dates, sums and abbreviations as a reader says them."""
