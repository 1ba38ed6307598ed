"""How Salomat converses: the Telegram bot process."""
