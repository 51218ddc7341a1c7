"""Linux: the files that make its configuration, and the shell scripts that read, write and bring them back."""

from shlex import quote

FILES = (
    "/etc/hostname",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/timezone",
    "/etc/fstab",
    "/etc/crontab",
    "/etc/sysctl.conf",
    "/etc/sysctl.d/*.conf",
    "/etc/network/interfaces",
    "/etc/network/interfaces.d/*",
    "/etc/netplan/*.yaml",
    "/etc/systemd/network/*",
    "/etc/systemd/timesyncd.conf",
    "/etc/sysconfig/network-scripts/ifcfg-*",
    "/etc/NetworkManager/system-connections/*",
    "/etc/nftables.conf",
    "/etc/nftables.d/*",
    "/etc/iptables/rules.v4",
    "/etc/iptables/rules.v6",
    "/etc/config/*",
    "/etc/frr/*.conf",
    "/etc/frr/daemons",
    "/etc/bird.conf",
    "/etc/bird/*.conf",
    "/etc/wireguard/*.conf",
    "/etc/dnsmasq.conf",
    "/etc/dnsmasq.d/*.conf",
    "/etc/dhcp/*.conf",
    "/etc/chrony.conf",
    "/etc/chrony/chrony.conf",
    "/etc/ntp.conf",
    "/etc/snmp/snmpd.conf",
    "/etc/ssh/sshd_config",
    "/etc/ssh/sshd_config.d/*.conf",
    "/etc/rsyslog.conf",
    "/etc/rsyslog.d/*.conf",
)
"""What is read where nothing else is asked for; patterns of the shell."""

UNDO = "/var/tmp/netledger-undo"  # noqa: S108 - made with mkdir, which refuses what is there already
"""Holds the files from before a change until it is confirmed."""


def read_script(patterns: tuple[str, ...]) -> str:
    """Prints each file as one line of path, permissions and content in base64, and an end."""
    globs = " ".join(pattern if "*" in pattern else quote(pattern) for pattern in patterns)
    return (
        f"for f in {globs}; do"
        ' [ -f "$f" ] || continue;'
        ' if [ -r "$f" ]; then printf "%s %s " "$f" "$(stat -c %a "$f")"; base64 < "$f" | tr -d "\\n"; echo;'
        ' else echo "unreadable $f"; fi;'
        " done; echo end"
    )


def keep_script(undo: str, paths: tuple[str, ...]) -> str:
    """Puts the files that are to change aside, and notes those that do not exist yet. Refuses where that was done already."""
    names = " ".join(quote(path) for path in paths)
    return (
        f"set -e; umask 077; mkdir {undo}; cd {undo}; : > new; : > old;"
        f' for f in {names}; do if [ -e "$f" ]; then echo "${{f#/}}" >> old; else echo "$f" >> new; fi; done;'
        " tar -cpf files.tar -C / -T old"
    )


def arm_script(undo: str, within_s: int) -> str:
    """Starts a process that outlives the session and undoes the change unless it was made final by then."""
    unless = f'[ "$(cat {undo}/armed 2>/dev/null)" = "$id" ]'
    later = f"sleep {within_s}; if {unless}; then {undo_script(undo)}; fi"
    return (
        f'set -e; id=$$-$(date +%s); echo "$id" > {undo}/armed; export id;'
        f" setsid nohup sh -c {quote(later)} </dev/null >/dev/null 2>&1 & "
    )


def write_script(path: str, mode: str) -> str:
    """Replaces a file by standard input in one step; its owner stays."""
    temporary, name = quote(path + ".netledger"), quote(path)
    return (
        f"set -e; umask 077; cat > {temporary}; chmod {mode} {temporary};"
        f" if [ -e {name} ]; then chown --reference={name} {temporary} 2>/dev/null || true; fi; mv -f {temporary} {name}"
    )


def undo_script(undo: str) -> str:
    """Brings back what was put aside and removes what was not there; harmless where nothing was put aside."""
    return (
        f"if [ -d {undo} ]; then tar -xpf {undo}/files.tar -C / &&"
        f' while read -r f; do rm -f -- "$f"; done < {undo}/new && {forget_script(undo)}; fi'
    )


def forget_script(undo: str) -> str:
    """Makes a change final: the timer finds nothing to undo."""
    return f"rm -rf {undo}"
