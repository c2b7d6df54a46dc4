"""Guards: what import contracts cannot see, proven on every run without starting the product."""
