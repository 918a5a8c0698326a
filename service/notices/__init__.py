"""Notices as the marketplace sends them: subject, text and HTML, in the language of their reader.

What a notice says is decided below: by `answers` about a complaint, by the rules' statement about a
sanction. Here it is put into words. The marketplace sends it, as it knows the address.
"""
