"""Results as files, however long they are."""
