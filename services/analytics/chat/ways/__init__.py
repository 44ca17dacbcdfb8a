"""The ways to answer a question, each a plan of one statement."""
