"""The functions of PromQL: what each takes and gives. Source: Prometheus 2.42, `promql/parser/functions.go`."""

from __future__ import annotations

import msgspec

from control.monitoring.query.syntax import Type


class Function(msgspec.Struct, frozen=True):
    """`variadic` is how many further arguments of the last type may follow or be left out; -1 is any number."""

    takes: tuple[Type, ...]
    gives: Type = "vector"
    variadic: int = 0


_V: Type = "vector"
_M: Type = "matrix"
_S: Type = "scalar"
_T: Type = "string"
OVER_RANGE = (
    "rate", "increase", "delta", "irate", "idelta", "deriv", "changes", "resets", "avg_over_time", "min_over_time",
    "max_over_time", "sum_over_time", "count_over_time", "stddev_over_time", "stdvar_over_time", "last_over_time",
    "present_over_time",
)  # fmt: skip
ELEMENTWISE = (
    "abs", "ceil", "floor", "exp", "ln", "log2", "log10", "sqrt", "sgn", "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos",
    "cosh", "sin", "sinh", "tan", "tanh", "deg", "rad",
)  # fmt: skip
CALENDAR = ("day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year")

FUNCTIONS: dict[str, Function] = {
    **{name: Function((_M,)) for name in OVER_RANGE},
    **{name: Function((_V,)) for name in ELEMENTWISE},
    **{name: Function((_V,), variadic=1) for name in CALENDAR},
    "absent": Function((_V,)),
    "absent_over_time": Function((_M,)),
    "clamp": Function((_V, _S, _S)),
    "clamp_max": Function((_V, _S)),
    "clamp_min": Function((_V, _S)),
    "histogram_quantile": Function((_S, _V)),
    "holt_winters": Function((_M, _S, _S)),
    "label_join": Function((_V, _T, _T, _T), variadic=-1),
    "label_replace": Function((_V, _T, _T, _T, _T)),
    "pi": Function((), "scalar"),
    "predict_linear": Function((_M, _S)),
    "quantile_over_time": Function((_S, _M)),
    "round": Function((_V, _S), variadic=1),
    "scalar": Function((_V,), "scalar"),
    "sort": Function((_V,)),
    "sort_desc": Function((_V,)),
    "time": Function((), "scalar"),
    "timestamp": Function((_V,)),
    "vector": Function((_S,)),
}
