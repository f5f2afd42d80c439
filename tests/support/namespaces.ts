/**
 * Two homes and a server, each in a network namespace of its own, with a router between them.
 *
 * The first home is behind a translation of addresses: nobody reaches it who was not spoken to. What goes wrong is
 * made in the router, as a cut cable is, or at a home's own interface. Needs root, iproute2 and nftables; names and
 * addresses are seen by nobody outside.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Home = 'near' | 'far'

export const port = 8_787
const serverAddress = '10.77.9.1'
const router = 'stoa-router'
const subnets: Readonly<Record<Home, string>> = { near: '10.77.1', far: '10.77.2' }

const nameOf = (home: Home): string => `stoa-${home}`

/** Why this machine cannot do it, or null if it can. */
export function refuseNamespaces(): string | null {
  if (process.getuid?.() !== 0) return 'needs root'
  for (const tool of ['ip', 'nft', 'tc'])
    if (spawnSync(tool, ['-V']).error !== undefined) return `needs ${tool} (iproute2 and nftables)`
  const { status } = spawnSync('ip', ['netns', 'add', 'stoa-probe'])
  if (status !== 0) return 'may not make network namespaces here'
  run('ip netns del stoa-probe')
  return null
}

export class Namespaces {
  constructor() {
    this[Symbol.dispose]()
    run(`ip netns add ${router}`)
    within(router, 'ip link set lo up', `ip addr add ${serverAddress}/32 dev lo`)
    within(router, 'sysctl -qw net.ipv4.ip_forward=1')
    for (const home of ['near', 'far'] as const) this.#addHome(home)
    nft(
      router,
      `table ip stoa {
        set cut { type ifname; }
        chain lost { type filter hook prerouting priority -300; iifname @cut drop; }
        chain unsent { type filter hook postrouting priority 300; oifname @cut drop; }
        chain forward {
          type filter hook forward priority 0;
          oifname "near" ct state new drop
        }
        chain parted { type filter hook forward priority 5; }
        chain loss { type filter hook forward priority 10; }
        chain translate { type nat hook postrouting priority 100; iifname "near" oifname "far" masquerade; }
      }`,
    )
  }

  /** Nothing gets in or out of a home, and nobody there is told. */
  cut(home: Home): void {
    nft(router, `add element ip stoa cut { ${home} }`)
  }

  mend(home: Home): void {
    nft(router, `delete element ip stoa cut { ${home} }`)
  }

  /** Nothing gets from one home to the other, and nobody is told; both still reach the server. */
  part(): void {
    nft(router, 'add rule ip stoa parted iifname "near" drop; add rule ip stoa parted oifname "near" drop')
  }

  meet(): void {
    nft(router, 'flush chain ip stoa parted')
  }

  /** The home's own interface goes down. */
  down(home: Home): void {
    within(nameOf(home), 'ip link set eth0 down')
  }

  up(home: Home): void {
    within(nameOf(home), 'ip link set eth0 up', `ip route add default via ${subnets[home]}.1`)
  }

  /** The home has another address, and not the one before. */
  move(home: Home, last: number): void {
    within(
      nameOf(home),
      'ip addr flush dev eth0',
      `ip addr add ${subnets[home]}.${String(last)}/24 dev eth0`,
      `ip route add default via ${subnets[home]}.1`,
    )
  }

  /** What a home sends goes through a queue of 300 ms, and the router loses some: its sender is not told. */
  limit(home: Home, kilobits: number | null, lossPercent: number): void {
    const name = nameOf(home)
    spawnSync('ip', ['netns', 'exec', name, 'tc', 'qdisc', 'del', 'dev', 'eth0', 'root'])
    nft(router, 'flush chain ip stoa loss')
    if (kilobits !== null)
      within(name, `tc qdisc add dev eth0 root tbf rate ${String(kilobits)}kbit burst 4kb latency 300ms`)
    if (lossPercent > 0)
      nft(
        router,
        `add rule ip stoa loss iifname ${home} meta l4proto udp numgen random mod 100 < ${String(lossPercent)} drop`,
      )
  }

  /** A program that runs another inside a home. */
  wrap(home: Home, program: string, folder: string): string {
    const path = join(folder, `in-${home}`)
    writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${nameOf(home)} '${program}' "$@"\n`)
    chmodSync(path, 0o755)
    return path
  }

  /** The command that runs the server, and what it has to know. */
  server(): Readonly<{ command: string; prefix: readonly string[]; env: Readonly<Record<string, string>> }> {
    return {
      command: 'ip',
      prefix: ['netns', 'exec', router, process.execPath],
      env: { HOST: serverAddress, PORT: String(port), PUBLIC_ORIGIN: `http://localhost:${String(port)}` },
    }
  }

  [Symbol.dispose](): void {
    for (const name of [nameOf('near'), nameOf('far'), router]) spawnSync('ip', ['netns', 'del', name])
  }

  /** Browsers keep cookies and devices for secure places: the server is at `localhost` in each home. */
  #addHome(home: Home): void {
    const name = nameOf(home)
    run(`ip netns add ${name}`)
    run(`ip link add ${home} netns ${router} type veth peer name eth0 netns ${name}`)
    within(router, `ip addr add ${subnets[home]}.1/24 dev ${home}`, `ip link set ${home} up`)
    within(
      name,
      'ip link set lo up',
      `ip addr add ${subnets[home]}.2/24 dev eth0`,
      'ip link set eth0 up',
      `ip route add default via ${subnets[home]}.1`,
      'sysctl -qw net.ipv4.conf.all.route_localnet=1',
    )
    nft(
      name,
      `table ip stoa {
        chain there { type nat hook output priority -100; ip daddr 127.0.0.1 tcp dport ${String(port)} dnat to ${serverAddress}; }
        chain back { type nat hook postrouting priority 100; ip saddr 127.0.0.1 oifname "eth0" masquerade; }
      }`,
    )
  }
}

function within(name: string, ...commands: readonly string[]): void {
  for (const command of commands) run(`ip netns exec ${name} ${command}`)
}

function nft(name: string, rules: string): void {
  run(`ip netns exec ${name} nft -f -`, rules)
}

function run(command: string, input = ''): void {
  const [program = '', ...args] = command.split(' ')
  const { status, stderr } = spawnSync(program, args, { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command}: ${stderr}`)
}
