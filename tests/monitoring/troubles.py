"""For each built-in rule: figures of a server in that trouble, and the same without it. Two days, a value a minute."""

from __future__ import annotations

from collections.abc import Callable

from control.monitoring.query.store import Series, series

NOW = 1_767_571_200
SPAN, EVERY = 2 * 86_400, 60
DAY, HOUR = 86_400, 3600
Course = Callable[[int], float | None]
"""The value so many seconds before now; None is no value."""


def flat(value: float) -> Course:
    return lambda _: value


def counter(per_s: float) -> Course:
    """A counter that rises evenly."""
    return lambda ago: (SPAN - ago) * per_s


def since(start: int, before: Course, after: Course) -> Course:
    """Another course for the last `start` seconds."""
    return lambda ago: (after if ago <= start else before)(ago)


def rising(per_s: float, start: int) -> Course:
    """A counter that stood still, and rises in the last `start` seconds."""
    return lambda ago: max(0, start - ago) * per_s


def gone(course: Course, ago: int) -> Course:
    """Nothing in the last `ago` seconds."""
    return lambda at: None if at < ago else course(at)


def of(text: str, course: Course) -> Series:
    """A series by its name and labels, as `up{host="a"}` without the quotes."""
    name, _, rest = text.rstrip("}").partition("{")
    labels = dict(part.partition("=")[::2] for part in rest.split(",") if part)
    points = [(float(NOW - ago), value) for ago in range(SPAN, -1, -EVERY) if (value := course(ago)) is not None]
    return series({"__name__": name, **labels}, points)


Trouble = tuple[list[Series], list[Series]]


def cpu(**shares: float) -> list[Series]:
    return [of(f"host_cpu_seconds_total{{host=a,mode={mode}}}", counter(share)) for mode, share in shares.items()]


def disk(available: Course, size: float = 100e9, read_only: Course | None = None) -> list[Series]:
    where = "{host=a,mount=/,device=/dev/vda}"
    return [
        of(f"host_filesystem_available_bytes{where}", available),
        of(f"host_filesystem_size_bytes{where}", flat(size)),
        of(f"host_filesystem_read_only{where}", read_only or flat(0)),
    ]


def memory(share: float) -> list[Series]:
    return [of("host_memory_available_bytes{host=a}", flat(share * 8e9)), of("host_memory_total_bytes{host=a}", flat(8e9))]


def one(text: str, bad: Course, good: Course) -> Trouble:
    return [of(text, bad)], [of(text, good)]


def requests(prefix: str, place: str, good: float, bad: float) -> list[Series]:
    """Requests a second that end well, and with an error of the server."""
    return [
        of(f"{prefix}_requests_total{{{place},class=2xx}}", counter(good)),
        of(f"{prefix}_requests_total{{{place},class=5xx}}", counter(bad)),
    ]


def times(prefix: str, place: str, fast: float, slow: float) -> list[Series]:
    """Requests a second that take less than half a second, and up to five."""
    bounds = {"0.5": fast, "1": fast, "5": fast + slow, "+Inf": fast + slow}
    return [
        *(of(f"{prefix}_request_seconds_bucket{{{place},le={le}}}", counter(rate)) for le, rate in bounds.items()),
        of(f"{prefix}_request_seconds_count{{{place}}}", counter(fast + slow)),
    ]


def decisions(action: str, per_s: float, asked: float = 10) -> list[Series]:
    return [
        of(f"hcc_site_decisions_total{{site=s,action={action}}}", counter(per_s)),
        of("hcc_site_requests_total{site=s,class=2xx}", counter(asked)),
    ]


def backup(age: float) -> list[Series]:
    return [of("host_backup_newest_seconds{host=a,job=n}", flat(NOW - age))]


def redis(used: float, limit: float) -> list[Series]:
    return [
        of("host_redis_memory_bytes{host=a,server=c}", flat(used)),
        of("host_redis_memory_limit_bytes{host=a,server=c}", flat(limit)),
    ]


TROUBLES: dict[str, Trouble] = {
    "server-silent": one("agent_up{host=a}", gone(flat(1), 900), flat(1)),
    "server-restarted": one("host_uptime_seconds{host=a}", flat(300), flat(3 * DAY)),
    "cpu-busy": (cpu(user=1.8, system=0.1, idle=0.1), cpu(user=1.0, iowait=0.5, idle=0.5)),
    "cpu-stolen": (cpu(user=0.5, steal=0.3, idle=0.2), cpu(user=0.5, steal=0.02, idle=0.48)),
    "load-high": (
        [of("host_load_15m{host=a}", flat(9)), of("host_cpu_cores{host=a}", flat(4))],
        [of("host_load_15m{host=a}", flat(7)), of("host_cpu_cores{host=a}", flat(4))],
    ),
    "memory-low": (memory(0.09), memory(0.2)),
    "memory-out": (memory(0.03), memory(0.09)),
    "memory-killed": one("host_memory_oom_kills_total{host=a}", since(300, flat(3), flat(4)), flat(4)),
    "swapping": (
        [of(f"host_swap_pages_{way}_total{{host=a}}", counter(2000)) for way in ("in", "out")],
        [of("host_swap_pages_in_total{host=a}", counter(0)), of("host_swap_pages_out_total{host=a}", counter(2000))],
    ),
    "disk-low": (disk(flat(9e9)), disk(flat(9e9), read_only=flat(1))),
    "disk-full": (disk(flat(2e9)), disk(flat(9e9))),
    # 40 GB left and 2.5 GB an hour gone; the same speed with more room, and a full disk that stands still.
    "disk-full-soon": (disk(lambda ago: 40e9 + ago / HOUR * 2.5e9), disk(flat(20e9))),
    "inodes-low": (
        [of("host_filesystem_inodes_free{host=a,mount=/}", flat(5e3)), of("host_filesystem_inodes{host=a,mount=/}", flat(1e6))],
        [of("host_filesystem_inodes_free{host=a,mount=/}", flat(0)), of("host_filesystem_inodes{host=a,mount=/}", flat(0))],
    ),
    "disk-read-only": one("host_filesystem_read_only{host=a,mount=/}", since(600, flat(0), flat(1)), flat(1)),
    "disk-slow": one("host_pressure_stalled_seconds_total{host=a,resource=io}", counter(0.5), counter(0.1)),
    "network-errors": (
        [of(f"host_network_{way}_errors_total{{host=a,interface=eth0}}", counter(1)) for way in ("receive", "send")],
        [of(f"host_network_{way}_errors_total{{host=a,interface=eth0}}", counter(0.1)) for way in ("receive", "send")],
    ),
    "network-resends": (
        [of("host_tcp_segments_resent_total{host=a}", counter(20)), of("host_tcp_segments_sent_total{host=a}", counter(200))],
        [of("host_tcp_segments_resent_total{host=a}", counter(5)), of("host_tcp_segments_sent_total{host=a}", counter(20))],
    ),
    "files-open": (
        [of("host_files_open{host=a}", flat(9)), of("host_files_limit{host=a}", flat(10))],
        [of("host_files_open{host=a}", flat(5)), of("host_files_limit{host=a}", flat(10))],
    ),
    "agent-behind": one("agent_queue_batches{host=a}", flat(3), since(120, flat(0), flat(3))),
    "agent-dropping": one("agent_batches_dropped_total{host=a}", rising(0.1, 600), flat(7)),
    "agent-blind": one("agent_collector_failed{host=a,collector=mail}", flat(1), flat(0)),
    "unit-failed": one("host_unit_failed{host=a,unit=x.service}", flat(1), since(60, flat(1), flat(0))),
    "unit-down": one("host_unit_active{host=a,unit=x.service}", flat(0), flat(1)),
    "unit-restarting": one("host_unit_restarts_total{host=a,unit=x.service}", rising(0.01, 1200), flat(90)),
    "backup-old": (backup(40 * HOUR), backup(30 * HOUR)),
    "backup-missing": one("host_backup_files{host=a,job=n}", flat(0), flat(1)),
    "backup-shrank": one(
        "host_backup_newest_bytes{host=a,job=n}", since(HOUR, flat(8e9), flat(1e9)), since(HOUR, flat(8e9), flat(6e9))
    ),
    "certificate-ends": one("host_certificate_expires_seconds{host=a,file=f}", flat(NOW + 13 * DAY), flat(NOW + 15 * DAY)),
    "certificate-ended": one("host_certificate_expires_seconds{host=a,file=f}", flat(NOW - DAY), flat(NOW + 4 * DAY)),
    "certificate-unreadable": one("host_certificate_readable{host=a,file=f}", flat(0), flat(1)),
    "mail-waiting": (
        [of(f"host_mail_queue_messages{{host=a,queue={queue}}}", flat(600)) for queue in ("active", "deferred")],
        [of(f"host_mail_queue_messages{{host=a,queue={queue}}}", flat(240)) for queue in ("active", "deferred")],
    ),
    "mail-stuck": one("host_mail_queue_messages{host=a,queue=active}", flat(200), since(600, flat(20), flat(5000))),
    "postgres-down": one("host_postgres_up{host=a,server=m}", flat(0), flat(1)),
    "postgres-slow": one("host_postgres_answer_seconds{host=a,server=m}", flat(1.5), since(300, flat(0.1), flat(2))),
    "redis-down": one("host_redis_up{host=a,server=c}", flat(0), flat(1)),
    "redis-full": (redis(95, 100), redis(95, 0)),
    "redis-refusing": one("host_redis_connections_refused_total{host=a,server=c}", rising(1, 60), flat(9)),
    "site-errors": (requests("hcc_site", "site=s", 8, 2), requests("hcc_site", "site=s", 0.01, 0.05)),
    "site-slow": (times("hcc_site", "site=s", 8, 2), times("hcc_site", "site=s", 9.9, 0.1)),
    "site-silent": (
        [of("hcc_site_requests_total{site=s,class=2xx}", lambda ago: 10.0 * (SPAN - max(ago, HOUR)))],
        [of("hcc_site_requests_total{site=s,class=2xx}", lambda ago: 0.1 * (SPAN - max(ago, HOUR)))],
    ),
    "site-attacked": (decisions("blocked", 8), decisions("detected", 8)),
    "site-limited": (decisions("limited", 3), decisions("limited", 0.3, asked=0.5)),
    "gateway-errors": (requests("hcc_gateway", "gateway=g", 80, 20), requests("hcc_gateway", "gateway=g", 99, 1)),
    "gateway-slow": (times("hcc_gateway", "gateway=g", 8, 2), times("hcc_gateway", "gateway=g", 9.9, 0.1)),
    "gateway-panics": one("hcc_gateway_panics_total{gateway=g}", since(300, flat(0), flat(1)), flat(1)),
    "gateway-alone": one("hcc_gateway_config_connected{gateway=g}", flat(0), since(60, flat(1), flat(0))),
    "gateway-full": one("hcc_gateway_connections_turned_away_total{gateway=g}", rising(1, 120), flat(400)),
}
