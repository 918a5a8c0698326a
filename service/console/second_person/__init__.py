"""What a second person decides: proposals, sanctions, appeals, withdrawals, and exceptions."""
