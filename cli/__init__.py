"""How Salomat is operated: the command salomat."""
