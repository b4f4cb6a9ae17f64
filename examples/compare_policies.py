"""Does empathy pay with distressed debtors? A comparison on common seeds, in a few seconds."""

import emomas


def main() -> None:
    """Print utility and its paired difference to showing nothing."""
    rows = emomas.compare(
        "debt", counterpart="victim", policies=["sadness", "anger", "emomas"], runs=60, episodes=20, seed=1
    )
    for row in rows:
        print(f"{row.policy:8} {row.utility:.3f}  {row.difference:+.4f} [{row.low:+.4f}, {row.high:+.4f}]")


if __name__ == "__main__":
    main()
