"""Many checkouts while processes are killed, and a check that nothing was lost, doubled or oversold."""
