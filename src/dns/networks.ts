// Networks by what they mean for a domain: not reachable from the internet, or a proxy that stands in front of others' servers.
import { BlockList, isIP } from "node:net";

function listOf(subnets: string): BlockList {
  const list = new BlockList();
  for (const subnet of subnets.trim().split(/\s+/)) {
    const [address = "", bits = ""] = subnet.split("/");
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? "ipv6" : "ipv4");
  }
  return list;
}

// IANA special-purpose registries (RFC 6890 and its updates): nothing there is a host on the internet.
const special = listOf(`
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
  192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
  ::/128 ::1/128 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16
  fc00::/7 fe80::/10 fec0::/10 ff00::/8`);

// https://www.cloudflare.com/ips/, as of 2026-11.
const cloudflare = listOf(`
  173.245.48.0/20 103.21.244.0/22 103.22.200.0/22 103.31.4.0/22 141.101.64.0/18 108.162.192.0/18 190.93.240.0/20
  188.114.96.0/20 197.234.240.0/22 198.41.128.0/17 162.158.0.0/15 104.16.0.0/13 104.24.0.0/14 172.64.0.0/13 131.0.72.0/22
  2400:cb00::/32 2606:4700::/32 2803:f800::/32 2405:b500::/32 2405:8100::/32 2a06:98c0::/29 2c0f:f248::/32`);

const within = (list: BlockList, address: string) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

/** Whether an address belongs to a host on the internet; false for private, loopback, link-local and other special ones. */
export function isPublicAddress(address: string): boolean {
  // An IPv4 address in IPv6's clothes never stands in a record; a BlockList would take its range for all of IPv4.
  return isIP(address) !== 0 && !/^::ffff:/i.test(address) && !within(special, address);
}

/** The name of the proxy that an address belongs to, or undefined. */
export function proxyAt(addresses: readonly string[]): string | undefined {
  return addresses.some((address) => isIP(address) !== 0 && within(cloudflare, address)) ? "Cloudflare" : undefined;
}
