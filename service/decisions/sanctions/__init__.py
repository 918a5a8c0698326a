"""Sanctions: what follows from points, approved by a second person where the policy asks."""
