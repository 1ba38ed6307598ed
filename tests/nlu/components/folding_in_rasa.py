"""The tokenizer inside Rasa; run by the Python 3.10 of the Rasa project (see test_rasa.py), so unittest only."""

# ruff: noqa: PT009 - pytest is not in that environment
import unittest

from rasa.shared.nlu.training_data.message import Message

from nlu.components.folding import FoldingTokenizer


def tokens(text: str) -> list[tuple[str, str]]:
    tokenizer = FoldingTokenizer(FoldingTokenizer.get_default_config())
    return [(t.text, t.lemma) for t in tokenizer.tokenize(Message.build(text=text), "text")]


class Folding(unittest.TestCase):
    def test_every_written_form_has_the_same_lemmas(self) -> None:
        lemmas = [
            [lemma for _, lemma in tokens(t)]
            for t in ("o'g'lim qani", "oʻgʻlim qani", "ўғлим қани", "oglim qani")
        ]
        self.assertEqual(lemmas, [lemmas[0]] * 4)

    def test_a_token_keeps_the_word_and_its_place_as_written(self) -> None:
        text = "Bo'lam, 140/90!"
        for token in FoldingTokenizer(FoldingTokenizer.get_default_config()).tokenize(
            Message.build(text=text), "text"
        ):
            self.assertEqual(text[token.start : token.end], token.text)

    def test_the_size_of_a_number_stays_the_number_goes(self) -> None:
        self.assertEqual(tokens("140/90"), [("140", "000"), ("/", "/"), ("90", "00")])

    def test_anything_gives_at_least_one_token(self) -> None:
        for text in ("🙂", "'", "...", "ь"):
            self.assertTrue(tokens(text))


if __name__ == "__main__":
    unittest.main()
