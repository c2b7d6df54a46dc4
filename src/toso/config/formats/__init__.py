"""Number and date formats by language (FORMAT_MODULE_PATH)."""
