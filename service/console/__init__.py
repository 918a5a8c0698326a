"""The pages that moderators, reviewers, analysts and admins work with.

They show what the API's actions return and call those that change anything: the console is a face
of the service and knows no rule of its own. Every page works as plain HTML and ordinary forms.
"""
