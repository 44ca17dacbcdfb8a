"""What could stand at the cursor of a text that is not finished. Pure."""

from services.analytics.editor.completing.completion import Item, Words, complete

__all__ = ["Item", "Words", "complete"]
