"""Questions of citizens and the box in which a health worker answers them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from admin import labels
from admin.auth import member_of
from admin.pages import Page, missing, now, tell
from core.i18n import Text, _
from services import board, questions, reach

LONGEST_CHARS = 2000


class Questions(Page):
    area, name, path, icon = "questions", _("Questions"), "/questions", "fa fa-circle-question"

    @route("", name="questions")
    async def index(self, request: Request) -> Response:
        asked = await board.questions(self.database, member_of(request), now())
        return self.render(request, "questions.html", questions=asked, labels=labels)

    @route("/{id:int}", name="question")
    async def show(self, request: Request) -> Response:
        return self._form(request, await self._question(request))

    @route("/{id:int}", methods=["POST"], name="question-answer")
    async def answer(self, request: Request) -> Response:
        """Sent by the bot to the chat that asked; only the first answer counts."""
        asked = await self._question(request)
        text = str((await request.form()).get("answer", "")).replace("\r\n", "\n").replace("\0", "").strip()
        if asked.state != "open":
            problem = _("A colleague has already answered this question. Your text was not sent.")
            return self._form(request, asked, text, problem, 409)
        if not text or len(text) > LONGEST_CHARS:
            problem = _("Write an answer of at most {n} letters.", n=LONGEST_CHARS)
            return self._form(request, asked, text, problem, 422)
        await questions.answer(self.database, asked.id, text, member_of(request).id, now())
        tell(request, _("The answer is on its way to the citizen."))
        return self.go("/questions")

    def _form(
        self,
        request: Request,
        asked: board.Asked,
        typed: str = "",
        problem: Text | None = None,
        status: int = 200,
    ) -> Response:
        return self.render(
            request,
            "question.html",
            status,
            heading=_("Question"),
            question=asked,
            typed=typed,
            problem=problem,
            longest=LONGEST_CHARS,
            labels=labels,
        )

    async def _question(self, request: Request) -> board.Asked:
        try:
            number = min(request.path_params["id"], 2**62)
            return await board.question(self.database, number, member_of(request), now())
        except reach.NotFound:
            raise missing() from None
