"""What happened: visits and, later, the other kinds of recorded work."""
