"""Machinery that knows nothing of households: journal, sync, accounts, audit."""
