"""Every sentence exists in Vietnamese, Khmer and English, with the same placeholders."""

import re

from toso.kernel.messages import missing

from .tree import PACKAGE, ROOT


def test_translations_are_complete():
    lacking = missing()
    assert not lacking, "\n".join(lacking)


def test_templates_hold_no_sentences():
    """Sentences live in the catalogues: no Vietnamese or Khmer letters in templates of the server."""
    letters = re.compile(r"[À-ỹđĐ\u1780-\u17ff]")
    held = []
    for path in sorted(PACKAGE.rglob("*.html")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if letters.search(re.sub(r"\{#.*?#\}|Tổ Số", "", line)):
                held.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert not held, "\n".join(held)
