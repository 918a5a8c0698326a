"""Read models: what a person sees of sellers, complaints, the workload and the rules."""
