"""Where numbers came from, as each kind of file says it: JSON, HTML, SVG, pictures, workbooks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from cnncalc.provenance import Kind, Origin, Provenance

__all__ = [
    "closing_json",
    "in_head",
    "in_svg",
    "origin_text",
    "provenance_lines",
    "provenance_record",
]

# What XML allows of control characters, line ends, isn't needed in one line either.
_NOT_IN_XML = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_TEXTS: Mapping[Kind, str] = {
    "folder": "the folder {name}, {images:,} images{of_digest}",
    "seed": "untrained: drawn by cnncalc from seed {seed}",
    "article": "the article's own: {name}",
    "standard input": "standard input",
    "command": "as written: {name}",
    "built-in": "{name}, which cnncalc brings along",
    "drawn": "drawn from seed {seed} like {name}",
    "Python": "{name}, from Python",
}


def origin_text(origin: Origin) -> str:
    """Return an origin in a few words.

    >>> origin_text(Origin("seed", seed=0))
    'untrained: drawn by cnncalc from seed 0'
    >>> origin_text(Origin("folder", "cats", images=12))
    'the folder cats, 12 images'
    """
    return "; ".join([_single_text(origin), *map(origin_text, origin.files)])


def _single_text(origin: Origin) -> str:
    if origin.kind != "file":
        of_digest = f", digest {origin.digest}" if origin.digest else ""
        return _TEXTS[origin.kind].format(of_digest=of_digest, **vars(origin))
    where = [f"sheet {origin.sheet}"] * bool(origin.sheet) + [origin.cells or ""]
    return ", ".join(filter(None, [origin.name, *where, f"SHA-256 {origin.sha256}"]))


def provenance_lines(provenance: Provenance) -> list[tuple[str, str]]:
    """Return a provenance as lines for people: what, and where from, besides what was typed.

    >>> for line in provenance_lines(Provenance("cnncalc show", version="1.0")):
    ...     print(*line, sep=": ")
    Made by: cnncalc show
    Version: cnncalc 1.0
    """
    kernels = provenance.kernels
    named = [
        ("Network", provenance.network),
        ("Weights", provenance.weights),
        ("Initial weights", provenance.initial_weights),
        *((f"Kernel {n}" if kernels[1:] else "Kernel", kernel) for n, kernel in enumerate(kernels)),
        ("Image", provenance.image),
        ("Data", provenance.data),
    ]
    calculated = [("Network as calculated", provenance.layers)] if provenance.layers else []
    return [
        *([("Made by", provenance.command)] if provenance.command else []),
        ("Version", f"cnncalc {provenance.version}"),
        *(
            (name, origin_text(origin))
            for name, origin in named
            if origin is not None and not (provenance.command and origin.kind == "command")
        ),
        *(("Remark", remark) for remark in provenance.remarks),
        *calculated,
    ]


def provenance_record(provenance: Provenance) -> dict[str, Any]:
    """Return a provenance as an object for JSON; what doesn't apply is left out.

    >>> provenance_record(Provenance(image=Origin("article", "article:6x6"), version="1.0"))
    {'version': '1.0', 'image': {'from': 'article', 'name': 'article:6x6'}}
    """
    record: dict[str, Any] = {"version": provenance.version}
    if provenance.command:
        record["command"] = provenance.command
    origins = {
        "network": provenance.network,
        # A training came from weights as a calculation does: readers need to know but one key.
        "weights": provenance.weights or provenance.initial_weights,
        "image": provenance.image,
        "data": provenance.data,
    }
    record |= {name: _origin_record(origin) for name, origin in origins.items() if origin}
    if provenance.kernels:
        record["kernels"] = [_origin_record(kernel) for kernel in provenance.kernels]
    if provenance.remarks:
        record["remarks"] = list(provenance.remarks)
    if provenance.layers:
        record["layers"] = provenance.layers
    return record


def _origin_record(origin: Origin) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": origin.name or None,
        "sha256": origin.sha256,
        "sheet": origin.sheet,
        "range": origin.cells,
        "seed": origin.seed,
        "images": origin.images,
        "digest": origin.digest,
        "files": list(map(_origin_record, origin.files)) or None,
    }
    return {"from": origin.kind} | {key: val for key, val in fields.items() if val is not None}


def closing_json(provenance: Provenance | None) -> Iterator[str]:
    """Yield the end of an object of JSON: its last member, the provenance, where there is one."""
    if provenance is not None:
        yield ',\n"provenance": ' + json.dumps(provenance_record(provenance))
    yield "}\n"


def in_head(page: str, provenance: Provenance) -> str:
    """Return a page with the provenance in its head alone, for programs."""
    record = json.dumps(provenance_record(provenance), ensure_ascii=False)
    metas = "".join(
        f'<meta name="{name}" content="{_xml(content)}">\n'
        for name, content in (
            ("generator", f"cnncalc {provenance.version}"),
            ("cnncalc-provenance", record),
        )
    )
    head, rest = page.split("</head>", 1)
    return f"{head}{metas}</head>{rest}"


def in_svg(picture: str, provenance: Provenance) -> str:
    """Return an SVG picture with the provenance as its metadata.

    Arguments: the `picture`, which begins with its `<svg …>` tag.
    """
    record = json.dumps(provenance_record(provenance), ensure_ascii=False)
    told = f"\n<metadata>{_xml(record)}</metadata>"
    tag, rest = picture.split(">", 1)
    return f"{tag}>{told}{rest}"


def _xml(text: str) -> str:
    """Return a text as XML and HTML hold it."""
    return escape(_NOT_IN_XML.sub("\ufffd", text))
