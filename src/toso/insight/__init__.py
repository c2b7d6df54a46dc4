"""What it adds up to: indicators and reports, composed from what registers and records say."""
