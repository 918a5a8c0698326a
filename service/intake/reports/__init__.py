"""What people without an account report: a draft until it is sent, then a complaint with its words.

There are two doors. Who came by the marketplace's link is known as the buyer of one order. Who came
by none gives a notice as the EU's Digital Services Act has it in Art. 16(2), which is not verified.
A report's id is also its reference, and the id of the complaint that it becomes.
"""
