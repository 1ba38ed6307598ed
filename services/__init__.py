"""What Salomat can do: one function is one transaction, no network."""
