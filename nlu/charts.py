"""Two plots of the report as SVG, drawn by hand: a plotting library would weigh more than everything else here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlu.scores import Bin

_SIZE, _MARGIN = 360, 44
_INK = ("#0b6e4f", "#c1440e", "#3d5a98", "#8a6d00")


def reliability(engines: Mapping[str, Sequence[Bin]]) -> str:
    """Promised probability against share right; the diagonal is honesty."""
    lines = {name: [(b.confidence, b.right) for b in bins if b.count >= 5] for name, bins in engines.items()}
    diagonal = (
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#bbb" stroke-dasharray="4"/>'
    )
    return _chart("confidence", "share right", lines, [(t / 5, f"{t / 5:.1f}") for t in range(6)], diagonal)


def learning(curve: Mapping[str, Sequence[tuple[int, float]]]) -> str:
    """Macro-F1 against the number of training lines, each step a doubling."""
    sizes = sorted({n for points in curve.values() for n, _ in points})
    place = {n: i / max(1, len(sizes) - 1) for i, n in enumerate(sizes)}
    lines = {name: [(place[n], f) for n, f in points] for name, points in curve.items()}
    return _chart("hand-written lines", "macro-F1", lines, [(place[n], f"{n}") for n in sizes], "")


def _chart(
    across: str,
    up: str,
    lines: Mapping[str, Sequence[tuple[float, float]]],
    ticks: Sequence[tuple[float, str]],
    extra: str,
) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" font-family="sans-serif" font-size="11">',
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="#fff"/>',
        f'<path d="M{_x(0)} {_y(1)}V{_y(0)}H{_x(1)}" fill="none" stroke="#333"/>',
        extra,
        f'<text x="{_SIZE / 2}" y="{_SIZE - 6}" text-anchor="middle">{across}</text>',
        f'<text x="12" y="{_SIZE / 2}" text-anchor="middle" transform="rotate(-90 12 {_SIZE / 2})">{up}</text>',
    ]
    parts += [
        f'<text x="{_x(p):.0f}" y="{_y(0) + 15}" text-anchor="middle">{label}</text>' for p, label in ticks
    ]
    parts += [
        f'<text x="{_x(0) - 6}" y="{_y(t / 5) + 4:.0f}" text-anchor="end">{t / 5:.1f}</text>'
        for t in range(6)
    ]
    for i, (name, points) in enumerate(lines.items()):
        path = "L".join(f"{_x(a):.1f} {_y(b):.1f}" for a, b in points)
        parts.append(
            f'<path d="M{path}" fill="none" stroke="{_INK[i % 4]}" stroke-width="2"/>' if points else ""
        )
        parts += [
            f'<circle cx="{_x(a):.1f}" cy="{_y(b):.1f}" r="3" fill="{_INK[i % 4]}"/>' for a, b in points
        ]
        parts.append(f'<text x="{_x(0) + 12}" y="{_y(1) + 14 + 15 * i}" fill="{_INK[i % 4]}">{name}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _x(share: float) -> float:
    return _MARGIN + share * (_SIZE - _MARGIN - 16)


def _y(share: float) -> float:
    return _SIZE - _MARGIN - share * (_SIZE - _MARGIN - 16)
