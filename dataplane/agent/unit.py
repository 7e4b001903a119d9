"""The systemd unit of the agent. `systemd/hcc-agent.service` is this text for an installation by the bundle."""

from __future__ import annotations

BUNDLE = "/usr/local/lib/hcc-agent/hcc-agent.pyz"
BUNDLED = f"/usr/bin/python3 -I -B {BUNDLE}"
"""-I: no folder of a user is looked into for modules. -B: nothing is written beside them."""

_TEXT = """\
[Unit]
Description=hcc: pushes how this server is
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
ExecStart={program} run --config %d/agent.toml
LoadCredential=agent.toml:/etc/hcc-agent/agent.toml
LoadCredential=token:/etc/hcc-agent/token
DynamicUser=yes
StateDirectory=hcc-agent
StateDirectoryMode=0700
Restart=always
RestartSec=5
# The last round goes out, or to disk.
TimeoutStopSec=20
MemoryMax=96M
TasksMax=32
CPUWeight=20
Nice=5
UMask=0077

# Private keys lie beside certificates, backups in closed folders: their dates are read, and nothing is written.
AmbientCapabilities=CAP_DAC_READ_SEARCH
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
# Seen, since their filesystems are measured.
ProtectHome=read-only
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources

[Install]
WantedBy=multi-user.target
"""


def text(program: str = BUNDLED) -> str:
    """The unit that starts this program."""
    return _TEXT.format(program=program)
