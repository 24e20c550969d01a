# For case.sh, in a guest: a client, a director and two real servers, each in a network namespace of its own.
set -e
PATH=/bin:/sbin:/usr/bin:/usr/sbin
LD_LIBRARY_PATH=/usr/lib/extra
export PATH LD_LIBRARY_PATH
# busybox has an ip of its own.
ip() { /usr/sbin/ip "$@"; }
mkdir -p /var/run/netns
for module in veth af_packet; do insmod /extra/$module.ko 2>/dev/null || true; done

host() { # NAME ADDRESS/LENGTH GATEWAY DIRECTORS-DEVICE
  ip netns add "$1"
  ip link add "$4" type veth peer name eth0 netns "$1"
  ip -n "$1" addr add "$2" dev eth0
  ip -n "$1" link set eth0 up
  ip -n "$1" link set lo up
  ip link set "$4" up
  ip -n "$1" route add default via "$3"
}
ip link set lo up
host client 198.51.100.7/24 198.51.100.1 out0
host server1 172.16.1.11/24 172.16.1.1 in1
host server2 172.16.2.12/24 172.16.2.1 in2
ip addr add 198.51.100.1/24 dev out0
ip addr add 198.51.100.80/32 dev out0
ip addr add 172.16.1.1/24 dev in1
ip addr add 172.16.2.1/24 dev in2
echo 1 > /proc/sys/net/ipv4/ip_forward

# What an operator would send besides the capture.
texts() {
  ipvsadm-save -n > /ipvs.txt 2>/dev/null || ipvsadm -Ln > /ipvs.txt
  iptables-save > /rules.txt
  for name in net/ipv4/ip_forward net/ipv4/vs/conntrack net/ipv4/vs/sloppy_tcp net/netfilter/nf_conntrack_tcp_loose; do
    echo "$(echo $name | tr / .) = $(cat /proc/sys/$name)"
  done > /sysctl.txt
}
