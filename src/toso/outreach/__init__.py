"""What we tell people: bulletins and notices."""
