"""Message catalogues shared by server and phone, and the way numbers and days are written in each language.

A catalogue is `locale/<lang>/<domain>.json`: one flat object, key -> sentence with named `{placeholder}`s.
Vietnamese is the source. `locale/<lang>/review.json` lists reviewed strings and is not a catalogue.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

LANGUAGES: Final = ("vi", "km", "en")
SOURCE: Final = "vi"
_NOT_A_DOMAIN: Final = frozenset(("review",))
_PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All sentences: lang -> domain -> key -> sentence. Read-only."""

    sentences: Mapping[str, Mapping[str, Mapping[str, str]]]

    def find(self, lang: str, domain: str, key: str) -> str | None:
        """The sentence in `lang`, else in Vietnamese, else None; an empty sentence counts as absent."""
        for language in (lang, SOURCE):
            sentence = self.sentences.get(language, {}).get(domain, {}).get(key)
            if sentence:
                return sentence
        return None

    def domain(self, lang: str, domain: str) -> dict[str, str]:
        """All sentences of a domain in `lang`, with Vietnamese where `lang` has none."""
        own = self.sentences.get(lang, {}).get(domain, {})
        return {**self.sentences[SOURCE].get(domain, {}), **{key: text for key, text in own.items() if text}}


def load(root: Path | str | None = None) -> Catalogue:
    """The catalogue under `root`, read once per folder and process.

    Without `root`: the folder named by TOSO_LOCALE_DIR, else the nearest `locale/` at or above the package
    (the repository's, or the copy packaged inside `toso`). Raises FileNotFoundError when there is none, and
    ValueError naming the file that is not a flat object of sentences.
    """
    if root is None:
        return _read(_find_root(os.environ.get("TOSO_LOCALE_DIR")))
    return _read(Path(root).resolve())


def text(lang: str, domain: str, key: str, /, **params: object) -> str:
    """The sentence in `lang` (Vietnamese when it lacks it, the key itself when both do), placeholders filled.

    Parameters are written with str(): format numbers and days first. A placeholder without a parameter
    stays as it is.
    """
    return format(load().find(lang, domain, key) or key, params)


def format(sentence: str, params: Mapping[str, object]) -> str:
    """The sentence with its `{name}` placeholders replaced, in one pass."""
    return _PLACEHOLDER.sub(lambda match: str(params[match[1]]) if match[1] in params else match[0], sentence)


def placeholders(sentence: str) -> frozenset[str]:
    """The names of the placeholders in a sentence."""
    return frozenset(_PLACEHOLDER.findall(sentence))


def missing(catalogue: Catalogue | None = None) -> list[str]:
    """What keeps the languages from being complete, one line each, sorted; empty when all is well.

    Reports keys that a language lacks, empty sentences, and placeholders that differ from Vietnamese.
    """
    sentences = (catalogue or load()).sentences
    found = []
    for domain in sorted({name for language in sentences.values() for name in language}):
        tables = {lang: sentences.get(lang, {}).get(domain, {}) for lang in LANGUAGES}
        for key in sorted({key for table in tables.values() for key in table}):
            source = placeholders(tables[SOURCE].get(key, ""))
            for lang, table in tables.items():
                where = f"{lang}/{domain}.json: {key}"
                if key not in table:
                    found.append(f"{where}: missing")
                elif not table[key].strip():
                    found.append(f"{where}: empty")
                elif key in tables[SOURCE] and placeholders(table[key]) != source:
                    found.append(f"{where}: placeholders differ from {SOURCE}")
    return sorted(found)


def number(lang: str, value: int | float | Decimal, digits: int | None = None) -> str:
    """A number as people write it: 93.360,5 in vi, 93,360.5 in km and en.

    `digits`: decimals shown; None shows at most three and no trailing zeros. Halves are rounded away from
    zero, on the number as it is written in decimals (1.005 -> 1.01). Raises ValueError for NaN and infinity.
    """
    return _write(lang, _decimal(value), digits)


def percent(lang: str, ratio: int | float | Decimal, digits: int = 1) -> str:
    """A ratio (1 = all) as a percentage with `digits` decimals: 97,5% in vi, 97.5% in km and en."""
    return _write(lang, _decimal(ratio).scaleb(2), digits) + "%"


def day(lang: str, value: date) -> str:
    """A day: 05/09/2024 in vi and km, 5 Sep 2024 in en."""
    if lang == "en":
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return f"{value.day:02}/{value.month:02}/{value.year:04}"


def _decimal(value: int | float | Decimal) -> Decimal:
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not number.is_finite():
        raise ValueError("not a finite number")
    return number


def _write(lang: str, value: Decimal, digits: int | None) -> str:
    places = _MOST_DIGITS if digits is None else digits
    scaled = int(value.scaleb(places).to_integral_value(ROUND_HALF_UP))
    whole, fraction = divmod(abs(scaled), 10**places)
    group, point = (".", ",") if lang == SOURCE else (",", ".")
    written = f"{whole:,}".replace(",", group)
    decimals = f"{fraction:0{places}}" if places else ""
    if digits is None:
        decimals = decimals.rstrip("0")
    return ("-" if scaled < 0 else "") + written + (point + decimals if decimals else "")


@cache
def _find_root(named: str | None) -> Path:
    if named:
        return Path(named).resolve()
    for folder in Path(__file__).resolve().parents:
        if (folder / "locale" / SOURCE).is_dir():
            return folder / "locale"
    raise FileNotFoundError("no locale folder; set TOSO_LOCALE_DIR")


@cache
def _read(root: Path) -> Catalogue:
    if not (root / SOURCE).is_dir():
        raise FileNotFoundError(f"no {SOURCE} catalogue under {root}")
    return Catalogue(
        MappingProxyType(
            {
                lang: MappingProxyType(
                    {
                        path.stem: _read_domain(path)
                        for path in sorted((root / lang).glob("*.json"))
                        if path.stem not in _NOT_A_DOMAIN
                    }
                )
                for lang in LANGUAGES
            }
        )
    )


def _read_domain(path: Path) -> Mapping[str, str]:
    try:
        table = json.loads(path.read_bytes(), object_pairs_hook=_unique)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    if not isinstance(table, dict) or not all(isinstance(sentence, str) for sentence in table.values()):
        raise ValueError(f"{path}: not a flat object of sentences")
    return MappingProxyType(table)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"repeated keys: {sorted({key for key in keys if keys.count(key) > 1})}")
    return table
