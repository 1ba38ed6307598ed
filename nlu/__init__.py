"""How it understands: a Rasa project, its client, and an in-process engine. Imports core only."""
