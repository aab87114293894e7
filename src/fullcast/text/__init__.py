"""Text: from source to script, segments and spoken words; pure."""
