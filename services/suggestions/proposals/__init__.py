"""What a model proposes where the learned patterns are not enough: asked for, checked, mixed in."""
