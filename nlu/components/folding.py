"""A tokenizer that shows the featurizers folded words, so that every written form of a word is one word to them."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from core import script

# A word keeps its apostrophes; a number and each other sign stand alone.
_TOKEN = re.compile(rf"[^\W\d_]+(?:[{script.APOSTROPHES}][^\W\d_]*)*|\d+|[^\w\s]")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class FoldingTokenizer(Tokenizer):
    """Tokens keep the text and place as written; their lemma, which featurizers read, is folded, digits as 0."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = message.get(attribute)
        tokens = [self._token(match) for match in _TOKEN.finditer(text)]
        # Rasa wants at least one token of anything, an emoji too.
        return [t for t in tokens if t.lemma] or [Token(text, 0, lemma=" ")]

    @staticmethod
    def _token(match: re.Match[str]) -> Token:
        written = match[0]
        lemma = "0" * len(written) if written.isdigit() else script.fold(written)
        return Token(written, match.start(), match.end(), lemma=lemma or written)
