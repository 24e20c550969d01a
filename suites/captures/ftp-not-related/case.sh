# programs: vsftpd
# Runs in a guest: a client, a director and two real servers, each in a network namespace of its own, with a real FTP
# server and client. The firewall waits for data connections as RELATED, and nobody has given conntrack its helper, as
# kernels did by themselves until 4.6.
set -e
PATH=/bin:/sbin:/usr/bin:/usr/sbin
LD_LIBRARY_PATH=/usr/lib/extra
export PATH LD_LIBRARY_PATH
# busybox has an ip of its own.
ip() { /usr/sbin/ip "$@"; }
mkdir -p /var/run/netns /var/run/vsftpd/empty /srv/ftp /etc
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
host ftp1 172.16.1.11/24 172.16.1.1 in1
host ftp2 172.16.2.12/24 172.16.2.1 in2
ip addr add 198.51.100.1/24 dev out0
ip addr add 198.51.100.80/32 dev out0
ip addr add 172.16.1.1/24 dev in1
ip addr add 172.16.2.1/24 dev in2
echo 1 > /proc/sys/net/ipv4/ip_forward

ipvsadm -A -t 198.51.100.80:21 -s rr
ipvsadm -a -t 198.51.100.80:21 -r 172.16.1.11:21 -m
ipvsadm -a -t 198.51.100.80:21 -r 172.16.2.12:21 -m
iptables-restore <<RULES
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 21 -m state --state NEW -j ACCEPT
COMMIT
RULES

printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\nftp:x:100:100:ftp:/srv/ftp:/bin/sh\n' > /etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\nftp:x:100:\n' > /etc/group
echo 'it works' > /srv/ftp/file
cat > /vsftpd.conf <<CONF
listen=YES
anonymous_enable=YES
no_anon_password=YES
seccomp_sandbox=NO
pasv_min_port=30000
pasv_max_port=30010
CONF
for server in ftp1 ftp2; do ip netns exec $server vsftpd /vsftpd.conf & done
sleep 1
tcpdump -Z root --immediate-mode -i any -n -s 200 -w /case.pcap -U tcp 2>/tcpdump.txt &
listener=$!
sleep 2
ip netns exec client busybox ftpget -v 198.51.100.80 /got.txt file > /client.txt 2>&1 &
sleep 4
kill -INT $listener
sleep 1
ipvsadm-save -n > /ipvs.txt 2>/dev/null || ipvsadm -Ln > /ipvs.txt
iptables-save > /rules.txt
for name in net/ipv4/ip_forward net/ipv4/vs/conntrack net/ipv4/vs/sloppy_tcp net/netfilter/nf_conntrack_tcp_loose; do
  echo "$(echo $name | tr / .) = $(cat /proc/sys/$name)"
done > /sysctl.txt
cat /client.txt /tcpdump.txt
