"""Texts that somebody writes in the hope that a page takes them for something else."""

from __future__ import annotations

from typing import Final

HOSTILE: Final = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "</title><script>alert(3)</script>",
    "</textarea><script>alert(4)</script>",
    "</style><script>alert(5)</script>",
    "</bdi></a><script>alert(6)</script>",
    "<img src=x onerror=alert(7)>",
    '"><img src=x onerror=alert(8)>',
    "'><img src=x onerror=alert(9)>",
    "<svg onload=alert(10)>",
    "<svg><script>alert(11)</script></svg>",
    "<iframe src=javascript:alert(12)></iframe>",
    "<body onload=alert(13)>",
    "<details open ontoggle=alert(14)>",
    "<input autofocus onfocus=alert(15)>",
    "<a href=javascript:alert(16)>x</a>",
    "<form action=https://evil.example><button>x</button></form>",
    "<base href=https://evil.example>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<object data=https://evil.example></object>",
    "<style>*{display:none}</style>",
    "<!-- <script>alert(23)</script> -->",
    "<![CDATA[<script>alert(24)</script>]]>",
    "<?php echo 1 ?>",
    '" onmouseover=alert(26) x="',
    "' autofocus onfocus=alert(27) x='",
    "` onclick=alert(28) `",
    "javascript:alert(29)",
    "data:text/html,<script>alert(30)</script>",
    "{{ 7 * 7 }}",
    "{% raw %}{{ config }}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "&lt;script&gt;alert(34)&lt;/script&gt;",
    "&#60;script&#62;alert(35)&#60;/script&#62;",
    "../../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE complaints; --",
    "مرحبا <b>x</b> שלום",
    "x" * 80 + "🙂" * 20,
)
"""Forty; each may stand in every field of a complaint, and is to be read there as it is."""

EVERY: Final = "\n".join(HOSTILE)
"""All of them, for a field that holds sentences."""


def packed(characters_max: int) -> list[str]:
    """All of them, several in one text, none longer than a field takes."""
    texts = [""]
    for text in HOSTILE:
        together = f"{texts[-1]} {text}".strip()
        if len(together) <= characters_max:
            texts[-1] = together
        else:
            texts.append(text)
    return texts
