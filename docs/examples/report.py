"""Whom to call before Friday: an example of working with Bichron's reports in pandas.

    lrs report readiness --program new-manager-2026 --session https://zoom.us/j/85218486288/2026-10-09 \
        --format parquet -o readiness.parquet
    lrs report drop-off --program new-manager-2026 --format parquet -o drop-off.parquet
    python report.py readiness.parquet drop-off.parquet

Over HTTP the same files come from `GET /reports/readiness?…&format=parquet`. It needs pandas and pyarrow.
"""

import json
import sys

import pandas as pd
import pyarrow.parquet as pq


def learners(file: str) -> pd.DataFrame:
    """Return a report's learners, one row each; `attrs` holds what it says of all of them."""
    frame = pd.read_parquet(file)
    frame.attrs = json.loads(pq.read_schema(file).metadata[b"bichron"])
    return frame


def to_call(readiness: pd.DataFrame, drop_off: pd.DataFrame) -> pd.DataFrame:
    """Return who is not ready, those first who have been silent for longest."""
    waiting = readiness[readiness["state"] != "ready"]
    signs = drop_off[["person", "state", "silent_days", "last_activity"]]
    joined = waiting.merge(signs, on="person", suffixes=("", "_in_program"))
    joined["missing"] = joined["missing"].map(len)
    columns = ["name", "state", "missing", "state_in_program", "silent_days"]
    return joined.sort_values("silent_days", ascending=False, na_position="first")[columns]


def scores(readiness: pd.DataFrame) -> pd.Series:
    """Return the mean score of each piece of pre-work: a list column, one row for each item of it."""
    if "done.score" not in readiness:
        return pd.Series(dtype=float)  # nobody has done anything yet
    done = readiness[["done", "done.score"]].explode(["done", "done.score"]).dropna()
    return done.astype({"done.score": float}).groupby("done")["done.score"].mean()


def main() -> None:
    """Print both."""
    readiness, drop_off = map(learners, sys.argv[1:3])
    session = readiness.attrs["session"]
    print(f"{session['title']}, {session['starts']}: {readiness.attrs['ready']} ready")
    print(to_call(readiness, drop_off).to_string(index=False))
    print(scores(readiness).to_string())


if __name__ == "__main__":
    main()
