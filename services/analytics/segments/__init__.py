"""Groups of people: what makes them, who is in them, and keeping that right."""
