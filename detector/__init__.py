"""The pure domain: functions over arrays, tables and frozen values.

Nothing in here reads a clock, a file, a network or a database; time, seeds and policies are
arguments. The flow is one way: history -> windows -> surprises -> features -> forest -> assessment
-> priority. `detector.rules` stands beside it: the deduction rules, which know nothing of the
machine's findings.
"""
