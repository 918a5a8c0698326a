"""How every page of people without an account is made: router, form, template, refusal."""
