"""The quick way through a long log of the deduction rules: read, fold and written compiled.

`detector.rules.fold` is the definition; what is here gives the same to the byte, and hands
over to it whatever it does not know.
"""
