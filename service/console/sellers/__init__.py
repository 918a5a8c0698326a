"""One seller: standing, ledger, sanctions, and everything there ever was about them."""
