"""The outbox: what others must hear of, written with what happened and sent until it arrives."""
