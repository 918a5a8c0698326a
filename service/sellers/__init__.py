"""Sellers: known once a complaint or an order names them, locked one at a time, scored again."""
