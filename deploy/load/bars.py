"""Bar charts as SVG, without a library: groups of bars, one panel for each figure."""
import math
from html import escape

COLOURS = ("#0b6e99", "#6fb7d6", "#3a9d5d", "#c1473a", "#8a5aa8", "#d49a2a", "#777777")
WIDTH, PANEL, LEFT, TOP = 900, 230, 70, 60


def nice(highest):
    """The least round number that is not below it, whose quarters are round too."""
    step = 10 ** math.floor(math.log10(highest))
    return next(step * factor for factor in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * factor >= highest)


def svg(title, subtitle, panels, groups, labels):
    """A panel is its heading, and a function of group and label that gives the value, or None where there is none."""
    height = TOP + len(panels) * PANEL + 20 * (-(-len(labels) // 4)) + 20
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{height}" fill="white"/>', f'<text x="{LEFT}" y="24" font-size="17">{escape(title)}</text>',
           f'<text x="{LEFT}" y="42" fill="#555">{escape(subtitle)}</text>']
    for index, (heading, value) in enumerate(panels):
        base, tall = TOP + (index + 1) * PANEL - 40, PANEL - 80
        top = nice(max([value(group, label) or 0 for group in groups for label in labels] + [1e-9]))
        out.append(f'<text x="{LEFT}" y="{base - tall - 12}" font-weight="bold">{escape(heading)}</text>')
        for part in range(5):
            y = base - tall * part / 4
            out.append(f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
            out.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#555">{top * part / 4:,.6g}</text>')
        each = (WIDTH - 20 - LEFT) / len(groups)
        wide = each * 0.86 / len(labels)
        for g, group in enumerate(groups):
            x = LEFT + g * each + each * 0.07
            out.append(f'<text x="{x + each * 0.43:.1f}" y="{base + 16}" text-anchor="middle">{escape(group)}</text>')
            shown = [(n, value(group, label)) for n, label in enumerate(labels) if value(group, label) is not None]
            start = x + (each * 0.86 - wide * len(shown)) / 2
            for place, (n, one) in enumerate(shown):
                left, high = start + place * wide, tall * one / top
                out.append(f'<rect x="{left:.1f}" y="{base - high:.1f}" width="{wide - 2:.1f}" height="{high:.1f}" fill="{COLOURS[n % len(COLOURS)]}"/>')
                out.append(f'<text x="{left + wide / 2 - 1:.1f}" y="{base - high - 3:.1f}" text-anchor="middle" font-size="9">{short(one)}</text>')
    for n, label in enumerate(labels):
        x, y = LEFT + (n % 4) * 200, TOP + len(panels) * PANEL + 20 * (n // 4)
        out.append(f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{COLOURS[n % len(COLOURS)]}"/><text x="{x + 18}" y="{y}">{escape(label)}</text>')
    return "\n".join(out + ["</svg>", ""])


def short(value):
    if value >= 1000:
        return f"{value / 1000:.{0 if value >= 99_950 else 1}f}k"
    return f"{value:.3g}"
