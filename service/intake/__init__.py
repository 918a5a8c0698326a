"""What is filed: complaints, orders, evidence, whole files of them."""
