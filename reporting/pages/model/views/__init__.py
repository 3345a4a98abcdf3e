"""What the model page shows, as HTML and SVG. No I/O."""
