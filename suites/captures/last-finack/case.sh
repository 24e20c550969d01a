# Runs in a guest, in the network of network.sh, with real programs and a real TCP. The firewall is that of
# LVS-HOWTO 29.15, in which the client's last FIN gets lost.
. /network.sh
mkdir -p /www

ipvsadm -A -t 198.51.100.80:80 -s rr
ipvsadm -a -t 198.51.100.80:80 -r 172.16.1.11:80 -m
ipvsadm -a -t 198.51.100.80:80 -r 172.16.2.12:80 -m
iptables-restore <<RULES
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT DROP [0:0]
-A INPUT -m state --state RELATED,NEW,ESTABLISHED -j ACCEPT
-A OUTPUT -m state --state RELATED,UNTRACKED,NEW,ESTABLISHED -j ACCEPT
COMMIT
RULES

echo 'it works' > /www/index.html
for server in server1 server2; do ip netns exec $server busybox httpd -p 80 -h /www; done
echo root:x:0:0:root:/root:/bin/sh > /etc/passwd
tcpdump -Z root --immediate-mode -i any -n -s 120 -w /case.pcap -U tcp 2>/tcpdump.txt &
sleep 2
ip netns exec client busybox wget -q -O /got.txt http://198.51.100.80/
sleep 3
kill -INT %1
sleep 1
texts
cat /got.txt /tcpdump.txt
