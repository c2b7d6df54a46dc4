"""Migrations of sync."""
