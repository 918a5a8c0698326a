"""Whole files into the store: validated like requests, written by COPY where there is one."""
