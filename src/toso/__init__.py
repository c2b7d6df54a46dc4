"""Tổ Số: the working platform of Vietnam's community digital teams."""

__version__ = "0.1.0"
