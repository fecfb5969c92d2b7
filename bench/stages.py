#!/usr/bin/env python3
"""Where the time of a certificate goes: one SVG picture from bench.json.

    stages.py BENCH.json OUT.svg

Also run by scripts/bench.  The picture has its own colours for light and dark
pages and needs no font but the reader's.
"""
import json
import sys

# What a stage of role/*/stage.def is, for its colour; what is not here is
# messages.  Stages are clocks of the thread that works; what a process spent
# besides (TLS, HTTP, kernel) is "the rest".
KINDS = {
    "crypto": "cryptography",
    "message": "messages",
    "record": "records on disk",
    "rest": "TLS, HTTP, the rest of the process",
}
NETWORK = ["post", "order_wait"]
CRYPTO = {"pca": ["check", "plv", "certificate", "encrypt", "sign"],
          "ra": ["expand", "sign"], "la": ["values"]}
RECORD = {"pca": ["store", "confirm"],
          "ra": ["plan", "order", "order_store", "outbox", "commit", "answers",
                 "hpcr", "collect", "confirm"],
          "la": ["store"]}
PARTS = [("pca", "PCA", ["pca"]), ("ra", "RA", ["ra"]),
         ("la", "both LAs", ["la1", "la2"])]
ENGINES = [("portable", "Monarch, portable"), ("lanes", "Monarch, 8 lanes")]


def kind_of(role, stage):
    if stage in CRYPTO[role]:
        return "crypto"
    if stage in NETWORK:
        return "rest"
    return "record" if stage in RECORD[role] else "message"


def prefix(what, engine):
    return what + ("_portable" if engine == "portable" else "")


def parts_of(figures, engine, role, processes):
    """[(kind, stage, us)] of one component; empty: not measured."""
    stages, total = {}, 0.0
    for p in processes:
        begin = f"{prefix('stage', engine)}_{p}_"
        for name, f in figures.items():
            if name.startswith(begin) and name.endswith("_us") \
                    and not name.endswith("_wall_us"):
                stage = name[len(begin):-len("_us")]
                stages[stage] = stages.get(stage, 0) + (f["value"] or 0)
        total += figures.get(f"{prefix('cpu', engine)}_{p}_us",
                             {}).get("value") or 0
    if not stages:
        return []
    out = [(kind_of(role, s), s.replace("_", " "), us)
           for s, us in stages.items()]
    out.append(("rest", "the rest", max(0.0, total - sum(stages.values()))))
    order = list(KINDS)
    return sorted(out, key=lambda x: (order.index(x[0]), -x[2]))


# ---- drawing ----

WIDTH, LEFT, RIGHT = 880, 150, 56
STYLE = """
text{font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;
font-size:13px;fill:#1f2328}
.title{font-size:16px;font-weight:600}.group{font-weight:600}
.small{font-size:11.5px;fill:#59636e}.on{font-size:12px;fill:#fff}
.line{stroke:#d1d9e0;stroke-width:1}.lead{stroke:#818b98;stroke-width:1;fill:none}
.crypto{fill:#2f6fb3}.message{fill:#b3611a}.record{fill:#2c7a4b}.rest{fill:#6e7781}
.openssl{fill:#2f6fb3;fill-opacity:.45}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}.small{fill:#9198a1}.on{fill:#fff}
.line{stroke:#3d444d}.lead{stroke:#656c76}
.crypto{fill:#3f86d0}.message{fill:#c4722c}.record{fill:#3a9460}.rest{fill:#767e89}
.openssl{fill:#3f86d0;fill-opacity:.45}}
"""


def width_of(text, size=12):
    return len(text) * size * 0.56


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


class Picture:
    def __init__(self):
        self.out, self.y = [], 0

    def text(self, x, y, text, cls="", anchor="start"):
        self.out.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{cls}"'
                        f' text-anchor="{anchor}">{escape(text)}</text>')

    def rect(self, x, y, w, h, cls, title=""):
        w = w - 1 if w > 3 else max(w * 0.7, 0.4)  # a gap to the next
        self.out.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h}"'
            f' class="{cls}"><title>{escape(title)}</title></rect>')

    def line(self, points, cls):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.out.append(f'<polyline points="{path}" class="{cls}"/>')

    def bar(self, label, parts, scale, height, labels):
        """Returns the narrow parts, which have no room for their name."""
        x, narrow = LEFT, []
        self.text(LEFT - 8, self.y + height / 2 + 4.5, label, "", "end")
        for kind, name, us in parts:
            w = us * scale
            self.rect(x, self.y, w, height, kind, f"{name}: {us:.2f} us")
            if labels and w > width_of(name) + 8:
                self.text(x + w / 2, self.y + height / 2 + 4.3, name, "on",
                          "middle")
            elif labels and us >= 0.15:
                narrow.append((x + w / 2, name))
            x += w
        total = sum(us for _, _, us in parts)
        self.text(x + 7, self.y + height / 2 + 4.5,
                  f"{total:.1f}" if total < 100 else f"{total:.0f}", "group")
        self.y += height
        return narrow

    def call_outs(self, narrow):
        """Names of narrow parts below a bar: from the right, each one row
        deeper than those that it would run into, so that no line is crossed."""
        top, placed = self.y, []
        for x, name in reversed(narrow):
            end = x + 7 + width_of(name, 11.5)
            row = 1 + max([r for right, r in placed if right < end],
                          default=-1)
            placed.append((x, row))
            y = top + 13 + 14 * row
            self.line([(x, top), (x, y - 4), (x + 2, y - 4)], "lead")
            self.text(x + 3, y, name, "small")
        self.y += 14 * (1 + max([r for _, r in placed], default=-1)) + 4

    def legend(self, entries):
        x = LEFT
        for kind, what in entries:
            self.rect(x, self.y - 9, 12, 11, kind)
            self.text(x + 17, self.y, what, "small")
            x += 17 + width_of(what, 11.5) + 18
        self.y += 18

    def done(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH}'
                f' {self.y:.0f}" width="{WIDTH}" height="{self.y:.0f}">\n'
                f"<style>{STYLE}</style>\n" + "\n".join(self.out)
                + "\n</svg>\n")


def total_of(parts):
    return sum(us for _, _, us in parts)


def by_kind(parts):
    return [(kind, what, sum(us for k, _, us in parts if k == kind))
            for kind, what in KINDS.items()]


def overview(p, data, plain):
    """Every component three times, to one scale."""
    most = max([total_of(x) for x in data.values()] + [*plain.values(), 1])
    scale = (WIDTH - LEFT - RIGHT) / most
    for role, title, _ in PARTS:
        p.text(LEFT, p.y + 12, title, "group")
        p.y += 19
        if plain.get(role):
            p.bar("OpenSSL, plainly", [("openssl", title, plain[role])], scale,
                  17, False)
            p.y += 3
        for engine, label in ENGINES:
            if data[engine, role]:
                p.bar(label, by_kind(data[engine, role]), scale, 17, False)
                p.y += 3
        p.y += 9


def merged(parts, least=0.035):
    """Stages that take less than that of all: one part of their kind."""
    limit = least * total_of(parts)
    out = []
    for kind in KINDS:
        of_kind = [x for x in parts if x[0] == kind]
        small = [x for x in of_kind if x[2] < limit]
        out += [x for x in of_kind if x[2] >= limit or len(small) == 1]
        if len(small) > 1:
            out.append((kind, "others", total_of(small)))
    return out


def close_up(p, data):
    """The components of the lanes alone, stage by stage, larger."""
    engine = next((e for e in ("lanes", "portable")
                   if any(data[e, r] for r, _, _ in PARTS)), None)
    if engine is None:
        return
    most = max(total_of(data[engine, r]) for r, _, _ in PARTS)
    scale = (WIDTH - LEFT - RIGHT) / most
    p.line([(20, p.y), (WIDTH - 20, p.y)], "line")
    p.y += 26
    p.text(20, p.y, f"{dict(ENGINES)[engine]}, stage by stage", "title")
    p.y += 16
    for role, title, _ in PARTS:
        narrow = p.bar(title, merged(data[engine, role]), scale, 26, True)
        p.call_outs(narrow)
        p.y += 10


def draw(figures):
    p = Picture()
    data = {(e, role): parts_of(figures, e, role, processes)
            for e, _ in ENGINES for role, _, processes in PARTS}
    plain = {role: figures.get(f"openssl_plain_{role}_us",
                               {}).get("value") or 0 for role, _, _ in PARTS}
    p.y = 26
    p.text(20, p.y, "Microseconds of CPU time per certificate", "title")
    p.y += 22
    p.legend(KINDS.items())
    p.legend([("openssl", "OpenSSL used plainly: the cryptography alone, every"
               " request and reply signed by itself")])
    overview(p, data, plain)
    close_up(p, data)
    return p.done()


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        figures = json.load(f)
    with open(sys.argv[2], "w", encoding="utf-8") as f:
        f.write(draw(figures))


if __name__ == "__main__":
    main()
