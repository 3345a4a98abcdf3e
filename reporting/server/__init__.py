"""Who is at the screen, what they may see, and the guard at every door of the server."""
