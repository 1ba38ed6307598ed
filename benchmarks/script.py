"""Words written right by our transliteration and by the PyPI package UzTransliterator on the same parallel texts.

Run: uv run --with UzTransliterator==2.0.2 python benchmarks/script.py [folder with NN_cyr.txt and NN_lat.txt]
"""

from __future__ import annotations

import importlib
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core import script  # noqa: E402

Change = Callable[[str], str]


def contenders() -> dict[str, tuple[Change, Change]]:
    """Name -> (Cyrillic to Latin, Latin to Cyrillic)."""
    found: dict[str, tuple[Change, Change]] = {"salomat": (script.to_latin, script.to_cyrillic)}
    try:
        package = importlib.import_module("UzTransliterator")
    except ImportError:
        print("UzTransliterator is not installed; see the top of this file. Ours alone:")
        return found
    other = package.UzTransliterator()
    found["UzTransliterator"] = (
        lambda text: str(other.transliterate(text, from_="cyr", to="lat")),
        lambda text: str(other.transliterate(text, from_="lat", to="cyr")),
    )
    return found


def words_right(change: Change, folder: Path, source: str, target: str) -> tuple[int, int, float]:
    """Words right, words in all, seconds. Given word by word, because the package drops some and shifts the rest."""
    right = total = 0
    seconds = 0.0
    for path in sorted(folder.glob(f"*_{source}.txt")):
        words = path.read_text(encoding="utf-8").split()
        wanted = path.with_name(path.name.replace(source, target)).read_text(encoding="utf-8").split()
        started = time.perf_counter()
        got = [change(word) for word in words]
        seconds += time.perf_counter() - started
        pairs = zip(got, wanted, strict=True)
        right += sum(script.plain(a).strip() == script.plain(b) for a, b in pairs)
        total += len(wanted)
    return right, total, seconds


def milliseconds(call: Callable[[], object], times: int = 200) -> float:
    started = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - started) * 1000 / times


def main() -> None:
    folder = (
        Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "domain" / "data" / "translit"
    )
    if not folder.is_dir():
        sys.exit(f"no parallel texts in {folder}")
    print(f"{'':18}{'direction':20}{'right':>8}{'words':>8}{'%':>8}{'s':>8}")
    for name, (latin, cyrillic) in contenders().items():
        for label, change, source, target in (
            ("Cyrillic to Latin", latin, "cyr", "lat"),
            ("Latin to Cyrillic", cyrillic, "lat", "cyr"),
        ):
            right, total, seconds = words_right(change, folder, source, target)
            print(f"{name:18}{label:20}{right:8}{total:8}{100 * right / total:8.2f}{seconds:8.2f}")
    text = re.sub(r"\s+", " ", next(iter(sorted(folder.glob("*_cyr.txt")))).read_text(encoding="utf-8"))[
        :4000
    ]
    print(f"fold of {len(text)} characters, known words: {milliseconds(lambda: script.fold(text)):.3f} ms")


if __name__ == "__main__":
    main()
