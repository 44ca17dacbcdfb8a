"""What an organization knows of its data, for people and for whoever answers questions."""
