"""Forms of text: as stored (`nfc`), as searched (`fold`), as sorted (`sort_key`).

Khmer order within a syllable, used by `fold` and `sort_key`: consonant or independent vowel; robat
(U+17CC); subscripts as typed, but subscript RO last; register shifters (U+17C9, U+17CA); vowels; all other
signs by code point. Two halves of one vowel typed singly (េ + ី, េ + ា) become that vowel (ើ, ោ); subscript
DA becomes subscript TA, which looks the same; a sign typed twice counts once.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SPACE: Final = (
    "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_EDGES: Final = _SPACE + "\u200b\u200c\u200d"
_KHMER: Final = re.compile("[\u1780-\u17ff\u19e0-\u19ff]")
_LINE_END: Final = re.compile("\r\n|[\n\r\u0085\u2028\u2029]")
# Controls that are not white space, soft hyphen, direction controls, word joiner, BOM, lone surrogates.
_JUNK: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
_GAPS: Final = re.compile(f"[{_SPACE}\u200b]+")
_SPACES: Final = re.compile(f"[{_SPACE}]+")
_INVISIBLE: Final = re.compile("[\u200b-\u200d\u17b4\u17b5]")
_LATIN_MARKS: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
# Eth and African d are what other keyboards and old fonts offer for đ.
_D_LIKE: Final = re.compile("[đðɖ]")

_BASE: Final = "\u1780-\u17b3"
_CLUSTER: Final = re.compile(f"([{_BASE}])((?:\u17d2[{_BASE}]|[\u17b6-\u17d1\u17d3\u17dd])+)")
_PART: Final = re.compile(f"\u17d2[{_BASE}]|.")
_ROBAT: Final = "\u17cc"
_SUB_RO: Final = "\u17d2\u179a"
_KHMER_DIGITS: Final = {0x17E0 + digit: ord("0") + digit for digit in range(10)}

_PLAIN: Final = str.maketrans("ăâđêôơư", "aadeoou")
_LETTERS: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES: Final = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_OTHER_MARK: Final = "6"
_LETTER_MARKS: Final = "\u0306\u0302\u031b"
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST_NUMBER: Final = 35
_NUMBER_OR_CHAR: Final = re.compile("[0-9]+|.")
_WEIGHTS: Final = {
    letter: base + str(_LETTERS[: _LETTERS.index(letter)].translate(_PLAIN).count(base))
    for letter, base in zip(_LETTERS, _LETTERS.translate(_PLAIN), strict=True)
}


def nfc(text: str) -> str:
    """Text as stored: NFC, trimmed, every run of white space one space, controls removed.

    A zero-width space stays where it separates Khmer words and goes elsewhere. Idempotent.
    """
    clean = _JUNK.sub("", text).strip(_EDGES)
    return unicodedata.normalize("NFC", _GAPS.sub(_gap, clean))


def nfc_lines(text: str) -> str:
    """Like `nfc` for each line, lines joined by one newline; blank lines at both ends go, at most one stays
    between two paragraphs."""
    lines = "\n".join(nfc(line) for line in _LINE_END.split(text))
    return re.sub("\n{3,}", "\n\n", lines).strip("\n")


def fold(text: str) -> str:
    """Text as searched: lower case, no Latin marks, đ as d, Khmer syllables in one order, digits Latin.

    What people type with or without marks, with either tone style, folds to the same text. Invisible
    characters go, white space is collapsed and trimmed. Idempotent.
    """
    plain = _LATIN_MARKS.sub("", _decomposed(text))
    return _SPACES.sub(" ", _khmer(_D_LIKE.sub("d", plain))).strip(" ")


def sort_key(text: str) -> str:
    """A text of [0-9a-z] that compares, character by character, like the texts in a Vietnamese dictionary.

    First level: letters a ă â b c d đ e ê … u ư v w x y z over the whole text, words before longer words,
    numbers by value, other scripts after Latin. Second level: tones, word by word, none à ả ã á ạ.
    Case, punctuation, tone style and leading zeros do not count. About two characters for each letter.
    """
    words = [_weigh(word) for word in _words(_D_LIKE.sub("đ", _khmer(_decomposed(text)))) if word]
    return "01".join(weights for weights, _ in words) + "00" + "".join(tone for _, tone in words)


def _gap(match: re.Match[str]) -> str:
    if match[0].strip("\u200b"):
        return " "
    beside = match.string[match.start() - 1], match.string[match.end()]
    return "\u200b" if any(_KHMER.match(char) for char in beside) else ""


def _decomposed(text: str) -> str:
    visible = _INVISIBLE.sub("", _JUNK.sub("", text))
    # Twice: lowering can leave characters that decompose further.
    lower = unicodedata.normalize("NFKD", visible).lower()
    return unicodedata.normalize("NFKD", lower)


def _khmer(text: str) -> str:
    return _CLUSTER.sub(_syllable, text).translate(_KHMER_DIGITS)


def _syllable(match: re.Match[str]) -> str:
    robat, subs, ro, shifters, vowels, signs = "", "", "", set(), set(), set()
    for part in _PART.findall(match[2]):
        if part == _SUB_RO:
            ro += part
        elif part[0] == "\u17d2":
            subs += "\u17d2\u178f" if part[1] == "\u178a" else part
        elif part == _ROBAT:
            robat = part
        elif part in "\u17c9\u17ca":
            shifters.add(part)
        elif part <= "\u17c5":
            vowels.add(part)
        else:
            signs.add(part)
    for half, whole in (("\u17b8", "\u17be"), ("\u17b6", "\u17c4")):
        if {"\u17c1", half} <= vowels:
            vowels = vowels - {"\u17c1", half} | {whole}
    return "".join([match[1], robat, subs, ro, *sorted(shifters), *sorted(vowels), *sorted(signs)])


def _words(text: str) -> list[str]:
    # Letters, digits and marks make words; all else separates them.
    return "".join(
        char if char in "0123456789" or unicodedata.category(char)[0] in "LM" else " " for char in text
    ).split(" ")


def _weigh(word: str) -> tuple[str, str]:
    """(first-level weights, tone) of one decomposed word. No weight is the beginning of another."""
    weights: list[str] = []
    tone, letter = "0", ""
    for part in _NUMBER_OR_CHAR.findall(word):
        if part[0] in "0123456789":
            weights.append(_number(part))
            letter = ""
        elif part in _LETTERS:
            weights.append(_WEIGHTS[part])
            letter = part
        elif _LATIN_MARKS.match(part):
            whole = unicodedata.normalize("NFC", letter + part)
            if letter and part in _LETTER_MARKS and whole in _LETTERS:
                weights[-1] = _WEIGHTS[whole]
                letter = whole
            elif tone == "0":
                tone = _TONES.get(part, _OTHER_MARK)
        else:
            weights.append("zz" + _base36(ord(part)))
            letter = ""
    return "".join(weights), tone


def _number(digits: str) -> str:
    value = digits.lstrip("0")
    return "1" + _DIGITS[min(len(value), _LONGEST_NUMBER)] + value


def _base36(value: int) -> str:
    written = ""
    for _ in range(4):
        value, digit = divmod(value, 36)
        written = _DIGITS[digit] + written
    return written
