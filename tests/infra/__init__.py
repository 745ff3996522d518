"""What the suite stands on: real servers, a real browser, the built app. Nothing here knows the domain."""
