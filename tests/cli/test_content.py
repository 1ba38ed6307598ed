"""`salomat content check` as an editor meets it."""

from __future__ import annotations

from click.testing import CliRunner

from cli.content import content
from core.errors import ContentError
from core.programmes import VACCINATION


def test_the_files_of_the_product_are_whole():
    result = CliRunner().invoke(content, ["check"])
    assert result.exit_code == 0, result.output
    assert "uz-2019" in result.output
    for what in ("articles, uz: 18", "articles, ru: 18", "red flags: ", "regions: 14"):
        assert what in result.output


def test_a_broken_calendar_is_named_with_its_line(tmp_path):
    broken = tmp_path / "vaccination.yml"
    text = VACCINATION.read_text(encoding="utf-8")
    broken.write_text(text.replace("minimum_age: 6 weeks", "minimum_age: six weeks", 1), encoding="utf-8")
    result = CliRunner().invoke(content, ["check", "--vaccination", str(broken)])
    assert isinstance(result.exception, ContentError)
    line = text[: text.index("minimum_age: 6 weeks")].count("\n") + 1
    assert result.exception.line == line
    assert "six weeks" in result.exception.reason
