"""Whoever asks for scores: request client, upstream event stream, batch publisher."""
