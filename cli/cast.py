"""The demo's people: Aziza with little Madina, Boris, Gulnora, Davron, the staff, and clinics with free times."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import booking as booking_rules
from core import people as people_rules
from core.i18n import Language
from core.settings import Settings
from core.sms_samples import samples
from db.booking import Clinic
from db.crypto import keyring
from db.engine import Database, connect
from db.passport import HealthSummary, Observation
from db.people import Chat, Consent, Kinship, Person, Sex
from db.programmes import Immunization, ScreeningResult
from db.staff import Role
from services import booking, programmes, sms_templates, staff

PASSWORD = "toza-havo-issiq-non"  # noqa: S105 – of the demo on this machine only, shown on the terminal
CLINICS = (
    (
        "Oilaviy poliklinika 12",
        "Семейная поликлиника 12",
        "Chilonzor, 9-daha, 5-uy",
        "Чиланзар, 9-й квартал, дом 5",
        "1726",
        "chilonzor",
    ),
    (
        "Oilaviy poliklinika 47",
        "Семейная поликлиника 47",
        "Yunusobod, 4-daha, 12-uy",
        "Юнусабад, 4-й квартал, дом 12",
        "1726",
        "yunusobod",
    ),
    (
        "Oilaviy poliklinika 3",
        "Семейная поликлиника 3",
        "Samarqand, Registon koʻchasi 20",
        "Самарканд, улица Регистан, 20",
        "1718",
        "samarqand_city",
    ),
)
CITIZENS = (
    {"name": "Aziza", "language_code": "uz", "telegram_id": 1001, "phone": "+998901112233", "started": True},
    {"name": "Boris", "language_code": "ru", "telegram_id": 1002, "phone": "+998971234567", "started": False},
    {"name": "Gulnora", "language_code": "uz", "telegram": False, "phone": "+998935557788"},
    {"name": "Davron", "language_code": "uz", "telegram_id": 1004, "phone": "+998991234567", "started": True},
)
STAFF: tuple[tuple[str, str, Role], ...] = (
    ("admin", "Administrator", "administrator"),
    ("charos", "Charos", "nurse"),
    ("dilshod", "Dilshod", "editor"),
)
DAYS_AHEAD = 14


async def seed(settings: Settings) -> None:
    """Put the cast into an empty database; on later starts only open the free times of new days."""
    database, now = connect(settings), datetime.now(UTC)
    try:
        async with database.transaction() as session:
            first_time = await session.scalar(select(Clinic.id).limit(1)) is None
            if first_time:
                session.add_all(_clinic(*row) for row in CLINICS)
                await session.flush()
                people = await _people(session, now)
        if first_time:
            for person_id in people:
                await programmes.recompute(database, person_id, now)
            for login, name, role in STAFF:
                await staff.add(database, login, name, role, PASSWORD, now)
        await _free_times(database, now)
        texts = samples(settings.telegram_bot_name, settings.sms_cyrillic)
        await sms_templates.approve_all(database, settings.sms_approved_only, texts, now)
    finally:
        await database.close()


async def enter_sandbox(base_url: str) -> None:
    """The citizens with their chats and phones; those that are there stay as they are."""
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as client:
        for citizen in CITIZENS:
            (await client.post("/api/citizens", json=citizen)).raise_for_status()


def _clinic(
    name_uz: str, name_ru: str, address_uz: str, address_ru: str, region: str, district: str
) -> Clinic:
    return Clinic(
        name_uz=name_uz,
        name_ru=name_ru,
        address_uz=address_uz,
        address_ru=address_ru,
        hours="08:00–18:00",
        phone=None,
        region=region,
        district=district,
    )


async def _people(session: AsyncSession, now: datetime) -> list[int]:
    today = booking_rules.day_of(now)
    aziza = _person(session, now, "Aziza Karimova", "+998901112233", date(1996, 5, 14), "female", "uz")
    madina = _person(session, now, "Madina Karimova", None, today - timedelta(days=371), "female", "uz")
    boris = _person(session, now, "Борис Ким", "+998971234567", date(1980, 3, 15), "male", "ru")
    gulnora = _person(
        session, now, "Гулнора Раҳимова", "+998935557788", date(1958, 3, 1), "female", "uz_Cyrl"
    )
    davron = _person(session, now, "Davron Aliyev", "+998991234567", date(1988, 9, 2), "male", "uz")
    await session.flush()
    session.add(Kinship(guardian_id=aziza.id, ward_id=madina.id, relation="child", created_at=now))
    session.add_all(
        [
            Chat(id=1001, person_id=aziza.id, language="uz", created_at=now),
            Chat(id=1004, person_id=davron.id, language="uz", created_at=now),
            _consent(now, aziza.id, "uz", 1001),
            _consent(now, gulnora.id, "uz_Cyrl"),
            _consent(now, davron.id, "uz", 1004, withdrawn_at=now),
            HealthSummary(
                person_id=boris.id,
                data={
                    "blood_group": "A(II) Rh+",
                    "allergies": ["penitsillin"],
                    "conditions": [],
                    "medicines": [],
                },
                changed_at=now,
            ),
        ]
    )
    _doses(session, madina, now)
    _own_record(session, aziza, now)
    return [aziza.id, madina.id, boris.id, gulnora.id, davron.id]


def _person(
    session: AsyncSession,
    now: datetime,
    name: str,
    phone: str | None,
    born: date,
    sex: Sex,
    language: Language,
) -> Person:
    person = Person(
        name=name,
        phone=phone,
        phone_hash=keyring().lookup("phone", phone) if phone else None,
        birth_date=born,
        sex=sex,
        region="1726",
        district="chilonzor",
        clinic_id=1,
        language=language,
        created_at=now,
    )
    session.add(person)
    return person


def _consent(
    now: datetime,
    person_id: int,
    language: Language,
    chat_id: int | None = None,
    withdrawn_at: datetime | None = None,
) -> Consent:
    return Consent(
        chat_id=chat_id,
        person_id=person_id,
        version=people_rules.CONSENT_VERSION,
        language=language,
        given_at=now,
        withdrawn_at=withdrawn_at,
    )


def _doses(session: AsyncSession, madina: Person, now: datetime) -> None:
    """Everything of the national calendar up to 4 months; what is due at 12 months is not given yet."""
    by_day = {
        0: ("hepb",),
        3: ("bcg",),
        61: ("opv", "rota", "penta", "pcv"),
        92: ("opv", "rota", "penta", "pcv"),
    }
    by_day[122] = ("opv", "rota", "penta", "ipv")
    for days, vaccines in by_day.items():
        for vaccine in vaccines:
            session.add(
                Immunization(
                    person_id=madina.id,
                    vaccine=vaccine,
                    given_on=madina.birth_date + timedelta(days=days),
                    source="confirmed",
                    recorded_at=now,
                )
            )


def _own_record(session: AsyncSession, aziza: Person, now: datetime) -> None:
    """Aziza herself has been everywhere this year, so that what comes to her chat is about Madina."""
    today = booking_rules.day_of(now)
    session.add(
        Immunization(
            person_id=aziza.id,
            vaccine="td",
            given_on=date(2022, 5, 20),
            source="confirmed",
            recorded_at=now,
        )
    )
    checks = ("hpv_test", "womens_assessment", "health_profile", "breast_questionnaire")
    session.add_all(
        ScreeningResult(
            person_id=aziza.id,
            screening=check,
            done_on=today - timedelta(days=60),
            result="normal",
            source="confirmed",
            recorded_at=now,
        )
        for check in checks
    )
    readings = (("blood_pressure", {"value": 118, "value2": 76}), ("weight", {"value": 63}))
    session.add_all(
        Observation(
            person_id=aziza.id, code=code, data=data, taken_at=now - timedelta(days=60), source="staff"
        )
        for code, data in readings
    )


async def _free_times(database: Database, now: datetime) -> None:
    """Weekdays and Saturdays from 9 to 17, a room a service."""
    for clinic_id in range(1, len(CLINICS) + 1):
        for room, service in enumerate(booking_rules.services().values(), start=1):
            for ahead in range(DAYS_AHEAD):
                on = booking_rules.day_of(now) + timedelta(days=ahead)
                if on.weekday() < 6:
                    await booking.open_slots(
                        database, clinic_id, service.code, str(room), on, (9, 17), service.minutes
                    )
