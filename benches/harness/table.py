"""The rows of the comparison, and how they are printed."""

import json
import statistics
import sys
from dataclasses import dataclass, field


class Broken(Exception):
    """What was to be measured failed: the row has no value, the others go on."""


@dataclass
class Goal:
    """What a row must keep to: at most `most`, of the ratio zelo / peer, of what Zelo takes
    `more` than the peer, or of Zelo's own value."""

    of: str
    most: float

    def __str__(self):
        return f"{self.of} < {self.most:g}" if self.of == "zelo" else f"{self.of} <= {self.most:g}"

    def met(self, zelo, peer):
        """Whether it is kept; a row without a value never is."""
        if zelo is None or (self.of != "zelo" and not peer):
            return False
        if self.of == "zelo":
            return zelo < self.most
        return (zelo / peer if self.of == "ratio" else zelo - peer) <= self.most


@dataclass
class Result:
    """One line: samples of Zelo and, where there is one, of its peer."""

    work: str
    metric: str
    unit: str
    goal: Goal
    zelo: list = field(default_factory=list)
    peer: list | None = None

    def as_dict(self):
        """As `--json` prints it: medians, and how many runs they are of."""
        zelo = statistics.median(self.zelo) if self.zelo else None
        peer = statistics.median(self.peer) if self.peer else None
        ratio = zelo / peer if peer and zelo is not None else None
        return {
            "work": self.work,
            "metric": self.metric,
            "unit": self.unit,
            "zelo": None if zelo is None else round(zelo, 4),
            "peer": None if peer is None else round(peer, 4),
            "ratio": None if ratio is None else round(ratio, 4),
            "goal": str(self.goal),
            "ok": self.goal.met(zelo, peer),
            "runs": len(self.zelo),
        }


HEADS = ("work", "metric", "zelo", "peer", "ratio", "goal", "", "runs", "spread")
RIGHT = {2, 3, 4, 7, 8}


def spread(samples):
    """From the least to the most, in per cent of the median: how much to trust it."""
    middle = statistics.median(samples) if samples else 0
    return f"{(max(samples) - min(samples)) / middle:.0%}" if middle and len(samples) > 1 else ""


class Results:
    """Prints JSON as it comes, a table at the end."""

    def __init__(self, as_json):
        self.as_json = as_json
        self.lines = []
        self.all_met = True

    def add(self, result):
        row = result.as_dict()
        self.all_met &= row["ok"]
        if self.as_json:
            print(json.dumps(row), flush=True)
            return
        number = lambda value: "–" if value is None else f"{value:.2f} {row['unit']}"
        self.lines.append((
            row["work"], row["metric"], number(row["zelo"]), number(row["peer"]),
            "–" if row["ratio"] is None else f"{row['ratio']:.2f}",
            row["goal"], "met" if row["ok"] else "MISSED", str(row["runs"]), spread(result.zelo),
        ))  # fmt: skip

    def close(self):
        """Prints what is left; the exit code: 0 if every goal was met, else 1."""
        if self.lines:
            widths = [max(len(line[at]) for line in [HEADS, *self.lines]) for at in range(len(HEADS))]
            for line in [HEADS, *self.lines]:
                cells = (text.rjust(width) if at in RIGHT else text.ljust(width) for at, (text, width) in enumerate(zip(line, widths)))
                print("  ".join(cells).rstrip())
        sys.stdout.flush()
        return 0 if self.all_met else 1


def note(text):
    """What is going on, beside the result."""
    print(f"compare: {text}", file=sys.stderr, flush=True)
