"""How one sees that Salomat is well: metrics and health of each process, its heartbeat, and alarms that are raised once."""
