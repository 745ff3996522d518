"""Building and starting the product."""
