//! The messages of `opentelemetry.proto.collector.metrics.v1` that are read, for JSON: names, numbers and types of their fields.

/// A message.
pub(super) struct Schema {
    pub fields: &'static [Field],
}

/// A field of a message.
pub(super) struct Field {
    /// As in JSON (lowerCamelCase).
    pub name: &'static str,
    /// As in the protocol's definition, which JSON may use too.
    pub snake: &'static str,
    pub number: u32,
    pub kind: Type,
    pub repeated: bool,
}

/// What a field holds, and how it is written.
pub(super) enum Type {
    /// Float of 64 bits.
    Double,
    /// Unsigned integer of 64 fixed bits.
    Fixed64,
    /// Signed integer of 64 fixed bits.
    Sfixed64,
    /// Unsigned integer.
    Unsigned,
    /// Signed integer, two's complement.
    Signed,
    /// Signed integer, zigzag.
    Zigzag,
    /// Boolean.
    Bool,
    /// Text; bytes too, which stay the base64 that they are in JSON: that is how labels have them.
    Text,
    /// A number or one of these names.
    Enumeration(&'static [(&'static str, u64)]),
    /// Another message.
    Message(&'static Schema),
}

const fn one(name: &'static str, snake: &'static str, number: u32, kind: Type) -> Field {
    Field { name, snake, number, kind, repeated: false }
}

const fn many(name: &'static str, snake: &'static str, number: u32, kind: Type) -> Field {
    Field { name, snake, number, kind, repeated: true }
}

const TEMPORALITY: Type = Type::Enumeration(&[
    ("AGGREGATION_TEMPORALITY_UNSPECIFIED", 0),
    ("AGGREGATION_TEMPORALITY_DELTA", 1),
    ("AGGREGATION_TEMPORALITY_CUMULATIVE", 2),
]);

/// Flags are bits, so one name says all there is.
const FLAGS: Type = Type::Enumeration(&[("DATA_POINT_FLAGS_DO_NOT_USE", 0), ("DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK", 1)]);

/// `ExportMetricsServiceRequest`.
pub(super) static REQUEST: Schema = Schema { fields: &[many("resourceMetrics", "resource_metrics", 1, Type::Message(&RESOURCE_METRICS))] };

static RESOURCE_METRICS: Schema = Schema {
    fields: &[
        one("resource", "resource", 1, Type::Message(&RESOURCE)),
        many("scopeMetrics", "scope_metrics", 2, Type::Message(&SCOPE_METRICS)),
    ],
};

static RESOURCE: Schema = Schema { fields: &[many("attributes", "attributes", 1, Type::Message(&KEY_VALUE))] };

static SCOPE_METRICS: Schema =
    Schema { fields: &[one("scope", "scope", 1, Type::Message(&SCOPE)), many("metrics", "metrics", 2, Type::Message(&METRIC))] };

static SCOPE: Schema = Schema { fields: &[one("name", "name", 1, Type::Text), one("version", "version", 2, Type::Text)] };

static METRIC: Schema = Schema {
    fields: &[
        one("name", "name", 1, Type::Text),
        one("description", "description", 2, Type::Text),
        one("unit", "unit", 3, Type::Text),
        one("gauge", "gauge", 5, Type::Message(&GAUGE)),
        one("sum", "sum", 7, Type::Message(&SUM)),
        one("histogram", "histogram", 9, Type::Message(&HISTOGRAM)),
        one("exponentialHistogram", "exponential_histogram", 10, Type::Message(&EXPONENTIAL)),
        one("summary", "summary", 11, Type::Message(&SUMMARY)),
    ],
};

static GAUGE: Schema = Schema { fields: &[many("dataPoints", "data_points", 1, Type::Message(&NUMBER_POINT))] };

static SUM: Schema = Schema {
    fields: &[
        many("dataPoints", "data_points", 1, Type::Message(&NUMBER_POINT)),
        one("aggregationTemporality", "aggregation_temporality", 2, TEMPORALITY),
        one("isMonotonic", "is_monotonic", 3, Type::Bool),
    ],
};

static HISTOGRAM: Schema = Schema {
    fields: &[
        many("dataPoints", "data_points", 1, Type::Message(&HISTOGRAM_POINT)),
        one("aggregationTemporality", "aggregation_temporality", 2, TEMPORALITY),
    ],
};

static EXPONENTIAL: Schema = Schema {
    fields: &[
        many("dataPoints", "data_points", 1, Type::Message(&EXPONENTIAL_POINT)),
        one("aggregationTemporality", "aggregation_temporality", 2, TEMPORALITY),
    ],
};

static SUMMARY: Schema = Schema { fields: &[many("dataPoints", "data_points", 1, Type::Message(&SUMMARY_POINT))] };

static NUMBER_POINT: Schema = Schema {
    fields: &[
        one("timeUnixNano", "time_unix_nano", 3, Type::Fixed64),
        one("asDouble", "as_double", 4, Type::Double),
        one("asInt", "as_int", 6, Type::Sfixed64),
        many("attributes", "attributes", 7, Type::Message(&KEY_VALUE)),
        one("flags", "flags", 8, FLAGS),
    ],
};

static HISTOGRAM_POINT: Schema = Schema {
    fields: &[
        one("timeUnixNano", "time_unix_nano", 3, Type::Fixed64),
        one("count", "count", 4, Type::Fixed64),
        one("sum", "sum", 5, Type::Double),
        many("bucketCounts", "bucket_counts", 6, Type::Fixed64),
        many("explicitBounds", "explicit_bounds", 7, Type::Double),
        many("attributes", "attributes", 9, Type::Message(&KEY_VALUE)),
        one("flags", "flags", 10, FLAGS),
    ],
};

static EXPONENTIAL_POINT: Schema = Schema {
    fields: &[
        many("attributes", "attributes", 1, Type::Message(&KEY_VALUE)),
        one("timeUnixNano", "time_unix_nano", 3, Type::Fixed64),
        one("count", "count", 4, Type::Fixed64),
        one("sum", "sum", 5, Type::Double),
        one("scale", "scale", 6, Type::Zigzag),
        one("zeroCount", "zero_count", 7, Type::Fixed64),
        one("positive", "positive", 8, Type::Message(&BUCKETS)),
        one("negative", "negative", 9, Type::Message(&BUCKETS)),
        one("flags", "flags", 10, FLAGS),
        one("zeroThreshold", "zero_threshold", 14, Type::Double),
    ],
};

static BUCKETS: Schema =
    Schema { fields: &[one("offset", "offset", 1, Type::Zigzag), many("bucketCounts", "bucket_counts", 2, Type::Unsigned)] };

static SUMMARY_POINT: Schema = Schema {
    fields: &[
        one("timeUnixNano", "time_unix_nano", 3, Type::Fixed64),
        one("count", "count", 4, Type::Fixed64),
        one("sum", "sum", 5, Type::Double),
        many("quantileValues", "quantile_values", 6, Type::Message(&QUANTILE)),
        many("attributes", "attributes", 7, Type::Message(&KEY_VALUE)),
        one("flags", "flags", 8, FLAGS),
    ],
};

static QUANTILE: Schema = Schema { fields: &[one("quantile", "quantile", 1, Type::Double), one("value", "value", 2, Type::Double)] };

static KEY_VALUE: Schema = Schema { fields: &[one("key", "key", 1, Type::Text), one("value", "value", 2, Type::Message(&ANY_VALUE))] };

static ANY_VALUE: Schema = Schema {
    fields: &[
        one("stringValue", "string_value", 1, Type::Text),
        one("boolValue", "bool_value", 2, Type::Bool),
        one("intValue", "int_value", 3, Type::Signed),
        one("doubleValue", "double_value", 4, Type::Double),
        one("arrayValue", "array_value", 5, Type::Message(&ARRAY)),
        one("kvlistValue", "kvlist_value", 6, Type::Message(&MAP)),
        one("bytesValue", "bytes_value", 1, Type::Text),
    ],
};

static ARRAY: Schema = Schema { fields: &[many("values", "values", 1, Type::Message(&ANY_VALUE))] };

static MAP: Schema = Schema { fields: &[many("values", "values", 1, Type::Message(&KEY_VALUE))] };
