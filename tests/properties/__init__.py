"""State machines and properties that must hold for any history."""
