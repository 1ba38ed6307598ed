"""Where a booking stands: the answers so far are in the dialogue's data."""

from aiogram.fsm.state import State, StatesGroup


class Booking(StatesGroup):
    """One message with buttons is edited from step to step."""

    choosing = State()
