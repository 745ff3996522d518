"""Finding an instructor on screen: the filters in the address, the cards, the ribbon of a day. Pure view values."""
