"""Drafts: what a person typed about a complaint and did not send; no decision rests on one."""
