"""A local Telegram Bot API and a local SMS operator, to try Salomat with no account anywhere."""
