"""The pages of people without an account: buyers, and sellers. `DETECTOR_PUBLIC` switches them on.

They are made as the console's pages are, in the same languages, and call the API's own actions. Who
looks at one is known by a link (`service.links`), or not at all.
"""
