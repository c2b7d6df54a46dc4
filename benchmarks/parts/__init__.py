"""What is measured, one module for each group of figures; each answers figures, none knows the others."""
