"""What every route needs: fields, problems, limits, metrics, paging, access, idempotency."""
