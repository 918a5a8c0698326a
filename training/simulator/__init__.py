"""A seeded, made-up marketplace with planted episodes, to train, judge and try the detector on.

    simulation = simulate(Marketplace(sellers=500), seed=1)
    simulation.complaints, simulation.orders, simulation.episodes    # Arrow tables
    simulation.history()                                             # what the detector reads
    simulation.truth.intensity                                       # no detector sees it

Orders are gamma-Poisson around each seller's own volume, week and sales. Complaints follow orders
after a delivery delay, at each seller's own slowly drifting rate and mix, times what happens to
the whole market; a gamma factor a seller-day makes them vary more than Poisson. Episodes add to
that, and the third table says where.
"""

from training.simulator.marketplace import KINDS, Disruption, Episodes, Marketplace, Sale
from training.simulator.simulation import Block, Simulation, Truth, blocks, simulate

__all__ = [
    "KINDS",
    "Block",
    "Disruption",
    "Episodes",
    "Marketplace",
    "Sale",
    "Simulation",
    "Truth",
    "blocks",
    "simulate",
]
