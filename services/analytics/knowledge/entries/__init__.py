"""Knowledge entries: what else is known, in Markdown."""
