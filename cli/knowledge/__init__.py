"""The knowledge base as files: read, compared with what is there, and written."""
