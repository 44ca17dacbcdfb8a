"""Fields, filters and sources as messages, and back."""

from collections.abc import Iterable, Sequence

import msgspec
from attune.analytics.v1 import business_metrics_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.analytics.semantics.compiler import NotCompilable
from services.analytics.semantics.domain import Cast, Field, Filter, Operator, Scalar, Source
from services.common.errors import InvalidFields, Violation

MOST_VALUE_BYTES = 2000


def filters_of(told: Iterable[pb.MetricFilter], where: str = "filters") -> tuple[Filter, ...]:
    """Raises InvalidFields for values that are no text, number or boolean."""
    return tuple(filter_of(one, f"{where}[{index}]") for index, one in enumerate(told))


def filter_of(told: pb.MetricFilter, where: str) -> Filter:
    return Filter(
        operator=Operator(told.operator),
        values=tuple(scalar_of(value, f"{where}.values") for value in told.values),
        dimension=told.dimension,
        field=field_of(told.field) if told.HasField("field") else None,
    )


def scalar_of(value: Json, where: str) -> Scalar:
    try:
        if len(value.utf8) > MOST_VALUE_BYTES:
            raise InvalidFields(Violation(where, f"are longer than {MOST_VALUE_BYTES} bytes"))
        scalar: Scalar = msgspec.json.decode(value.utf8, type=str | int | float | bool)
    except (msgspec.MsgspecError, ValueError):
        raise InvalidFields(Violation(where, "are texts, numbers, true or false")) from None
    return scalar


def filters_to_pb(filters: Sequence[Filter]) -> list[pb.MetricFilter]:
    return [
        pb.MetricFilter(
            dimension=one.dimension,
            field=field_to_pb(one.field) if one.field else None,
            operator=one.operator.value,
            values=[Json(utf8=msgspec.json.encode(value)) for value in one.values],
        )
        for one in filters
    ]


def field_of(told: pb.MetricField) -> Field:
    return Field(told.column, tuple(told.path), Cast(told.cast) if told.cast else None)


def field_to_pb(field: Field) -> pb.MetricField:
    return pb.MetricField(column=field.column, path=field.path, cast=field.cast or "")


def source_of(told: pb.MetricSource) -> Source:
    return Source(told.schema, told.relation, told.time, told.event)


def source_to_pb(source: Source) -> pb.MetricSource:
    return pb.MetricSource(
        schema=source.schema, relation=source.relation, time=source.time, event=source.event
    )


def invalid(error: NotCompilable) -> InvalidFields:
    return InvalidFields(Violation(error.field, error.message))
