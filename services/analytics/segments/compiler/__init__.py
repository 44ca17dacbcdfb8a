"""From what makes a segment to the SQL that finds its people. Pure: the time is passed in."""

from services.analytics.segments.compiler.people import People, compile_people
from services.analytics.segments.compiler.rolling import rolled_people

__all__ = ["People", "compile_people", "rolled_people"]
