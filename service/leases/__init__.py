"""Who holds which seller's case: what taking a case and deciding about its seller ask for."""
