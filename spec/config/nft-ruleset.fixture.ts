/** What `nft list ruleset` prints of all that can be said in tables of iptables, and of what there is nothing to say. */
export const NFT_RULESET = `table inet filter {
	set web {
		type inet_service
		elements = { 80, 443 }
	}
	chain input {
		type filter hook input priority filter; policy drop;
		iifname "lo" accept
		ct state vmap { invalid : drop, established : accept }
		ip6 saddr ::1 accept
		ip saddr { 10.0.0.0/24, 10.1.0.0/16 } tcp dport @web ct state new counter packets 3 bytes 4 accept comment "a b"
		tcp flags & (fin | syn | rst | ack) == syn log prefix "x y" drop
		tcp dport { 22, 8000-8100 } jump other
		reject with icmpx type admin-prohibited
	}
	chain other {
		meta mark set 0x00000001 accept
	}
}
table ip6 filter { chain input { type filter hook input priority 0; quota over 5 mbytes drop; } }
table ip nat { chain post { type nat hook postrouting priority srcnat; oifname "eth0" masquerade
 } }
`;
