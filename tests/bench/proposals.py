"""How many planted prerequisites are found again: `python -m bench.proposals`."""

import argparse

from harness.organisation import BUILDS_ON, Organisation

from offline.proposals import Mining

PLANTED = {(f"skill {before}", f"skill {after}") for before, after in BUILDS_ON}
WORLDS = ((300, 20), (600, 20), (600, 40), (1500, 20))
"""(learners, sessions of each)"""


def found(organisation: Organisation) -> set[tuple[str, str]]:
    mining = Mining()
    for event in organisation.events():
        mining.add(event)
    return {(link.before, link.after) for link in mining.proposals().links}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=4)
    seeds = range(1, parser.parse_args().seeds + 1)
    print("learners sessions barrier: right / proposed / planted")
    for learners, sessions in WORLDS:
        for barrier in (1.5, 0.0):
            worlds = [
                found(Organisation(learners, sessions, barrier=barrier, seed=seed))
                for seed in seeds
            ]
            right = sum(len(world & PLANTED) for world in worlds) if barrier else 0
            planted = len(PLANTED) * len(worlds) if barrier else 0
            proposed = sum(map(len, worlds))
            print(f"{learners:8} {sessions:8} {barrier:7}: {right} / {proposed} / {planted}")


if __name__ == "__main__":
    main()
