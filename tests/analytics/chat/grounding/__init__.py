"""How well prose is checked: true sentences of many shapes, and what is wrong with a part of them."""
