"""Items of knowledge of any kind: who made them what they are and when, and how to go back."""
