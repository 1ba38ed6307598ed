"""What Salomat remembers: rows in PostgreSQL."""
