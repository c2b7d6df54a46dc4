"""Tests that span several apps, and the guards of the house."""
