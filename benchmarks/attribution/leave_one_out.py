"""Attribution of novels that were left out of the learning, by novel and in the mean.

    python benchmarks/attribution/leave_one_out.py PDNC_FOLDER

PDNC_FOLDER holds folders in the form of the Project Dialogism Novel Corpus (Vishnubhotla, Hammond and Hirst,
LREC 2022). Everything that is learned is learned anew without the novel that is judged. Prints what share of
quotations was found and given to the right speaker, by type, and how often that was right by how sure it was.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from learning import learn, trust
from novels import TYPES, Novel, read_novel_folder

from fullcast.text.novel.model import Choice, Weights, read_turns


def judge(novel: Novel, choices: list[Choice]) -> dict[str, float]:
    """Return the shares of annotated quotations that were found, and given to the right speaker."""
    right: defaultdict[str, int] = defaultdict(int)
    total: defaultdict[str, int] = defaultdict(int)
    for item in novel.gold:
        total[item.kind] += 1
    for number, items in novel.weights.items():
        figure = choices[number].figure
        name = novel.book.survey.figures[figure].name if figure >= 0 else None
        for item in items:
            right[item.kind] += name is not None and novel.means(name, item.speaker)
    found = sum(map(len, novel.weights.values()))
    shares = {kind: right[kind] / max(1, total[kind]) for kind in TYPES}
    return {"found": found / len(novel.gold), "right": sum(right.values()) / len(novel.gold), **shares}


def main() -> None:
    """Judge and print."""
    novels = [read_novel_folder(folder) for folder in sorted(Path(sys.argv[1]).iterdir()) if folder.is_dir()]
    rows = []
    sure: list[tuple[float, bool]] = []
    for novel in novels:
        weights = Weights(features=learn([other for other in novels if other is not novel]))
        choices = read_turns(novel.book, weights)
        rows.append((novel.name, judge(novel, choices)))
        sure += trust(novel, choices)
        print(f"{novel.name:32s}", *(f"{key} {value:.3f}" for key, value in rows[-1][1].items()), flush=True)
    print(f"{'mean':32s}", *(f"{key} {sum(r[key] for _, r in rows) / len(rows):.3f}" for key in rows[0][1]))
    for low in range(10):
        inside = [hit for chance, hit in sure if low <= chance * 10 < low + 1 + (low == 9)]
        if inside:
            share = sum(inside) / len(inside)
            print(f"said {low / 10:.1f} to {low / 10 + 0.1:.1f}: right {share:.3f} of {len(inside)}")


if __name__ == "__main__":
    main()
