"""Links by which people without an account reach one page: a buyer's complaint, a seller's page.

The marketplace asks for one and hands it on. A link is an address with 256 random bits, of which
the store keeps a hash. It is bound to what it is for, it expires, and it can be revoked.

A page does two things with a link. Its address is `/<page>/{token}`, and there the route calls
`exchange(request, token, page)` of `service.portal.pages.entry`, which answers with a redirect to
`/<page>` and a cookie for that path alone. Every other route of the page calls `visitor(request,
page)` of the same module, which gives the `Link` with the ids it is bound to, or raises NoSuchLink.
Both only read. A link that is unknown, expired, revoked or of another page is refused in the same
words.
"""
