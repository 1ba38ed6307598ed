"""What a citizen can do in the chat, one folder a noun; features never import each other."""
