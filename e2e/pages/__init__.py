"""Page objects: what a person does on a screen, so that journeys read like stories."""
