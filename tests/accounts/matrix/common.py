"""Grids that several domains share, named by the least role that gets through."""

from __future__ import annotations

from tests.accounts.matrix.grid import grid

LISTED_BY_MEMBERS = grid("""
                platform  north  apple  birch  cherry
    root               +      +      +      +       +
    agent              +      +      +      +       +
    nora               -      +      +      +       -
    ned                -      +      +      +       -
    anna               -      -      +      -       -
    alex               -      -      +      -       -
    key              403
    anonymous        401
""")
READ_BY_MEMBERS = grid("""
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent             ok     ok     ok     ok      ok
    nora             404     ok     ok     ok     404
    ned              404     ok     ok     ok     404
    anna             404    404     ok    404     404
    alex             404    404     ok    404     404
    key              403
    anonymous        401
""")
LISTED_BY_STAFF = grid("""
                platform  north  apple  birch  cherry
    root               +      +      +      +       +
    agent              +      +      +      +       +
    nora               -      +      +      +       -
    ned                -      +      +      +       -
    anna               -      -      +      -       -
    alex             403
    key              403
    anonymous        401
""")
READ_BY_STAFF = """
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent             ok     ok     ok     ok      ok
    nora             404     ok     ok     ok     404
    ned              404     ok     ok     ok     404
    anna             404    404     ok    404     404
    alex             403
    key              403
    anonymous        401
"""
WRITTEN_BY_OWNERS = """
                platform  north  apple  birch  cherry
    root              ok     ok     ok     ok      ok
    agent            403
    nora             404     ok     ok     ok     404
    ned              403
    anna             404    404     ok    404     404
    alex             403
    key              403
    anonymous        401
"""
# What is made is always one's own, in one's own organisation.
MADE_BY_OWNERS = grid("""
                platform  north  apple  birch  cherry
    root              ok
    agent            403
    nora              ok
    ned              403
    anna              ok
    alex             403
    key              403
    anonymous        401
""", ok=201)  # fmt: skip
