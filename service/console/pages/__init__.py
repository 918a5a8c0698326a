"""How every page is made: gate, form, template, error."""
