#!/bin/sh
# init-registry.sh PORT DATA DOMAIN: run the cluster's registry on this host.
#
# sealer runs it on the hosts that hold the registry (all masters, or the
# first), in the directory of the scripts, after it has put the images into
# DATA, and again at an upgrade and at a second run. The registry is a service
# of the host, not a container: so it is there before containerd is, after a
# reboot too, and needs no image to start from.
#
# With a certificate of sealer's in certs/DOMAIN.crt it speaks TLS, with
# etc/registry_htpasswd it wants a password.

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

[ $# -eq 3 ] || die "usage: init-registry.sh PORT DATA DOMAIN"
port=$1 data=$2 domain=$3
CHANGED=no

case $port in
'' | *[!0-9]*) die "the port is \"$port\", not a number" ;;
esac
[ -d "$data/docker/registry/v2" ] || die "$data has no images: it is not the registry of an image"
need bin/registry bin/opc-host

put 755 "$OPC_ROOTFS/bin/registry" /usr/local/lib/opc/registry
certificate=$OPC_ROOTFS/certs/$domain.crt
key=$OPC_ROOTFS/certs/$domain.key
scheme=http tls='' auth='' secret=''
if [ -f "$certificate" ] && [ -f "$key" ]; then
	scheme=https
	tls="tls: {certificate: \"$certificate\", key: \"$key\"}"
	# An upload may begin at one master and end at another; sealer gives all of
	# them the same key.
	secret="secret: $(sha256sum "$key" | cut -c 1-64)"
	# A new certificate is read at a start only.
	sum=$(cat "$certificate" "$key" | cksum)
	[ "$(kept RegistryCertificate)" = "$sum" ] || CHANGED=yes
	keep RegistryCertificate "$sum"
elif [ -f "$certificate" ] || [ -f "$key" ]; then
	die "certs has one of $domain.crt and $domain.key and not the other"
fi
if [ -f "$OPC_ROOTFS/etc/registry_htpasswd" ]; then
	auth="auth: {htpasswd: {realm: \"$domain\", path: \"$OPC_ROOTFS/etc/registry_htpasswd\"}}"
fi
write 600 /etc/opc/registry/config.yml <<EOF
# Written by init-registry.sh.
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: "$data"}
  delete: {enabled: true}
http:
  addr: ":$port"
  $tls
  $secret
$auth
EOF

unit opc-registry.service
start opc-registry.service
await 30 "the registry answers on port $port" "$OPC_ROOTFS/bin/opc-host" ask "$scheme://127.0.0.1:$port/v2/" || {
	journalctl -u opc-registry.service -n 20 --no-pager >&2 || true
	die "the registry does not answer on port $port; the lines above are its last"
}
