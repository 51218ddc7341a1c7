#!/usr/bin/env bash
# Installs the system packages that tests run for real. Without root or apt it says what is missing and goes on.
set -uo pipefail
wanted=(chromium:chromium snmp:snmpbulkwalk snmpd:snmpd openssh-server:sshd openssh-client:ssh postgresql-contrib:pgbench nmap:nmap prometheus:prometheus)
PATH=$PATH:/usr/sbin:/sbin
missing=()
for each in "${wanted[@]}"; do
  command -v "${each#*:}" >/dev/null || missing+=("${each%%:*}")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing: ${missing[*]} (apt-get install ${missing[*]}); the tests that need them are skipped"
  exit 0
fi
echo "installing ${missing[*]} ..."
export DEBIAN_FRONTEND=noninteractive
# Installing a server must not start it: the tests start their own, on ports of their own.
policy=/usr/sbin/policy-rc.d
made=0
if [ ! -e $policy ]; then printf '#!/bin/sh\nexit 101\n' > $policy && chmod +x $policy && made=1; fi
log=$(mktemp)
{ apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1
status=$?
[ $made -eq 1 ] && rm -f $policy
[ $status -eq 0 ] || { tail -20 "$log"; echo "could not install ${missing[*]}"; }
rm -f "$log"
exit $status
