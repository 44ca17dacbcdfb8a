"""How well questions are answered: what is on record of each answer, and what people made of it."""
