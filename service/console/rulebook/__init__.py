"""The rules as pages: the versions of the policy, readable."""
