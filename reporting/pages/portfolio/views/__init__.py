"""What the portfolio page shows."""
