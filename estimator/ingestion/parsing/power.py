"""Energy and power of a machine: joules in a kilowatt-hour, and the power above which a reading is wrong."""

from estimator.ingestion.reader import RowRefused

JOULES_PER_KWH = 3.6e6
MOST_W = 1e7  # upper bound of the power of one node [W]; a missing counter is sometimes written as 2⁶⁴ - 2


def check_power(joules: float, seconds: float, nodes: float = 1.0) -> None:
    """RowRefused above any plausible power; an energy over less than a second is as over one."""
    lasting = max(seconds, 1.0)
    if joules > MOST_W * lasting * max(nodes, 1.0):
        raise RowRefused("impossible_power", value=f"{joules / lasting / 1000:.3g}")
