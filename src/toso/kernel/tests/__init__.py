"""Tests of the kernel; `vectors` reads the golden vectors shared with the phone."""
