"""Who, where, and what is on offer: units, roles, people, teams, services."""
