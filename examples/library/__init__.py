"""Programs that embed the engine; each runs on the board of examples/changing_board, and type checkers read them."""
