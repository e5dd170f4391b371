"""Write the page that lists every link of the vocabularies.

python tools/list_vocabularies.py docs/vocabularies.md
"""

import argparse
from pathlib import Path

from avs_mm.vocabularies import KINDS, VOCABULARIES, Vocabulary, class_names, load

COLUMNS = (*KINDS, "except", "generic")
HEAD = """\
# Vocabularies

Which AudioSet classes are the sounds of which category. This page is written by
`python tools/list_vocabularies.py docs/vocabularies.md` from the files in `avs_mm/vocabularies/`,
where every link was reviewed by hand.

```python
from avs_mm.vocabularies import load

vocabulary = load("coco_panoptic")  # avsbench_s4, avsbench_semantic, or the path of your own file
vocabulary.categories  # names in order
vocabulary.sounds["dog"]  # MIDs, descendants included
```

A file of your own gives each category its AudioSet classes, by display name or MID. A class stands
for all its descendants in AudioSet's ontology. An unknown name is an error that offers near ones.

```yaml
guitar: [Guitar]                    # short for {is: [Guitar]}
keyboard: {operated: [Typing], except: [Typewriter]}
bench: []                           # makes no sound
```

| link | meaning |
|---|---|
| is | the class is the category's own sound |
| emits | a sound of one of its parts or devices |
| operated | the sound of its use |
| except | descendants of the linked classes that are not the category's |
| generic | too broad for a link: counts only on request, where one candidate alone fits it |

Rules of the review:

- A link is precise rather than broad. What several kinds of objects make alike, such as an engine
  that idles, is generic.
- Silence, noise, rain, wind, thunder and rooms are linked to nothing. Neither are genres, moods and
  roles of music.
- What is heard on an object, but made by another, is not linked: rain on a roof, feet on stairs, a
  train on rails.
- A name is taken in its data set's sense: COCO's mouse and keyboard are a computer's.

AudioSet's class names are by Google Inc. under CC BY 4.0, its ontology under CC BY-SA 4.0
([credits](../avs_mm/vocabularies/README.md)).
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="file to write")
    parser.parse_args().out.write_text(page(), encoding="utf-8")


def page() -> str:
    """Return the whole page as Markdown."""
    return "\n".join([HEAD, *(section(name, load(name)) for name in VOCABULARIES)])


def section(name: str, vocabulary: Vocabulary) -> str:
    """Return the table of one vocabulary, and the categories that make no sound."""
    silent = [category for category in vocabulary.categories if not vocabulary.links[category]]
    linked = sum(map(bool, vocabulary.sounds.values()))
    lines = [
        f"## {name}",
        "",
        f"{linked} of {len(vocabulary.categories)} categories have links.",
        "",
        f"| category | {' | '.join(COLUMNS)} |",
        f"|---|{'---|' * len(COLUMNS)}",
    ]
    for category, links in vocabulary.links.items():
        if links:
            cells = [listed(links.get(kind, ())) for kind in COLUMNS]
            lines.append(f"| {category} | {' | '.join(cells)} |")
    if silent:
        lines += ["", f"Without any: {', '.join(silent)}."]
    return "\n".join([*lines, ""])


def listed(mids: tuple[str, ...]) -> str:
    return "; ".join(class_names()[mid] for mid in mids)


if __name__ == "__main__":
    main()
