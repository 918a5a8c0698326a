"""What people decide: verdicts, sanctions, appeals, withdrawals, adjustments, and their ledger."""
