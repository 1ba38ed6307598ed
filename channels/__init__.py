"""How Salomat reaches people."""
