"""How well prose is checked: true sentences of many shapes, and false ones made of them."""
