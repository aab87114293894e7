"""Understanding an English novel: its people, and who says which quotation."""
