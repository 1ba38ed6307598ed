"""Graph components of the Rasa project; they run in its environment (Python 3.10) and import core/script.py only."""
