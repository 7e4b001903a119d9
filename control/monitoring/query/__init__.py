"""Questions about metrics: PromQL over columns, answered in Prometheus's form and as columns."""
