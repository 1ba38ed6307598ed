"""Pages where staff do real work, one noun a file; they ask services and never the database."""
