"""How Salomat keeps its promises: the reminder worker process."""
