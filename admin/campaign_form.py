"""The form of a campaign: what was typed into it, and what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.datastructures import FormData

from admin import campaign_words as said
from core import campaign_words
from core import campaigns as rules
from core.campaigns import Audience, Wording
from core.editing import WRITTEN, Written
from core.errors import Refusal
from core.i18n import Text, _, verbatim
from core.people import district_name, region_name, regions
from services.campaigns import Draft, Plan

MOST_TITLE = 80


def read(form: FormData, *, group: bool = True) -> Draft:
    """What was typed; with `group` False the group is left out, for it may be what is wrong. Raises Refusal."""
    typed = {name: str(value) for name, value in form.items() if isinstance(value, str)}
    typed["region"], _slash, typed["district"] = typed.get("place", "").partition("/")
    texts = {
        (of, language): _wording(typed, f"{of}.{language}", language)
        for of in rules.VARIANTS
        for language in WRITTEN
    }
    title = " ".join(typed.get("title", "").replace("\0", "").split())[:MOST_TITLE]
    audience = rules.audience(typed, said.items()) if group else Audience()
    if group and not title:
        raise Refusal(_("Give it a title, for yourselves; people do not see it."))
    return Draft(title, audience, typed.get("split") == "yes", texts)


def _wording(typed: Mapping[str, str], field: str, language: Written) -> Wording:
    return Wording(typed.get(f"{field}.text", ""), typed.get(f"{field}.sms", "")).tidy(language)


def version(form: FormData) -> int:
    value = str(form.get("version", ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else -1


def shown(draft: Draft, form: FormData | None, plan: Plan | None) -> dict[str, Any]:
    """What its template needs: everything that was typed, right or wrong, and what is wrong with it."""
    audience = draft.audience
    place = "/".join(part for part in (audience.region, audience.district) if part)
    typed: dict[str, Any] = {
        **audience.storable(),
        "place": place,
        "condition": "pregnant" if audience.pregnant else audience.condition,
    }
    for name in form or ():
        if "." not in name:
            typed[name] = str(form[name]) if form else ""
    return {
        "heading": verbatim(plan.title) if plan and plan.title else _("New campaign"),
        "draft": draft,
        "typed": typed,
        "version": version(form) if form else plan.version if plan else 0,
        "action": f"/admin/campaigns/{plan.id}/edit" if plan else "/admin/campaigns/new",
        "back": f"/admin/campaigns/{plan.id}" if plan else "/admin/campaigns",
        "regions": regions(),
        "region_name": region_name,
        "district_name": district_name,
        "items": said.items(),
        "most_title": MOST_TITLE,
        "most_segments": campaign_words.MOST_SEGMENTS,
        "problems": _by_field(campaign_words.problems(draft.texts, draft.split)) if plan or form else {},
        "warnings": _by_field(campaign_words.warnings(draft.texts, draft.split)),
    }


def _by_field(found: Iterable[campaign_words.Problem]) -> dict[str, list[Text]]:
    by_field: dict[str, list[Text]] = {}
    for one in found:
        by_field.setdefault(one.field, []).append(one.text)
    return by_field
