# programs: vsftpd
# Runs in a guest, in the network of network.sh, with a real FTP server and client. The firewall waits for data
# connections as RELATED, and nobody has given conntrack its helper, as kernels did by themselves until 4.6.
. /network.sh
mkdir -p /var/run/vsftpd/empty /srv/ftp /etc

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
for server in server1 server2; do ip netns exec $server vsftpd /vsftpd.conf & done
sleep 1
tcpdump -Z root --immediate-mode -i any -n -s 200 -w /case.pcap -U tcp 2>/tcpdump.txt &
listener=$!
sleep 2
ip netns exec client busybox ftpget -v 198.51.100.80 /got.txt file > /client.txt 2>&1 &
sleep 4
kill -INT $listener
sleep 1
texts
cat /client.txt /tcpdump.txt
