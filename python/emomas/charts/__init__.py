"""Statecharts: `@statechart` turns a class into one; `conversation` is the one that an `Agent` runs on."""

from emomas.charts.classes import statechart
from emomas.charts.conversation import CONVERSATION, conversation_chart

__all__ = ["CONVERSATION", "conversation_chart", "statechart"]
