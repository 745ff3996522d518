"""Sessions: book live one-to-one and group sessions with instructors, pay, meet and learn."""

__version__ = "0.1.0"
