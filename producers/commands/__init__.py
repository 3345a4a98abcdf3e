"""What the commands do; `producers.cli` declares them."""
